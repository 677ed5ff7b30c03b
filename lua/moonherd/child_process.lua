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
--     child_process.exec("ls | wc -l", function(err, stdout, stderr) print(err or stdout) end)
--     local names = child_process.execFileSync("ls", { "/" })       -- waits, and everything else with it
--
-- A program that cannot be started is no error of the call: the child's "error" event tells, with `code` "ENOENT".

local check = require("moonherd.check")
local child = require("moonherd.child_process.child")
local collecting = require("moonherd.child_process.collecting")
local exec = require("moonherd.child_process.exec")
local options = require("moonherd.child_process.options")
local sync = require("moonherd.child_process.sync")

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
---@field serialization string? accepted for Node's sake
---@field timeout integer? ms after which it gets killSignal; 0, none, unless given
---@field killSignal (string|integer)? SIGTERM unless given
---@field signal moonherd.AbortSignal? ends it by killSignal when aborted; "error" tells (not for the Sync calls)

---@class moonherd.ExecOptions: moonherd.SpawnOptions
---@field maxBuffer number? bytes of either stream, 1 MiB unless given; what writes more is killed. math.huge: no limit
---@field encoding string? accepted for Node's sake: strings are bytes

---@class moonherd.SyncOptions: moonherd.SpawnOptions
---@field input string? what it reads from its stdin, where that is a pipe
---@field maxBuffer number? bytes of all streams together, 1 MiB unless given; 0 or math.huge: no limit
---@field encoding string? accepted for Node's sake: strings are bytes

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

--- Runs a program and collects what it writes. `callback` is called once, when it has ended and all is read:
--- with nil if it ended with 0, else with an error that has `code`, `killed`, `signal` and `cmd`.
---@param file string
---@param args string[]?
---@param opts moonherd.ExecOptions?
---@param callback fun(err: moonherd.Error?, stdout: string, stderr: string)?
---@return moonherd.ChildProcess
function M.execFile(file, args, opts, callback)
    check.no_object(file, M, "child_process.execFile")
    return exec.start(collecting.for_exec_file(file, args, opts, callback))
end

--- The same for a command of the shell, `opts.shell` or /bin/sh.
---@param command string
---@param opts moonherd.ExecOptions?
---@param callback fun(err: moonherd.Error?, stdout: string, stderr: string)?
---@return moonherd.ChildProcess
function M.exec(command, opts, callback)
    check.no_object(command, M, "child_process.exec")
    local file, with_shell, done = collecting.for_command(command, opts, callback)
    return exec.start(collecting.for_exec_file(file, nil, with_shell, done))
end

--- Runs a program and waits for its end; nothing else happens in this process meanwhile.
---@param file string
---@param args string[]?
---@param opts moonherd.SyncOptions?
---@return moonherd.SyncResult
function M.spawnSync(file, args, opts)
    check.no_object(file, M, "child_process.spawnSync")
    return sync.run((collecting.for_sync(file, args, opts)))
end

--- The same, and returns what it wrote. Raises unless it ended with 0: the error has all fields of the result. What
--- it wrote to stderr goes to ours, unless `opts.stdio` is given.
---@param file string
---@param args string[]?
---@param opts moonherd.SyncOptions?
---@return string? stdout nil where that is no pipe
function M.execFileSync(file, args, opts)
    check.no_object(file, M, "child_process.execFileSync")
    return sync.output(collecting.for_sync(file, args, opts))
end

--- The same for a command of the shell.
---@param command string
---@param opts moonherd.SyncOptions?
---@return string? stdout
function M.execSync(command, opts)
    check.no_object(command, M, "child_process.execSync")
    local file, with_shell = collecting.for_command(command, opts)
    local plan = collecting.for_sync(file, nil, with_shell)
    return sync.output(plan, command)
end

return M
