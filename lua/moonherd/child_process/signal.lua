--- Signals by name or number, as `child:kill` and the option `killSignal` take them.

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")

local M = {}

-- Those without a name, of real time, are none that Node would send.
local NAMED = {}
for _, number in pairs(core.signals) do
    NAMED[number] = true
end

local function unknown(signal)
    local text = type(signal) == "string" and signal or inspect.value(signal)
    error(errors.of("ERR_UNKNOWN_SIGNAL", text), 0)
end

local function number_of(signal)
    local number = signal
    if type(signal) == "string" then
        number = core.signals[signal:upper()]
    end
    if not NAMED[number] then
        unknown(signal)
    end
    return number
end

--- For kill: 0 is one, which only asks. Raises ERR_UNKNOWN_SIGNAL for what is none.
---@param signal (string|integer)? SIGTERM unless given; in any case of letters
---@return integer
function M.number(signal)
    if signal == nil then
        return core.signals.SIGTERM
    end
    return signal == 0 and 0 or number_of(signal)
end

--- For the option: what ends a child.
---@param signal any
---@return integer
function M.kill_signal(signal)
    if signal == nil then
        return core.signals.SIGTERM
    elseif type(signal) ~= "string" and type(signal) ~= "number" then
        error(errors.arg_type("options.killSignal", { "string", "number" }, signal), 0)
    end
    return number_of(signal)
end

return M
