--- 200 workers die one after the other and are replaced: nothing of them is left in the master.
local herd = require("spec.support.herd")
local leaks = require("spec.support.leaks")

local CYCLES = 200
local MB = 1024 * 1024

-- Two workers stay; the third slot dies until CYCLES have died, each time SIGUSR1 is sent; then "stands N".
local MASTER = [[
    if cluster.isWorker then
        WORKER
        return
    end
    local deaths, goal = 0, 0
    local function stand()
        collectgarbage()
        collectgarbage()
        say("stands", deaths)
    end
    local function next_death(w)
        if deaths >= goal then stand() else END(w) end
    end
    cluster.guard { workers = 3, respawn = { delay = 0 }, breaker = false }
    cluster.on("message", function(w) if w.id >= 3 then next_death(w) end end)
    cluster.on("exit", function() deaths = deaths + 1 end)
    process.on("SIGUSR1", function()
        goal = goal + %d
        local youngest = 0
        for id in pairs(cluster.workers) do youngest = math.max(youngest, id) end
        END(cluster.workers[youngest])
    end)
]]

local function start(worker_code, end_code)
    return herd.start((MASTER:format(CYCLES):gsub("WORKER", worker_code):gsub("END(%b())", function(argument)
        return ("do local w = %s %s end"):format(argument, end_code)
    end)))
end

local function held(master)
    local fds = {}
    for _, target in pairs(leaks.fds(master.pid)) do
        fds[#fds + 1] = (target:gsub("%d+", "N"))
    end
    table.sort(fds)
    return { fds = table.concat(fds, "\n"), children = leaks.count(leaks.children(master.pid)) }
end

local function check(worker_code, end_code)
    local master = start(worker_code, end_code)
    master:expect("stands 0\n")
    local before = held(master)
    -- The first round brings buffers, caches and the allocator to their size.
    master:kill("SIGUSR1")
    master:expect(("stands %d\n"):format(CYCLES), 30)
    local rss = leaks.rss(master.pid)
    master:kill("SIGUSR1")
    master:expect(("stands %d\n"):format(2 * CYCLES), 30)
    herd.wait_for(master, function()
        local now = held(master)
        return now.fds == before.fds and now.children == before.children
    end, 2, "descriptors and children as before:\n" .. before.fds .. "\nnow\n" .. held(master).fds)
    assert.same({}, leaks.zombies(master.pid))
    -- A page of 4 KiB left per worker would be 0.8 MB; the allocator's own noise is 0.3 MB at most. A
    -- sanitizer keeps what was freed for a while.
    local allowed = os.getenv("MOONHERD_PRESET") == "asan" and 10 * MB or 0.6 * MB
    local grown = leaks.rss(master.pid) - rss
    assert.is_true(grown < allowed, ("the master grew by %d bytes in %d deaths"):format(grown, CYCLES))
    master:kill("SIGTERM")
    local done = master:wait_closed()
    assert.equal(0, done.code, done.stderr)
end

describe("after 400 deaths nothing is left in the master of workers that", function()
    after_each(herd.cleanup)

    it("were killed", function()
        check("process.send('up')", "w:kill('SIGKILL')")
    end)

    it("exited by themselves", function()
        check("process.on('message', function() process.exit(1) end) process.send('up')", "w:send('go')")
    end)

    it("were asked to leave", function()
        check("process.send('up')", "w:disconnect()")
    end)
end)
