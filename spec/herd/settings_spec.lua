--- setupPrimary, settings, and what a fork makes of them (node-api CL-10 to CL-14).
local herd = require("spec.support.herd")

describe("cluster.settings", function()
    after_each(herd.cleanup)

    it("are empty, then the defaults, then cumulative, in a fresh table each time", function()
        local done = herd.run {
            script = [[
                say("empty", next(cluster.settings))
                cluster.setupPrimary()
                local first = cluster.settings
                say(first.exec == process.argv[2], table.concat(first.args, ","), first.silent, type(first.execArgv))
                cluster.setupPrimary({ exec = "other.lua" })
                cluster.setupMaster({ args = { "z" }, cwd = "/" })
                local s = cluster.settings
                say(s.exec, table.concat(s.args, ","), s.cwd, s.silent)
                say(first.exec == process.argv[2], rawequal(first, s))
                cluster.on("setup", function(settings) say("setup", settings.exec == "other.lua") end)
            ]],
            args = { "a", "b" },
        }
        assert.equal("", done.stderr)
        assert.same({
            "empty nil", "true a,b false table", "other.lua z / false", "true false",
            "setup false", "setup true", "setup true",
        }, herd.lines(done))
    end)

    it("say what a worker is started with", function()
        local worker = herd.script [[
            local env = process.env
            say("worker", process.argv[2]:match("[^/]*$"), process.argv[3], process.argv[4], process.cwd(),
                env.GREETING, env.NUMBER, env.KEPT)
            process.exit(0)
        ]]
        local done = herd.run {
            script = [[
                cluster.setupPrimary({ exec = process.argv[3], args = { "one", "two" }, cwd = "/" })
                cluster.fork({ GREETING = "hello", NUMBER = 5 })
            ]],
            args = { worker },
            env = { KEPT = "kept" },
        }
        assert.same({ ("worker %s one two / hello 5 kept"):format(worker:match("[^/]*$")) }, herd.lines(done))
    end)

    it("ipc: limits of the workers' channels, at both ends", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.setupPrimary({ ipc = { frameBytes = 1000 } })
                local w = cluster.fork()
                w:send(("x"):rep(2000), function(err) say("master", err.code) end)
                w:on("message", function(message) say("worker", message) cluster.disconnect() end)
                return
            end
            process.send(("x"):rep(2000), function(err) process.send(err.code) end)
        ]]
        assert.same({ "master ERR_IPC_FRAME_TOO_LARGE", "worker ERR_IPC_FRAME_TOO_LARGE" }, herd.lines(done))
    end)

    it("change later forks only", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.on("exit", function(w, code) say(w.id, code) end)
                cluster.fork()
                cluster.setupPrimary({ args = { "7" } })
                cluster.fork()
            else
                process.exit(tonumber(process.argv[3]) or 1)
            end
        ]]
        local lines = herd.lines(done)
        table.sort(lines)
        assert.same({ "1 1", "2 7" }, lines)
    end)

    it("silent: the workers' output comes through pipes", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.setupPrimary({ silent = true })
                local w = cluster.fork()
                local out, err = "", ""
                w.process.stdout:on("data", function(bytes) out = out .. tostring(bytes) end)
                w.process.stderr:on("data", function(bytes) err = err .. tostring(bytes) end)
                w.process:on("close", function(code) say("close", code, out == "to stdout\n", err == "to stderr\n") end)
            else
                io.stdout:write("to stdout\n")
                io.stderr:write("to stderr\n")
                process.exit(2)
            end
        ]]
        assert.same({ "close 2 true true" }, herd.lines(done), done.stderr)
    end)

    it("stdio: a list must have a channel, and may have the channel anywhere", function()
        local done = herd.run [[
            if cluster.isPrimary then
                cluster.setupPrimary({ stdio = { "ignore", "inherit", "inherit" } })
                local ok, err = pcall(cluster.fork)
                say(ok, err.code)
                cluster.setupPrimary({ stdio = { "ignore", "inherit", "inherit", "ignore", "ipc" } })
                local w = cluster.fork()
                w:on("message", function(message) say(w.id, message) w:disconnect() end)
            else
                process.send("through 4")
            end
        ]]
        -- Ids are used up even when a fork throws.
        assert.same({ "false ERR_CHILD_PROCESS_IPC_REQUIRED", "2 through 4" }, herd.lines(done), done.stderr)
        assert.equal(0, done.code)
    end)

    it("execPath: another program, which makes a worker of itself or leaves", function()
        local done = herd.run [[
            cluster.setupPrimary({ execPath = "/bin/sh", execArgv = { "-c", "exit 9" } })
            cluster.on("exit", function(w, code, signal) say("exit", w.id, code, signal) end)
            cluster.on("disconnect", function(w) say("disconnect", w.id) end)
            cluster.fork()
        ]]
        assert.equal(0, done.code, done.stderr)
        assert.same({ "disconnect 1", "exit 1 9 nil" }, herd.lines(done))
    end)

    it("execPath: a program that is not there is an error event on the worker, and the herd goes on", function()
        local done = herd.run [[
            cluster.setupPrimary({ execPath = "/no/such/program" })
            local w = cluster.fork()
            w:on("error", function(err) say("error", err.code, err.syscall) end)
            cluster.on("disconnect", function(worker) say("disconnect", worker.id) end)
            setTimeout(function() say("on", next(cluster.workers)) end, 50)
        ]]
        assert.equal("", done.stderr)
        assert.equal(0, done.code)
        assert.same({ "error ENOENT spawn /no/such/program" }, herd.lines(done, "^error"))
        assert.equal("on nil", herd.lines(done, "^on")[1])
    end)
