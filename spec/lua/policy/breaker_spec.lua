local breaker = require("moonherd.policy.breaker")

local OPTIONS = { deaths = 3, within = 1000, cooldown = 5000, trial = false }

local function opened_at(now, options)
    local b = breaker.new(options or OPTIONS)
    local facts
    for id = 1, b.options.deaths do
        facts = b:death(now, "exit", id)
    end
    assert.equal("open", facts.state)
    return b
end

local function half_open_at(now)
    local b = opened_at(now - OPTIONS.cooldown)
    assert.equal("halfOpen", b:tick(now).state)
    return b
end

describe("a closed breaker", function()
    it("lets workers start and has nothing to wait for", function()
        local b = breaker.new(OPTIONS)
        assert.is_true(b:may_start())
        b:started(0, 1)
        assert.is_true(b:may_start())
        assert.is_nil(b:next_at())
        assert.is_nil(b:tick(1e9))
        assert.same({ state = "closed", deaths = 0, causes = {}, within = 1000, cooldown = 5000 }, b:facts(0))
    end)

    it("opens at the last of so many deaths in so much time, and says what they were", function()
        local b = breaker.new(OPTIONS)
        assert.is_nil(b:death(100, "exit", 1))
        assert.is_nil(b:death(200, "signal", 2))
        assert.same({
            state = "open",
            deaths = 3,
            causes = { exit = 2, signal = 1 },
            within = 1000,
            cooldown = 5000,
            nextAt = 6100,
            nextIn = 5000,
        }, b:death(1100, "exit", 3))
        assert.is_false(b:may_start())
    end)

    it("stays closed when the deaths are a little too far apart, however many", function()
        local b = breaker.new(OPTIONS)
        for i = 1, 100 do
            assert.is_nil(b:death(i * 501, "exit", i))
        end
        assert.equal(2, b:facts(100 * 501).deaths)
        assert.equal(0, b:facts(1e6).deaths)
        -- One early death more, and it opens.
        assert.equal("open", b:death(100 * 501 + 1, "exit", 101).state)
    end)

    it("does not count deaths that were asked for", function()
        local b = breaker.new(OPTIONS)
        for i = 1, 100 do
            assert.is_nil(b:death(i, "exit", i, true))
        end
        assert.equal(0, b:facts(100).deaths)
    end)

    it("opens at once when one death is too many", function()
        local b = breaker.new({ deaths = 1, within = 10, cooldown = 10 })
        assert.equal("open", b:death(0, "exit", 1).state)
    end)

    it("holds no more deaths than it counts", function()
        local b = breaker.new(OPTIONS)
        for i = 1, 10000 do
            b:death(i * 1000000, "exit", i)
        end
        for i = 1, 10000 do
            b:death(1e10 + i, "signal", i)
        end
        assert.equal(OPTIONS.deaths, #b.ring)
        assert.equal(OPTIONS.deaths, b:facts(1e10 + 10000).deaths)
    end)
end)

describe("an open breaker", function()
    it("lets nobody start until its cooldown is over, then is half open", function()
        local b = opened_at(100)
        assert.equal(5100, b:next_at())
        assert.is_nil(b:tick(5099))
        assert.is_false(b:may_start())
        local facts = b:tick(5100)
        assert.equal("halfOpen", facts.state)
        assert.equal(3, facts.deaths)
        assert.is_nil(facts.nextAt)
        assert.is_true(b:may_start())
        assert.is_nil(b:tick(5100))
    end)

    it("records the deaths of those left over, without another change", function()
        local b = opened_at(100)
        for id = 10, 20 do
            assert.is_nil(b:death(200, "memory", id))
        end
        assert.same({ memory = 3 }, b:facts(200).causes)
        assert.equal(5100, b:next_at())
    end)
end)

describe("a half open breaker", function()
    it("lets one worker start", function()
        local b = half_open_at(10000)
        assert.is_true(b:may_start())
        b:started(10001, "trial")
        assert.is_false(b:may_start())
    end)

    it("closes when the trial has lived, and has forgotten the deaths", function()
        local b = half_open_at(10000)
        b:started(10500, "trial")
        assert.equal(11500, b:next_at()) -- `within` is below the 5000 a trial takes otherwise
        assert.is_nil(b:tick(11499))
        assert.same({ state = "closed", deaths = 0, causes = {}, within = 1000, cooldown = 5000 }, b:tick(11500))
        assert.is_true(b:may_start())
        assert.is_nil(b:next_at())
        assert.is_nil(b:death(11501, "exit", 1))
        assert.is_nil(b:death(11502, "exit", 2))
        assert.equal("open", b:death(11503, "exit", 3).state)
    end)

    it("takes as long for a trial as told, else five seconds or what it counts deaths within", function()
        for _, case in ipairs({
            { within = 60000, trial = false, takes = 5000 },
            { within = 60000, takes = 5000 },
            { within = 300, trial = false, takes = 300 },
            { within = 300, trial = 900, takes = 900 },
        }) do
            local b = opened_at(0, { deaths = 1, within = case.within, cooldown = 100, trial = case.trial })
            b:tick(100)
            b:started(100, 7)
            assert.equal(100 + case.takes, b:next_at())
        end
    end)

    it("opens again when the trial dies, for another cooldown", function()
        local b = half_open_at(10000)
        b:started(10000, "trial")
        local facts = b:death(10200, "signal", "trial")
        assert.equal("open", facts.state)
        assert.equal(15200, facts.nextAt)
        assert.same({ signal = 1 }, facts.causes)
        assert.is_false(b:may_start())
        assert.equal("halfOpen", b:tick(15200).state)
        assert.is_true(b:may_start())
    end)

    it("is not moved by the deaths of others", function()
        local b = half_open_at(10000)
        for id = 1, 10 do
            assert.is_nil(b:death(10001, "exit", id))
        end
        b:started(10002, "trial")
        for id = 1, 10 do
            assert.is_nil(b:death(10003, "exit", id))
        end
        assert.equal("halfOpen", b:facts(10003).state)
        assert.equal("closed", b:tick(11002).state)
    end)

    it("tries another when the trial was asked to leave", function()
        local b = half_open_at(10000)
        b:started(10000, "trial")
        assert.is_nil(b:death(10100, "exit", "trial", true))
        assert.is_true(b:may_start())
        assert.is_nil(b:tick(20000))
        b:started(20000, "second")
        assert.equal("closed", b:tick(21000).state)
    end)

    it("takes the first started for the trial, and no later one", function()
        local b = half_open_at(10000)
        b:started(10000, "trial")
        b:started(10900, "other")
        assert.equal(11000, b:next_at())
        assert.is_nil(b:death(10950, "exit", "other"))
        assert.equal("open", b:death(10960, "exit", "trial").state)
    end)
end)

describe("a breaker configured anew", function()
    it("keeps the latest deaths when it may hold fewer or more", function()
        local b = breaker.new({ deaths = 5, within = 1000, cooldown = 100 })
        for i = 1, 4 do
            b:death(i, "old" .. i, i)
        end
        assert.is_nil(b:configure({ deaths = 2, within = 1000, cooldown = 100 }, 5))
        assert.same({ old3 = 1, old4 = 1 }, b:facts(5).causes)
        assert.is_nil(b:configure({ deaths = 4, within = 1000, cooldown = 100 }, 5))
        assert.is_nil(b:death(6, "new", 6))
        local facts = b:death(7, "new", 7)
        assert.equal("open", facts.state)
        assert.same({ old3 = 1, old4 = 1, new = 2 }, facts.causes)
    end)

    it("keeps the latest deaths of a ring that has gone round", function()
        local b = breaker.new({ deaths = 3, within = 1, cooldown = 100 })
        for i = 1, 5 do
            b:death(i * 10, "c" .. i, i)
        end
        b:configure({ deaths = 2, within = 1000, cooldown = 100 }, 50)
        assert.same({ c4 = 1, c5 = 1 }, b:facts(50).causes)
        b:death(60, "c6", 6)
        assert.same({ c5 = 1, c6 = 1 }, b:facts(60).causes)
    end)

    it("waits the new times, from when its state began", function()
        local b = opened_at(0)
        b:configure({ deaths = 3, within = 1000, cooldown = 100 }, 50)
        assert.equal(100, b:next_at())
        assert.equal("halfOpen", b:tick(100).state)
        b:started(100, 9)
        b:configure({ deaths = 3, within = 1000, cooldown = 100, trial = 30 }, 110)
        assert.equal("closed", b:tick(130).state)
    end)

    it("to none closes, and says so only if it was not closed", function()
        local b = opened_at(0)
        assert.same({ state = "closed", deaths = 0, causes = {} }, b:configure(false, 10))
        assert.is_nil(b:configure(false, 20))
        assert.is_true(b:may_start())
        for id = 1, 100 do
            assert.is_nil(b:death(30, "exit", id))
        end
        assert.is_nil(b:configure(OPTIONS, 40))
        assert.is_nil(b:death(41, "exit", 1))
        assert.is_nil(b:death(42, "exit", 2))
        assert.equal("open", b:death(43, "exit", 3).state)
    end)
end)

describe("an hour of workers that die at their start", function()
    -- The whole herd is forked as soon as allowed and lives 20 ms: what the breaker lets through is what a
    -- machine has to bear.
    local function forks_in_an_hour(options, workers, heal_at)
        local b = breaker.new(options)
        local forks, next_id, alive = 0, 0, {}
        local healthy_since
        for now = 0, 3600000, 10 do
            b:tick(now)
            for id, born in pairs(alive) do
                if now - born >= 20 and not (heal_at and born >= heal_at) then
                    alive[id] = nil
                    b:death(now, "exit", id)
                end
            end
            local count = 0
            for _ in pairs(alive) do
                count = count + 1
            end
            while count < workers and b:may_start() do
                next_id, count, forks = next_id + 1, count + 1, forks + 1
                alive[next_id] = now
                b:started(now, next_id)
            end
            if heal_at and not healthy_since and count == workers and b.state == "closed" and now >= heal_at then
                healthy_since = now
            end
        end
        return forks, healthy_since
    end

    it("forks less than twenty times a minute", function()
        local forks = forks_in_an_hour({ deaths = 10, within = 60000, cooldown = 60000 }, 8)
        assert.is_true(forks < 20 * 60, forks)
        assert.is_true(forks > 50, forks) -- and goes on trying
    end)

    it("heals by itself within a cooldown and a trial", function()
        local _, healthy = forks_in_an_hour({ deaths = 10, within = 60000, cooldown = 60000 }, 8, 1800000)
        assert.is_true(healthy - 1800000 <= 60000 + 5000 + 20)
    end)
end)
