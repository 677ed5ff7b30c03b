--- The herd as the modules of its master know it: who lives, what is shared, and what happens to whom. It is no part of
--- `cluster`: what a user adds or removes there changes nothing here.
--
--     local herd = Herd.new(cluster)
--     herd:on("dead", function(worker, code, signal) end)
--     herd:send(worker, { act = "disconnect" })
--
-- Events, each before the user hears of the same thing:
--
--     forked      worker
--     silent      worker, missed, silence     its pings are not answered, see engine/ipc/heartbeat.h
--     left        worker                      its channel has ended
--     dead        worker, code, signal
--     unstarted   worker, err                 in place of dead: there was never a process
--     idle                                    the last one is gone

local conversation = require("moonherd.cluster.conversation")
local events = require("moonherd.events")
local share = require("moonherd.cluster.share")

---@class moonherd.Herd: moonherd.EventEmitter
---@field cluster moonherd.cluster what the user has
---@field alive table<integer, moonherd.Worker> by id: cluster.workers, and those that were asked to leave and have not
---@field shares moonherd.Shares
---@field guard moonherd.Guard? once the user has asked for one
---@field private talk moonherd.Conversation
local Herd = events.mixin({ __name = "Herd" })

--- Says something to a worker; never raises for the state of its channel.
---@param worker moonherd.Worker
---@param message table
---@param fds integer[]? taken in every case
---@return boolean|nil more nil when it could not be sent
function Herd:send(worker, message, fds)
    return self.talk:send(worker.process, message, fds)
end

--- A worker has said something.
---@param worker moonherd.Worker
---@param message any
---@param fds integer[]? taken
---@param acts table<string, fun(worker: moonherd.Worker, message: table)>
function Herd:hear(worker, message, fds, acts)
    self.talk:hear(worker, message, fds, acts)
end

--- Takes in a worker that was just forked.
---@param worker moonherd.Worker
function Herd:add(worker)
    self.cluster.workers[worker.id] = worker
    self.alive[worker.id] = worker
    self:emit("forked", worker)
end

--- Forgets a worker: both its process and its channel are gone.
---@param worker moonherd.Worker
function Herd:remove(worker)
    self.cluster.workers[worker.id] = nil
    if self.alive[worker.id] then
        self.alive[worker.id] = nil
        if next(self.alive) == nil then
            self:emit("idle")
        end
    end
end

--- Those that live and were not asked to leave, in no order.
---@return moonherd.Worker[]
function Herd:staying()
    local list = {}
    for _, worker in pairs(self.alive) do
        if not worker._leaving and not worker:isDead() then
            list[#list + 1] = worker
        end
    end
    return list
end

local M = {}

---@param cluster moonherd.cluster
---@return moonherd.Herd
function M.new(cluster)
    local self = setmetatable({
        cluster = cluster,
        alive = {},
        shares = share.registry(),
        talk = conversation.new(),
    }, Herd)
    return self:setMaxListeners(0) -- one per callback of cluster.disconnect
end

return M
