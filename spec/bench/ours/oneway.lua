-- One-way IPC of a small table from the child, in bursts of 100, as send allows: oneway.lua MESSAGES prints
-- "per_second N". After a burst for which send said true the next one comes in the next turn of the loop, else once
-- the last message of the burst is written.
local child_process = require("child_process")

local BURST = 100

local function send_bursts(left)
    local function burst()
        local open = true
        for i = 1, BURST - 1 do
            open = process.send({ type = "move", id = i, pos = { 1.5, 2.5, 3.5 }, name = "herd", ok = true })
        end
        left = left - BURST
        local after = left > 0 and burst or process.disconnect
        local last = { type = "move", id = BURST, pos = { 1.5, 2.5, 3.5 }, name = "herd", ok = true }
        if open and left > 0 then
            process.send(last)
            setImmediate(after)
        else
            process.send(last, function()
                after()
            end)
        end
    end
    burst()
end

if process.send then
    send_bursts(tonumber(process.argv[3]))
    return
end

local messages = math.ceil(tonumber(process.argv[3]) / BURST) * BURST
local warm_up = math.ceil(messages / 10 / BURST) * BURST
local received = -warm_up
local started
local child = child_process.fork(process.argv[2], { messages + warm_up })
child:on("message", function(message)
    assert(message.type == "move", "a broken message")
    received = received + 1
    if received == 0 then
        started = process.hrtime()
    elseif received == messages then
        local took = process.hrtime(started)
        print("per_second " .. messages / (took[1] + took[2] / 1e9))
    end
end)
