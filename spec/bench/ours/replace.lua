-- From the kill of a worker until its replacement is online: replace.lua TIMES prints "ms_each N".
local cluster = require("cluster")

if cluster.isWorker then
    return
end

local times = tonumber(process.argv[3])
local round = 0
local total = 0
local killed
cluster.on("online", function(worker)
    if round > 0 then
        local took = process.hrtime(killed)
        total = total + took[1] * 1e3 + took[2] / 1e6
    end
    if round == times then
        print("ms_each " .. total / times)
        process.exit(0)
    end
    round = round + 1
    -- Only once it has come to rest.
    setTimeout(function()
        killed = process.hrtime()
        process.kill(worker.process.pid, "SIGKILL")
    end, 20)
end)
cluster.guard({ workers = 1, respawn = { delay = 0 }, breaker = false })
