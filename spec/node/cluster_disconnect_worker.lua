-- IDs: CL-15 CL-43 CL-44 CL-47 CL-53
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("online", function()
        t("returns", w:disconnect() == w, w.exitedAfterDisconnect, next(cluster.workers) and 1 or 0, w:isConnected())
    end)
    w:on("disconnect", function() t("disconnect", w:isConnected(), w.exitedAfterDisconnect, w.state) end)
    w:on("exit", function(code, signal)
        t("exit", code, signal, w.state)
        t("again", w:disconnect() == w)
    end)
else
    t.role("worker")
    cluster.worker:on("disconnect", function()
        t("disconnect", cluster.worker.exitedAfterDisconnect, process.connected)
        setTimeout(function() t("lives on") process.exitCode = 4 end, 100)
    end)
end
