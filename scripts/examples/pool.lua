-- pool.lua - a worker pool: a sum that is too long for one process, computed in pieces by several.
--
--     scripts/run scripts/examples/pool.lua             counts the primes up to 10,000,000
--     N=50000000 WORKERS=8 scripts/run scripts/examples/pool.lua
--
-- Each piece is a request to a worker, and its answer the number of primes in it. Kill a worker while it computes
-- (its pid is printed): its piece goes to the next one, and the total is the same. What to look at: worker:request
-- returns the answer, or nil and an error; process.onRequest answers.

local async = require "async"
local cluster = require "cluster"

-- The worker ----------------------------------------------------------------------------------------------------------

local function primes_between(low, high)
    local count = 0
    for n = math.max(low, 2), high do
        local divisor = 2
        while divisor * divisor <= n and n % divisor ~= 0 do
            divisor = divisor + 1
        end
        if divisor * divisor > n then
            count = count + 1
        end
    end
    return count
end

if cluster.isWorker then
    process.onRequest(function(piece)
        return primes_between(piece.low, piece.high)
    end)
    return
end

-- The master ----------------------------------------------------------------------------------------------------------

local N = tonumber(process.env.N) or 10000000
local WORKERS = math.max(1, tonumber(process.env.WORKERS) or 4)
local PIECE = math.ceil(N / 40)

local pieces, total = {}, 0
for low = 1, N, PIECE do
    table.insert(pieces, { low = low, high = math.min(low + PIECE - 1, N) })
end

--- Gives one worker piece after piece, until none is left or the worker is gone.
local function employ(worker)
    local done = 0
    while #pieces > 0 do
        local piece = table.remove(pieces)
        local count, err = worker:request(piece, 60000)
        if not count then
            console.log("worker %d failed (%s): another does %d to %d", worker.id, err.code, piece.low, piece.high)
            table.insert(pieces, piece)
            return
        end
        total, done = total + count, done + 1
    end
    console.log("worker %d did %d pieces", worker.id, done)
end

async.run(function()
    local began = process.hrtime.bigint()
    while #pieces > 0 do
        local tasks = {}
        for i = 1, WORKERS do
            local worker = cluster.fork()
            console.log("worker %d (pid %d) computes", worker.id, worker.process.pid)
            tasks[i] = async.run(employ, worker)
        end
        for _, task in ipairs(tasks) do
            task:wait()
        end
    end
    local seconds = tonumber(process.hrtime.bigint() - began) / 1e9
    console.log("%d primes up to %d, in %s s", total, N, ("%.1f"):format(seconds))
    cluster.disconnect()
end)
