local calls = require("spec.support.calls")
local core = require("moonherd.core")
local leaks = require("spec.support.leaks")
local process = require("moonherd.process")
local wait = require("spec.support.wait")

local function raises(code, fn, ...)
    local ok, err = pcall(fn, ...)
    assert.is_false(ok)
    assert.equal(code, type(err) == "table" and err.code or err)
    return err
end

describe("process.env", function()
    after_each(function() process.env.MOONHERD_SPEC = nil end)

    it("reads, sets and takes away, for the whole process", function()
        assert.is_nil(process.env.MOONHERD_SPEC)
        process.env.MOONHERD_SPEC = 8000
        assert.equal("8000", process.env.MOONHERD_SPEC)
        assert.equal("8000", os.getenv("MOONHERD_SPEC"))
        assert.equal("8000", process.env().MOONHERD_SPEC)
        process.env.MOONHERD_SPEC = true
        assert.equal("true", process.env.MOONHERD_SPEC)
        process.env.MOONHERD_SPEC = ""
        assert.equal("", process.env.MOONHERD_SPEC)
        process.env.MOONHERD_SPEC = nil
        assert.is_nil(process.env().MOONHERD_SPEC)
    end)

    it("gives a copy when called", function()
        process.env().MOONHERD_SPEC = "x"
        assert.is_nil(process.env.MOONHERD_SPEC)
    end)

    it("is replaced as a whole, or not at all", function()
        local before = process.env()
        raises("ERR_INVALID_ARG_VALUE", function() process.env = { ["A=B"] = "x" } end)
        raises("ERR_INVALID_ARG_TYPE", function() process.env = { A = {} } end)
        raises("ERR_INVALID_ARG_TYPE", function() process.env = 5 end)
        process.env = process.env -- luacheck: ignore 314
        assert.same(before, process.env())
        process.env = { A = 1 }
        local replaced = process.env()
        process.env = before
        assert.same({ A = "1" }, replaced)
        assert.same(before, process.env())
    end)

    it("refuses what no environment can hold", function()
        local function set(name, value)
            return function() process.env[name] = value end
        end
        raises("ERR_INVALID_ARG_TYPE", set("MOONHERD_SPEC", {}))
        raises("ERR_INVALID_ARG_VALUE", set("MOONHERD_SPEC", "a\0b"))
        raises("EINVAL", set("A=B", "x"))
        raises("ERR_INVALID_ARG_TYPE", set(5, "x"))
    end)
end)

