-- IDs: NET-02 NET-10 NET-20 NET-33 NET-35
local t = require("trace")
local net = require("net")
process.chdir(process.env.TRACE_DIR)
local server = net.createServer(function(s)
    t.role("server")
    t("connection", s.remoteAddress, s.remotePort)
    t.role("main")
    s:end_("over unix")
end)
server:listen({ path = "a.sock" }, function()
    t("address", server:address())
    local c
    c = net.createConnection({ path = "a.sock" }, function() t("connected", c.remoteAddress, c.remoteFamily) end)
    c:on("data", function(d) t("data", d) end)
    c:on("close", function() server:close(function() t("closed") end) end)
end)
for _, x in ipairs({ "127.0.0.1", "::1", "localhost", "", "1.2.3", "fe80::1%eth0" }) do
    t("isIP", x, net.isIP(x), net.isIPv4(x), net.isIPv6(x))
end
