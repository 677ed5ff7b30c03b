---@meta

--- What a script finds without requiring anything. Under a plain luajit, `moonherd.install()` sets the same globals.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html
---@class moonherd.globals

local timers = require("timers")

process = require("process")
console = require("console")
JSON = require("json")

--- What is raised, and what callbacks and "error" events get. It prints as `name [code]: message`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/errors.html#class-error
---@class moonherd.Error
---@field name string Its kind: "Error", "TypeError", "RangeError", "AbortError", ...
---@field code string|integer|nil What a program compares: "ECONNREFUSED", "ERR_INVALID_ARG_TYPE"; numbers are the DOM's
---(1..25).
---@field message string In Node's words.
---@field stack string The message and a traceback that begins where it was made.
---@field at string? moonherd only: "file:line" of the user's own code, where there is any on the stack.
---@field call string? moonherd only: what was called there, "server:listen".
---@field cause any What led to it, if that is known.
---@field errno integer? Of what the system refused: its number (-4095..-1).
---@field syscall string? Of what the system refused: the call, "connect".
---@field path string? The file that it is about.
---@field address string? The address that it is about.
---@field port integer? The port that it is about (1..65535).
local err = {}

--- Says that something is no longer wanted, to whoever has its signal.
---
---     local controller = AbortController()
---     child_process.exec("sleep 60", { signal = controller.signal }, function(err) print(err.code) end)
---     controller:abort("no longer wanted")          --> ABORT_ERR, with `cause` "no longer wanted"
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#class-abortcontroller
---@class moonherd.AbortController
---@field signal moonherd.AbortSignal What is handed to those who are to stop.
local controller = {}

--- Aborts the signal. A second time changes nothing.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#abortcontrollerabortreason
---@param reason any an AbortError unless given
function controller:abort(reason) end

--- Hears of it, once. Besides Node's methods it is an emitter as all others (moonherd only). Calling the class raises:
--- signals come from a controller, or from the functions below.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#class-abortsignal
---@class moonherd.AbortSignal: moonherd.EventEmitter
---@field aborted boolean Whether it is.
---@field reason any Why, once it is.
---@field onabort fun(event: table)|nil One more listener, called first.
--- It is aborted: `event` is { type = "abort", target = signal }.
---@field on fun(self: self, event: "abort", listener: fun(event: table)): self
local signal = {}
AbortSignal = signal

--- Raises the reason, if it is aborted.
---
--- Raises: `reason`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#abortsignalthrowifaborted
function signal:throwIfAborted() end

--- Calls `listener(event)` when it is aborted. The same listener twice is one.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#eventtargetaddeventlistenertype-listener-options
---@param type string "abort"
---@param listener fun(event: table)
---@param options moonherd.AbortListenerOptions?
function signal:addEventListener(type, listener, options) end

--- How `signal:addEventListener` listens.
---@class moonherd.AbortListenerOptions
---@field once boolean? Whether it is removed before it is called (default false).

--- Takes a listener back.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/events.html#eventtargetremoveeventlistenertype-listener-options
---@param type string "abort"
---@param listener function
function signal:removeEventListener(type, listener) end

--- A signal that is aborted already.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#static-method-abortsignalabortreason
---@param reason any an AbortError unless given
---@return moonherd.AbortSignal
function signal.abort(reason) end

--- A signal that is aborted after a while, with a TimeoutError. It does not keep the program alive.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#static-method-abortsignaltimeoutdelay
---@param delay integer (ms, 0..4294967295)
---@return moonherd.AbortSignal
function signal.timeout(delay) end

--- A signal that is aborted with the first of several, for its reason.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#static-method-abortsignalanysignals
---@param signals moonherd.AbortSignal[]
---@return moonherd.AbortSignal
function signal.any(signals) end

--- Makes a controller with a signal.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#class-abortcontroller
---@return moonherd.AbortController
function AbortController() end

--- `timers.setTimeout`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#settimeoutcallback-delay-args
setTimeout = timers.setTimeout

--- `timers.setInterval`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#setintervalcallback-delay-args
setInterval = timers.setInterval

--- `timers.setImmediate`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#setimmediatecallback-args
setImmediate = timers.setImmediate

--- `timers.clearTimeout`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#cleartimeouttimeoutobject
clearTimeout = timers.clearTimeout

--- `timers.clearInterval`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#clearintervalintervalobject
clearInterval = timers.clearInterval

--- `timers.clearImmediate`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/globals.html#clearimmediateimmediateobject
clearImmediate = timers.clearImmediate
