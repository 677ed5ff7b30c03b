---@meta

--- Coroutines, the Lua way to wait: beside every form with a callback one that reads straight down.
---
---     local async = require "async"
---     async.run(function()
---         async.sleep(100)
---         local address, err = async.call(dns.lookup, "localhost")
---         local code, signal = async.once(child, "exit", 5000)
---         for message in async.on(worker, "message") do print(message) end
---     end)
---
--- A function that runs like this is a task. What waits can be called in a task only; elsewhere, in a coroutine of
--- your own too, it raises ERR_NOT_IN_TASK. It returns nil and an error when the world fails, and raises when it is
--- misused. An error that a task does not catch is an uncaught one, with the traceback of the task, unless another
--- task waits for its end and gets it.
---
--- `run` runs a task at once, up to its first wait. A task goes on inside the emit or the callback that it waited for,
--- in its place among the listeners, so before what was put off by nextTick, and hears what is emitted next; after a
--- sleep, among the timers; after `task:wait`, in the tick. By itself a task keeps no program alive, only what it waits
--- for does; at exit a task that waits ends where it is.
---
--- Requests between processes, `worker:request` and `process.onRequest`, wait in the same way.
---
--- moonherd only
---@class moonherd.async
local async = {}

--- How long a wait may take, and who may end it.
---@class moonherd.async.WaitOptions
---@field timeout number? After how long it ends with ETIMEDOUT (ms, 0.., default math.huge: never). Up to 2147483647,
---or math.huge.
---@field signal moonherd.AbortSignal? Ends it with ABORT_ERR when it is aborted.

--- Who may end a sleep.
---@class moonherd.async.SleepOptions
---@field signal moonherd.AbortSignal? Ends it with ABORT_ERR when it is aborted.

--- How `on` keeps what comes while nobody waits.
---@class moonherd.async.OnOptions
---@field highWaterMark integer? Events that are kept (1.., default 1024, and 16 of an emitter that can pause). From
---there on an emitter with `pause` and `resume` is paused until they are taken; with any other it is the end.
---@field signal moonherd.AbortSignal? Ends it with ABORT_ERR when it is aborted.

--- A function that `run` or `wrap` has started.
---
--- moonherd only
---@class moonherd.Task
---@field status "running"|"waiting"|"done"|"failed"|"cancelled" How it is with it.
local Task = {}

--- All events of a name, one after the other. Called it waits for the next one and returns its arguments, those that
--- were kept first; nil at the end, and the error if there is one. So it stands in a `for`.
---
---     local messages = async.on(worker, "message")
---     for message, handle in messages do print(message) end
---     if messages.err then print(messages.err.message) end
---
--- moonherd only
---@class moonherd.Events
---@field err any Why it ended: the argument of "error", ABORT_ERR, or ERR_EVENT_QUEUE_FULL when more came than is kept.
---Nil while it goes on, and where the emitter just ended.
---@overload fun(): any
local Events = {}

--- Starts `fn(...)` as a task. It runs at once, until it first waits.
---
--- moonherd only
---@param fn function
---@param ... any what it gets
---@return moonherd.Task
function async.run(fn, ...) end

--- Makes a callback or a listener that may wait: each call of it starts a task, which it returns.
---
--- moonherd only
---@param fn function
---@return function
function async.wrap(fn) end

--- Waits. Returns true, or nil and ABORT_ERR.
---
--- moonherd only
---@param ms number for how long (ms, 0..2147483647); less than 1 is 1, as with setTimeout
---@param options moonherd.async.SleepOptions?
---@return true|nil slept
---@return moonherd.Error? err
function async.sleep(ms, options) end

--- Waits for the next such event and returns its arguments: true where there are none, false for a first one that is
--- nil. Returns nil and an error when "error" comes instead (its argument), when the emitter ends before
--- (ERR_CLOSED_WHILE_WAITING), at the timeout (ETIMEDOUT) and with the signal (ABORT_ERR).
---
--- moonherd only
---@param emitter moonherd.EventEmitter
---@param eventName any anything but nil and NaN
---@param options number|moonherd.async.WaitOptions|nil a number is the timeout (ms, 0..)
---@return any ... the event's arguments, or nil and an error
function async.once(emitter, eventName, options) end

--- Listens from now on, and gives the events one after the other: see moonherd.Events. It ends with "close" (of a
--- stream's "data", with "end"; of a Worker, with "exit"; of messages, with "disconnect"), with "error", and with the
--- task that made it.
---
--- moonherd only
---@param emitter moonherd.EventEmitter
---@param eventName any anything but nil and NaN
---@param options moonherd.async.OnOptions?
---@return moonherd.Events
function async.on(emitter, eventName, options) end

--- Calls `fn(..., callback)` and waits for the callback. For every function of ours that takes one last, and for yours;
--- a method is called with its object: `async.call(server.listen, server, 8000)`.
---
--- Returns what the callback got, without the nil in the place of an error; true where nothing is left, false for a
--- first one that is nil. Returns nil and the error, and what came behind it, when its first argument is one, or when
--- the emitter that `fn` returned emits "error" instead; ERR_CLOSED_WHILE_WAITING when that ends. Only the first call
--- of the callback counts. What `fn` raises is raised.
---
--- moonherd only
---@param fn function
---@param ... any its arguments but the callback
---@return any ... what the callback got, or nil and an error
function async.call(fn, ...) end

--- Waits for its end, and then is what a call of its function would have been: returns its values, or raises its
--- error. Returns nil and ABORT_ERR if it was cancelled; nil and ETIMEDOUT or ABORT_ERR when the wait ends before, and
--- the task goes on.
---
--- Raises: ERR_TASK_DEADLOCK in the task itself.
---
--- moonherd only
---@param options number|moonherd.async.WaitOptions|nil a number is the timeout (ms, 0..)
---@return any ... what it returned
function Task:wait(options) end

--- Ends its wait with an AbortError that is raised there; where it does not wait, at its next wait. It may catch that
--- and go on. What it waited for goes on by itself: give that a signal where it has to end too.
---
--- moonherd only
---@param reason any becomes the error's `cause`
---@return boolean cancelled false: it has ended already
function Task:cancel(reason) end

--- Listens no more. What is kept can still be taken.
---
--- moonherd only
function Events:close() end

return async
