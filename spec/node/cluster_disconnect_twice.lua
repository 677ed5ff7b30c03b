-- IDs: CL-47 CL-54 PR-03
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("disconnect", function() t("disconnect", w.exitedAfterDisconnect) end)
    w:on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    t("first", cluster.worker:disconnect() == cluster.worker, cluster.worker.state)
    t("second", cluster.worker:disconnect() == cluster.worker)
    process.on("disconnect", function() t("process disconnect", process.connected) end)
end
