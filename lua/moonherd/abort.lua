--- AbortController and AbortSignal, as Node's globals of these names: one side says stop, others hear it.
--
--     local controller = AbortController()
--     child_process.exec("sleep 60", { signal = controller.signal }, function(err) print(err.code) end)
--     controller:abort("no longer wanted")          --> ABORT_ERR, with `cause` "no longer wanted"
--
--     child_process.spawn("sleep", { "60" }, { signal = AbortSignal.timeout(1000) })
--
-- A signal tells once, by "abort", with { type = "abort", target = signal }. Besides Node's addEventListener it is an
-- emitter like all others (moonherd only).

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local tick = require("moonherd.tick")

local M = {}

-- Of the DOM's exceptions, which have numbers for codes.
local ABORT_CODE = 20
local TIMEOUT_CODE = 23
local MAX_DELAY_MS = 2 ^ 32 - 1
local MAX_TIMER_MS = 2 ^ 31 - 1

-- The signal --------------------------------------------------------------------------------------------------

---@class moonherd.AbortSignal: moonherd.EventEmitter
---@field aborted boolean
---@field reason any why, once it is aborted
---@field onabort fun(event: table)? a listener as well
local AbortSignal = events.mixin({ __name = "AbortSignal", aborted = false })

-- Many may wait for one signal, which is no leak.
AbortSignal._maxListeners = 0

local function new_signal()
    return setmetatable({}, AbortSignal)
end

local function raise(err)
    error(err, 0)
end

--- Calls a listener; what it raises concerns nobody but itself, and is an uncaught exception.
local function tell(listener, event)
    local ok, err = pcall(listener, event)
    if not ok then
        tick.add(raise, err)
    end
end

local function abort(signal, reason)
    if signal.aborted then
        return
    end
    if reason == nil then
        reason = errors.new("AbortError", ABORT_CODE, "This operation was aborted")
    end
    signal.aborted, signal.reason = true, reason
    local event = { type = "abort", target = signal }
    if check.callable(signal.onabort) then
        tell(signal.onabort, event)
    end
    for _, listener in ipairs(signal:rawListeners("abort")) do
        tell(listener, event)
    end
end

--- Whether it is a signal of ours.
---@param value any
---@return boolean
function M.is_signal(value)
    return getmetatable(value) == AbortSignal
end

--- Raises unless it is a signal.
---@param value any
---@param name string
---@return moonherd.AbortSignal
function M.check_signal(value, name)
    if not M.is_signal(value) then
        error(errors.arg_type(name, "AbortSignal", value), 0)
    end
    return value
end

--- Calls `stop(err)` when the signal is aborted, in the next tick if it is already; no more once `emitter` has closed.
---@param emitter moonherd.EventEmitter
---@param signal moonherd.AbortSignal
---@param stop fun(err: moonherd.Error)
function M.obey(emitter, signal, stop)
    local function on_abort()
        stop(errors.abort(signal.reason))
    end
    if signal.aborted then
        return tick.add(on_abort)
    end
    signal:addEventListener("abort", on_abort)
    emitter:once("close", function()
        signal:removeEventListener("abort", on_abort)
    end)
end

--- Raises the reason if it is aborted.
function AbortSignal:throwIfAborted()
    check.object(self, "signal:throwIfAborted", "aborted")
    if self.aborted then
        error(self.reason, 0)
    end
end

--- Calls `listener(event)` when it is aborted. The same listener twice is one.
---@param type_ string "abort"
---@param listener fun(event: table)
---@param options { once: boolean? }?
function AbortSignal:addEventListener(type_, listener, options)
    check.object(self, "signal:addEventListener", "aborted")
    if type_ == nil or listener == nil then
        error(errors.missing_args("type", "listener"), 0)
    end
    check.string(type_, "type")
    check.fn(listener, "listener")
    if options ~= nil then
        check.opt(check.boolean, check.table(options, "options").once, "options.once")
    end
    for _, known in ipairs(self:listeners(type_)) do
        if known == listener then
            return
        end
    end
    self[options and options.once and "once" or "on"](self, type_, listener)
end

---@param type_ string
---@param listener function
function AbortSignal:removeEventListener(type_, listener)
    check.object(self, "signal:removeEventListener", "aborted")
    if type_ == nil or listener == nil then
        error(errors.missing_args("type", "listener"), 0)
    end
    check.string(type_, "type")
    check.fn(listener, "listener")
    self:off(type_, listener)
end

--- The class: its functions make signals without a controller.
M.AbortSignal = setmetatable({}, {
    __index = AbortSignal,
    __call = function()
        local message = "AbortSignal cannot be made by itself: use AbortController().signal, AbortSignal.abort, "
            .. "AbortSignal.timeout or AbortSignal.any"
        error(errors.new("TypeError", "ERR_ILLEGAL_CONSTRUCTOR", message), 0)
    end,
})

--- A signal that is aborted already.
---@param reason any an AbortError unless given
---@return moonherd.AbortSignal
function M.AbortSignal.abort(reason)
    check.no_object(reason, M.AbortSignal, "AbortSignal.abort")
    local signal = new_signal()
    abort(signal, reason)
    return signal
end

--- A signal that is aborted after so many ms, with a TimeoutError. Does not keep the program alive.
---@param delay integer ms
---@return moonherd.AbortSignal
function M.AbortSignal.timeout(delay)
    check.no_object(delay, M.AbortSignal, "AbortSignal.timeout")
    check.integer(delay, "delay", 0, MAX_DELAY_MS)
    local signal = new_signal()
    local timers = require("moonherd.timers")
    timers.setTimeout(function()
        abort(signal, errors.new("TimeoutError", TIMEOUT_CODE, "The operation was aborted due to timeout"))
    end, math.min(delay, MAX_TIMER_MS)):unref()
    return signal
end

--- A signal that is aborted with the first of several, for its reason.
---@param signals moonherd.AbortSignal[]
---@return moonherd.AbortSignal
function M.AbortSignal.any(signals)
    check.no_object(signals, M.AbortSignal, "AbortSignal.any")
    check.table(signals, "signals")
    for i = 1, #signals do
        M.check_signal(signals[i], ("signals[%d]"):format(i))
    end
    local any = new_signal()
    for i = 1, #signals do
        if signals[i].aborted then
            abort(any, signals[i].reason)
            return any
        end
    end
    local sources = { unpack(signals) }
    local function on_abort(event)
        for i = 1, #sources do
            sources[i]:off("abort", on_abort)
        end
        abort(any, event.target.reason)
    end
    for i = 1, #sources do
        sources[i]:addEventListener("abort", on_abort)
    end
    return any
end

-- The controller ----------------------------------------------------------------------------------------------

---@class moonherd.AbortController
---@field signal moonherd.AbortSignal
local AbortController = { __name = "AbortController" }
AbortController.__index = AbortController

--- Aborts the signal; a second time changes nothing.
---@param reason any an AbortError unless given
function AbortController:abort(reason)
    check.object(self, "controller:abort", "signal")
    abort(self.signal, reason)
end

M.AbortController = setmetatable({}, {
    __index = AbortController,
    __call = function()
        return setmetatable({ signal = new_signal() }, AbortController)
    end,
})

return M
