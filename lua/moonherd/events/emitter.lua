--- The class of emitters. Use it through moonherd.events, which also makes other classes emitters.
--
-- How emit stays cheap: the listeners of a name stand in a plain list that emit only reads. Up to three are
-- loaded into locals before the first call, so whatever a listener does to the list cannot matter; a longer list is
-- marked `shared` and the next change then works on a copy. Nothing is allocated per emit. The listeners' table,
-- `_events`, appears with the first listener.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")
local listeners = require("moonherd.events.listeners")
local settings = require("moonherd.events.settings")

local new_table = require("table.new")
local ERROR_MONITOR = settings.errorMonitor
local unwrap, writable = listeners.unwrap, listeners.writable

local EventEmitter = { __name = "EventEmitter" }
EventEmitter.__index = EventEmitter

-- Adding ------------------------------------------------------------------------------------------------------

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
    settings.onWarning(errors.new("MaxListenersExceededWarning", nil, message, fields))
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
        registry[name] = listeners.list(entry)
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
        entry = listeners.once(self, name, listener)
    end
    return add(self, name, unwrap(listener), entry, first)
end

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

local function remove_at(self, registry, name, index, listener)
    local entry = registry[name][index]
    if index == 1 and registry[name][2] == nil then
        registry[name] = nil
        listener = unwrap(entry)
    else
        table.remove(writable(registry, name), index)
    end
    -- One of several is told of as it was named: by what `once` made of it, where that removes itself. As in Node.
    if registry.removeListener then
        self:emit("removeListener", name, listener)
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
                remove_at(self, registry, event_name, i, listener)
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
    -- Tracebacks say "in function 'listener'": it has no other name that its writer would know.
    local listener, second, third = list[1], list[2], list[3]
    if not second then
        listener(...)
    elseif not third then
        listener(...)
        second(...)
    elseif not list[4] then
        listener(...)
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

for name, method in pairs(require("moonherd.events.asking")) do
    EventEmitter[name] = method
end

return EventEmitter
