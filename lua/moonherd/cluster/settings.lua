--- The settings of `cluster`: what they may be, what they are by default, and how new ones change them.
--
--     cluster.settings = settings.merge(cluster.settings, { exec = "app.lua", silent = true })
--
-- As in Node they are cumulative: the defaults, then those in force, then the new ones, in a fresh table. Unlike there,
-- all are looked at when they are set, and again at each fork, since the table is the user's to change.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local meant = require("moonherd.meant")
local options = require("moonherd.child_process.options")
local process = require("moonherd.process")
local stdio = require("moonherd.child_process.stdio")

local M = {}

-- Checks by key; each gets the value and the name to call it by.
local CHECKS = {
    exec = options.check_file,
    args = options.read_list,
    execArgv = options.read_list,
    execPath = check.c_string,
    cwd = check.c_string,
    silent = check.boolean,
    uid = options.read_id,
    gid = options.read_id,
    ipc = options.read_limits,
    windowsHide = check.boolean,
}

function CHECKS.stdio(value)
    stdio.read(value) -- whether it has a channel, fork asks
end

function CHECKS.serialization(value, name)
    check.one_of(value, name, { "json", "advanced" })
end

--- Nobody could attach to that port: accepted, it would look as if somebody could.
function CHECKS.inspectPort()
    local message = "Inspector is not available: LuaJIT has none, so that 'settings.inspectPort' has nothing to open. "
        .. "Leave it out; worker:facts() says what a worker is doing"
    error(errors.new("Error", "ERR_INSPECTOR_NOT_AVAILABLE", message), 0)
end

local function refuse_unknown(key)
    local message = ("The property 'settings.%s' is unknown"):format(tostring(key))
    local near = type(key) == "string" and meant.nearest(key, CHECKS)
    if near then
        message = message .. (". Did you mean 'settings.%s'?"):format(near)
    end
    error(errors.new("TypeError", "ERR_INVALID_ARG_VALUE", message), 0)
end

--- In a fixed order, so that of several mistakes the same is always named.
local function check_all(settings)
    local keys = {}
    for key in pairs(settings) do
        if not CHECKS[key] then
            refuse_unknown(key)
        end
        keys[#keys + 1] = key
    end
    table.sort(keys)
    for _, key in ipairs(keys) do
        CHECKS[key](settings[key], "settings." .. key)
    end
end

--- The settings in force with the new ones in their place. Raises what does not fit, by name.
---@param current moonherd.cluster.SettingsOptions
---@param new moonherd.cluster.SettingsOptions?
---@return moonherd.cluster.SettingsOptions
function M.merge(current, new)
    local merged = {
        args = { unpack(process.argv, 3) },
        exec = process.argv[2],
        execArgv = process.execArgv,
        silent = false,
    }
    for _, source in ipairs({ current, new or {} }) do
        for name, value in pairs(source) do
            merged[name] = value
        end
    end
    check_all(merged)
    return merged
end

return M
