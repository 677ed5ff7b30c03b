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

local absent = require("moonherd.absent")
local check = require("moonherd.check")
local EventEmitter = require("moonherd.events.emitter")
local errors = require("moonherd.errors")
local util = require("moonherd.util")

local M = require("moonherd.events.settings")

M.EventEmitter = EventEmitter

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

local function new_emitter(_, options)
    if options ~= nil and check.table(options, "options").captureRejections then
        error(absent.error("options.captureRejections", 'process.on("uncaughtException")'), 0)
    end
    return setmetatable({}, EventEmitter)
end

setmetatable(EventEmitter, { __call = new_emitter })

-- Asking emitters ---------------------------------------------------------------------------------------------

local function check_emitter(emitter, name)
    if type(emitter) ~= "table" or type(emitter.emit) ~= "function" then
        error(errors.arg_type(name, "EventEmitter", emitter), 0)
    end
    return emitter
end

--- The emitter's `listeners`: for a singleton and for an object alike.
---@param emitter moonherd.EventEmitter
---@param event_name any
---@return function[]
function M.getEventListeners(emitter, event_name)
    return check_emitter(emitter, "emitter"):listeners(event_name)
end

---@param emitter moonherd.EventEmitter
---@return number
function M.getMaxListeners(emitter)
    return check_emitter(emitter, "emitter"):getMaxListeners()
end

--- Sets how many listeners the emitters may have per event name; without any, what all others may.
---@param n number
---@param ... moonherd.EventEmitter
function M.setMaxListeners(n, ...)
    n = n == nil and M.defaultMaxListeners or n
    EventEmitter.setMaxListeners({ emit = EventEmitter.emit }, n)
    local emitters = { ... }
    for i = 1, select("#", ...) do
        check_emitter(emitters[i], "eventTargets")
    end
    if #emitters == 0 then
        M.defaultMaxListeners = n
    end
    for _, emitter in ipairs(emitters) do
        emitter:setMaxListeners(n)
    end
end

---@param emitter moonherd.EventEmitter
---@param event_name any
---@return integer
function M.listenerCount(emitter, event_name)
    return check_emitter(emitter, "emitter"):listenerCount(event_name)
end

--- Calls `listener(event)` once the signal is aborted, or soon if it is. What is returned takes that back.
---@param signal moonherd.AbortSignal
---@param listener fun(event: table?)
---@return { dispose: fun() }
function M.addAbortListener(signal, listener)
    require("moonherd.abort").check_signal(signal, "signal")
    check.fn(listener, "listener")
    local wanted = true
    local function once(event)
        if wanted then
            wanted = false
            listener(event)
        end
    end
    if signal.aborted then
        require("moonherd.tick").add(once)
    else
        signal:addEventListener("abort", once, { once = true })
    end
    return {
        dispose = function()
            wanted = false
            signal:off("abort", once)
        end,
    }
end

absent.add(M, "events", {
    EventEmitterAsyncResource = "events.EventEmitter",
    new = "events.EventEmitter()",
    on = 'async.once of require "async", in a loop',
    once = 'async.once of require "async"',
})
getmetatable(M).__call = new_emitter -- in Node the module is the class

return M
