--- EventEmitter, as Node's: listeners by event name, called in order, with the event's arguments only.
--
--     local events = require "moonherd.events"
--
--     local bell = events.EventEmitter()
--     bell:on("ring", function(times) print(times) end)
--     bell:emit("ring", 3)
--
-- A class becomes an emitter with one call; its objects need no other preparation, as their listeners'
-- table appears with the first listener:
--
--     local Server = events.mixin({})
--     function Server.new() return setmetatable({}, Server) end
--
-- How emit stays cheap: the listeners of a name stand in a plain list that emit only reads. Up to three are
-- loaded into locals before the first call, so whatever a listener does to the list cannot matter; a longer list is
-- marked `shared` and the next change then works on a copy. Nothing is allocated per emit.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")
local util = require("moonherd.util")

local new_table = require("table.new")

local M = {
    --- Listeners per event name above which a leak is suspected; an emitter's setMaxListeners overrides it.
    defaultMaxListeners = 10,
    --- Listeners of this name hear an "error" before its own listeners do, and do not count as handling it.
    errorMonitor = setmetatable({}, {
        __tostring = function()
            return "Symbol(events.errorMonitor)"
        end,
    }),
}

local ERROR_MONITOR = M.errorMonitor

--- Called with the warning, an error table with `emitter`, `type` and `count`, when an event name passes its
--- maximum of listeners for the first time. Replaceable; by itself it goes to process.emitWarning, if that
--- module is loaded, and else nowhere.
---@param warning moonherd.Error
function M.onWarning(warning)
    if not errors.is(warning) then
        error(errors.arg_type("warning", "Error", warning), 0)
    end
    local process = package.loaded["moonherd.process"]
    if type(process) == "table" and process.emitWarning then
        process.emitWarning(warning)
    end
end

---@class moonherd.EventEmitter
local EventEmitter = {}
EventEmitter.__index = EventEmitter
EventEmitter.__name = "EventEmitter"
M.EventEmitter = EventEmitter

-- Once --------------------------------------------------------------------------------------------------------

--- What stands in the list for a listener that is to be called once: a callable table, because making a
--- closure would throw the caller out of compiled code. rawListeners shows it, with its `listener`.
local Once = {}

function Once:__call(...)
    if not self.fired then
        self.fired = true
        self.emitter:removeListener(self.name, self)
        return self.listener(...)
    end
end

local function unwrap(entry)
    return getmetatable(entry) == Once and entry.listener or entry
end

-- Lists -------------------------------------------------------------------------------------------------------

-- Lists are numbered as they appear, so that eventNames can answer in that order.
local last_seq = 0

--- The list of a name, safe to change in place.
local function writable(registry, name)
    local list = registry[name]
    if list.shared then
        local copy = { nil, nil, nil, nil, seq = list.seq, warned = list.warned }
        for i = 1, #list do
            copy[i] = list[i]
        end
        registry[name] = copy
        return copy
    end
    return list
end

local function class_name(self)
    local mt = getmetatable(self)
    return type(mt) == "table" and rawget(mt, "__name") or EventEmitter.__name
end

local function warn_of_leak(self, name, list)
    list.warned = true
    local count = #list
    local message = (
        "Possible EventEmitter memory leak detected. %d %s listeners added to [%s]. MaxListeners is %d. "
        .. "Use emitter:setMaxListeners() to increase limit"
    ):format(count, tostring(name), class_name(self), self:getMaxListeners())
    local fields = { emitter = self, type = name, count = count }
    M.onWarning(errors.new("MaxListenersExceededWarning", nil, message, fields))
end

