--- What a task waits by, and the limits of a wait. See moonherd.async.task.
--
-- How a function of ours waits: it takes a waiter, gives it to somebody who will settle it, and waits.
--
--     local waiter = tasks.waiter("async.sleep")
--     local timer = timers.setTimeout(function() waiter:settle(true) end, 100)
--     waiter:finally(function() timers.clearTimeout(timer) end)
--     return waiter:wait()
--
-- A waiter is settled once, and what `finally` was given has run when its task goes on, whatever the outcome.

local abort = require("moonherd.abort")
local check = require("moonherd.check")
local errors = require("moonherd.errors")

local M = {
    --- The longest time anything can wait, as setTimeout's.
    MAX_MS = 2147483647,
    --- What a task that waits yields; anything else was yielded by somebody else.
    MARK = {},
}

local TIMED_OUT = {}

---@class moonherd.Waiter
---@field what string what is waited for, as the words of a timeout begin
---@field values table? once it is settled
local Waiter = {}
Waiter.__index = Waiter

---@param task moonherd.Task the one that will wait
---@param resume fun(task: moonherd.Task)
---@return moonherd.Waiter
function M.new(task, resume)
    return setmetatable({ task = task, resume = resume }, Waiter)
end

--- Has `fn` called when it is settled, or dropped.
function Waiter:finally(fn)
    local list = self.list
    if list then
        list[#list + 1] = fn
    else
        self.list = { fn }
    end
end

local function release(self)
    local list = self.list
    self.list = nil
    for i = 1, list and #list or 0 do
        list[i]()
    end
end

--- Nobody waits any more.
function Waiter:drop()
    self.values = self.values or { n = 0 }
    release(self)
end

--- Lets the task go on, with these values from `wait`. Only the first time counts.
function Waiter:settle(...)
    if self.values then
        return
    end
    self.values = { n = select("#", ...), ... }
    release(self)
    if self.waiting then
        self.waiting = false
        self.resume(self.task)
    end
end

--- Lets the task go on with an error.
function Waiter:raise(err)
    if not self.values then
        self.raises = true
        self:settle(err)
    end
end

--- Waits no longer than so many ms, and not after the signal is aborted.
---@param timeout number? ms
---@param signal moonherd.AbortSignal?
function Waiter:limit(timeout, signal)
    if signal then
        if signal.aborted then
            return self:settle(nil, errors.abort(signal.reason))
        end
        local function on_abort()
            self:settle(nil, errors.abort(signal.reason))
        end
        signal:addEventListener("abort", on_abort)
        self:finally(function()
            signal:removeEventListener("abort", on_abort)
        end)
    end
    if timeout and timeout < math.huge then
        local timers = require("moonherd.timers")
        local timer = timers.setTimeout(function()
            self:settle(nil, TIMED_OUT)
        end, timeout)
        self.timeout = timeout
        self:finally(function()
            timers.clearTimeout(timer)
        end)
    end
end

--- Waits until it is settled.
---@return any ... what it was settled with
function Waiter:wait()
    local task = self.task
    if not self.values then
        self.waiting = true
        task.status = "waiting"
        coroutine.yield(M.MARK)
        task.status = "running"
        if not self.values then
            self.waiting = false
            self:drop()
            local message = "A task that waits was resumed by coroutine.resume: only what it waits for may resume it"
            error(errors.new("Error", "ERR_TASK_RESUMED", message), 0)
        end
    end
    task._waiter = nil
    local values = self.values
    if self.raises then
        error(values[1], 0)
    elseif values[2] == TIMED_OUT then
        -- Made here, so that it names the place that waited.
        local message = ("%s did not come within %d ms"):format(self.what, self.timeout)
        return nil, errors.new("Error", "ETIMEDOUT", message)
    end
    return unpack(values, 1, values.n)
end

--- The `timeout` and `signal` of options; a number in their place is the timeout.
---@param options number|table|nil
---@return number? timeout
---@return moonherd.AbortSignal? signal
function M.limits(options)
    if type(options) == "number" then
        options = { timeout = options }
    elseif options ~= nil and type(options) ~= "table" then
        error(errors.arg_type("options", { "number", "table" }, options), 0)
    end
    local timeout, signal = options and options.timeout, options and options.signal
    if timeout ~= nil then
        check.number(timeout, "options.timeout")
        if not (timeout >= 0 and (timeout <= M.MAX_MS or timeout == math.huge)) then
            error(errors.out_of_range("options.timeout", (">= 0 && <= %d, or math.huge"):format(M.MAX_MS), timeout), 0)
        end
    end
    check.opt(abort.check_signal, signal, "options.signal")
    return timeout, signal
end

return M
