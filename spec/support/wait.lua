--- Waiting with a deadline, never for a fixed time.
--
--     local wait = require "spec.support.wait"
--     wait(function() return worker.online end, 5, "the worker to come online")
--
-- The predicate is asked again and again until it returns something true, which is what wait returns; at the
-- deadline it raises and names `what`. Deadlines are stretched by MOONHERD_TEST_TIME_SCALE. Where the engine runs
-- in this very process (moonherd.core is loaded) waiting turns its loop; elsewhere it sleeps.

local sys = require("spec.support.sys")

local SCALE = tonumber(os.getenv("MOONHERD_TEST_TIME_SCALE")) or 1
local DEFAULT_SECONDS = 5
local TURN_SECONDS = 0.01

local M = {}

--- Seconds as they count on this machine and build.
function M.scaled(seconds)
    return (seconds or DEFAULT_SECONDS) * SCALE
end

-- An error in a callback of the loop, a failed assertion say, has no caller but the loop: it is raised by whoever
-- turned it. A spec that wants uncaughtException itself calls process.setUncaughtExceptionCaptureCallback(nil).
local uncaught

local function capture_errors()
    local process = require("moonherd.process")
    if not process.hasUncaughtExceptionCaptureCallback() and not M.captured then
        M.captured = true
        process.setUncaughtExceptionCaptureCallback(function(err)
            uncaught = uncaught or { err }
        end)
    end
end

local function raise_caught()
    if uncaught then
        local err = uncaught[1]
        uncaught = nil
        error(err, 0)
    end
end

local function turn_loop(core)
    capture_errors()
    local more = core.run(TURN_SECONDS * 1000)
    raise_caught()
    return more
end

local function nothing() end

--- One short wait: for one of the descriptors of `fds` (see sys.poll), a turn of the loop, or TURN_SECONDS.
function M.turn(fds)
    local core = package.loaded["moonherd.core"]
    if type(core) ~= "table" then
        sys.poll(fds or {}, TURN_SECONDS)
    elseif not fds or sys.poll(fds, 0) == 0 then
        -- A loop with nothing to live for does not turn, not even for its signals: the timer is that something.
        local timers = require("moonherd.timers")
        local timer = timers.setTimeout(nothing, TURN_SECONDS * 1000)
        turn_loop(core)
        timers.clearTimeout(timer)
    end
end

--- Something that says when it is too late: deadline() is true then.
function M.deadline(seconds)
    local at = sys.now() + M.scaled(seconds)
    return function()
        return sys.now() >= at
    end
end

local function wait(_, predicate, seconds, what)
    local late = M.deadline(seconds)
    while true do
        local result = predicate()
        if result then
            return result
        elseif late() then
            error(("waited %g s for %s"):format(M.scaled(seconds), what or "something"), 2)
        end
        M.turn()
    end
end

--- Turns the loop of this process until nothing is left on it.
function M.drain(seconds)
    local core = require("moonherd.core")
    local late = M.deadline(seconds)
    while turn_loop(core) do
        if late() then
            error(("the loop was still alive after %g s"):format(M.scaled(seconds)), 2)
        end
    end
end

return setmetatable(M, { __call = wait })
