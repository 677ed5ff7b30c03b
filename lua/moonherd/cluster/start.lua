--- Starts a worker's process: the settings' script, with a channel, and a page on which its master sees its health.
--
--     local child, box = start(id, settings, env, watch)     -- watch:on_silent(missed, silence), see core.worker

local channel = require("moonherd.channel")
local child_process = require("moonherd.child_process")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local process = require("moonherd.process")

-- The settings that child_process.fork takes as they are.
local PASSED_ON = {
    "cwd", "execArgv", "execPath", "gid", "ipc", "serialization", "silent", "stdio", "uid", "windowsHide",
}

--- Raises what child_process.fork raises; then nothing is left behind.
---@param id integer
---@param settings moonherd.cluster.SettingsOptions
---@param env table<string, any>? added to this process's environment
---@param watch table owner of the box
---@return moonherd.ChildProcess child
---@return userdata box core.worker
local function start(id, settings, env, watch)
    local options = { env = process.env() }
    for name, value in pairs(env or {}) do
        options.env[name] = value
    end
    for _, name in ipairs(PASSED_ON) do
        options[name] = settings[name]
    end
    local box, _, code, errno = core.worker(watch)
    if not box then
        error(errors.system(code, errno, "memfd_create"), 0)
    end
    local ok, child = pcall(child_process._fork, settings.exec, settings.args, options, {
        env = { NODE_UNIQUE_ID = ("%d"):format(id) },
        fds = { MOONHERD_PAGE_FD = box:pageFd() },
    })
    if not ok then
        box:close()
        error(child, 0)
    end
    box:closePageFd()
    local channel_box = channel.box(child)
    if channel_box then
        box:attach(channel_box)
    end
    return child, box
end

return start
