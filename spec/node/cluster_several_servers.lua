-- IDs: CL-75 CL-78 CL-92
local t = require("trace")
local cluster = require("cluster")
local net = require("net")
if cluster.isPrimary then
    local ports = {}
    local done = 0
    cluster.on("message", function(w, m)
        ports[w.id] = m
        done = done + 1
        if done < 2 then return end
        t("two ports each", m[1] ~= m[2])
        t("shared by index", ports[1][1] == ports[2][1], ports[1][2] == ports[2][2])
        for _, worker in pairs(cluster.workers) do worker:send("unref") end
    end)
    cluster.on("exit", function(_, code) t("exit", code) end)
    cluster.fork()
    cluster.fork()
else
    local a, b = net.createServer(), net.createServer()
    a:listen(0, "127.0.0.1", function()
        b:listen(0, "127.0.0.1", function() process.send({ a:address().port, b:address().port }) end)
    end)
    process.on("message", function()
        a:unref()
        b:unref()
        b:ref()
        b:unref()
        process.exitCode = 3
        process.disconnect()
    end)
    cluster.worker.exitedAfterDisconnect = true
end
