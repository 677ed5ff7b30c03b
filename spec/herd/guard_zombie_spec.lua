--- Workers that hang: noticed after interval x misses, told with the facts, killed, replaced (node-api Q-16).
local herd = require("spec.support.herd")
local sys = require("spec.support.sys")

local MASTER = [[
    if cluster.isPrimary then
        cluster.guard { workers = WORKERS, heartbeat = { interval = 200, misses = 3 }, respawn = { delay = 0 } }
        cluster.on("zombie", function(w, facts)
            say("zombie", w.id, "missed", facts.missed, "silence", facts.silence, "busy", facts.busyFor,
                "interval", facts.interval, "misses", facts.misses, "state", facts.processState, "pid", facts.pid)
            say("reason", facts.reason)
        end)
        cluster.on("respawn", function(w) say("respawn", w.id) end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
        return
    end
    say("worker", cluster.worker.id, process.pid)
]]

local function start(workers, worker_code)
    return herd.start(("local WORKERS = %d "):format(workers) .. MASTER .. (worker_code or ""))
end

-- The facts of the first zombie line as a table.
local function facts_of(master, id)
    local line = master:expect("zombie " .. id .. " ([^\n]*)\n", 10)
    local facts = {}
    for name, value in line:gmatch("(%S+) (%S+)") do
        facts[name] = tonumber(value) or value
    end
    return facts
end

describe("a hung worker", function()
    after_each(herd.cleanup)

    it("that is stopped by SIGSTOP is noticed, killed with SIGKILL and replaced", function()
        local master = start(2)
        local pid = tonumber(master:expect("worker 1 (%d+)"))
        master:expect("worker 2 %d+")
        local stopped_at = sys.now()
        herd.kill(pid, "SIGSTOP")
        local facts = facts_of(master, 1)
        -- Two whole intervals at least: the ping before the stop may have been answered.
        assert.is_true(sys.now() - stopped_at >= 0.4)
        assert.same({ 3, 200, 3, "T", pid }, { facts.missed, facts.interval, facts.misses, facts.state, facts.pid })
        assert.is_true(facts.silence >= 400)
        assert.equal(0, facts.busy)
        assert.equal("no answer to 3 pings in 600 ms: stopped by a signal", master:expect("reason ([^\n]*)"))
        master:expect("exit 1 SIGKILL")
        master:expect("respawn 1")
        master:expect("worker 3 %d+")
    end)

    it("in an endless compiled loop is noticed; the page says for how long it has been busy", function()
        local master = start(1, [[
            setTimeout(function()
                local n = 0
                while cluster.worker.id == 1 do n = n + 1 end
            end, 150)
        ]])
        local facts = facts_of(master, 1)
        assert.is_true(facts.busy >= 400, "busy for " .. facts.busy)
        assert.is_true(facts.busy < 60000)
        assert.equal("R", facts.state)
        master:expect("exit 1 SIGKILL")
        master:expect("worker 2 %d+")
    end)

    it("in an endless loop of its script, before it ever came to its loop", function()
        local master = start(1, "while cluster.worker.id == 1 do end")
        facts_of(master, 1)
        master:expect("exit 1 SIGKILL")
        master:expect("worker 2 %d+")
    end)

    it("blocked in a system call is noticed all the same", function()
        local master = start(1, [[
            setTimeout(function()
                if cluster.worker.id == 1 then os.execute("exec sleep 100") end
            end, 1)
        ]])
        local facts = facts_of(master, 1)
        assert.equal("S", facts.state)
        master:expect("exit 1 SIGKILL")
        master:expect("worker 2 %d+")
    end)

    it("is killed even if the listener of zombie throws", function()
        local master = herd.start [[
            if cluster.isPrimary then
                process.on("uncaughtException", function() say("caught") end)
                cluster.guard { workers = 1, heartbeat = { interval = 50, misses = 2 }, respawn = { delay = 0 } }
                cluster.on("zombie", function(w) error("in a listener") end)
            else
                say("worker", cluster.worker.id)
                while cluster.worker.id == 1 do end
            end
        ]]
        master:expect("caught")
        master:expect("worker 2")
    end)

    it("is told anew, with the new numbers, where the heartbeat is changed", function()
        local master = herd.start [[
            if cluster.isWorker then while true do end end
            cluster.guard { workers = 1, heartbeat = { interval = 60000 } }
            cluster.on("zombie", function(w, facts)
                say("zombie", facts.interval, facts.misses)
                process.exit(0)
            end)
            cluster.on("online", function() cluster.guard { heartbeat = { interval = 50, misses = 2 } } end)
        ]]
        master:expect("zombie 50 2")
        assert.equal(0, master:wait().code)
    end)

    it("is left alone with heartbeat = false", function()
        local master = herd.start [[
            if cluster.isWorker then while true do end end
            cluster.guard { workers = 1, heartbeat = { interval = 20, misses = 2 } }
            cluster.guard { heartbeat = false }
            cluster.on("zombie", function() say("zombie") end)
            setTimeout(function() say("quiet") process.exit(0) end, 200)
        ]]
        master:expect("quiet")
        assert.equal(0, herd.count(master, "zombie"))
    end)
end)

describe("a worker that", function()
    after_each(herd.cleanup)

    it("works hard in short turns is no zombie", function()
        local master = start(1, [[
            local turns = 0
            setInterval(function()
                local until_ = process.uptime() + 0.03
                while process.uptime() < until_ do end
                turns = turns + 1
                if turns == 40 then say("worked") end
            end, 1)
        ]])
        master:expect("worked", 20)
        assert.equal(0, herd.count(master, "zombie"))
    end)

    it("answers to a master that was itself stopped for long is no zombie", function()
        local master = start(2)
        master:expect("worker 1 %d+")
        master:expect("worker 2 %d+")
        master:kill("SIGSTOP")
        local until_ = sys.now() + 1
        herd.wait_for(master, function() return sys.now() >= until_ end)
        master:kill("SIGCONT")
        until_ = sys.now() + 1
        herd.wait_for(master, function() return sys.now() >= until_ end)
        assert.equal(0, herd.count(master, "zombie"))
        assert.equal(0, herd.count(master, "exit"))
    end)

    it("was forked before there was a guard is guarded, too", function()
        local master = herd.start [[
            if cluster.isWorker then
                process.on("message", function() while true do end end)
                process.send("up")
                return
            end
            local w = cluster.fork()
            w:on("message", function()
                cluster.guard { workers = 1, heartbeat = { interval = 100, misses = 3 }, respawn = false }
                w:send("hang")
            end)
            cluster.on("exit", function(_, code, signal)
                say("exit", signal)
                -- Nobody listens for the error; the guard does.
                w:send("to the dead")
                setTimeout(process.exit, 20, 0)
            end)
        ]]
        local done = master:wait_closed()
        assert.same({ "exit SIGKILL" }, herd.lines(done))
        assert.equal(0, done.code)
        assert.truthy(done.stderr:find("GuardWarning: worker 1: .*Channel closed"), done.stderr)
    end)

    it("has ended its channel in order and still has work to do: it finishes", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.guard { workers = 1, heartbeat = { interval = 60000 }, respawn = false }
                cluster.on("disconnect", function() cluster.guard { heartbeat = { interval = 50, misses = 2 } } end)
                cluster.on("zombie", function(w, facts) say("zombie", facts.silence) end)
                cluster.on("exit", function(w, code, signal) say("exit", signal or code) process.exit(0) end)
            else
                process.on("disconnect", function()
                    setTimeout(function() say("work done") end, 300)
                end)
                cluster.worker:disconnect()
            end
        ]]
        local done = master:wait_closed()
        assert.same({ "work done", "exit 0" }, herd.lines(done))
    end)

    it("has ended its channel in order and never ends: it is killed after the grace time", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.guard { workers = 1, stop = { grace = 100 }, respawn = false, heartbeat = false }
                cluster.on("zombie", function() say("zombie") end)
                cluster.on("exit", function(w, code, signal) say("exit", signal or code) process.exit(0) end)
            else
                setInterval(function() end, 1000)
                cluster.worker:disconnect()
            end
        ]]
        assert.same({ "exit SIGKILL" }, herd.lines(done))
    end)

    it("has closed its channel without a word and goes on: it is a zombie", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.guard { workers = 1, heartbeat = { interval = 50, misses = 2 }, respawn = false }
                cluster.on("zombie", function(w, facts) say("zombie", facts.silence < 5000) end)
                cluster.on("exit", function(w, code, signal) say("exit", signal or code) process.exit(0) end)
            else
                local ffi = require "ffi"
                ffi.cdef "int close(int fd);"
                ffi.C.close(process.channel.fd)
                while true do end
            end
        ]]
        local done = master:wait_closed()
        assert.same({ "zombie true", "exit SIGKILL" }, herd.lines(done))
    end)
end)
