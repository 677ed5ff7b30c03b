-- IDs: CL-43 CL-48 Q-14
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("disconnect", function() t("disconnect", w.exitedAfterDisconnect) end)
    w:on("exit", function(code, signal) t("exit", code, signal, w.exitedAfterDisconnect) end)
else
    t.role("worker")
    setInterval(function() end, 1000)
    t("kill", cluster.worker:kill("SIGKILL"), cluster.worker.exitedAfterDisconnect, cluster.worker.state)
end
