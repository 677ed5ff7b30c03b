--- Values to call functions with: those that hardly anybody can mean, and good ones of each type. For bad_input.
--
--     local values = require "spec.support.bad_values"
--     for name, value in values.each() do ... end          -- "NaN", 0/0
--     values.good(type, receivers, options)                --> a value that the type admits

local core = require("moonherd.core")
local timers = require("moonherd.timers")
local types = require("scripts.api.types")

local M = {}

local HUGE = ("x"):rep(16 * 1024 * 1024)

local function nothing() end

local function closed_object()
    local timer = timers.setTimeout(nothing, 1)
    timers.clearTimeout(timer)
    return timer
end

-- `make` where each call needs its own.
local VALUES = {
    { "nil", nil },
    { "a boolean", true },
    { "a number", 5 },
    { "NaN", 0 / 0 },
    { "infinity", math.huge },
    { "-1", -1 },
    { "a fraction", 0.5 },
    { "2^53", 2 ^ 53 },
    { "2^63", 2 ^ 63 },
    { "-2^63", -2 ^ 63 },
    { "a string", "text" },
    { "the empty string", "" },
    { "a string with NUL", "a\0b" },
    { "a huge string", HUGE },
    { "a table", make = function() return {} end },
    { "a function", nothing },
    { "userdata", io.stdout },
    { "a thread", coroutine.create(nothing) },
    { "an int64", 5LL },
    { "a closed object", make = closed_object },
}

--- Each value with its name; nil is one of them.
function M.each()
    local at = 0
    return function()
        at = at + 1
        local entry = VALUES[at]
        if entry then
            local value = entry[2]
            if entry.make then
                value = entry.make()
            end
            return entry[1], value
        end
    end
end

local DEFAULTS = {
    any = function() return "text" end,
    boolean = function() return true end,
    integer = function(range) return range and range.lo > -math.huge and range.lo or 1 end,
    lightuserdata = function() return core.null end,
    string = function() return "text" end,
    table = function() return {} end,
    thread = function() return coroutine.create(nothing) end,
    userdata = function() return io.stdout end,
    ["function"] = function() return nothing end,
}
DEFAULTS.number = DEFAULTS.integer

--- A good value for a parameter or field; nil where that is one.
---@param value table of the entries
---@param classes table of the entries
---@param receivers table<string, { open: function }>
---@param options table<string, function> what options tables cannot do without
---@return any
function M.good(value, classes, receivers, options)
    if types.has(value.type, "nil") then
        return nil
    end
    local first = value.type[1]
    if first.kind == "literal" then
        return first.value
    elseif first.kind == "function" then
        return nothing
    elseif first.kind ~= "name" then
        return {}
    elseif DEFAULTS[first.name] then
        return DEFAULTS[first.name](value.range)
    end
    local class = classes[first.name]
    if class and class.record then
        local make = options[first.name]
        return make and make() or {}
    end
    local receiver = receivers[first.name] or error("no fixture has a receiver of " .. first.name, 0)
    return receiver.open()
end

return M
