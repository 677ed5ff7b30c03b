--- What the master does about what its workers say: the acts of the conversation, see cluster/child.
--
--     local hear = answers.new(herd, function() return true end)      -- whether connections go round
--     channel.hear(child, function(message, fds) hear(worker, message, fds) end)

local handoff = require("moonherd.handoff")
local process = require("moonherd.process")
local request = require("moonherd.cluster.request")

local M = {}

--- It says what no worker of ours says: nothing it holds can be relied on. It sees its channel end, and leaves.
local function cut_off(worker, problem)
    local words = "worker %d (process %d) does not speak as a worker does and was cut off: %s"
    process.emitWarning(words:format(worker.id, worker.process.pid, problem), "ClusterWarning")
    if worker:isConnected() then
        worker.process:disconnect()
    end
end

local function acts_of(herd, is_round_robin)
    local cluster = herd.cluster
    local acts = {}

    function acts.online(worker)
        worker.state = "online"
        worker:emit("online")
        cluster.emit("online", worker)
    end

    function acts.queryServer(worker, message)
        -- A worker that is leaving gets no new address; it does not wait for the answer either.
        if worker.exitedAfterDisconnect then
            return
        end
        herd.shares:query(worker, message, is_round_robin(), function(reply, fds)
            reply.ack = message.seq
            herd:send(worker, reply, fds)
        end)
    end

    function acts.listening(worker, message)
        local address = {
            address = message.address,
            port = message.port,
            addressType = message.addressType,
            fd = message.fd,
        }
        worker.state = "listening"
        worker:emit("listening", address)
        cluster.emit("listening", worker, address)
    end

    function acts.close(worker, message)
        herd.shares:leave(worker, message.key)
    end

    function acts.exitedAfterDisconnect(worker, message)
        worker.exitedAfterDisconnect = true
        worker._core:drain()
        herd:send(worker, { ack = message.seq })
    end

    --- moonherd only: why the worker is about to leave by itself, for the guard's count of causes.
    function acts.leaving(worker, message)
        worker._cause = message.cause
    end

    return acts
end

--- What to call for each internal message of a worker; its descriptors are taken.
---@param herd moonherd.Herd
---@param is_round_robin fun(): boolean
---@return fun(worker: moonherd.Worker, message: any, fds: integer[]?)
function M.new(herd, is_round_robin)
    local acts = acts_of(herd, is_round_robin)
    return function(worker, message, fds)
        local problem = type(message) == "table" and request.problem(message)
        if problem then
            handoff.close(fds)
            return cut_off(worker, problem)
        end
        herd:hear(worker, message, fds, acts)
    end
end

return M
