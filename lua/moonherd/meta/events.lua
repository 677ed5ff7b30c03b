---@meta

--- Emitters: listeners by the name of an event, called in order with the event's arguments.
---
---     local events = require "events"
---     local bell = events.EventEmitter()
---     bell:on("ring", function(times) print(times) end)
---     bell:emit("ring", 3)
---
--- An "error" event that nobody listens to raises its argument. As in Node the module may be called itself: `events()`
--- is `events.EventEmitter()`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html
---@class moonherd.events
---@field defaultMaxListeners number Listeners of one event above which a leak is suspected (0.., default 10).
---@field errorMonitor table As an event's name: its listeners hear each "error" first, and do not count as handling it.
local events = {}

--- What has events. Every method but the asking ones returns the emitter, so that calls can be chained.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#class-eventemitter
---@class moonherd.EventEmitter
--- A listener is about to be added; those added by this listener come before it.
---@field on fun(self: self, event: "newListener", listener: fun(eventName: any, listener: function)): self
--- A listener was removed. As in Node it is what `once` made of it, with the function as `listener`, when one that was
--- added by `once` fires, or goes with all the others, while there are more than it.
---@field on fun(self: self, event: "removeListener", listener: fun(eventName: any, listener: function)): self
local EventEmitter = {}

--- Calls `listener` on every such event from now on. The same function given twice is called twice.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitteroneventname-listener
---@param eventName any anything but nil and NaN
---@param listener function
---@return self
function EventEmitter:on(eventName, listener) end

--- The same as `on`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitteraddlistenereventname-listener
EventEmitter.addListener = EventEmitter.on

--- Calls `listener` on the next such event only; it is removed before it is called.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitteronceeventname-listener
---@param eventName any anything but nil and NaN
---@param listener function
---@return self
function EventEmitter:once(eventName, listener) end

--- As `on`, before the listeners that are there already.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitterprependlistenereventname-listener
---@param eventName any anything but nil and NaN
---@param listener function
---@return self
function EventEmitter:prependListener(eventName, listener) end

--- As `once`, before the listeners that are there already.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitterprependoncelistenereventname-listener
---@param eventName any anything but nil and NaN
---@param listener function
---@return self
function EventEmitter:prependOnceListener(eventName, listener) end

--- Removes one instance of `listener`, the one added last. That it is not there is no error.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitteroffeventname-listener
---@param eventName any
---@param listener function
---@return self
function EventEmitter:off(eventName, listener) end

--- The same as `off`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitterremovelistenereventname-listener
EventEmitter.removeListener = EventEmitter.off

--- Removes the listeners of an event, or of all events.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitterremovealllistenerseventname
---@param eventName any all unless given
---@return self
function EventEmitter:removeAllListeners(eventName) end

--- Calls the event's listeners in order, with the arguments as they are, nil among them too. Listeners that are added
--- or removed meanwhile count from the next time on. What a listener raises goes to the caller, and the rest is not
--- called.
---
--- Raises: its argument, for "error" without a listener; ERR_UNHANDLED_ERROR where that is no error, with `context`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitteremiteventname-args
---@param eventName any
---@param ... any what the listeners get
---@return boolean heard whether there was a listener
function EventEmitter:emit(eventName, ...) end

--- How many listeners an event has, or how often `listener` is among them.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitterlistenercounteventname-listener
---@param eventName any
---@param listener function?
---@return integer count
function EventEmitter:listenerCount(eventName, listener) end

--- The names of the events that have listeners, in the order in which they got their first.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emittereventnames
---@return any[] names
function EventEmitter:eventNames() end

--- A copy of the list of listeners: the functions as they were given.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitterlistenerseventname
---@param eventName any
---@return function[] listeners
function EventEmitter:listeners(eventName) end

--- The same with what `once` made of them: callable, with the function given as `listener`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emitterrawlistenerseventname
---@param eventName any
---@return function[] listeners
function EventEmitter:rawListeners(eventName) end

--- How many listeners one event may have before a MaxListenersExceededWarning.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emittersetmaxlistenersn
---@param n number (0.., 0: any number of listeners)
---@return self
function EventEmitter:setMaxListeners(n) end

--- What was set, or `events.defaultMaxListeners`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#emittergetmaxlisteners
---@return number n
function EventEmitter:getMaxListeners() end

--- Makes an emitter.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#class-eventemitter
---@param options moonherd.EventEmitterOptions?
---@return moonherd.EventEmitter
function events.EventEmitter(options) end

--- How an emitter is made: there is nothing to choose in Lua. `captureRejections = true` raises ERR_NOT_IN_LUA.
---@class moonherd.EventEmitterOptions
---@field captureRejections boolean? False at most (default false).

--- `emitter:listeners(eventName)`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#eventsgeteventlistenersemitterortarget-eventname
---@param emitter moonherd.EventEmitter
---@param eventName any
---@return function[] listeners
function events.getEventListeners(emitter, eventName) end

--- `emitter:getMaxListeners()`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#eventsgetmaxlistenersemitterortarget
---@param emitter moonherd.EventEmitter
---@return number n
function events.getMaxListeners(emitter) end

--- Sets the maximum of the emitters that follow; without any, `events.defaultMaxListeners`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#eventssetmaxlistenersn-eventtargets
---@param n number? (0.., default events.defaultMaxListeners). 0: any number of listeners
---@param ... moonherd.EventEmitter
function events.setMaxListeners(n, ...) end

--- `emitter:listenerCount(eventName)`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#eventslistenercountemitter-eventname
---@param emitter moonherd.EventEmitter
---@param eventName any
---@return integer count
function events.listenerCount(emitter, eventName) end

--- Calls `listener` once the signal is aborted; soon, if it is already. `dispose` of what is returned takes that back.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#eventsaddabortlistenersignal-listener
---@param signal moonherd.AbortSignal
---@param listener fun(event: table?)
---@return { dispose: fun() } disposable
function events.addAbortListener(signal, listener) end

--- Makes the objects of a class emitters: gives it the methods that it does not have itself, and `__index` if it has
--- none. The fields `_events` and `_maxListeners` of its objects are the emitter's then.
---
--- moonherd only
---@param class table
---@return table class the same
function events.mixin(class) end

--- Makes one table an emitter whose methods take dot and colon calls alike, as `process` is.
---
--- moonherd only
---@param object table
---@return table object the same
function events.singleton(object) end

--- Called when an event passes its maximum of listeners for the first time. By itself it hands the warning to
--- `process.emitWarning`; it may be replaced.
---
--- moonherd only
---@param warning moonherd.Error a MaxListenersExceededWarning with `emitter`, `type` and `count`
function events.onWarning(warning) end

return events
