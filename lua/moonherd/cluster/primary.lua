--- The master's end of the herd: forks workers, answers their questions, shares listening sockets among them.
--
--     local cluster = require "cluster"
--     cluster.on("exit", function(worker, code, signal) cluster.fork() end)
--     cluster.fork({ ROLE = "api" })
--
-- The conversation is Node's own (`queryServer`, `listening`, `close`, `disconnect`, ...), see cluster/child for the
-- other end. What Node has no word for: `cluster.guard`, in cluster/guard.

local channel = require("moonherd.channel")
local check = require("moonherd.check")
local child_process = require("moonherd.child_process")
local conversation = require("moonherd.cluster.conversation")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local handoff = require("moonherd.handoff")
local process = require("moonherd.process")
local request = require("moonherd.cluster.request")
local share = require("moonherd.cluster.share")
local util = require("moonherd.util")
local Worker = require("moonherd.cluster.worker")

local SCHED_NONE, SCHED_RR = 1, 2
local POLICY_NAMES = { none = SCHED_NONE, rr = SCHED_RR }

---@class moonherd.ClusterSettings
---@field exec string? the workers' script; this program's own unless named
---@field args string[]? its arguments; this program's own unless named
---@field execArgv string[]? options of the runtime before the script
---@field execPath string? moonherd only: the program that runs the script; process.execPath unless named
---@field cwd string?
---@field silent boolean? the workers' output comes through worker.process.stdout and stderr
---@field stdio any as for child_process.fork
---@field serialization string?
---@field uid integer?
---@field gid integer?
---@field ipc table? moonherd only: limits of the channel, as for child_process.fork

---@class moonherd.Cluster: moonherd.EventEmitter
local cluster = events.singleton({
    isPrimary = true,
    isMaster = true,
    isWorker = false,
    SCHED_NONE = SCHED_NONE,
    SCHED_RR = SCHED_RR,
    --- Read at the first fork or setupPrimary; later changes have no effect.
    schedulingPolicy = POLICY_NAMES[process.env.NODE_CLUSTER_SCHED_POLICY] or SCHED_RR,
    --- The settings of the latest setupPrimary.
    settings = {},
    --- Live workers by id.
    workers = {},
    Worker = setmetatable({}, {
        __call = function(_, options)
            return Worker.new(options)
        end,
        __index = Worker,
    }),
})

local next_id = 0
local alive = {} -- by id, like cluster.workers, and those that were asked to leave and have not yet
local shares = share.registry()
local policy -- schedulingPolicy as it was frozen

-- The conversation --------------------------------------------------------------------------------------------------

local talk = conversation.new()

local function send(worker, message, fds)
    return talk:send(worker.process, message, fds)
