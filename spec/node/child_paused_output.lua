-- IDs: CP-56 CP-88
local t = require("trace")
local spawn = require("child_process").spawn
local events = require("events")
local next_step
local function start()
    return spawn("sh", { "-c", "echo hello" }, { stdio = { "ignore", "pipe", "inherit" } })
end
local steps = {
    function() -- paused, and the child ends: it flows again, so that "close" can come
        local c = start()
        c.stdout:pause()
        local text = ""
        c.stdout:on("data", function(d) text = text .. d end)
        c:on("exit", function() t("exit", text, c.stdout:isPaused()) end)
        c:on("close", function(code)
            t("close", code, text, c.stdout:isPaused())
            next_step()
        end)
    end,
    function() -- paused, and nobody listens
        local c = start()
        c.stdout:pause()
        c:on("close", function(code) t("close", code, c.stdout.readableEnded) next_step() end)
    end,
    function() -- unpiped, which pauses
        local c = start()
        local sink = events.EventEmitter()
        function sink.write() t("wrong") end
        function sink.end_() t("wrong") end
        c.stdout:pipe(sink)
        c.stdout:unpipe(sink)
        t("unpiped", c.stdout:isPaused())
        c:on("close", function(code) t("close", code) next_step() end)
    end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
