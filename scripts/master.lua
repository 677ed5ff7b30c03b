-- master.lua - herds app.lua: starts the workers, guards them, and says what happens to them.
--
--     scripts/run                      HOST, PORT and WORKERS change where and how many
--     kill -HUP <pid of the master>    reads policy.lua again and applies it to the running herd
--
-- More to run, one idea each: scripts/examples.

local cluster = require "cluster"

local here = process.argv[2]:match("^(.*)/") or "."

local function say(...)
    console.log(("[master %d] "):format(process.pid) .. string.format(...))
end

-- The policy ----------------------------------------------------------------------------------------------------------

local policy_file = here .. "/policy.lua"

-- What a broken file leaves in force is said with what is wrong in it.
local function apply_policy(otherwise)
    local chunk, problem = loadfile(policy_file)
    local ok, result = chunk ~= nil, problem
    if ok then
        ok, result = pcall(chunk)
    end
    if ok and result == nil then
        ok, result = false, "it returns nothing, but must return a table"
    end
    if ok then
        ok, result = pcall(cluster.guard, result)
    end
    if not ok then
        local message = type(result) == "table" and result.message or tostring(result)
        console.error(("[master %d] policy.lua not applied, %s: %s"):format(process.pid, otherwise, message))
    end
    return ok, result
end

-- What happens --------------------------------------------------------------------------------------------------------

local function url(address)
    local host = address.address or "*" -- listen was given no host: all addresses of this machine
    if address.addressType == -1 then
        return host -- the path of a unix socket
    end
    return ("http://%s:%d"):format(host:find(":") and "[" .. host .. "]" or host, address.port)
end

cluster.on("listening", function(worker, address)
    say("worker %d (pid %d) serves %s", worker.id, worker.process.pid, url(address))
end)

cluster.on("exit", function(worker, code, signal)
    say("worker %d (pid %d) is gone: %s", worker.id, worker.process.pid, signal or ("exit code %d"):format(code))
end)

cluster.on("zombie", function(worker, facts)
    say("worker %d (pid %d) hangs and is killed: %s; last request: %s",
        worker.id, worker.process.pid, facts.reason, facts.lastRequest or "none")
end)

cluster.on("memory", function(worker, facts)
    say("worker %d (pid %d) is too large: %s", worker.id, worker.process.pid, facts.reason)
end)

cluster.on("respawn", function(worker, delay)
    say("worker %d is replaced in %.1f s", worker.id, delay / 1000)
end)

cluster.on("breaker", function(facts)
    if facts.state == "open" then
        say("breaker open: %d deaths in %.0f s; no worker starts for %.0f s",
            facts.deaths, facts.within / 1000, facts.cooldown / 1000)
    else
        say(facts.state == "halfOpen" and "breaker half open: one worker is tried" or "breaker closed: all is well")
    end
end)

cluster.on("stop", function(signal)
    say("%s: the workers finish what they have; a second one ends them at once", signal)
end)

process.on("SIGHUP", function()
    local ok, options = apply_policy("the old values stay")
    if ok then
        say("policy.lua applied: %d worker%s", options.workers, options.workers == 1 and "" or "s")
    end
end)

-- The herd ------------------------------------------------------------------------------------------------------------

cluster.setupPrimary({ exec = here .. "/app.lua" })
if not apply_policy("nothing is started") then
    process.exit(1)
end
