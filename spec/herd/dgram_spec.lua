--- UDP in a herd: one socket for an address, each datagram to one worker (node-api CL-97 to CL-99, DG-12 to DG-14).
local dgram = require("moonherd.dgram")
local herd = require("spec.support.herd")
local wait = require("spec.support.wait")

local PRELUDE = [[
    local dgram = require "dgram"
    cluster.schedulingPolicy = cluster.isPrimary and cluster["POLICY"] or nil
    if cluster.isPrimary then
        cluster.on("listening", function(w, a)
            say("listening", w.id, a.address, a.port, a.addressType, a.fd)
        end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
    end
]]

for _, policy in ipairs({ "SCHED_RR", "SCHED_NONE" }) do
    describe("UDP under " .. policy, function()
        local client

        after_each(function()
            if client then
                client:close()
                client = nil
                wait.drain()
            end
            herd.cleanup()
        end)

        local function start(script)
            return herd.start((PRELUDE:gsub("POLICY", policy)) .. script)
        end

        it("is one socket of the herd's: no datagram is lost, none comes twice", function()
            local master = start([[
                if cluster.isPrimary then cluster.fork() cluster.fork() return end
                local socket = dgram.createSocket("udp4")
                socket:on("message", function(text, from)
                    socket:send(cluster.worker.id .. " " .. text, from.port, from.address)
                end)
                socket:bind(0, "127.0.0.1")
            ]])
            herd.expect_count(master, "listening %d 127.0.0.1 %d+ udp4 %-1", 2)
            local ports = {}
            for port in master:text():gmatch("127.0.0.1 (%d+) udp4") do
                ports[#ports + 1] = tonumber(port)
            end
            assert.equal(ports[1], ports[2])
            local heard, count = {}, 0
            client = dgram.createSocket("udp4", function(text)
                local number = text:match("^%d+ (%d+)$")
                assert.is_nil(heard[number])
                heard[number] = true
                count = count + 1
            end)
            for i = 1, 100 do
                client:send(tostring(i), ports[1], "127.0.0.1")
            end
            wait(function() return count == 100 end, 10, "every answer")
        end)

        it("tells of a port in use, and the socket can bind again", function()
            local master = start([[
                if cluster.isPrimary then
                    local taken = dgram.createSocket("udp4")
                    taken:bind(0, "127.0.0.1", function()
                        cluster.fork({ TAKEN = taken:address().port })
                    end)
                    return
                end
                local socket = dgram.createSocket("udp4")
                socket:once("error", function(err)
                    say("error", err.code, err.syscall, err.port == tonumber(process.env.TAKEN))
                    socket:bind(0, "127.0.0.1", function() say("bound") end)
                end)
                socket:bind(tonumber(process.env.TAKEN), "127.0.0.1", function() say("wrong") end)
            ]])
            master:expect("error EADDRINUSE bind true\n")
            master:expect("bound\n")
            assert.is_nil(master:text():find("wrong"))
        end)

        it("exclusive, and what a send binds, are the worker's own", function()
            local master = start([[
                if cluster.isPrimary then cluster.fork() return end
                local own = dgram.createSocket("udp4")
                own:bind({ port = 0, address = "127.0.0.1", exclusive = true }, function()
                    local sender = dgram.createSocket("udp4")
                    sender:send("x", own:address().port, "127.0.0.1")
                    own:on("message", function() say("message") end)
                end)
            ]])
            master:expect("message\n")
            assert.same({}, herd.lines(master:text(), "^listening"))
        end)

        it("under reusePort is a socket of each worker's own, on one port, and each gets its clients", function()
            local master = start([[
                if cluster.isPrimary then
                    cluster.fork()
                    cluster.once("message", function(_, port) cluster.fork({ PORT = port }) end)
                    return
                end
                local socket = dgram.createSocket({ type = "udp4", reusePort = true })
                socket:on("message", function(text, from)
                    socket:send(cluster.worker.id .. text, from.port, from.address)
                end)
                socket:bind(tonumber(process.env.PORT) or 0, "127.0.0.1", function()
                    say("bound", socket:address().port)
                    process.send(socket:address().port)
                end)
            ]])
            herd.expect_count(master, "bound %d+\n", 2)
            local port = tonumber(master:text():match("bound (%d+)"))
            assert.is_truthy(master:text():find("bound " .. port .. "\nbound " .. port))
            assert.same({}, herd.lines(master:text(), "^listening"))
            -- The kernel chooses by the sender: many reach both workers, and each one of them always the same.
            local by_sender, workers = {}, {}
            local senders = {}
            local function settled()
                return workers["1"] and workers["2"] and #senders or nil
            end
            local function add()
                local sender = dgram.createSocket("udp4")
                senders[#senders + 1] = sender
                sender:on("message", function(text)
                    local worker, word = text:match("^(%d)(.*)$")
                    assert.is_true(by_sender[sender] == nil or by_sender[sender] == worker)
                    by_sender[sender], workers[worker] = worker, true
                    if word == "first" then
                        sender:send("second", port, "127.0.0.1")
                    elseif not settled() then
                        add()
                    end
                end)
                sender:send("first", port, "127.0.0.1")
            end
            add()
            wait(settled, 10, "both workers to be reached")
            for _, sender in ipairs(senders) do
                sender:close()
            end
            wait.drain()
        end)

        it("takes the master's descriptor by its number, and no other kind", function()
            local master = start([[
                local core = require "moonherd.core"
                if cluster.isPrimary then
                    local fd = core.datagramSocket("127.0.0.1", 0, {})
                    say("port", core.fdAddress(fd).port)
                    cluster.fork({ FD = fd })
                    return
                end
                local socket = dgram.createSocket("udp4")
                socket:bind({ fd = tonumber(process.env.FD) }, function()
                    say("bound", socket:address().port)
                    dgram.createSocket("udp4"):bind({ fd = 0 })
                        :on("error", function(err) say("error", err.code, err.syscall) end)
                end)
            ]])
            local port = master:expect("port (%d+)\n")
            master:expect("bound " .. port .. "\n")
            master:expect("error EINVAL open\n")
        end)

        it("close during bind calls nobody back; disconnect closes the socket, and the port is free", function()
            local master = start([[
                if cluster.isPrimary then
                    local worker = cluster.fork()
                    cluster.once("listening", function(_, a)
                        worker:disconnect()
                        cluster.once("exit", function()
                            dgram.createSocket("udp4"):bind(a.port, "127.0.0.1", function()
                                say("free")
                                process.exit()
                            end)
                        end)
                    end)
                    return
                end
                local early = dgram.createSocket("udp4")
                early:bind(0, function() say("wrong") end)
                early:close(function()
                    local socket = dgram.createSocket("udp4")
                    socket:bind(0, "127.0.0.1")
                    socket:on("close", function() say("closed") end)
                end)
            ]])
            master:expect("closed\n")
            master:expect("free\n")
            assert.is_nil(master:text():find("wrong"))
        end)

        it("unref before bind holds for the herd's socket", function()
            local master = start([[
                if cluster.isPrimary then cluster.fork() return end
                local socket = dgram.createSocket("udp4"):unref()
                socket:bind(0, "127.0.0.1", function() process.disconnect() end)
            ]])
            master:expect("exit 1 0\n")
        end)

        it("a socket can be sent with a message, and both ends receive", function()
            local master = start([[
                if cluster.isPrimary then
                    local socket = dgram.createSocket("udp4")
                    socket:bind(0, "127.0.0.1", function()
                        local worker = cluster.fork()
                        worker:on("online", function() worker:send("here", socket) end)
                        worker:on("message", function()
                            socket:close()
                            dgram.createSocket("udp4"):send("hello", socket_port, "127.0.0.1")
                        end)
                        socket_port = socket:address().port
                    end)
                    return
                end
                process.on("message", function(_, socket)
                    socket:on("message", function(text) say("got", text) end)
                    process.send("ready")
                end)
            ]])
            master:expect("got hello\n")
        end)
    end)
end
