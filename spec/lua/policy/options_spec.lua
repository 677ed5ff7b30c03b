local options = require("moonherd.policy.options")

local DEFAULTS = {
    workers = 2,
    heartbeat = { interval = 10000, misses = 3 },
    respawn = { delay = 5000 },
    memory = { hard = 734003200, soft = false },
    breaker = { deaths = 10, within = 60000, cooldown = 60000, trial = false },
    stop = { grace = 5000 },
}

local function changed(partial, current)
    return options.merge(current or options.defaults(4), partial)
end

local function refused(partial, current)
    current = current or options.defaults(4)
    local ok, err = pcall(options.merge, current, partial)
    assert.is_false(ok)
    assert.equal("table", type(err), tostring(err))
    return err
end

describe("options.defaults", function()
    it("are the origin's numbers", function()
        assert.same(DEFAULTS, options.defaults(4))
    end)

    it("take half the CPUs, rounded up", function()
        local workers = {}
        for cpus = 1, 6 do
            workers[cpus] = options.defaults(cpus).workers
        end
        assert.same({ 1, 1, 2, 2, 3, 3 }, workers)
    end)

    it("are nobody else's tables", function()
        options.defaults(4).heartbeat.interval = 1
        assert.same(DEFAULTS, options.defaults(4))
    end)

    it("pass their own check", function()
        assert.same(DEFAULTS, changed(options.defaults(4)))
    end)
end)

describe("options.merge", function()
    it("changes the options named, and no other", function()
        local expected = options.defaults(4)
        expected.heartbeat.interval, expected.workers = 2000, 7
        assert.same(expected, changed({ workers = 7, heartbeat = { interval = 2000 } }))
        assert.same(DEFAULTS, changed({}))
        assert.same(DEFAULTS, changed(nil))
        assert.same(DEFAULTS, changed({ heartbeat = {} }))
    end)

    it("builds on what earlier merges changed", function()
        local current = changed({ heartbeat = { interval = 2000 } })
        assert.same({ interval = 2000, misses = 5 }, changed({ heartbeat = { misses = 5 } }, current).heartbeat)
    end)

    it("changes neither of its tables and shares nothing with them", function()
        local current, partial = options.defaults(4), { respawn = { delay = { min = 1 } }, breaker = { deaths = 3 } }
        local result = options.merge(current, partial)
        result.breaker.deaths, result.respawn.delay.min, result.memory.hard = 99, 99, 99
        assert.same(DEFAULTS, current)
        assert.same({ respawn = { delay = { min = 1 } }, breaker = { deaths = 3 } }, partial)
    end)

    it("switches sections off, and on again with the defaults", function()
        for _, section in ipairs({ "heartbeat", "respawn", "memory", "breaker" }) do
            local off = changed({ [section] = false })
            assert.is_false(off[section])
            assert.is_false(changed({}, off)[section])
            assert.same(DEFAULTS, changed({ [section] = true }, off))
            assert.same(DEFAULTS, changed({ [section] = {} }, off))
        end
        local off = changed({ heartbeat = false }, changed({ heartbeat = { interval = 5 } }))
        assert.same({ interval = 10000, misses = 7 }, changed({ heartbeat = { misses = 7 } }, off).heartbeat)
    end)

    it("leaves as it is what is switched on and was on", function()
        local current = changed({ heartbeat = { interval = 5 } })
        assert.same(current, changed({ heartbeat = true }, current))
    end)

    it("takes a delay as a number, a backoff or a function", function()
        local function delay(value, current)
            return changed({ respawn = { delay = value } }, current).respawn.delay
        end
        local function fn() end
        assert.equal(0, delay(0))
        assert.equal(fn, delay(fn))
        assert.same({ min = 10, max = 30000, factor = 2, jitter = 0.5 }, delay({ min = 10 }))
        local current = changed({ respawn = { delay = { min = 10, jitter = 0 } } })
        assert.same({ min = 10, max = 500, factor = 2, jitter = 0 }, delay({ max = 500 }, current))
        assert.equal(7, delay(7, current))
        assert.same({ min = 10, max = 30000, factor = 2, jitter = 0 }, changed({}, current).respawn.delay)
    end)

    it("takes false for limits and the trial", function()
        local result = changed({ memory = { hard = false, soft = 2 ^ 30 }, breaker = { trial = 100 } })
        assert.same({ hard = false, soft = 2 ^ 30 }, result.memory)
        assert.equal(100, result.breaker.trial)
        assert.is_false(changed({ memory = { soft = false } }, result).memory.soft)
        assert.is_false(changed({ breaker = { trial = false } }, result).breaker.trial)
    end)
end)

