-- IDs: CL-90
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local w = cluster.fork()
    cluster.on("listening", function() t("never") end)
    w:once("message", function()
        -- The worker hears this first, and asks before it hears that it is to leave.
        w:send("listen")
        w:disconnect()
    end)
    w:on("exit", function(code) t("exit", code, w.exitedAfterDisconnect) end)
else
    t.role("worker")
    process.send("up")
    process.once("message", function()
        local server = net.createServer()
        for _, name in ipairs({ "listening", "error" }) do
            server:on(name, function() t("never") end)
        end
        server:listen(0, "127.0.0.1")
        t("asked", server.listening)
    end)
    cluster.worker:on("disconnect", function() t("disconnect", cluster.worker.exitedAfterDisconnect) end)
end
