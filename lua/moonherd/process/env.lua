--- process.env: the environment, live. Reading a name that is not set gives nil, assigning nil takes it away, and
-- calling it gives a copy to look through, as a proxy cannot be walked with pairs:
--
--     process.env.PORT = 8000                       -- kept as "8000"
--     for name, value in pairs(process.env()) do print(name, value) end
--     process.env = { PATH = "/bin" }               -- takes the place of all there was

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")

local M = {}

local TEXT = { string = true, number = true, boolean = true }

local function text_of(name, value)
    if not TEXT[type(value)] then
        error(errors.arg_type("process.env." .. name, { "string", "number", "boolean" }, value), 0)
    end
    return check.c_string(tostring(value), "process.env." .. name)
end

local function set(name, text)
    local ok, _, code, errno = core.setenv(name, text)
    if not ok then
        error(errors.system(code, errno, "setenv"), 0)
    end
end

local env = setmetatable({}, {
    __name = "process.env",
    __index = function(_, name)
        return type(name) == "string" and core.getenv(name) or nil
    end,
    __newindex = function(_, name, value)
        check.c_string(name, "name")
        set(name, value ~= nil and text_of(name, value) or nil)
    end,
    __call = function()
        return core.environ()
    end,
})

--- For process.env = variables: they are all there is from now on.
---@param getters table<string, function> of fields that are looked up when read
---@param setters table<string, function> of those that are assigned
function M.install(getters, setters)
    function getters.env()
        return env
    end
    function setters.env(variables)
        if rawequal(variables, env) then
            return
        end
        check.table(variables, "process.env")
        local texts = {}
        for name, value in pairs(variables) do
            check.c_string(name, "name")
            if name == "" or name:find("=", 1, true) then
                error(errors.arg_value("process.env", name, "cannot have that name in it"), 0)
            end
            texts[name] = text_of(name, value)
        end
        for name in pairs(core.environ()) do
            set(name, nil)
        end
        for name, text in pairs(texts) do
            set(name, text)
        end
    end
end

return M
