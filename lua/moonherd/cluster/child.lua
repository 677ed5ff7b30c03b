--- The worker's end of the herd: asks the master for listening addresses, serves what it is offered, leaves when told.
--
--     local cluster = require "cluster"
--     cluster.worker.id             -- as the master counts
--     cluster.worker:disconnect()   -- finish what is in hand, then leave
--
-- Requests go to cluster/primary in Node's words:
--
--     online                                 the script is about to run
--     queryServer  address, port, ...        may I listen there?  -> errno, key, share | a listening socket
--     listening    the same, with the port   I do
--     close        key                       no more
--     exitedAfterDisconnect                  I am about to leave in order  -> an answer, then the channel ends
--
-- and from there come `disconnect`: finish and leave; `limits`: how large the process may be (moonherd only).

local channel = require("moonherd.channel")
local conversation = require("moonherd.cluster.conversation")
local core = require("moonherd.core")
local deadline = require("moonherd.cluster.deadline")
local events = require("moonherd.events")
local listen = require("moonherd.cluster.listen")
local memory = require("moonherd.process.memory")
local process = require("moonherd.process")
local report = require("moonherd.process.report")
local signals = require("moonherd.process.signals")
local util = require("moonherd.util")
local Worker = require("moonherd.cluster.worker")

---@type moonherd.cluster
local cluster = events.singleton({
    isPrimary = false,
    isMaster = false,
    isWorker = true,
    Worker = util.callable(Worker, Worker.new),
})

-- The conversation --------------------------------------------------------------------------------------------------

local talk = conversation.new()

local function send(message, callback)
    return talk:send(process, message, nil, callback)
end

-- Leaving -------------------------------------------------------------------------------------------------------------

local closing = {} -- the servers, once we leave

--- Close every server that listens through the master; `done` when their last connection has ended.
local function close_servers(done)
    local left = 1
    local function one_less()
        left = left - 1
        if left == 0 then
            done()
        end
    end
    for server in pairs(listen.servers()) do
        left = left + 1
        closing[#closing + 1] = server
        -- A server that can drain answers the request a client has already sent; plain close would cut it off.
        local close = server.drain or server.close
        close(server, one_less)
    end
    one_less()
end

--- Nothing is in hand any more, or no time is left for it.
local function let_go()
    if not process.connected then
        return
    elseif cluster.worker._asked then
        process.disconnect()
    else
        send({ act = "exitedAfterDisconnect" }, function()
            process.disconnect()
        end)
    end
end

--- `ms`: the deadline, nil for none. Who leaves already may still be given one.
local function leave(asked_by_master, ms)
    local worker = cluster.worker
    if not worker.exitedAfterDisconnect then
        worker.exitedAfterDisconnect = true
        worker.state = "disconnecting"
        worker._asked = asked_by_master
        close_servers(function()
            channel.when_answered(process, let_go)
        end)
    end
    if ms then
        deadline.cut(closing, ms, let_go)
    end
end

--- Finish: close the servers, wait for their connections, tell the master, end the channel.
---@param options moonherd.cluster.DisconnectOptions? moonherd only: ms after which the connections are cut
---@return moonherd.Worker self
function Worker:disconnect(options)
    Worker._process_of(self, "worker:disconnect")
    leave(false, deadline.read(options))
    return self
end

--- Leave now, with exit code 0: tell the master and go, without waiting for connections. The signal is ignored, as in
--- Node.
function Worker:kill()
    Worker._process_of(self, "worker:kill")
    if self.state == "destroying" then
        return
    end
    self.exitedAfterDisconnect = true
    if not self:isConnected() then
        process.exit(0)
    end
    self.state = "destroying"
    process.once("disconnect", function()
        process.exit(0)
    end)
    send({ act = "exitedAfterDisconnect" }, function()
        process.disconnect()
    end)
end
Worker.destroy = Worker.kill

-- Coming --------------------------------------------------------------------------------------------------------------

local acts = {}

function acts.disconnect(_, message)
    leave(true, message.deadline)
end

function acts.limits(_, message)
    memory.limit(message.memoryHard)
end

local function on_disconnect()
    local worker = cluster.worker
    worker:emit("disconnect")
    if not worker.exitedAfterDisconnect then
        process.exit(0) -- the master is gone, or has let go of us: there is nothing to serve for
    end
end

--- The memory limit was passed: the master hears why, before the process says so and exits.
local leave_over_limit = memory.passed
local function on_memory()
    send({ act = "leaving", cause = "memory" })
    leave_over_limit()
end

local function start()
    local env = process.env
    local id = tonumber((env.NODE_UNIQUE_ID:match("^%d+"))) or 0
    env.NODE_UNIQUE_ID = nil
    local worker = Worker.new({ id = id, process = process, state = "online" })
    cluster.worker = worker
    report.who = ("worker %d"):format(id)
    channel.adopt(process) -- under a plain luajit nobody has yet
    local box = channel.box(process)
    if not box then
        return
    end
    local page_fd = tonumber(env.MOONHERD_PAGE_FD)
    env.MOONHERD_PAGE_FD = nil
    local child = page_fd and assert(core.child({}, box, page_fd)) or nil
    core.followParent(box)
    signals.rewatched = function(name)
        if name == "SIGCONT" and box:isOpen() then
            core.followParent(box) -- by that very signal, and its handler was just displaced
        end
    end
    local hard = tonumber(env.MOONHERD_MEMORY_HARD)
    env.MOONHERD_MEMORY_HARD = nil
    if hard then
        memory.limit(hard)
    end
    if env.MOONHERD_GUARDED then
        env.MOONHERD_GUARDED = nil
        -- Ctrl-C, and a terminal that closes, reach the whole group: the master decides what it means for its herd.
        process.on("SIGINT", function() end)
        process.on("SIGHUP", function() end)
    end
    memory.passed = on_memory
    listen.start(send, child, function()
        worker.state = "listening"
    end)
    channel.hear(process, function(message, fds)
        talk:hear(nil, message, fds, acts)
    end)
    process.once("disconnect", on_disconnect)
    send({ act = "online" })
    box:flush(0) -- now, not at the script's end: it may load for long, or never end
end

start()

return cluster
