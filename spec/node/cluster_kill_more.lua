-- IDs: CL-45 CL-48 CL-52 CL-54
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local w = cluster.fork()
    for _, bad in ipairs({ "SIGNOPE", "nope", 999, 1.5, true, {} }) do
        t.throws("kill", function() w:kill(bad) end)
    end
    w:on("online", function()
        t("returns", w:kill("sigusr2"), w:isDead(), w.process.killed)
    end)
    w:on("exit", function(code, signal)
        t("exit", code, signal, w:isDead(), w:isConnected())
        t("again", w:kill(), w:destroy("SIGKILL"))
        local late = cluster.fork()
        late:on("disconnect", function() t("late disconnect", late.exitedAfterDisconnect) end)
        late:on("exit", function(c, s) t("late exit", c, s, late.exitedAfterDisconnect) end)
    end)
elseif cluster.worker.id == 1 then
    setInterval(function() end, 1000)
else
    t.role("worker")
    -- With the channel gone it leaves at once, with 0.
    process.exitCode = 9
    cluster.worker.exitedAfterDisconnect = true
    process.disconnect()
    process.on("exit", function(code) t("exit", code) end)
    setTimeout(function() cluster.worker:kill() t("never") end, 50)
end