describe("options that do not fit", function()
    local cases = {
        { { hartbeat = {} }, "guard: unknown option 'hartbeat'; did you mean 'heartbeat'?" },
        { { Workers = 1 }, "guard: unknown option 'Workers'; did you mean 'workers'?" },
        { { worker = 1 }, "guard: unknown option 'worker'; did you mean 'workers'?" },
        { { mem = {} }, "guard: unknown option 'mem'; did you mean 'memory'?" },
        { { interval = 5 }, "guard: unknown option 'interval'; did you mean 'heartbeat.interval'?" },
        {
            { heartbeat = { intervall = 5 } },
            "guard: unknown option 'heartbeat.intervall'; did you mean 'heartbeat.interval'?",
        },
        {
            { respawn = { delay = { maximum = 5 } } },
            "guard: unknown option 'respawn.delay.maximum'; did you mean 'respawn.delay.max'?",
        },
        { { colour = "red" }, "guard: unknown option 'colour'" },
        { { [("x"):rep(1000)] = 1 }, "guard: unknown option '" .. ("x"):rep(1000) .. "'" },
        { { 4 }, "guard: unknown option '[1]'" },
        { { heartbeat = { 4 } }, "guard: unknown option 'heartbeat[1]'" },
        { { workers = "4" }, 'guard: workers must be an integer from 1 to 4096, got "4"' },
        { { workers = 0 }, "guard: workers must be an integer from 1 to 4096, got 0" },
        { { workers = 1.5 }, "guard: workers must be an integer from 1 to 4096, got 1.5" },
        { { workers = false }, "guard: workers must be an integer from 1 to 4096, got false" },
        {
            { heartbeat = { interval = "10s" } },
            'guard: heartbeat.interval must be an integer of milliseconds from 1 to 86400000, got "10s"',
        },
        {
            { heartbeat = { interval = 0 / 0 } },
            "guard: heartbeat.interval must be an integer of milliseconds from 1 to 86400000, got nan",
        },
        {
            { heartbeat = { interval = math.huge } },
            "guard: heartbeat.interval must be an integer of milliseconds from 1 to 86400000, got inf",
        },
        { { heartbeat = { interval = false } }, "heartbeat.interval must be" },
        { { heartbeat = 5 }, "guard: heartbeat must be a table, true or false, got 5" },
        { { stop = false }, "guard: stop must be a table, got false" },
        { { stop = { grace = -1 } }, "stop.grace must be an integer of milliseconds from 0 to 86400000, got -1" },
        {
            { respawn = { delay = "5s" } },
            "guard: respawn.delay must be an integer of milliseconds from 0 to 86400000, "
                .. 'a table { min, max, factor, jitter } or a function, got "5s"',
        },
        { { respawn = { delay = { jitter = 2 } } }, "guard: respawn.delay.jitter must be a number from 0 to 1, got 2" },
        { { respawn = { delay = { jitter = 0 / 0 } } }, "respawn.delay.jitter must be a number from 0 to 1, got nan" },
        {
            { respawn = { delay = { min = 50000 } } },
            "guard: respawn.delay.min must be at most respawn.delay.max (30000), got 50000",
        },
        {
            { memory = { hard = 700 } },
            "guard: memory.hard must be an integer of bytes from 1048576 to 281474976710656, or false, got 700",
        },
        { { memory = { hard = true } }, "memory.hard must be an integer of bytes" },
        {
            { memory = { soft = 734003200 } },
            "guard: memory.soft must be less than memory.hard (734003200), got 734003200",
        },
        { { breaker = { deaths = 0 } }, "guard: breaker.deaths must be an integer from 1 to 1000, got 0" },
        { { breaker = { within = {} } }, "breaker.within must be an integer of milliseconds" },
    }
    for i, case in ipairs(cases) do
        it(("are named, %d: %s"):format(i, case[2]:sub(1, 60)), function()
            local err = refused(case[1])
            if case[2]:find("^guard") then
                assert.equal(case[2], err.message)
            else
                assert.matches(case[2], err.message, 1, true)
            end
        end)
    end

    it("are refused unless they are a table", function()
        assert.equal('guard: the options must be a table, got "4"', refused("4").message)
    end)

    it("carry the path and Node's codes", function()
        local err = refused({ heartbeat = { interval = "10s" } })
        assert.equal("heartbeat.interval", err.option)
        assert.equal("TypeError", err.name)
        assert.equal("ERR_INVALID_ARG_TYPE", err.code)
        err = refused({ heartbeat = { interval = 0 } })
        assert.equal("RangeError", err.name)
        assert.equal("ERR_OUT_OF_RANGE", err.code)
        err = refused({ colour = 1 })
        assert.equal("colour", err.option)
        assert.equal("ERR_INVALID_ARG_VALUE", err.code)
    end)

    it("name the file they stand in when told", function()
        local _, err = pcall(options.merge, options.defaults(4), { workers = "x" }, "policy.lua")
        assert.equal('policy.lua: workers must be an integer from 1 to 4096, got "x"', err.message)
    end)

    it("change nothing", function()
        local current = options.defaults(4)
        refused({ breaker = { deaths = 3 }, workers = "x" }, current)
        assert.same(DEFAULTS, current)
    end)

    it("are the same one of several, every time", function()
        local partial = {}
        for i = 1, 30 do
            partial["unknown" .. i] = i
        end
        assert.equal("guard: unknown option 'unknown1'", refused(partial).message)
        assert.matches("breaker.deaths", refused({ workers = 0, breaker = { within = 0, deaths = 0 } }).message)
    end)
end)
