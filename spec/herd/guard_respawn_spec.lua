--- The guard replaces who dies, after its delay; the breaker ends a crash loop and closes again by itself.
local herd = require("spec.support.herd")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")

describe("a worker that dies under guard", function()
    after_each(herd.cleanup)

    it("is replaced after respawn.delay; the event comes when the delay starts", function()
        local master = herd.start [[
            if cluster.isWorker then
                say("worker", cluster.worker.id, process.pid)
                return
            end
            cluster.guard { workers = 1, respawn = { delay = 200 } }
            local at
            cluster.on("exit", function(w, code, signal) at = process.hrtime() say("exit", w.id, signal) end)
            cluster.on("respawn", function(w, delay)
                say("respawn", w.id, delay, process.hrtime(at)[1] == 0)
                at = process.hrtime()
            end)
            cluster.on("fork", function(w)
                if w.id == 1 then return end
                local passed = process.hrtime(at)
                say("fork", w.id, passed[1] * 1000 + passed[2] / 1e6 >= 195)
            end)
        ]]
        local pid = master:expect("worker 1 (%d+)")
        herd.kill(pid)
        master:expect("worker 2 %d+")
        master:expect("fork 2 %a+") -- which may be said after the worker's own words
        assert.same({ "exit 1 SIGKILL", "respawn 1 200 true", "fork 2 true" }, herd.lines(master:text(), "^[erf]"))
    end)

    it("is replaced at once with delay 0, again and again", function()
        local done = herd.run [[
            if cluster.isWorker then process.exit(1) end
            cluster.guard { workers = 2, respawn = { delay = 0 }, breaker = false }
            local exits = 0
            cluster.on("exit", function()
                exits = exits + 1
                if exits == 20 then process.exit(0) end
            end)
            process.on("exit", function() say("exits", exits) end)
        ]]
        assert.same({ "exits 20" }, herd.lines(done))
        assert.equal(0, done.code)
    end)

    it("may have its delay decided by a function of the facts, whose failure is named and survived", function()
        local done = herd.run [[
            if cluster.isWorker then process.exit(3) end
            cluster.guard { workers = 1, respawn = { delay = function(facts)
                say("asked", facts.failures, facts.cause, facts.worker, facts.lived >= 0)
                if facts.worker == 2 then cluster.guard { workers = 1 } end
                if facts.worker == 3 then error("no idea") end
                return facts.worker
            end } }
            cluster.on("respawn", function(w, delay)
                say("respawn", w.id, delay)
                if w.id == 3 then setTimeout(process.exit, 1, 0) end
            end)
        ]]
        assert.same({
            "asked 1 exit 1 true", "respawn 1 1", "asked 2 exit 2 true", "respawn 2 2", "asked 3 exit 3 true",
            "respawn 3 5000",
        }, herd.lines(done), done.stderr)
        assert.truthy(done.stderr:find("GuardWarning: respawn.delay failed: .-no idea"), done.stderr)
    end)

    it("is not replaced with respawn = false, until that is changed", function()
        local done = herd.run [[
            if cluster.isWorker then
                if cluster.worker.id == 1 then process.exit(1) end
                return
            end
            cluster.guard { workers = 1, respawn = false }
            cluster.on("respawn", function() say("respawn") end)
            cluster.on("exit", function()
                setTimeout(function()
                    say("none", next(cluster.workers))
                    cluster.guard { respawn = { delay = 0 } }
                    say("back", next(cluster.workers))
                    process.exit(0)
                end, 20)
            end)
        ]]
        assert.same({ "none nil", "back 2 table" }, { herd.lines(done)[1], (herd.lines(done)[2]:gsub(": .*", "")) })
    end)

    it("is replaced even if a listener of its exit throws and the error is caught", function()
        local done = herd.run [[
            if cluster.isWorker then
                if cluster.worker.id == 1 then process.exit(1) end
                process.send("up")
                return
            end
            process.on("uncaughtException", function() say("caught") end)
            cluster.guard { workers = 1, respawn = { delay = 0 } }
            cluster.prependListener("exit", function() error("in a listener") end)
            cluster.on("message", function() say("up") process.exit(0) end)
        ]]
        assert.same({ "caught", "up" }, herd.lines(done), done.stderr)
    end)
end)

