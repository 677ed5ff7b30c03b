--- What the bad-input cases need for async.
local async = require("moonherd.async")
local events = require("moonherd.events")

local function nothing() end

local function waiting()
    local bell = events.EventEmitter()
    return async.run(function() async.once(bell, "never") end)
end

local function closed_events()
    local rings = async.on(events.EventEmitter(), "ring")
    rings:close()
    return rings
end

local function dispose(object)
    if type(object) == "table" and object.cancel then
        object:cancel()
    end
end

local OPTIONS = { options = { "options", "timeout" } } -- a number is the timeout

return {
    receivers = {
        ["moonherd.Task"] = {
            open = waiting,
            closed = function() return async.run(nothing) end,
            dispose = dispose,
        },
        ["moonherd.Events"] = {
            open = function() return async.on(events.EventEmitter(), "ring") end,
            closed = closed_events,
        },
    },
    valid = {
        ["async.call"] = function() return { function(callback) callback() end } end,
    },
    named = { ["async.once"] = OPTIONS, ["moonherd.Task:wait"] = OPTIONS },
    dispose = dispose,
}
