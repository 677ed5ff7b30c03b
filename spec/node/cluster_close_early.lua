-- IDs: CL-91 CL-78 NET-04
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("listening", function(a) t.mask("PORT", a.port) t("listening", a) end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local server = net.createServer()
    server:on("listening", function() t("listening") end)
    server:listen(0, "127.0.0.1")
    server:close(function(err) t("closed", err) end)
    setTimeout(function()
        server:listen(0, "127.0.0.1", function()
            t("again", server.listening)
            setTimeout(function() cluster.worker:disconnect() end, 20)
        end)
    end, 200)
end
