--- The guardian: keeps a herd at its number, replaces who dies, kills who hangs or grows, and stops it in order.
--
--     cluster.guard()                                   -- all defaults, see policy/options
--     cluster.guard({ heartbeat = { interval = 2000 } })  -- again: changes only what is named, in the running herd
--
-- It decides nothing by itself: the policies in lua/moonherd/policy are pure functions of facts, and this module acts
-- on their answers. Events on `cluster`:
--
--     zombie   worker, facts   it has not answered `misses` pings; it is killed when the listeners have returned
--     memory   worker, facts   it is over memory.hard and has not left by itself; killed likewise
--     respawn  worker, delay   who died, and in how many ms its replacement starts
--     breaker  facts           the breaker has changed its state: see policy/breaker

local breaker_policy = require("moonherd.policy.breaker")
local core = require("moonherd.core")
local memory_policy = require("moonherd.policy.memory")
local option_policy = require("moonherd.policy.options")
local process = require("moonherd.process")
local respawn_policy = require("moonherd.policy.respawn")
local timers = require("moonherd.timers")
local watchdog_policy = require("moonherd.policy.watchdog")

local LOOK_MS = 1000 -- how often /proc is read for each worker's size
local FAR_BYTES = 16 * 1024 * 1024 -- over memory.hard: more than a worker that looks at itself would let pass
local PATIENT_LOOKS = 5
local SHORTAGE_WORD_MS = 60000 -- how often it is said that workers cannot be forked
local RETRY_MS = 1000 -- when nothing could be forked, for want of descriptors say
local LAST_MS = 1000 -- from the kill of who did not drain to the master's own end, at the latest

-- What the machine has too little of: no fault of the workers, so nothing for the breaker.
local SHORTAGE = { EMFILE = true, ENFILE = true, EAGAIN = true, ENOMEM = true }

---@class moonherd.Guard
---@field cluster table
---@field options table
---@field breaker moonherd.Breaker
local Guard = {}
Guard.__index = Guard

local function now()
    local seconds, nanoseconds = core.hrtime()
    return seconds * 1000 + math.floor(nanoseconds / 1e6)
end

-- The number of workers -----------------------------------------------------------------------------------------------

--- Those that count: alive and not asked to leave, and those that are on their way.
function Guard:_count()
    local count = self.pending
    for _, worker in pairs(self.cluster._alive) do
        if not worker._leaving and not worker:isDead() then
            count = count + 1
        end
    end
    return count
end

function Guard:_fork()
    local options = self.options
    local env = { MOONHERD_GUARDED = "1" }
    if options.memory and options.memory.hard then
        env.MOONHERD_MEMORY_HARD = ("%d"):format(options.memory.hard)
    end
    local ok, worker = pcall(self.cluster.fork, env)
    if not ok then
        self:_retry(worker)
        return false
    end
    self.breaker:started(worker._forked_at, worker.id)
    self:_plan_breaker()
    return true
end

--- Nothing can be forked now: the herd that there is must not die of it. One timer for however many are missing, and
--- a word now and then: a shortage may last.
function Guard:_retry(err)
    if self.retrying then
        return
    end
    self.retrying = true
    timers.setTimeout(function()
        self.retrying = false
        self:_reconcile()
    end, RETRY_MS)
    local text = tostring(err)
    if text ~= self.shortage or now() - self.shortage_at >= SHORTAGE_WORD_MS then
        self.shortage, self.shortage_at = text, now()
        local words = "%d of %d workers cannot be forked, trying again every %d ms: %s"
        local missing = self.options.workers - self:_count()
        process.emitWarning(words:format(missing, self.options.workers, RETRY_MS, text), "GuardWarning")
    end
end

