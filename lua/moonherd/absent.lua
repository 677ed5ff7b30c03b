--- Members of Node's that Lua has no use for: each raises, and says what to use instead.
--
--     absent.add(timers, "timers", { enroll = "timers.setTimeout" })
--     timers.enroll(item, 10)    --> ERR_NOT_IN_LUA: timers.enroll is not part of moonherd: use timers.setTimeout

local errors = require("moonherd.errors")

local M = {}

local made = setmetatable({}, { __mode = "k" })

--- The error for `name`, written as a user writes it.
---@param name string "process.binding", 'the event "multipleResolves"'
---@param instead string what to use: "process.exit"
---@return moonherd.Error
function M.error(name, instead)
    local message = ("%s is not part of moonherd: use %s"):format(name, instead)
    return errors.new("Error", "ERR_NOT_IN_LUA", message, { instead = instead })
end

--- Has reading the members of a module raise.
---@param module table without a metatable
---@param prefix string what stands before the name where it is written: "timers"
---@param members table<string, string> name -> what to use instead
function M.add(module, prefix, members)
    setmetatable(module, {
        __index = function(_, name)
            local instead = members[name]
            if instead then
                error(M.error(prefix .. "." .. name, instead), 0)
            end
        end,
    })
end

--- Gives `target` functions that raise: for classes, whose methods are found by name.
---@param target table
---@param object string what stands before the name where it is written: "readable"
---@param members table<string, string> name -> what to use instead
---@return table target
function M.methods(target, object, members)
    for name, instead in pairs(members) do
        target[name] = function()
            error(M.error(object .. ":" .. name, instead), 0)
        end
        made[target[name]] = true
    end
    return target
end

--- Whether a function is one that `methods` made: for who lists what there is.
---@param fn any
---@return boolean
function M.is(fn)
    return made[fn] or false
end

return M
