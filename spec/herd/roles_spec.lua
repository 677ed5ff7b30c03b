--- Who is master and who is worker, what each has, and what it hands on (node-api CL-01 to CL-05, CL-40, CL-41).
local herd = require("spec.support.herd")
local proc = require("spec.support.proc")

describe("the role", function()
    after_each(herd.cleanup)

    it("is the master's without NODE_UNIQUE_ID", function()
        local done = herd.run {
            script = [[
                say(cluster.isPrimary, cluster.isMaster, cluster.isWorker, cluster.worker)
                say(cluster.SCHED_NONE, cluster.SCHED_RR, cluster.schedulingPolicy, next(cluster.workers))
            ]],
            env = { NODE_UNIQUE_ID = false, NODE_CLUSTER_SCHED_POLICY = false },
        }
        assert.same({ "true true false nil", "1 2 2 nil" }, herd.lines(done))
    end)

    it("is the worker's in what cluster.fork started, with a worker's few members", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.fork()
                cluster.fork()
            else
                local w = cluster.worker
                say("role", cluster.isPrimary, cluster.isMaster, cluster.isWorker, w.id, w.process == process)
                say("state", w.state, w.exitedAfterDisconnect, w:isConnected(), w:isDead())
                for _, name in ipairs { "fork", "workers", "settings", "setupPrimary", "disconnect",
                    "schedulingPolicy", "SCHED_RR" } do
                    assert(cluster[name] == nil, name)
                end
                process.exit(0)
            end
        ]]
        local roles = herd.lines(done, "^role")
        table.sort(roles)
        assert.same({ "role false false true 1 true", "role false false true 2 true" }, roles)
        assert.same({ "state online nil true false", "state online nil true false" }, herd.lines(done, "^state"))
        assert.equal("", done.stderr)
    end)

    it("ends with the process: a worker's children are masters of their own and know nothing of the herd", function()
        local done = herd.run {
            script = [[
                local role = process.argv[3] or "master"
                local names = {}
                for name in pairs(process.env()) do names[#names + 1] = name end
                table.sort(names)
                say(cluster.isWorker and "worker" or role, table.concat(names, ","))
                if role == "grandchild" then
                    say(cluster.isPrimary, process.connected)
                elseif cluster.isPrimary then
                    cluster.guard { workers = 1, respawn = false }
                    cluster.on("exit", function(_, code) process.exit(code) end)
                else
                    require("child_process")
                        .spawn(process.execPath, { process.argv[2], "grandchild" }, { stdio = "inherit" })
                        :on("exit", function() process.exit(7) end)
                end
            ]],
        }
        local names = herd.lines(done, "^master")[1]:match(" (.*)")
        assert.equal("worker " .. names, herd.lines(done, "^worker")[1])
        assert.equal("grandchild " .. names, herd.lines(done, "^grandchild")[1])
        assert.same({ "true nil" }, herd.lines(done, "^true"))
        assert.equal(7, done.code)
    end)

    it("is taken from the environment alone, empty or nonsense as it may be", function()
        for text, id in pairs { ["7"] = "7", [""] = "0", nonsense = "0" } do
            local done = proc.run {
                "-e", "local c = require('cluster') print(c.isWorker, c.worker.id, c.worker:isConnected())",
                env = { NODE_UNIQUE_ID = text },
            }
            assert.same({ code = 0, stdout = ("true\t%s\tfalse\n"):format(id), stderr = "" }, done)
        end
    end)
end)

describe("cluster", function()
    after_each(herd.cleanup)

    it("takes dot and colon calls", function()
        local done = herd.run [[
            if cluster.isWorker then return end
            cluster:setupPrimary({ cwd = "." })
            cluster.setupMaster({ args = { "x" } })
            say(cluster.settings.cwd, cluster.settings.args[1])
            cluster:on("exit", function(w) say("exit", w.id) end)
            local a, b = cluster.fork({ A = 1 }), cluster:fork({ A = 1 })
            local fork = cluster.fork
            local c = fork()
            say(a.id, b.id, c.id)
            cluster:disconnect(function() say("first") end)
            cluster.disconnect(function() say("second", next(cluster.workers)) end)
        ]]
        assert.same({ ". x", "1 2 3" }, { unpack(herd.lines(done), 1, 2) })
        assert.equal(3, #herd.lines(done, "^exit"))
        assert.same({ "first", "second nil" }, herd.lines(done, "^[fs]"))
    end)

    it("has a Worker that can be made by hand", function()
        local done = herd.run [[
            local events = require "events"
            local w = cluster.Worker()
            say(w.id, w.state, w.process, w.exitedAfterDisconnect)
            local process_like = require("events").EventEmitter()
            local v = cluster.Worker({ id = 3, state = "online", process = process_like })
            v:on("message", function(m, h) say("message", m, h) end)
            v:on("error", function(e) say("error", e) end)
            process_like:emit("message", "m", "h")
            process_like:emit("error", "e")
            say(v.id, v.state, v.process == process_like)
        ]]
        assert.same({ "0 none nil nil", "message m h", "error e", "3 online true" }, herd.lines(done), done.stderr)
    end)
end)
