--- Everything at once: workers are killed, stopped, continued, asked to leave and scaled, under load, in an order
-- that a seed decides. At the end the herd is whole, no client hangs, and nothing is left over.
local herd = require("spec.support.herd")
local leaks = require("spec.support.leaks")
local load = require("spec.support.load")

local HERD = [[
    if cluster.isPrimary then
        cluster.guard { workers = 3, respawn = { delay = 0 }, breaker = false,
            heartbeat = { interval = 150, misses = 3 }, stop = { grace = 1000 } }
        cluster.on("listening", function(w, address) say("listening", w.id, address.port) end)
        local goal = 3
        process.on("SIGUSR1", function()
            goal = goal % 5 + 1
            cluster.guard { workers = goal }
        end)
        process.on("SIGUSR2", function()
            local _, w = next(cluster.workers)
            if w then w:disconnect() end
        end)
        process.on("SIGHUP", function()
            cluster.guard { workers = 3 }
            local function whole()
                local count = 0
                for _, w in pairs(cluster.workers) do count = count + (w.state == "listening" and 1 or 0) end
                if count == 3 then say("whole") else setTimeout(whole, 10) end
            end
            whole()
        end)
        return
    end
    require("http").createServer(function(req, res)
        if req.url == "/slow" then
            setTimeout(function() res:end_("slow") end, 20)
        else
            res:end_("quick")
        end
    end):listen(0, "127.0.0.1")
]]

local ROUNDS = 60

describe("a herd in chaos", function()
    after_each(function()
        load.cleanup()
        herd.cleanup()
    end)

    for _, seed in ipairs { 1, 2, tonumber(os.getenv("CHAOS_SEED")) or 3 } do
        it("comes through, seed " .. seed, function()
            math.randomseed(seed)
            local master = herd.start(HERD)
            local port = tonumber((master:expect("listening 1 (%d+)")))
            master:expect("listening 3")
            local before = leaks.count(leaks.fds(master.pid))
            local loads = {
                load.start(port, { connections = 4, keep_alive = true }),
                load.start(port, { connections = 3 }),
                load.start(port, { connections = 3, path = "/slow", keep_alive = true }),
            }
            local stopped = {}
            local acts = {
                function(pid) herd.kill(pid, "SIGKILL") end,
                function(pid) herd.kill(pid, "SIGTERM") end,
                function(pid) herd.kill(pid, "SIGSTOP") stopped[#stopped + 1] = pid end,
                function() herd.kill(table.remove(stopped) or 0x7ffffff, "SIGCONT") end,
                function() master:kill("SIGUSR1") end,
                function() master:kill("SIGUSR2") end,
            }
            for _ = 1, ROUNDS do
                local pids = herd.workers(master)
                if #pids > 0 then
                    acts[math.random(#acts)](pids[math.random(#pids)])
                end
                for _ = 1, math.random(1, 6) do
                    for _, one in ipairs(loads) do one:turn() end
                    master:_read_some()
                end
            end
            master:kill("SIGHUP")
            loads[1]:until_(function()
                loads[2]:turn()
                loads[3]:turn()
                return herd.count(master, "whole") == 1
            end, 10, "a whole herd")
            for _, one in ipairs(loads) do
                one:answered(20)
                local result = one:stop()
                assert.same({ 0, 0, 0 }, { result.refused, result.hung, result.wrong }, one:describe())
            end
            herd.wait_for(master, function()
                return #herd.workers(master) == 3 and leaks.count(leaks.fds(master.pid)) <= before
                    and #leaks.zombies(master.pid) == 0
            end, 5, "descriptors and processes as before")
            master:kill("SIGTERM")
            local done = master:wait_closed(10)
            assert.equal(0, done.code, done.stderr)
            assert.is_nil(done.stderr:find("uncaught"), done.stderr)
        end)
    end
end)
