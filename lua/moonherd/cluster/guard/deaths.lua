--- What the guard does about a death: counts it, has the breaker judge, plans the replacement. Its methods are the
--- guard's own.
--
-- Fields: options, breaker, breaker_timer, failures (deaths in a row of workers that had not lived long), pending.

local clock = require("moonherd.cluster.guard.clock")
local process = require("moonherd.process")
local respawn_policy = require("moonherd.policy.respawn")
local timers = require("moonherd.timers")

-- What the machine has too little of: no fault of the workers, so nothing for the breaker.
local SHORTAGE = { EMFILE = true, ENFILE = true, EAGAIN = true, ENOMEM = true }

local Deaths = {}

local function cause_of(worker, code, signal)
    if worker._cause then
        return worker._cause
    elseif signal then
        return "signal"
    end
    return code == 0 and "left" or "exit"
end

--- One timer for whatever the breaker waits for.
function Deaths:_plan_breaker()
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
        self:_breaker_changed(self.breaker:tick(clock.now()))
        self:_plan_breaker()
    end, math.max(1, at - clock.now()))
end

function Deaths:_breaker_changed(facts)
    if not facts then
        return
    end
    self:_plan_breaker()
    self.herd.cluster.emit("breaker", facts)
    self:_reconcile()
end

function Deaths:_died(worker, code, signal)
    if self.stopping then
        return
    end
    local at = clock.now()
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

function Deaths:_unstarted(worker, err)
    if SHORTAGE[err.code] then
        self.breaker:death(clock.now(), "spawn", worker.id, true) -- it was no trial
        if not self.stopping and self:_count() < self.options.workers then
            self:_retry(err)
        end
        return
    end
    process.emitWarning(("worker %d cannot be started: %s"):format(worker.id, tostring(err)), "GuardWarning")
    self:_died(worker)
end

function Deaths:_respawn(worker, cause, lived, asked)
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
    self.herd.cluster.emit("respawn", worker, delay)
end

return Deaths
