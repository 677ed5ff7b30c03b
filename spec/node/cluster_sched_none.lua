-- IDs: CL-14 CL-74 CL-75
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    cluster.schedulingPolicy = cluster.SCHED_NONE
    local w = cluster.fork()
    w:on("listening", function(a)
        t.mask("PORT", a.port)
        t("listening", a)
        net.connect(a.port, "127.0.0.1"):on("data", function(d) t("data", d) w:disconnect() end)
    end)
    w:on("exit", function(code) t("exit", code) end)
else
    net.createServer(function(s) s:end_("from worker") end):listen(0, "127.0.0.1")
end
