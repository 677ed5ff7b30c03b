--- Child processes, as Node's child_process: spawn for any program, fork for a Lua script with a channel to it.
--
--     local child_process = require "moonherd.child_process"
--
--     local ls = child_process.spawn("ls", { "-l" }, { cwd = "/tmp" })
--     ls.stdout:on("data", function(bytes) io.write(bytes) end)
--     ls:on("close", function(code, signal) print(code, signal) end)
--
--     local child = child_process.fork("worker.lua", { "an argument" })
--     child:on("message", function(message, handle) print(message) end)
--     child:send({ hello = "world" })
--
-- A program that cannot be started is no error of the call: the child's "error" event tells, with `code` "ENOENT".

local child = require("moonherd.child_process.child")
local options = require("moonherd.child_process.options")

local M = {
    ChildProcess = child.ChildProcess,
}

---@class moonherd.SpawnOptions
---@field cwd string? working directory; this process's unless given
---@field env table<string, any>? the whole environment; this process's unless given
---@field argv0 string? what the program sees as its own name
---@field stdio (string|any[])? "pipe" (default), "ignore" or "inherit", or a list, whose first element is for fd 0
---@field detached boolean? leader of a session and process group of its own
---@field uid integer?
---@field gid integer?
---@field shell (boolean|string)? run the command by /bin/sh, or by the shell named
---@field timeout integer? ms after which it gets killSignal; 0, the default, for never
---@field killSignal (string|integer)? SIGTERM unless given
---@field serialization string? accepted for Node's sake

---@class moonherd.ForkOptions: moonherd.SpawnOptions
---@field execPath string? the program; this one unless given
---@field execArgv string[]? its arguments before the script
---@field silent boolean? pipes instead of this process's own standard streams
---@field ipc table? limits of the channel: frameBytes, queueBytes, highWaterMark (bytes), handles

--- Starts a program.
---@param file string its path, or a name to look for in PATH
---@param args string[]?
---@param opts moonherd.SpawnOptions?
---@return moonherd.ChildProcess
function M.spawn(file, args, opts)
    return child.start(options.for_spawn(file, args, opts))
end

--- What a fork for the library itself needs besides.
---@class moonherd.ForkExtra
---@field env table<string, string>? added to the environment
---@field fds table<string, integer>? our descriptors; the child finds its number for each in the variable named

--- For cluster: fork with more than a user can ask for.
---@param extra moonherd.ForkExtra
---@return moonherd.ChildProcess
function M._fork(script, args, opts, extra)
    return child.start(options.for_fork(script, args, opts), extra)
end

--- Starts this program again, with another script and a channel between the two.
---@param script string
---@param args string[]?
---@param opts moonherd.ForkOptions?
---@return moonherd.ChildProcess
function M.fork(script, args, opts)
    return M._fork(script, args, opts)
end

return M
