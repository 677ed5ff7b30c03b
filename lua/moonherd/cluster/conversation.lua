--- The words between a master and its workers: numbered requests, answers that name the number, and acts.
--
--     local talk = conversation.new()
--     talk:send(process, { act = "queryServer", port = 80 }, nil, function(answer, fds) end)
--     talk:hear(worker, message, fds, acts)          -- for each message of channel.hear
--
-- Node's envelope: every message has `cmd` "NODE_CLUSTER" and a `seq`, counted per process; an answer has the request's
-- seq as `ack`. What fits nothing is ignored.

local channel = require("moonherd.channel")
local handoff = require("moonherd.handoff")

---@class moonherd.Conversation
---@field private seq integer of the next message
---@field private waiting table<integer, function> by the seq of a request
local Conversation = {}
Conversation.__index = Conversation

--- Say something to a process at the other end of a channel.
---@param process table a ChildProcess or `process`
---@param message table becomes the message
---@param fds integer[]|nil taken in every case
---@param callback fun(answer: table, fds: integer[]|nil)|nil
---@return boolean|nil more nil when it could not be sent; the callback is never called then
function Conversation:send(process, message, fds, callback)
    local seq = self.seq
    self.seq = seq + 1
    message.cmd, message.seq = "NODE_CLUSTER", seq
    self.waiting[seq] = callback
    local more = channel.sendInternal(process, message, fds)
    if more == nil then
        self.waiting[seq] = nil
    end
    return more
end

--- Something was said: an answer goes to who waits for it, anything else to its act.
---@param from any the first argument of the act
---@param message any
---@param fds integer[]|nil taken
---@param acts table<string, fun(from: any, message: table)>
function Conversation:hear(from, message, fds, acts)
    if type(message) ~= "table" or message.cmd ~= "NODE_CLUSTER" then
        return handoff.close(fds)
    end
    local callback = message.ack ~= nil and self.waiting[message.ack]
    if callback then
        self.waiting[message.ack] = nil
        return callback(message, fds)
    end
    handoff.close(fds) -- no act comes with a descriptor
    local act = acts[message.act]
    return act and act(from, message)
end

local M = {}

---@return moonherd.Conversation
function M.new()
    return setmetatable({ seq = 0, waiting = {} }, Conversation)
end

return M
