-- IDs: NET-22 NET-23 ER-21
local t = require("trace")
local net = require("net")
local a
a = net.createServer():listen(0, "127.0.0.1", function()
    local port = a:address().port
    t.mask("PORT", port)
    a:close(function()
        local c = net.connect(port, "127.0.0.1")
        t.on(c, "tcp", { "connect", "ready", "end", "error" })
        c:on("close", function(bad)
            t("tcp close", bad, c.destroyed, c.readyState)
            local u = net.connect("/no/such/socket")
            t.on(u, "unix", { "connect", "error", "close" })
        end)
    end)
end)
