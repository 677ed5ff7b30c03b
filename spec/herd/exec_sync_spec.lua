--- spawnSync, execFileSync, execSync: results, limits, errors. What is told is Node's.
local exec = require("spec.support.exec")

local passes = exec.passes

describe("spawnSync", function()
    after_each(exec.cleanup)

    it("waits, and has all there is to know", function()
        passes([[
            local result = cp.spawnSync("sh", { "-c", "cat; echo err >&2; exit 3" }, { input = "in" })
            expect(3, result.status)
            expect(nil, result.signal)
            expect(nil, result.error)
            expect("in", result.stdout)
            expect("err\n", result.stderr)
            expect(nil, result.output[0])
            expect("in", result.output[1])
            expect("err\n", result.output[2])
            expect(true, result.pid > 1)
            result = cp.spawnSync("sh", { "-c", "kill -9 $$" })
            expect(nil, result.status)
            expect("SIGKILL", result.signal)
            print("done")
        ]])
    end)

    it("carries more than a pipe holds, both ways, whole", function()
        passes([[
            local text = ("0123456789abcdef"):rep(128 * 1024)
            local result = cp.spawnSync("cat", { input = text, maxBuffer = math.huge })
            expect(nil, result.error)
            expect(true, result.stdout == text)
            print("done")
        ]])
    end)

    it("turns no loop: nothing else happens meanwhile", function()
        passes([[
            setTimeout(function() print("timer") end, 1)
            process.nextTick(print, "tick")
            cp.spawn("true"):on("exit", function() print("exit") end)
            expect(0, cp.spawnSync("sleep", { "0.1" }).status)
            print("sync")
        ]], "sync\ntick\ntimer\nexit\n")
    end)

    it("has nothing of what is not piped, and more where more is", function()
        passes([[
            local result = cp.spawnSync("sh", { "-c", "echo three >&3; echo to ours" }, {
                stdio = { "ignore", "inherit", "ignore", "pipe" } })
            expect(nil, result.stdout)
            expect(nil, result.stderr)
            expect("three\n", result.output[3])
            io.write("before\n") -- stands in a buffer
            expect(nil, cp.spawnSync("echo", { "between" }, { stdio = "inherit" }).stdout)
            print("after")
        ]], "to ours\nbefore\nbetween\nafter\n")
    end)

    it("leaves no descriptor behind", function()
        passes([[
            -- The shell may look before we have closed the few that are the child's.
            local function open()
                return tonumber(cp.spawnSync("sh", { "-c", "ls /proc/$PPID/fd | wc -l" }).stdout)
            end
            local before = open()
            for _ = 1, 40 do
                cp.spawnSync("true", { input = "x", stdio = { "pipe", "ignore", "pipe", "pipe" } })
                cp.spawnSync("no-such-program")
                cp.spawnSync("sleep", { "60" }, { timeout = 1 })
            end
            expect(true, open() < before + 20)
            print("done")
        ]])
    end)

    it("tells of a program that cannot be started", function()
        passes([[
            local result = cp.spawnSync("no-such-program", { "a" })
            expect(0, result.pid)
            expect(nil, result.status)
            expect(nil, result.output)
            expect(nil, result.stdout)
            expect("spawnSync no-such-program ENOENT", result.error.message)
            expect("ENOENT", result.error.code)
            expect(-2, result.error.errno)
            expect("spawnSync no-such-program", result.error.syscall)
            expect("no-such-program", result.error.path)
            expect("a", table.concat(result.error.spawnargs, " "))
            result = cp.spawnSync("true", { cwd = "/no/such/place" })
            expect("ENOENT", result.error.code)
            expect("/no/such/place", result.error.path)
            print("done")
        ]])
    end)

    it("ends at its timeout, and waits for no grandchild longer", function()
        passes([[
            local result = cp.spawnSync("cat", { timeout = 50, stdio = { "inherit", "pipe", "pipe" } })
            expect("ETIMEDOUT", result.error.code)
            expect(-110, result.error.errno)
            expect("spawnSync cat ETIMEDOUT", result.error.message)
            expect("SIGTERM", result.signal)
            expect("", result.stdout)
            result = cp.spawnSync("sleep", { "60" }, { timeout = 20, killSignal = "SIGKILL" })
            expect("SIGKILL", result.signal)
            result = cp.spawnSync("sh", { "-c", "sleep 60 & exit 0" }, { timeout = 1500 })
            expect("ETIMEDOUT", result.error.code)
            expect(0, result.status)
            expect(nil, cp.spawnSync("true", { timeout = 100000 }).error)
            print("done")
        ]], nil, { stdin = "pipe" })
    end)

    it("ends at maxBuffer, of all streams together", function()
        passes([[
            local script = "head -c 60 /dev/zero; sleep 0.05; head -c 60 /dev/zero >&2; exec cat"
            local options = { maxBuffer = 100, stdio = { "inherit", "pipe", "pipe" } }
            local result = cp.spawnSync("sh", { "-c", script }, options)
            expect("ENOBUFS", result.error.code)
            expect(-105, result.error.errno)
            expect("SIGTERM", result.signal)
            expect(60, #result.stdout)
            for _, limit in ipairs({ 60, 0, math.huge }) do
                result = cp.spawnSync("head", { "-c", "60", "/dev/zero" }, { maxBuffer = limit })
                expect(nil, result.error)
                expect(60, #result.stdout)
            end
            result = cp.spawnSync("cat", { "/dev/zero" })
            expect("ENOBUFS", result.error.code)
            expect(true, #result.stdout > 1024 * 1024 and #result.stdout <= 1024 * 1024 + 65536)
            print("done")
        ]], nil, { stdin = "pipe" })
    end)

    it("tells of input that was not wanted", function()
        passes([[
            local result = cp.spawnSync("true", { input = ("x"):rep(1000000) })
            expect("EPIPE", result.error.code)
            expect(0, result.status)
            expect("", cp.spawnSync("cat", { input = "" }).stdout)
            print("done")
        ]])
    end)

    it("refuses what it cannot mean", function()
        passes([[
            local TYPE, RANGE, VALUE = "ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_VALUE"
            for _, call in ipairs({ cp.spawnSync, cp.execFileSync, cp.execSync }) do
                refused(TYPE, call)
                refused(TYPE, call, 5)
                refused(VALUE, call, "")
                refused(VALUE, call, "a\0b")
                refused("ERR_INVALID_THIS", call, cp, "true")
                refused(TYPE, call, "true", "x")
                refused(RANGE, call, "true", { timeout = -1 })
                refused(RANGE, call, "true", { maxBuffer = -1 })
                refused(RANGE, call, "true", { maxBuffer = "1" })
                refused("ERR_UNKNOWN_SIGNAL", call, "true", { killSignal = 0 })
                refused(TYPE, call, "true", { killSignal = {} })
                refused(TYPE, call, "true", { input = 5 })
                refused(TYPE, call, "true", { encoding = 5 })
                refused("ERR_UNKNOWN_ENCODING", call, "true", { encoding = "x" })
                refused(VALUE, call, "true", { encoding = "base64" })
                refused("ERR_IPC_SYNC_FORK", call, "true", { stdio = { "pipe", "pipe", "pipe", "ipc" } })
                refused(VALUE, call, "true", { stdio = "everything" })
                refused(VALUE, call, "true", { stdio = { "everything" } })
            end
            print("done")
        ]])
    end)
end)

describe("execFileSync and execSync", function()
    after_each(exec.cleanup)

    it("return what was written, and pass stderr on", function()
        passes([[
            expect("out\n", cp.execFileSync("sh", { "-c", "echo out; echo one >&2" }))
            expect("OUT\n", cp.execSync("echo out | tr a-z A-Z; echo two >&2"))
            expect("", cp.execSync("echo three >&2", { stdio = "pipe" }))
            expect(nil, cp.execSync("echo four", { stdio = "ignore" }))
            print("done")
        ]], nil, { errors = "one\ntwo\n" })
    end)

    it("raise with all fields of the result", function()
        passes([[
            local ok, err = pcall(cp.execFileSync, "sh", { "-c", "echo out; echo why >&2; exit 3" }, { stdio = "pipe" })
            expect(false, ok)
            expect("Command failed: sh -c echo out; echo why >&2; exit 3\nwhy\n", err.message)
            expect(3, err.status)
            expect(nil, err.code)
            expect("out\n", err.stdout)
            expect("why\n", err.stderr)
            expect("out\n", err.output[1])
            expect(true, err.pid > 1)
            ok, err = pcall(cp.execSync, "kill -9 $$")
            expect(false, ok)
            expect("Command failed: kill -9 $$", err.message)
            expect("SIGKILL", err.signal)
            expect("ETIMEDOUT", refused("ETIMEDOUT", cp.execSync, "sleep 60", { timeout = 50 }).code)
            expect("SIGTERM", refused("ETIMEDOUT", cp.execSync, "sleep 60", { timeout = 50 }).signal)
            err = refused("ENOENT", cp.execSync, "ls", { shell = "bad_shell" })
            expect("spawnSync bad_shell ENOENT", err.message)
            expect("spawnSync nope ENOENT", refused("ENOENT", cp.execFileSync, "nope", { "x" }).message)
            print("done")
        ]])
    end)
end)
