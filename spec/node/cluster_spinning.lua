-- IDs: CL-58 CL-26
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local w = cluster.fork()
    w:on("message", function()
        w:disconnect()
        setTimeout(function()
            t("still there", w:isDead(), w:isConnected())
            w.process:kill("SIGKILL")
        end, 200)
    end)
    w:on("exit", function(code, signal) t("exit", code, signal, w.exitedAfterDisconnect) end)
else
    process.send("spins", function() while true do end end)
end
