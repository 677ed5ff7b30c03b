--- Ending without order: worker:kill and destroy at both ends, exitedAfterDisconnect for every way to go
-- (node-api CL-43 to CL-48, CL-57).
local herd = require("spec.support.herd")

describe("worker:kill()", function()
    after_each(herd.cleanup)

    it("in the master is a signal, SIGTERM unless named; destroy is the same", function()
        local done = herd.run [[
            if cluster.isWorker then setInterval(function() end, 1000) return end
            cluster.on("exit", function(w, code, signal) say(w.id, code, signal, w.exitedAfterDisconnect) end)
            cluster.fork():on("online", function() say("returns", (cluster.workers[1]:kill())) end)
            cluster.fork():on("online", function() cluster.workers[2]:destroy("SIGINT") end)
            cluster.fork():on("online", function() cluster.workers[3]:kill("SIGKILL") end)
        ]]
        local lines = herd.lines(done)
        table.sort(lines)
        assert.same({ "1 nil SIGTERM false", "2 nil SIGINT false", "3 nil SIGKILL false", "returns nil" }, lines)
    end)

    it("in the worker leaves with 0 at once, asked for, whatever the signal and the worker's work", function()
        local done = herd.run [[
            if cluster.isWorker then
                setInterval(function() end, 1000)
                if cluster.worker.id == 1 then cluster.worker:kill("SIGKILL") else cluster.worker:destroy() end
                cluster.worker:kill()
                say("still here", cluster.worker.exitedAfterDisconnect)
                return
            end
            cluster.on("exit", function(w, code, signal) say("exit", code, signal, w.exitedAfterDisconnect) end)
            cluster.fork()
            cluster.fork()
        ]]
        assert.same({ "exit 0 nil true", "exit 0 nil true" }, herd.lines(done, "^exit"))
        assert.equal(2, #herd.lines(done, "^still here true"))
    end)

    it("in a worker without channel exits with 0 at once", function()
        local done = herd.run [[
            if cluster.isWorker then
                cluster.worker:on("disconnect", function()
                    cluster.worker:kill()
                    say("not reached")
                end)
                process.disconnect()
                return
            end
            cluster.on("exit", function(w, code) say("exit", code, w.exitedAfterDisconnect) end)
            cluster.fork()
        ]]
        assert.same({ "exit 0 false" }, herd.lines(done))
    end)

    it("refuses a signal it does not know, and says false of who is gone", function()
        local done = herd.run [[
            if cluster.isWorker then process.exit(0) end
            local w = cluster.fork()
            local ok, err = pcall(w.kill, w, "SIGNOTHING")
            say(ok, err.code)
            w:on("exit", function() say(w.process:kill(), pcall(w.kill, w)) end)
        ]]
        assert.same({ "false ERR_UNKNOWN_SIGNAL", "false true" }, herd.lines(done))
    end)

    it("reaches a worker in an endless loop, which nothing gentler does", function()
        local done = herd.run [[
            if cluster.isWorker then process.send("loop", function() while true do end end) return end
            local w = cluster.fork()
            w:on("message", function()
                w:disconnect()
                w:kill("SIGTERM")
            end)
            w:on("exit", function(code, signal) say("exit", signal) end)
        ]]
        assert.same({ "exit SIGTERM" }, herd.lines(done))
    end)
end)

describe("exitedAfterDisconnect is, at the end of a worker that", function()
    after_each(herd.cleanup)

    -- What the worker does, what the master does once it is online, what it was then.
    local WAYS = {
        { "returns from its script and is let go", "", "w.process:disconnect()", "false" },
        { "exits with 0", "process.exit(0)", "", "false" },
        { "exits with 1", "process.exit(1)", "", "false" },
        { "throws", "error('thrown')", "", "false" },
        { "is killed", "", "w:kill('SIGKILL')", "false" },
        { "is told to disconnect", "", "w:disconnect()", "true" },
        { "disconnects by itself", "cluster.worker:disconnect()", "", "true" },
        { "destroys itself", "cluster.worker:destroy()", "", "true" },
        { "ends its channel", "process.disconnect()", "", "false" },
        { "is told to disconnect and killed", "while true do end", "w:disconnect() w:kill('SIGKILL')", "true" },
    }
    for _, way in ipairs(WAYS) do
        it(way[1] .. ": " .. way[4], function()
            local done = herd.run(([[
                if cluster.isWorker then
                    process.send("up", function() %s end)
                    return
                end
                local w = cluster.fork()
                w:on("message", function() say("before", w.exitedAfterDisconnect) %s end)
                w:on("exit", function() say("exit", w.exitedAfterDisconnect) end)
            ]]):format(way[2], way[3]))
            assert.same({ "before nil", "exit " .. way[4] }, herd.lines(done, "^[be]"), done.stderr)
        end)
    end
end)

describe("an error that nobody catches", function()
    after_each(herd.cleanup)

    it("in a worker's message handler is logged with its traceback, and its exit code is 1", function()
        local done = herd.run [[
            if cluster.isWorker then
                local function inner(message) error("cannot read " .. message) end
                process.on("message", function(message) inner(message) end)
                return
            end
            local w = cluster.fork()
            w:send("this")
            w:on("exit", function(code) say("exit", code) end)
        ]]
        assert.same({ "exit 1" }, herd.lines(done))
        assert.truthy(done.stderr:find("worker 1 %(pid %d+%): .-herd%d+%.lua:2: cannot read this\n"), done.stderr)
        assert.truthy(done.stderr:find("stack traceback:\n.-herd%d+%.lua:2: in function 'inner'"), done.stderr)
        assert.truthy(done.stderr:find("herd%d+%.lua:3: in function"), done.stderr)
        assert.equal(0, done.code)
    end)

    for what, code in pairs {
        timer = "setTimeout(function() error('thrown here') end, 1)",
        interval = "setInterval(function() error('thrown here') end, 1)",
        immediate = "setImmediate(function() error('thrown here') end)",
        tick = "process.nextTick(function() error('thrown here') end)",
        script = "error('thrown here')",
        ["disconnect listener"] = [[
            cluster.worker:on('disconnect', function() error('thrown here') end)
            process.disconnect()
        ]],
        ["send callback"] = "process.send('x', function() error('thrown here') end)",
        coroutine = "coroutine.wrap(function() error('thrown here') end)()",
        table = "error({ message = 'thrown here' })",
    } do
        it("in a worker's " .. what .. " ends it with 1 and is named on stderr", function()
            local done = herd.run(([[
                if cluster.isWorker then
                    %s
                    return
                end
                cluster.on("exit", function(_, code) say("exit", code) end)
                cluster.fork()
            ]]):format(code))
            assert.same({ "exit 1" }, herd.lines(done), done.stderr)
            assert.truthy(done.stderr:find("worker 1 %(pid %d+%): [^\n]*thrown here"), done.stderr)
        end)
    end

    it("in the master ends it with 1, and every worker with it", function()
        local master = herd.start [[
            if cluster.isWorker then
                say("worker", process.pid)
                setInterval(function() end, 1000)
                return
            end
            cluster.fork()
            cluster.on("online", function() setTimeout(function() error("master down") end, 20) end)
        ]]
        local pid = tonumber(master:expect("worker (%d+)"))
        local done = master:wait()
        assert.equal(1, done.code)
        assert.truthy(done.stderr:find("master down"))
        herd.expect_gone({ pid }, 2)
    end)

    it("in the master may be caught, and the herd lives on", function()
        local done = herd.run [[
            if cluster.isWorker then return end
            process.on("uncaughtException", function(err)
                say("caught", tostring(err):find("oops", 1, true) ~= nil)
                cluster.workers[1]:disconnect()
            end)
            cluster.on("exit", function(_, code) say("exit", code) end)
            cluster.fork():on("online", function() error("oops") end)
        ]]
        assert.same({ "caught true", "exit 0" }, herd.lines(done))
        assert.equal(0, done.code)
    end)
end)

describe("the timeout of a child", function()
    after_each(herd.cleanup)

    it("sends killSignal when it is over, and nothing to who has ended before", function()
        local done = herd.run [[
            local spawn = require("child_process").spawn
            local function watch(name, child)
                child:on("exit", function(code, signal) say(name, code, signal, child.killed) end)
            end
            watch("default", spawn("sleep", { "60" }, { timeout = 20 }))
            watch("named", spawn("sleep", { "60" }, { timeout = 20, killSignal = "sigint" }))
            watch("number", spawn("sleep", { "60" }, { timeout = 20, killSignal = 9 }))
            watch("in time", spawn("true", {}, { timeout = 60000 }))
            spawn("/no/such", {}, { timeout = 20 }):on("error", function(err) say(err.code) end)
        ]]
        local lines = herd.lines(done)
        table.sort(lines)
        assert.same({
            "ENOENT", "default nil SIGTERM true", "in time 0 nil false",
            "named nil SIGINT true", "number nil SIGKILL true",
        }, lines)
    end)

    it("is refused where it is none, before anything is started", function()
        local done = herd.run [[
            local cp = require "child_process"
            local function try(options)
                local ok, err = pcall(cp.spawn, "sleep", { "60" }, options)
                say(ok, err.code)
            end
            try { timeout = -1 }
            try { timeout = 1.5 }
            try { timeout = "5" }
            try { killSignal = "SIGNOTHING" }
            try { killSignal = 0 }
            try { killSignal = true }
        ]]
        assert.same({
            "false ERR_OUT_OF_RANGE", "false ERR_OUT_OF_RANGE", "false ERR_OUT_OF_RANGE",
            "false ERR_UNKNOWN_SIGNAL", "false ERR_UNKNOWN_SIGNAL", "false ERR_INVALID_ARG_TYPE",
        }, herd.lines(done))
        assert.equal("", done.stderr)
    end)
end)
