--- Who gets a connection: strict turns, fair shares for kept-alive ones, no turn for who is full or stalled.
local herd = require("spec.support.herd")
local http = require("spec.support.http")

local HERD = [[
    if cluster.isPrimary then
        local count = WORKERS
        for _ = 1, count do cluster.fork() end
        cluster.on("listening", function(w, address) say("listening", w.id, address.port) end)
        cluster.on("waiting", function(address, facts)
            say("waiting", address.address, address.port, facts.waiting, facts.dropped)
        end)
        return
    end
    local server = require("http").createServer(function(req, res)
        if req.url == "/block" then
            say("blocking")
            local until_ = process.uptime() + 1.5
            while process.uptime() < until_ do end
        end
        res:end_(tostring(cluster.worker.id))
    end)
    SETUP
    server:listen(0, "127.0.0.1")
]]

local function start(workers, setup)
    local master = herd.start((HERD:gsub("WORKERS", workers):gsub("SETUP", function()
        return setup or ""
    end)))
    local port
    for id = 1, workers do
        port = tonumber((master:expect(("listening %d (%%d+)\n"):format(id))))
    end
    return master, port
end

describe("round robin", function()
    after_each(herd.cleanup)

    it("gives every fourth connection of four workers to the same, in the order they came", function()
        local _, port = start(4)
        local turns = {}
        for i = 1, 24 do
            turns[i] = http.get(port).body
        end
        local seen = {}
        for i = 1, 4 do
            seen[turns[i]] = true
        end
        assert.same({ ["1"] = true, ["2"] = true, ["3"] = true, ["4"] = true }, seen)
        for i = 5, 24 do
            assert.equal(turns[i - 4], turns[i], table.concat(turns, " "))
        end
    end)

    it("spreads connections that stay open", function()
        local _, port = start(4)
        local clients, by = {}, {}
        for i = 1, 40 do
            clients[i] = http.connect(port)
        end
        for i = 1, 40 do
            clients[i]:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            local id = clients[i]:response().body
            by[id] = (by[id] or 0) + 1
        end
        assert.same({ ["1"] = 10, ["2"] = 10, ["3"] = 10, ["4"] = 10 }, by)
        -- And they stay where they are.
        for _ = 1, 3 do
            clients[7]:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            clients[7]:response()
        end
    end)

    it("passes over a worker that has been busy for long, and comes back to it", function()
        local master, port = start(2)
        local busy = http.connect(port)
        busy:send("GET /block HTTP/1.1\r\nHost: x\r\n\r\n")
        master:expect("blocking\n")
        local by = {}
        for _ = 1, 12 do
            local id = http.get(port).body
            by[id] = (by[id] or 0) + 1
        end
        local slow = busy:response().body
        local quick = slow == "1" and "2" or "1"
        assert.same({ [quick] = 12 }, by)
        herd.wait_for(master, function() return http.get(port).body == slow end, 5, "the turn of who was slow")
    end)

    it("keeps a client waiting, and no processor busy, while every worker is full", function()
        local master, port = start(2, "server.maxConnections = 2")
        local clients = {}
        for i = 1, 4 do
            clients[i] = http.connect(port)
            clients[i]:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            clients[i]:response()
        end
        local fifth = http.connect(port)
        fifth:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        local before = herd.cpu_seconds(master.pid)
        local sys = require("spec.support.sys")
        local until_ = sys.now() + 0.5
        herd.wait_for(master, function() return sys.now() >= until_ end)
        -- Refusals that bounce would take the whole half second.
        assert.is_true(herd.cpu_seconds(master.pid) - before < 0.25, "the master spins")
        assert.equal("", fifth.buffer)
        clients[1]:close()
        assert.truthy(fifth:response().body:find("^[12]$"))
    end)

    it("tells of clients that nobody has taken for a second, and when that is over", function()
        local master, port = start(2, "server.maxConnections = 1")
        local clients = {}
        for i = 1, 2 do
            clients[i] = http.connect(port)
            clients[i]:send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            clients[i]:response()
        end
        for i = 3, 4 do
            clients[i] = http.connect(port)
            clients[i]:send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        end
        master:expect(("waiting 127.0.0.1 %d true 0\n"):format(port))
        clients[1]:close()
        for i = 3, 4 do
            assert.truthy(clients[i]:response().body:find("^[12]$"))
        end
        master:expect(("waiting 127.0.0.1 %d false 0\n"):format(port))
        assert.equal(2, herd.count(master, "waiting "))
    end)

    it("serves two servers of each worker by themselves", function()
        local master = herd.start [[
            if cluster.isPrimary then
                for _ = 1, 2 do cluster.fork() end
                cluster.on("listening", function(w, address) say("listening", w.id, address.port) end)
                return
            end
            local net = require "net"
            for _, name in ipairs { "a", "b" } do
                net.createServer(function(socket) socket:end_(name .. cluster.worker.id) end):listen(0, "127.0.0.1")
            end
        ]]
        herd.expect_count(master, "listening", 4)
        local ports = {}
        for id, port in master:text():gmatch("listening (%d) (%d+)") do
            ports[port] = (ports[port] or 0) + tonumber(id)
        end
        local seen = {}
        for port, sum in pairs(ports) do
            assert.equal(3, sum) -- workers 1 and 2 at each of the two ports
            for _ = 1, 4 do
                local said = http.connect(tonumber(port)):read_to_end()
                seen[said] = (seen[said] or 0) + 1
            end
        end
        assert.same({ a1 = 2, a2 = 2, b1 = 2, b2 = 2 }, seen)
    end)

    it("starts anew when the last server has closed and listens again", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.fork()
                cluster.on("listening", function(w, address) say("listening", address.port) end)
                return
            end
            local net = require "net"
            local rounds = 0
            local function round()
                rounds = rounds + 1
                if rounds > 5 then process.exit(0) end
                local server = net.createServer()
                server:on("connection", function(socket)
                    say("round", rounds)
                    socket:destroy()
                    server:close(round)
                end)
                server:listen(0, "127.0.0.1", function() net.connect(server:address().port, "127.0.0.1") end)
            end
            round()
        ]]
        local done = master:wait_closed()
        assert.equal(0, done.code, done.stderr)
        assert.equal(5, #herd.lines(done, "^round"))
    end)
end)
