--- The environment of a child: reads the `env` option.
--
--     local variables = env.read({ PATH = "/bin", LEVEL = 3 })      --> { PATH = "/bin", LEVEL = "3" }
--     env.list(variables)                                           --> { "PATH=/bin", "LEVEL=3" }

local channel = require("moonherd.channel")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")

local M = {}

--- Collects the entries of `env` and of the tables it inherits from (by __index), nearest first.
local function collect(env, into)
    local process_env = require("moonherd.process").env
    local seen = {}
    while type(env) == "table" and not seen[env] do
        seen[env] = true
        local entries = rawequal(env, process_env) and core.environ() or env
        for name, value in pairs(entries) do
            if into[name] == nil then
                into[name] = value
            end
        end
        local mt = getmetatable(env)
        env = type(mt) == "table" and not rawequal(env, process_env) and mt.__index or nil
    end
end

--- Becomes a text, as in Node: numbers, booleans, null, and what says itself how it is written.
local function value_text(value, name)
    local kind = type(value)
    if kind == "number" then
        return inspect.number(value)
    elseif value == core.null then
        return "null"
    elseif kind == "string" or kind == "boolean" or inspect.prints_itself(value) then
        return check.c_string(tostring(value), name)
    end
    error(errors.arg_type(name, { "string", "number", "boolean" }, value), 0)
end

local function name_text(name)
    if type(name) == "number" then
        return inspect.number(name)
    end
    name = type(name) == "boolean" and tostring(name) or check.string(name, "options.env")
    local called = "options.env['" .. name .. "']"
    check.c_string(name, called)
    if name:find("=", 1, true) then
        error(errors.arg_value(called, name, "must be a name without '='"), 0)
    end
    return name
end

--- The variables by name. Those that tell of this process's own channel are not passed on.
---@param env any the option; nil for this process's own
---@return table<string, string>
function M.read(env)
    if env == nil then
        env = core.environ()
    end
    check.table(env, "options.env")
    local entries = {}
    collect(env, entries)
    local variables = {}
    for name, value in pairs(entries) do
        local key = name_text(name)
        variables[key] = value_text(value, "options.env['" .. key .. "']")
    end
    variables[channel.FD_VARIABLE], variables[channel.LIMITS_VARIABLE] = nil, nil
    return variables
end

---@param variables table<string, string>
---@return string[]
function M.list(variables)
    local list = {}
    for name, value in pairs(variables) do
        list[#list + 1] = name .. "=" .. value
    end
    return list
end

return M
