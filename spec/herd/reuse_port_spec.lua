--- listen({ reusePort = true }) in workers: each binds its own socket, and the master is not asked (node-api CL-87).
local herd = require("spec.support.herd")

describe("a worker that listens under reusePort", function()
    after_each(herd.cleanup)

    it("has its own socket at the port of the others, the kernel spreads, and its master does not know", function()
        local done = herd.run [[
            local net = require("net")
            if cluster.isPrimary then
                cluster.on("listening", function() say("asked") end)
                local port, count = nil, 0
                local by = {}
                local function connect(n)
                    if n == 0 then
                        say("served by both", by["1"] > 0 and by["2"] > 0, by["1"] + by["2"])
                        for _, w in pairs(cluster.workers) do w:kill() end
                        return
                    end
                    net.connect(port, "127.0.0.1"):on("data", function(id)
                        by[id] = (by[id] or 0) + 1
                    end):on("close", function() connect(n - 1) end)
                end
                cluster.on("message", function(_, message)
                    count = count + 1
                    port = port or message
                    say("listens", message == port)
                    if count == 1 then
                        cluster.fork({ PORT = port })
                    else
                        connect(100)
                    end
                end)
                cluster.fork({ PORT = 0 })
                return
            end
            local server = net.createServer(function(s) s:end_(tostring(cluster.worker.id)) end)
            server:listen({ port = tonumber(process.env.PORT), host = "127.0.0.1", reusePort = true }, function()
                process.send(server:address().port)
            end)
        ]]
        assert.same({ "listens true", "listens true", "served by both true 100" }, herd.lines(done), done.stderr)
        assert.equal(0, done.code)
    end)

    it("shares with none that does not: EADDRINUSE, told by its own listen", function()
        local done = herd.run [[
            local net = require("net")
            if cluster.isPrimary then
                local server = net.createServer():listen(0, "127.0.0.1")
                server:on("listening", function() cluster.fork({ PORT = server:address().port }) end)
                cluster.on("exit", function(_, code) say("exit", code) server:close() end)
                return
            end
            local server = net.createServer()
            server:on("error", function(err) say(err.code, err.syscall, server.listening) process.exit(3) end)
            server:listen({ port = tonumber(process.env.PORT), host = "127.0.0.1", reusePort = true })
        ]]
        assert.same({ "EADDRINUSE listen false", "exit 3" }, herd.lines(done), done.stderr)
    end)
end)
