--- Leaving in order: worker:disconnect at both ends, cluster.disconnect, process.disconnect
-- (node-api CL-16, CL-43, CL-47, CL-51 to CL-55, CL-59, CL-60).
local herd = require("spec.support.herd")

describe("worker:disconnect()", function()
    after_each(herd.cleanup)

    it("in the master ends the worker with 0, marks it as asked for, and returns it", function()
        local done = herd.run [[
            if cluster.isWorker then return end
            local w = cluster.fork()
            w:on("online", function()
                say(w.exitedAfterDisconnect, w:disconnect() == w, w.exitedAfterDisconnect, cluster.workers[1])
            end)
            w:on("disconnect", function() say("disconnect", w.exitedAfterDisconnect, w:isConnected()) end)
            w:on("exit", function(code, signal) say("exit", code, signal, w.exitedAfterDisconnect) end)
        ]]
        assert.same({ "nil true true nil", "disconnect true false", "exit 0 nil true" }, herd.lines(done))
    end)

    it("in the worker tells the master first, and is not repeated", function()
        local done = herd.run [[
            if cluster.isWorker then
                local w = cluster.worker
                say("returned", w:disconnect() == w, w.exitedAfterDisconnect, w.state)
                w:disconnect()
                w:on("disconnect", function() say("in worker", w:isConnected()) end)
                return
            end
            local w = cluster.fork()
            w:on("disconnect", function() say("disconnect", w.exitedAfterDisconnect) end)
            w:on("exit", function(code) say("exit", code, w.exitedAfterDisconnect) end)
        ]]
        assert.same({ "returned true true disconnecting", "in worker false", "disconnect true", "exit 0 true" },
            herd.lines(done))
    end)

    it("leaves the worker its own work: timers end, then it exits with its own code", function()
        local done = herd.run [[
            if cluster.isWorker then
                process.on("disconnect", function()
                    setTimeout(function() say("work done") process.exit(5) end, 30)
                end)
                cluster.worker:disconnect()
                return
            end
            cluster.on("exit", function(w, code) say("exit", code, w.exitedAfterDisconnect) end)
            cluster.fork()
        ]]
        assert.same({ "work done", "exit 5 true" }, herd.lines(done))
    end)

    it("may be called before the worker is online, and again after it is dead", function()
        local done = herd.run [[
            if cluster.isWorker then return end
            local w = cluster.fork()
            w:disconnect()
            w:on("exit", function(code)
                say("exit", code, w.exitedAfterDisconnect)
                say((pcall(w.disconnect, w)))
                say((pcall(w.kill, w)))
                say(w:isConnected(), w:isDead())
            end)
        ]]
        assert.same({ "exit 0 true", "true", "true", "false true" }, herd.lines(done))
        assert.equal(0, done.code)
    end)

    it("at both ends at once is one orderly end", function()
        local done = herd.run [[
            if cluster.isWorker then
                process.send("now")
                cluster.worker:disconnect()
                return
            end
            local w = cluster.fork()
            w:on("message", function() w:disconnect() end)
            w:on("error", function(err) say("error", err.code) end)
            w:on("disconnect", function() say("disconnect", w.exitedAfterDisconnect) end)
            w:on("exit", function(code) say("exit", code) end)
        ]]
        assert.same({ "disconnect true", "exit 0" }, herd.lines(done))
        assert.equal("", done.stderr)
    end)

    it("twice in the master, and after the worker said it leaves, does no harm", function()
        local done = herd.run [[
            if cluster.isWorker then return end
            local w = cluster.fork()
            w:on("online", function() w:disconnect():disconnect() end)
            w:on("disconnect", function() w:disconnect() end)
            w:on("exit", function(code) say("exit", code) w:disconnect() end)
        ]]
        assert.same({ "exit 0" }, herd.lines(done))
        assert.equal("", done.stderr)
    end)

    it("of a worker that is killed meanwhile still ends in disconnect and exit", function()
        local done = herd.run [[
            if cluster.isWorker then while true do end end
            local w = cluster.fork()
            w:on("online", function()
                w:disconnect()
                setTimeout(function() w:kill("SIGKILL") end, 20)
            end)
            w:on("disconnect", function() say("disconnect", w.exitedAfterDisconnect) end)
            w:on("exit", function(code, signal) say("exit", code, signal, w.exitedAfterDisconnect) end)
        ]]
        assert.same({ "disconnect true", "exit nil SIGKILL true" }, herd.lines(done))
    end)
end)

