-- IDs: NET-24 NET-25 NET-29
local t = require("trace")
local net = require("net")
local errors = require("moonherd.errors")
local events = require("events")
local function counts(s)
    local list = {}
    for i, name in ipairs({ "data", "end", "drain", "error", "close", "finish" }) do
        list[i] = s:listenerCount(name)
    end
    return list
end
--- Runs step(socket of the server, socket of the client) on a connection of its own.
local function on(step)
    local server, c
    server = net.createServer({ allowHalfOpen = true }, function(s) server:close() step(s, c) end)
    server:listen(0, "127.0.0.1", function()
        c = net.connect({ port = server:address().port, host = "127.0.0.1", allowHalfOpen = true })
    end)
end
local function sink_of(write, on_end)
    local sink = events.EventEmitter()
    sink.write, sink.end_ = write or function() return true end, on_end or function() t("wrong") end
    return sink
end
local next_step
local steps = {
    function() on(function(s, c) -- an echo
        t("flowing", s.readableFlowing, s:isPaused(), s.readableEnded)
        s:on("unpipe", function(from) t("unpipe", from == s) end)
        s:on("pipe", function(from) t("pipe", from == s, s.readableFlowing) end)
        t("returns dest", s:pipe(s) == s, s.readableFlowing)
        s:on("end", function() t("end", s.readableEnded) end)
        s:on("finish", function() t("finish") end)
        s:on("close", function() t("close", s:listenerCount("data"), s:listenerCount("drain")) end)
        local got = ""
        c:on("data", function(d) got = got .. d end)
        c:on("end", function() t("echoed", got) end)
        c:on("close", next_step)
        c:write("hello ")
        c:end_("world")
    end) end,
    function() on(function(s, c) -- end: false, and unpipe
        local bytes = ""
        local sink = sink_of(function(_, d) bytes = bytes .. d return true end)
        sink:on("pipe", function() t("pipe") end)
        s:pipe(sink, { ["end"] = false })
        sink:on("unpipe", function() t("unpipe", counts(sink)) end)
        t("listeners", counts(sink))
        s:on("end", function() t("end", bytes) s:end_() end)
        s:on("close", function() t("left", counts(sink), s:listenerCount("data")) end)
        c:on("close", next_step)
        c:resume()
        c:end_("some bytes")
    end) end,
    function() on(function(s, c) -- unpipe pauses when nothing is left
        local function make(label)
            local sink = sink_of(function(_, d) t(label, d) return true end, function() t(label .. " ended") end)
            sink:on("unpipe", function() t(label .. " unpipe") end)
            return sink
        end
        local a, b = make("a"), make("b")
        s:pipe(a)
        s:pipe(b)
        c:write("both")
        s:once("data", function() setImmediate(function()
            t("same", s:unpipe(b) == s, s.readableFlowing)
            t("not piped", s:unpipe(b) == s, s:unpipe(s) == s)
            c:write("one")
            s:once("data", function() setImmediate(function()
                s:unpipe()
                t("none", s.readableFlowing, s:isPaused(), s:unpipe() == s)
                s:pipe(a)
                t("again", s.readableFlowing)
                c:end_("last")
                s:on("end", function() s:end_() end)
                c:resume()
                c:on("close", next_step)
            end) end)
        end) end)
    end) end,
    function() on(function(s, c) -- a destination that fails is taken out; the source stays open, and paused
        local sink = sink_of()
        sink:on("unpipe", function() t("unpipe") end)
        s:pipe(sink)
        sink:on("error", function(err)
            t("error", err.message, s.destroyed, s.readableFlowing)
            t("left", counts(sink))
            local ok, unheard = pcall(function()
                s:pipe(sink)
                sink:removeAllListeners("error")
                t("raises", sink:listenerCount("error"))
                s:unpipe(sink)
                sink:emit("error", errors.new("Error", nil, "unheard"))
            end)
            t("unheard", not ok and unheard.message)
            s:destroy()
            c:destroy()
            c:on("close", next_step)
        end)
        sink:emit("error", errors.new("Error", nil, "sink"))
    end) end,
    function() on(function(s, c) -- a destination that closes, or finishes
        for _, event in ipairs({ "close", "finish" }) do
            local sink = sink_of()
            sink:on("unpipe", function() t("unpipe by " .. event) end)
            s:pipe(sink)
            sink:emit(event)
            t(event, counts(sink), s.readableFlowing)
        end
        s:destroy()
        c:destroy()
        c:on("close", next_step)
    end) end,
    function() on(function(s, c) -- a source that fails leaves the destination open
        local sink = sink_of()
        sink:on("unpipe", function() t("wrong") end)
        s:pipe(sink)
        s:on("error", function(err) t("source", err.message) end)
        s:on("close", function()
            t("closed", s.errored and s.errored.message)
            c:destroy()
            next_step()
        end)
        s:destroy(errors.new("Error", nil, "gone"))
    end) end,
    function() on(function(s, c) -- what has ended already
        s:resume()
        s:on("end", function() setImmediate(function()
            local sink = sink_of(nil, function() t("ended later") s:end_() end)
            s:pipe(sink)
            t("ended already", s.readableEnded)
        end) end)
        c:resume()
        c:end_()
        c:on("close", next_step)
    end) end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
