local watchdog = require("moonherd.policy.watchdog")

local function judge(facts)
    facts.interval = facts.interval == nil and 10000 or facts.interval
    facts.misses = facts.misses or 3
    return watchdog.judge(facts)
end

describe("watchdog.judge", function()
    it("finds a worker that answers fine", function()
        assert.equal("fine", (judge({ missed = 0 })))
        assert.equal("fine", (judge({ missed = 0, state = "T", masterLate = 1e6 })))
    end)

    it("finds one late from the first miss, and a zombie from the last", function()
        local verdict, reason = judge({ missed = 1 })
        assert.equal("late", verdict)
        assert.equal("no answer to 1 ping in 10000 ms", reason)
        assert.equal("late", (judge({ missed = 2 })))
        verdict, reason = judge({ missed = 3 })
        assert.equal("zombie", verdict)
        assert.equal("no answer to 3 pings in 30000 ms", reason)
        assert.equal("zombie", (judge({ missed = 4 })))
        assert.equal("zombie", (judge({ missed = 1, misses = 1 })))
    end)

    it("says what the process is doing", function()
        local function reason(state)
            return (select(2, judge({ missed = 3, state = state })):match(": (.*)"))
        end
        assert.equal("running", reason("R"))
        assert.equal("stopped by a signal", reason("T"))
        assert.equal("stopped by a debugger", reason("t"))
        assert.equal("in a system call that cannot be interrupted", reason("D"))
        assert.equal("process state I", reason("I"))
    end)

    it("forgives a round in which the master was late itself", function()
        local verdict, reason = judge({ missed = 3, masterLate = 10000 })
        assert.equal("fine", verdict)
        assert.equal("the master was itself late by 10000 ms", reason)
        assert.equal("zombie", (judge({ missed = 3, masterLate = 9999 })))
    end)

    it("judges nobody without a heartbeat", function()
        assert.equal("fine", (judge({ missed = 100, interval = false })))
    end)
end)