--- Fork who is missing, ask who is too many to leave, the youngest first.
function Guard:_reconcile()
    if self.stopping then
        return
    end
    local missing = self.options.workers - self:_count()
    while missing > 0 and self.breaker:may_start() and self:_fork() do
        missing = missing - 1
    end
    if missing >= 0 then
        return
    end
    local staying = {}
    for _, worker in pairs(self.cluster._alive) do
        if not worker._leaving and not worker:isDead() then
            staying[#staying + 1] = worker
        end
    end
    table.sort(staying, function(a, b)
        return a.id > b.id
    end)
    -- Not the missing number: those that are only on their way can stay away.
    for i = 1, #staying - self.options.workers do
        staying[i]:disconnect()
    end
end

-- Deaths --------------------------------------------------------------------------------------------------------------

local function cause_of(worker, code, signal)
    if worker._cause then
        return worker._cause
    elseif signal then
        return "signal"
    end
    return code == 0 and "left" or "exit"
end

--- One timer for whatever the breaker waits for.
function Guard:_plan_breaker()
    if self.breaker_timer then
        timers.clearTimeout(self.breaker_timer)
        self.breaker_timer = nil
    end
    local at = self.breaker:next_at()
    if not at or self.stopping then
        return
    end
    self.breaker_timer = timers.setTimeout(function()
        self.breaker_timer = nil
        self:_breaker_changed(self.breaker:tick(now()))
        self:_plan_breaker()
    end, math.max(1, at - now()))
end

function Guard:_breaker_changed(facts)
    if not facts then
        return
    end
    self:_plan_breaker()
    self.cluster.emit("breaker", facts)
    self:_reconcile()
end

function Guard:_died(worker, code, signal)
    if self.stopping then
        return
    end
    local at = now()
    local asked = worker.exitedAfterDisconnect == true
    local cause = cause_of(worker, code, signal)
    local lived = at - (worker._forked_at or at)
    local changed = self.breaker:death(at, cause, worker.id, asked)
    if self.breaker.state == "closed" and self:_count() < self.options.workers then
        self:_respawn(worker, cause, lived, asked)
    end
    self:_breaker_changed(changed)
    self:_plan_breaker()
end

function Guard:_unstarted(worker, err)
    if SHORTAGE[err.code] then
        self.breaker:death(now(), "spawn", worker.id, true) -- it was no trial
        if not self.stopping and self:_count() < self.options.workers then
            self:_retry(err)
        end
        return
    end
    process.emitWarning(("worker %d cannot be started: %s"):format(worker.id, tostring(err)), "GuardWarning")
    self:_died(worker)
end

function Guard:_respawn(worker, cause, lived, asked)
    self.failures = asked and 0 or respawn_policy.failures(self.failures, lived)
    local facts = { failures = self.failures, lived = lived, cause = cause, worker = worker.id }
    -- From now on, as the delay may be a function, which may call guard again.
    self.pending = self.pending + 1
    local delay, problem = respawn_policy.delay(self.options.respawn, facts)
    if problem then
        process.emitWarning(problem, "GuardWarning")
    end
    if not delay then
        self.pending = self.pending - 1
        return
    end
    timers.setTimeout(function()
        self.pending = self.pending - 1
        self:_reconcile()
    end, delay)
    self.cluster.emit("respawn", worker, delay)
end

-- Hangs and growth ----------------------------------------------------------------------------------------------------

function Guard:_kill(worker, cause)
    worker._cause = cause
    worker.process:kill("SIGKILL") -- a stopped process hears nothing else
end

function Guard:_silent(worker, missed, silence)
    local heartbeat = self.options.heartbeat
    if not heartbeat or worker:isDead() or (worker.exitedAfterDisconnect and not worker:isConnected()) then
        return -- who has ended its channel in order cannot answer; see _left
    end
    local facts = worker:facts() or {}
    facts.missed, facts.silence = missed, silence
    facts.interval, facts.misses = heartbeat.interval, heartbeat.misses
    local verdict, reason = watchdog_policy.judge({
        missed = missed,
        interval = heartbeat.interval,
        misses = heartbeat.misses,
        state = facts.processState,
    })
    if verdict ~= "zombie" then
        return
    end
    facts.reason = reason
    -- Killed even if a listener throws: what hangs must not live on because a log line failed.
    timers.setImmediate(function()
        if not worker:isDead() then
            self:_kill(worker, "zombie")
        end
    end)
    self.cluster.emit("zombie", worker, facts)
end

--- It was asked to leave, has finished, and ended its channel: what it still does, it has the grace time for.
function Guard:_left(worker)
    if not worker.exitedAfterDisconnect or worker:isDead() then
        return
    end
    local timer = timers.setTimeout(function()
        if not worker:isDead() then
            self:_kill(worker, "left")
        end
    end, self.options.stop.grace)
    timer:unref()
    worker:once("exit", function()
        timers.clearTimeout(timer)
    end)
end

function Guard:_look(worker)
    local facts = worker:facts()
    if not facts or worker._cause == "memory" then
        return
    end
    local action, reason = memory_policy.judge({ rss = facts.rss }, self.options.memory)
    if action == "kill" then
        -- It notices by itself, if it gets the processor, and leaves in order: who is far over has one more look for
        -- that, who is only just over has a few.
        worker._over = (worker._over or 0) + 1
        local far = facts.rss > self.options.memory.hard + FAR_BYTES
        if worker._over < (far and 2 or PATIENT_LOOKS) then
            return
        end
        facts.reason = reason
        self:_kill(worker, "memory")
        self.cluster.emit("memory", worker, facts)
    elseif action == "drain" and not worker._leaving then
        facts.reason = reason
        worker:disconnect()
        self.cluster.emit("memory", worker, facts)
    else
        worker._over = nil
    end
end

-- Options -------------------------------------------------------------------------------------------------------------

function Guard:_watch(worker)
    local heartbeat = self.options.heartbeat
    if heartbeat then
        worker._core:heartbeat(heartbeat.interval, heartbeat.misses)
    else
        worker._core:heartbeat()
    end
end

--- A worker, just forked or older than the guard.
function Guard:_adopt(worker)
    worker._forked_at = now()
    self:_watch(worker)
    worker:on("error", function(err)
        -- A worker that dies under a message is no reason for its master to die.
        if worker.process.pid and worker:listenerCount("error") == 1 then
            process.emitWarning(("worker %d: %s"):format(worker.id, tostring(err)), "GuardWarning")
        end
    end)
end

function Guard:_apply(options)
    local before = self.options
    self.options = options
    self:_breaker_changed(self.breaker:configure(options.breaker, now()))
    self:_plan_breaker()
    local hard = options.memory and options.memory.hard or 0
    local hard_before = before and before.memory and before.memory.hard or 0
    for _, worker in pairs(self.cluster._alive) do
        self:_watch(worker)
        if hard ~= hard_before then
            self.cluster._sendInternal(worker, { act = "limits", memoryHard = hard })
        end
    end
    self:_reconcile()
end

-- The end -------------------------------------------------------------------------------------------------------------

function Guard:_kill_all()
    for _, worker in pairs(self.cluster._alive) do
        if not worker:isDead() then
            worker.process:kill("SIGKILL")
        end
    end
end

--- First signal: drain, then kill who is not done after the grace time, and exit 0. A second one ends it all at once.
function Guard:_stop(signal, number)
    if self.stopping then
        self:_kill_all()
        process.exit(128 + number)
        return
    end
    self.stopping = true
    timers.clearInterval(self.looking)
    timers.clearTimeout(self.breaker_timer)
    self.cluster._shares:set_keep(false)
    self.cluster.emit("stop", signal)
    timers.setTimeout(function()
        self:_kill_all()
        -- Who is dead may still have left a child that holds its channel: not ours to wait for.
        timers.setTimeout(process.exit, LAST_MS, 0)
    end, self.options.stop.grace)
    self.cluster.disconnect(function()
        process.nextTick(process.exit, 0) -- after everybody has heard of the last one's exit
    end)
end

function Guard:_start()
    local cluster = self.cluster
    cluster._shares:set_keep(true)
    for _, worker in pairs(cluster._alive) do
        self:_adopt(worker)
    end
    cluster.on("_forked", function(worker)
        self:_adopt(worker)
    end)
    cluster.on("_dead", function(worker, code, signal, unstarted)
        -- After everybody has heard of the exit: what follows from it is told in order.
        process.nextTick(unstarted and self._unstarted or self._died, self, worker, unstarted or code, signal)
    end)
    cluster.on("disconnect", function(worker)
        self:_left(worker)
    end)
    cluster.on("_silent", function(worker, missed, silence)
        self:_silent(worker, missed, silence)
    end)
    self.looking = timers.setInterval(function()
        for _, worker in pairs(cluster._alive) do
            self:_look(worker)
        end
    end, LOOK_MS)
    for _, signal in ipairs({ "SIGTERM", "SIGINT" }) do
        process.on(signal, function(name, number)
            self:_stop(name, number)
        end)
    end
end

local M = {}

--- Guard the herd, or change how it is guarded.
---@param cluster table the primary
---@param partial table|nil see policy/options; what is not named stays as it is
---@return table options those now in force, a copy
function M.set(cluster, partial)
    local guard = cluster._guard
    local current = guard and guard.options or option_policy.defaults(core.cpus())
    local options = option_policy.merge(current, partial)
    if not guard then
        guard = setmetatable({
            cluster = cluster,
            breaker = breaker_policy.new(options.breaker),
            pending = 0,
            failures = 0,
            options = options,
        }, Guard)
        cluster._guard = guard
        guard:_start()
    end
    guard:_apply(options)
    return option_policy.merge(options, nil)
end

return M
