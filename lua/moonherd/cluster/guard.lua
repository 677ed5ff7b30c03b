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
--
-- Put together here: numbers.lua, deaths.lua, watching.lua and stopping.lua have a part each.

local breaker_policy = require("moonherd.policy.breaker")
local clock = require("moonherd.cluster.guard.clock")
local core = require("moonherd.core")
local option_policy = require("moonherd.policy.options")
local process = require("moonherd.process")
local timers = require("moonherd.timers")

local LOOK_MS = 1000 -- how often /proc is read for each worker's size

---@class moonherd.Guard
---@field herd moonherd.Herd
---@field options table
---@field breaker moonherd.Breaker
---@field stopping boolean? the herd is being ended
local Guard = {}
Guard.__index = Guard

for _, part in ipairs({ "numbers", "deaths", "watching", "stopping" }) do
    for name, method in pairs(require("moonherd.cluster.guard." .. part)) do
        Guard[name] = method
    end
end

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
    worker._forked_at = clock.now()
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
    self:_breaker_changed(self.breaker:configure(options.breaker, clock.now()))
    self:_plan_breaker()
    local hard = options.memory and options.memory.hard or 0
    local hard_before = before and before.memory and before.memory.hard or 0
    for _, worker in pairs(self.herd.alive) do
        self:_watch(worker)
        if hard ~= hard_before then
            self.herd:send(worker, { act = "limits", memoryHard = hard })
        end
    end
    self:_reconcile()
end

function Guard:_start()
    local herd = self.herd
    herd.shares:set_keep(true)
    for _, worker in pairs(herd.alive) do
        self:_adopt(worker)
    end
    herd:on("forked", function(worker)
        self:_adopt(worker)
    end)
    -- After everybody has heard of the exit: what follows from it is told in order.
    herd:on("dead", function(worker, code, signal)
        process.nextTick(self._died, self, worker, code, signal)
    end)
    herd:on("unstarted", function(worker, err)
        process.nextTick(self._unstarted, self, worker, err)
    end)
    herd:on("left", function(worker)
        self:_left(worker)
    end)
    herd:on("silent", function(worker, missed, silence)
        self:_silent(worker, missed, silence)
    end)
    self.looking = timers.setInterval(function()
        for _, worker in pairs(herd.alive) do
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
---@param herd moonherd.Herd
---@param partial table|nil see policy/options; what is not named stays as it is
---@return table options those now in force, a copy
function M.set(herd, partial)
    local guard = herd.guard
    local current = guard and guard.options or option_policy.defaults(core.cpus())
    local options = option_policy.merge(current, partial)
    if not guard then
        guard = setmetatable({
            herd = herd,
            breaker = breaker_policy.new(options.breaker),
            pending = 0,
            failures = 0,
            options = options,
        }, Guard)
        herd.guard = guard
        guard:_start()
    end
    guard:_apply(options)
    return option_policy.merge(options, nil)
end

return M
