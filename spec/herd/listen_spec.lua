--- Listening through the master: one socket per address, the same port for all, errors in the worker that asked
-- (node-api CL-80 to CL-96, Q-04, Q-05).
local herd = require("spec.support.herd")
local http = require("spec.support.http")
local leaks = require("spec.support.leaks")
local sys = require("spec.support.sys")

--- The inodes of the sockets that listen at a port of 127.0.0.1.
local function listening_inodes(port)
    local inodes = {}
    for line in (sys.slurp("/proc/net/tcp") or ""):gmatch("[^\n]+") do
        local inode = line:match((":%04X %%x+:%%x+ 0A %%S+ %%S+ %%S+ +%%d+ +%%d+ (%%d+)"):format(port))
        inodes[#inodes + 1] = inode
    end
    return inodes
end

local function has_socket(pid, inode)
    for _, target in pairs(leaks.fds(pid)) do
        if target == ("socket:[%s]"):format(inode) then
            return true
        end
    end
    return false
end

--- One request on a connection of its own; returns the body.
local function ask(port)
    return http.get(port, "/", { headers = { Connection = "close" } }).body
end

-- Two workers that answer with their ids, at one address; a line "at PORT" for each.
local TWO = [[
    if cluster.isPrimary then
        cluster.on("listening", function(worker, address) say("at", address.port, worker.id) end)
        cluster.fork()
        cluster.fork()
        return
    end
    require("http").createServer(function(_, res) res:end_(tostring(cluster.worker.id)) end):listen(0, "127.0.0.1")
]]

local function start_two(policy)
    local master = herd.start({ script = TWO, env = { NODE_CLUSTER_SCHED_POLICY = policy } })
    herd.expect_count(master, "at %d+", 2)
    local ports = herd.lines(master:text(), "^at")
    local port = tonumber(ports[1]:match("at (%d+)"))
    assert.equal(port, tonumber(ports[2]:match("at (%d+)")))
    return master, port
end

describe("an address that several workers listen at", function()
    after_each(herd.cleanup)

    it("is one socket of the master's, with port 0 the same port, and takes turns", function()
        local master, port = start_two("rr")
        local inodes = listening_inodes(port)
        assert.equal(1, #inodes)
        assert.is_true(has_socket(master.pid, inodes[1]))
        for _, pid in ipairs(herd.workers(master)) do
            assert.is_false(has_socket(pid, inodes[1]))
        end
        local served = { ["1"] = 0, ["2"] = 0 }
        for _ = 1, 20 do
            local id = ask(port)
            served[id] = served[id] + 1
        end
        assert.same({ ["1"] = 10, ["2"] = 10 }, served)
    end)

    it("is one socket that the workers share under SCHED_NONE", function()
        local master, port = start_two("none")
        local inodes = listening_inodes(port)
        assert.equal(1, #inodes)
        for _, pid in ipairs(herd.workers(master)) do
            assert.is_true(has_socket(pid, inodes[1]))
        end
        for _ = 1, 10 do
            assert.matches("^[12]$", ask(port))
        end
        -- Each of them alone serves it.
        herd.kill(herd.workers(master)[1])
        herd.wait_for(master, function() return #herd.workers(master) == 1 end, 5, "one worker")
        for _ = 1, 5 do
            assert.equal("2", ask(port))
        end
    end)

    it("is served by the others when one closes its server, and free when all have", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.on("listening", function(worker, address) say("at", address.port) end)
                cluster.on("message", function(worker, message) say(message, worker.id) end)
                cluster.fork()
                cluster.fork()
                process.on("SIGUSR1", function() cluster.workers[1]:send("close") end)
                process.on("SIGUSR2", function() cluster.workers[2]:send("close") end)
                return
            end
            local server = require("http").createServer(function(_, res) res:end_(tostring(cluster.worker.id)) end)
            server:listen(0, "127.0.0.1")
            process.on("message", function()
                server:close(function() process.send("closed") end)
            end)
        ]]
        herd.expect_count(master, "at %d+", 2)
        local port = tonumber(master:text():match("at (%d+)"))
        herd.kill(master.pid, "SIGUSR1")
        master:expect("closed 1")
        for _ = 1, 4 do
            assert.equal("2", ask(port))
        end
        herd.kill(master.pid, "SIGUSR2")
        master:expect("closed 2")
        herd.wait_for(master, function() return #listening_inodes(port) == 0 end, 5, "the address to be free")
        assert.equal(2, #herd.workers(master))
    end)

    it("goes to a worker that has room, when another is at its maxConnections", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.on("listening", function(_, address) say("at", address.port) end)
                cluster.fork()
                cluster.fork()
                return
            end
            local server = require("net").createServer(function(socket) socket:write(cluster.worker.id .. "\n") end)
            server.maxConnections = 1
            server:listen(0, "127.0.0.1")
        ]]
        herd.expect_count(master, "at %d+", 2)
        local port = tonumber(master:text():match("at (%d+)"))
        local first, second = http.connect(port), http.connect(port)
        local ids = { first:read(1), second:read(1) }
        table.sort(ids)
        assert.same({ "1", "2" }, ids)
        -- Both are full: the third waits, costs nothing, and is served when there is room.
        local third = http.connect(port)
        local before = herd.cpu_seconds(master.pid)
        sys.sleep(0.3)
        assert.is_true(herd.cpu_seconds(master.pid) - before < 0.15)
        first:close()
        assert.matches("[12]", third:read(1))
    end)
end)

describe("the listening event", function()
    after_each(herd.cleanup)

    it("has address, port and type, comes after online, to worker and cluster, once for each server", function()
        local done = herd.run [[
            if cluster.isPrimary then
                local w = cluster.fork()
                w:on("online", function() say("online", w.state) end)
                w:on("listening", function(a, ...)
                    say("worker", a.address, a.addressType, a.port > 0, w.state, ...)
                end)
                cluster.on("listening", function(worker, a)
                    say("cluster", worker == w, a.address)
                    if not a.address then cluster.disconnect() end
                end)
                return
            end
            local net = require "net"
            net.createServer():listen(0, "127.0.0.1", function() net.createServer():listen(0) end)
        ]]
        assert.same({
            "online online",
            "worker 127.0.0.1 4 true listening", "cluster true 127.0.0.1",
            "worker nil 4 true listening", "cluster true nil",
        }, herd.lines(done))
    end)
end)

describe("an address that cannot be had", function()
    after_each(herd.cleanup)

    -- Listens where SIGUSR1's argument says; tells its errors to the master.
    local ASKING = [[
        local net = require "net"
        local function listen(port)
            local server = net.createServer()
            server:on("error", function(err)
                process.send(("%s %s %d %s"):format(err.code, err.syscall, err.errno, err.message))
            end)
            server:listen(port, "127.0.0.1", function() process.send("listens") server:close() end)
        end
    ]]

    for _, policy in ipairs({ "rr", "none" }) do
        it("is an error in the worker that asks, EADDRINUSE, and no obstacle to others: " .. policy, function()
            local done = herd.run({ env = { NODE_CLUSTER_SCHED_POLICY = policy }, script = ASKING .. [[
                if cluster.isPrimary then
                    local blocker = net.createServer()
                    blocker:listen(0, "127.0.0.1", function()
                        local port = blocker:address().port
                        local heard = 0
                        cluster.on("message", function(worker, message)
                            say(worker.id, (message:gsub(":%d+", ":PORT")))
                            heard = heard + 1
                            if heard == 2 then
                                -- Free now: the failed attempts have left nothing behind.
                                blocker:close(function()
                                    for _, each in pairs(cluster.workers) do each:send(port) end
                                end)
                            elseif heard == 4 then
                                cluster.disconnect()
                            end
                        end)
                        cluster.fork({ TAKEN = port })
                        cluster.fork({ TAKEN = port })
                    end)
                    return
                end
                process.on("message", listen)
                listen(tonumber(process.env.TAKEN))
            ]] })
            local lines = herd.lines(done)
            table.sort(lines)
            assert.same({
                "1 EADDRINUSE bind -98 bind EADDRINUSE 127.0.0.1:PORT", "1 listens",
                "2 EADDRINUSE bind -98 bind EADDRINUSE 127.0.0.1:PORT", "2 listens",
            }, lines)
            assert.equal("", done.stderr)
            assert.equal(0, done.code)
        end)
    end

    it("is EACCES for a port that the master may not take", function()
        local first = tonumber(sys.slurp("/proc/sys/net/ipv4/ip_unprivileged_port_start")) or 1024
        if first <= 1 then
            return -- anybody may take any port here
        end
        local done = herd.run(ASKING .. [[
            if cluster.isPrimary then
                cluster.on("message", function(_, message) say(message) cluster.disconnect() end)
                cluster.fork()
                -- Root may take all of them; the worker's own rights are of no account.
                local ffi = require "ffi"
                ffi.cdef "int seteuid(unsigned)"
                ffi.C.seteuid(65534)
                return
            end
            listen(1)
        ]])
        assert.same({ "EACCES bind -13 bind EACCES 127.0.0.1:1" }, herd.lines(done))
    end)

    it("ends a worker that does not listen for the error, and nobody else", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.on("exit", function(worker, code) say("exit", worker.id, code) end)
                cluster.fork()
                return
            end
            require("net").createServer():listen("/nowhere/at/all.sock")
        ]]
        assert.same({ "exit 1 1" }, herd.lines(done))
        assert.matches("worker 1 %(pid %d+%): uncaught error: [^\n]*Error %[ENOENT%]: bind ENOENT /nowhere/at/all.sock",
            done.stderr)
    end)
end)

describe("a server of a worker", function()
    after_each(herd.cleanup)

    it("with exclusive has a socket of its own, and the master knows nothing of it", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.on("listening", function() say("listening") end)
                cluster.on("message", function(_, port) say("own", port) end)
                cluster.fork()
                return
            end
            local server = require("net").createServer()
            server:listen({ port = 0, host = "127.0.0.1", exclusive = true }, function()
                process.send(server:address().port)
            end)
        ]]
        local port = tonumber(master:expect("own (%d+)"))
        local inode = listening_inodes(port)[1]
        assert.is_false(has_socket(master.pid, inode))
        assert.is_true(has_socket(herd.workers(master)[1], inode))
        assert.equal(0, herd.count(master, "listening"))
    end)

    it("may be closed before the master has answered", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.on("listening", function() say("listening") end)
                cluster.on("exit", function(_, code) say("exit", code) end)
                cluster.fork()
                return
            end
            local server = require("net").createServer()
            server:on("listening", function() say("listening") end)
            server:listen(0)
            server:close(function(err) say("closed", err.code) cluster.worker:disconnect() end)
        ]]
        assert.same({ "closed ERR_SERVER_NOT_RUNNING", "exit 0" }, herd.lines(done))
    end)
end)
