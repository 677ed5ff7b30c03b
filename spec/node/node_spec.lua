--- The pairs of spec/node: each traces the same by moonherd as by Node (see spec/node/runner.lua).

local runner = require("spec.node.runner")

describe("beside Node", function()
    local names = runner.names()
    local results

    setup(function()
        print("note: " .. runner.oracle())
        results = runner.run(names)
    end)

    for _, name in ipairs(names) do
        it(name .. " (" .. table.concat(runner.header(name), " ") .. ")", function()
            local result = results[name]
            if result.problem then
                local diff = runner.diff(result.oracle, result.ours)
                error(("%s\n%s\n%s"):format(result.problem, diff, result.stderr or ""), 0)
            end
        end)
    end

    it("has a pair for every known difference, and knows every ID", function()
        local ids = {}
        for _, row in ipairs(require("spec.node.ids")) do
            assert.is_nil(ids[row[1]], row[1] .. " stands twice in ids.lua")
            ids[row[1]] = true
            assert.is_nil(row.spec and runner.spec_fault(row))
        end
        for name, difference in pairs(runner.differences) do
            assert.is_table(results[name], name .. " is no pair")
            assert.is_truthy(difference.status == "improved" or difference.status == "differs")
            assert.is_string(difference.reason)
            for _, id in ipairs(difference.ids) do
                assert.is_true(ids[id], ("%s: no %s in ids.lua"):format(name, id))
            end
        end
        for _, name in ipairs(names) do
            for _, id in ipairs((runner.header(name))) do
                assert.is_true(ids[id], ("%s: no %s in ids.lua"):format(name, id))
            end
        end
    end)
end)
