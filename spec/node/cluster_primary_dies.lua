-- IDs: CL-56 CL-57
local t = require("trace")
local cluster = require("cluster")
local fork = require("child_process").fork
if process.argv[3] == "primary" and cluster.isPrimary then
    local w = cluster.fork()
    w:on("message", function() error({ message = "primary fails" }, 0) end)
elseif cluster.isWorker then
    t.role("worker")
    setInterval(function() end, 1000)
    process.on("exit", function(code) t("exit", code) end)
    cluster.worker:on("disconnect", function() t("disconnect") end)
    process.send("up")
else
    local child = fork(process.argv[2], { "primary" }, { silent = true })
    child:on("close", function(code, signal) t("primary", code, signal) end)
end
