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
local arguments = require("moonherd.child_process.options")
local sync = require("moonherd.child_process.sync")

local M = {
    ChildProcess = child.ChildProcess,
}

--- Starts a program.
---@param file string
---@param args string[]|moonherd.child_process.SpawnOptions|nil
---@param options moonherd.child_process.SpawnOptions?
---@return moonherd.ChildProcess
function M.spawn(file, args, options)
    check.no_object(file, M, "child_process.spawn")
    return child.start(arguments.for_spawn(file, args, options))
end

--- What a fork for the library itself needs besides.
---@class moonherd.ForkExtra
---@field env table<string, string>? added to the environment
---@field fds table<string, integer>? our descriptors; the child finds its number for each in the variable named

--- For cluster: fork with more than a user can ask for.
---@param extra moonherd.ForkExtra
---@return moonherd.ChildProcess
function M._fork(script, args, options, extra)
    return child.start(arguments.for_fork(script, args, options), extra)
end

--- Starts this program again, with another script and a channel between the two.
---@param module_path string
---@param args string[]|moonherd.child_process.ForkOptions|nil
---@param options moonherd.child_process.ForkOptions?
---@return moonherd.ChildProcess
function M.fork(module_path, args, options)
    check.no_object(module_path, M, "child_process.fork")
    return (M._fork(module_path, args, options))
end

--- Runs a program and collects what it writes, for a callback.
---@param file string
---@param args string[]|moonherd.child_process.ExecFileOptions|function|nil
---@param options moonherd.child_process.ExecFileOptions|function|nil
---@param callback fun(err: moonherd.Error?, stdout: string, stderr: string)?
---@return moonherd.ChildProcess
function M.execFile(file, args, options, callback)
    check.no_object(file, M, "child_process.execFile")
    return exec.start(collecting.for_exec_file(file, args, options, callback))
end

--- The same for a command of the shell.
---@param command string
---@param options moonherd.child_process.ExecOptions|function|nil
---@param callback fun(err: moonherd.Error?, stdout: string, stderr: string)?
---@return moonherd.ChildProcess
function M.exec(command, options, callback)
    check.no_object(command, M, "child_process.exec")
    local file, with_shell, done = collecting.for_exec(command, options, callback)
    return exec.start(collecting.for_exec_file(file, nil, with_shell, done))
end

--- Runs a program and waits for its end.
---@param file string
---@param args string[]|moonherd.child_process.SyncOptions|nil
---@param options moonherd.child_process.SyncOptions?
---@return moonherd.child_process.SyncResult
function M.spawnSync(file, args, options)
    check.no_object(file, M, "child_process.spawnSync")
    return sync.run((collecting.for_sync(file, args, options)))
end

--- The same, and returns what it wrote; raises unless it ended with 0.
---@param file string
---@param args string[]|moonherd.child_process.SyncOptions|nil
---@param options moonherd.child_process.SyncOptions?
---@return string? stdout
function M.execFileSync(file, args, options)
    check.no_object(file, M, "child_process.execFileSync")
    return sync.output(collecting.for_sync(file, args, options))
end

--- The same for a command of the shell.
---@param command string
---@param options moonherd.child_process.ExecSyncOptions?
---@return string? stdout
function M.execSync(command, options)
    check.no_object(command, M, "child_process.execSync")
    local file, with_shell = collecting.for_command(command, options)
    local plan = collecting.for_sync(file, nil, with_shell)
    return sync.output(plan, command)
end

return M
