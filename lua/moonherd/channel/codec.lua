--- Values to the payloads of messages and back, by LuaJIT's string.buffer.
--
--     local more, total, code = codec.send(box, "send", { hello = "world" })
--     codec.receives(Owner)                                        -- whose objects own boxes of core.channel
--
-- The engine looks at every payload before it is sent or handed out (engine/ipc/payload.h), because decode trusts what
-- it reads.

local buffer = require("string.buffer")
local handoff = require("moonherd.handoff")
local jit = require("jit")
local tick = require("moonherd.tick")

local encode, decode, pcall = buffer.encode, buffer.decode, pcall

local M = {}

-- No fault of the value's.
local NO_MEMORY = "not enough memory"

--- The payload, or nil and why there can be none.
local function encoded(value)
    local ok, payload = pcall(encode, value)
    if ok then
        return payload
    elseif payload == NO_MEMORY then
        error(payload, 0)
    end
    return nil, payload
end

--- Whether there is a value in the payload, and the value or why there is none.
local function decoded(payload)
    return pcall(decode, payload)
end

-- These two are never compiled: what string.buffer raises inside a trace is not always survived by the LuaJIT of 2022.
jit.off(encoded)
jit.off(decoded)

--- Encodes and sends by a method of a core.channel box, whose answers and terms these are: where nothing can be encoded
--- it is ERR_IPC_UNSENDABLE, and the descriptors are still the caller's.
---@param box table
---@param method "send"|"sendInternal"
---@param value any
---@param fds integer[]?
---@return boolean? more
---@return any total
---@return string? code
---@return integer? errno
function M.send(box, method, value, fds)
    local payload, reason = encoded(value)
    if not payload then
        return nil, reason, "ERR_IPC_UNSENDABLE"
    end
    return box[method](box, payload, fds)
end

--- What the engine could not see: a key that is there twice.
local function undecoded(fds, reason)
    if reason == NO_MEMORY then
        error(reason, 0)
    end
    handoff.close(fds)
    return false
end

local Receiver = {}

function Receiver:on_message(payload, fds)
    local ok, value = decoded(payload)
    if not ok then
        return undecoded(fds, value)
    end
    self:receive(value, fds, #payload)
end

function Receiver:on_messages(payloads)
    if payloads then
        self.payloads, self.at = payloads, 0
    else
        payloads = self.payloads
    end
    for i = self.at + 1, #payloads do
        if self.ended then
            break
        elseif tick.pending() then
            return nil
        end
        self.at = i -- before it is told: a listener may throw
        local payload = payloads[i]
        local ok, value = decoded(payload)
        if not ok then
            return undecoded(nil, value)
        end
        self:receive(value, nil, #payload)
    end
    self.payloads = nil
    return true
end

function Receiver:on_internal(payload, fds)
    local ok, value = decoded(payload)
    if not ok then
        return undecoded(fds, value)
    end
    self:receiveInternal(value, fds)
end

--- Gives a class what core.channel calls for payloads. Its objects hear receive(value, fds, bytes) and
--- receiveInternal(value, fds), until they are `ended`; `payloads` and `at` of theirs are ours.
function M.receives(class)
    for name, method in pairs(Receiver) do
        class[name] = method
    end
end

return M
