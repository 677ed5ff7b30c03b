--- What an emitter answers about its listeners, and how many it may have. These are methods of EventEmitter.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local listeners = require("moonherd.events.listeners")
local settings = require("moonherd.events.settings")

local Asking = {}

--- How many listeners `event_name` has, or how often `listener` is among them.
---@param event_name any
---@param listener function?
---@return integer
function Asking:listenerCount(event_name, listener)
    check.object(self, "emitter:listenerCount", "emit")
    check.opt(check.fn, listener, "listener")
    local list = self._events and self._events[event_name]
    if not list then
        return 0
    elseif listener == nil then
        return #list
    end
    local count = 0
    for i = 1, #list do
        if list[i] == listener or listeners.unwrap(list[i]) == listener then
            count = count + 1
        end
    end
    return count
end

--- The names that have listeners, in the order in which they got their first.
---@return any[]
function Asking:eventNames()
    check.object(self, "emitter:eventNames", "emit")
    local registry = self._events or {}
    local names = {}
    for name in pairs(registry) do
        names[#names + 1] = name
    end
    table.sort(names, function(a, b)
        return registry[a].seq < registry[b].seq
    end)
    return names
end

--- A copy of the list of `event_name`: the functions as they were given.
---@param event_name any
---@return function[]
function Asking:listeners(event_name)
    check.object(self, "emitter:listeners", "emit")
    local copy = self:rawListeners(event_name)
    for i = 1, #copy do
        copy[i] = listeners.unwrap(copy[i])
    end
    return copy
end

--- A copy of the list of `event_name`, with what `once` made: callable, `listener` holds the function given.
---@param event_name any
---@return function[]
function Asking:rawListeners(event_name)
    check.object(self, "emitter:rawListeners", "emit")
    local copy = {}
    for i, entry in ipairs(self._events and self._events[event_name] or copy) do
        copy[i] = entry
    end
    return copy
end

--- How many listeners a name may have before a warning; 0 for any number.
---@param n number
---@return self
function Asking:setMaxListeners(n)
    check.object(self, "emitter:setMaxListeners", "emit")
    check.number(n, "setMaxListeners")
    if n < 0 or n ~= n then
        error(errors.out_of_range("setMaxListeners", ">= 0", n), 0)
    end
    self._maxListeners = n
    return self
end

---@return number
function Asking:getMaxListeners()
    check.object(self, "emitter:getMaxListeners", "emit")
    return self._maxListeners or settings.defaultMaxListeners
end

return Asking
