-- IDs: CL-01 CL-10 CL-14
local t = require("trace")
local cluster = require("cluster")
local json = require("json")
local fork = require("child_process").fork
local script = process.argv[2]
if process.argv[3] == "policy" then
    local before = cluster.schedulingPolicy
    cluster.setupPrimary()
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary()
    process.send({ before, cluster.schedulingPolicy }, function() process.disconnect() end)
elseif cluster.isWorker then
    local e = process.env
    local function value(name) return e[name] == nil and json.null or e[name] end
    process.send({
        cluster.worker.id, value("NODE_UNIQUE_ID"), value("OURS"), value("NUMBER"), value("TRUE"), value("EMPTY"),
        value("NOTHING"), e.MISSING ~= nil,
    }, function() process.exit() end)
else
    process.env.OURS = "of the primary"
    process.env.NUMBER = "to be replaced"
    local function with(name, value)
        local env = process.env()
        env[name] = value
        return env
    end
    local names = { "none", "rr", "NONE", "" }
    local function policies(i)
        if i > #names then return end
        fork(script, { "policy" }, { env = with("NODE_CLUSTER_SCHED_POLICY", names[i]) })
            :on("message", function(m) t("policy", names[i], m) end):on("exit", function() policies(i + 1) end)
    end
    -- A role is in the environment alone, and any text will do.
    local ids = { "12", "abc", "7.9" }
    local function roles(i)
        if i > #ids then return policies(1) end
        fork(script, {}, { env = with("NODE_UNIQUE_ID", ids[i]) })
            :on("message", function(m) t("role", ids[i], { m[1], m[2] }) end):on("exit", function() roles(i + 1) end)
    end
    local w = cluster.fork({ NUMBER = 5, TRUE = true, EMPTY = "", NOTHING = json.null, NODE_UNIQUE_ID = 77 })
    t("registered", cluster.workers[w.id] == w, w.process.pid > 0)
    w:on("message", function(m) t("env", m) end)
    w:on("exit", function() roles(1) end)
end
