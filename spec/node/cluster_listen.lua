-- IDs: CL-23 CL-42 CL-49 CL-70 CL-71 CL-75 CL-79 CL-95 NET-10 NET-06
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("listening", function(a) t.mask("PORT", a.port) t("worker listening", a, w.state) end)
    cluster.on("listening", function(worker, a)
        t("cluster listening", worker.id, a)
        local s = net.connect(a.port, "127.0.0.1")
        s:on("data", function(d) t("client data", d) end)
        s:on("close", function() t("client close") w:disconnect() end)
    end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local server
    server = net.createServer(function(s)
        t("connection", s.server == server, s.remoteAddress, s.localAddress, s.localPort == server:address().port)
        s:end_("hello")
    end)
    server:on("listening", function()
        t("listening", server.listening, server:address().family, server:address().address, cluster.worker.state)
    end)
    server:on("close", function() t("close") end)
    server:listen(0, "127.0.0.1")
end
