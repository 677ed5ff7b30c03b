-- IDs: CL-15 CL-16
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    cluster.disconnect(function()
        t("none left")
        local w = cluster.fork()
        w:on("online", function()
            t("returns", cluster.disconnect(function() t("callback", w:isDead()) end), next(cluster.workers) and 1 or 0)
        end)
        w:on("exit", function(code) t("exit", code, w.exitedAfterDisconnect) end)
    end)
    t("later")
end