end

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
    shares:query(worker, message, policy == SCHED_RR, function(reply, fds)
        reply.ack = message.seq
        send(worker, reply, fds)
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
    shares:leave(worker, message.key)
end

function acts.exitedAfterDisconnect(worker, message)
    worker.exitedAfterDisconnect = true
    worker._core:drain()
    send(worker, { ack = message.seq })
end

--- moonherd only: why the worker is about to leave by itself, for the guard's count of causes.
function acts.leaving(worker, message)
    worker._cause = message.cause
end

--- It says what no worker of ours says: nothing it holds can be relied on. It sees its channel end, and leaves.
local function cut_off(worker, problem)
    local words = "worker %d (process %d) does not speak as a worker does and was cut off: %s"
    process.emitWarning(words:format(worker.id, worker.process.pid, problem), "ClusterWarning")
    if worker:isConnected() then
        worker.process:disconnect()
    end
end

-- A worker's life -----------------------------------------------------------------------------------------------------

local function remove_worker(worker)
    cluster.workers[worker.id] = nil
    if alive[worker.id] then
        alive[worker.id] = nil
        if next(alive) == nil then
            cluster.emit("_idle")
        end
    end
end

local function on_exit(worker, code, signal)
    if not worker:isConnected() then
        shares:leave_all(worker)
        remove_worker(worker)
    end
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect == true
    worker.state = "dead"
    worker._core:close()
    -- The guard's, before anybody else's listener can throw.
    cluster.emit("_dead", worker, code, signal)
    worker:emit("exit", code, signal)
    cluster.emit("exit", worker, code, signal)
end

--- The process could not be started: no exit will come, and where descriptors were short no disconnect either.
local function on_unstarted(worker, err)
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect == true
    worker.state = "dead"
    worker._cause = "spawn"
    worker._core:close()
    if not worker:isConnected() then
        remove_worker(worker)
    end
    cluster.emit("_dead", worker, nil, nil, err)
end

local function on_disconnect(worker)
    shares:leave_all(worker)
    if worker.state == "dead" then -- not isDead: who has died but whose exit is still to be told stays until then
        remove_worker(worker)
    end
    worker.exitedAfterDisconnect = worker.exitedAfterDisconnect == true
    worker.state = worker.state == "dead" and "dead" or "disconnected"
    worker:emit("disconnect")
    cluster.emit("disconnect", worker)
end

--- What the engine tells of a worker, on its way to whoever listens on the cluster.
local Watch = {}
Watch.__index = Watch

function Watch:on_silent(missed, silence)
    cluster.emit("_silent", self.worker, missed, silence)
end

local function fork_process(id, env)
    local settings = cluster.settings
    local worker_env = process.env()
    for name, value in pairs(env or {}) do
        worker_env[name] = value
    end
    local watch = setmetatable({}, Watch)
    local box, _, code, errno = core.worker(watch)
    if not box then
        error(errors.system(code, errno, "memfd_create"), 0)
    end
    watch.core = box
    local ok, child = pcall(child_process._fork, settings.exec, settings.args, {
        cwd = settings.cwd,
        env = worker_env,
        execArgv = settings.execArgv,
        execPath = settings.execPath,
        ipc = settings.ipc,
        gid = settings.gid,
        serialization = settings.serialization,
        silent = settings.silent,
        stdio = settings.stdio,
        uid = settings.uid,
    }, {
        env = { NODE_UNIQUE_ID = ("%d"):format(id) },
        fds = { MOONHERD_PAGE_FD = watch.core:pageFd() },
    })
    if not ok then
        watch.core:close()
        error(child, 0)
    end
    watch.core:closePageFd()
    local channel_box = channel.box(child)
    if channel_box then
        watch.core:attach(channel_box)
    end
    return child, watch
end

--- Settings of later forks: the defaults, then those set before, then these. Emits `setup` on the next tick.
---@param settings moonherd.ClusterSettings?
local function setup_primary(settings)
    check.opt(check.table, settings, "settings")
    local merged = {
        args = { unpack(process.argv, 3) },
        exec = process.argv[2],
        execArgv = process.execArgv,
        silent = false,
    }
    for _, source in ipairs({ cluster.settings, settings or {} }) do
        for name, value in pairs(source) do
            merged[name] = value
        end
    end
    cluster.settings = merged
    if not policy then
        policy = cluster.schedulingPolicy
        if policy ~= SCHED_NONE and policy ~= SCHED_RR then
            local bad = policy
            policy = nil
            error(errors.arg_value("cluster.schedulingPolicy", bad, "must be SCHED_RR or SCHED_NONE"), 0)
        end
    end
    process.nextTick(cluster.emit, "setup", merged)
end

--- Start a worker: this program again, with the script of the settings and a channel.
---@param env table<string, any>? added to the environment of this process
---@return moonherd.Worker
local function fork(env)
    check.opt(check.table, env, "env")
    setup_primary()
    next_id = next_id + 1
    local child, watch = fork_process(next_id, env)
    local worker
    -- Before the worker's own listener, which raises the error where nobody listens.
    child:on("error", function(err)
        if not child.pid and worker.state ~= "dead" then
            on_unstarted(worker, err)
        end
    end)
    worker = Worker.new({ id = next_id, process = child })
    worker._core = watch.core
    watch.worker = worker
    worker:on("message", function(message, handle)
        cluster.emit("message", worker, message, handle)
    end)
    child:once("exit", function(code, signal)
        on_exit(worker, code, signal)
    end)
    child:once("disconnect", function()
        on_disconnect(worker)
    end)
    child:on("internalMessage", function(message, fds)
        local problem = type(message) == "table" and request.problem(message)
        if problem then
            handoff.close(fds)
            return cut_off(worker, problem)
        end
        talk:hear(worker, message, fds, acts)
    end)
    process.nextTick(cluster.emit, "fork", worker)
    cluster.workers[worker.id] = worker
    alive[worker.id] = worker
    cluster.emit("_forked", worker)
    return worker
end

--- Ask every worker to finish and leave.
---@param callback function? called once, when none is left; never from inside this call
local function disconnect(callback)
    check.opt(check.fn, callback, "callback")
    local any = next(alive) ~= nil
    for _, worker in pairs(alive) do
        if worker:isConnected() and not worker._leaving then
            worker:disconnect()
        end
    end
    if callback then
        if any then
            cluster.once("_idle", callback)
        else
            process.nextTick(callback)
        end
    end
end

--- Ask the worker to finish: it gets no more connections, answers what it has, and ends its channel.
---@return moonherd.Worker self
function Worker:disconnect()
    self.exitedAfterDisconnect = true
    self._leaving = true
    self._core:drain()
    send(self, { act = "disconnect" })
    shares:leave_all(self)
    cluster.workers[self.id] = nil
    return self
end

--- Send the process a signal, SIGTERM unless named. No graceful step, as in Node.
---@param signal string|integer|nil
function Worker:kill(signal)
    self.process:kill(signal or "SIGTERM")
end
Worker.destroy = Worker.kill

--- moonherd only: what the worker's health page says, and what its process uses.
---@return table|nil facts nil once it is dead
function Worker:facts()
    local facts = self._core:facts()
    if not facts then
        return nil
    end
    facts.id, facts.pid, facts.state = self.id, self.process.pid, self.state
    local usage = core.usage(self.process.pid)
    if usage then
        facts.rss, facts.processState = usage.rss, usage.state
    end
    return facts
end

-- For cluster/guard, a module of its own.
cluster._alive = alive
cluster._shares = shares
cluster._sendInternal = send

local function publish(name, fn)
    cluster[name] = util.either(cluster, function(_, ...)
        return fn(...)
    end)
end

publish("setupPrimary", setup_primary)
publish("setupMaster", setup_primary)
publish("fork", fork)
publish("disconnect", disconnect)
--- moonherd only: keep the herd at its number, replace who dies, kill who hangs or grows; see cluster/guard.
publish("guard", function(options)
    return require("moonherd.cluster.guard").set(cluster, options)
end)

return cluster
