--- Members of Node's that Lua has no use for: each raises when it is called or read, and says what to use instead.
--
--     absent.methods(process, "process", { binding = 'require "ffi"' })
--     process.binding("fs")      --> ERR_NOT_IN_LUA: process.binding is not part of moonherd: use require "ffi"

local errors = require("moonherd.errors")

local M = {}

--- The error for `name`, written as a user writes it.
---@param name string "process.binding", 'the event "multipleResolves"'
---@param instead string what to use: "process.exit"
---@return moonherd.Error
function M.error(name, instead)
    local message = ("%s is not part of moonherd: use %s"):format(name, instead)
    return errors.new("Error", "ERR_NOT_IN_LUA", message, { instead = instead })
end

--- Gives `target` functions that raise.
---@param target table
---@param prefix string what stands before the name where it is written: "process"
---@param members table<string, string> name -> what to use instead
---@return table target
function M.methods(target, prefix, members)
    for name, instead in pairs(members) do
        target[name] = function()
            error(M.error(prefix .. "." .. name, instead), 0)
        end
    end
    return target
end

return M
