--- spec/node/runner.lua itself: what it holds for a fault of the case, and of a row that a spec is to show.

local runner = require("spec.node.runner")
local sys = require("spec.support.sys")

-- Any pair without an entry in differences.lua.
local PAIR = "spawn_missing"

local function side(lines, ending)
    return { lines = lines, ending = ending, trace = lines .. ending .. "\n", stderr = "" }
end

describe("the judge of the pairs", function()
    local lines, ending

    setup(function()
        lines, ending = sys.slurp(("spec/node/traces/%s.txt"):format(PAIR)):match("^(.-)([^\n]*)\n$")
    end)

    local function judge(oracle, ours, code)
        return runner.judge(PAIR, oracle, ours, code or 0)
    end

    it("passes equal traces", function()
        local result = judge(side(lines, ending), side(lines, ending))
        assert.equal("pass", result.status)
        assert.is_nil(result.problem)
    end)

    it("calls other traces different", function()
        assert.equal("differs", judge(side(lines, ending), side(lines .. "main| more\n", ending)).status)
        assert.equal("differs", judge(side(lines, ending), side(lines, "exit code 1")).status)
    end)

    it("calls a case wrong that compares nothing", function()
        local result = judge(side("", "exit code 0"), side("", "exit code 0"))
        assert.equal("error", result.status)
        assert.matches("trace of the oracle is empty", result.problem)
    end)

    it("calls a case wrong that both fail", function()
        for _, how in ipairs({ "exit code 1", "ended by SIGSEGV", "was not done after 20 s" }) do
            local result = judge(side(lines, how), side(lines, how))
            assert.equal("error", result.status)
            assert.equal(1, result.problem:find("the oracle's " .. how, 1, true))
        end
    end)

    it("calls a case wrong whose recorded trace is another", function()
        local result = judge(side(lines .. "main| new\n", ending), side(lines .. "main| new\n", ending))
        assert.equal("error", result.status)
        assert.matches("not the recorded one", result.problem)
    end)
end)

describe("a row that a spec shows", function()
    -- Put together, so that this file names none of them.
    local here, id = "spec/node/runner_spec.lua", "XX-" .. 7

    local function fault(path, wanted)
        return runner.spec_fault({ wanted or id, "a row", spec = path })
    end

    it("needs a spec that names it", function() -- as this one does, by XX-17
        assert.is_nil(fault(here, "XX-" .. 17))
        assert.matches("does not name it", fault(here))
        assert.matches("does not name it", fault(here, "XX-" .. 1))
        assert.matches("does not exist", fault("spec/node/no_such_spec.lua"))
        assert.matches("is no spec", fault("spec/node/runner.lua"))
    end)
end)
