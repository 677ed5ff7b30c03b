--- scripts/examples/pool.lua: a sum in pieces, the same whatever happens to the workers.
local herd = require("spec.support.herd")
local sys = require("spec.support.sys")

local POOL = sys.readlink("/proc/self/cwd") .. "/scripts/examples/pool.lua"

local function start(n, workers)
    return herd.start({ file = POOL, env = { N = tostring(n), WORKERS = tostring(workers) } })
end

local function pieces(done)
    local sum = 0
    for count in done.stdout:gmatch("worker %d+ did (%d+) pieces") do
        sum = sum + tonumber(count)
    end
    return sum
end

describe("pool.lua", function()
    after_each(herd.cleanup)

    it("counts primes with any number of workers", function()
        for _, workers in ipairs({ 1, 3 }) do
            local done = start(100000, workers):wait_closed(20)
            assert.equal(0, done.code, done.stderr)
            assert.equal("", done.stderr)
            assert.matches("\n9592 primes up to 100000, in %d+%.%d s\n$", done.stdout)
            assert.equal(40, pieces(done))
        end
    end)

    it("has another worker do the piece of one that is killed", function()
        local pool = start(8000000, 3)
        pool:expect("worker 3 %(pid %d+%) computes")
        local pid = pool:text():match("worker 2 %(pid (%d+)%)")
        herd.kill(pid)
        local done = pool:wait_closed(60)
        assert.equal(0, done.code, done.stderr)
        assert.matches("worker 2 failed %(ERR_IPC_CHANNEL_CLOSED%): another does %d+ to %d+\n", done.stdout)
        assert.matches("\n539777 primes up to 8000000, in", done.stdout)
    end)

    it("starts others when all are killed", function()
        local pool = start(4000000, 2)
        pool:expect("worker 2 %(pid %d+%) computes")
        for pid in pool:text():gmatch("%(pid (%d+)%)") do
            herd.kill(pid)
        end
        local done = pool:wait_closed(60)
        assert.equal(0, done.code, done.stderr)
        assert.matches("worker 3 %(pid %d+%) computes", done.stdout)
        assert.matches("\n283146 primes up to 4000000, in", done.stdout)
    end)
end)
