--- Sockets and servers that travel with a message: what is sent of them, and what is made of it at the other end.
--
-- Only the descriptor travels; what it is, the receiver asks the kernel, so that nothing a peer says about it needs to
-- be believed. A class can be sent if its objects have two methods:
--
--     object:_share()      -> a duplicate of its descriptor, the caller's; nil if it has none (any more), or what core
--                             says of a duplicate that cannot be
--     object:_give_up()       optional: let go of it; another process has it, the connection goes on there
--     object:_unheard()       optional: bytes that were read from it and that nobody has had

local core = require("moonherd.core")
local errors = require("moonherd.errors")

local M = {}

--- Closes descriptors that nobody wanted.
---@param fds integer[]?
function M.close(fds)
    for _, fd in ipairs(fds or {}) do
        core.closeFd(fd)
    end
end

--- The descriptors to send for `handle`; nil for one that has none, which then travels as nothing, and nil with a code
--- when there can be no more of them.
---@param handle any
---@return integer[]? fds
---@return string? code
---@return integer? errno
function M.share(handle)
    if type(handle) ~= "table" or not handle._share then
        error(errors.of("ERR_INVALID_HANDLE_TYPE"), 0)
    end
    local fd, _, code, errno = handle:_share()
    if not fd then
        return nil, code, errno
    end
    return { fd }
end

--- It was sent: unless it is to be kept, or of a kind that both ends go on using, this end is done with it.
---@param handle table
---@param keep boolean?
function M.sent(handle, keep)
    if handle._give_up and not keep then
        handle:_give_up()
    end
end

-- What is made of a descriptor, which is taken, by what the kernel says it is.
local MAKE = {}

function MAKE.server(fd)
    -- Not by way of a cluster's master: it is ours already.
    return require("moonherd.net").createServer():listen({ fd = fd, exclusive = true })
end

function MAKE.socket(fd, unread)
    local socket = require("moonherd.net").Socket({ fd = fd })
    if unread then
        socket:on_data(unread)
    end
    return socket
end

function MAKE.dgram(fd)
    local family = core.fdAddress(fd).family
    local socket = require("moonherd.dgram").createSocket(family == "IPv6" and "udp6" or "udp4")
    return socket:bind({ fd = fd, exclusive = true })
end

--- What was read from it and would be lost, nil for nothing.
---@param handle table
---@return string?
function M.unread(handle)
    return handle._unheard and handle:_unheard()
end

--- Makes the object of what came with a message.
---@param fds integer[]
---@param unread string? what the other end had read from it
---@return table? handle nil for what is no socket, or a broken one: that is closed
function M.receive(fds, unread)
    local fd = table.remove(fds, 1)
    M.close(fds)
    local make = MAKE[core.fdKind(fd)]
    if not make then
        core.closeFd(fd)
        return nil
    end
    -- A peer's descriptor must not be able to throw here.
    local ok, handle = pcall(make, fd, unread)
    return ok and handle or nil
end

return M
