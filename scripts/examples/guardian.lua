-- guardian.lua - the guardian that moonherd grew out of, by hand, on nothing but what Node has too.
--
-- Half as many workers as processors; each is pinged every 10 s and killed after three missed answers; a dead one is
-- replaced 5 s later; one that grew past 700 MiB leaves. `cluster.guard()` does all this, and what this cannot.
--
--     scripts/run scripts/examples/guardian.lua         INTERVAL and DELAY (ms) make it faster to try

local cluster = require "cluster"
local http = require "http"

local INTERVAL = tonumber(process.env.INTERVAL) or 10000
local DELAY = tonumber(process.env.DELAY) or 5000
local MISSES = 3
local MEMORY = 734003200

if cluster.isWorker then
    process.on("message", function(message)
        local pid = message:match("^ping#(%d+)$")
        if pid then
            process.send("pong#" .. pid)
        end
    end)
    process.on("uncaughtException", function(err)
        console.error(("worker %d: %s"):format(process.pid, tostring(err)))
        process.exit(1)
    end)
    setInterval(function()
        if process.memoryUsage().rss > MEMORY then
            process.exit(1)
        end
    end, 1000):unref()
    http.createServer(function(req, res)
        if req.url == "/throw" then
            error("thrown on purpose")
        end
        while req.url == "/loop" do end
        res:end_(("hello from %d\n"):format(process.pid))
    end):listen(tonumber(process.env.PORT) or 8000, process.env.HOST or "127.0.0.1")
    return
end

local missed = {} -- pings without an answer, by pid

local function start()
    local worker = cluster.fork()
    local pid = worker.process.pid
    missed[pid] = 0
    worker:on("message", function(message)
        if message == "pong#" .. pid then
            missed[pid] = 0
        end
    end)
    console.log(("worker %d started"):format(pid))
end

cluster.on("exit", function(worker, code, signal)
    local pid = worker.process.pid
    missed[pid] = nil
    console.log(("worker %d is gone: %s"):format(pid, signal or code))
    setTimeout(start, DELAY)
end)

setInterval(function()
    for _, worker in pairs(cluster.workers) do
        local pid = worker.process.pid
        if (missed[pid] or 0) >= MISSES then
            console.log(("worker %d does not answer: killed"):format(pid))
            process.kill(pid, "SIGKILL")
        elseif worker:isConnected() then
            missed[pid] = missed[pid] + 1
            worker:send("ping#" .. pid)
        end
    end
end, INTERVAL)

-- The origin counted `for (i = 0; i < cpus / 2; i++)`: half the processors, rounded up.
local cpus = 0
for line in io.lines("/proc/cpuinfo") do
    cpus = cpus + (line:match("^processor") and 1 or 0)
end
for _ = 1, math.max(1, math.ceil(cpus / 2)) do
    start()
end
