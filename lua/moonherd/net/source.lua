--- Where a server's connections come from: its own listening socket, or, in a worker of a cluster, its master.
--
--     local request = source.open(server, options, function(err, opened) end)
--     request:close()                -- the callback will not come any more
--
-- options: address (numeric) and port, or path, or fd (taken, also on failure); backlog, ipv6Only, exclusive, mode. The
-- callback may come from inside the call. err is an error as net.Server emits it. What was opened has:
--
--     opened:address()               { address =, family =, port = } or the path
--     opened:close()                 no connection comes any more; at once
--     opened:ref(), opened:unref()
--     opened.shared                  another process holds each connection too: closing has to end it for both
--     opened:fd()                    the listening descriptor, borrowed; nil if it has none to give
--     opened:refuse(boolean)         optional: the server is full, let others have the connections
--
-- and calls server:on_accept(fd) for each connection, and server:on_accept_error(err, retrying). A cluster's worker
-- puts its own function into `source.open`.

local core = require("moonherd.core")
local errors = require("moonherd.errors")

local M = {}

-- A listening socket of our own -------------------------------------------------------------------------------

local Own = {}
Own.__index = Own

function Own:on_accept(fd)
    self.server:on_accept(fd)
end

function Own:on_error(message, code, errno, retrying)
    local err = errors.system(code, errno, "accept", { reason = message })
    self.server:on_accept_error(err, retrying)
end

function Own:address()
    local address = core.fdAddress(self.box:fd())
    return address.path or (address.port and address) or nil
end

function Own:close()
    self.box:close()
end

function Own:ref()
    self.box:ref()
end

function Own:unref()
    self.box:unref()
end

function Own:fd()
    return (self.box:fd())
end

-- Making it ---------------------------------------------------------------------------------------------------

local function failure(code, errno, address, port)
    return errors.system(code, errno, "listen", { address = address, port = port })
end

local function path_socket(options)
    local fd, _, code, errno = core.listenPath(options.path, { backlog = options.backlog, mode = options.mode })
    if not fd then
        return nil, failure(code, errno, options.path, -1)
    end
    return fd
end

--- No address named: all of IPv6 and IPv4 where the system has both, else all of IPv4.
local function any_socket(options, how)
    local fd = core.listenSocket("::", options.port, how)
    if fd then
        return fd
    end
    local _, code, errno
    fd, _, code, errno = core.listenSocket("0.0.0.0", options.port, how)
    if not fd then
        return nil, failure(code, errno, "0.0.0.0", options.port)
    end
    return fd
end

--- A listening socket as `options` ask for it.
---@param options table
---@return integer? fd the caller's
---@return moonherd.Error? err
function M.socket(options)
    if options.fd then
        local fd, _, code, errno = core.listenFd(options.fd, { backlog = options.backlog })
        if not fd then
            core.closeFd(options.fd)
            return nil, failure(code, errno)
        end
        return fd
    elseif options.path then
        return path_socket(options)
    end
    local how = { backlog = options.backlog, ipv6Only = options.ipv6Only, reusePort = options.reusePort }
    if not options.address then
        return any_socket(options, how)
    end
    local fd, _, code, errno = core.listenSocket(options.address, options.port, how)
    if not fd then
        return nil, failure(code, errno, options.address, options.port)
    end
    return fd
end

--- Opens a listening socket of this process.
---@param server table with on_accept and on_accept_error
---@param options table
---@param callback fun(err: moonherd.Error?, opened: table?)
---@return table request with close()
function M.own(server, options, callback)
    local fd, err = M.socket(options)
    if not fd then
        callback(err)
        return { close = function() end }
    end
    local own = setmetatable({ server = server }, Own)
    local file = options.path and options.path:byte() ~= 0 and options.path or nil
    local box, _, code, errno = core.listener(own, fd, file)
    if box then
        own.box = box
        callback(nil, own)
    else
        callback(failure(code, errno))
    end
    return own
end

M.open = M.own

return M
