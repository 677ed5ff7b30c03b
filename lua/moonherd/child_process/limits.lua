--- What ends a child before its time: the options `timeout`, `killSignal` and `signal`.
--
--     limits.watch(child, plan)       -- reads plan.timeout, plan.kill_signal, plan.signal

local errors = require("moonherd.errors")
local tick = require("moonherd.tick")
local timers = require("moonherd.timers")

local M = {}

local MAX_TIMER_MS = 2 ^ 31 - 1

--- Calls `fn` when the time of a `timeout` option is over.
---@param timeout integer ms
---@param fn function
---@return moonherd.Timeout
function M.after(timeout, fn)
    return timers.setTimeout(fn, math.min(timeout, MAX_TIMER_MS))
end

--- Sends the signal; when that cannot be, "error" tells. Returns whether it was sent.
local function kill(child, signal)
    local ok, sent = pcall(child.kill, child, signal)
    if not ok then
        child:emit("error", sent)
    end
    return ok and sent
end

local function abort(child, plan)
    if kill(child, plan.kill_signal) then
        child:emit("error", errors.abort(plan.signal.reason))
    end
end

local function watch_time(child, plan)
    local timer = M.after(plan.timeout, function()
        kill(child, plan.kill_signal)
    end)
    child:_when_over(function()
        timers.clearTimeout(timer)
    end)
end

local function watch_signal(child, plan)
    if plan.signal.aborted then
        tick.add(abort, child, plan)
        return
    end
    local function on_abort()
        abort(child, plan)
    end
    plan.signal:once("abort", on_abort)
    child:_when_over(function()
        plan.signal:off("abort", on_abort)
    end)
end

--- Ends the child as its plan says, until it has ended.
---@param child moonherd.ChildProcess
---@param plan table
function M.watch(child, plan)
    if plan.timeout > 0 then
        watch_time(child, plan)
    end
    if plan.signal then
        watch_signal(child, plan)
    end
end

return M
