-- IDs: DG-02 DG-04 DG-06 DG-07 DG-10
local t = require("trace")
local dgram = require("dgram")
local next_step
local function sent(label)
    return function(err, n) t(label, err, n) end
end
local steps = {
    function() -- what is sent before the socket is bound waits for it
        local r = dgram.createSocket("udp4")
        local seen = {}
        r:on("message", function(text)
            seen[#seen + 1] = text
            if #seen == 3 then
                t("received", seen)
                r:close(next_step)
            end
        end)
        r:bind(0, "127.0.0.1", function()
            local port = r:address().port
            local s = dgram.createSocket("udp4")
            t.on(s, "s", { "listening", "close", "error" })
            s:send("1", port, "127.0.0.1", sent("sent 1"))
            t.throws("bind", function() s:bind(0) end)
            s:send("2", port, "127.0.0.1", sent("sent 2"))
            s:send("3", port, "127.0.0.1", function()
                t("close", s:close(function() t("closed") end) == s)
            end)
        end)
    end,
    function() -- close inside of the listener of "listening"
        local s = dgram.createSocket("udp4")
        s:on("listening", function()
            t("listening")
            s:close()
            t.throws("address", function() s:address() end)
        end)
        s:bind(0, "127.0.0.1", function() t("still called") end)
        s:on("close", function() t("closed in listening") next_step() end)
    end,
    function() -- close inside of the listener of "message": what came with it is not told
        local r = dgram.createSocket("udp4")
        local count = 0
        r:on("message", function(text)
            count = count + 1
            t("message", text, count)
            r:close(function()
                setImmediate(function() t("count", count) next_step() end)
            end)
        end)
        r:bind(0, "127.0.0.1", function()
            local s = dgram.createSocket("udp4")
            local port = r:address().port
            for i = 0, 9 do
                s:send("m" .. i, port, "127.0.0.1", function() if i == 9 then s:close() end end)
            end
        end)
    end,
    function() -- ticks between messages
        local r = dgram.createSocket("udp4")
        r:on("message", function(text)
            t("message", text)
            process.nextTick(t, "tick of " .. text)
            if text == "2" then
                r:close(next_step)
            end
        end)
        r:bind(0, "127.0.0.1", function()
            local s = dgram.createSocket("udp4")
            local port = r:address().port
            for i = 0, 2 do
                s:send(tostring(i), port, "127.0.0.1", function() if i == 2 then s:close() end end)
            end
        end)
    end,
    function() -- connect waits in the same line
        local r, s = dgram.createSocket("udp4"), dgram.createSocket("udp4")
        r:on("message", function(text)
            t("message", text)
            if text == "second" then
                r:close()
                s:close(next_step)
            end
        end)
        r:bind(0, "127.0.0.1", function()
            local port = r:address().port
            s:send("first", port, "127.0.0.1")
            s:connect(port, "127.0.0.1", function() t("connected") s:send("second") end)
        end)
    end,
    function() -- bind fails: what waited for it is dropped
        local s = dgram.createSocket("udp4")
        s:on("error", function(err) t("error", err.code) s:close(next_step) end)
        s:bind(0, "198.51.100.1")
        s:send("x", 9, "127.0.0.1", function() t("wrong") end)
        t("queue", s:getSendQueueCount())
    end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
