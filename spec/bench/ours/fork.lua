-- A worker from fork to online to its end, one after the other: fork.lua TIMES prints "ms_each N".
local cluster = require("cluster")

if cluster.isWorker then
    return
end

local times = tonumber(process.argv[3])
local left = times
local started
cluster.on("online", function(worker)
    worker:disconnect()
end)
cluster.on("exit", function()
    if not started then
        started = process.hrtime() -- the first one was the warm-up
    else
        left = left - 1
        if left == 0 then
            local took = process.hrtime(started)
            print("ms_each " .. (took[1] * 1e3 + took[2] / 1e6) / times)
            return
        end
    end
    cluster.fork()
end)
cluster.fork()
