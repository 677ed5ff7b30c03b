-- IDs: CL-29 CP-87
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    local w = cluster.fork()
    t.on(w, "worker", { "message", "listening", "error" })
    w.process:on("internalMessage", function(m) if m.mark then t("internal", m.mark) end end)
    w:on("exit", function(code, signal) t("exit", code, signal, w.exitedAfterDisconnect) end)
    w:on("online", function()
        for _, m in ipairs({ { act = "nonsense" }, { ack = 4321 }, {}, { act = 5 } }) do
            m.cmd = "NODE_CLUSTER"
            w:send(m)
        end
        w:send({ cmd = "NODE_of_mine", mark = "to the worker" })
        w:send({ cmd = "node_of_mine", plain = "small letters" })
    end)
else
    t.role("worker")
    local bad = {
        { act = "nonsense" }, { ack = 4321 }, {}, { act = 5 }, { act = "close", key = "of nobody" },
        { act = "toString" },
    }
    for i, m in ipairs(bad) do
        m.cmd, m.mark = "NODE_CLUSTER", i
        process.send(m)
    end
    process.send({ cmd = "NODE_of_mine", mark = "mine" })
    process.on("internalMessage", function(m) if m.mark then t("internal", m.mark) end end)
    process.on("message", function(m)
        t("message", m)
        process.send({ cmd = "XNODE_", still = "here" }, function() cluster.worker:disconnect() end)
    end)
end
