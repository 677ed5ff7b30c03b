-- IDs: CL-01 CL-10
local t = require("trace")
local fork = require("child_process").fork
if process.argv[3] then
    local cluster = require("cluster")
    t.role("child")
    t("role", cluster.isPrimary, cluster.isWorker, cluster.worker and cluster.worker.id, process.env.NODE_UNIQUE_ID)
    process.disconnect()
else
    local env = process.env()
    env.NODE_UNIQUE_ID = "12"
    local child = fork(process.argv[2], { "x" }, { env = env })
    child:on("exit", function(code) t("exit", code) end)
end
