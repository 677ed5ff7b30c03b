-- IDs: M-01 CL-10 CL-16
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    cluster:setupPrimary({ args = { "x" } })
    local w = cluster:fork()
    w:on("online", function() cluster:disconnect(function() t("disconnected") end) end)
    w:on("exit", function(code) t("exit", code) end)
    t("settings", cluster.settings.args, process.cwd() == process:cwd())
end
