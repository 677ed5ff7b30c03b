--- setTimeout, setInterval, setImmediate, as Node's.
--
--     local timers = require "moonherd.timers"
--     local t = timers.setTimeout(function(who) print("hello", who) end, 100, "you")
--     t:unref()                    -- does not keep the program alive
--     timers.clearTimeout(t)
--
-- Times are milliseconds. Timers of the same delay fire in the order they were made; extra arguments are passed on.

local absent = require("moonherd.absent")
local check = require("moonherd.check")
local immediates = require("moonherd.immediates")
local inspect = require("moonherd.inspect")
local queue = require("moonherd.timers.queue")
local timeouts = require("moonherd.timers.timeout")

local MAX_DELAY_MS = 2147483647

local M = {
    setImmediate = immediates.setImmediate,
    clearImmediate = immediates.clearImmediate,
}

absent.add(M, "timers", {
    active = "timeout:refresh",
    enroll = "timers.setTimeout",
    promises = 'async.sleep of require "async"',
    unenroll = "timers.clearTimeout",
})

local function to_delay(ms)
    ms = tonumber(ms)
    if not ms or ms ~= ms or ms < 1 then
        return 1
    elseif ms > MAX_DELAY_MS then
        require("moonherd.process").emitWarning(
            inspect.number(ms) .. " does not fit into a 32-bit signed integer.\nTimeout duration was set to 1.",
            "TimeoutOverflowWarning"
        )
        return 1
    end
    return math.floor(ms)
end

local function new(repeats, callback, delay, ...)
    check.fn(callback, "callback")
    return timeouts.new(repeats, callback, to_delay(delay), ...)
end

--- Calls `callback(...)` once, after `delay` milliseconds (at least 1).
---@param callback function
---@param delay number?
---@param ... any
---@return moonherd.Timeout
function M.setTimeout(callback, delay, ...)
    return new(false, callback, delay, ...)
end

--- Calls `callback(...)` every `delay` milliseconds, counted from where the last call began; a call that comes late
--- does not make the next ones come faster.
---@param callback function
---@param delay number?
---@param ... any
---@return moonherd.Timeout
function M.setInterval(callback, delay, ...)
    return new(true, callback, delay, ...)
end

--- Stops a timer, given itself or its id. Anything else is ignored, nil and timers that fired included.
---@param timeout any
function M.clearTimeout(timeout)
    local timer = timeouts.find(timeout)
    if timer then
        queue.stop(timer)
    end
end

M.clearInterval = M.clearTimeout

return M
