-- dns.lua - looks up several names at once, and says how long each took.
--
--     scripts/run scripts/examples/dns.lua localhost debian.org nowhere.invalid
--
-- What to look at: the names are asked for side by side, so that the slowest alone decides how long it takes; a name
-- that does not exist is an answer like any other, nil and an error.

local async = require "async"
local dns = require "dns"

local names = { unpack(process.argv, 3) }
if #names == 0 then
    names = { "localhost", "127.0.0.1" }
end

local function look_up(name)
    local began = process.hrtime.bigint()
    local list, err = async.call(dns.lookup, name, { all = true })
    local ms = tonumber(process.hrtime.bigint() - began) / 1e6
    local addresses = {}
    for i, entry in ipairs(list or {}) do
        addresses[i] = entry.address
    end
    console.log(("%-24s %6.1f ms  %s"):format(name, ms, list and table.concat(addresses, ", ") or err.code))
    return list ~= nil
end

async.run(function()
    local tasks = {}
    for i, name in ipairs(names) do
        tasks[i] = async.run(look_up, name)
    end
    for _, task in ipairs(tasks) do
        if not task:wait() then
            process.exitCode = 1
        end
    end
end)
