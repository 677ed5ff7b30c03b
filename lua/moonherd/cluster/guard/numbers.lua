--- The half of the guard that keeps the herd at its number: forks who is missing, asks who is too many to leave. Its
--- methods are the guard's own.
--
-- Fields: options, breaker, pending (replacements that are on their way), retrying (nothing could be forked just now),
-- shortage and shortage_at (what was said of that, and when).

local clock = require("moonherd.cluster.guard.clock")
local process = require("moonherd.process")
local timers = require("moonherd.timers")

local SHORTAGE_WORD_MS = 60000 -- how often it is said that workers cannot be forked
local RETRY_MS = 1000 -- when nothing could be forked, for want of descriptors say

local Numbers = {}

--- Those that count: alive and not asked to leave, and those that are on their way.
function Numbers:_count()
    return self.pending + #self.herd:staying()
end

function Numbers:_fork()
    local options = self.options
    local env = { MOONHERD_GUARDED = "1" }
    if options.memory and options.memory.hard then
        env.MOONHERD_MEMORY_HARD = ("%d"):format(options.memory.hard)
    end
    local ok, worker = pcall(self.herd.cluster.fork, env)
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
function Numbers:_retry(err)
    if self.retrying then
        return
    end
    self.retrying = true
    timers.setTimeout(function()
        self.retrying = false
        self:_reconcile()
    end, RETRY_MS)
    local text = tostring(err)
    if text ~= self.shortage or clock.now() - self.shortage_at >= SHORTAGE_WORD_MS then
        self.shortage, self.shortage_at = text, clock.now()
        local words = "%d of %d workers cannot be forked, trying again every %d ms: %s"
        local missing = self.options.workers - self:_count()
        process.emitWarning(words:format(missing, self.options.workers, RETRY_MS, text), "GuardWarning")
    end
end

--- Fork who is missing, ask who is too many to leave, the youngest first.
function Numbers:_reconcile()
    if self.stopping then
        return
    end
    local missing = self.options.workers - self:_count()
    while missing > 0 and self.breaker:may_start() and self:_fork() do
        missing = missing - 1
    end
    if missing > 0 then
        return
    end
    local staying = self.herd:staying()
    table.sort(staying, function(a, b)
        return a.id > b.id
    end)
    if self.breaker.state == "halfOpen" and self.breaker:may_start() and staying[1] and self.pending == 0 then
        -- Nobody is missing: the youngest is the trial, or the breaker would wait for a death to close.
        self.breaker:started(clock.now(), staying[1].id)
        self:_plan_breaker()
    end
    -- Not the missing number: those that are only on their way can stay away.
    for i = 1, #staying - self.options.workers do
        staying[i]:disconnect()
    end
end

return Numbers
