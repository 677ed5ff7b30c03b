-- abort.lua - asks several at once and takes the first answer: the others are told to stop.
--
--     scripts/run scripts/examples/abort.lua                          three commands of its own
--     scripts/run scripts/examples/abort.lua "sleep 2; echo slow" "sleep 1; echo fast"
--
-- TIMEOUT (ms, 5000) ends all of them. What to look at: one AbortController stops whatever was started with its
-- signal, and AbortSignal.any joins that with a time limit.

local async = require "async"
local child_process = require "child_process"

local TIMEOUT = tonumber(process.env.TIMEOUT) or 5000
local commands = { unpack(process.argv, 3) }
if #commands == 0 then
    commands = { "sleep 0.9; echo the hare", "sleep 0.3; echo the tortoise", "exit 1" }
end

local controller = AbortController()
local signal = AbortSignal.any({ controller.signal, AbortSignal.timeout(TIMEOUT) })
local winner

local function ask(command)
    local output, err = async.call(child_process.execFile, "/bin/sh", { "-c", command }, { signal = signal })
    if output then
        winner = winner or command
        console.log("%s: %s", command, (output:gsub("%s+$", "")))
        controller:abort("another was faster")
    elseif err.code == "ABORT_ERR" then
        console.log("%s: stopped, as %s", command, type(err.cause) == "string" and err.cause or "time is up")
    else
        console.log("%s: failed with %s", command, tostring(err.code))
    end
end

async.run(function()
    local tasks = {}
    for i, command in ipairs(commands) do
        tasks[i] = async.run(ask, command)
    end
    for _, task in ipairs(tasks) do
        task:wait()
    end
    console.log(winner and "the first was: " .. winner or "nobody answered")
    process.exitCode = winner and 0 or 1
end)
