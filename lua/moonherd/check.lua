--- Argument checks: each takes a value and the parameter's name, and returns the value or raises the error
-- that Node raises (see moonherd.errors). They run before anything is done with any argument.
--
--     local check = require "moonherd.check"
--
--     function Server:listen(port, backlog, callback)
--         port = check.port(port, "options.port")
--         check.opt(check.integer, backlog, "backlog", 1, 65535)
--         check.opt(check.fn, callback, "callback")

local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")

local floor = math.floor

local M = {}

---@param kind string
---@return fun(value: any, name: string): any
local function checker(kind)
    return function(value, name)
        if type(value) ~= kind then
            error(errors.arg_type(name, kind, value), 0)
        end
        return value
    end
end

M.string = checker("string")
M.number = checker("number")
M.boolean = checker("boolean")
M.table = checker("table")

--- Whether a value can be called: a function, or a table with `__call`.
---@param value any
---@return boolean
function M.callable(value)
    if type(value) == "function" then
        return true
    end
    local mt = type(value) == "table" and getmetatable(value)
    return type(mt) == "table" and mt.__call ~= nil
end

--- Something to call. Kept loose for callable tables: a spy of a test is one.
---@param value any
---@param name string
---@return function
function M.fn(value, name)
    if type(value) ~= "function" and not M.callable(value) then
        error(errors.arg_type(name, "function", value), 0)
    end
    return value
end

--- A whole number from `lo` to `hi`, ends included, both optional.
---@param value any
---@param name string
---@param lo integer?
---@param hi integer?
---@return integer
function M.integer(value, name, lo, hi)
    if type(value) ~= "number" then
        error(errors.arg_type(name, "number", value), 0)
    end
    if value ~= floor(value) or value - value ~= 0 then
        error(errors.out_of_range(name, "an integer", value), 0)
    end
    if (lo and value < lo) or (hi and value > hi) then
        local range = hi and ("<= %s"):format(inspect.number(hi))
        if lo then
            range = (">= %s"):format(inspect.number(lo)) .. (range and " && " .. range or "")
        end
        error(errors.out_of_range(name, range, value), 0)
    end
    return value
end

--- A port, as a number or a decimal string; returns the number.
---@param value any
---@param name string? "Port" unless given
---@param not_zero boolean?
---@return integer
function M.port(value, name, not_zero)
    local port = value
    if type(port) == "string" then
        port = port:find("^%s*%d+%s*$") and tonumber(port)
    end
    if type(port) ~= "number" or port ~= floor(port) or port < (not_zero and 1 or 0) or port > 65535 then
        local message = ("%s should be %s 0 and < 65536. Received %s."):format(
            name or "Port",
            not_zero and ">" or ">=",
            inspect.received(value)
        )
        error(errors.new("RangeError", "ERR_SOCKET_BAD_PORT", message), 0)
    end
    return port
end

--- A time in ms, as socket:setTimeout takes it: 0 and fractions too.
---@param value any
---@param name string
---@return number
function M.timeout(value, name)
    M.number(value, name)
    if not (value >= 0 and value < math.huge) then
        error(errors.out_of_range(name, "a non-negative finite number", value), 0)
    end
    return value
end

--- A string that can cross into C: no NUL byte in it.
---@param value any
---@param name string
---@return string
function M.c_string(value, name)
    M.string(value, name)
    if value:find("\0", 1, true) then
        error(errors.arg_value(name, value, "must be a string without null bytes"), 0)
    end
    return value
end

--- One of a list of values.
---@param value any
---@param name string
---@param allowed any[]
function M.one_of(value, name, allowed)
    for i = 1, #allowed do
        if value == allowed[i] then
            return value
        end
    end
    local words = {}
    for i = 1, #allowed do
        words[i] = inspect.value(allowed[i])
    end
    error(errors.arg_value(name, value, "must be one of: " .. table.concat(words, ", ")), 0)
end

--- The object of a method. For where a call with a dot would go unnoticed, or be told as something else.
---@param object any what stands where the object belongs
---@param call string how it is written: "server:listen"
---@param field string? what the object has, where the first argument may be a table too
function M.object(object, call, field)
    if type(object) ~= "table" or (field and object[field] == nil) then
        local message = "Call it with a colon: %s(...). Received %s as the object"
        error(errors.new("TypeError", "ERR_INVALID_THIS", message:format(call, inspect.received(object))), 0)
    end
end

--- The opposite, for a function of a module: its first argument cannot be the module.
---@param first any
---@param module table
---@param call string how it is written: "net.connect"
function M.no_object(first, module, call)
    if rawequal(first, module) then
        error(errors.new("TypeError", "ERR_INVALID_THIS", ("Call it with a dot: %s(...)"):format(call)), 0)
    end
end

--- The same as `checker_fn(value, ...)`, but nil passes.
---@param checker_fn function one of the checks above
---@param value any
---@param ... any what the check wants besides: the name first
function M.opt(checker_fn, value, ...)
    if value == nil then
        return nil
    end
    return checker_fn(value, ...)
end

return M