local function add(self, name, listener, entry, first)
    local registry = self._events
    if registry and registry.newListener then
        self:emit("newListener", name, listener)
        registry = self._events -- whatever it was before, the listeners may have changed it
    end
    if not registry then
        registry = new_table(0, 4) -- growing it to the usual few names would cost more than all the rest
        self._events = registry
    end
    if not registry[name] then
        last_seq = last_seq + 1
        registry[name] = { entry, nil, nil, nil, seq = last_seq } -- room for what emit reads in any case
        return self
    end
    local list = writable(registry, name)
    if first then
        table.insert(list, 1, entry)
    else
        list[#list + 1] = entry
    end
    if not list.warned then
        local max = self:getMaxListeners()
        if max > 0 and #list > max then
            warn_of_leak(self, name, list)
        end
    end
    return self
end

local function add_checked(self, call, name, listener, once, first)
    check.object(self, call, "emit")
    check.fn(listener, "listener")
    if name == nil then
        error(errors.missing_args("eventName"), 0)
    elseif name ~= name then
        error(errors.arg_value("eventName", name, "must not be NaN"), 0)
    end
    local entry = listener
    if once then
        entry = setmetatable({ emitter = self, name = name, listener = listener, fired = false }, Once)
    end
    return add(self, name, unwrap(listener), entry, first)
end

-- Adding ------------------------------------------------------------------------------------------------------

--- Calls `listener` on every `event_name` from now on. The same function given twice is called twice.
---@param event_name any
---@param listener function
---@return self
function EventEmitter:on(event_name, listener)
    return add_checked(self, "emitter:on", event_name, listener, false, false)
end

EventEmitter.addListener = EventEmitter.on

--- Calls `listener` on the next `event_name` only; it is removed before it is called.
---@param event_name any
---@param listener function
---@return self
function EventEmitter:once(event_name, listener)
    return add_checked(self, "emitter:once", event_name, listener, true, false)
end

--- As `on`, before the listeners that are already there.
---@param event_name any
---@param listener function
---@return self
function EventEmitter:prependListener(event_name, listener)
    return add_checked(self, "emitter:prependListener", event_name, listener, false, true)
end

--- As `once`, before the listeners that are already there.
---@param event_name any
---@param listener function
---@return self
function EventEmitter:prependOnceListener(event_name, listener)
    return add_checked(self, "emitter:prependOnceListener", event_name, listener, true, true)
end

-- Removing ----------------------------------------------------------------------------------------------------

local function remove_at(self, registry, name, index)
    local entry = registry[name][index]
    if index == 1 and registry[name][2] == nil then
        registry[name] = nil
    else
        table.remove(writable(registry, name), index)
    end
    if registry.removeListener then
        self:emit("removeListener", name, unwrap(entry))
    end
end

--- Removes one instance of `listener`, the one added last. One that is not there is no error.
---@param event_name any
---@param listener function
---@return self
function EventEmitter:off(event_name, listener)
    check.object(self, "emitter:off", "emit")
    check.fn(listener, "listener")
    local registry = self._events
    local list = registry and registry[event_name]
    if list then
        for i = #list, 1, -1 do
            if list[i] == listener or unwrap(list[i]) == listener then
                remove_at(self, registry, event_name, i)
                break
            end
        end
    end
    return self
end

EventEmitter.removeListener = EventEmitter.off

--- Removes the listeners of `event_name`, or of every name; "removeListener" tells of each, the last added first.
---@param event_name any
---@return self
function EventEmitter:removeAllListeners(event_name)
    check.object(self, "emitter:removeAllListeners", "emit")
    local registry = self._events
    if not registry then
        return self
    end
    if not registry.removeListener then
        if event_name == nil then
            self._events = nil
        else
            registry[event_name] = nil
        end
        return self
    end
    if event_name == nil then
        for _, each in ipairs(self:eventNames()) do
            if each ~= "removeListener" then
                self:removeAllListeners(each)
            end
        end
        self:removeAllListeners("removeListener")
        self._events = nil
        return self
    end
    -- Only what is there now: a listener that adds another while it hears of a removal must not keep us here.
    local list = registry[event_name]
    if list then
        list.shared = true
        for i = #list, 1, -1 do
            self:removeListener(event_name, list[i])
        end
    end
    return self
end

-- Emitting ----------------------------------------------------------------------------------------------------

--- No listener for "error": raises it.
local function unhandled(self, err)
    if not errors.is(err) then
        local text = type(err) == "table" and type(err.message) == "string" and err.message or inspect.value(err)
        err = errors.new("Error", "ERR_UNHANDLED_ERROR", ("Unhandled error. (%s)"):format(text), { context = err })
    end
    errors.unheard(err, class_name(self))
    error(err, 0)
end

--- Calls the listeners of `event_name` in order with the arguments given, holes kept. Listeners added or removed
--- meanwhile count from the next emit on. What a listener raises goes to the caller, and the rest is not called.
--- "error" without a listener raises its argument.
---@param event_name any
---@param ... any
---@return boolean heard whether there was a listener
function EventEmitter:emit(event_name, ...)
    if type(self) ~= "table" then
        check.object(self, "emitter:emit")
    end
    local registry = self._events
    if event_name == "error" then
        if registry and registry[ERROR_MONITOR] then
            self:emit(ERROR_MONITOR, ...)
            registry = self._events
        end
        if not (registry and registry.error) then
            unhandled(self, (...))
        end
    end
    local list = registry and registry[event_name]
    if not list then
        check.object(self, "emitter:emit", "emit")
        return false
    end
    local first, second, third = list[1], list[2], list[3]
    if not second then
        first(...)
    elseif not third then
        first(...)
        second(...)
    elseif not list[4] then
        first(...)
        second(...)
        third(...)
    else
        list.shared = true
        for i = 1, #list do
            list[i](...)
        end
    end
    return true
end

-- Asking ------------------------------------------------------------------------------------------------------

--- How many listeners `event_name` has, or how often `listener` is among them.
---@param event_name any
---@param listener function?
---@return integer
function EventEmitter:listenerCount(event_name, listener)
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
        if list[i] == listener or unwrap(list[i]) == listener then
            count = count + 1
        end
    end
    return count
end

--- The names that have listeners, in the order in which they got their first.
---@return any[]
function EventEmitter:eventNames()
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
function EventEmitter:listeners(event_name)
    check.object(self, "emitter:listeners", "emit")
    local copy = self:rawListeners(event_name)
    for i = 1, #copy do
        copy[i] = unwrap(copy[i])
    end
    return copy
end

--- A copy of the list of `event_name`, with what `once` made: callable, `listener` holds the function given.
---@param event_name any
---@return function[]
function EventEmitter:rawListeners(event_name)
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
function EventEmitter:setMaxListeners(n)
    check.object(self, "emitter:setMaxListeners", "emit")
    check.number(n, "setMaxListeners")
    if n < 0 or n ~= n then
        error(errors.out_of_range("setMaxListeners", ">= 0", n), 0)
    end
    self._maxListeners = n
    return self
end

---@return number
function EventEmitter:getMaxListeners()
    check.object(self, "emitter:getMaxListeners", "emit")
    return self._maxListeners or M.defaultMaxListeners
end

-- Making emitters ---------------------------------------------------------------------------------------------

local METHODS = {}
for name, method in pairs(EventEmitter) do
    if type(method) == "function" and name:sub(1, 2) ~= "__" then
        METHODS[name] = method
    end
end

--- Makes the objects of a class emitters: gives `class` the methods it does not have itself, and `__index` if
--- it has none. The fields `_events` and `_maxListeners` of its objects are then ours.
---@generic T: table
---@param class T
---@return T class
function M.mixin(class)
    check.table(class, "class")
    for name, method in pairs(METHODS) do
        if rawget(class, name) == nil then
            class[name] = method
        end
    end
    if rawget(class, "__index") == nil then
        class.__index = class
    end
    return class
end

--- Makes one table an emitter whose methods take dot and colon calls alike: `cluster.on("exit", f)` and
--- `cluster:on("exit", f)`. For singletons; other objects share a class instead.
---@generic T: table
---@param object T
---@return T object
function M.singleton(object)
    check.table(object, "object")
    for name, method in pairs(METHODS) do
        object[name] = util.either(object, method)
    end
    return object
end

setmetatable(EventEmitter, {
    __call = function(class)
        return setmetatable({}, class)
    end,
})

return M