describe("process", function()
    it("tells facts", function()
        assert.equal(core.pid(), process.pid)
        assert.equal(core.ppid(), process.ppid)
        assert.matches("^v%d+%.%d+%.%d+", process.version)
        assert.equal("linux", process.platform)
        for _, name in ipairs({ "moonherd", "luajit", "uv", "llhttp", "jansson" }) do
            assert.equal("string", type(process.versions[name]), name)
        end
        assert.equal("/", process.execPath:sub(1, 1))
        assert.equal(process.execPath, process.argv[1])
        assert.same({}, process.execArgv)
    end)

    it("takes dot and colon calls", function()
        assert.equal(process.cwd(), process:cwd())
        assert.is_true(process:uptime() >= 0)
        assert.equal(2, #process:hrtime())
        assert.equal(process, process:once("x", print))
        assert.equal(1, process.listenerCount("x"))
        assert.equal(process, process.off("x", print))
        assert.is_true(process:kill(process.pid, 0))
    end)

    it("measures time", function()
        local before, big = process.hrtime(), process.hrtime.bigint()
        wait.turn()
        local diff = process.hrtime(before)
        assert.is_true(diff[1] >= 0 and diff[2] >= 0 and diff[2] < 1e9)
        assert.is_true(process.hrtime.bigint() > big)
        assert.is_true(process.uptime() > 0)
        raises("ERR_INVALID_ARG_TYPE", process.hrtime, "x")
        raises("ERR_OUT_OF_RANGE", process.hrtime, { 1 })
    end)

    it("tells its memory", function()
        local usage = process.memoryUsage()
        assert.is_true(usage.rss > usage.heapUsed and usage.heapUsed > 0)
        assert.is_true(math.abs(process.memoryUsage.rss() - usage.rss) < 64e6)
    end)

    it("refuses a user that there is not, also where Node would take over no groups", function()
        raises("ERR_UNKNOWN_CREDENTIAL", process.initgroups, "no such name", 0)
        raises("ERR_INVALID_ARG_VALUE", process.setuid, "root\0x")
    end)

    it("changes its folder", function()
        local before = process.cwd()
        process.chdir("/")
        assert.equal("/", process.cwd())
        process:chdir(before)
        local err = raises("ENOENT", process.chdir, "/moonherd/nowhere")
        assert.equal("chdir", err.syscall)
        assert.equal(before, err.path)
        assert.equal("/moonherd/nowhere", err.dest)
        assert.equal(-2, err.errno)
        raises("ERR_INVALID_ARG_TYPE", process.chdir, 5)
    end)

    it("checks exitCode when it is set", function()
        process.exitCode = 3
        assert.equal(3, process.exitCode)
        process.exitCode = "4"
        assert.equal("4", process.exitCode)
        for value, code in pairs({ [true] = "ERR_INVALID_ARG_TYPE", abc = "ERR_INVALID_ARG_TYPE",
            [1.5] = "ERR_OUT_OF_RANGE" }) do
            raises(code, function() process.exitCode = value end)
        end
        raises("ERR_INVALID_ARG_TYPE", function() process.exitCode = {} end)
        process.exitCode = nil
        assert.is_nil(process.exitCode)
        raises("ERR_INVALID_ARG_TYPE", process.exit, "x")
    end)

    it("takes fields of its user's", function()
        process.mine = 1
        assert.equal(1, process.mine)
        process.mine = nil
        assert.is_nil(process.mine)
    end)

    it("has no channel when it was started without one", function()
        for _, name in ipairs({ "send", "disconnect", "connected", "channel" }) do
            assert.is_nil(process[name])
        end
    end)
end)

describe("process.kill", function()
    it("refuses what is no pid and no signal", function()
        raises("ERR_INVALID_ARG_TYPE", process.kill)
        raises("ERR_INVALID_ARG_TYPE", process.kill, "x")
        raises("ERR_INVALID_ARG_TYPE", process.kill, 1.5)
        raises("ERR_UNKNOWN_SIGNAL", process.kill, process.pid, "SIGNOPE")
        raises("ERR_UNKNOWN_SIGNAL", process.kill, process.pid, 1.5)
        raises("EINVAL", process.kill, process.pid, 9999)
        local err = raises("ESRCH", process.kill, 2 ^ 22 + 1, 0)
        assert.equal("kill ESRCH", err.message)
        assert.equal("kill", err.syscall)
    end)

    it("takes a pid as text", function()
        assert.is_true(process.kill(tostring(process.pid), 0))
    end)
end)

describe("signals", function()
    after_each(calls.verify)

    it("are watched while somebody listens", function()
        local before = leaks.snapshot()
        local function listener() end
        process.on("SIGUSR2", listener)
        process.on("SIGUSR2", listener)
        assert.equal(1, core.handles().signal)
        process.off("SIGUSR2", listener)
        assert.equal(1, core.handles().signal)
        process.removeListener("SIGUSR2", listener)
        leaks.check(before)
        process.on("SIGUSR2", listener)
        process.removeAllListeners("SIGUSR2")
        leaks.check(before)
    end)

    it("tell name and number, without keeping the loop alive", function()
        local got = false
        process.once("SIGUSR2", calls.must(function(...)
            assert.same({ "SIGUSR2", 12 }, { ... })
            got = true
        end))
        assert.is_false(core.run(0))
        process.kill(process.pid, "SIGUSR2")
        wait(function() return got end, 5, "the signal")
        assert.equal(0, process.listenerCount("SIGUSR2"))
        wait(function() return not core.handles().signal end, 5, "the watcher to close")
    end)

    it("that cannot be caught are refused, with nothing left behind", function()
        for _, name in ipairs({ "SIGKILL", "SIGSTOP" }) do
            local err = raises("EINVAL", process.on, name, print)
            assert.equal("uv_signal_start", err.syscall)
            assert.equal(0, process.listenerCount(name))
        end
        raises("ERR_INVALID_ARG_TYPE", process.on, "SIGUSR2", "no function")
        assert.is_nil(core.handles().signal)
    end)

    it("of unknown names are events like any other", function()
        process.once("SIGNOPE", calls.must())
        process.emit("SIGNOPE")
    end)
end)

describe("process.emitWarning", function()
    before_each(function() process.noWarnings = true end)
    after_each(function()
        process.noWarnings, process.noDeprecation, process.throwDeprecation = false, false, false
        calls.verify()
    end)

    local function expect(fields)
        process.once("warning", calls.must(function(warning)
            for name, value in pairs(fields) do
                assert.equal(value, warning[name])
            end
        end))
    end

    it("emits later, with name, code and detail", function()
        expect { name = "Warning", message = "careful" }
        process.emitWarning("careful")
        assert.equal(1, process.listenerCount("warning"))
        core.run(0)
        expect { name = "Custom", code = "X1", message = "b" }
        process.emitWarning("b", "Custom", "X1")
        core.run(0)
        expect { name = "Custom", code = "X1", detail = "more" }
        process.emitWarning("b", { type = "Custom", code = "X1", detail = "more" })
        core.run(0)
    end)

    it("refuses other types", function()
        raises("ERR_INVALID_ARG_TYPE", process.emitWarning)
        raises("ERR_INVALID_ARG_TYPE", process.emitWarning, {})
        raises("ERR_INVALID_ARG_TYPE", process.emitWarning, "x", 1)
        raises("ERR_INVALID_ARG_TYPE", process.emitWarning, "x", "y", 1)
    end)

    it("silences or raises deprecations if told to", function()
        process.throwDeprecation = true
        process.emitWarning("old", "DeprecationWarning")
        assert.error_matches(wait.turn, "DeprecationWarning: old")
        process.noDeprecation = true
        process.once("warning", calls.must(0))
        process.emitWarning("old", "DeprecationWarning")
        core.run(0)
        process.removeAllListeners("warning")
    end)
end)

describe("what Node's process has for JavaScript", function()
    local function refused(instead, fn, ...)
        local err = raises("ERR_NOT_IN_LUA", fn, ...)
        assert.is_true(err.message:find(instead, 1, true) ~= nil, err.message)
        assert.matches("process_spec%.lua:%d+$", err.at)
    end

    it("is refused with what to use instead, functions and fields alike", function()
        refused('require "ffi"', function() return process.binding("fs") end)
        refused("process.exit", function() process.reallyExit(1) end)
        refused("package.loadlib", function() return process.dlopen end)
        refused("process.argv[2]", function() return process.mainModule end)
        refused("process.execArgv", function() return process.allowedNodeEnvironmentFlags end)
        refused("uncaughtException", function() return process.domain end)
    end)

    it("is refused as an event, and nothing stays behind", function()
        local function listener() end
        refused("uncaughtException", process.on, "unhandledRejection", listener)
        refused("uncaughtException", process.once, process, "rejectionHandled", listener)
        refused("moonherd.async", process.prependListener, "multipleResolves", listener)
        assert.equal(0, process.listenerCount("unhandledRejection"))
        assert.equal(0, process.listenerCount("multipleResolves"))
    end)
end)
