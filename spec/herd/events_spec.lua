--- Events of a herd: which, in what order, with which arguments (node-api CL-20 to CL-29, CL-49, CL-50).
local herd = require("spec.support.herd")

describe("a worker's life, seen by the master", function()
    after_each(herd.cleanup)

    it("is setup, fork, online, message, disconnect, exit, in this order", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.on("setup", function(s) say("setup", s == cluster.settings, s.exec == process.argv[2]) end)
                cluster.on("fork", function(w) say("fork", w.id, w.state) end)
                cluster.on("online", function(w, more) say("online", w.id, w.state, more) end)
                cluster.on("message", function(w, message, handle)
                    say("message", w.id, message.text, handle)
                    w:disconnect()
                end)
                cluster.on("disconnect", function(w, more) say("disconnect", w.id, w.state, w:isConnected(), more) end)
                cluster.on("exit", function(w, code, signal) say("exit", w.id, w.state, w:isDead(), code, signal) end)
                local w = cluster.fork()
                say("forked", w.id, w.state, type(w.process.pid), w:isConnected(), w:isDead(), cluster.workers[1] == w)
            else
                process.send({ text = "hello" })
            end
        ]]
        assert.equal(0, done.code)
        assert.same({
            "forked 1 none number true false true",
            "setup true true",
            "fork 1 none",
            "online 1 online nil",
            "message 1 hello nil",
            "disconnect 1 disconnected false nil",
            "exit 1 dead true 0 nil",
        }, herd.lines(done))
    end)

    it("comes to the worker object first, without the worker; messages to the cluster first", function()
        local done = herd.run [[
            if cluster.isPrimary then
                local w = cluster.fork()
                for _, name in ipairs { "online", "disconnect", "exit", "message" } do
                    cluster.on(name, function(worker, ...) say("cluster", name, worker == w, ...) end)
                    w:on(name, function(...) say("worker", name, select("#", ...) > 0 and ... or "") end)
                end
                w.process:on("message", function(message) say("process message", message) end)
                w.process:on("exit", function(code, signal) say("process exit", code, signal) end)
            else
                process.send("m", function() process.exit(3) end)
            end
        ]]
        local text = table.concat(herd.lines(done), "\n")
        local function at(line)
            return text:find(line, 1, true) or error(("no %q in %s"):format(line, text))
        end
        assert.is_true(at("worker online") < at("cluster online true"))
        assert.is_true(at("cluster message true m") < at("worker message m"))
        assert.is_true(at("worker message m") < at("process message m"))
        assert.is_true(at("worker disconnect") < at("cluster disconnect true"))
        assert.is_true(at("worker exit 3") < at("cluster exit true 3 nil"))
        assert.is_true(at("cluster exit true 3 nil") < at("process exit 3 nil"))
        assert.is_true(at("cluster online") < at("cluster message"))
    end)

    it("ends with the signal's name where a signal ended it", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.on("exit", function(w, code, signal) say("exit", code, signal, w.process.signalCode) end)
                cluster.on("online", function(w) w.process:kill("SIGKILL") end)
                cluster.fork()
            end
        ]]
        assert.same({ "exit nil SIGKILL SIGKILL" }, herd.lines(done))
    end)

    it("has each of disconnect and exit once, for each of many", function()
        local done = herd.run [[
            if cluster.isPrimary then
                local seen = {}
                for _, name in ipairs { "disconnect", "exit" } do
                    cluster.on(name, function(w) seen[name .. w.id] = (seen[name .. w.id] or 0) + 1 end)
                end
                process.on("exit", function()
                    for id = 1, 6 do say(id, seen["disconnect" .. id], seen["exit" .. id]) end
                end)
                for id = 1, 6 do
                    local w = cluster.fork()
                    if id % 2 == 0 then w:on("online", function() w:kill("SIGKILL") end) end
                end
            else
                process.exit(0)
            end
        ]]
        assert.same({ "1 1 1", "2 1 1", "3 1 1", "4 1 1", "5 1 1", "6 1 1" }, herd.lines(done))
    end)

    it("leaves cluster.workers before the last of disconnect and exit", function()
        local done = herd.run [[
            if cluster.isPrimary then
                local left = 2
                local function last()
                    left = left - 1
                    if left == 0 then say(cluster.workers[1] ~= nil) end
                end
                cluster.on("disconnect", last)
                cluster.on("exit", last)
                cluster.fork()
            else
                process.exit(0)
            end
        ]]
        assert.same({ "false" }, herd.lines(done))
    end)
