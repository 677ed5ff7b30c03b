--- The breaker: a herd whose workers die again and again is not forked again and again. A state machine
-- without clock or loop: the caller says what happened and when, and forks when told that it may.
--
--     local breaker = require "moonherd.policy.breaker"
--     local b = breaker.new(options.breaker)
--     announce(b:death(now, "exit", worker.id))          -- nil, or the facts of a new state
--     if b:may_start() then b:started(now, fork().id) end
--     announce(b:tick(now))                              -- at b:next_at(), or as often as one likes
--
-- closed     workers start freely. `deaths` deaths in `within` ms open it.
-- open       none starts. `cooldown` ms after it opened it is half open.
-- halfOpen   one worker may start, the trial. It lives when it is still there `trial` ms after its start (5000,
--            or `within` if that is less, unless set): the breaker closes and forgets the deaths. It dies:
--            open again. Asked to leave: another trial may start.
--
-- Deaths that were asked for do not count. The deaths of other workers neither open nor close what is half open.
-- Options `false`: no breaker, always closed. Times are milliseconds of any one clock that never goes back.

local TRIAL_MS = 5000

---@class moonherd.Breaker
---@field private options table|false
---@field private state "closed"|"open"|"halfOpen"
---@field private ring { at: number, cause: string }[] the latest deaths, never more than options.deaths
---@field private newest integer where in the ring the last death is
---@field private opened_at number?
---@field private trial_id any
---@field private trial_at number?
local Breaker = {}
Breaker.__index = Breaker

local M = {}

--- A closed breaker.
---@param options table|false the section `breaker` { deaths, within, cooldown, trial? }, checked by policy/options
---@return moonherd.Breaker
function M.new(options)
    return setmetatable({ options = options, state = "closed", ring = {}, newest = 0 }, Breaker)
end

local function trial_ms(options)
    return options.trial or math.min(options.within, TRIAL_MS)
end

--- The deaths of the ring, oldest first.
local function in_order(self)
    local ring, list = self.ring, {}
    for i = 1, #ring do
        list[i] = ring[(self.newest + i - 1) % #ring + 1]
    end
    return list
end

local function record(self, now, cause)
    local size = self.options.deaths
    self.newest = self.newest % size + 1
    local entry = self.ring[self.newest]
    if entry then
        entry.at, entry.cause = now, cause
    else
        self.ring[self.newest] = { at = now, cause = cause }
    end
end

local function enter(self, state, now)
    self.state = state
    self.trial_id, self.trial_at = nil, nil
    if state == "open" then
        self.opened_at = now
    elseif state == "closed" then
        self.opened_at = nil
        self.ring, self.newest = {}, 0
    end
    return self:facts(now)
end

--- A worker has died.
---@param now number
---@param cause string "exit", "signal", "zombie", "memory", ...: the key it is counted under
---@param id any the worker's, to know the trial by
---@param asked boolean? its end was asked for (exitedAfterDisconnect)
---@return moonherd.cluster.BreakerFacts? facts of the new state, if this death changed it
function Breaker:death(now, cause, id, asked)
    local options = self.options
    if not options then
        return nil
    end
    local was_trial = self.trial_at ~= nil and id == self.trial_id
    if asked then
        if was_trial then
            self.trial_id, self.trial_at = nil, nil
        end
        return nil
    end
    record(self, now, cause)
    if was_trial then
        return enter(self, "open", now)
    end
    local ring = self.ring
    if self.state == "closed" and #ring == options.deaths then
        local oldest = ring[self.newest % #ring + 1]
        if now - oldest.at <= options.within then
            return enter(self, "open", now)
        end
    end
    return nil
end

--- Whether a worker may be forked now. Half open, only until one is.
---@return boolean
function Breaker:may_start()
    return self.state == "closed" or (self.state == "halfOpen" and self.trial_at == nil)
end

--- A worker was forked. Half open, it is the trial.
---@param now number
---@param id any
function Breaker:started(now, id)
    if self.state == "halfOpen" and self.trial_at == nil then
        self.trial_id, self.trial_at = id, now
    end
end

--- When `tick` has something to do, if nothing else happens; nil: never.
---@return number?
function Breaker:next_at()
    if self.state == "open" then
        return self.opened_at + self.options.cooldown
    end
    return self.trial_at and self.trial_at + trial_ms(self.options)
end

--- Time has passed.
---@param now number
---@return moonherd.cluster.BreakerFacts? facts of the new state, if it changed
function Breaker:tick(now)
    local at = self:next_at()
    if not at or now < at then
        return nil
    end
    return enter(self, self.state == "open" and "halfOpen" or "closed", now)
end

--- The state, and the deaths it rests on.
---@param now number
---@return moonherd.cluster.BreakerFacts
function Breaker:facts(now)
    local options = self.options
    local facts = { state = self.state, deaths = 0, causes = {} }
    if options then
        local since = (self.opened_at or now) - options.within
        for _, death in ipairs(self.ring) do
            if death.at >= since then
                facts.deaths = facts.deaths + 1
                facts.causes[death.cause] = (facts.causes[death.cause] or 0) + 1
            end
        end
        facts.within, facts.cooldown = options.within, options.cooldown
        facts.nextAt = self:next_at()
        facts.nextIn = facts.nextAt and math.max(0, facts.nextAt - now)
    end
    return facts
end

--- Other options from now on. The state stays and new times count from when it began; false closes the
--- breaker for good. The latest deaths are kept; fewer allowed ones open it at the next death.
---@param options table|false
---@param now number
---@return moonherd.cluster.BreakerFacts? facts of the new state, if it changed
function Breaker:configure(options, now)
    local was_closed = self.state == "closed"
    if not options then
        self.options = options
        local facts = enter(self, "closed", now)
        return not was_closed and facts or nil
    end
    local list = in_order(self)
    self.ring = {}
    for i = math.max(1, #list - options.deaths + 1), #list do
        self.ring[#self.ring + 1] = list[i]
    end
    self.newest = #self.ring
    self.options = options
    return nil
end

return M
