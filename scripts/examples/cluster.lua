-- cluster.lua - replaces all workers, one after the other, without losing a request.
--
--     scripts/run scripts/examples/cluster.lua          PORT (8000), HOST and WORKERS (2) change it
--     kill -HUP <pid of the master>                     replaces each worker by one that runs the script as it is now
--
-- Ask on and on meanwhile (`while curl -s localhost:8000; do :; done`): the worker's number changes, no request fails.
-- What to look at: the new one is listening before the old one is told to finish, and worker:disconnect waits for what
-- it has in hand.

local async = require "async"
local cluster = require "cluster"
local http = require "http"

local HOST, PORT = process.env.HOST or "127.0.0.1", tonumber(process.env.PORT) or 8000
local WORKERS = tonumber(process.env.WORKERS) or 2

if cluster.isWorker then
    local server = http.createServer(function(_, res)
        res:end_(("hello from worker %d (pid %d)\n"):format(cluster.worker.id, process.pid))
    end)
    server:on("error", function(err)
        console.error("cannot serve: %s; PORT and HOST change it", err.message)
        process.exit(1)
    end)
    server:listen(PORT, HOST)
    return
end

--- Starts a worker and waits until it serves.
local function start()
    local worker = cluster.fork()
    local address, err = async.once(worker, "listening", 10000)
    if not address then
        console.error("worker %d does not come up: %s", worker.id, err.message)
        worker:kill()
        return nil
    end
    console.log("worker %d (pid %d) serves http://%s:%d", worker.id, worker.process.pid, HOST, address.port)
    return worker
end

--- Lets a worker finish, and waits until it has.
local function finish(worker)
    if worker and not worker:isDead() then
        worker:disconnect()
        async.once(worker, "exit")
        console.log("worker %d has finished", worker.id)
    end
end

local herd = {} -- by place, 1 to WORKERS; a place is empty when its worker died and no other came up
local replacing = false

cluster.on("exit", async.wrap(function(worker, code, signal)
    for i = 1, WORKERS do
        if herd[i] == worker and not worker.exitedAfterDisconnect then
            console.log("worker %d died (%s)", worker.id, signal or code)
            local new = start()
            if herd[i] == worker then
                herd[i] = new
            else
                finish(new) -- the place was taken meanwhile
            end
        end
    end
end))

process.on("SIGHUP", async.wrap(function()
    if replacing then
        return console.log("already at it")
    end
    replacing = true
    for i = 1, WORKERS do
        local old, new = herd[i], start()
        if not new then
            replacing = false
            return console.log("no more are replaced: those there are go on")
        end
        herd[i] = new
        finish(old)
    end
    replacing = false
    console.log("all is replaced: kill -HUP %d does it again", process.pid)
end))

async.run(function()
    for i = 1, WORKERS do
        herd[i] = start() or process.exit(1)
    end
    console.log("kill -HUP %d replaces them", process.pid)
end)
