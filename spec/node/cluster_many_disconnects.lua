-- IDs: CL-59 CL-60 CL-27
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local count, counts = 6, { disconnect = 0, exit = 0 }
    cluster.on("disconnect", function(w)
        counts.disconnect = counts.disconnect + 1
        t.role("order")
        t("asked", w.exitedAfterDisconnect)
        t.role("main")
    end)
    cluster.on("exit", function(w, code, signal)
        t("exit", code, signal, w.exitedAfterDisconnect)
        counts.exit = counts.exit + 1
        if counts.exit == count then t("counts", counts) end
    end)
    for _ = 1, count do
        local w = cluster.fork()
        w:on("error", function(err) t("error", err) end)
        w:on("online", function() w:disconnect() end)
    end
end