end)

describe("messages of a herd", function()
    after_each(herd.cleanup)

    it("go both ways in order and reach process and worker in the worker", function()
        local done = herd.run [[
            if cluster.isPrimary then
                local w = cluster.fork()
                for i = 1, 200 do w:send({ n = i }) end
                local expected = 1
                w:on("message", function(message)
                    assert(message.n == expected)
                    expected = expected + 1
                    if message.n == 200 then say("all", message.how) w:disconnect() end
                end)
            else
                local on_worker = 0
                cluster.worker:on("message", function() on_worker = on_worker + 1 end)
                process.on("message", function(message)
                    cluster.worker:send({ n = message.n, how = ("%d %d"):format(message.n, on_worker) })
                end)
            end
        ]]
        assert.equal(0, done.code, done.stderr)
        -- cluster.worker relays what process emits, and was there first.
        assert.same({ "all 200 200" }, herd.lines(done))
    end)

    it("sent right after the fork wait for the worker's script", function()
        local done = herd.run [[
            if cluster.isPrimary then
                local w = cluster.fork()
                w:send("early")
                w:on("message", function() w:disconnect() end)
            else
                process.on("message", function(message) say("got", message) process.send("done") end)
            end
        ]]
        assert.same({ "got early" }, herd.lines(done))
    end)

    it("that only look like the cluster's own are a user's, by the event Node has for them", function()
        local done = herd.run [[
            if cluster.isPrimary then
                local w = cluster.fork()
                cluster.on("listening", function() say("never") end)
                w:on("message", function(message) say("message", message) end)
                w.process:on("internalMessage", function(message, handle)
                    if message.forged then say("internal", message.act, handle) end
                end)
                cluster.on("exit", function(_, code) say("exit", code, w.exitedAfterDisconnect) end)
            else
                process.send({ cmd = "NODE_CLUSTER", act = "listening", seq = 1, forged = true,
                    address = "127.0.0.1", port = 1, addressType = 4 })
                process.send({ cmd = "NODE_CLUSTER", act = "exitedAfterDisconnect", seq = 2, forged = true })
                process.send("end", function() process.exit(4) end)
            end
        ]]
        assert.same({
            "internal listening nil",
            "internal exitedAfterDisconnect nil",
            "message end",
            "exit 4 false",
        }, herd.lines(done))
    end)

    it("of the cluster's own kind that make no sense are ignored", function()
        local done = herd.run [[
            local internal = require("moonherd.channel").sendInternal
            if cluster.isPrimary then
                local w = cluster.fork()
                for _, message in ipairs {
                    { cmd = "NODE_CLUSTER", act = "no such act" }, { cmd = "NODE_CLUSTER" },
                    { cmd = "NODE_CLUSTER", ack = 12345 }, { cmd = "NODE_OTHER" }, { act = "disconnect" },
                    { cmd = "NODE_CLUSTER", ack = "x" }, "text", 1, true, {},
                } do
                    internal(w.process, message)
                end
                w:on("message", function(message) say("alive", message) w:disconnect() end)
                cluster.on("exit", function(_, code) say("exit", code) end)
            else
                for _, message in ipairs {
                    { cmd = "NODE_CLUSTER", act = "no such act" }, { cmd = "NODE_CLUSTER", act = "close" },
                    { cmd = "NODE_CLUSTER", act = "close", key = "no key" },
                    { cmd = "NODE_CLUSTER", ack = 12345 }, { cmd = "NODE_CLUSTER", ack = {} },
                    { cmd = "NODE_CLUSTER", act = {} }, { cmd = "NODE_CLUSTER", act = "__index" }, { cmd = {} },
                    "text", 1,
                    { cmd = "NODE_CLUSTER", act = "listening" },
                } do
                    internal(process, message)
                end
                process.send("ok")
            end
        ]]
        assert.equal("", done.stderr)
        assert.same({ "alive ok", "exit 0" }, herd.lines(done))
        assert.equal(0, done.code)
    end)
end)
