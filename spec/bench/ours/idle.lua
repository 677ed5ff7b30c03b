-- A herd that does nothing but answer heartbeats: idle.lua WORKERS INTERVAL_MS prints "pid N" of each worker, then
-- "online".
local cluster = require("cluster")

if cluster.isWorker then
    return
end

local workers, interval = tonumber(process.argv[3]), tonumber(process.argv[4])
local online = 0
cluster.on("online", function(worker)
    print("pid " .. worker.process.pid)
    online = online + 1
    if online == workers then
        print("online")
    end
end)
cluster.on("zombie", function(worker)
    error("worker " .. worker.process.pid .. " did not answer")
end)
cluster.guard({ workers = workers, heartbeat = { interval = interval } })
