-- IDs: CL-02 CL-12 CL-15 CL-20 CL-21 CL-22 CL-24 CL-25 CL-26 CL-40 CL-41 CL-42 CL-43 CL-44 CL-45 CL-46 CL-49 CL-50
local t = require("trace")
local cluster = require("cluster")
local function keys(of)
    local list = {}
    for key in pairs(of) do list[#list + 1] = tostring(key) end
    table.sort(list)
    return list
end
if cluster.isPrimary then
    t("role", cluster.isPrimary, cluster.isMaster, cluster.isWorker, cluster.worker)
    local function state(w)
        return ("%s %s %s %s"):format(w.state, tostring(w:isConnected()), tostring(w:isDead()),
            tostring(w.exitedAfterDisconnect))
    end
    t("settings", cluster.settings)
    cluster.on("setup", function(settings) t("setup", keys(settings)) end)
    cluster.on("fork", function(w) t("cluster fork", w.id, state(w)) end)
    for _, name in ipairs({ "online", "disconnect" }) do
        cluster.on(name, function(w) t("cluster " .. name, w.id, state(w), keys(cluster.workers)) end)
    end
    cluster.on("exit", function(w, code, signal)
        t("cluster exit", w.id, code, signal, state(w), keys(cluster.workers))
    end)
    cluster.on("message", function(w, m, h) t("cluster message", w.id, m, h) end)
    local w = cluster.fork()
    t("forked", w.id, state(w), keys(cluster.workers), type(w.process.pid))
    t.on(w, "worker", { "online", "disconnect", "exit" })
    w:on("message", function(m) t("worker message", m) t("sent", w:send("reply")) end)
    w.process:on("message", function(m) t("process message", m) end)
else
    t.role("worker")
    t("role", cluster.isPrimary, cluster.isMaster, cluster.isWorker, cluster.worker.id, cluster.worker.state)
    t("env", process.env.NODE_UNIQUE_ID, cluster.worker.process == process, cluster.worker:isConnected(),
        cluster.worker:isDead())
    for _, name in ipairs({ "online", "listening", "exit" }) do
        cluster.worker:on(name, function() t("never") end)
    end
    cluster.worker:on("message", function(m) t("worker hears", m) end)
    process.on("message", function(m)
        t("process hears", m)
        setImmediate(function()
            cluster.worker:disconnect()
            t("leaving", cluster.worker.exitedAfterDisconnect)
        end)
    end)
    cluster.worker:on("disconnect", function() t("disconnect", cluster.worker.exitedAfterDisconnect) end)
    process.send({ hello = "primary" })
end
