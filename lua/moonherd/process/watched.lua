--- Lets `process` know when an event name gets its first listener and when it loses its last one: signals are watched,
-- and a channel keeps the program alive, only while somebody listens.
--
--     watched.install(process)
--     process._watch("message", function() channel:ref() end, function() channel:unref() end)
--
-- Not by "newListener" and "removeListener": removeAllListeners() would take those listeners away too.

local check = require("moonherd.check")

local M = {}

local watches = {} -- name -> { first, last, heard }

--- Calls `first(name)` before the name gets its first listener (raising there keeps it from being added) and
--- `last(name)` after it lost its last one.
---@param name string
---@param first function
---@param last function
local function watch(name, first, last)
    watches[name] = { first = first, last = last, heard = false }
end

local function before_adding(name, listener)
    local found = watches[name]
    if found and not found.heard then
        check.fn(listener, "listener")
        found.first(name)
        found.heard = true
    end
end

---@param process table an emitter, see events.singleton
function M.install(process)
    local function look()
        for name, found in pairs(watches) do
            if found.heard and process.listenerCount(name) == 0 then
                found.heard = false
                found.last(name)
            end
        end
    end
    for _, name in ipairs({ "on", "addListener", "once", "prependListener", "prependOnceListener" }) do
        local add = process[name]
        process[name] = function(...)
            if rawequal((...), process) then
                before_adding(select(2, ...))
            else
                before_adding(...)
            end
            return add(...)
        end
    end
    for _, name in ipairs({ "off", "removeListener", "removeAllListeners" }) do
        local remove = process[name]
        process[name] = function(...)
            remove(...)
            look()
            return process
        end
    end
    process._watch = watch
    -- For who starts to watch a name that is listened to already.
    process._watch_now = function(name)
        local found = watches[name]
        if not found.heard and process.listenerCount(name) > 0 then
            found.heard = true
            found.first(name)
        end
    end
end

return M
