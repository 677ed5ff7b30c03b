-- IDs: NET-05 NET-20 NET-22 DG-01
local t = require("trace")
local dgram = require("dgram")
local net = require("net")
local function show(err)
    return err and { err.name, err.code, err.errno, err.syscall, err.hostname, err.message }
end
local NOWHERE = "not.a.host.invalid"
local next_step
local function serve(host, done)
    local server
    server = net.createServer(function(s) s:end_() server:close() end)
    server:listen(0, host, function() done(server) end)
end
local steps = {
    function()
        local server = net.createServer()
        server:on("error", function(err) t("listen", show(err), server.listening) next_step() end)
        server:listen({ host = NOWHERE, port = 0 }, function() t("wrong") end)
    end,
    function()
        local c = net.connect({ host = NOWHERE, port = 9, family = 4 }, function() t("wrong") end)
        c:on("lookup", function(err, address, family, host) t("lookup", show(err), address, family, host) end)
        c:on("error", function(err) t("connect", show(err)) end)
        c:on("close", function(failed) t("close", failed) next_step() end)
    end,
    function()
        serve("localhost", function(server)
            t("address", server:address().address, server:address().family)
            local c = net.connect({ host = "localhost", port = server:address().port, family = 4 })
            t.on(c, "c", { "lookup", "connect", "ready", "end", "close" })
            c:resume()
            c:on("close", next_step)
        end)
    end,
    function() -- a number is not looked up
        serve("127.0.0.1", function(server)
            local c = net.connect(server:address().port, "127.0.0.1")
            t.on(c, "c", { "lookup", "connect", "close" })
            c:resume()
            c:on("close", next_step)
        end)
    end,
    function()
        local s = dgram.createSocket("udp4")
        s:on("error", function(err) t("bind", show(err)) s:close(next_step) end)
        s:bind(0, NOWHERE)
    end,
    function()
        local s = dgram.createSocket("udp4")
        s:connect(9, NOWHERE, function(err) t("connect", show(err)) s:close(next_step) end)
    end,
    function() t("done") end,
}
next_step = function() table.remove(steps, 1)() end
next_step()
