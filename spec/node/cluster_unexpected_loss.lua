-- IDs: CL-25 CL-51 CL-52 CL-54 CL-55
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local modes = { "inside", "outside" }
    local function next_one(i)
        if i > #modes then return end
        local w = cluster.fork({ MODE = modes[i] })
        w:on("online", function() if i == 2 then w.process:disconnect() end end)
        w:on("disconnect", function() t("disconnect", w.exitedAfterDisconnect) end)
        w:on("exit", function(code, signal)
            t("exit", code, signal, w.exitedAfterDisconnect)
            next_one(i + 1)
        end)
    end
    next_one(1)
else
    t.role("worker " .. process.env.MODE)
    setInterval(function() end, 1000)
    process.exitCode = 5
    cluster.worker:on("disconnect", function() t("disconnect", cluster.worker.exitedAfterDisconnect) end)
    process.on("exit", function(code) t("exit", code) end)
    if process.env.MODE == "inside" then process.disconnect() end
end
