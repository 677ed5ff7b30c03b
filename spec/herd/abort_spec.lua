--- AbortController, AbortSignal, and what they do to child processes.
local files = require("spec.support.files")
local proc = require("spec.support.proc")

local PRELUDE = [[
local cp = require("child_process")
local function expect(wanted, got, what)
    if wanted ~= got then
        error(("%s: wanted %s, got %s"):format(what or "?", tostring(wanted), tostring(got)), 2)
    end
end
--- The error that fn raises, whose code is to be `code`, told at this file.
local function refused(code, fn, ...)
    local ok, err = pcall(fn, ...)
    if ok then
        error("wanted " .. code .. ", but it was accepted", 2)
    end
    expect(code, type(err) == "table" and err.code or err)
    return err
end
]]

--- Runs the script, which has to print "done" where it ends well, unless `output` says what else it prints.
local function passes(script, output, options)
    options = options or {}
    options[1] = files.write("script.lua", PRELUDE .. script)
    local done = proc.run(options)
    assert.equal(options.errors or "", done.stderr)
    assert.equal(0, done.code)
    assert.equal(output or "done\n", done.stdout)
end

describe("an AbortSignal", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("tells once that it is aborted, and why", function()
        passes([[
            local controller = AbortController()
            local signal = controller.signal
            local heard = {}
            local function note(name)
                return function(event)
                    expect("abort", event.type)
                    expect(signal, event.target)
                    heard[#heard + 1] = name
                end
            end
            local removed, twice = note("removed"), note("twice")
            signal.onabort = note("onabort")
            signal:addEventListener("abort", twice)
            signal:addEventListener("abort", twice)
            signal:addEventListener("abort", removed, { once = true })
            signal:removeEventListener("abort", removed)
            signal:once("abort", note("once"))
            expect(false, signal.aborted)
            expect(nil, signal.reason)
            signal:throwIfAborted()
            controller:abort("enough")
            controller:abort("again")
            expect("onabort twice once", table.concat(heard, " "))
            expect(true, signal.aborted)
            expect("enough", signal.reason)
            local ok, err = pcall(signal.throwIfAborted, signal)
            expect(false, ok)
            expect("enough", err)
            print("done")
        ]])
    end)

    it("goes on with the other listeners when one raises, which is an uncaught exception", function()
        passes([[
            process.on("uncaughtException", function(err) print("uncaught " .. tostring(err)) end)
            local controller = AbortController()
            controller.signal:addEventListener("abort", function() error("first", 0) end)
            controller.signal:addEventListener("abort", function() print("second") end)
            controller:abort()
            print("aborted")
        ]], "second\naborted\nuncaught first\n")
    end)

    it("has an AbortError for a reason unless one is given", function()
        passes([[
            local reason = AbortSignal.abort().reason
            expect("AbortError", reason.name)
            expect(20, reason.code)
            expect("This operation was aborted", reason.message)
            expect("x", AbortSignal.abort("x").reason)
            local ok, err = pcall(function() AbortSignal.abort():throwIfAborted() end)
            expect(false, ok)
            expect("AbortError", err.name)
            print("done")
        ]])
    end)

    it("comes with time, which no program waits for", function()
        passes([[
            AbortSignal.timeout(1000000)
            AbortSignal.timeout(2 ^ 32 - 1)
            local signal = AbortSignal.timeout(10)
            local alive = setTimeout(function() error("too late") end, 60000)
            signal:addEventListener("abort", function(event)
                clearTimeout(alive)
                expect("TimeoutError", signal.reason.name)
                expect(23, signal.reason.code)
                expect("The operation was aborted due to timeout", signal.reason.message)
                print("done")
            end)
        ]])
    end)

    it("is any of several", function()
        passes([[
            local one, two = AbortController(), AbortController()
            local any = AbortSignal.any({ one.signal, two.signal })
            expect(false, any.aborted)
            two:abort("two")
            one:abort("one")
            expect("two", any.reason)
            expect(0, one.signal:listenerCount("abort"))
            expect("one", AbortSignal.any({ one.signal, two.signal }).reason)
            expect(false, AbortSignal.any({}).aborted)
            print("done")
        ]])
    end)

    it("refuses what it cannot mean", function()
        passes([[
            local TYPE = "ERR_INVALID_ARG_TYPE"
            refused("ERR_ILLEGAL_CONSTRUCTOR", AbortSignal)
            refused("ERR_INVALID_THIS", AbortSignal.abort, AbortSignal)
            refused(TYPE, AbortSignal.timeout)
            refused(TYPE, AbortSignal.timeout, "1")
            refused("ERR_OUT_OF_RANGE", AbortSignal.timeout, -1)
            refused("ERR_OUT_OF_RANGE", AbortSignal.timeout, 1.5)
            refused("ERR_OUT_OF_RANGE", AbortSignal.timeout, 2 ^ 32)
            refused(TYPE, AbortSignal.any)
            refused(TYPE, AbortSignal.any, { {} })
            local controller = AbortController()
            refused("ERR_INVALID_THIS", controller.abort)
            refused("ERR_INVALID_THIS", controller.signal.throwIfAborted)
            refused("ERR_INVALID_THIS", controller.signal.addEventListener)
            refused("ERR_MISSING_ARGS", controller.signal.addEventListener, controller.signal)
            refused("ERR_MISSING_ARGS", controller.signal.addEventListener, controller.signal, "abort")
            refused(TYPE, controller.signal.addEventListener, controller.signal, "abort", 5)
            refused("ERR_MISSING_ARGS", controller.signal.removeEventListener, controller.signal)
            print("done")
        ]])
    end)
end)

describe("the option signal", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("ends a child, and tells by an AbortError", function()
        passes([[
            local controller = AbortController()
            local child = cp.spawn("cat", { signal = controller.signal, killSignal = "SIGKILL" })
            child:on("spawn", function() print("spawn") controller:abort("why") end)
            child:on("error", function(err)
                expect("AbortError", err.name)
                expect("ABORT_ERR", err.code)
                expect("The operation was aborted", err.message)
                expect("why", err.cause)
                print("error")
            end)
            child:on("exit", function(code, signal) expect(nil, code) expect("SIGKILL", signal) print("exit") end)
            child:on("close", function()
                expect(0, controller.signal:listenerCount("abort"))
                print("close")
            end)
        ]], "spawn\nerror\nexit\nclose\n")
    end)

    it("that is aborted already lets the child start, and ends it then", function()
        passes([[
            local child = cp.spawn("cat", { signal = AbortSignal.abort() })
            expect("number", type(child.pid))
            for _, name in ipairs({ "spawn", "error", "exit" }) do
                child:on(name, function() print(name) end)
            end
        ]], "spawn\nerror\nexit\n")
    end)

    it("does nothing once the child has ended", function()
        passes([[
            local controller = AbortController()
            cp.spawn("true", { signal = controller.signal }):on("exit", function(code)
                expect(0, code)
                controller:abort()
                print("done")
            end)
        ]])
    end)

    it("ends execFile and exec, whose callback gets the error", function()
        passes([[
            local controller = AbortController()
            cp.execFile("cat", { signal = controller.signal }, function(err, out)
                expect("ABORT_ERR", err.code)
                expect("cat", err.cmd)
                expect("", out)
                cp.exec("exec cat", { signal = AbortSignal.timeout(10) }, function(late)
                    expect("ABORT_ERR", late.code)
                    expect("TimeoutError", late.cause.name)
                    print("done")
                end)
            end)
            controller:abort()
        ]])
    end)

    it("ends a fork", function()
        local child = files.write("child.lua", 'process.on("message", function() end)')
        passes(([[
            local controller = AbortController()
            local child = cp.fork(%q, { signal = controller.signal, timeout = 100000 })
            child:on("spawn", function() controller:abort() end)
            child:on("error", function(err) expect("ABORT_ERR", err.code) end)
            child:on("exit", function(_, signal) expect("SIGTERM", signal) print("done") end)
        ]]):format(child))
    end)
end)
