--- What the guard does about workers that hang, grow, or stay when they have left: in the end it kills them. Its
--- methods are the guard's own.

local memory_policy = require("moonherd.policy.memory")
local timers = require("moonherd.timers")
local watchdog_policy = require("moonherd.policy.watchdog")

local FAR_BYTES = 16 * 1024 * 1024 -- over memory.hard: more than a worker that looks at itself would let pass
local PATIENT_LOOKS = 5

local Watching = {}

function Watching:_kill(worker, cause)
    worker._cause = cause
    worker.process:kill("SIGKILL") -- a stopped process hears nothing else
end

function Watching:_silent(worker, missed, silence)
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
    self.herd.cluster.emit("zombie", worker, facts)
end

--- It was asked to leave, has finished, and ended its channel: what it still does, it has the grace time for.
function Watching:_left(worker)
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

function Watching:_look(worker)
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
        self.herd.cluster.emit("memory", worker, facts)
    elseif action == "drain" and not worker._leaving then
        facts.reason = reason
        worker:disconnect()
        self.herd.cluster.emit("memory", worker, facts)
    else
        worker._over = nil
    end
end

return Watching
