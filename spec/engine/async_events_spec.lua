--- async.once and async.on: events that a task waits for.
local abort = require("moonherd.abort")
local async = require("moonherd.async")
local child_process = require("moonherd.child_process")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local leaks = require("spec.support.leaks")
local proc = require("spec.support.proc")
local process = require("moonherd.process")
local sockets = require("spec.support.sockets")
local wait = require("spec.support.wait")

local bell

--- Runs a task to its end and returns what it returned.
local function result_of(fn)
    local results
    async.run(function()
        results = { n = select("#", fn()), fn() }
    end)
    wait.drain()
    return results
end

--- Starts a task; what it returned is in the table that comes back, once it has.
local function started(fn)
    local results = {}
    async.run(function()
        local function keep(...)
            results.n = select("#", ...)
            for i = 1, results.n do
                results[i] = (select(i, ...))
            end
        end
        keep(fn())
    end)
    return results
end

before_each(function()
    bell = events.EventEmitter()
end)

after_each(function()
    sockets.cleanup()
    assert.same({}, bell:eventNames(), "listeners are left")
    wait.drain()
end)

describe("async.once", function()
    it("returns the arguments: true for none, false for a first one that is nil", function()
        local CASES = {
            { {}, { n = 1, true } },
            { { n = 1 }, { n = 1, false } },
            { { n = 2, nil, "SIGKILL" }, { n = 2, false, "SIGKILL" } },
            { { n = 3, 1, nil, 3 }, { n = 3, 1, nil, 3 } },
            { { n = 1, false }, { n = 1, false } },
        }
        for _, case in ipairs(CASES) do
            local got = started(function() return async.once(bell, "ring") end)
            bell:emit("ring", unpack(case[1], 1, case[1].n or 0))
            assert.same(case[2], got)
            assert.same({}, bell:eventNames())
        end
    end)

    it("misses nothing when it is called again at once", function()
        local list = {}
        async.run(function()
            repeat
                list[#list + 1] = async.once(bell, "ring")
            until list[#list] == 5
        end)
        for i = 1, 7 do bell:emit("ring", i) end
        assert.same({ 1, 2, 3, 4, 5 }, list)
    end)

    it("returns nil and the argument of an error that comes instead", function()
        local boom = errors.new("Error", "EBOOM", "boom")
        for _, case in ipairs({ { boom, boom }, { "text", "text" }, { false, false } }) do
            local got = started(function() return async.once(bell, "ring", 1000) end)
            bell:emit("error", case[1])
            assert.same({ n = 2, nil, case[2] }, got)
            assert.same({}, bell:eventNames())
        end
        local got = started(function() return async.once(bell, "ring") end)
        bell:emit("error")
        assert.equal("ERR_UNHANDLED_ERROR", got[2].code)
        got = started(function() return async.once(bell, "error") end)
        bell:emit("error", boom)
        assert.same({ n = 1, boom }, got)
    end)

    it("names event, emitter and place at the timeout", function()
        local socket = sockets.own_socket(require("moonherd.net").Socket())
        local ok, err
        async.run(function() ok, err = async.once(socket, "connect", 5) end)
        wait.drain()
        assert.is_nil(ok)
        assert.equal("ETIMEDOUT", err.code)
        assert.equal('"connect" of Socket did not come within 5 ms', err.message)
        assert.matches("async_events_spec%.lua:%d+$", err.at)
        assert.same({}, socket:eventNames())
    end)

    it("waits for ever with math.huge, and as setTimeout with 0", function()
        local got = started(function() return async.once(bell, "ring", math.huge) end)
        bell:emit("ring")
        assert.same({ n = 1, true }, got)
        got = started(function() return async.once(bell, "ring", 0) end)
        wait.drain()
        assert.equal("ETIMEDOUT", got[2].code)
    end)

    it("leaves no timer behind when the event comes", function()
        local got = started(function() return async.once(bell, "ring", 1e6) end)
        bell:emit("ring")
        wait.drain(1)
        assert.same({ n = 1, true }, got)
    end)

    it("ends when the emitter does", function()
        local got = started(function() return async.once(bell, "ring") end)
        bell:emit("close")
        assert.is_nil(got[1])
        assert.equal("ERR_CLOSED_WHILE_WAITING", got[2].code)
        assert.equal('EventEmitter ended before "ring"', got[2].message)
        assert.matches("async_events_spec%.lua:%d+$", got[2].at)

        local client, peer = sockets.pair()
        got = started(function() return async.once(client, "data") end)
        local closed = started(function() return async.once(peer, "close") end)
        peer:resume()
        peer:end_()
        wait(function() return got.n and closed.n end)
        assert.equal("ERR_CLOSED_WHILE_WAITING", got[2].code)
        assert.same({ n = 1, false }, closed) -- hadError
    end)

    it("ends with its signal", function()
        local controller = abort.AbortController()
        local got = started(function() return async.once(bell, "ring", { signal = controller.signal }) end)
        controller:abort("why")
        assert.is_nil(got[1])
        assert.equal("ABORT_ERR", got[2].code)
        assert.equal("why", got[2].cause)
        assert.equal(0, controller.signal:listenerCount("abort"))
        got = started(function() return async.once(bell, "ring", { signal = controller.signal }) end)
        assert.equal("ABORT_ERR", got[2].code)
    end)

    it("leaves no listener when its task is cancelled", function()
        local task = async.run(function() async.once(bell, "ring", 1e6) end)
        assert.is_true(bell:listenerCount("ring") > 0)
        task:cancel()
        assert.same({}, bell:eventNames())
    end)

    it("lets any number of tasks wait for one event without a warning", function()
        local warnings = 0
        process.noWarnings = true
        process.on("warning", function() warnings = warnings + 1 end)
        local order = {}
        for i = 1, 3000 do
            async.run(function()
                async.once(bell, "ring", i % 2 == 0 and 1e6 or nil)
                order[#order + 1] = i
                if i % 3 == 0 then
                    async.once(bell, "ring")
                    order[#order + 1] = -i
                end
            end)
        end
        assert.equal(1, bell:listenerCount("ring"))
        bell:emit("ring")
        assert.equal(3000, #order)
        assert.equal(2999, order[2999])
        bell:emit("ring")
        assert.equal(4000, #order)
        assert.equal(-3000, order[4000])
        wait.drain()
        process.removeAllListeners("warning")
        process.noWarnings = false
        assert.equal(0, warnings)
    end)

    it("waits anew after removeAllListeners", function()
        started(function() return async.once(bell, "ring") end)
        bell:removeAllListeners()
        local got = started(function() return async.once(bell, "ring") end)
        bell:emit("ring", 7)
        assert.same({ n = 1, 7 }, got)
    end)

    it("takes cluster, process and whatever else is an emitter, and refuses the rest", function()
        local got = started(function() return async.once(process, "some event") end)
        process.emit("some event", 5)
        assert.same({ n = 1, 5 }, got)
        result_of(function()
            for _, bad in ipairs({ 5, "x", {}, { on = true } }) do
                assert.error_matches(function() async.once(bad, "x") end, "instance of EventEmitter")
            end
            assert.error_matches(function() async.once() end, "instance of EventEmitter")
            assert.error_matches(function() async.once(bell) end, 'ERR_MISSING_ARGS.*"eventName"')
            assert.error_matches(function() async.once(bell, 0 / 0) end, "must not be NaN")
            assert.error_matches(function() async.once(bell, "x", "y") end, 'ERR_INVALID_ARG_TYPE.*"options"')
            assert.error_matches(function() async.once(bell, "x", -1) end, 'ERR_OUT_OF_RANGE.*"options.timeout"')
            assert.error_matches(function() async.once(bell, "x", { timeout = "1" }) end, "options.timeout")
            assert.error_matches(function() async:once(bell, "x") end, "Call it with a dot: async.once")
        end)
    end)
end)

describe("async.on", function()
    it("gives every event in order, those that came meanwhile too, to a loop", function()
        local list = {}
        local task = async.run(function()
            for a, b in async.on(bell, "ring") do
                list[#list + 1] = tostring(a) .. tostring(b)
                async.sleep(1)
            end
        end)
        bell:emit("ring", 1, 2)
        bell:emit("ring")
        bell:emit("ring", nil, 3)
        bell:emit("ring", 4)
        bell:emit("close")
        bell:emit("ring", "after the end")
        wait.drain()
        assert.equal("done", task.status)
        assert.same({ "12", "truenil", "false3", "4nil" }, list)
    end)

    it("ends with an error, which it keeps", function()
        local kept
        async.run(function()
            local rings = async.on(bell, "ring")
            local count = 0
            for _ in rings do
                count = count + 1
                async.sleep(1)
            end
            kept = { count, rings.err, select("#", rings()), (select(2, rings())) }
        end)
        bell:emit("ring")
        bell:emit("ring")
        bell:emit("error", "boom")
        wait.drain()
        assert.same({ 2, "boom", 2, "boom" }, kept)
    end)

    it("says what to do when more comes than it keeps", function()
        local seen, err = 0, nil
        async.run(function()
            local rings = async.on(bell, "ring", { highWaterMark = 3 })
            async.sleep(1)
            for _ in rings do seen = seen + 1 end
            err = rings.err
        end)
        for i = 1, 10 do bell:emit("ring", i) end
        wait.drain()
        assert.equal(3, seen)
        assert.equal("ERR_EVENT_QUEUE_FULL", err.code)
        assert.equal('EventEmitter emitted "ring" 3 times while nobody took them, and cannot pause; no more are kept '
            .. "(options.highWaterMark of async.on)", err.message)
    end)

    it("keeps 1024 unless told otherwise", function()
        local rings
        async.run(function()
            rings = async.on(bell, "ring")
            async.sleep(1)
        end)
        for _ = 1, 1023 do bell:emit("ring") end
        assert.is_nil(rings.err)
        bell:emit("ring")
        assert.equal("ERR_EVENT_QUEUE_FULL", rings.err.code)
        wait.drain()
    end)

    it("pauses a stream that is too fast, and loses no byte of it", function()
        local client, peer = sockets.pair()
        local total = 4 * 2 ^ 20
        local got, most = 0, 0
        async.run(function()
            for bytes in async.on(client, "data", { highWaterMark = 2 }) do
                got = got + #bytes
                if client:isPaused() then
                    most = most + 1
                end
                async.sleep(1)
            end
        end)
        peer:end_(("x"):rep(total))
        wait(function() return got == total end, 20, "all bytes")
        assert.is_true(most > 0, "it was never paused")
        client:destroy()
    end)

    it("gives up on an emitter that goes on although it was paused", function()
        local pauses = 0
        local rings
        function bell.pause() pauses = pauses + 1 end
        function bell.resume() end
        async.run(function()
            rings = async.on(bell, "ring")
            async.sleep(1)
        end)
        for _ = 1, 5000 do bell:emit("ring") end
        assert.equal(1, pauses)
        assert.equal("ERR_EVENT_QUEUE_FULL", rings.err.code)
        wait.drain()
    end)

    it("listens no more after close, after the end of its task, and when nobody holds it", function()
        async.run(function()
            local rings = async.on(bell, "ring")
            rings:close()
            assert.same({}, bell:eventNames())
            assert.is_nil(rings())
            async.on(bell, "ring")
        end)
        assert.same({}, bell:eventNames())

        local failing = async.run(function()
            async.on(bell, "ring")
            async.sleep(1e6)
        end)
        failing:cancel()
        assert.same({}, bell:eventNames())

        async.run(function()
            local function first_only()
                for n in async.on(bell, "ring") do
                    if n == true then return end
                end
            end
            first_only()
            async.sleep(1)
            collectgarbage()
            bell:emit("ring")
            assert.same({}, bell:eventNames())
            async.sleep(1)
        end)
        bell:emit("ring")
        wait.drain()
    end)

    it("is not collected while a task waits for it", function()
        local count = 0
        async.run(function()
            for _ in async.on(bell, "ring") do count = count + 1 end
        end)
        for _ = 1, 5 do
            collectgarbage()
            bell:emit("ring")
        end
        assert.equal(5, count)
        bell:emit("close")
    end)

    it("ends with its signal", function()
        local controller = abort.AbortController()
        local err
        async.run(function()
            local rings = async.on(bell, "ring", { signal = controller.signal })
            for _ in rings do error("no event was emitted") end
            err = rings.err
        end)
        controller:abort()
        assert.equal("ABORT_ERR", err.code)
        assert.equal(0, controller.signal:listenerCount("abort"))
    end)

    it("ends the messages of a child when it disconnects or dies", function()
        local before = leaks.snapshot()
        for _, ending in ipairs({ "disconnect", "kill" }) do
            local child = child_process.fork("spec/fixtures/async_child.lua", { execPath = proc.bin })
            local list = {}
            local task = async.run(function()
                for message in async.on(child, "message") do list[#list + 1] = message end
                async.once(child, "close")
            end)
            wait(function() return #list == 3 end, 5, "three messages")
            child[ending](child)
            wait(function() return task.status == "done" end, 5, "the end of the task")
            assert.same({ 1, 2, 3 }, list)
            assert.same({}, child:eventNames())
        end
        leaks.check(before)
    end)

    it("lets one task wait at a time", function()
        local rings = async.on(bell, "ring")
        async.run(function() rings() end)
        async.run(function()
            local ok, err = pcall(rings)
            assert.is_false(ok)
            assert.equal("ERR_TASK_DEADLOCK", err.code)
        end)
        rings:close()
    end)

    it("refuses what is wrong", function()
        assert.error_matches(function() async.on(5, "x") end, "instance of EventEmitter")
        assert.error_matches(function() async.on(bell) end, 'ERR_MISSING_ARGS.*"eventName"')
        assert.error_matches(function() async.on(bell, "x", 5) end, 'ERR_INVALID_ARG_TYPE.*"options"')
        assert.error_matches(function() async.on(bell, "x", { highWaterMark = 0 }) end, "options.highWaterMark")
        assert.error_matches(function() async.on(bell, "x", { signal = 0 }) end, "options.signal")
        assert.error_matches(function() async:on(bell, "x") end, "Call it with a dot: async.on")
        local rings = async.on(bell, "x")
        assert.error_matches(function() rings.close() end, "Call it with a colon: events:close")
        rings:close()
    end)
end)
