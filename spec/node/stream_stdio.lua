-- IDs: PR-69 NET-24 CP-56
local t = require("trace")
local net = require("net")
local spawn = require("child_process").spawn
local SIZE = 4 * 1048576
local file = process.env.TRACE_DIR .. "/input"
local children = {}
function children.copy() -- what comes in goes out, and stdout stays open
    t.role("copy")
    t("returns", process.stdin:pipe(process.stdout) == process.stdout, process.stdin.readableFlowing)
    process.stdin:on("end", function()
        t("end", process.stdout.writable, process.stdout.writableEnded)
        process.stdout:write("and more")
    end)
end
function children.send() -- a file into a socket
    t.role("send")
    local c = net.connect(tonumber(arg[2]), "127.0.0.1")
    process.stdin:pipe(c)
    c:on("close", function() t("sent", c.bytesWritten) end)
end
function children.receive() -- a socket into stdout
    t.role("receive")
    local server
    server = net.createServer(function(s)
        s:pipe(process.stdout)
        s:on("end", function() t("end", process.stdout.writableEnded) end)
        server:close()
    end)
    server:listen(0, "127.0.0.1", function()
        process.send(server:address().port, function() process.disconnect() end)
    end)
end
if arg[1] then
    return children[arg[1]]()
end
local out = assert(io.open(file, "wb"))
out:write(("0123456789abcdef"):rep(SIZE / 16))
out:close()
local function run(name, stdio, ...)
    return spawn(process.execPath, { process.argv[2], name, ... }, { stdio = stdio })
end
local function sum(stream, done)
    local n, last = 0, ""
    stream:on("data", function(d) n, last = n + #d, d:sub(-8) end)
    stream:on("end", function() done(n, last) end)
end
local sh = { stdio = { "ignore", "pipe", "inherit" } }
local next_step
local steps = {
    function() -- from a file
        local command = ("exec '%s' '%s' copy <'%s'"):format(process.execPath, process.argv[2], file)
        local child = spawn("sh", { "-c", command }, sh)
        sum(child.stdout, function(n, last) t("copied", n, last) next_step() end)
    end,
    function() -- from a pipe that is piped into
        local child = run("copy", { "pipe", "pipe", "inherit" })
        local source = spawn("cat", { file }, sh)
        source.stdout:pipe(child.stdin)
        sum(child.stdout, function(n, last) t("piped", n, last) next_step() end)
    end,
    function()
        local server
        server = net.createServer(function(s)
            server:close()
            sum(s, function(n) t("received", n) s:on("close", next_step) end)
        end)
        server:listen(0, "127.0.0.1", function()
            local command = "exec '%s' '%s' send %d <'%s'"
            spawn("sh", { "-c", command:format(process.execPath, process.argv[2], server:address().port, file) }, sh)
        end)
    end,
    function()
        local child = run("receive", { "ignore", "pipe", "inherit", "ipc" })
        child:on("message", function(port) net.connect(port, "127.0.0.1"):end_(("x"):rep(SIZE)) end)
        sum(child.stdout, function(n) t("out", n) next_step() end)
    end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
