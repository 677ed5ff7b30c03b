-- master.lua - herds app.lua: starts the workers, guards them, and says what happens to them.
--
--     scripts/run                      HOST, PORT and WORKERS change where and how many
--     kill -HUP <pid of the master>    reads policy.lua again and applies it to the running herd

local cluster = require "cluster"

local here = process.argv[2]:match("^(.*)/") or "."

local function say(...)
    console.log(("[master %d] "):format(process.pid) .. string.format(...))
end

-- The policy ----------------------------------------------------------------------------------------------------------

local policy_file = here .. "/policy.lua"

-- A broken file is named, and what was in force stays in force.
local function apply_policy()
    local chunk, problem = loadfile(policy_file)
    local ok, result = chunk ~= nil, problem
    if ok then
        ok, result = pcall(chunk)
    end
    if ok then
        ok, result = pcall(cluster.guard, result)
    end
    if not ok then
        local message = type(result) == "table" and result.message or tostring(result)
        console.error(("[master %d] %s not applied, the old values stay: %s"):format(process.pid, policy_file, message))
    end
    return ok, result
end

-- What happens --------------------------------------------------------------------------------------------------------

cluster.on("listening", function(worker, address)
    say("worker %d (pid %d) serves http://%s:%d", worker.id, worker.process.pid, address.address, address.port)
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
    say("%s: the workers finish what they have", signal)
end)

process.on("SIGHUP", function()
    local ok, options = apply_policy()
    if ok then
        say("policy.lua applied: %d workers", options.workers)
    end
end)

-- The herd ------------------------------------------------------------------------------------------------------------

cluster.setupPrimary({ exec = here .. "/app.lua" })
if not apply_policy() then
    process.exit(1)
end
