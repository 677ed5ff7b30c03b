--- The environment of a child: reads the `env` option.
--
--     local variables = env.read({ PATH = "/bin", LEVEL = 3 })      --> { PATH = "/bin", LEVEL = "3" }
--     env.list(variables)                                           --> { "PATH=/bin", "LEVEL=3" }

local channel = require("moonherd.channel")
local check = require("moonherd.check")
local core = require("moonherd.core")
local inspect = require("moonherd.inspect")

local M = {}

--- Collects the entries of `env` and of the tables it inherits from (by __index), nearest first.
local function collect(env, into)
    local process_env = require("moonherd.process").env
    while type(env) == "table" do
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

--- Any value is fine for a variable, as in Node.
local function value_text(value)
    if type(value) == "number" then
        return inspect.number(value)
    elseif value == core.null then
        return "null"
    end
    return tostring(value)
end

local function name_text(name)
    if type(name) == "number" then
        return inspect.number(name)
    end
    return check.c_string(type(name) == "boolean" and tostring(name) or name, "options.env")
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
        variables[key] = check.c_string(value_text(value), ("options.env['%s']"):format(key))
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
