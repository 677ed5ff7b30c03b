--- A worker's life from its fork to its end, as its master keeps account of it and tells of it.
--
--     life.follow(herd, worker, hear)        -- `hear` gets what the worker says, see cluster/answers

local channel = require("moonherd.channel")
local process = require("moonherd.process")

local M = {}

local function on_exit(herd, worker, code, signal)
    if not worker:isConnected() then
        herd.shares:leave_all(worker)
        herd:remove(worker)
    end
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect == true
    worker.state = "dead"
    worker._core:close()
    -- The guard's, before anybody else's listener can throw.
    herd:emit("dead", worker, code, signal)
    worker:emit("exit", code, signal)
    herd.cluster.emit("exit", worker, code, signal)
end

--- The process could not be started: no exit will come, and where descriptors were short no disconnect either.
local function on_unstarted(herd, worker, err)
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect == true
    worker.state = "dead"
    worker._cause = "spawn"
    worker._core:close()
    if not worker:isConnected() then
        herd:remove(worker)
    end
    herd:emit("unstarted", worker, err)
end

local function on_disconnect(herd, worker)
    herd.shares:leave_all(worker)
    if worker.state == "dead" then -- not isDead: who has died but whose exit is still to be told stays until then
        herd:remove(worker)
    end
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect == true
    worker.state = worker.state == "dead" and "dead" or "disconnected"
    herd:emit("left", worker)
    worker:emit("disconnect")
    herd.cluster.emit("disconnect", worker)
end

--- Has a failed start told as such. Before the worker object exists, whose own listener raises the error where nobody
--- else listens.
---@param herd moonherd.Herd
---@param child moonherd.ChildProcess
---@param worker_of fun(): moonherd.Worker
function M.expect_start(herd, child, worker_of)
    child:on("error", function(err)
        local worker = worker_of()
        if not child.pid and worker.state ~= "dead" then
            on_unstarted(herd, worker, err)
        end
    end)
end

--- From now on what happens to the worker is told by it and by the cluster.
---@param herd moonherd.Herd
---@param worker moonherd.Worker
---@param hear fun(worker: moonherd.Worker, message: any, fds: integer[]?)
function M.follow(herd, worker, hear)
    local cluster, child = herd.cluster, worker.process
    worker:on("message", function(message, handle)
        cluster.emit("message", worker, message, handle)
    end)
    child:once("exit", function(code, signal)
        on_exit(herd, worker, code, signal)
    end)
    child:once("disconnect", function()
        on_disconnect(herd, worker)
    end)
    channel.call(child, ("worker %d (process %s)"):format(worker.id, tostring(child.pid)))
    channel.hear(child, function(message, fds)
        hear(worker, message, fds)
    end)
    process.nextTick(cluster.emit, "fork", worker)
end

return M
