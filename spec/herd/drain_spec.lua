--- Leaving under load: a worker that is asked to leave loses no request, and all workers can be replaced in turn.
local herd = require("spec.support.herd")
local http = require("spec.support.http")
local load = require("spec.support.load")

local HERD = [[
    if cluster.isPrimary then
        cluster.guard { workers = %d, respawn = { delay = 0 }, stop = { grace = %d } }
        local port
        cluster.on("listening", function(w, address)
            say("listening", w.id, address.port)
            port = address.port
        end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code, w.exitedAfterDisconnect) end)
        -- One after the other is asked to leave, as soon as the one before is replaced.
        local function replace(ids)
            local id = table.remove(ids, 1)
            if not id then return say("rolled") end
            local function listening(w)
                if w.id > id then
                    cluster.removeListener("listening", listening)
                    replace(ids)
                end
            end
            cluster.on("listening", listening)
            cluster.workers[id]:disconnect()
        end
        process.on("SIGUSR1", function()
            local ids = {}
            for id in pairs(cluster.workers) do ids[#ids + 1] = id end
            table.sort(ids)
            replace(ids)
        end)
        return
    end
    process.on("SIGUSR2", function() cluster.worker:disconnect() end)
    require("http").createServer(function(req, res)
        if req.url == "/slow" then
            say("slow")
            setTimeout(function() res:end_("slow answer") end, 300)
        else
            res:end_("worker " .. cluster.worker.id)
        end
    end):listen(0, "127.0.0.1")
]]

local function start(workers, grace)
    local master = herd.start(HERD:format(workers, grace or 60000))
    local port
    for id = 1, workers do
        port = tonumber((master:expect(("listening %d (%%d+)\n"):format(id))))
    end
    return master, port
end

local function expect_nothing_lost(clients)
    local result = clients:stop()
    assert.same({ 0, 0, 0, 0 }, { result.broken, result.refused, result.hung, result.wrong }, clients:describe())
    return result
end

describe("a worker that leaves", function()
    after_each(function()
        load.cleanup()
        herd.cleanup()
    end)

    for what, keep_alive in pairs { ["kept-alive connections"] = true, ["one connection per request"] = false } do
        it("loses no request, with " .. what, function()
            local master, port = start(3)
            local clients = load.start(port, { connections = 8, keep_alive = keep_alive })
            clients:answered(200)
            master:kill("SIGUSR1")
            clients:until_(function() return herd.count(master, "rolled\n") == 1 end, 10, "three replacements")
            clients:until_(function() return herd.count(master, "exit [123] 0 true\n") == 3 end, 10, "three exits")
            clients:answered(200)
            local result = expect_nothing_lost(clients)
            local by_new = 0
            for id = 4, 6 do
                by_new = by_new + (result.by["worker " .. id] or 0)
            end
            assert.is_true(by_new >= 200, clients:describe())
            master:kill("SIGTERM")
            assert.equal(0, master:wait_closed(10).code)
        end)
    end

    it("by its own decision loses no request either", function()
        local master, port = start(2)
        local clients = load.start(port, { connections = 6, keep_alive = true })
        clients:answered(100)
        herd.kill(herd.workers(master)[1], "SIGUSR2")
        clients:until_(function() return herd.count(master, "exit %d+ 0 true\n") == 1 end, 10, "its exit")
        clients:answered(100)
        expect_nothing_lost(clients)
    end)

    it("answers what it has, however slow, before it goes; who connects meanwhile waits for the next", function()
        local master, port = start(1)
        local client = http.connect(port)
        client:send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        master:expect("slow\n")
        master:kill("SIGUSR1")
        local meanwhile = http.connect(port)
        meanwhile:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        local answer = client:response()
        assert.equal("slow answer", answer.body)
        assert.equal("close", answer.headers.connection)
        assert.equal("", (client:read_to_end()))
        client:close()
        master:expect("exit 1 0 true")
        -- Perhaps it was accepted by the first before that knew that it had to leave: then it was answered by it.
        assert.truthy(meanwhile:response().body:find("^worker [12]$"))
    end)

    it("does not wait for idle connections", function()
        local master, port = start(1)
        local idle, silent = http.connect(port), http.connect(port)
        idle:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert.equal("worker 1", idle:response().body)
        master:kill("SIGUSR1")
        for _, client in ipairs { idle, silent } do
            assert.same({ "" }, { client:read_to_end() })
            client:close()
        end
        master:expect("exit 1 0 true")
    end)

    it("at SIGTERM of the herd loses nothing that it had accepted", function()
        local master, port = start(2)
        local clients = {}
        for i = 1, 6 do
            clients[i] = http.connect(port)
            clients[i]:send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        end
        herd.expect_count(master, "slow\n", 6)
        master:kill("SIGTERM")
        for i = 1, 6 do
            assert.equal("slow answer", clients[i]:response().body)
            assert.same({ "" }, { clients[i]:read_to_end() })
            clients[i]:close()
        end
        assert.equal(0, master:wait_closed(10).code)
        assert.is_nil((http.try_connect(port)))
    end)

    it("at SIGTERM is killed after the grace time by a client that never lets go", function()
        local master, port = start(1, 300)
        local client = http.connect(port)
        client:send("GET / HTTP/1.1\r\nHost: x\r\nX-Not-The-End: ")
        http.get(port)
        master:kill("SIGTERM")
        assert.equal(0, master:wait_closed(10).code)
    end)
end)
