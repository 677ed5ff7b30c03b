-- An IPC round trip of a small table, handlers at both ends: roundtrip.lua TRIPS prints "us_per_trip N".
local child_process = require("child_process")

if process.send then
    process:on("message", function(message)
        process.send(message)
    end)
    return
end

local trips = tonumber(process.argv[3])
local trip = -math.ceil(trips / 10) -- those below zero are the warm-up
local started
local child = child_process.fork(process.argv[2])
child:on("message", function(echo)
    trip = trip + 1
    if trip == 0 then
        started = process.hrtime()
    end
    if trip < trips then
        child:send(echo)
        return
    end
    local took = process.hrtime(started)
    print("us_per_trip " .. (took[1] * 1e6 + took[2] / 1e3) / trips)
    child:disconnect()
end)
child:send({ type = "move", id = 7, pos = { 1.5, 2.5, 3.5 }, name = "herd", ok = true })
