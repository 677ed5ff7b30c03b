-- IDs: CL-11 CL-12 CL-13 CL-14 CL-20
local t = require("trace")
local cluster = require("cluster")
if cluster.isPrimary then
    t("constants", cluster.SCHED_NONE, cluster.SCHED_RR, cluster.schedulingPolicy)
    t("settings", cluster.settings)
    cluster.on("setup", function(s) t("setup", s == cluster.settings, s.args, s.silent, s.cwd) end)
    local before = cluster.settings
    cluster.setupPrimary()
    t("defaults", cluster.settings, cluster.settings == before)
    cluster.setupPrimary({ args = { "a", "b" }, silent = true })
    t("cumulative", cluster.settings)
    cluster.setupPrimary({ cwd = "/", silent = false })
    t("cumulative", cluster.settings)
    cluster.setupMaster({ args = { "c" } })
    t("cumulative", cluster.settings)
    setImmediate(function()
        local w = cluster.fork({ EXTRA = 5 })
        w:on("message", function(m) t("worker", m) end)
        w:on("exit", function(code)
            t("exit", code)
            cluster.setupPrimary({ args = { "d" } })
            cluster.fork():on("message", function(m) t("worker", m) end)
        end)
    end)
else
    local rest = {}
    for i = 3, #process.argv do rest[#rest + 1] = process.argv[i] end
    process.send({ rest, process.cwd(), process.env.EXTRA or "none" }, function() process.exit(3) end)
end
