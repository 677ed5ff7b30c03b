-- IDs: NET-08 NET-12 NET-22 NET-24 NET-27 NET-29 NET-30 NET-31 NET-32 NET-33 NET-34 NET-35
local t = require("trace")
local net = require("net")
local function code(label, fn)
    local ok, err = pcall(fn)
    if ok then t(label, err) else t(label, err.name, err.code) end
end
local inputs = { nil, nil, 5, {}, true, "0.0.0.0", "256.0.0.1", "1.2.3.4 ", "01.2.3.4", "::", "::ffff:1.2.3.4",
    "1::2::3", "::1%", "[::1]" }
for i = 1, 14 do t("isIP", net.isIP(inputs[i]), net.isIPv4(inputs[i]), net.isIPv6(inputs[i])) end
-- A socket without a connection.
local after_close, with_connections, path
local s = net.Socket()
t("unconnected", s:address(), s.readyState, s.pending, s.connecting, s.destroyed, s.bytesRead, s.bytesWritten,
    s.remoteAddress, s.localPort, s.timeout)
t("chains", s:setTimeout(0) == s, s:setNoDelay() == s, s:setNoDelay(false) == s, s:setKeepAlive() == s,
    s:setKeepAlive(true, 0) == s, s:ref() == s, s:unref() == s)
t("chains", s:pause() == s, s:isPaused(), s:resume() == s, s:isPaused(), s:setEncoding("utf8") == s)
local bad_times = { -1, -0.5, 0 / 0, math.huge, "5", nil, nil, {} }
for i = 1, 8 do code("timeout", function() return s:setTimeout(bad_times[i]).timeout end) end
for _, bad in ipairs({ 5, "x", {} }) do code("callback", function() return s:setTimeout(10, bad).timeout end) end
t("timeout", s:setTimeout(10).timeout, s:setTimeout(0).timeout)
process.on("warning", function(w) t("warning", w.name) end)
t("long", s:setTimeout(2 ^ 31).timeout, s:setTimeout(0).timeout)
s:on("error", function(err) t("error", err.name, err.code) end)
s:on("close", function()
    t("closed", s.readyState, s.destroyed)
    after_close()
end)
t("destroys", s:resetAndDestroy() == s, s.destroyed)
function after_close()
    t("after close", s:write("x", function(err) t("callback", err.code) end))
    t("after close", s:destroy() == s, s:end_() == s)
    setImmediate(with_connections)
end
function with_connections()
    local server = net.createServer({ allowHalfOpen = true }, function(c)
        c:resume():on("end", function() c:end_() end)
    end)
    server.maxConnections = 0
    server:on("drop", function() t("dropped") end)
    server:listen(0, "127.0.0.1", function()
        local port = server:address().port
        t.mask("PORT", port)
        local c = net.connect(port, "127.0.0.1")
        t("opening", c.readyState, c.pending, c:address(), c.remotePort)
        for _, name in ipairs({ "connect", "ready", "finish", "end", "drain" }) do
            c:on(name, function() t(name, c.readyState, c.writableNeedDrain) end)
        end
        t("early", c:write("early"), c.writableLength, c.bytesWritten)
        c:on("ready", function()
            local a = c:address()
            t("address", a.address, a.family, a.port == c.localPort, c.localFamily, c.remotePort)
            t("more", c:write("more", "utf8", function(err) t("written", err, c.writableLength) end))
            c:end_()
        end)
        c:resume()
        c:on("close", function(bad)
            t("close", bad, c.readyState, c.pending, c.bytesWritten, c.remotePort, c.remoteFamily, c.destroyed)
            -- One that is cut off: the other side sees a reset.
            server:close()
            local d, other
            other = net.createServer(function(p)
                p:on("error", function(err) t("reset", err.code) end)
                p:on("close", function(lost)
                    t("reset close", lost)
                    other:close()
                    path()
                end)
                d:resetAndDestroy()
            end)
            other:listen(0, "127.0.0.1", function() d = net.connect(other:address().port, "127.0.0.1") end)
        end)
    end)
end
-- A server that is full, at a path: nothing is known of who was dropped.
function path()
    process.chdir(os.getenv("TRACE_DIR"))
    local first
    local server = net.createServer(function()
        net.connect("drop.sock"):on("close", function() t("gone") end):on("error", function() end):resume()
    end)
    server.maxConnections = 1
    server:on("drop", function(data)
        t("drop", data)
        first:destroy()
        server:close(function() t("server closed") end)
    end)
    server:listen("drop.sock", function()
        first = net.connect("drop.sock")
        t("path", first:address(), first.remoteAddress)
    end)
end
