--- The master's end of the herd: forks workers, answers their questions, shares listening sockets among them.
--
--     local cluster = require "cluster"
--     cluster.on("exit", function(worker, code, signal) cluster.fork() end)
--     cluster.fork({ ROLE = "api" })
--
-- The conversation is Node's own (`queryServer`, `listening`, `close`, `disconnect`, ...), see cluster/child for the
-- other end. What Node has no word for: `cluster.guard`, in cluster/guard.

local answers = require("moonherd.cluster.answers")
local check = require("moonherd.check")
local core = require("moonherd.core")
local deadline = require("moonherd.cluster.deadline")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local Herd = require("moonherd.cluster.herd")
local life = require("moonherd.cluster.life")
local process = require("moonherd.process")
local settings = require("moonherd.cluster.settings")
local start = require("moonherd.cluster.start")
local util = require("moonherd.util")
local Worker = require("moonherd.cluster.worker")

local SCHED_NONE, SCHED_RR = 1, 2
local POLICY_NAMES = { none = SCHED_NONE, rr = SCHED_RR }

---@type moonherd.cluster
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
    Worker = util.callable(Worker, Worker.new),
})

local herd = Herd.new(cluster)
local next_id = 0
local policy -- schedulingPolicy as it was frozen

--- moonherd only: the address is as in "listening".
function herd.shares.onError(address, err)
    cluster.emit("acceptError", address, err)
end

--- moonherd only: facts.waiting says which; besides accepted, handed, parked, dropped, starved.
function herd.shares.onWaiting(address, facts)
    cluster.emit("waiting", address, facts)
end

local hear = answers.new(herd, function()
    return policy == SCHED_RR
end)

-- Settings ------------------------------------------------------------------------------------------------------------

local function freeze_policy()
    local wanted = cluster.schedulingPolicy
    if wanted ~= SCHED_NONE and wanted ~= SCHED_RR then
        error(errors.arg_value("cluster.schedulingPolicy", wanted, "must be SCHED_RR or SCHED_NONE"), 0)
    end
    policy = wanted
end

--- Settings of later forks: the defaults, then those set before, then these. Emits `setup` on the next tick.
---@param new moonherd.cluster.SettingsOptions?
local function setup_primary(new)
    check.opt(check.table, new, "settings")
    local merged = settings.merge(cluster.settings, new)
    if not policy then
        freeze_policy()
    end
    cluster.settings = merged
    process.nextTick(cluster.emit, "setup", merged)
end

-- Workers -------------------------------------------------------------------------------------------------------------

--- What the engine tells of a worker.
local Watch = {}
Watch.__index = Watch

function Watch:on_silent(missed, silence)
    herd:emit("silent", self.worker, missed, silence)
end

--- Start a worker: this program again, with the script of the settings and a channel.
---@param env table<string, any>? added to the environment of this process
---@return moonherd.Worker
local function fork(env)
    check.opt(check.table, env, "env")
    setup_primary()
    next_id = next_id + 1
    local watch = setmetatable({}, Watch)
    local child, box = start(next_id, cluster.settings, env, watch)
    life.expect_start(herd, child, function()
        return watch.worker
    end)
    local worker = Worker.new({ id = next_id, process = child })
    worker._core = box
    watch.worker = worker
    life.follow(herd, worker, hear)
    herd:add(worker)
    return worker
end

--- Ask every worker to finish and leave.
---@param options moonherd.cluster.DisconnectOptions? moonherd only; may be left out
---@param callback function? called once, when none is left; never from inside this call
local function disconnect(options, callback)
    if check.callable(options) and callback == nil then
        options, callback = nil, options
    end
    local ms = deadline.read(options)
    check.opt(check.fn, callback, "callback")
    local any = next(herd.alive) ~= nil
    for _, worker in pairs(herd.alive) do
        if worker:isConnected() and (ms or not worker._leaving) then
            worker:disconnect(options)
        end
    end
    if callback then
        if any then
            herd:once("idle", callback)
        else
            process.nextTick(callback)
        end
    end
end

--- Ask the worker to finish: it gets no more connections, answers what it has, and ends its channel.
---@param options moonherd.cluster.DisconnectOptions? moonherd only: ms after which what it still has is cut
---@return moonherd.Worker self
function Worker:disconnect(options)
    Worker._process_of(self, "worker:disconnect")
    if not self._core then
        local message = "worker:disconnect: this Worker was not forked by this cluster"
        error(errors.new("Error", "ERR_INVALID_STATE", message), 0)
    end
    local ms = deadline.read(options)
    self.exitedAfterDisconnect = true
    self._leaving = true
    self._core:drain()
    herd:send(self, { act = "disconnect", deadline = ms })
    herd.shares:leave_all(self)
    cluster.workers[self.id] = nil
    if ms then
        deadline.enforce(self, ms)
    end
    return self
end

--- Send the process a signal, SIGTERM unless named. No graceful step, as in Node.
---@param signal string|integer|nil
function Worker:kill(signal)
    Worker._process_of(self, "worker:kill"):kill(signal or "SIGTERM")
end
Worker.destroy = Worker.kill

--- moonherd only: what the worker's health page says, and what its process uses.
---@return table|nil facts nil once it is dead
function Worker:facts()
    check.object(self, "worker:facts", "state")
    local facts = self._core and self._core:facts()
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

-- What is public ------------------------------------------------------------------------------------------------------

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
    return require("moonherd.cluster.guard").set(herd, options)
end)

return cluster
