---@meta

--- Calls that are put off: by a time, at intervals, or to the end of this turn of the loop. Times are milliseconds.
---
---     local t = setTimeout(function(who) print("hello", who) end, 100, "you")
---     t:unref()                    -- does not keep the program alive
---     clearTimeout(t)
---
--- Timers of the same delay fire in the order they were made. All of them are globals too.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html
---@class moonherd.timers
local timers = {}

--- What `setTimeout` and `setInterval` return.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#class-timeout
---@class moonherd.Timeout
---@field id integer A number that `clearTimeout` takes as well (1..).
local Timeout = {}

--- Has it keep the program alive while it waits, as it does unless told otherwise.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#timeoutref
---@return moonherd.Timeout self
function Timeout:ref() end

--- Has it not keep the program alive.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#timeoutunref
---@return moonherd.Timeout self
function Timeout:unref() end

--- Whether it keeps the program alive while it waits.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#timeouthasref
---@return boolean
function Timeout:hasRef() end

--- Starts the same delay anew, also after it has fired. Once it was cleared, nothing happens.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#timeoutrefresh
---@return moonherd.Timeout self
function Timeout:refresh() end

--- The same as `clearTimeout(timeout)`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#timeoutclose
---@return moonherd.Timeout self
function Timeout:close() end

--- What `setImmediate` returns.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#class-immediate
---@class moonherd.Immediate
local Immediate = {}

--- Has it keep the program alive until it ran, as it does unless told otherwise.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#immediateref
---@return moonherd.Immediate self
function Immediate:ref() end

--- Has it not keep the program alive.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#immediateunref
---@return moonherd.Immediate self
function Immediate:unref() end

--- Whether it keeps the program alive.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#immediatehasref
---@return boolean
function Immediate:hasRef() end

--- Calls `callback(...)` once, when the delay is over. A fraction of a millisecond is dropped.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#settimeoutcallback-delay-args
---@param callback function
---@param delay number|string|nil ms (1..2147483647, default 1). Coerced: what is not in that range counts as 1; above
---it there is a TimeoutOverflowWarning too
---@param ... any what the callback gets
---@return moonherd.Timeout
function timers.setTimeout(callback, delay, ...) end

--- Calls `callback(...)` again and again, counted from where the last call began: a call that comes late does not
--- make the next ones come faster.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#setintervalcallback-delay-args
---@param callback function
---@param delay number|string|nil ms (1..2147483647, default 1). Coerced: as for `setTimeout`
---@param ... any what the callback gets
---@return moonherd.Timeout
function timers.setInterval(callback, delay, ...) end

--- Calls `callback(...)` in this turn of the loop, behind its I/O; from inside an immediate, in the next turn.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#setimmediatecallback-args
---@param callback function
---@param ... any what the callback gets
---@return moonherd.Immediate
function timers.setImmediate(callback, ...) end

--- Stops a timer.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#cleartimeouttimeout
---@param timeout moonherd.Timeout|integer|string|nil itself or its `id` (any number). Coerced: anything else, and what
---has fired already, is ignored
function timers.clearTimeout(timeout) end

--- The same for an interval.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#clearintervaltimeout
timers.clearInterval = timers.clearTimeout

--- Has an immediate not be called.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/timers.html#clearimmediateimmediate
---@param immediate moonherd.Immediate? Coerced: anything else, and what was called already, is ignored
function timers.clearImmediate(immediate) end

return timers
