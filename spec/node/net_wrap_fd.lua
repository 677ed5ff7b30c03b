-- IDs: NET-21
local t = require("trace")
local net = require("net")
local spawn = require("child_process").spawn
local function state(label, s)
    t(label, s.readyState, s.readable, s.writable, s.connecting, s.pending, s.destroyed, s.remoteAddress, s.remotePort)
end
if process.argv[3] == "child" then
    t.role("child")
    t.throws("a file", function() net.Socket({ fd = 4 }) end)
    t.throws("not open", function() net.Socket({ fd = 999 }) end)
    t.throws("negative", function() net.Socket({ fd = -1 }) end)
    t.throws("fraction", function() net.Socket({ fd = 1.5 }) end)
    t.throws("text", function() net.Socket({ fd = "3" }) end)
    local empty = net.Socket()
    state("without a connection", empty)
    t("defaults", empty.allowHalfOpen, empty.bytesRead, empty.bytesWritten, empty.readableHighWaterMark,
        empty.writableHighWaterMark, empty.timeout)
    local function again()
        local socket = net.Socket({ fd = 3, allowHalfOpen = true })
        state("a socket", socket)
        t("address", socket:address())
        socket:on("data", function(d) t("data", d) socket:write("got " .. d) end)
        socket:on("end", function() state("at end", socket) socket:end_("bye") end)
        socket:on("close", function(had_error) state("closed", socket) t("close", had_error) end)
    end
    local fifo = net.Socket({ fd = 5, readable = true, writable = false })
    state("a pipe to read", fifo)
    fifo:on("data", function(d) t("fifo data", d) fifo:destroy() end)
    fifo:on("close", function(had_error) t("fifo close", had_error) again() end)
    local writer = net.Socket({ fd = 6, readable = false, writable = true })
    state("a pipe to write", writer)
    t("write", writer:write("through the pipe"))
    writer:end_()
    writer:on("finish", function() state("finished", writer) end)
    writer:on("close", function(had_error) t("writer close", had_error) end)
else
    local dir = process.env.TRACE_DIR
    local script = 'mkfifo "$2" && exec "$0" "$1" child 4<"$1" 5<>"$2" 6>"$2"'
    local child = spawn("sh", { "-c", script, process.execPath, process.argv[2], dir .. "/fifo" },
        { stdio = { "ignore", "inherit", "inherit", "pipe" } })
    local pipe = child.stdio[3]
    pipe:write("hello")
    pipe:on("data", function(d)
        t("parent data", d)
        if d:sub(1, 3) == "got" then pipe:end_() end
    end)
    pipe:on("end", function() t("parent end") end)
    child:on("close", function(code) t("close", code) end)
end
