--- What the bad-input cases need for process.
local core = require("moonherd.core")
local stdin = require("moonherd.process.stdin")
local stdio = require("moonherd.process.stdio")

local function nothing() end

local function write_stream()
    local stream = stdio.new(core.openNull())
    stream:on("error", nothing)
    return stream
end

local function read_stream()
    local stream = stdin.new(core.openNull())
    stream:on("error", nothing)
    return stream
end

local function close(stream)
    stream:destroy()
    core.closeFd(stream.fd)
end

-- Of the right type, and done: what would end or change this process for good.
local dangerous = {}
for _, name in ipairs({ "abort", "chdir", "exit", "initgroups", "kill", "setegid", "seteuid", "setgid", "setgroups",
    "setuid", "setUncaughtExceptionCaptureCallback", "umask" }) do
    dangerous["process." .. name] = true
end

return {
    receivers = {
        ["moonherd.ReadStream"] = {
            open = read_stream,
            closed = function() return read_stream():destroy() end,
            dispose = close,
        },
        ["moonherd.WriteStream"] = {
            open = write_stream,
            closed = function() return write_stream():end_() end,
            dispose = close,
        },
    },
    valid = {
        ["process.cpuUsage"] = function() return { { user = 0, system = 0 } } end,
        ["process.hrtime"] = function() return { { 0, 0 } } end,
        ["process.kill"] = function() return { core.pid(), 0 } end,
        ["moonherd.WriteStream:write"] = function() return { "" } end,
    },
    options = {
        ["moonherd.process.CpuUsage"] = function() return { user = 0, system = 0 } end,
    },
    dangerous = dangerous,
    named = {
        -- Node's words.
        ["moonherd.ReadStream:pipe"] = { ["options.end_"] = "options.end" },
        ["process.cpuUsage"] = { previousValue = "prevValue" },
    },
    dispose = nothing,
}
