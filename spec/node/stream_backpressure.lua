-- IDs: NET-22 NET-24 NET-29 NET-33 CP-56
local t = require("trace")
local net = require("net")
local spawn = require("child_process").spawn
local events = require("events")
local MEGABYTES = 24
--- A sink that says "enough" to every piece.
local function full(label)
    local sink = events.EventEmitter()
    function sink.write(_, d)
        t(label, d)
        return false
    end
    function sink.end_() t(label .. " ended") end
    return sink
end
local function pair(step)
    local server, c
    server = net.createServer(function(s) server:close() step(s, c) end)
    server:listen(0, "127.0.0.1", function() c = net.connect(server:address().port, "127.0.0.1") end)
end
local next_step
local steps = {
    function() pair(function(s, c) -- it stops at "enough", and goes on when all of them have drained
        local a, b = full("a"), full("b")
        s:pipe(a)
        s:pipe(b)
        c:write("first")
        s:once("data", function() setImmediate(function()
            t("paused", s.readableFlowing, s:isPaused(), a:listenerCount("drain"), b:listenerCount("drain"))
            c:write("second")
            a:emit("drain")
            t("one of two", s.readableFlowing)
            b:emit("drain")
            t("both", s.readableFlowing)
            s:once("data", function() setImmediate(function()
                t("paused", s.readableFlowing)
                s:unpipe(a)
                t("still", s.readableFlowing)
                s:unpipe(b)
                t("gone", s.readableFlowing, a:listenerCount("drain"), b:listenerCount("drain"))
                s:destroy()
                c:destroy()
                c:on("close", next_step)
            end) end)
        end) end)
    end) end,
    function() pair(function(s, c) -- a destination that is full from the start
        local a = full("a")
        a.writableNeedDrain = true
        s:pipe(a)
        t("waits", s.readableFlowing)
        c:write("x")
        setImmediate(function()
            a.writableNeedDrain = false
            a:emit("drain")
            t("flows", s.readableFlowing)
            s:once("data", function() s:destroy() c:destroy() c:on("close", next_step) end)
        end)
    end) end,
    function() -- a child's output through two sockets: all of it arrives, and little waits
        pair(function(s, c)
            local bytes = ("%d"):format(MEGABYTES * 1048576)
            local child = spawn("head", { "-c", bytes, "/dev/zero" }, { stdio = { "ignore", "pipe", "inherit" } })
            local most, total, left = 0, 0, 2
            local function over()
                left = left - 1
                if left == 0 then
                    t("all", total == MEGABYTES * 1048576, "bounded", most <= 2 * 65536 + 16384)
                    next_step()
                end
            end
            child.stdout:pipe(c)
            child.stdout:on("data", function() most = math.max(most, c.writableLength) end)
            s:on("data", function(d)
                total = total + #d
                s:pause()
                setImmediate(function() s:resume() end) -- slower than the child
            end)
            child:on("close", over)
            s:on("close", over)
        end)
    end,
    function() -- what is in a child's way: its stdin
        local child = spawn("cat", {}, { stdio = { "pipe", "pipe", "inherit" } })
        local total, waits = 0, 0
        t("hwm", child.stdin.writableHighWaterMark, child.stdout.readableHighWaterMark)
        local piece = ("x"):rep(65536)
        local left = 64
        local function more()
            while left > 0 do
                left = left - 1
                if not child.stdin:write(piece) then
                    if waits == 0 then
                        t("full", child.stdin.writableNeedDrain, child.stdin.writableLength >= 16384)
                    end
                    waits = waits + 1
                    return child.stdin:once("drain", more)
                end
            end
            child.stdin:end_()
        end
        more()
        child.stdout:on("data", function(d) total = total + #d end)
        child:on("close", function(code) t("echoed", total, code, waits > 0) next_step() end)
    end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
