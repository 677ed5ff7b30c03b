-- IDs: CL-03 CL-04 CL-05
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local w = cluster.Worker({ id = 7 })
    t("made", w.id, w.state, w.exitedAfterDisconnect, true)
    cluster.fork():on("exit", function(code) t("exit", code) end)
else
    t.role("worker")
    t("absent", cluster.fork, cluster.workers, cluster.settings, cluster.setupPrimary, cluster.disconnect,
        cluster.schedulingPolicy, cluster.SCHED_RR)
    t("present", type(cluster.on), cluster.Worker == nil, cluster.worker.id)
    process.exit(0)
end
