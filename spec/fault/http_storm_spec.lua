-- See spec/fixtures/http_storm.lua. A failure names its seed; the storm is the same for the same seed up to the order
-- in which sockets are ready.

local proc = require("spec.support.proc")

local CONNECTIONS = 300

describe("an http server in a storm", function()
    after_each(proc.cleanup)

    for seed = 1, 6 do
        it("comes to rest, seed " .. seed, function()
            local done = proc.run({ "spec/fixtures/http_storm.lua", seed, CONNECTIONS, seconds = 60 })
            assert.equal("", done.stderr)
            assert.equal("calm\n", done.stdout)
            assert.equal(0, done.code)
        end)
    end
end)
