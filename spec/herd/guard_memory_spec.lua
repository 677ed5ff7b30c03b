--- The memory limit: a worker that grows past it leaves by itself, or is killed where it cannot.
local herd = require("spec.support.herd")

local MB = 1024 * 1024

local MASTER = ([[
    if cluster.isPrimary then
        cluster.guard { workers = 1, memory = { hard = %d }, respawn = { delay = 0 }, breaker = { deaths = 1 } }
        cluster.on("memory", function(w, facts) say("memory", w.id, facts.rss > %d, facts.reason) end)
        cluster.on("exit", function(w, code, signal) say("exit", w.id, signal or code) end)
        cluster.on("breaker", function(facts)
            say("cause", facts.causes.memory)
            process.exit(0)
        end)
        return
    end
]]):format(200 * MB, 200 * MB)

describe("a worker over memory.hard", function()
    after_each(herd.cleanup)

    it("in a loop that only allocates leaves by itself, says so, and dies of memory", function()
        local done = herd.run(MASTER .. [[
            setTimeout(function()
                local hoard = {}
                while true do hoard[#hoard + 1] = ("x"):rep(1000) .. #hoard end
            end, 1)
        ]], 20)
        assert.same({ "exit 1 1", "cause 1" }, herd.lines(done), done.stderr)
        assert.truthy(done.stderr:find("worker 1 %(pid %d+%): memory limit of 200 MiB passed %(%d+ MiB%); leaving\n"),
            done.stderr)
    end)

    it("that catches every error leaves all the same", function()
        local done = herd.run(MASTER .. [[
            setTimeout(function()
                local hoard = {}
                while true do pcall(function() hoard[#hoard + 1] = ("x"):rep(10000) .. #hoard end) end
            end, 1)
        ]], 20)
        assert.equal("cause 1", herd.lines(done)[2], done.stdout .. done.stderr)
    end)

    it("by one huge string is told from one that has room for it", function()
        local done = herd.run(MASTER .. [[
            setTimeout(function()
                local small = ("x"):rep(50 * 1024 * 1024)
                say("small", #small)
                local large = ("x"):rep(300 * 1024 * 1024)
                say("large", #large)
            end, 1)
        ]], 20)
        assert.same({ "small 52428800" }, herd.lines(done, "^[sl]"), done.stderr)
        assert.equal("cause 1", herd.lines(done, "^cause")[1], done.stderr)
    end)

    it("outside the Lua heap, by turns of its loop, leaves by itself", function()
        local done = herd.run(MASTER .. [[
            local ffi = require "ffi"
            ffi.cdef "void *mmap(void *, size_t, int, int, int, long);"
            setInterval(function() ffi.C.mmap(nil, 20 * 1024 * 1024, 3, 0x8022, -1, 0) end, 10) -- touched at once
        ]], 20)
        assert.same({ "exit 1 1", "cause 1" }, herd.lines(done), done.stderr)
        assert.truthy(done.stderr:find("memory limit of 200 MiB passed"), done.stderr)
    end)

    it("outside the Lua heap, inside a call that never returns, is killed by the master", function()
        local done = herd.run(MASTER .. [[
            local ffi = require "ffi"
            ffi.cdef "void *mmap(void *, size_t, int, int, int, long); int usleep(unsigned);"
            setTimeout(function()
                ffi.C.mmap(nil, 250 * 1024 * 1024, 3, 0x8022, -1, 0)
                while true do ffi.C.usleep(100000) end
            end, 1)
        ]], 20)
        local lines = herd.lines(done)
        assert.truthy(lines[1]:find("^memory 1 true rss %d+ is over memory%.hard 209715200$"), done.stdout)
        assert.same({ "exit 1 SIGKILL", "cause 1" }, { lines[2], lines[3] })
    end)
end)

describe("memory limits", function()
    after_each(herd.cleanup)

    it("change in the running herd", function()
        local done = herd.run(([[
            if cluster.isPrimary then
                cluster.guard { workers = 1, respawn = false }
                cluster.on("message", function() cluster.guard { memory = { hard = %d } } end)
                cluster.on("exit", function(w, code) say("exit", code) process.exit(0) end)
                return
            end
            local hoard = ("x"):rep(%d)
            process.send("large")
            setInterval(function() return #hoard end, 1000)
        ]]):format(100 * MB, 150 * MB), 20)
        assert.same({ "exit 1" }, herd.lines(done), done.stderr)
        assert.truthy(done.stderr:find("memory limit of 100 MiB passed"), done.stderr)
    end)

    it("soft: the worker is drained and replaced", function()
        local done = herd.run(([[
            if cluster.isPrimary then
                cluster.guard { workers = 1, memory = { soft = %d }, respawn = { delay = 0 } }
                cluster.on("memory", function(w, facts) say("memory", w.id, (facts.reason:gsub("%%d+", "N"))) end)
                cluster.on("exit", function(w, code) say("exit", code, w.exitedAfterDisconnect) end)
                cluster.on("online", function(w) if w.id == 2 then process.exit(0) end end)
                return
            end
            if cluster.worker.id == 1 then
                local hoard = ("x"):rep(%d)
                process.on("message", function() return #hoard end)
            end
        ]]):format(100 * MB, 150 * MB), 20)
        assert.same({ "memory 1 rss N is over memory.soft N", "exit 0 true" }, herd.lines(done), done.stderr)
    end)

    -- LuaJIT by itself lets the garbage of few large strings grow past a gigabyte.
    it("do not mistake the garbage of large strings for growth, over many turns", function()
        local done = herd.run(MASTER .. [[
            local hoard
            local rounds = 0
            setInterval(function()
                hoard = ("x"):rep(10 * 1024 * 1024) .. rounds
                rounds = rounds + 1
                if rounds == 50 then say("below", #hoard) process.exit(0) end
            end, 1)
        ]], 20)
        assert.same({ "below 10485762", "exit 1 0" }, { unpack(herd.lines(done), 1, 2) }, done.stderr)
    end)

    it("do not mistake the garbage of large strings for growth, in one turn", function()
        local done = herd.run(MASTER .. [[
            setTimeout(function()
                local hoard
                for i = 1, 100 do hoard = ("x"):rep(10 * 1024 * 1024) .. i end
                say("below", #hoard)
                process.exit(0)
            end, 1)
        ]], 20)
        assert.same({ "below 10485763", "exit 1 0" }, { unpack(herd.lines(done), 1, 2) }, done.stderr)
    end)
end)
