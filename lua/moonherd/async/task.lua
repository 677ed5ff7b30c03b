--- Tasks: functions that may wait, which is what moonherd.async is made of. A user has them from async.run.
--
--     local task = async.run(function() async.sleep(100) return "done" end)
--     local result, err = task:wait()        -- in another task
--     task:cancel()

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local exit = require("moonherd.process.exit")
local report = require("moonherd.process.report")
local tick = require("moonherd.tick")
local waiters = require("moonherd.async.waiter")

local M = {}

local current -- the task that runs now; those that resumed it are in the locals of `resume`

---@class moonherd.Task
---@field status "running"|"waiting"|"done"|"failed"|"cancelled"
local Task = { __name = "Task" }
Task.__index = Task
M.Task = Task

-- Running -----------------------------------------------------------------------------------------------------

--- Nobody waited for a task that failed until the callback it failed in was over: it is uncaught.
local function report_unheard(task)
    if not task._heard then
        exit.uncaught(task._outcome[1], task._traceback)
    end
end

--- What it returned, or raised, goes to the waiter.
local function pass_on(task, waiter)
    local outcome = task._outcome
    task._heard = task._heard or not waiter.values
    if task.status == "failed" then
        waiter.task._passed = { outcome[1], task._traceback }
        waiter:raise(outcome[1])
    else
        waiter:settle(unpack(outcome, 1, outcome.n))
    end
end

local function over(task, status, ...)
    local waiter = task._waiter
    if waiter then
        task._waiter = nil
        waiter:drop()
    end
    task.status = status
    task._co = nil
    task._outcome = { n = select("#", ...), ... }
    local owned = task._owned
    task._owned = nil
    for object in pairs(owned or {}) do
        object:close()
    end
    -- On the tick: in a chain of tasks that wait for each other the last one must not be resumed inside the first.
    for _, joined in ipairs(task._joined or {}) do
        tick.add(pass_on, task, joined)
    end
    task._joined = nil
    if status == "failed" then
        tick.add(report_unheard, task)
    end
end

local function failed(task, err, traceback)
    local passed = task._passed
    if passed and rawequal(passed[1], err) then
        traceback = ("%s\nin a task that was waited for here:\n%s"):format(passed[2] or "", traceback or "")
    end
    if task._cancelled and rawequal(task._cancelled, err) then
        return over(task, "cancelled", nil, err)
    end
    task._traceback = traceback
    over(task, "failed", err)
end

local function strayed(task)
    local message = "coroutine.yield was called in a task, which nobody would resume: only what waits by "
        .. "moonherd.async may suspend it. A generator is a coroutine of its own, made by coroutine.wrap"
    local err = errors.new("Error", "ERR_TASK_YIELD", message)
    local place = debug.getinfo(task._co, 1, "Sl")
    err.stack = debug.traceback(task._co, tostring(err))
    err.at = place and ("%s:%d"):format(place.source:gsub("^[@=]", ""), place.currentline)
    failed(task, err, debug.traceback(task._co))
end

local function ended(task, ok, ...)
    if ok then
        return over(task, "done", ...)
    end
    local err = ...
    if exit.is_leaving(err) then
        over(task, "done")
        error(err, 0)
    end
    failed(task, err, task._traceback)
end

--- All of the task's coroutine, its end included, whoever has resumed it.
local function body(task, fn, ...)
    ended(task, xpcall(fn, function(err)
        -- At the place of the error; afterwards the stack does not say any more which lines it stands at.
        task._traceback = report.trim((debug.traceback("", 2):gsub("^\n", "")))
        return err
    end, ...))
end

local function resumed(task, outer, ok, mark)
    current = outer
    if not ok then
        -- The process leaves, or there was no memory even for the handler of errors.
        if not task._outcome then
            failed(task, mark)
        elseif exit.is_leaving(mark) then
            error(mark, 0)
        end
    elseif not task._outcome and mark ~= waiters.MARK then
        strayed(task)
    end
