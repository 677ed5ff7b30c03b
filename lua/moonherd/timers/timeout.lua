--- What setTimeout and setInterval return.
--
--     local timer = timeout.new(false, callback, 100)
--     timer:unref()
--     timeout.find(timer.id) == timer

local check = require("moonherd.check")
local queue = require("moonherd.timers.queue")

local M = {}

---@class moonherd.Timeout
---@field id integer a number that clearTimeout takes as well
local Timeout = { __name = "Timeout" }

local by_id = setmetatable({}, { __mode = "v" })
local last_id = 0

local methods = {}

function Timeout.__index(self, key)
    if key == "id" then
        -- Few ask for it, so that only those timers pay for the table that finds them.
        last_id = last_id + 1
        rawset(self, "id", last_id)
        by_id[last_id] = self
        return last_id
    end
    return methods[key]
end

--- Keeps the program alive while it waits, as it does unless told otherwise.
---@return moonherd.Timeout self
function methods:ref()
    check.object(self, "timeout:ref", "_callback")
    queue.set_ref(self, true)
    return self
end

--- Does not keep the program alive.
---@return moonherd.Timeout self
function methods:unref()
    check.object(self, "timeout:unref", "_callback")
    queue.set_ref(self, false)
    return self
end

---@return boolean
function methods:hasRef()
    check.object(self, "timeout:hasRef", "_callback")
    return self._ref
end

--- Starts the delay anew, also after it has fired; not once it was cleared.
---@return moonherd.Timeout self
function methods:refresh()
    check.object(self, "timeout:refresh", "_callback")
    if self._ms then
        queue.start(self)
    end
    return self
end

--- As clearTimeout.
---@return moonherd.Timeout self
function methods:close()
    check.object(self, "timeout:close", "_callback")
    queue.stop(self)
    return self
end

--- A timer that waits.
---@param repeats boolean
---@param callback function
---@param ms integer
---@param ... any what the callback gets
---@return moonherd.Timeout
function M.new(repeats, callback, ms, ...)
    local timer = setmetatable({
        _callback = callback,
        _ms = ms,
        _repeat = repeats,
        _ref = true,
        _args = select("#", ...) > 0 and { n = select("#", ...), ... } or nil,
    }, Timeout)
    queue.start(timer)
    return timer
end

--- The timer that a value stands for: one itself, or its id.
---@param value any
---@return moonherd.Timeout?
function M.find(value)
    local kind = type(value)
    if kind == "number" or kind == "string" then
        value = by_id[tonumber(value)]
    end
    return getmetatable(value) == Timeout and value or nil
end

return M
