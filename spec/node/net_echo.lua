-- IDs: NET-01 NET-02 NET-04 NET-06 NET-07 NET-09 NET-10 NET-11 NET-22 NET-24 NET-25 NET-26 NET-33
local t = require("trace")
local net = require("net")
local server
server = net.createServer(function(s)
    t.role("accepted")
    t("connection", s.server == server, s.readyState, s.remoteFamily, s.localAddress)
    t.role("main")
    s:on("data", function(d) s:write(d) end)
    s:on("end", function() s:end_() end)
end)
t("before", server.listening, server:address())
t("chains", server:listen(0, "127.0.0.1", function()
    local a = server:address()
    t.mask("PORT", a.port)
    t("listening", server.listening, a)
    local c = net.connect(a.port, "127.0.0.1")
    t("connecting", c.connecting, c.pending, c.readyState, c.destroyed)
    for _, name in ipairs({ "connect", "ready", "end", "close", "error" }) do
        c:on(name, function(...) t(name, ...) end)
    end
    c:on("connect", function()
        t("open", c.connecting, c.readyState, c.remoteAddress, c.remotePort, c.remoteFamily)
    end)
    c:write("early ")
    c:on("ready", function() t("write", c:write("late", function() t("written") end)) end)
    local got = ""
    c:on("data", function(d)
        got = got .. d
        if got == "early late" then
            t("got", got, c.bytesRead, c.bytesWritten)
            c:end_()
            t("ended", c.readyState)
        end
    end)
    c:on("close", function()
        t("closed", c.destroyed, c.readyState)
        t("close chains", server:close(function(err) t("server closed", err) end) == server, server.listening)
        server:close(function(err) t("again", err) end)
    end)
end) == server)
server:on("close", function() t("server close", server:address()) end)
