--- A herd of one script, run by the program and watched from outside.
--
--     local herd = require "spec.support.herd"
--     after_each(herd.cleanup)
--
--     local master = herd.start [[
--         if cluster.isPrimary then
--             cluster.fork()
--             cluster.on("exit", function(_, code) say("exit", code) end)
--         else
--             say("worker", process.pid)
--         end
--     ]]
--     local pid = master:expect("worker (%d+)")
--     assert.same({ "exit 0" }, herd.lines(master:wait(), "^exit"))
--
-- The script has `cluster` and `say(...)`, which prints its arguments with blanks between them. A table in place of the
-- text may hold `script` or `file`, `args`, and whatever proc.start takes.

local files = require("spec.support.files")
local http = require("spec.support.http")
local leaks = require("spec.support.leaks")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local M = {}

-- On the script's first line, so that its line numbers are right.
local PRELUDE = [[local cluster = require "cluster" ]]
    .. [[local function say(...) local t = {} for i = 1, select("#", ...) do t[i] = tostring((select(i, ...))) end ]]
    .. [[io.write(table.concat(t, " "), "\n") io.flush() end ]]

local made = 0

--- The path of a new file with this script.
function M.script(text)
    made = made + 1
    return files.write(("herd%d.lua"):format(made), PRELUDE .. text)
end

--- Starts the script; returns what proc.start does.
function M.start(options)
    if type(options) == "string" then
        options = { script = options }
    end
    local path = options.file or M.script(options.script)
    local start = { path, unpack(options.args or {}) }
    for name, value in pairs(options) do
        if type(name) == "string" then
            start[name] = value
        end
    end
    return proc.start(start)
end

--- Starts the script and waits until it and all its workers are gone.
function M.run(options, seconds)
    return M.start(options):wait_closed(seconds)
end

--- The lines of a result's (or a text's) stdout that match.
function M.lines(done, pattern)
    local list = {}
    for line in (type(done) == "table" and done.stdout or done):gmatch("[^\n]+") do
        if line:find(pattern or "") then
            list[#list + 1] = line
        end
    end
    return list
end

--- How often the pattern is in what the process has written so far.
function M.count(process, pattern, stream)
    process:_read_some()
    local _, count = process:text(stream):gsub(pattern, "")
    return count
end

--- Waits until the pattern was written `count` times.
function M.expect_count(process, pattern, count, seconds, stream)
    local late = wait.deadline(seconds)
    while M.count(process, pattern, stream) < count do
        if late() then
            error(("%d of %d times %q; %s"):format(
                M.count(process, pattern, stream), count, pattern, process:_describe()), 2)
        end
        process:turn()
    end
end

--- Waits until a predicate is true, reading the process's output meanwhile.
function M.wait_for(process, predicate, seconds, what)
    return wait(function()
        process:_read_some()
        return predicate()
    end, seconds, what)
end

--- The live children of a process, youngest last.
function M.workers(process)
    local list = {}
    for pid, state in pairs(leaks.children(process.pid)) do
        if state ~= "Z" and state ~= "X" then
            list[#list + 1] = pid
        end
    end
    table.sort(list)
    return list
end

--- Waits until none of these processes is left.
function M.expect_gone(pids, seconds)
    for _, pid in ipairs(pids) do
        wait(function()
            return not leaks.alive(pid)
        end, seconds, ("the end of process %d"):format(pid))
    end
end

function M.kill(pid, signal)
    sys.C.kill(tonumber(pid), sys.SIGNALS[signal or "SIGKILL"])
end

--- Seconds of processor time that a process has used.
function M.cpu_seconds(pid)
    local text = sys.slurp(("/proc/%s/stat"):format(pid)) or ""
    local user, system = text:match("^.*%) %S" .. (" %S+"):rep(10) .. " (%d+) (%d+)")
    return ((tonumber(user) or 0) + (tonumber(system) or 0)) / 100
end

--- For after_each: ends all, removes all.
function M.cleanup()
    http.cleanup()
    proc.cleanup()
    files.cleanup()
end

return M
