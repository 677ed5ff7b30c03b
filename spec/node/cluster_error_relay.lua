-- IDs: CL-28 CL-46 CL-49 CP-62
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    cluster.on("error", function() t("never") end)
    process.on("uncaughtException", function(err) t("uncaught", err) end)
    local function unstarted()
        process.execPath = "/no/such/program"
        local u = cluster.fork()
        t.on(u, "unstarted", { "error", "exit" })
        t("forked", u.process.pid, u:isConnected(), u:isDead())
        u:on("error", function() t("dead", u:isDead()) end)
        u:on("disconnect", function()
            setImmediate(function() t("left", next(cluster.workers) and 1 or 0) end)
        end)
    end
    local w = cluster.fork()
    t.on(w, "worker", { "error" })
    t.on(w.process, "process", { "error" })
    w:on("exit", function(code)
        t("exit", code)
        t("returned", w:send("late", function(err) t("callback", err) end))
        t("returned", w:send("late"))
        setImmediate(function()
            w:removeAllListeners("error")
            t("returned", w:send("unheard"))
            setImmediate(unstarted)
        end)
    end)
else
    process.exit(3)
end
