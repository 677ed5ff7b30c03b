--- exec and execFile: what the callback gets, limits, and how arguments are read. Errors and orders are Node's.
local exec = require("spec.support.exec")

local passes = exec.passes

describe("execFile", function()
    after_each(exec.cleanup)

    it("hands over what a program wrote, when all is over", function()
        passes([[
            local closed = false
            local script = "echo out; echo err >&2; (sleep 0.1; echo late) & exit 0"
            local child = cp.execFile("sh", { "-c", script }, function(err, out, err_out)
                expect(nil, err)
                expect("out\nlate\n", out)
                expect("err\n", err_out)
                print("done")
            end)
            expect("sh", child.spawnfile)
            expect("number", type(child.pid))
        ]])
    end)

    it("has large output whole", function()
        passes([[
            cp.execFile("head", { "-c", "3000000", "/dev/zero" }, { maxBuffer = math.huge }, function(err, out)
                expect(nil, err)
                expect(true, out == ("\0"):rep(3000000))
                print("done")
            end)
        ]])
    end)

    it("tells of a code, with what was written to stderr", function()
        passes([[
            cp.execFile("sh", { "-c", "echo out; echo why >&2; exit 3" }, function(err, out, err_out)
                expect("Error", err.name)
                expect("Command failed: sh -c echo out; echo why >&2; exit 3\nwhy\n", err.message)
                expect(3, err.code)
                expect(false, err.killed)
                expect(nil, err.signal)
                expect("sh -c echo out; echo why >&2; exit 3", err.cmd)
                expect("out\n", out)
                expect("why\n", err_out)
                print("done")
            end)
        ]])
    end)

    it("tells of a signal, and whether it was sent from here", function()
        passes([[
            cp.execFile("sh", { "-c", "kill -9 $$" }, function(err)
                expect(nil, err.code)
                expect("SIGKILL", err.signal)
                expect(false, err.killed)
                expect("Command failed: sh -c kill -9 $$\n", err.message)
                local child = cp.execFile("cat", function(killed)
                    expect("SIGTERM", killed.signal)
                    expect(true, killed.killed)
                    print("done")
                end)
                child:kill()
            end)
        ]])
    end)

    it("tells of a program that cannot be started", function()
        passes([[
            cp.execFile("no-such-program", { "a", "b" }, function(err, out, err_out)
                expect("spawn no-such-program ENOENT", err.message)
                expect("ENOENT", err.code)
                expect("no-such-program", err.path)
                expect("a b", table.concat(err.spawnargs, " "))
                expect("no-such-program a b", err.cmd)
                expect("", out)
                expect("", err_out)
                expect(nil, err.killed)
                print("done")
            end)
        ]])
    end)

    it("kills at its timeout, by the signal given, and does not wait for who has the pipes", function()
        passes([[
            local options = { timeout = 50, killSignal = "sigkill" }
            cp.execFile("sh", { "-c", "echo before; sleep 60 & wait" }, options, function(err, out)
                expect("SIGKILL", err.signal)
                expect(true, err.killed)
                expect(nil, err.code)
                print("done")
            end):on("spawn", function() end)
            cp.execFile("true", { timeout = 100000 }, function(err) expect(nil, err) end)
        ]])
    end)

    it("kills at maxBuffer, and keeps what fits", function()
        passes([[
            local left = 5
            local function run(script, limit, check)
                cp.execFile("sh", { "-c", script }, { maxBuffer = limit }, function(...)
                    check(...)
                    left = left - 1
                    if left == 0 then print("done") end
                end)
            end
            run("echo 0123456789; cat", 4, function(err, out)
                expect("ERR_CHILD_PROCESS_STDIO_MAXBUFFER", err.code)
                expect("RangeError", err.name)
                expect("stdout maxBuffer length exceeded", err.message)
                expect("sh -c echo 0123456789; cat", err.cmd)
                expect(nil, err.killed)
                expect("0123", out)
            end)
            run("echo 0123456789 >&2; cat", 4, function(err, _, err_out)
                expect("stderr maxBuffer length exceeded", err.message)
                expect("0123", err_out)
            end)
            run("echo x", 0, function(err, out)
                expect("ERR_CHILD_PROCESS_STDIO_MAXBUFFER", err.code)
                expect("", out)
            end)
            run("printf 12345; printf 12345 >&2", 5, function(err, out) -- each stream counts for itself
                expect(nil, err)
                expect("12345", out)
            end)
            run("head -c 2000000 /dev/zero", nil, function(err, out)
                expect("ERR_CHILD_PROCESS_STDIO_MAXBUFFER", err.code)
                expect(1024 * 1024, #out)
            end)
        ]])
    end)

    it("does without arguments, options and callback, in any combination", function()
        passes([[
            local calls = 0
            local function called(err) expect(nil, err) calls = calls + 1 end
            cp.execFile("true")
            cp.execFile("true", nil)
            cp.execFile("true", {})
            cp.execFile("true", { cwd = "/" })
            cp.execFile("true", nil, nil, nil)
            cp.execFile("true", called)
            cp.execFile("true", called, 5)
            cp.execFile("true", nil, called)
            cp.execFile("true", nil, nil, called)
            cp.execFile("true", {}, called)
            cp.execFile("true", {}, {}, called)
            cp.execFile("true", {}, nil, called)
            cp.execFile("true", { cwd = "/" }, called)
            cp.execFile("true", nil, { cwd = "/" }, called)
            cp.execFile("true", setmetatable({}, { __call = function(_, err) called(err) end }))
            process.on("exit", function() print(calls) end)
        ]], "10\n")
    end)

    it("refuses what it cannot mean", function()
        passes([[
            local TYPE, RANGE, VALUE = "ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_VALUE"
            refused(TYPE, cp.execFile)
            refused(TYPE, cp.execFile, 5)
            refused("ERR_INVALID_THIS", cp.execFile, cp, "true")
            refused(VALUE, cp.execFile, "")
            refused(VALUE, cp.execFile, "a\0b")
            refused(TYPE, cp.execFile, "true", "args")
            refused(TYPE, cp.execFile, "true", 5)
            refused(TYPE, cp.execFile, "true", {}, "options")
            refused(TYPE, cp.execFile, "true", {}, {}, "callback")
            refused(TYPE, cp.execFile, "true", { cwd = "/" }, 5)
            refused(TYPE, cp.exec)
            refused(TYPE, cp.exec, function() end)
            refused(VALUE, cp.exec, "")
            refused(VALUE, cp.exec, "a\0b")
            refused(TYPE, cp.exec, "true", 5)
            refused(TYPE, cp.exec, "true", {}, 5)
            for _, call in ipairs({ cp.exec, cp.execFile, cp.spawn, cp.fork }) do
                for _, timeout in ipairs({ -1, 1.5, 0 / 0, math.huge, "1" }) do
                    refused(RANGE, call, "true", { timeout = timeout })
                end
                for _, signal in ipairs({ 0, -1, 65, 1.5, "", "SIGNOTHING" }) do
                    refused("ERR_UNKNOWN_SIGNAL", call, "true", { killSignal = signal })
                end
                refused(TYPE, call, "true", { killSignal = true })
                refused(TYPE, call, "true", { signal = 5 })
                refused(TYPE, call, "true", { signal = { aborted = false } })
                refused(TYPE, call, "true", { windowsHide = 1 })
                refused(VALUE, call, "true", { serialization = "xml" })
                refused(TYPE, call, "true", { uid = "root" })
            end
            for _, call in ipairs({ cp.exec, cp.execFile }) do
                for _, limit in ipairs({ -1, 0 / 0, "1" }) do
                    refused(RANGE, call, "true", { maxBuffer = limit })
                end
                refused(TYPE, call, "true", { encoding = 5 })
                refused(VALUE, call, "true", { encoding = "hex" })
                refused(TYPE, call, "true", { shell = 5 })
            end
            local err = refused(RANGE, cp.exec, "true", { timeout = -1 })
            expect('The value of "timeout" is out of range. It must be an unsigned integer. Received -1', err.message)
            err = refused(TYPE, cp.exec, "true", { signal = 5 })
            local wording = 'The "options.signal" property must be an instance of AbortSignal. Received type number (5)'
            expect(wording, err.message)
            expect("string", type(err.at))
            print("done")
        ]])
    end)

    it("leaves the options as they were", function()
        passes([[
            local options = { timeout = 1000, killSignal = "SIGINT" }
            cp.exec("true", options, function()
                expect(1000, options.timeout)
                expect("SIGINT", options.killSignal)
                expect(nil, options.shell)
                print("done")
            end)
        ]])
    end)
end)

describe("exec", function()
    after_each(exec.cleanup)

    it("runs a command of the shell", function()
        passes([[
            local child = cp.exec("echo $NAME | tr a-z A-Z; pwd", { env = { NAME = "moon", PATH = "/bin:/usr/bin" },
                cwd = "/usr" }, function(err, out)
                expect(nil, err)
                expect("MOON\n/usr\n", out)
                print("done")
            end)
            expect("/bin/sh", child.spawnfile)
            expect("-c", child.spawnargs[2])
        ]])
    end)

    it("tells of a command that is not there by the shell's code", function()
        passes([[
            cp.exec("no-such-command", function(err, _, err_out)
                expect(127, err.code)
                expect("no-such-command", err.cmd)
                expect("Command failed: no-such-command\n" .. err_out, err.message)
                print("done")
            end)
        ]])
    end)

    it("takes another shell, and tells when that cannot be started", function()
        passes([[
            local bash = cp.exec("ls", { shell = "/no/shell" }, function(err)
                expect("spawn /no/shell ENOENT", err.message)
                expect("ls", err.cmd)
                expect("-c ls", table.concat(err.spawnargs, " "))
                print("done")
            end)
            expect("/no/shell", bash.spawnfile)
        ]])
    end)
end)

describe("a ChildProcess", function()
    after_each(exec.cleanup)

    it("may be made by itself, and started once", function()
        passes([[
            local child = cp.ChildProcess()
            expect(false, child:kill())
            expect(0, child:spawn({ file = "sh", args = { "name", "-c", "echo $0 $A" }, envPairs = { "A=b=c" } }))
            child.stdout:on("data", function(bytes) io.write(bytes) end)
            child:on("close", function(code) expect(0, code) print("done") end)
            refused("ERR_INVALID_STATE", child.spawn, child, { file = "true" })
            refused("ERR_INVALID_THIS", child.spawn, nil)
            refused("ERR_INVALID_ARG_TYPE", child.spawn, child)
            refused("ERR_INVALID_ARG_TYPE", child.spawn, child, { file = 5 })
            refused("ERR_INVALID_ARG_TYPE", child.spawn, child, { file = "true", args = 5 })
            refused("ERR_INVALID_ARG_TYPE", child.spawn, child, { file = "true", envPairs = 5 })
            refused("ERR_INVALID_ARG_VALUE", child.spawn, child, { file = "true", envPairs = { "novalue" } })
        ]], "name b=c\ndone\n")
    end)

    it("is killed at its timeout, unless it ends before", function()
        passes([[
            local function killed()
                local child = cp.spawn("cat", { timeout = 30, killSignal = "SIGKILL" })
                child:on("exit", function(code, signal)
                    expect(nil, code)
                    expect("SIGKILL", signal)
                    expect(true, child.killed)
                    print("killed")
                end)
            end
            local quick = cp.spawn("true", { timeout = 100000 }) -- which the program does not wait for
            quick:on("exit", function(code)
                expect(0, code)
                expect(false, quick.killed)
                print("quick")
                killed()
            end)
            cp.spawn("no-such-program", { timeout = 100000 }):on("error", function() print("error") end)
        ]], "error\nquick\nkilled\n")
    end)
end)
