--- What can be sent over a channel, how it is handed to the engine, and what is told of what cannot be.
--
--     messages.check(message)
--     local more, total, code, errno = messages.send(ipc, "send", message, handle)
--     if more == nil then return messages.refused(total, code, errno) end
--
--     local handle = messages.handle_of(fds)          -- at the other end

local errors = require("moonherd.errors")
local handoff = require("moonherd.handoff")
local luggage = require("moonherd.channel.luggage")
local sanitize = require("moonherd.channel.sanitize")

-- What the sender can do about it.
local REMEDY = {
    ERR_IPC_FRAME_TOO_LARGE = " (ipc.frameBytes of fork)",
    ERR_IPC_QUEUE_FULL = " (ipc.queueBytes of fork); after send returns false, wait for its callback",
}

local SENDABLE = { string = true, number = true, boolean = true, table = true }

local M = {}

--- Raises for what can be no message.
---@param message any
function M.check(message)
    if message == nil then
        error(errors.missing_args("message"), 0)
    end
    if not SENDABLE[type(message)] and not sanitize.is_plain(message) then
        error(errors.arg_type("message", { "string", "table", "number", "boolean" }, message), 0)
    end
end

local function as_it_is(message)
    return message
end

local function transmit(box, method, message, fds, envelope)
    local more, total, code, errno = box[method](box, envelope(message), fds)
    if code ~= "ERR_IPC_UNSENDABLE" then
        return more, total, code, errno
    end
    local ok, copy = pcall(sanitize.copy, message)
    if not ok then
        handoff.close(fds)
        error(copy, 0)
    end
    return box[method](box, envelope(copy), fds)
end

--- Sends by a method of the box; once more with a copy of the message without what cannot be sent, and raises when even
--- that cannot be. The handle is let go of when it is on its way.
---@param ipc moonherd.Ipc
---@param method "send"|"sendInternal"
---@param message any
---@param handle any?
---@param keep boolean? this end goes on using the handle
---@param envelope (fun(message: any): any)? makes what is sent of the message
---@return boolean? more nil when it was not sent
---@return any total the channel's bytes up to its end, or the words of why not; nil where the handle is why
---@return string? code
---@return integer? errno
function M.send(ipc, method, message, handle, keep, envelope)
    local fds, code, errno
    if handle ~= nil then
        fds, code, errno = handoff.share(handle)
    end
    if code then
        return nil, nil, code, errno
    end
    local more, total = true, nil
    if fds then
        more, total, code, errno = luggage.send(ipc, handle, keep)
    end
    if more == nil then
        handoff.close(fds)
    else
        more, total, code, errno = transmit(ipc.box, method, message, fds, envelope or as_it_is)
    end
    if more ~= nil and fds then
        luggage.sent(ipc)
        handoff.sent(handle, keep)
    end
    return more, total, code, errno
end

--- What came with a message, nil for nothing or what is broken.
---@param fds table?
---@return table?
function M.handle_of(fds)
    if not fds then
        return nil
    end
    local handle = handoff.receive(fds, fds.unread)
    luggage.unpack(fds, handle)
    return handle
end

--- The error of what could not be sent.
---@param words string?
---@param code string
---@param errno integer?
---@return moonherd.Error
function M.refused(words, code, errno)
    if not words then
        return errors.system(code, errno, "write")
    end
    return errors.new("Error", code, words .. (REMEDY[code] or ""), { errno = errno, syscall = "write" })
end

return M
