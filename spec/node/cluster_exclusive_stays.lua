-- IDs: CL-86 Q-15
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("listening", function() t("never") end)
    w:on("message", function() w:disconnect() end)
    w:on("disconnect", function() t("disconnect", w:isDead()) end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    local server = net.createServer()
    server:listen({ port = 0, host = "127.0.0.1", exclusive = true }, function() process.send("up") end)
    cluster.worker:on("disconnect", function()
        setTimeout(function() t("still listening", server.listening) process.exit(6) end, 100)
    end)
end
