--- SIGTERM and SIGINT to a guarded master: drain, grace, exit 0; a second one ends all at once.
local herd = require("spec.support.herd")
local sys = require("spec.support.sys")

local MASTER = [[
    if cluster.isPrimary then
        cluster.guard { workers = 2, stop = { grace = GRACE }, respawn = { delay = 0 } }
        cluster.on("stop", function(signal) say("stop", signal) end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code, w.exitedAfterDisconnect) end)
        cluster.on("respawn", function() say("respawn") end)
        process.on("exit", function(code) say("master exit", code) end)
        return
    end
    process.on("SIGTERM", function() say("worker got SIGTERM") end)
]]

local function start(grace, worker_code)
    local master = herd.start(("local GRACE = %d "):format(grace) .. MASTER .. (worker_code or "") .. [[
        say("up", cluster.worker.id, process.pid)
        LAST()
    ]])
    return master
end

describe("a guarded master at", function()
    after_each(herd.cleanup)

    for _, signal in ipairs { "SIGTERM", "SIGINT" } do
        it(signal .. " lets its workers finish and exits with 0", function()
            local master = start(60000, [[
                local function LAST()
                    process.on("disconnect", function() setTimeout(function() say("finished") end, 50) end)
                end
            ]])
            local pids = { tonumber((master:expect("up 1 (%d+)"))), tonumber((master:expect("up 2 (%d+)"))) }
            master:kill(signal)
            local done = master:wait_closed()
            assert.equal(0, done.code)
            assert.equal(2, #herd.lines(done, "^finished"))
            assert.same({ "stop " .. signal }, herd.lines(done, "^stop"))
            assert.equal(2, #herd.lines(done, "^exit %d 0 true"))
            assert.same({}, herd.lines(done, "^respawn"))
            assert.same({ "master exit 0" }, herd.lines(done, "^master"))
            herd.expect_gone(pids, 1)
        end)
    end

    it("SIGINT of the whole group: the workers leave it to the master", function()
        local master = start(60000, "local function LAST() process.on('disconnect', function() say('told') end) end")
        master:expect("up 1")
        master:expect("up 2")
        master:kill_group("SIGINT")
        local done = master:wait_closed()
        assert.equal(0, done.code)
        assert.equal(2, #herd.lines(done, "^told"))
        assert.equal(2, #herd.lines(done, "^exit %d 0 true"))
    end)

    it("SIGHUP of the whole group, which it listens to, lives on with all its workers", function()
        local master = herd.start [[
            if cluster.isPrimary then
                -- Before the workers, which may be up before this line would come.
                process.on("SIGHUP", function() for _, w in pairs(cluster.workers) do w:send("still there?") end end)
                cluster.on("exit", function(w) say("exit", w.id) end)
                cluster.guard { workers = 2 }
                return
            end
            process.on("message", function() say("still here", cluster.worker.id) end)
            say("up", cluster.worker.id)
        ]]
        master:expect("up 1")
        master:expect("up 2")
        master:kill_group("SIGHUP")
        master:expect("still here 1")
        master:expect("still here 2")
        assert.equal(0, herd.count(master, "exit"))
    end)

    it("SIGTERM kills who is not done after the grace time, and exits with 0", function()
        local master = start(150, "local function LAST() if cluster.worker.id == 1 then while true do end end end")
        master:expect("up 1")
        master:expect("up 2")
        local at = sys.now()
        master:kill("SIGTERM")
        local done = master:wait_closed()
        assert.is_true(sys.now() - at >= 0.149)
        assert.equal(0, done.code)
        assert.same({ "exit 1 SIGKILL true" }, herd.lines(done, "^exit 1"))
        assert.same({ "exit 2 0 true" }, herd.lines(done, "^exit 2"))
    end)

    it("SIGTERM with a stopped worker in the herd ends after the grace time", function()
        local master = start(150, "local function LAST() end")
        local pid = master:expect("up 1 (%d+)")
        master:expect("up 2")
        herd.kill(pid, "SIGSTOP")
        master:kill("SIGTERM")
        assert.equal(0, master:wait_closed().code)
        herd.expect_gone({ tonumber(pid) }, 1)
    end)

    it("a second signal kills the herd and exits at once with its code", function()
        for _, signal in ipairs { "SIGTERM", "SIGINT" } do
            local master = start(60000, "local function LAST() while true do end end")
            local pids = { tonumber((master:expect("up 1 (%d+)"))), tonumber((master:expect("up 2 (%d+)"))) }
            master:kill("SIGTERM")
            master:expect("stop SIGTERM")
            master:kill(signal)
            assert.equal(signal == "SIGTERM" and 143 or 130, master:wait_closed().code)
            herd.expect_gone(pids, 1)
        end
    end)

    it("SIGTERM while all workers are dead and their respawn is due", function()
        local master = herd.start [[
            if cluster.isWorker then process.exit(1) end
            cluster.guard { workers = 2, respawn = { delay = 60000 } }
            local deaths = 0
            cluster.on("respawn", function()
                deaths = deaths + 1
                if deaths == 2 then say("all dead") end
            end)
        ]]
        master:expect("all dead")
        master:kill("SIGTERM")
        assert.equal(0, master:wait_closed().code)
    end)

    it("SIGTERM while the breaker is open", function()
        local master = herd.start [[
            if cluster.isWorker then process.exit(1) end
            cluster.guard { workers = 2, respawn = { delay = 0 }, breaker = { deaths = 2 } }
            cluster.on("breaker", function(facts) say(facts.state) end)
        ]]
        master:expect("open")
        master:kill("SIGTERM")
        assert.equal(0, master:wait_closed().code)
    end)

    it("SIGTERM in the moment of a fork", function()
        for _ = 1, 5 do
            local master = herd.start [[
                if cluster.isWorker then say("up") return end
                cluster.guard { workers = 4 }
                say("forked")
            ]]
            master:expect("forked")
            master:kill("SIGTERM")
            assert.equal(0, master:wait_closed().code)
        end
    end)
end)

describe("a master without guard", function()
    after_each(herd.cleanup)

    it("dies of SIGTERM as any program, and its workers with it", function()
        local master = herd.start [[
            if cluster.isWorker then
                say("up", process.pid)
                setInterval(function() end, 1000)
                return
            end
            cluster.fork()
        ]]
        local pid = tonumber((master:expect("up (%d+)")))
        master:kill("SIGTERM")
        assert.equal("SIGTERM", master:wait_closed().signal)
        herd.expect_gone({ pid }, 1)
    end)
end)
