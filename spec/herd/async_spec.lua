--- Tasks in a program of their own: in a herd, at exit, and what an operator sees of one that failed.
local herd = require("spec.support.herd")

describe("async in a herd", function()
    after_each(herd.cleanup)

    it("reads straight down in master and worker", function()
        local done = herd.run [[
            local async = require "async"
            if cluster.isWorker then
                return async.run(function()
                    say("worker got", (async.once(process, "message")))
                    process.send(async.call(process.send, "first") and "pong")
                    async.once(process, "message")
                end)
            end
            async.run(function()
                local worker = cluster.fork()
                say("online", async.once(worker, "online", 10000))
                say("sent", async.call(worker.send, worker, "ping"))
                say("answer", (async.once(worker, "message", 10000)))
                say("answer", (async.once(worker, "message", 10000)))
                local code, signal = async.once(worker, "message", 10000)
                say("killed by a signal that nobody sent", code, signal)
            end)
            cluster.on("message", function(worker, message)
                if message == "pong" then process.kill(worker.process.pid, "SIGKILL") end
            end)
        ]]
        assert.equal(0, done.code, done.stderr)
        assert.same({
            "online true",
            "sent true",
            "worker got ping",
            "answer first",
            "answer pong",
        }, { unpack(herd.lines(done), 1, 5) })
        assert.matches("killed by a signal that nobody sent nil .*ERR_CLOSED_WHILE_WAITING.*"
            .. "Worker 1 %(pid %d+%) ended before \"message\"", done.stdout)
    end)

    it("waits for cluster.disconnect, for events of cluster, and for all messages of a worker", function()
        local done = herd.run [[
            local async = require "async"
            if cluster.isWorker then
                for i = 1, 100 do process.send(i) end
                return process.on("message", function() end)
            end
            async.run(function()
                local first, second = cluster.fork(), cluster.fork()
                local sum = 0
                local task = async.run(function()
                    for i in async.on(first, "message") do
                        sum = sum + i
                        if i % 10 == 0 then async.sleep(1) end
                    end
                end)
                local counted = 0
                for worker in async.on(cluster, "message") do
                    counted = counted + 1
                    if counted == 200 then break end
                end
                first:kill()
                say("gone", async.once(cluster, "exit") == first)
                say("disconnected", async.call(cluster.disconnect))
                task:wait()
                say("sum", sum, second:isConnected())
            end)
        ]]
        assert.equal(0, done.code, done.stderr)
        assert.equal("", done.stderr)
        assert.same({ "gone true", "disconnected true", "sum 5050 false" }, herd.lines(done))
    end)

    it("writes to stdout and goes on when it is written", function()
        local done = herd.run [[
            require("async").run(function()
                local async = require "async"
                local big = ("x"):rep(1024 * 1024)
                say("written", async.call(process.stdout.write, process.stdout, big))
            end)
        ]]
        assert.equal(0, done.code, done.stderr)
        assert.matches("xwritten true\n$", done.stdout)
    end)
end)

describe("a task", function()
    after_each(herd.cleanup)

    it("that fails ends the process as any error does, with its own traceback", function()
        local done = herd.run [[
            local async = require "async"
            local function deep() async.sleep(1) error("in the deep") end
            async.run(function() deep() local _ end)
            setInterval(function() end, 1000)
        ]]
        assert.equal(1, done.code)
        assert.matches("^moonherd: uncaught error: .*herd%d+%.lua:2: in the deep\nstack traceback:\n"
            .. ".*herd%d+%.lua:2: in function 'deep'\n.*herd%d+%.lua:3: in function <", done.stderr)
        assert.is_nil(done.stderr:find("timers.lua", 1, true))
    end)

    it("that fails can be heard of by uncaughtException, and others go on", function()
        local done = herd.run [[
            local async = require "async"
            process.on("uncaughtException", function(err, origin, traceback)
                say("caught", err:match("%w+$"), origin, traceback:find("task.lua", 1, true) == nil)
            end)
            for _, word in ipairs { "one", "two" } do
                async.run(function() async.sleep(1) error(word) end)
            end
            async.run(function() async.sleep(50) say("went on") end)
        ]]
        assert.equal(0, done.code, done.stderr)
        assert.same({ "caught one uncaughtException true", "caught two uncaughtException true", "went on" },
            herd.lines(done))
    end)

    it("can end the process, from any depth of tasks", function()
        local done = herd.run [[
            local async = require "async"
            process.on("exit", function(code) say("exit", code) end)
            local bell = require("events").EventEmitter()
            async.run(function()
                async.once(bell, "ring")
                pcall(function() process.exit(9) end)
                say("not reached")
            end)
            async.run(function() async.sleep(1) bell:emit("ring") say("not reached either") end)
        ]]
        assert.equal(9, done.code)
        assert.same({ "exit 9" }, herd.lines(done))
    end)

    it("that waits for what never comes does not keep the program", function()
        local done = herd.run [[
            local async = require "async"
            async.run(function()
                async.once(require("events").EventEmitter(), "never")
                say("not reached")
            end)
            process.on("exit", function(code) say("exit", code) end)
        ]]
        assert.equal(0, done.code)
        assert.same({ "exit 0" }, herd.lines(done))
    end)

    it("that takes all memory ends its worker as one over the limit", function()
        local done = herd.run([[
            if cluster.isPrimary then
                cluster.guard { workers = 1, memory = { hard = 200 * 2 ^ 20 }, breaker = { deaths = 1 } }
                cluster.on("breaker", function(facts) say("cause", facts.causes.memory) process.exit(0) end)
                return
            end
            require("async").run(function()
                require("async").sleep(1)
                local hoard = {}
                while true do hoard[#hoard + 1] = ("x"):rep(1000) .. #hoard end
            end)
        ]], 20)
        assert.same({ "cause 1" }, herd.lines(done), done.stderr)
        assert.matches("memory limit of 200 MiB passed", done.stderr)
    end)
end)