end)

describe("cluster.schedulingPolicy", function()
    after_each(herd.cleanup)

    it("comes from NODE_CLUSTER_SCHED_POLICY", function()
        for name, number in pairs { none = 1, rr = 2, other = 2 } do
            local done = herd.run {
                script = "say(cluster.schedulingPolicy)", env = { NODE_CLUSTER_SCHED_POLICY = name },
            }
            assert.equal(number .. "\n", done.stdout)
        end
    end)

    it("is refused by name when it is none, and may be mended", function()
        local done = herd.run [[
            cluster.schedulingPolicy = 7
            local ok, err = pcall(cluster.setupPrimary)
            say(ok, err.code, (tostring(err):find("cluster.schedulingPolicy", 1, true)) ~= nil)
            cluster.schedulingPolicy = cluster.SCHED_NONE
            cluster.setupPrimary()
            say("ok")
        ]]
        assert.same({ "false ERR_INVALID_ARG_VALUE true", "ok" }, herd.lines(done), done.stderr)
    end)
end)

describe("arguments of the cluster that do not fit", function()
    after_each(herd.cleanup)

    it("are refused by name before anything has happened", function()
        local done = herd.run [[
            local function try(name, fn, ...)
                local ok, err = pcall(fn, ...)
                say(name, ok, type(err) == "table" and err.code, (tostring(err):match('"([^"]*)" argument')))
            end
            cluster.on("fork", function() say("forked") end)
            try("settings", cluster.setupPrimary, "x")
            try("env", cluster.fork, 5)
            try("env", cluster.fork, "x")
            try("callback", cluster.disconnect, nil, {})
            say(next(cluster.workers), next(cluster.settings))
        ]]
        assert.same({
            "settings false ERR_INVALID_ARG_TYPE settings", "env false ERR_INVALID_ARG_TYPE env",
            "env false ERR_INVALID_ARG_TYPE env", "callback false ERR_INVALID_ARG_TYPE callback", "nil nil",
        }, herd.lines(done), done.stderr)
    end)

    it("in settings are refused by name when they are set, and change nothing", function()
        local done = herd.run [[
            cluster.setupPrimary({ exec = "x" })
            local before = cluster.settings
            cluster.on("setup", function() say("setup") end)
            for _, case in ipairs { { "exec", 5 }, { "exec", "" }, { "exec", "a\0b" }, { "args", "x" },
                { "args", { print } }, { "execArgv", 5 }, { "execPath", {} }, { "cwd", 5 }, { "silent", "yes" },
                { "uid", "x" }, { "gid", -1 }, { "ipc", 5 }, { "ipc", { frameBytes = "big" } },
                { "ipc", { frames = 1 } }, { "serialization", "fast" }, { "windowsHide", 1 }, { "stdio", 7 },
                { "stdio", "loud" }, { "inspectPort", 9230 }, { "execargv", {} }, { 1, "app.lua" } } do
                local key, value = unpack(case)
                local ok, err = pcall(cluster.setupPrimary, { [key] = value })
                say(ok, err.code, "|", err.message)
            end
            say("unchanged", rawequal(before, cluster.settings))
        ]]
        local lines = herd.lines(done)
        local wanted = {
            { "TYPE", "settings.exec" }, { "VALUE", "settings.exec" }, { "VALUE", "settings.exec" },
            { "TYPE", "settings.args" }, { "TYPE", "settings.args[1]" }, { "TYPE", "settings.execArgv" },
            { "TYPE", "settings.execPath" }, { "TYPE", "settings.cwd" }, { "TYPE", "settings.silent" },
            { "TYPE", "settings.uid" }, { "TYPE", "settings.gid" }, { "TYPE", "settings.ipc" },
            { "TYPE", "settings.ipc.frameBytes" }, { "VALUE", "settings.ipc" }, { "VALUE", "settings.serialization" },
            { "TYPE", "settings.windowsHide" }, { "VALUE", "stdio" }, { "VALUE", "stdio" },
        }
        for i, case in ipairs(wanted) do
            assert.truthy(lines[i]:find("false ERR_INVALID_ARG_" .. case[1], 1, true), i .. ": " .. lines[i])
            assert.truthy(lines[i]:find(case[2], 1, true), i .. ": " .. lines[i])
        end
        assert.truthy(lines[19]:find("^false ERR_INSPECTOR_NOT_AVAILABLE | .*settings%.inspectPort"), lines[19])
        assert.truthy(lines[20]:find("Did you mean 'settings.execArgv'?", 1, true), lines[20])
        assert.truthy(lines[21]:find("The property 'settings.1' is unknown", 1, true), lines[21])
        assert.same({ "unchanged true", "setup" }, { lines[22], lines[23] }, done.stdout .. done.stderr)
        assert.equal(23, #lines)
    end)

    it("put into cluster.settings or env are refused when a worker is forked, and leave nothing behind", function()
        local done = herd.run [[
            local function fds()
                return require("moonherd.core").usage(nil, true).fds
            end
            cluster.setupPrimary()
            local before = fds()
            for key, value in pairs { exec = 5, nonsense = true } do
                cluster.settings[key] = value
                local ok, err = pcall(cluster.fork)
                say(ok, err.code, (err.message:match("settings%.%a+")))
                cluster.settings[key] = key == "exec" and "x" or nil
            end
            local ok, err = pcall(cluster.fork, { ["A\0"] = "x" })
            say(ok, err.code, "env")
            -- What a failed fork had opened is closed when the loop has turned.
            setTimeout(function() say(next(cluster.workers), fds() <= before) end, 20)
        ]]
        local lines = herd.lines(done)
        table.sort(lines)
        assert.same({
            "false ERR_INVALID_ARG_TYPE settings.exec", "false ERR_INVALID_ARG_VALUE env",
            "false ERR_INVALID_ARG_VALUE settings.nonsense", "nil true",
        }, lines, done.stderr)
    end)
end)
