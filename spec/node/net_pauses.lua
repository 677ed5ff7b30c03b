-- IDs: NET-22 NET-29
local t = require("trace")
local net = require("net")
-- Sockets that are paused: before they are connected, then, and with something that has come.
local cases = { "nothing", "something", "before" }
local server = net.createServer(function(s)
    s:once("data", function(d) s:end_(d == "something" and "text" or nil) end)
end)
local at_once
local function client(i)
    local name = cases[i]
    if not name then return server:close(at_once) end
    local c = net.connect({ port = server:address().port, host = "127.0.0.1", allowHalfOpen = true })
    if name == "before" then c:pause() end
    c:on("connect", function()
        c:pause()
        c:write(name)
        setTimeout(function()
            t(name .. " resumes", c:isPaused(), c.readableEnded or false)
            c:resume()
        end, 300)
    end)
    if name ~= "nothing" then c:on("data", function(d) t(name .. " data", d) end) end
    c:on("end", function()
        t(name .. " end", c:isPaused(), c.readableEnded)
        c:end_()
    end)
    c:on("close", function()
        t(name .. " close")
        client(i + 1)
    end)
end
server:listen(0, "127.0.0.1", function() client(1) end)
-- A server whose connections are paused from the start: nothing of them is read before resume, listener or not.
function at_once()
    local paused = net.createServer({ pauseOnConnect = true }, function(s)
        t("connection", s:isPaused(), s.readableFlowing)
        s:on("data", function(d) t("data", d) end)
        s:on("end", function()
            t("end")
            s:end_("got it")
        end)
        setTimeout(function() t("resume", s.bytesRead, s:resume() == s, s:isPaused()) end, 200)
    end)
    paused:listen(0, "127.0.0.1", function()
        local c
        c = net.connect(paused:address().port, "127.0.0.1", function() c:end_("text") end)
        c:setEncoding("utf8"):on("data", function(d) t("client data", d) end)
            :on("close", function() paused:close() end)
    end)
end
