--- The errors of programs that could not be started, or failed.

local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")
local util = require("moonherd.util")

local M = {}

--- "spawn nope ENOENT", "spawnSync ls ETIMEDOUT".
---@param call string "spawn" or "spawnSync"
---@param plan table
---@param code string
---@param errno integer?
---@param step string? of the start, that failed
---@return moonherd.Error
function M.system(call, plan, code, errno, step)
    local fields = { path = plan.file, spawnargs = util.tail(plan.spawnargs) }
    if step == "cwd" then
        -- Node blames the program.
        fields.path = plan.cwd
        fields.reason = ("the working directory %s cannot be entered"):format(inspect.value(plan.cwd))
    end
    return errors.system(code, errno, call .. " " .. plan.file, fields)
end

--- It ran, and ended badly.
---@param command string what the user asked for
---@param ending string? what follows the first line
---@param fields table
---@return moonherd.Error
function M.command(command, ending, fields)
    return errors.new("Error", nil, "Command failed: " .. command .. (ending or ""), fields)
end

return M
