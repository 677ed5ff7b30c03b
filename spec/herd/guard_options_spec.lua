--- cluster.guard: its defaults by name, what a second call changes, and what it says of wrong options.
local herd = require("spec.support.herd")

-- `flat` prints a table of options as sorted lines "breaker.deaths=10".
local FLAT = [[
    local function flat(prefix, value, into)
        if type(value) == "table" then
            for name, inner in pairs(value) do flat(prefix .. (prefix == "" and "" or ".") .. name, inner, into) end
        else
            into[#into + 1] = prefix .. "=" .. tostring(value)
        end
        return into
    end
    local function show(options)
        local list = flat("", options, {})
        table.sort(list)
        say(table.concat(list, " "))
    end
    if cluster.isWorker then return end
]]

local function sections(line)
    local found = {}
    for name, value in line:gmatch("(%S+)=(%S+)") do
        found[name] = value
    end
    return found
end

local function cpus()
    local count = 0
    for line in io.lines("/proc/cpuinfo") do
        count = count + (line:find("^processor") and 1 or 0)
    end
    return count
end

describe("cluster.guard()", function()
    after_each(herd.cleanup)

    it("has the origin's numbers, returns them, and starts half as many workers as processors", function()
        local done = herd.run(FLAT .. [[
            local options = cluster.guard()
            show(options)
            local count = 0
            for _ in pairs(cluster.workers) do count = count + 1 end
            say(count)
            process.exit(0)
        ]])
        local options = sections(herd.lines(done)[1])
        local workers = tonumber(options.workers)
        -- The process may be held to fewer processors than the machine has.
        assert.is_true(workers >= 1 and workers <= math.ceil(cpus() / 2))
        assert.equal(tostring(workers), herd.lines(done)[2])
        options.workers = nil
        assert.same({
            ["heartbeat.interval"] = "10000", ["heartbeat.misses"] = "3",
            ["respawn.delay"] = "5000",
            ["memory.hard"] = "734003200", ["memory.soft"] = "false",
            ["breaker.deaths"] = "10", ["breaker.within"] = "60000", ["breaker.cooldown"] = "60000",
            ["breaker.trial"] = "false",
            ["stop.grace"] = "5000",
        }, options)
    end)

    it("called again changes only what is named, and gives copies away", function()
        local done = herd.run(FLAT .. [[
            local first = cluster.guard { workers = 1, heartbeat = { interval = 2000 } }
            first.heartbeat.interval = 1
            local second = cluster.guard { heartbeat = { misses = 5 }, memory = false, respawn = { delay = 1 } }
            say(second.workers, second.heartbeat.interval, second.heartbeat.misses, second.memory, second.respawn.delay)
            local third = cluster:guard { memory = true, stop = { grace = 7 } }
            say(third.memory.hard, third.stop.grace, third.heartbeat.misses)
            local fourth = cluster.guard()
            say(fourth.memory.hard, fourth.stop.grace, fourth.heartbeat.interval, fourth.respawn.delay)
            process.exit(0)
        ]])
        assert.same({ "1 2000 5 false 1", "734003200 7 5", "734003200 7 2000 1" }, herd.lines(done), done.stderr)
    end)

    it("names what is wrong, what would be right and what came, and changes nothing", function()
        local done = herd.run(FLAT .. [[
            cluster.guard { workers = 1 }
            local before = cluster.guard()
            local function try(options)
                local ok, err = pcall(cluster.guard, options)
                say(ok, err.code, err.option, "|", err.message)
            end
            try({ workers = 0 })
            try({ workers = "two" })
            try({ heartbeat = { interval = -1 } })
            try({ heartbeat = { intervall = 5 } })
            try({ interval = 5 })
            try({ memory = { hard = 700 } })
            try({ respawn = { delay = "soon" } })
            try({ breaker = { deaths = 2.5 } })
            try({ stop = false })
            try({ workers = 2, nonsense = 1 })
            try("fast")
            show(before)
            show(cluster.guard())
            process.exit(0)
        ]])
        local lines = herd.lines(done)
        local function check(i, code, option, pattern)
            local got_code, got_option, message = lines[i]:match("^false (%S+) (%S+) | (.*)")
            assert.equal(code, got_code, lines[i])
            assert.equal(option, got_option, lines[i])
            assert.truthy(message:find(pattern), lines[i])
            assert.truthy(message:find("^guard: "), lines[i])
        end
        local TYPE, RANGE, VALUE = "ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_VALUE"
        check(1, RANGE, "workers", "workers must be an integer from 1 to 4096, got 0$")
        check(2, TYPE, "workers", 'got "two"$')
        check(3, RANGE, "heartbeat.interval", "milliseconds from 1 to")
        check(4, VALUE, "heartbeat.intervall", "did you mean 'heartbeat%.interval'%?")
        check(5, VALUE, "interval", "did you mean 'heartbeat%.interval'%?")
        check(6, RANGE, "memory.hard", "bytes")
        check(7, TYPE, "respawn.delay", 'got "soon"$')
        check(8, RANGE, "breaker.deaths", "got 2%.5$")
        check(9, TYPE, "stop", "must be a table")
        check(10, VALUE, "nonsense", "unknown option 'nonsense'")
        assert.truthy(lines[11]:find("^false " .. TYPE), lines[11])
        assert.equal(lines[12], lines[13])
    end)

    it("is not there in a worker, and without it a dead worker stays dead", function()
        local done = herd.run [[
            if cluster.isWorker then
                say("in worker", cluster.guard)
                process.exit(1)
            end
            local forks = 0
            cluster.on("fork", function() forks = forks + 1 end)
            process.on("exit", function() say("forks", forks) end)
            for _, name in ipairs { "respawn", "breaker", "zombie", "memory" } do
                cluster.on(name, function() say(name) end)
            end
            cluster.fork()
        ]]
        assert.same({ "in worker nil", "forks 1" }, herd.lines(done))
        assert.equal(0, done.code)
    end)
end)

describe("the number of workers", function()
    after_each(herd.cleanup)

    local COUNT = [[
        if cluster.isWorker then return end
        local function alive()
            local count = 0
            for _ in pairs(cluster.workers) do count = count + 1 end
            return count
        end
        local function ids()
            local list = {}
            for id in pairs(cluster.workers) do list[#list + 1] = id end
            table.sort(list)
            return table.concat(list, ",")
        end
    ]]

    it("goes up at once, and down from the youngest, in order and for good", function()
        local done = herd.run(COUNT .. [[
            cluster.guard { workers = 2, respawn = { delay = 0 } }
            say("two", alive())
            cluster.guard { workers = 4 }
            say("four", alive())
            cluster.guard { workers = 1 }
            say("one", ids())
            cluster.on("respawn", function() say("respawn") end)
            local gone = 0
            cluster.on("exit", function(w, code)
                gone = gone + 1
                say("exit", code, w.exitedAfterDisconnect)
                if gone == 3 then setTimeout(function() say("still", ids()) process.exit(0) end, 30) end
            end)
        ]])
        assert.same({ "two 2", "four 4", "one 1", "exit 0 true", "exit 0 true", "exit 0 true", "still 1" },
            herd.lines(done))
    end)

    it("counts workers that were forked by hand, and those whose respawn is due", function()
        local done = herd.run(COUNT .. [[
            cluster.fork()
            cluster.guard { workers = 2, respawn = { delay = 60000 } }
            say(ids())
            cluster.on("respawn", function(worker, delay)
                say("respawn", worker.id, delay)
                cluster.guard { heartbeat = { misses = 7 } }
                say(ids())
                cluster.guard { workers = 3 }
                say(ids())
                process.exit(0)
            end)
            cluster.workers[1]:kill("SIGKILL")
        ]])
        assert.same({ "1,2", "respawn 1 60000", "2", "2,3" }, herd.lines(done))
    end)

    it("goes down by those that are only on their way first", function()
        local done = herd.run(COUNT .. [[
            cluster.guard { workers = 3, respawn = { delay = 60000 } }
            cluster.on("respawn", function()
                cluster.guard { workers = 2 }
                say(ids())
                process.exit(0)
            end)
            cluster.workers[3]:kill("SIGKILL")
        ]])
        assert.same({ "1,2" }, herd.lines(done))
    end)

    it("is kept by replacing a worker that was asked to leave, too", function()
        local done = herd.run(COUNT .. [[
            cluster.guard { workers = 2, respawn = { delay = 0 } }
            cluster.on("fork", function(w)
                if w.id == 3 then say(w.id, ids()) process.exit(0) end
            end)
            cluster.workers[1]:on("online", function() cluster.workers[1]:disconnect() end)
        ]])
        assert.same({ "3 2,3" }, herd.lines(done))
    end)
end)
