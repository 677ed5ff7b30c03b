--- What goes ahead of a socket that travels with a message: the bytes that its process has read and nobody had there,
--- and whose connection it is, so that its server can ask for it (see moonherd.channel.lent).
--
--     luggage.send(ipc, socket, keep)        -- before the message
--     luggage.attach(ipc, fds)               -- when the message has come, to its descriptors
--     luggage.unpack(fds, handle)            -- what was made of them; luggage.discard(fds) makes nothing
--
-- The frame says of which message with a handle it is, counted per direction. One whose message could not be sent then
-- is replaced by that of the next, which may be empty.

local Borrowed = require("moonherd.channel.borrowed")
local handoff = require("moonherd.handoff")
local Lent = require("moonherd.channel.lent")

local M = {}

local WORD = "MOONHERD_SOCKET"

--- Sends it ahead, where there is any.
---@param ipc moonherd.Ipc
---@param handle table
---@param keep boolean? this end goes on using the socket: the bytes are its own
---@return boolean|nil sent nil, and why, when it could not be
---@return string? message
---@return string? code
---@return integer? errno
function M.send(ipc, handle, keep)
    local unread = not keep and handoff.unread(handle) or nil
    local server = handle.server
    local lent = server and server._lend and Lent.of(ipc, server) or nil
    if not (unread or lent or ipc.luggage_waits) then
        return true
    end
    ipc.luggage_waits = true
    return ipc:sendInternal({
        cmd = WORD,
        number = (ipc.handles_sent or 0) + 1,
        key = lent and lent.key,
        unread = unread,
    })
end

--- A message with a handle is on its way.
---@param ipc moonherd.Ipc
function M.sent(ipc)
    ipc.handles_sent = (ipc.handles_sent or 0) + 1
    ipc.luggage_waits = false
end

--- A message with a handle has come: what was said of it stays with its descriptors.
---@param ipc moonherd.Ipc
---@param fds integer[]
---@return integer bytes what is held for it besides
function M.attach(ipc, fds)
    local number = (ipc.handles_got or 0) + 1
    local ahead = ipc.ahead
    ipc.handles_got, ipc.ahead = number, nil
    if not ahead or ahead.number ~= number then
        return 0
    end
    fds.unread = ahead.unread
    if ahead.key then
        fds.borrowed = Borrowed.of(ipc, ahead.key)
        fds.borrowed:add()
    end
    return #(ahead.unread or "")
end

--- The descriptors have become a handle, or nothing.
---@param fds table
---@param handle table?
function M.unpack(fds, handle)
    local borrowed = fds.borrowed
    if borrowed and handle then
        handle._counted_by = borrowed
    elseif borrowed then
        borrowed:_connectionClosed()
    end
end

--- Nobody wants the descriptors.
---@param fds table?
function M.discard(fds)
    handoff.close(fds)
    if fds then
        M.unpack(fds, nil)
    end
end

-- The words, from the other end -----------------------------------------------------------------------------------

local WORDS = {}

WORDS[WORD] = function(ipc, message)
    ipc.ahead = {
        number = message.number,
        key = message.key,
        unread = type(message.unread) == "string" and message.unread or nil,
    }
end

function WORDS.NODE_SOCKET_GET_COUNT(ipc, message)
    Borrowed.on_get_count(ipc, message.key)
end

function WORDS.NODE_SOCKET_NOTIFY_CLOSE(ipc, message)
    Borrowed.on_notify_close(ipc, message.key)
end

function WORDS.NODE_SOCKET_COUNT(ipc, message)
    local lent = ipc.lent and ipc.lent.by_key[message.key]
    if lent then
        lent:on_count(message.count)
    end
end

function WORDS.NODE_SOCKET_ALL_CLOSED(ipc, message)
    local lent = ipc.lent and ipc.lent.by_key[message.key]
    if lent then
        lent:on_all_closed()
    end
end

--- Does what an internal message says, if it is about sockets.
---@param ipc moonherd.Ipc
---@param message any
---@return boolean about_sockets
function M.hear(ipc, message)
    local act = type(message) == "table" and WORDS[message.cmd]
    if not act then
        return false
    end
    local key = message.key
    if key == nil and message.cmd == WORD or type(key) == "number" and key == math.floor(key) then
        act(ipc, message)
    end
    return true
end

--- The channel has ended.
---@param ipc moonherd.Ipc
function M.ended(ipc)
    for _, lent in pairs(ipc.lent and ipc.lent.by_key or {}) do
        lent:on_end()
    end
end

return M
