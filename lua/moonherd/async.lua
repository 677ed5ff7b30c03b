--- Coroutines, the Lua way to wait: beside every form with a callback one that reads straight down. moonherd only.
--
--     local async = require "async"
--
--     async.run(function()
--         async.sleep(100)                                                   -- ms
--         local address, err = async.call(dns.lookup, "localhost")           -- any function that takes a callback
--         local code, signal = async.once(child, "exit", 5000)               -- one event, within 5 s
--         for message in async.on(worker, "message") do print(message) end   -- all events
--     end)
--
--     http.createServer(async.wrap(function(req, res)                        -- a callback that may wait
--         async.sleep(100)
--         res:end_("late")
--     end)):listen(8000)
--
-- A function that runs like this is a task. What waits can be called in a task only. It returns nil and an error when
-- the world fails, and raises when it is misused. An error that a task does not catch is an uncaught one, with the
-- traceback of the task, unless another task waits for its end (task:wait) and gets it.
--
-- Order. `run` runs a task at once, up to its first wait. A task goes on inside the emit or the callback that it waited
-- for, in its place among the listeners, so before what was put off by nextTick, and hears what is emitted next; after
-- a sleep, among the timers; after task:wait, in the tick. By itself a task keeps no program alive, only what it waits
-- for does; at exit a task that waits ends where it is.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local iterator = require("moonherd.async.iterator")
local listening = require("moonherd.async.listening")
local tasks = require("moonherd.async.task")
local timers = require("moonherd.timers")
local waiters = require("moonherd.async.waiter")
local waits = require("moonherd.async.waits")

local M = {}

--- Starts `fn(...)` as a task: it runs now, until it waits.
---@param fn function
---@param ... any
---@return moonherd.Task
function M.run(fn, ...)
    check.no_object(fn, M, "async.run")
    check.fn(fn, "fn")
    return tasks.start(fn, ...)
end

--- A callback or listener that may wait: each call of it is a task of its own, which the call returns.
---@param fn function
---@return fun(...): moonherd.Task
function M.wrap(fn)
    check.no_object(fn, M, "async.wrap")
    check.fn(fn, "fn")
    return function(...)
        return tasks.start(fn, ...)
    end
end

--- Waits for so many ms, at least 1.
---@param ms number
---@param options { signal: moonherd.AbortSignal? }?
---@return boolean? true nil when the signal was aborted
---@return moonherd.Error? err
function M.sleep(ms, options)
    check.no_object(ms, M, "async.sleep")
    check.number(ms, "ms")
    if not (ms >= 0 and ms <= waiters.MAX_MS) then
        error(errors.out_of_range("ms", (">= 0 && <= %d"):format(waiters.MAX_MS), ms), 0)
    end
    check.opt(check.table, options, "options")
    local _, signal = waiters.limits({ signal = options and options.signal })
    local waiter = tasks.waiter("async.sleep")
    waiter:limit(nil, signal)
    if not waiter.values then
        local timer = timers.setTimeout(waiter.settle, ms, waiter, true)
        waiter:finally(function()
            timers.clearTimeout(timer)
        end)
    end
    return waiter:wait()
end

--- A wait that ended because the emitter did is told in the words of who waited.
local function explain(emitter, what, ...)
    local first, err = ...
    if first == nil and waits.is_closed(err) then
        return nil, waits.closed(emitter, what)
    end
    return ...
end

--- Waits for the next such event of an emitter, and returns its arguments: true where there are none, false for a first
--- one that is nil. nil and an error when "error" comes instead, the emitter ends, or it takes too long.
---@param emitter moonherd.EventEmitter
---@param eventName any
---@param options number|{ timeout: number?, signal: moonherd.AbortSignal? }|nil a number is the timeout, in ms
---@return any ...
function M.once(emitter, eventName, options)
    check.no_object(emitter, M, "async.once")
    listening.check_emitter(emitter, "emitter")
    listening.check_event(eventName)
    local timeout, signal = waiters.limits(options)
    local waiter = tasks.waiter("async.once")
    waiter.what = ('"%s" of %s'):format(tostring(eventName), waits.words(emitter))
    waiter:limit(timeout, signal)
    if not waiter.values then
        local entries = waits.join(emitter, eventName, function(...)
            waiter:settle(waits.success(...))
        end, function(err)
            waiter:settle(nil, err)
        end)
        waiter:finally(function()
            waits.leave(entries)
        end)
    end
    return explain(emitter, ('"%s"'):format(tostring(eventName)), waiter:wait())
end

--- All events of a name: call what it returns for the next one, as `for ... in` does; see moonherd.async.iterator. It
--- ends when the emitter does, or with "error" or the signal, which its field `err` then tells.
---@param emitter moonherd.EventEmitter
---@param eventName any
---@param options { highWaterMark: integer?, signal: moonherd.AbortSignal? }? highWaterMark: how many events are kept
---for who does not wait, 1024 (16 of an emitter that can pause) unless given
---@return moonherd.Events
function M.on(emitter, eventName, options)
    check.no_object(emitter, M, "async.on")
    listening.check_emitter(emitter, "emitter")
    listening.check_event(eventName)
    return iterator.new(emitter, eventName, options)
end

-- Callbacks ---------------------------------------------------------------------------------------------------

--- What a callback was called with, as a function returns it.
local function answer(...)
    local first = ...
    if errors.is(first) then
        return nil, ...
    elseif first == nil and select("#", ...) < 2 then
        return true
    elseif first == nil then
        return waits.success(select(2, ...))
    end
    return ...
end

--- Listeners that a call in vain has left behind.
local function take_back(emitter, callback)
    for _, name in ipairs(emitter:eventNames()) do
        if emitter:listenerCount(name, callback) > 0 then
            emitter:off(name, callback)
        end
    end
end

--- Calls `fn(..., callback)` and waits for the callback: returns its arguments, without the nil in the place of an
--- error; true where none are left. nil and the error, with what came behind it, when there is one, or when the emitter
--- that `fn` returned emits "error" instead, or ends. A method: async.call(server.listen, server, 8000).
---@param fn function
---@param ... any
---@return any ...
function M.call(fn, ...)
    check.no_object(fn, M, "async.call")
    check.fn(fn, "fn")
    local waiter = tasks.waiter("async.call")
    local entries = {}
    local function callback(...)
        waits.leave(entries)
        waiter:settle(answer(...))
    end
    local count = select("#", ...)
    local args = { ... }
    args[count + 1] = callback
    local emitter = fn(unpack(args, 1, count + 1))
    if waiter.values or not listening.is_emitter(emitter) then
        return waiter:wait()
    end
    local function in_vain(err)
        waits.leave(entries)
        take_back(emitter, callback)
        waiter:settle(nil, err)
    end
    -- Until the call is over, also where its task is cancelled before: nobody else could hear that "error".
    entries[1] = listening.join(emitter, "error", function(err)
        in_vain(waits.failure(err))
    end)
    entries[2] = listening.join(emitter, "close", function()
        in_vain(waits.CLOSED)
    end)
    return explain(emitter, "it called back", waiter:wait())
end

return M
