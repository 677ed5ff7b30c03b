local respawn = require("moonherd.policy.respawn")

describe("respawn.delay", function()
    local facts = { failures = 1, lived = 20, cause = "exit" }

    it("is the number given", function()
        assert.equal(5000, respawn.delay({ delay = 5000 }, facts))
        assert.equal(0, respawn.delay({ delay = 0 }, { failures = 50 }))
    end)

    it("is none when respawn is off", function()
        assert.is_nil(respawn.delay(false, facts))
    end)

    it("grows from min by factor to max, without jitter exactly", function()
        local options = { delay = { min = 100, max = 1000, factor = 2, jitter = 0 } }
        local grown = {}
        for failures = 1, 6 do
            grown[failures] = respawn.delay(options, { failures = failures })
        end
        assert.same({ 100, 200, 400, 800, 1000, 1000 }, grown)
        assert.equal(1000, respawn.delay(options, { failures = 1e6 }))
        assert.equal(100, respawn.delay(options, {}))
        assert.equal(100, respawn.delay(options, { failures = 0 }))
    end)

    it("takes at most the jitter's share off", function()
        local options = { delay = { min = 1000, max = 1000, factor = 1, jitter = 0.5 } }
        local function with(random)
            return respawn.delay(options, facts, function() return random end)
        end
        assert.equal(1000, with(0))
        assert.equal(750, with(0.5))
        assert.equal(500, with(1))
        for _ = 1, 100 do
            local delay = respawn.delay(options, facts)
            assert.is_true(delay >= 500 and delay <= 1000)
        end
    end)

    it("is what a function says of the facts", function()
        local got
        local options = {
            delay = function(given)
                got = given
                return 12.7
            end,
        }
        assert.equal(12, respawn.delay(options, facts))
        assert.equal(facts, got)
        assert.is_nil(respawn.delay({ delay = function() return false end }, facts))
        assert.equal(0, respawn.delay({ delay = function() return 0 end }, facts))
    end)

    it("is the default, with a word why, when the function fails", function()
        local delay, problem = respawn.delay({ delay = function() error("oops") end }, facts)
        assert.equal(5000, delay)
        assert.matches("respawn.delay failed: .*respawn_spec.lua:%d+: oops", problem)
        for _, bad in ipairs({ -1, math.huge, 0 / 0, "5", true, {}, 86400001 }) do
            delay, problem = respawn.delay({ delay = function() return bad end }, facts)
            assert.equal(5000, delay)
            assert.matches("must return milliseconds from 0 to 86400000 or false, got ", problem, 1, true)
        end
        delay, problem = respawn.delay({ delay = function() end }, facts)
        assert.equal(5000, delay)
        assert.matches("got nil$", problem)
    end)
end)

describe("respawn.failures", function()
    it("counts short lives in a row, and begins anew after a long one", function()
        assert.equal(1, respawn.failures(nil, 10))
        assert.equal(2, respawn.failures(1, 10))
        assert.equal(3, respawn.failures(2, respawn.HEALTHY_MS - 1))
        assert.equal(1, respawn.failures(3, respawn.HEALTHY_MS))
    end)
end)
