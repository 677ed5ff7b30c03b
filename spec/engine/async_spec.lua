--- Tasks: how they run, wait, end, fail and are cancelled. Events are async_events_spec's, callbacks async_call_spec's.
local abort = require("moonherd.abort")
local async = require("moonherd.async")
local calls = require("spec.support.calls")
local core = require("moonherd.core")
local events = require("moonherd.events")
local process = require("moonherd.process")
local tick = require("moonherd.tick")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")

local log

local function note(...)
    log[#log + 1] = table.concat({ ... }, " ")
end

--- Runs a task to its end and returns what it returned.
local function result_of(fn)
    local results
    async.run(function()
        results = { fn() }
    end)
    wait.drain()
    return unpack(results)
end

--- Runs `fn` with every uncaught error in the list that comes back, as { err, traceback }.
local function uncaught_of(fn)
    local list = {}
    if process.hasUncaughtExceptionCaptureCallback() then
        process.setUncaughtExceptionCaptureCallback(nil)
    end
    process.setUncaughtExceptionCaptureCallback(function(err, traceback)
        list[#list + 1] = { err, traceback }
    end)
    wait.captured = false
    fn()
    wait.drain()
    process.setUncaughtExceptionCaptureCallback(nil)
    return list
end

local function thrower()
    error("thrown")
end

before_each(function()
    log = {}
end)

after_each(function()
    calls.verify()
    assert.is_false(core.run(0), "something is left on the loop")
end)

describe("async.run", function()
    it("runs at once up to the first wait, and passes arguments with their holes", function()
        async.run(function(...)
            assert.equal(3, select("#", ...))
            assert.same({ 1, nil, 3 }, { ... })
            note("before")
            async.sleep(1)
            note("after")
        end, 1, nil, 3)
        note("caller")
        wait.drain()
        assert.same({ "before", "caller", "after" }, log)
    end)

    it("tells what became of a task", function()
        local task = async.run(function() async.sleep(1) end)
        assert.equal("waiting", task.status)
        wait.drain()
        assert.equal("done", task.status)
        local inside
        inside = async.run(function()
            async.sleep(1)
            note(inside.status)
        end)
        wait.drain()
        assert.same({ "running" }, log)
    end)

    it("takes anything that can be called", function()
        local callable = setmetatable({}, { __call = function(self, a) note(type(self), a) end })
        async.run(callable, "x")
        assert.same({ "table x" }, log)
    end)

    it("keeps thousands of tasks apart", function()
        local done, sum = 0, 0
        for i = 1, 5000 do
            async.run(function()
                async.sleep(i % 7)
                local mine = i
                async.sleep(1)
                done, sum = done + 1, sum + mine
            end)
        end
        wait.drain(20)
        assert.equal(5000, done)
        assert.equal(5000 * 5001 / 2, sum)
    end)

    it("lets pcall and generators stand around a wait", function()
        assert.same({ false, "boom", 1, 2, 3 }, { result_of(function()
            local ok, err = pcall(function()
                async.sleep(1)
                error("boom", 0)
            end)
            local function each()
                for i = 1, 3 do coroutine.yield(i) end
            end
            local list = { ok, err }
            for i in coroutine.wrap(each) do
                async.sleep(1)
                list[#list + 1] = i
            end
            return unpack(list)
        end) })
    end)

    it("goes on before what the callback put off, and among the timers in their order", function()
        local bell = events.EventEmitter()
        bell:on("ring", function() note("listener before") end)
        async.run(function()
            async.once(bell, "ring")
            note("task")
        end)
        bell:on("ring", function() note("listener after") end)
        timers.setTimeout(function()
            tick.add(note, "tick")
            bell:emit("ring")
            note("emitted")
        end, 1)
        timers.setTimeout(note, 5, "timer before")
        async.run(function()
            async.sleep(5)
            note("slept")
        end)
        timers.setTimeout(note, 5, "timer after")
        wait.drain()
        assert.same({
            "listener before", "task", "listener after", "emitted", "tick", "timer before", "slept", "timer after",
        }, log)
    end)

    it("keeps no program alive by itself", function()
        async.run(function() async.once(events.EventEmitter(), "never") end)
        assert.is_false(core.run(0))
    end)

    it("refuses what cannot be called", function()
        assert.error_matches(function() async.run() end, 'ERR_INVALID_ARG_TYPE.*"fn"')
        assert.error_matches(function() async.run({}) end, 'ERR_INVALID_ARG_TYPE.*"fn"')
        assert.error_matches(function() async:run(thrower) end, "Call it with a dot: async.run")
        assert.error_matches(function() async.wrap("x") end, 'ERR_INVALID_ARG_TYPE.*"fn"')
    end)
end)

describe("an error in a task", function()
    it("is uncaught, as it was raised, with the traceback of the task", function()
        local task
        local list = uncaught_of(function()
            task = async.run(function()
                async.sleep(1)
                local nothing = tonumber("nothing")
                return nothing.field
            end)
        end)
        assert.equal(1, #list)
        assert.matches("async_spec%.lua:%d+: attempt to index local 'nothing'", list[1][1])
        assert.matches("async_spec%.lua:%d+: in function <", list[1][2])
        assert.is_nil(list[1][2]:find("timers.lua", 1, true)) -- not of who resumed it
        assert.equal("failed", task.status)
    end)

    it("does not stop what called it: a listener behind it is called, and the rest of the caller runs", function()
        local bell = events.EventEmitter()
        local list = uncaught_of(function()
            async.run(function()
                async.once(bell, "ring")
                error({ "a table" })
            end)
            bell:on("ring", function() note("listener") end)
            assert.is_true(bell:emit("ring"))
            async.run(thrower)
            note("caller")
        end)
        assert.same({ "listener", "caller" }, log)
        assert.same({ "a table" }, list[1][1])
        assert.matches("thrown", list[2][1])
    end)

    it("goes to who waits for the task, with the way it took", function()
        local list = uncaught_of(function()
            local task = async.run(function()
                async.sleep(1)
                thrower()
            end)
            async.run(function()
                local ok, err = pcall(task.wait, task)
                note(tostring(ok), (err:gsub("^.*: ", "")))
                task:wait()
            end)
        end)
        assert.same({ "false thrown" }, log)
        assert.equal(1, #list)
        assert.matches("thrower.*waited for here.*in function 'wait'", list[1][2])
        assert.is_nil(list[1][2]:find("xpcall", 1, true), "how we came to call the task is no news: " .. list[1][2])
    end)

    it("is uncaught when who waited for the task has given up", function()
        local list = uncaught_of(function()
            local task = async.run(function()
                async.sleep(10)
                thrower()
            end)
            async.run(function()
                local ok, err = task:wait(1)
                note(tostring(ok), err.code)
            end)
        end)
        assert.same({ "nil ETIMEDOUT" }, log)
        assert.equal(1, #list)
    end)
end)

describe("task:wait", function()
    it("returns what the task returned, whenever it is asked", function()
        local function work() async.sleep(1) return 1, nil, "three", nil end
        local task = async.run(work)
        assert.same({ n = 4, 1, nil, "three" }, result_of(function()
            local first = { n = select("#", task:wait()), task:wait() }
            assert.same(first, { n = select("#", task:wait()), task:wait() })
            return first
        end))
    end)

    it("ends at its timeout or with its signal, and the task goes on", function()
        local task = async.run(function() async.sleep(30) return "done" end)
        local controller = abort.AbortController()
        timers.setTimeout(function() controller:abort("enough") end, 1)
        result_of(function()
            local ok, err = task:wait(1)
            assert.is_nil(ok)
            assert.equal("ETIMEDOUT", err.code)
            assert.equal("The end of the task did not come within 1 ms", err.message)
            assert.matches("async_spec%.lua:%d+$", err.at)
            ok, err = task:wait({ signal = controller.signal })
            assert.is_nil(ok)
            assert.equal("ABORT_ERR", err.code)
            assert.equal("enough", err.cause)
            assert.equal("done", task:wait())
        end)
        assert.equal(0, controller.signal:listenerCount("abort"))
    end)

    it("passes along a chain of any length", function()
        local task = async.run(function() async.sleep(1) return 0 end)
        for _ = 1, 20000 do
            local former = task
            task = async.run(function() return former:wait() + 1 end)
        end
        wait.drain(20)
        assert.equal(20000, result_of(function() return task:wait() end))
    end)

    it("refuses the task itself, and what is wrong", function()
        local task
        task = async.run(function()
            async.sleep(1)
            local ok, err = pcall(task.wait, task)
            assert.is_false(ok)
            assert.equal("ERR_TASK_DEADLOCK", err.code)
            assert.error_matches(function() task.wait() end, "Call it with a colon: task:wait")
            assert.error_matches(function() task:wait("x") end, 'ERR_INVALID_ARG_TYPE.*"options"')
            assert.error_matches(function() task:wait(-1) end, 'ERR_OUT_OF_RANGE.*"options.timeout"')
            assert.error_matches(function() task:wait(0 / 0) end, 'ERR_OUT_OF_RANGE.*"options.timeout"')
            assert.error_matches(function() task:wait({ signal = {} }) end, "AbortSignal")
            note("all refused")
        end)
        wait.drain()
        assert.same({ "all refused" }, log)
    end)
end)

describe("task:cancel", function()
    it("ends the wait with an AbortError, and the task with it", function()
        local list = uncaught_of(function()
            local task = async.run(function()
                async.sleep(1e6)
                note("not reached")
            end)
            assert.is_true(task:cancel("no longer wanted"))
            assert.equal("cancelled", task.status)
            assert.is_false(task:cancel())
            result_of(function()
                local ok, err = task:wait()
                assert.is_nil(ok)
                assert.equal("ABORT_ERR", err.code)
                assert.equal("no longer wanted", err.cause)
            end)
        end)
        assert.same({}, list)
        assert.same({}, log)
    end)

    it("can be caught, once", function()
        local task = async.run(function()
            local ok, err = pcall(async.sleep, 1e6)
            note(tostring(ok), err.code)
            async.sleep(1)
            note("went on")
            return "end"
        end)
        task:cancel()
        wait.drain()
        assert.same({ "false ABORT_ERR", "went on" }, log)
        assert.equal("done", task.status)
    end)

    it("waits for the next wait of a task that runs", function()
        local task
        task = async.run(function()
            async.sleep(1)
            assert.is_true(task:cancel())
            note("still runs")
            async.sleep(1)
            note("not reached")
        end)
        wait.drain()
        assert.same({ "still runs" }, log)
        assert.equal("cancelled", task.status)
    end)
end)

describe("async.sleep", function()
    it("waits no shorter than it says, and returns true", function()
        for _, ms in ipairs({ 0, 1, 20 }) do
            local before = process.hrtime.bigint()
            assert.is_true(result_of(function() return async.sleep(ms) end))
            assert.is_true(tonumber(process.hrtime.bigint() - before) / 1e6 > ms - 1)
        end
    end)

    it("ends with its signal, also one that is aborted already, and leaves no timer", function()
        local controller = abort.AbortController()
        timers.setTimeout(function() controller:abort() end, 1)
        for _ = 1, 2 do
            local ok, err = result_of(function() return async.sleep(1e6, { signal = controller.signal }) end)
            assert.is_nil(ok)
            assert.equal("AbortError", err.name)
        end
        assert.equal(0, controller.signal:listenerCount("abort"))
    end)

    it("refuses what is no time", function()
        result_of(function()
            for _, bad in ipairs({ "5", {}, -1, 0 / 0, math.huge, 2 ^ 31 }) do
                assert.error_matches(function() async.sleep(bad) end, 'ERR_.*"ms"')
            end
            assert.error_matches(function() async.sleep() end, 'ERR_INVALID_ARG_TYPE.*"ms"')
            assert.error_matches(function() async.sleep(1, 5) end, 'ERR_INVALID_ARG_TYPE.*"options"')
            assert.error_matches(function() async.sleep(1, { signal = 5 }) end, "options.signal")
            assert.error_matches(function() async:sleep(1) end, "Call it with a dot: async.sleep")
        end)
    end)
end)

describe("async.wrap", function()
    it("makes a task of each call and returns it", function()
        local double = async.wrap(function(n)
            async.sleep(1)
            note(n)
            return n * 2
        end)
        local one, two = double(1), double(2)
        assert.same({ 2, 4 }, { result_of(function() return one:wait(), (two:wait()) end) })
        assert.same({ "1", "2" }, log)
    end)
end)

describe("what waits is refused", function()
    local function refused_as(fn)
        local ok, err = pcall(fn)
        assert.is_false(ok)
        return tostring(err)
    end

    local bell = events.EventEmitter()
    local WAYS = {
        ["async.sleep"] = function() async.sleep(1) end,
        ["async.once"] = function() async.once(bell, "x") end,
        ["async.on"] = function() async.on(bell, "x")() end,
        ["async.call"] = function() async.call(function() end) end,
    }

    for name, way in pairs(WAYS) do
        it(("outside of a task, in a coroutine of others and inside a function of C: %s"):format(name), function()
            assert.matches("ERR_NOT_IN_TASK.*" .. name .. " waits, and can only be called in a task: async.run",
                refused_as(way))
            result_of(function()
                assert.matches("ERR_NOT_IN_TASK.*in a coroutine that async did not start", refused_as(function()
                    coroutine.wrap(way)()
                end))
                assert.matches("ERR_NOT_IN_TASK.*inside a function of C", refused_as(function()
                    string.gsub("x", "x", way)
                end))
            end)
            collectgarbage()
            bell:emit("x") -- events that nobody holds any more listen until the next one
            assert.same({}, bell:eventNames())
        end)
    end

    it("in a generator of a task that is resumed by somebody else", function()
        local co = coroutine.create(function() return async.sleep(1) end)
        local ok, err = coroutine.resume(co)
        assert.is_false(ok)
        assert.matches("async.run", err.message)
    end)
end)

describe("a task that somebody else meddles with", function()
    it("fails by name when it yields by itself", function()
        local list = uncaught_of(function()
            async.run(function()
                coroutine.yield("x")
                note("not reached")
            end)
        end)
        assert.equal("ERR_TASK_YIELD", list[1][1].code)
        assert.matches("async_spec%.lua:%d+$", list[1][1].at)
        assert.matches("async_spec%.lua", list[1][1].stack)
        assert.same({}, log)
    end)

    it("hears of it when it is resumed while it waits, and has no timer left", function()
        local co, task
        local list = uncaught_of(function()
            task = async.run(function()
                co = coroutine.running()
                async.sleep(1e6)
            end)
            coroutine.resume(co)
        end)
        assert.equal("failed", task.status)
        assert.equal(1, #list)
        assert.equal("ERR_TASK_RESUMED", list[1][1].code)
        assert.matches("async_spec%.lua", list[1][2])
    end)

    it("cannot wait again when it was resumed by somebody else", function()
        local co
        async.run(function()
            co = coroutine.running()
            local _, first = pcall(async.sleep, 1e6)
            local _, second = pcall(async.sleep, 1e6)
            note(first.code, second.code)
        end)
        coroutine.resume(co)
        assert.same({ "ERR_TASK_RESUMED ERR_NOT_IN_TASK" }, log)
    end)
end)
