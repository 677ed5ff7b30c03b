--- Descriptors run out, in the master or in a worker: clients wait and are served when there is room, nobody spins.
local herd = require("spec.support.herd")
local http = require("spec.support.http")
local leaks = require("spec.support.leaks")
local sys = require("spec.support.sys")

local HERD = [[
    if cluster.isPrimary then
        cluster.schedulingPolicy = cluster[POLICY]
        cluster.guard { workers = WORKERS, respawn = { delay = 0 }, stop = { grace = 500 } }
        cluster.on("listening", function(w, address) say("listening", w.id, address.port) end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
        cluster.on("acceptError", function(address, err)
            say("acceptError", address.port, err.code, err.syscall, err.retrying)
        end)
        local hoard = {}
        process.on("SIGUSR1", function()
            local file = io.open("/dev/null")
            while file do
                hoard[#hoard + 1] = file
                file = io.open("/dev/null")
            end
            say("full", #hoard)
        end)
        process.on("SIGUSR2", function()
            for _, file in ipairs(hoard) do file:close() end
            hoard = {}
            say("room")
        end)
        return
    end
    local server = require("http").createServer(function(req, res) res:end_("worker " .. cluster.worker.id) end)
    server:on("error", function(err) say("server error", err.code) end)
    server:listen(0, "127.0.0.1")
]]

local function start(workers, limit, policy)
    local path = herd.script((HERD:gsub("WORKERS", workers):gsub("POLICY", ('"%s"'):format(policy or "SCHED_RR"))))
    local proc = require("spec.support.proc")
    local master = proc.start {
        command = "/bin/sh", "-c", ("ulimit -n %d; exec \"$0\" \"$1\""):format(limit), proc.bin, path,
    }
    local port
    for id = 1, workers do
        port = tonumber((master:expect(("listening %d (%%d+)\n"):format(id))))
    end
    return master, port
end

-- Fills the master's table, also with what a connection or a dead worker still held a moment ago.
local function fill(master)
    local before = -1
    for round = 1, 20 do
        master:kill("SIGUSR1")
        herd.expect_count(master, "full %d+\n", round)
        local now = tonumber(master:text():match(".*full (%d+)"))
        if now == before then
            return
        end
        before = now
        local until_ = sys.now() + 0.03
        herd.wait_for(master, function() return sys.now() >= until_ end)
    end
    error("the master never was full")
end

local REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

local function stop(master)
    master:kill("SIGTERM")
    local done = master:wait_closed(10)
    assert.equal(0, done.code, done.stderr)
    assert.is_nil(done.stderr:find("uncaught"), done.stderr)
    return done
end

-- Watches for half a second; returns the processor time used meanwhile.
local function cpu_of(master, pid)
    local before, until_ = herd.cpu_seconds(pid), sys.now() + 0.5
    herd.wait_for(master, function() return sys.now() >= until_ end)
    return herd.cpu_seconds(pid) - before
end

describe("a master without a free descriptor", function()
    after_each(herd.cleanup)

    it("lets clients wait, does not spin, and serves them all when there is room", function()
        local master, port = start(2, 60)
        assert.truthy(http.get(port).body:find("worker"))
        fill(master)
        local clients = {}
        for i = 1, 20 do
            clients[i] = http.connect(port)
            clients[i]:send(REQUEST)
        end
        local used = cpu_of(master, master.pid)
        assert.is_true(used < 0.25, ("%g s of 0.5"):format(used))
        for i = 1, 20 do
            assert.equal("", clients[i].buffer)
            assert.same({ nil, sys.EAGAIN }, { sys.read(clients[i].fd) })
        end
        master:kill("SIGUSR2")
        for i = 1, 20 do
            assert.truthy(clients[i]:response().body:find("worker"))
        end
        -- Said once, not at each try.
        assert.same({ ("acceptError %d EMFILE accept true"):format(port) }, herd.lines(stop(master), "^acceptError"))
    end)

    it("does not die of a worker's death, and replaces it when there is room", function()
        local master = start(2, 60)
        fill(master)
        for _ = 1, 2 do
            herd.kill(herd.workers(master)[1])
            master:expect("exit %d+ SIGKILL\n")
            -- What the dead worker's channel held is taken, too.
            master:forget()
            fill(master)
        end
        assert.is_true(master:is_running())
        local used = cpu_of(master, master.pid)
        assert.is_true(used < 0.25, ("%g s of 0.5"):format(used))
        master:kill("SIGUSR2")
        herd.wait_for(master, function() return #herd.workers(master) == 2 end, 5, "two workers")
        stop(master)
    end)
end)

describe("a worker without a free descriptor", function()
    after_each(herd.cleanup)

    for _, policy in ipairs { "SCHED_RR", "SCHED_NONE" } do
        it("lets clients wait and serves them when others have gone, under " .. policy, function()
            local master, port = start(1, 50, policy)
            local clients = {}
            for i = 1, 120 do
                clients[i] = http.connect(port)
                clients[i]:send(REQUEST)
            end
            -- Some are answered and stay open; the rest waits.
            local waiting = {}
            for i = 1, 120 do waiting[i] = clients[i] end
            local served = 0
            local pid = herd.workers(master)[1]
            local looked
            local late = sys.now() + require("spec.support.wait").scaled(15)
            while #waiting > 0 do
                assert.is_true(sys.now() < late, ("%d of 120 served\n%s%s"):format(
                    served, master:text(), master:text("stderr")))
                local still, answered = {}, {}
                for _, client in ipairs(waiting) do
                    local bytes = sys.read(client.fd)
                    assert.is_true(bytes ~= "", "a client was cut off")
                    if bytes then answered[#answered + 1] = client else still[#still + 1] = client end
                end
                served = served + #answered
                if #answered == 0 and not looked and served > 0 then
                    -- Nobody leaves: the worker is full, and should be quiet.
                    looked = true
                    local before, until_ = herd.cpu_seconds(pid) + herd.cpu_seconds(master.pid), sys.now() + 0.3
                    herd.wait_for(master, function() return sys.now() >= until_ end)
                    local used = herd.cpu_seconds(pid) + herd.cpu_seconds(master.pid) - before
                    assert.is_true(used < 0.2, ("%g s of 0.3"):format(used))
                end
                if looked then
                    for _, client in ipairs(clients) do
                        local gone = true
                        for _, one in ipairs(still) do gone = gone and one ~= client end
                        if gone then client:close() end
                    end
                end
                waiting = still
                sys.sleep(0.005)
            end
            assert.same({ pid }, herd.workers(master)) -- it lived through it
            assert.equal(0, leaks.count(leaks.zombies(master.pid)))
            stop(master)
        end)
    end
end)
