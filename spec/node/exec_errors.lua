-- IDs: CP-05 CP-07
local t = require("trace")
local cp = require("child_process")
local exec, execFile = cp.exec, cp.execFile
local runs = {
    { "code", function(c) exec("echo out; echo err >&2; exit 3", c) end },
    { "no stderr", function(c) exec("exit 255", c) end },
    { "not found", function(c) exec("no-such-program 2>/dev/null", c) end },
    { "no shell", function(c) exec("true", { shell = "/no/such/shell" }, c) end },
    { "file", function(c) execFile("sh", { "-c", "echo err >&2; exit 1", "a b", "" }, c) end },
    { "file, no arguments", function(c) execFile("false", c) end },
    { "file in a shell", function(c) execFile("exit", { "4" }, { shell = true }, c) end },
    { "missing", function(c) execFile("no-such-program", { "a", "b c" }, c) end },
    { "missing, no arguments", function(c) execFile("no-such-program", c) end },
    { "not executable", function(c) execFile("/etc/passwd", { "x" }, c) end },
    { "signal by itself", function(c) exec("kill -9 $$", c) end },
    { "signal by us", function(c) exec("read x", c):kill() end },
    { "signal 0 by us", function(c)
        local child = exec("read x; exit 5", c)
        child:kill(0)
        child.stdin:end_()
    end },
    { "no error", function(c) exec("echo warns >&2", c) end },
}
local function next_one(i)
    if i > #runs then return end
    local called = false
    runs[i][2](function(err, out, err_out)
        t(runs[i][1], err, err and err.code, err and err.signal, err and err.killed, out, err_out, called)
        called = true
        -- Nothing follows but "close", where it has not come yet.
        setImmediate(function() next_one(i + 1) end)
    end)
end
next_one(1)
