local core = require("moonherd.core")
local calls = require("spec.support.calls")
local leaks = require("spec.support.leaks")
local process = require("moonherd.process")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")

local setTimeout, setInterval, setImmediate = timers.setTimeout, timers.setInterval, timers.setImmediate
local clearTimeout = timers.clearTimeout

local function capture(fn)
    local before = process.hasUncaughtExceptionCaptureCallback()
    if before then
        process.setUncaughtExceptionCaptureCallback(nil)
    end
    process.setUncaughtExceptionCaptureCallback(fn)
end

describe("setTimeout", function()
    after_each(function()
        calls.verify()
        assert.is_false(core.run(0), "something is left on the loop")
    end)

    it("passes arguments, holes kept, and fires once", function()
        setTimeout(calls.must(function(...)
            assert.equal(3, select("#", ...))
            assert.same({ 1, nil, 3 }, { ... })
        end), 1, 1, nil, 3)
        wait.drain()
    end)

    it("fires those of equal delay in the order they were made, and shorter ones first", function()
        local order = {}
        for i = 1, 5 do
            setTimeout(function() order[#order + 1] = i end, 20)
        end
        setTimeout(function() order[#order + 1] = "short" end, 5)
        setTimeout(function() order[#order + 1] = "zero" end, 0)
        wait.drain()
        assert.same({ "zero", "short", 1, 2, 3, 4, 5 }, order)
    end)

    it("never fires early", function()
        for _, ms in ipairs({ 1, 3, 17, 40 }) do
            local before = process.hrtime.bigint()
            setTimeout(calls.must(function()
                -- The loop's clock counts whole milliseconds, so that the first one may be a part of one.
                assert.is_true(tonumber(process.hrtime.bigint() - before) / 1e6 > ms - 1)
            end), ms)
        end
        wait.drain()
    end)

    it("takes a delay of 1 ms for what is no delay", function()
        for _, ms in ipairs({ -5, 0, 0 / 0, "x", {}, "1", 1.9 }) do
            setTimeout(calls.must(), ms)
        end
        setTimeout(calls.must())
        wait.drain(1)
    end)

    it("warns of a delay that is too long and takes 1 ms", function()
        process.noWarnings = true
        process.once("warning", calls.must(function(warning)
            assert.equal("TimeoutOverflowWarning", warning.name)
        end))
        setTimeout(calls.must(), 2 ^ 31)
        wait.drain(1)
        process.noWarnings = false
    end)

    it("refuses what is no function", function()
        assert.error_matches(function() setTimeout("x", 1) end, "ERR_INVALID_ARG_TYPE.*callback")
        assert.error_matches(function() setImmediate() end, "ERR_INVALID_ARG_TYPE.*callback")
    end)

    it("is cleared by itself, its id, its id as a string, or close", function()
        local never = calls.must_not()
        clearTimeout(setTimeout(never, 1))
        clearTimeout(setTimeout(never, 1).id)
        clearTimeout(tostring(setTimeout(never, 1).id))
        setTimeout(never, 1):close()
        wait.drain()
    end)

    it("ignores clearing of anything else", function()
        local fired = setTimeout(calls.must(), 1)
        wait.drain()
        for _, junk in pairs({ fired, fired.id, -1, "x", {}, true, print }) do
            clearTimeout(junk)
            timers.clearImmediate(junk)
        end
        clearTimeout(nil)
    end)

    it("can be cleared by another one that is due at the same time", function()
        local second
        setTimeout(calls.must(function() clearTimeout(second) end), 5)
        second = setTimeout(calls.must_not(), 5)
        setTimeout(calls.must(), 5)
        wait.drain()
    end)

    it("does not keep the loop alive when unref'ed", function()
        local timer = setTimeout(calls.must_not(), 10000)
        assert.is_true(timer:hasRef())
        assert.equal(timer, timer:unref())
        assert.is_false(timer:hasRef())
        assert.is_false(core.run(0))
        assert.equal(timer, timer:ref():ref())
        assert.is_true(core.run(0))
        timer:close()
        assert.is_false(core.run(0))
    end)

    it("starts anew with refresh, also after it fired, not after it was cleared", function()
        local timer = setTimeout(calls.must(2), 1)
        wait.drain()
        assert.equal(timer, timer:refresh())
        wait.drain()
        clearTimeout(timer)
        timer:refresh()
        assert.is_false(core.run(0))

        local late = setTimeout(calls.must(), 30)
        local before = process.hrtime.bigint()
        setTimeout(function() late:refresh() end, 15)
        wait.drain()
        assert.is_true(process.hrtime.bigint() - before > 43000000)
    end)

    it("lets the others run when one throws, and its ticks too", function()
        local order, thrown = {}, {}
        capture(function(err) thrown[#thrown + 1] = err end)
        for i = 1, 3 do
            setTimeout(function()
                order[#order + 1] = i
                process.nextTick(function() order[#order + 1] = "tick " .. i end)
                error("timer " .. i, 0)
            end, 2)
        end
        wait.drain()
        process.setUncaughtExceptionCaptureCallback(nil)
        assert.same({ 1, "tick 1", 2, "tick 2", 3, "tick 3" }, order)
        assert.same({ "timer 1", "timer 2", "timer 3" }, thrown)
    end)

    it("runs ticks between two timers that are due together", function()
        local order = {}
        for i = 1, 2 do
            setTimeout(function()
                order[#order + 1] = i
                process.nextTick(function() order[#order + 1] = "tick" end)
            end, 2)
        end
        wait.drain()
        assert.same({ 1, "tick", 2, "tick" }, order)
    end)

    it("holds a hundred thousand on one handle of the loop", function()
        local before = leaks.snapshot()
        local fired = 0
        local kept = {}
        for i = 1, 100000 do
            kept[i] = setTimeout(function() fired = fired + 1 end, 1 + i % 500)
        end
        leaks.check(before)
        for i = 2, 100000, 2 do
            clearTimeout(kept[i])
        end
        wait.drain(20)
        assert.equal(50000, fired)
    end)

    it("forgets delays that are not used any more", function()
        for i = 1, 20000 do
            clearTimeout(setTimeout(calls.must_not(), 1000000 + i))
        end
        local one = setTimeout(calls.must_not(), 1000)
        one:close()
        setTimeout(calls.must(), 1)
        wait.drain()
    end)
end)

describe("setInterval", function()
    after_each(calls.verify)

    it("repeats until it is cleared, by itself too", function()
        local count, interval = 0, nil
        interval = setInterval(function(word)
            assert.equal("arg", word)
            count = count + 1
            if count == 3 then
                timers.clearInterval(interval)
            end
        end, 2, "arg")
        wait.drain()
        assert.equal(3, count)
    end)

    it("does not catch up, and lets others have the loop, when it is always late", function()
        local count, turns = 0, 0
        local interval
        local function turn()
            turns = turns + 1
            if turns < 5 then
                setImmediate(turn)
            else
                interval:close()
            end
        end
        setImmediate(turn)
        interval = setInterval(function()
            count = count + 1
            local till = process.uptime() + 0.003
            while process.uptime() < till do end
        end, 1)
        wait.drain()
        assert.equal(5, turns)
        assert.is_true(count <= 6)
    end)

    it("goes on after a throw", function()
        local count, interval = 0, nil
        capture(function() end)
        interval = setInterval(function()
            count = count + 1
            if count == 3 then
                interval:close()
            end
            error("x")
        end, 1)
        wait.drain()
        process.setUncaughtExceptionCaptureCallback(nil)
        assert.equal(3, count)
    end)
end)

describe("setImmediate", function()
    after_each(calls.verify)

    it("runs in order, with arguments; what is added inside runs in the next turn", function()
        local order = {}
        setImmediate(function(a, b)
            order[#order + 1] = a .. b
            setImmediate(function() order[#order + 1] = "next" end)
            process.nextTick(function() order[#order + 1] = "tick" end)
        end, "a", "b")
        setImmediate(function() order[#order + 1] = 2 end)
        wait.drain()
        assert.same({ "ab", "tick", 2, "next" }, order)
    end)

    it("is cleared, also by one before it", function()
        local second
        setImmediate(calls.must(function() timers.clearImmediate(second) end))
        second = setImmediate(calls.must_not())
        timers.clearImmediate(setImmediate(calls.must_not()))
        wait.drain()
    end)

    it("does not keep the loop alive when unref'ed", function()
        local immediate = setImmediate(calls.must())
        assert.is_false(immediate:unref():hasRef())
        setTimeout(calls.must(), 1)
        wait.drain()
        core.run(0)
    end)

    it("lets the rest run when one throws", function()
        local thrown = 0
        capture(function() thrown = thrown + 1 end)
        setImmediate(error, "first")
        setImmediate(calls.must())
        setImmediate(error, "third")
        setImmediate(calls.must())
        wait.drain()
        process.setUncaughtExceptionCaptureCallback(nil)
        assert.equal(2, thrown)
    end)
end)

describe("process.nextTick", function()
    it("runs in order with arguments, what is added meanwhile too, and a throw costs nobody their turn", function()
        local order = {}
        capture(function(err) order[#order + 1] = err end)
        process.nextTick(function(...)
            order[#order + 1] = select("#", ...)
            process.nextTick(function() order[#order + 1] = "inner" end)
            error("thrown", 0)
        end, nil, nil)
        process:nextTick(function() order[#order + 1] = "second" end)
        core.run(0)
        process.setUncaughtExceptionCaptureCallback(nil)
        assert.same({ 2, "thrown", "second", "inner" }, order)
    end)

    it("wants a function", function()
        assert.error_matches(function() process.nextTick(1) end, "ERR_INVALID_ARG_TYPE")
    end)
end)