describe("the breaker", function()
    after_each(herd.cleanup)

    local CRASH_LOOP = [[
        if cluster.isWorker then
            if cluster.worker.id > HEALTHY then return end
            process.exit(1)
        end
        local forks = 0
        cluster.on("fork", function() forks = forks + 1 end)
    ]]

    it("opens after the deaths it allows, with the causes, and no worker starts while it is open", function()
        local done = herd.run("local HEALTHY = 1000 " .. CRASH_LOOP .. [[
            cluster.guard { workers = 3, respawn = { delay = 0 },
                breaker = { deaths = 5, within = 60000, cooldown = 60000 } }
            cluster.on("breaker", function(facts)
                say(facts.state, facts.deaths, facts.causes.exit, facts.within, facts.cooldown)
                local at_opening = forks
                setTimeout(function() say("after", forks - at_opening, forks <= 8) process.exit(0) end, 150)
            end)
        ]])
        local lines = herd.lines(done)
        assert.equal("open 5 5 60000 60000", lines[1])
        -- Forks that were on their way when it opened have happened; nothing since.
        assert.truthy(lines[2]:find("^after [01] true$"), lines[2])
        assert.equal(0, done.code)
    end)

    it("tries one worker when half open, opens again when that dies, closes when it lives", function()
        local done = herd.run("local HEALTHY = 5 " .. CRASH_LOOP .. [[
            cluster.guard { workers = 3, respawn = { delay = 0 },
                breaker = { deaths = 4, within = 60000, cooldown = 60, trial = 60 } }
            cluster.on("breaker", function(facts)
                say(facts.state, forks)
                if facts.state == "closed" then
                    setTimeout(function()
                        local count = 0
                        for _ in pairs(cluster.workers) do count = count + 1 end
                        say("workers", count)
                        process.exit(0)
                    end, 20)
                end
            end)
        ]])
        local lines = herd.lines(done)
        assert.equal("workers 3", table.remove(lines))
        assert.truthy(table.remove(lines):find("^closed"), done.stdout)
        -- Workers up to the fifth die; how many of them were forked before it opened is a matter of luck.
        assert.is_true(#lines >= 2 and #lines % 2 == 0, done.stdout)
        for i, line in ipairs(lines) do
            local state, forks = line:match("^(%a+) (%d+)$")
            assert.equal(i % 2 == 1 and "open" or "halfOpen", state, done.stdout)
            -- Between half open and open again there was one trial and no more.
            if i > 1 and state == "open" then
                assert.equal(tonumber(lines[i - 1]:match("%d+")) + 1, tonumber(forks), done.stdout)
            end
        end
    end)

    it("closes again when nobody is missing any more once it is half open", function()
        local done = herd.run [[
            if cluster.isWorker then
                process.on("message", function() process.exit(1) end)
                return
            end
            cluster.guard { workers = 2, respawn = { delay = 0 },
                breaker = { deaths = 1, within = 60000, cooldown = 60, trial = 60 } }
            cluster.on("breaker", function(facts)
                say(facts.state)
                if facts.state == "open" then
                    cluster.guard { workers = 1 }
                elseif facts.state == "closed" then
                    process.exit(0)
                end
            end)
            cluster.once("online", function(worker) worker:send("die") end)
        ]]
        assert.same({ "open", "halfOpen", "closed" }, herd.lines(done), done.stderr)
        assert.equal(0, done.code)
    end)

    it("makes no fork storm of a script that cannot run, whatever the delay", function()
        local started = sys.now()
        local done = herd.run {
            script = [[
                cluster.setupPrimary { exec = "/no/such/script.lua" }
                local forks = 0
                cluster.on("fork", function() forks = forks + 1 end)
                cluster.guard { workers = 2, respawn = { delay = 0 },
                    breaker = { deaths = 6, within = 60000, cooldown = 100 } }
                local rounds = 0
                cluster.on("breaker", function(facts)
                    if facts.state == "open" then
                        rounds = rounds + 1
                        if rounds == 3 then say("forks", forks) process.exit(0) end
                    end
                end)
            ]],
        }
        assert.equal(0, done.code, done.stderr)
        assert.is_true(sys.now() - started >= 0.2)
        -- 6 deaths and those that were on their way, then one trial per cooldown.
        assert.is_true(tonumber(done.stdout:match("forks (%d+)")) <= 6 + 2 + 2, done.stdout)
        assert.truthy(done.stderr:find("cannot open '/no/such/script.lua': No such file or directory", 1, true))
    end)

    it("does not count workers that were asked to leave", function()
        local done = herd.run [[
            if cluster.isWorker then process.send("up") return end
            cluster.guard { workers = 1, respawn = { delay = 0 }, breaker = { deaths = 2 } }
            cluster.on("breaker", function(facts) say("breaker", facts.state) end)
            cluster.on("message", function(w)
                if w.id == 8 then say("eight") process.exit(0) end
                w:disconnect()
            end)
        ]]
        assert.same({ "eight" }, herd.lines(done))
    end)

    it("is closed by guard { breaker = false }, and the herd comes back", function()
        local done = herd.run("local HEALTHY = 3 " .. CRASH_LOOP .. [[
            cluster.guard { workers = 2, respawn = { delay = 0 }, breaker = { deaths = 3 } }
            cluster.on("breaker", function(facts)
                say(facts.state)
                if facts.state == "open" then setImmediate(cluster.guard, { breaker = false }) end
            end)
            cluster.on("online", function(w)
                if w.id > 4 then process.exit(0) end
            end)
        ]])
        assert.same({ "open", "closed" }, herd.lines(done))
        assert.equal(0, done.code)
    end)

    it("sees a herd whose program cannot be started as one that dies", function()
        local done = herd.run [[
            cluster.setupPrimary { execPath = "/no/such/program" }
            local forks = 0
            cluster.on("fork", function() forks = forks + 1 end)
            cluster.guard { workers = 2, respawn = { delay = 0 }, breaker = { deaths = 4, cooldown = 60000 } }
            cluster.on("breaker", function(facts)
                say(facts.state, facts.deaths, facts.causes.spawn)
                setTimeout(function()
                    say(forks <= 6, next(cluster.workers))
                    process.exit(0)
                end, 20)
            end)
        ]]
        assert.same({ "open 4 4", "true nil" }, herd.lines(done), done.stderr)
        assert.equal(0, done.code)
        assert.truthy(done.stderr:find("/no/such/program", 1, true), done.stderr)
    end)

    it("says once that nothing can be forked for now, and comes back when there is room", function()
        local path = herd.script([[
            if cluster.isWorker then setInterval(function() end, 1000) return end
            local held, file = {}
            repeat
                file = io.open("/dev/null")
                held[#held + 1] = file
            until not file
            cluster.guard { workers = 3, respawn = { delay = 0 }, breaker = { deaths = 2 } }
            cluster.on("breaker", function() say("breaker") end)
            setTimeout(function()
                for _, file in ipairs(held) do file:close() end
            end, 2500)
            local online = 0
            cluster.on("online", function()
                online = online + 1
                if online == 3 then say("all") process.exit(0) end
            end)
        ]])
        local master = proc.start { command = "/bin/sh", "-c", 'ulimit -n 64; exec "$0" "$1"', proc.bin, path }
        local done = master:wait_closed(20)
        assert.same({ "all" }, herd.lines(done), done.stderr)
        assert.matches("GuardWarning: 3 of 3 workers cannot be forked, trying again .*EMFILE", done.stderr)
        assert.equal(1, select(2, done.stderr:gsub("cannot be forked", "")), done.stderr)
    end)
end)
