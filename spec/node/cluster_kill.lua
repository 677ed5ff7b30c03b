-- IDs: CL-26 CL-43 CL-45 CL-48 Q-14
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local signals = { n = 3, nil, "SIGKILL", "SIGINT" }
    local function next_one(i)
        if i > signals.n then return end
        local w = cluster.fork()
        w:on("online", function() t("kill", w:kill(signals[i]), w.exitedAfterDisconnect) end)
        w:on("exit", function(code, signal)
            t("exit", code, signal, w.exitedAfterDisconnect, w:isDead())
            next_one(i + 1)
        end)
    end
    next_one(1)
else
    setInterval(function() end, 1000)
end