describe("a channel that ends without word", function()
    after_each(herd.cleanup)

    it("process.disconnect() in a worker: it exits with 0, and was not asked for", function()
        local done = herd.run [[
            if cluster.isWorker then
                cluster.worker:on("disconnect", function() say("in worker", cluster.worker.exitedAfterDisconnect) end)
                process.disconnect()
                say("connected", process.connected)
                setInterval(function() end, 1000)
                return
            end
            local w = cluster.fork()
            w:on("disconnect", function() say("disconnect", w.exitedAfterDisconnect) end)
            w:on("exit", function(code) say("exit", code, w.exitedAfterDisconnect) end)
        ]]
        assert.same({ "connected false", "in worker nil", "disconnect false", "exit 0 false" }, herd.lines(done))
    end)

    it("worker.process:disconnect() in the master: the worker leaves with 0, whatever it does", function()
        local done = herd.run [[
            if cluster.isWorker then
                setInterval(function() end, 1000)
                return
            end
            local w = cluster.fork()
            w:on("online", function() w.process:disconnect() end)
            w:on("disconnect", function() say("disconnect", w.exitedAfterDisconnect) end)
            w:on("exit", function(code) say("exit", code, w.exitedAfterDisconnect) end)
        ]]
        assert.same({ "disconnect false", "exit 0 false" }, herd.lines(done))
    end)

    it("the worker's channel closed by hand in the worker is the same", function()
        local done = herd.run [[
            if cluster.isWorker then
                setImmediate(function()
                    require("ffi").cdef "int shutdown(int fd, int how);"
                    require("ffi").C.shutdown(process.channel.fd, 2)
                end)
                setInterval(function() end, 1000)
                return
            end
            local w = cluster.fork()
            w:on("exit", function(code) say("exit", code, w.exitedAfterDisconnect) end)
        ]]
        assert.same({ "exit 0 false" }, herd.lines(done))
    end)
end)

describe("cluster.disconnect()", function()
    after_each(herd.cleanup)

    it("calls back once, later, when the last worker is gone", function()
        local done = herd.run [[
            if cluster.isWorker then
                process.on("disconnect", function() setTimeout(function() end, cluster.worker.id * 30) end)
                return
            end
            local online, calls, gone = 0, 0, 0
            cluster.on("exit", function() gone = gone + 1 end)
            cluster.on("online", function()
                online = online + 1
                if online == 3 then
                    local inside = true
                    cluster.disconnect(function()
                        calls = calls + 1
                        say("called", calls, inside, gone, next(cluster.workers))
                    end)
                    say("empty", next(cluster.workers))
                    inside = false
                end
            end)
            for _ = 1, 3 do cluster.fork() end
        ]]
        -- The callback stands where the last worker has left the table; its exit event may still be under way.
        assert.equal("empty nil", herd.lines(done)[1])
        assert.truthy(herd.lines(done)[2]:find("^called 1 false [23] nil$"), herd.lines(done)[2])
        assert.equal(2, #herd.lines(done))
        assert.equal(0, done.code)
    end)

    it("without workers calls back on a later tick", function()
        local done = herd.run [[
            local inside = true
            cluster.disconnect(function() say("called", inside) end)
            inside = false
        ]]
        assert.same({ "called false" }, herd.lines(done))
    end)

    it("works again after new forks, and passes over those that have gone", function()
        local done = herd.run [[
            if cluster.isWorker then return end
            local rounds = 0
            local function round()
                rounds = rounds + 1
                if rounds > 3 then return say("rounds done") end
                cluster.fork()
                cluster.fork():on("online", function(w)
                    cluster.workers[rounds * 2]:kill("SIGKILL")
                    cluster.disconnect(round)
                end)
            end
            round()
        ]]
        assert.same({ "rounds done" }, herd.lines(done), done.stderr)
    end)

    it("of twelve workers that all leave at the same moment raises nothing", function()
        local done = herd.run [[
            if cluster.isWorker then
                process.on("message", function() cluster.worker:disconnect() end)
                process.send("ready")
                return
            end
            local ready, codes = 0, {}
            cluster.on("exit", function(w, code, signal)
                codes[tostring(code or signal)] = (codes[tostring(code or signal)] or 0) + 1
            end)
            cluster.on("message", function()
                ready = ready + 1
                if ready < 12 then return end
                for _, w in pairs(cluster.workers) do
                    w:on("error", function(err) say("error", err.code) end)
                    w:send("leave")
                    if w.id % 3 == 0 then w:disconnect() end
                    w:send("more")
                end
                cluster.disconnect(function() say("none left") end)
            end)
            process.on("exit", function() say("zeros", codes["0"]) end)
            for _ = 1, 12 do cluster.fork() end
        ]]
        assert.equal("", done.stderr)
        assert.equal(0, done.code)
        assert.same({ "none left", "zeros 12" }, herd.lines(done, "^[nz]"))
        for _, line in ipairs(herd.lines(done, "^error")) do
            assert.truthy(line:find("EPIPE") or line:find("ECONNRESET") or line:find("CHANNEL_CLOSED"), line)
        end
    end)
end)
