-- policy.lua - how the herd is guarded. The master reads it at start and again at SIGHUP; each line is optional,
-- and what is not named keeps its default, given here. Times are milliseconds, sizes bytes.

local workers = os.getenv("WORKERS")

return {
    workers = tonumber(workers) or workers,       -- nil: half the processors, rounded up
    heartbeat = { interval = 10000, misses = 3 }, -- a worker that leaves 3 pings unanswered is killed
    respawn = { delay = 5000 },                   -- a dead worker is replaced after 5 seconds
    memory = { hard = 734003200 },                -- 700 MiB: a worker that grows past it leaves
    breaker = { deaths = 10, within = 60000, cooldown = 60000 }, -- 10 deaths in a minute: pause for one, then try
    stop = { grace = 5000 },                      -- at SIGTERM a worker has 5 seconds to finish what it has
}
