--- The master killed with -9: whatever its workers do, none is left a second later.
local herd = require("spec.support.herd")
local leaks = require("spec.support.leaks")
local sys = require("spec.support.sys")

local WITHIN = 1

describe("when the master is killed with -9, within a second no worker is left that", function()
    after_each(herd.cleanup)

    -- Starts two workers that run this code, and returns their pids once they do.
    local function start(code, guarded)
        local master = herd.start(([[
            if cluster.isPrimary then
                if %s then
                    cluster.guard { workers = 2 }
                else
                    cluster.fork()
                    cluster.fork()
                end
                setInterval(function() end, 1000)
                return
            end
            setTimeout(function()
                say("up", cluster.worker.id, process.pid)
                %s
            end, 1)
        ]]):format(tostring(guarded or false), code))
        return master, { tonumber((master:expect("up 1 (%d+)"))), tonumber((master:expect("up 2 (%d+)"))) }
    end

    local function expect_gone(pids)
        local started = sys.now()
        herd.expect_gone(pids, WITHIN)
        return sys.now() - started
    end

    local WORK = {
        ["waits for messages"] = "",
        ["has timers that keep it alive"] = "setInterval(function() end, 1)",
        ["is in an endless compiled loop"] = "local n = 0 while true do n = n + 1 end",
        ["is in an endless loop that allocates"] = "while true do local t = { {} } t[2] = tostring(t) end",
        ["catches every error for ever"] = "while true do pcall(error, 'x') end",
        ["is blocked in os.execute"] = "os.execute('exec sleep 100')",
        ["reads from a program that says nothing"] = "io.popen('exec sleep 100'):read('*a')",
        ["sleeps in a system call"] = [[
            local ffi = require 'ffi'
            ffi.cdef 'int pause(void);'
            while true do ffi.C.pause() end
        ]],
        ["ignores what it can"] = [[
            for _, name in ipairs { 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGALRM', 'SIGCONT' } do
                process.on(name, function() end)
            end
            process.on('disconnect', function() while true do end end)
        ]],
        ["listens to SIGCONT and loops"] = "process.on('SIGCONT', function() end) while true do end",
        ["has listened to SIGCONT and loops"] = [[
            local function listener() end
            process.on('SIGCONT', listener)
            process.off('SIGCONT', listener)
            while true do end
        ]],
        ["floods its channel"] = "while true do process.send(('x'):rep(1000)) end",
    }
    for what, code in pairs(WORK) do
        it(what, function()
            local master, pids = start(code)
            master:kill("SIGKILL")
            expect_gone(pids)
        end)
    end

    it("is guarded and idle", function()
        local master, pids = start("", true)
        master:kill("SIGKILL")
        expect_gone(pids)
    end)

    it("is stopped by SIGSTOP", function()
        local master, pids = start("")
        for _, pid in ipairs(pids) do
            herd.kill(pid, "SIGSTOP")
        end
        master:kill("SIGKILL")
        expect_gone(pids)
    end)

    it("is stopped in an endless loop", function()
        local master, pids = start("while true do end")
        for _, pid in ipairs(pids) do
            herd.kill(pid, "SIGSTOP")
        end
        master:kill("SIGKILL")
        expect_gone(pids)
    end)

    it("was just being started", function()
        for _ = 1, 5 do
            local master = herd.start [[
                if cluster.isWorker then while true do end end
                for _ = 1, 4 do cluster.fork() end
                say("forked")
                while true do end
            ]]
            master:expect("forked")
            local pids = herd.workers(master)
            assert.equal(4, #pids)
            master:kill("SIGKILL")
            expect_gone(pids)
        end
    end)

    it("is a child of fork that listens to nobody, after its own work", function()
        local master = herd.start [[
            if process.argv[3] == "child" then
                say("up", process.pid)
                process.on("message", function() end)
                return
            end
            require("child_process").fork(process.argv[2], { "child" })
        ]]
        local pid = tonumber((master:expect("up (%d+)")))
        master:kill("SIGKILL")
        expect_gone({ pid })
    end)
end)

describe("when the thread or process that looks dead is not the master", function()
    after_each(herd.cleanup)

    it("a worker behind a wrapper, which is its parent instead, lives", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.setupPrimary {
                    execPath = "/bin/sh", execArgv = { "-c", '"$0" "$@"; exit $?', process.execPath },
                }
                cluster.fork()
                cluster.on("exit", function(_, code, signal) say("exit", signal or code) end)
                return
            end
            say("up", process.pid)
            process.on("message", function() end)
            -- Longer than the grace that an orphan has.
            setTimeout(function() say("alive") end, 1000)
        ]]
        local pid = tonumber((master:expect("up (%d+)")))
        master:expect("alive")
        assert.equal(0, herd.count(master, "exit"))
        master:kill("SIGKILL")
        herd.expect_gone({ pid }, WITHIN)
    end)

    it("a worker hears SIGCONT as often as it comes, if it listens", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.fork()
                return
            end
            local count = 0
            process.on("SIGCONT", function()
                count = count + 1
                say("SIGCONT", count)
            end)
            say("up", process.pid)
        ]]
        local pid = tonumber((master:expect("up (%d+)")))
        for i = 1, 3 do
            herd.kill(pid, "SIGCONT")
            master:expect("SIGCONT " .. i)
        end
    end)

    it("the herd lives on: SIGCONT from anybody ends nobody", function()
        local master = herd.start [[
            if cluster.isPrimary then
                cluster.guard { workers = 1 }
                return
            end
            say("up", process.pid)
            process.on("message", function() end)
            setInterval(function() say("alive") end, 100)
        ]]
        local pid = tonumber((master:expect("up (%d+)")))
        for _ = 1, 3 do
            herd.kill(pid, "SIGSTOP")
            herd.kill(pid, "SIGCONT")
        end
        -- Longer than the grace that an orphan has.
        herd.expect_count(master, "alive", 8)
        assert.is_true(leaks.alive(pid))
    end)
end)
