--- Workers that die or stop under load: what is lost is the request in hand, and no client waits for ever.
local herd = require("spec.support.herd")
local load = require("spec.support.load")

local HERD = [[
    if cluster.isPrimary then
        cluster.guard { workers = %d, respawn = { delay = 0 }, breaker = false,
            heartbeat = { interval = %d, misses = 3 }, stop = { grace = 2000 } }
        cluster.on("listening", function(w, address) say("listening", w.id, address.port, w.process.pid) end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
        cluster.on("zombie", function(w) say("zombie", w.id) end)
        return
    end
    require("http").createServer(function(req, res)
        if req.url == "/slow" then
            setTimeout(function() res:end_("slow") end, 200)
        elseif req.url == "/throw" then
            error("thrown by a request")
        elseif req.url == "/loop" then
            while true do end
        else
            res:end_("worker " .. cluster.worker.id)
        end
    end):listen(0, "127.0.0.1")
]]

local function start(workers, interval)
    local master = herd.start(HERD:format(workers, interval or 10000))
    local pids, port = {}, nil
    for id = 1, workers do
        local at, pid = master:expect(("listening %d (%%d+) (%%d+)\n"):format(id))
        port, pids[id] = tonumber(at), tonumber(pid)
    end
    return master, port, pids
end

local function stop(master)
    master:kill("SIGTERM")
    local done = master:wait_closed(10)
    assert.equal(0, done.code, done.stderr)
    return done
end

describe("under load", function()
    after_each(function()
        load.cleanup()
        herd.cleanup()
    end)

    it("a worker killed with -9 costs its requests in hand and nothing else", function()
        for _, keep_alive in ipairs { false, true } do
            local master, port, pids = start(3)
            local clients = load.start(port, { connections = 9, keep_alive = keep_alive })
            clients:answered(200)
            herd.kill(pids[1])
            clients:answered(100)
            herd.kill(pids[2])
            herd.expect_count(master, "listening [45] ", 2)
            clients:answered(300)
            local result = clients:stop()
            assert.same({ 0, 0, 0 }, { result.refused, result.hung, result.wrong }, clients:describe())
            -- Each client has at most one request in hand when a worker dies.
            assert.is_true(result.broken <= 2 * 9, clients:describe())
            stop(master)
        end
    end)

    it("a worker stopped by SIGSTOP keeps no new client waiting", function()
        local master, port, pids = start(2)
        local clients = load.start(port, { connections = 6 })
        clients:answered(60)
        herd.kill(pids[1], "SIGSTOP")
        clients:answered(150)
        assert.is_true(clients.result.by["worker 2"] >= 120, clients:describe())
        -- What it had claimed when it was stopped is its own, and answered when it goes on.
        herd.kill(pids[1], "SIGCONT")
        local before = clients.result.by["worker 1"] or 0
        clients:until_(function()
            return (clients.result.by["worker 1"] or 0) > before
        end, 5, "the worker that goes on")
        local result = clients:stop()
        assert.same({ 0, 0, 0, 0 }, { result.broken, result.refused, result.hung, result.wrong }, clients:describe())
        stop(master)
    end)

    it("a stopped worker is found to be a zombie, and its clients see an end", function()
        local master, port, pids = start(2, 200)
        local clients = load.start(port, { connections = 6, keep_alive = true })
        clients:answered(60)
        herd.kill(pids[1], "SIGSTOP")
        clients:until_(function() return herd.count(master, "listening 3 ") > 0 end, 10, "the replacement")
        clients:answered(60)
        local result = clients:stop()
        assert.same({ 0, 0, 0 }, { result.refused, result.hung, result.wrong }, clients:describe())
        assert.is_true(result.broken <= 6, clients:describe())
        assert.equal(1, herd.count(master, "zombie 1"))
        stop(master)
    end)

    it("a request that loops or throws costs those its worker has in hand", function()
        local master, port = start(3, 200)
        local clients = load.start(port, { connections = 6 })
        clients:answered(30)
        local killer = load.start(port, { connections = 1, path = "/throw" })
        killer:turn()
        clients:until_(function() killer:turn() return killer.result.broken > 0 end, 5, "the end of who threw")
        killer.stopping = true
        killer = load.start(port, { connections = 1, path = "/loop" })
        killer:turn()
        killer.stopping = true
        clients:until_(function()
            killer:turn()
            return killer.result.broken > 0 and herd.count(master, "exit %d+ SIGKILL") > 0
        end, 15, "the end of who looped")
        clients:answered(60)
        local result = clients:stop()
        assert.same({ 0, 0, 0 }, { result.refused, result.hung, result.wrong }, clients:describe())
        assert.is_true(result.broken <= 2 * 6, clients:describe())
        stop(master)
    end)

    it("all workers killed at once: who connects meanwhile is served by the replacements", function()
        local master, port, pids = start(2)
        local clients = load.start(port, { connections = 6 })
        clients:answered(60)
        for _, pid in ipairs(pids) do
            herd.kill(pid)
        end
        clients:answered(60)
        local result = clients:stop()
        assert.same({ 0, 0, 0 }, { result.refused, result.hung, result.wrong }, clients:describe())
        assert.is_true(result.broken <= 6, clients:describe())
        stop(master)
    end)
end)
