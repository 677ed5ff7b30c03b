--- process.env: the environment, live. Reading a name that is not set gives nil, assigning nil takes it away, and
-- calling it gives a copy to look through, as a proxy cannot be walked with pairs:
--
--     process.env.PORT = 8000                       -- kept as "8000"
--     for name, value in pairs(process.env()) do print(name, value) end

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")

local TEXT = { string = true, number = true, boolean = true }

return setmetatable({}, {
    __name = "process.env",
    __index = function(_, name)
        return type(name) == "string" and core.getenv(name) or nil
    end,
    __newindex = function(_, name, value)
        check.c_string(name, "name")
        if value ~= nil then
            if not TEXT[type(value)] then
                error(errors.arg_type("process.env." .. name, { "string", "number", "boolean" }, value), 0)
            end
            value = check.c_string(tostring(value), "process.env." .. name)
        end
        local ok, _, code, errno = core.setenv(name, value)
        if not ok then
            error(errors.system(code, errno, "setenv"), 0)
        end
    end,
    __call = function()
        return core.environ()
    end,
})