end

local function resume(task, ...)
    local outer = current
    current = task
    task.status = "running"
    resumed(task, outer, coroutine.resume(task._co, ...))
end

--- Starts fn(...) as a task; it runs until it first waits.
---@param fn function
---@param ... any
---@return moonherd.Task
function M.start(fn, ...)
    local task = setmetatable({ status = "running", _co = coroutine.create(body) }, Task)
    resume(task, task, fn, ...)
    return task
end

-- Waiting -----------------------------------------------------------------------------------------------------

local function refuse(call, why)
    error(errors.new("Error", "ERR_NOT_IN_TASK", ("%s waits, and %s"):format(call, why)), 0)
end

--- Raises unless a task runs that can wait; returns it.
---@param call string how the function is called, for the error
---@return moonherd.Task
function M.running(call)
    local task = current
    if not task then
        refuse(call, "can only be called in a task: async.run(function() ... end) starts one, and async.wrap makes a "
            .. "callback one")
    elseif coroutine.running() ~= task._co then
        refuse(call, "cannot be called in a coroutine that async did not start: its yield would go to whoever resumes "
            .. "that coroutine. Use async.run in place of coroutine.wrap")
    elseif not coroutine.isyieldable() then
        refuse(call, "cannot be called inside a function of C, like the ones given to table.sort and string.gsub")
    end
    return task
end

--- What the running task waits by. Raises where it cannot wait, or is to end instead.
---@param call string
---@return moonherd.Waiter
function M.waiter(call)
    local task = M.running(call)
    if task._waiter then
        task._waiter:drop() -- left behind by a call that raised before it waited
    end
    local cancelled = task._to_cancel
    if cancelled then
        task._to_cancel = nil
        error(cancelled, 0)
    end
    local waiter = waiters.new(task, resume)
    task._waiter = waiter
    return waiter
end

-- What a user has of a task -----------------------------------------------------------------------------------

--- Has `object:close()` called when the running task ends, if one runs.
---@param object table
---@return function disown to be called when it is closed before
function M.own(object)
    local task = current
    if not task then
        return function() end
    end
    task._owned = task._owned or {}
    task._owned[object] = true
    return function()
        if task._owned then
            task._owned[object] = nil
        end
    end
end

--- Waits for its end, and then is what a call of its function would have been: returns its values, or raises its error.
--- A cancelled task is nil and an AbortError. At the timeout nil and an ETIMEDOUT error; the task goes on.
---@param options number|{ timeout: number?, signal: moonherd.AbortSignal? }|nil a number is the timeout, in ms
---@return any ...
function Task:wait(options)
    check.object(self, "task:wait", "status")
    local timeout, signal = waiters.limits(options)
    local waiter = M.waiter("task:wait")
    if rawequal(self, current) then
        error(errors.new("Error", "ERR_TASK_DEADLOCK", "A task cannot wait for its own end"), 0)
    end
    waiter.what = "The end of the task"
    if self._outcome then
        pass_on(self, waiter)
        return waiter:wait()
    end
    local joined = self._joined or {}
    self._joined = joined
    joined[#joined + 1] = waiter
    waiter:finally(function()
        for i = 1, #joined do
            if joined[i] == waiter then
                return table.remove(joined, i)
            end
        end
    end)
    waiter:limit(timeout, signal)
    return waiter:wait()
end

--- Ends its wait with an error, an AbortError raised there; where it does not wait, at its next wait. It may catch that
--- and go on.
---@param reason any becomes the error's `cause`
---@return boolean cancelled false: it has ended already
function Task:cancel(reason)
    check.object(self, "task:cancel", "status")
    if self._outcome then
        return false
    end
    local err = errors.abort(reason)
    self._cancelled = err
    if self.status == "waiting" and not self._waiter.values then
        self._waiter:raise(err)
    else
        self._to_cancel = err
    end
    return true
end

return M
