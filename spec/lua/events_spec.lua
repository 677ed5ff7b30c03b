local events = require("moonherd.events")
local errors = require("moonherd.errors")

local function nop() end

describe("EventEmitter", function()
    local e, seen

    local function note(text)
        return function(...)
            seen[#seen + 1] = text
            return ...
        end
    end

    before_each(function()
        e, seen = events.EventEmitter(), {}
    end)

    describe("on and emit", function()
        it("calls listeners in order and says whether there were any", function()
            assert.is_false(e:emit("x"))
            e:on("x", note("a")):on("x", note("b")):addListener("x", note("c"))
            assert.is_true(e:emit("x"))
            assert.same({ "a", "b", "c" }, seen)
        end)

        it("keeps the order for any number of listeners", function()
            for count = 1, 12 do
                local many, order, expected = events.EventEmitter():setMaxListeners(0), {}, {}
                for i = 1, count do
                    expected[i] = i
                    many:on("x", function()
                        order[#order + 1] = i
                    end)
                end
                many:emit("x")
                assert.same(expected, order)
            end
        end)

        it("passes the arguments only, with their holes and their number", function()
            local got
            local function listener(...)
                got = { n = select("#", ...), ... }
            end
            e:on("x", listener)
            e:emit("x")
            assert.same({ n = 0 }, got)
            e:emit("x", nil)
            assert.same({ n = 1 }, got)
            e:emit("x", nil, 2, nil, nil)
            assert.same({ n = 4, nil, 2 }, got)
            for _ = 1, 5 do
                e:on("x", listener)
            end
            e:emit("x", 1, nil)
            assert.same({ n = 2, 1 }, got)
        end)

        it("keeps the same function twice", function()
            local a = note("a")
            e:on("x", a):on("x", a):emit("x")
            assert.same({ "a", "a" }, seen)
        end)

        it("takes any key for a name, numbers and tables included", function()
            local key = {}
            e:on(1, note("one")):on(key, note("key")):on(true, note("true"))
            e:emit(1)
            e:emit(key)
            e:emit(true)
            assert.is_false(e:emit("1"))
            assert.is_false(e:emit(nil))
            assert.same({ "one", "key", "true" }, seen)
        end)

        it("refuses what cannot be called, in every method that takes a listener", function()
            for _, method in ipairs({
                "on", "addListener", "once", "prependListener", "prependOnceListener", "off", "removeListener",
            }) do
                local ok, err = pcall(e[method], e, "x", 5)
                assert.is_false(ok)
                assert.equal("ERR_INVALID_ARG_TYPE", err.code)
                assert.equal('The "listener" argument must be of type function. Received type number (5)', err.message)
            end
            assert.same({}, e:eventNames())
        end)

        it("refuses a listener without an event name", function()
            local ok, err = pcall(e.on, e, nil, nop)
            assert.is_false(ok)
            assert.equal("ERR_MISSING_ARGS", err.code)
        end)

        it("lets a throwing listener stop the rest and reach the caller", function()
            for before = 0, 4 do
                local thrower = events.EventEmitter()
                seen = {}
                for _ = 1, before do
                    thrower:on("x", note("before"))
                end
                thrower:on("x", function()
                    error("oops", 0)
                end)
                thrower:on("x", note("after"))
                local ok, err = pcall(thrower.emit, thrower, "x")
                assert.is_false(ok)
                assert.equal("oops", err)
                assert.equal(before, #seen)
                -- The emitter is as good as before.
                thrower:on("y", note("y"))
                assert.is_true(thrower:emit("y"))
            end
        end)

        it("can be emitted from within itself", function()
            local depth = 0
            for _ = 1, 5 do
                e:on("x", function(n)
                    depth = depth + 1
                    if n > 0 then
                        e:emit("x", n - 1)
                    end
                end)
            end
            e:emit("x", 2)
            assert.equal(5 + 25 + 125, depth)
        end)
    end)

    describe("changes during emit", function()
        -- Short lists and long ones take different ways inside: everything is tried with both.
        for extra = 0, 5 do
            local function pad()
                for _ = 1, extra do
                    e:on("x", note("pad"))
                end
            end
            local function pads()
                local list = {}
                for i = 1, extra do
                    list[i] = "pad"
                end
                return list
            end

            it("affect the next emit only: removing oneself, with " .. extra .. " others", function()
                local function leaver()
                    seen[#seen + 1] = "leaver"
                    e:off("x", leaver)
                end
                e:on("x", leaver)
                pad()
                e:emit("x")
                assert.same({ "leaver", unpack(pads()) }, seen)
                seen = {}
                assert.equal(extra > 0, e:emit("x"))
                assert.same(pads(), seen)
            end)

            it("affect the next emit only: removing one that is still to come, with " .. extra .. " others", function()
                local last = note("last")
                e:on("x", function()
                    seen[#seen + 1] = "remover"
                    e:off("x", last)
                end)
                pad()
                e:on("x", last)
                e:emit("x")
                assert.equal("last", seen[#seen])
                seen = {}
                e:emit("x")
                assert.same({ "remover", unpack(pads()) }, seen)
            end)

            it("affect the next emit only: removing all, with " .. extra .. " others", function()
                e:on("x", function()
                    e:removeAllListeners()
                end)
                pad()
                e:on("x", note("last"))
                e:emit("x")
                assert.equal(extra + 1, #seen)
                assert.is_false(e:emit("x"))
            end)

            it("affect the next emit only: adding, at both ends, with " .. extra .. " others", function()
                e:once("x", function()
                    e:on("x", note("late")):prependListener("x", note("early"))
                end)
                pad()
                e:emit("x")
                assert.same(pads(), seen)
                seen = {}
                e:emit("x")
                local expected = pads()
                table.insert(expected, 1, "early")
                expected[#expected + 1] = "late"
                assert.same(expected, seen)
            end)

            it("inside a nested emit leave the outer one its list, with " .. extra .. " others", function()
                local last = note("last")
                local nested = false
                e:on("x", function()
                    if not nested then
                        nested = true
                        e:emit("x")
                        e:off("x", last)
                        seen = {}
                    end
                end)
                pad()
                e:on("x", last)
                e:emit("x")
                assert.equal(extra + 1, #seen)
                assert.equal("last", seen[#seen])
                assert.equal(extra + 1, e:listenerCount("x"))
            end)
        end
    end)

    describe("once", function()
        it("calls once and passes the arguments", function()
            local got
            e:once("x", function(...)
                got = { n = select("#", ...), ... }
                seen[#seen + 1] = "once"
            end)
            assert.is_true(e:emit("x", 1, nil))
            assert.is_false(e:emit("x", 2))
            assert.same({ n = 2, 1 }, got)
            assert.same({ "once" }, seen)
        end)

        it("is removed before it is called", function()
            e:once("x", function()
                seen[#seen + 1] = e:listenerCount("x")
                e:emit("x")
            end)
            e:emit("x")
            assert.same({ 0 }, seen)
        end)

        it("is not called again by an outer emit that still holds it", function()
            for extra = 0, 5 do
                seen = {}
                local outer = events.EventEmitter()
                local nested = false
                outer:on("x", function()
                    if not nested then
                        nested = true
                        outer:emit("x")
                    end
                end)
                for _ = 1, extra do
                    outer:on("x", function() end)
                end
                outer:once("x", note("once"))
                outer:emit("x")
                assert.same({ "once" }, seen)
            end
        end)

        it("can be taken off by the function it was given", function()
            local a = note("a")
            e:once("x", a):off("x", a)
            assert.is_false(e:emit("x"))
            e:on("x", note("b")):once("x", a):off("x", a):emit("x")
            assert.same({ "b" }, seen)
        end)

        it("stays gone when it throws", function()
            e:once("x", function()
                error("oops", 0)
            end)
            assert.is_false((pcall(e.emit, e, "x")))
            assert.is_false(e:emit("x"))
        end)
    end)

    describe("prepend", function()
        it("puts first", function()
            e:on("x", note("b")):prependListener("x", note("a")):prependOnceListener("x", note("0"))
            e:emit("x")
            assert.same({ "0", "a", "b" }, seen)
            e:emit("x")
            assert.same({ "0", "a", "b", "a", "b" }, seen)
        end)
    end)

    describe("off", function()
        it("removes the instance added last", function()
            local f, g = note("f"), note("g")
            e:on("x", f):on("x", g):on("x", f):off("x", f):emit("x")
            assert.same({ "f", "g" }, seen)
        end)

        it("is no error for a listener or a name that is not there", function()
            assert.equal(e, e:off("x", nop))
            e:on("x", note("a"))
            assert.equal(e, e:removeListener("x", nop))
            assert.equal(e, e:off("y", nop))
            assert.equal(1, e:listenerCount("x"))
        end)
    end)

    describe("removeAllListeners", function()
        it("clears one name or all", function()
            e:on("x", note("x")):on("x", note("x")):on("y", note("y"))
            assert.equal(e, e:removeAllListeners("x"))
            assert.same({ "y" }, e:eventNames())
            assert.equal(e, e:removeAllListeners())
            assert.same({}, e:eventNames())
            local fresh = events.EventEmitter()
            assert.equal(fresh, fresh:removeAllListeners("x"):removeAllListeners())
        end)

        it("tells of each, the last added first", function()
            local a, b, c = note("a"), note("b"), note("c")
            e:on("x", a):once("x", b):on("x", c)
            local removed = {}
            e:on("removeListener", function(name, fn)
                removed[#removed + 1] = { name, fn }
            end)
            e:removeAllListeners("x")
            removed[2][2] = removed[2][2].listener -- what once made of it
            assert.same({ { "x", c }, { "x", b }, { "x", a } }, removed)
        end)

        it("tells of all names, and takes the teller last", function()
            local removed = {}
            e:on("removeListener", function(name)
                removed[#removed + 1] = name
            end)
            e:on("x", note("x")):on("y", note("y"))
            e:removeAllListeners()
            assert.same({ "x", "y" }, removed)
            assert.same({}, e:eventNames())
        end)

        it("takes those that were there, whatever is put before them meanwhile", function()
            local new = note("new")
            e:on("x", note("a")):on("x", note("b"))
            e:on("removeListener", function()
                e:prependListener("x", new)
            end)
            e:removeAllListeners("x")
            assert.same({ new, new }, e:listeners("x"))
        end)

        it("ends although a listener adds another for each one removed", function()
            local refill = note("refill")
            e:on("x", refill):on("x", refill)
            e:on("removeListener", function()
                e:on("x", refill)
            end)
            e:removeAllListeners("x")
            assert.equal(2, e:listenerCount("x"))
        end)
    end)

    describe("error", function()
        it("without a listener raises an error object as it is", function()
            local err = errors.new("Error", "E", "m")
            local ok, raised = pcall(e.emit, e, "error", err)
            assert.is_false(ok)
            assert.equal(err, raised)
            local own = setmetatable({}, { __tostring = function() return "own" end })
            assert.equal(own, select(2, pcall(e.emit, e, "error", own)))
        end)

        it("without a listener wraps any other value", function()
            local function wrapped(...)
                local ok, err = pcall(e.emit, e, "error", ...)
                assert.is_false(ok)
                assert.equal("Error", err.name)
                assert.equal("ERR_UNHANDLED_ERROR", err.code)
                assert.equal((...), err.context)
                return err.message
            end
            assert.equal("Unhandled error. ('boom')", wrapped("boom"))
            assert.equal("Unhandled error. (nil)", wrapped())
            assert.equal("Unhandled error. ({ a = 1 })", wrapped({ a = 1 }))
            assert.equal("Unhandled error. (bad luck)", wrapped({ message = "bad luck" }))
            e:on("other", nop)
            assert.equal("Unhandled error. (5)", wrapped(5))
        end)

        it("goes to its listeners as any event", function()
            local got
            e:once("error", function(err)
                got = err
            end)
            assert.is_true(e:emit("error", "boom"))
            assert.equal("boom", got)
            assert.is_false((pcall(e.emit, e, "error", "again")))
        end)

        it("is heard by the monitor first, which does not handle it", function()
            e:on(events.errorMonitor, function(err)
                seen[#seen + 1] = "monitor " .. err
            end)
            assert.is_false((pcall(e.emit, e, "error", "boom")))
            assert.same({ "monitor boom" }, seen)
            e:on("error", note("handler"))
            e:emit("error", "boom")
            assert.same({ "monitor boom", "monitor boom", "handler" }, seen)
        end)

        it("counts the listeners that the monitor leaves", function()
            for _, name in ipairs({ "error", false }) do
                e = events.EventEmitter():on("error", note("handler"))
                e:on(events.errorMonitor, function()
                    e:removeAllListeners(name or nil)
                end)
                assert.is_false((pcall(e.emit, e, "error", "boom")))
            end
            assert.same({}, seen)
        end)
    end)

    describe("newListener and removeListener", function()
        it("tells of a new listener before it is added", function()
            local function f() end
            local told = {}
            e:on("newListener", function(name, fn)
                told[#told + 1] = { name, fn, e:listenerCount(name) }
            end)
            e:on("x", f):once("x", f)
            assert.same({ { "x", f, 0 }, { "x", f, 1 } }, told)
        end)

        it("does not announce the first newListener to itself, but the second", function()
            e:on("newListener", function(name)
                seen[#seen + 1] = name
            end)
            assert.same({}, seen)
            e:on("newListener", function() end)
            assert.same({ "newListener" }, seen)
        end)

        it("lets a newListener listener put its own in front, or clear everything", function()
            e:once("newListener", function(name)
                e:on(name, note("sneaked in"))
            end)
            e:on("x", note("x")):emit("x")
            assert.same({ "sneaked in", "x" }, seen)
            e:on("newListener", function()
                e:removeAllListeners()
            end)
            e:on("x", note("only"))
            seen = {}
            e:emit("x")
            assert.same({ "only" }, seen)
        end)

        it("tells of a removed listener after it is gone", function()
            local function f() end
            local told = {}
            e:on("removeListener", function(name, fn)
                told[#told + 1] = { name, fn, e:listenerCount(name) }
            end)
            e:on("x", f):on("x", f):off("x", f):off("x", f)
            assert.same({ { "x", f, 1 }, { "x", f, 0 } }, told)
        end)

        it("tells the function that once was given, or as Node what once made of it where several are left", function()
            local function f() end
            local told = {}
            e:on("removeListener", function(_, fn)
                told[#told + 1] = fn
            end)
            e:once("x", f):emit("x")
            e:once("x", f):off("x", f)
            assert.same({ f, f }, told)
            e:on("x", nop):once("x", f):emit("x")
            assert.equal(f, told[3].listener)
            told[3]() -- has fired
            e:once("x", f):off("x", f)
            assert.equal(f, told[4])
        end)
    end)

    describe("questions", function()
        it("counts listeners, all or one", function()
            local function f() end
            assert.equal(0, e:listenerCount("x"))
            e:on("x", f):once("x", f):on("x", nop)
            assert.equal(3, e:listenerCount("x"))
            assert.equal(2, e:listenerCount("x", f))
            assert.equal(1, e:listenerCount("x", nop))
            assert.equal(0, e:listenerCount("x", error))
        end)

        it("gives names in the order they appeared", function()
            local names = {}
            for i = 1, 50 do
                names[i] = "name" .. (i * 7919 % 50)
                e:on(names[i], nop)
            end
            assert.same(names, e:eventNames())
            e:off(names[1], nop):on(names[1], nop)
            table.insert(names, (table.remove(names, 1)))
            assert.same(names, e:eventNames())
        end)

        it("keeps a name's place whatever happens to its listeners", function()
            e:on("x", nop):on("y", nop):on("z", nop)
            for _ = 1, 5 do
                e:on("z", nop)
            end
            e:emit("z")
            e:on("z", nop):off("x", nop):prependListener("x", nop)
            assert.same({ "y", "z", "x" }, e:eventNames())
        end)

        it("forgets names whose last listener has gone", function()
            e:once("x", note("x")):on("y", nop)
            e:emit("x")
            assert.same({ "y" }, e:eventNames())
        end)

        it("gives copies of the listeners, unwrapped or raw", function()
            local f, g = note("f"), note("g")
            e:on("x", f):once("x", g)
            local list = e:listeners("x")
            assert.same({ f, g }, list)
            list[1] = nil
            assert.equal(2, e:listenerCount("x"))
            assert.same({}, e:listeners("y"))

            local raw = e:rawListeners("x")
            assert.equal(f, raw[1])
            assert.equal(g, raw[2].listener)
            raw[2]()
            assert.same({ "g" }, seen)
            assert.equal(1, e:listenerCount("x"))
        end)
    end)

    describe("maximum of listeners", function()
        local default_hook, default_max = events.onWarning, events.defaultMaxListeners
        local warnings

        before_each(function()
            warnings = {}
            events.onWarning = function(warning)
                warnings[#warnings + 1] = warning
            end
        end)

        after_each(function()
            events.onWarning, events.defaultMaxListeners = default_hook, default_max
        end)

        local function fill(name, count)
            for _ = 1, count do
                e:on(name, nop)
            end
        end

        it("is ten, and passing it warns once per name", function()
            assert.equal(10, e:getMaxListeners())
            fill("x", 10)
            assert.equal(0, #warnings)
            fill("x", 5)
            assert.equal(1, #warnings)
            fill("y", 11)
            assert.equal(2, #warnings)
            local warning = warnings[1]
            assert.equal("MaxListenersExceededWarning", warning.name)
            assert.equal(
                "Possible EventEmitter memory leak detected. 11 x listeners added to [EventEmitter]. "
                    .. "MaxListeners is 10. Use emitter:setMaxListeners() to increase limit",
                warning.message
            )
            assert.equal(e, warning.emitter)
            assert.equal("x", warning.type)
            assert.equal(11, warning.count)
        end)

        it("warns once also when the list is emitted and changed between", function()
            for _ = 1, 20 do
                fill("x", 1)
                e:once("x", function() end)
                e:emit("x", "")
            end
            assert.equal(1, #warnings)
        end)

        it("is set per emitter or for all, 0 for no limit", function()
            assert.equal(e, e:setMaxListeners(1))
            fill("x", 2)
            assert.equal(1, #warnings)
            e:setMaxListeners(0)
            fill("y", 100)
            assert.equal(1, #warnings)
            events.defaultMaxListeners = 2
            e = events.EventEmitter()
            fill("z", 3)
            assert.equal(2, #warnings)
        end)

        it("must be a number from 0", function()
            for value, code in pairs({ [-1] = "ERR_OUT_OF_RANGE", ["5"] = "ERR_INVALID_ARG_TYPE" }) do
                local ok, err = pcall(e.setMaxListeners, e, value)
                assert.is_false(ok)
                assert.equal(code, err.code)
            end
            local _, err = pcall(e.setMaxListeners, e, 0 / 0)
            assert.equal("ERR_OUT_OF_RANGE", err.code)
        end)

        it("warns through process.emitWarning when nobody took the hook, and else says nothing", function()
            events.onWarning = default_hook
            local loaded = package.loaded["moonherd.process"]
            finally(function()
                package.loaded["moonherd.process"] = loaded
            end)
            package.loaded["moonherd.process"] = {
                emitWarning = function(warning)
                    warnings[#warnings + 1] = warning
                end,
            }
            fill("x", 11)
            assert.equal("MaxListenersExceededWarning", warnings[1].name)
            package.loaded["moonherd.process"] = nil
            fill("y", 11)
            assert.equal(1, #warnings)
        end)
    end)
end)

describe("events", function()
    it("gives each emitter its own listeners", function()
        local a, b = events.EventEmitter(), events.EventEmitter()
        a:on("x", nop)
        assert.equal(0, b:listenerCount("x"))
    end)

    it("mixes into a class, sparing what the class has itself", function()
        local Server = events.mixin({
            on = function(self, ...)
                self.ons = (self.ons or 0) + 1
                return events.EventEmitter.on(self, ...)
            end,
        })
        local one, two = setmetatable({}, Server), setmetatable({}, Server)
        local got
        one:on("x", function(value)
            got = value
        end)
        assert.equal(1, one.ons)
        assert.is_true(one:emit("x", 7))
        assert.equal(7, got)
        assert.is_false(two:emit("x", 8))
        assert.equal(7, got)
    end)

    it("leaves a class its own __index", function()
        local function index() end
        local class = events.mixin({ __index = index })
        assert.equal(index, class.__index)
        assert.equal(events.EventEmitter.emit, class.emit)
    end)

    it("names the class in the leak warning", function()
        local hook = events.onWarning
        finally(function()
            events.onWarning = hook
        end)
        local message
        events.onWarning = function(warning)
            message = warning.message
        end
        local object = setmetatable({}, events.mixin({ __name = "Socket" }))
        object:setMaxListeners(1):on("x", nop):on("x", nop)
        assert.matches("2 x listeners added to [Socket].", message, 1, true)
    end)

    it("makes a singleton that takes dot and colon", function()
        local cluster = events.singleton({})
        local seen = {}
        local function listener(...)
            seen[#seen + 1] = { n = select("#", ...), ... }
        end
        assert.equal(cluster, cluster.on("x", listener))
        assert.equal(cluster, cluster:on("x", listener))
        assert.is_true(cluster.emit("x", 1, nil))
        assert.same({ { n = 2, 1 }, { n = 2, 1 } }, seen)
        assert.is_true(cluster:emit("x", 1))
        assert.equal(2, cluster.listenerCount("x"))
        cluster.removeAllListeners()
        assert.same({}, cluster:eventNames())
    end)

    it("emits on the frequent path without allocating", function()
        local e = events.EventEmitter()
        local sum = 0
        local function add(a, b)
            sum = sum + a + b
        end
        for count = 1, 8 do
            e:on("x", add)
            for _ = 1, 200 do
                e:emit("x", 1, 2) -- compiled, and its traces allocated, before anything is measured
            end
            collectgarbage()
            collectgarbage("stop")
            local before = collectgarbage("count")
            for _ = 1, 1000 do
                e:emit("x", 1, 2)
            end
            local grown = collectgarbage("count") - before
            collectgarbage("restart")
            -- A table per emit would be 40 KB; a trace that is compiled late is a few.
            assert.is_true(grown < 20, ("%d listeners: %.1f KB for 1000 emits"):format(count, grown))
        end
        assert.is_true(sum > 0)
    end)
end)
