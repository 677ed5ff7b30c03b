--- Which addresses are one and which are not, in both policies (node-api CL-75 to CL-84, CL-92, Q-05, Q-18).
local files = require("spec.support.files")
local herd = require("spec.support.herd")
local http = require("spec.support.http")

local PRELUDE = [[
    local net = require "net"
    cluster.schedulingPolicy = cluster.isPrimary and cluster["POLICY"] or nil
    if cluster.isPrimary then
        cluster.on("listening", function(w, a)
            say("listening", w.id, a.address, a.port, a.addressType, a.fd)
        end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
    end
    local function server(name)
        return net.createServer(function(socket) socket:end_(name .. cluster.worker.id) end)
            :on("error", function(err) say("error", name, err.code, err.syscall, err.port) end)
    end
]]

local function start(policy, script)
    return herd.start((PRELUDE:gsub("POLICY", policy)) .. script)
end

local function said(port, host)
    return (http.connect(port, host):read_to_end())
end

for _, policy in ipairs { "SCHED_RR", "SCHED_NONE" } do
    describe("under " .. policy, function()
        after_each(herd.cleanup)

        it("the same port twice in one worker is EADDRINUSE, and the port is free for it afterwards", function()
            local master = start(policy, [[
                if cluster.isPrimary then cluster.fork() return end
                local first = server("a")
                first:listen(0, "127.0.0.1", function()
                    local port = first:address().port
                    server("b"):on("error", function()
                        first:close(function()
                            server("c"):listen(port, "127.0.0.1", function() say("again", port) end)
                        end)
                    end):listen(port, "127.0.0.1")
                end)
            ]])
            local port = tonumber((master:expect("again (%d+)\n")))
            assert.same({ "error b EADDRINUSE bind " .. port }, herd.lines(master:text(), "^error"))
            assert.equal("c1", said(port))
        end)

        it("port 0 is one port for the first of each worker, another for the second", function()
            local master = start(policy, [[
                if cluster.isPrimary then cluster.fork() cluster.fork() return end
                server("a"):listen(0, "127.0.0.1", function()
                    server("b"):listen(0, "127.0.0.1")
                end)
            ]])
            herd.expect_count(master, "listening", 4)
            local ports = { {}, {} }
            for id, port in master:text():gmatch("listening (%d) 127.0.0.1 (%d+) 4 nil") do
                table.insert(ports[tonumber(id)], port)
            end
            assert.equal(2, #ports[1])
            assert.same(ports[1], ports[2])
            assert.not_equal(ports[1][1], ports[1][2])
            assert.equal("a", said(tonumber(ports[1][1])):sub(1, 1))
            assert.equal("b", said(tonumber(ports[1][2])):sub(1, 1))
        end)

        it("without a host both families are served, where there are two", function()
            local master = start(policy, [[
                if cluster.isPrimary then cluster.fork() return end
                local one = server("a")
                one:listen(0, function() say("address", one:address().address, one:address().port) end)
            ]])
            local address, port = master:expect("address (%S+) (%d+)\n")
            master:expect("listening 1 nil " .. port .. " 4 nil\n")
            assert.equal("a1", said(tonumber(port)))
            if address == "::" then
                assert.equal("a1", said(tonumber(port), "::1"))
            else
                assert.equal("0.0.0.0", address)
            end
        end)

        it("a closed server's address can be had again, many times, by all", function()
            local master = start(policy, [[
                if cluster.isPrimary then cluster.fork() cluster.fork() return end
                local rounds = 0
                local function round()
                    rounds = rounds + 1
                    if rounds > 10 then say("rounds done") return cluster.worker:disconnect() end
                    local one = server("a")
                    one:listen(0, "127.0.0.1", function() one:close(round) end)
                end
                round()
            ]])
            local done = master:wait_closed()
            assert.equal(2, #herd.lines(done, "^rounds done"), done.stderr)
            assert.same({ "exit 1 0", "exit 2 0" }, (function()
                local exits = herd.lines(done, "^exit")
                table.sort(exits)
                return exits
            end)())
            assert.same({}, herd.lines(done, "^error"))
        end)

        it("an unref'ed server does not keep a worker that has nothing else to do and no channel", function()
            local master = start(policy, [[
                if cluster.isPrimary then
                    cluster.fork()
                    return
                end
                local one = server("a")
                one:unref()
                one:ref()
                one:unref()
                one:listen(0, "127.0.0.1", function()
                    say("serves")
                    process.removeAllListeners("disconnect")
                    process.removeAllListeners("message")
                end)
            ]])
            local done = master:wait_closed()
            assert.same({ "exit 1 0" }, herd.lines(done, "^exit"))
        end)

        it("a UNIX path is one socket for all, and its file is removed with the last", function()
            local path = files.path("s")
            local master = herd.start {
                script = (PRELUDE:gsub("POLICY", policy)) .. [[
                    if cluster.isPrimary then cluster.fork() cluster.fork() return end
                    server("a"):listen(process.env.SOCKET)
                ]],
                env = { SOCKET = path },
            }
            herd.expect_count(master, ("listening %%d %s %%-1 %%-1 nil\n"):format((path:gsub("%p", "%%%0"))), 2)
            assert.truthy(said(path):find("^a[12]$"))
            for _, pid in ipairs(herd.workers(master)) do
                herd.kill(pid)
            end
            master:wait_closed()
            assert.is_nil(io.open(path))
        end)

        it("a descriptor of the master's that listens can be named", function()
            local master = start(policy, [[
                if cluster.isPrimary then
                    local one = net.createServer()
                    one:listen(0, "127.0.0.1", function()
                        say("port", one:address().port)
                        cluster.fork({ LISTENER = one._source:fd() })
                    end)
                    return
                end
                server("a"):listen({ fd = tonumber(process.env.LISTENER) })
            ]])
            local port = master:expect("port (%d+)\n")
            master:expect("listening 1 nil " .. port .. " %S+ %d+\n")
        end)
    end)
end

describe("a listening address", function()
    after_each(herd.cleanup)

    it("is refused once nobody serves it, without guard", function()
        local master = start("SCHED_RR", [[
            if cluster.isPrimary then
                cluster.fork()
                setInterval(function() end, 1000)
                return
            end
            server("a"):listen(0, "127.0.0.1")
        ]])
        local port = tonumber((master:expect("listening 1 127.0.0.1 (%d+)")))
        assert.equal("a1", said(port))
        herd.kill(herd.workers(master)[1])
        master:expect("exit 1")
        herd.wait_for(master, function()
            local client, reason = http.try_connect(port)
            if client then client:close() end
            return reason == "Connection refused"
        end)
    end)

    it("keeps its clients under guard while its only worker is replaced", function()
        local master = start("SCHED_RR", [[
            if cluster.isPrimary then
                cluster.guard { workers = 1, respawn = { delay = 100 } }
                return
            end
            server("a"):listen(0, "127.0.0.1")
        ]])
        local port = tonumber((master:expect("listening 1 127.0.0.1 (%d+)")))
        herd.kill(herd.workers(master)[1])
        master:expect("exit 1")
        local clients = {}
        for i = 1, 10 do
            clients[i] = http.connect(port)
        end
        for i = 1, 10 do
            assert.equal("a2", (clients[i]:read_to_end()))
        end
        master:expect("listening 2 127.0.0.1 " .. port)
    end)
end)
