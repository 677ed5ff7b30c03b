--- The program itself: scripts, exit codes, uncaught errors, standard streams.
local files = require("spec.support.files")
local leaks = require("spec.support.leaks")
local proc = require("spec.support.proc")
local wait = require("spec.support.wait")

local function cleanup()
    proc.cleanup()
    files.cleanup()
end

--- Runs code with -e; more options and arguments may be given.
local function eval(code, options)
    options = options or {}
    table.insert(options, 1, "-e")
    table.insert(options, 2, code)
    return proc.run(options)
end

local function count(text, part)
    local _, found = text:gsub(part:gsub("%p", "%%%0"), "")
    return found
end

describe("the command line", function()
    after_each(cleanup)

    it("tells its version and its use", function()
        for _, option in ipairs({ "-v", "--version" }) do
            local done = proc.run { option }
            assert.equal(0, done.code)
            assert.matches("^moonherd %d+%.%d+%.%d+ %(luajit 2%.1%S*, uv 1%.%d+%.%d+, llhttp %S+, jansson %S+%)\n$",
                done.stdout)
        end
        local done = proc.run { "--help" }
        assert.equal(0, done.code)
        assert.matches("^Usage: moonherd", done.stdout)
    end)

    it("refuses what it does not know with 9", function()
        for _, words in ipairs({ { "--nope" }, { "-e" } }) do
            local done = proc.run(words)
            assert.equal(9, done.code)
            assert.equal(1, count(done.stderr, "\n"))
            assert.matches("^moonherd: ", done.stderr)
        end
    end)

    it("gives a script its arguments in argv, arg and ...", function()
        local path = files.write("args.lua", [[
            print(#process.argv, process.argv[1] == process.execPath, process.argv[2], process.argv[3], process.argv[4])
            print(arg[-1], arg[0], arg[1], arg[2], #arg)
            print(...)
        ]])
        local done = proc.run { "args.lua", "-x", "two words", cwd = files.dir() }
        assert.equal(("4\ttrue\t%s\t-x\ttwo words\n"):format(path)
            .. ("%s\targs.lua\t-x\ttwo words\t2\n-x\ttwo words\n"):format(proc.bin), done.stdout)
        assert.equal(0, done.code)
    end)

    it("runs code, with arguments and without a script in argv", function()
        local done = eval("print(#process.argv, process.argv[2], arg[1], ...)", { "a", "b" })
        assert.equal("3\ta\ta\ta\tb\n", done.stdout)
    end)

    it("runs standard input, with - or when it is no terminal", function()
        local code = "#!/usr/bin/env moonherd\nprint(arg[0], #process.argv, ...)"
        assert.equal("-\t3\tx\n", proc.run({ "-", "x", stdin = code }).stdout)
        assert.equal("-\t1\n", proc.run({ stdin = code }).stdout)
        local done = proc.run { stdin = "x = = 1" }
        assert.equal("moonherd: stdin:1: unexpected symbol near '='\n", done.stderr)
        assert.equal(1, done.code)
    end)

    it("lets a script require what lies beside it", function()
        files.write("helper.lua", "return { word = 'beside' }")
        local path = files.write("main.lua", "print(require('helper').word)")
        assert.equal("beside\n", proc.run({ path, cwd = "/" }).stdout)
        assert.equal("beside\n", proc.run({ "./main.lua", cwd = files.dir() }).stdout)
    end)

    it("knows its modules as Node does, and JSON", function()
        local done = eval([[
            assert(require("node:cluster") == require("cluster") and require("node:process") == process)
            assert(JSON == require("json") and JSON.stringify({ 1 }) == "[1]" and JSON.parse("[1]")[1] == 1)
            for _, name in ipairs({ "timers/promises", "node:timers/promises" }) do
                local _, err = pcall(require, name)
                print(err.code, err.message)
            end
            print((pcall(require, "node:fs")))
        ]])
        local refusal = "ERR_NOT_IN_LUA\tthe module \"timers/promises\" is not part of moonherd: "
            .. "use async.sleep of require \"async\"\n"
        assert.equal(refusal .. refusal .. "false\n", done.stdout)
        assert.equal(0, done.code)
    end)

    it("knows its modules by their short names, whatever lies beside the script", function()
        files.write("events.lua", "return 'mine'")
        local path = files.write("main.lua", [[
            for _, name in ipairs { "process", "events", "timers", "json", "console" } do
                assert(require(name) == require("moonherd." .. name), name)
            end
            assert(process == require("process") and console == require("console"))
            assert(setTimeout == require("timers").setTimeout)
            print(pcall(require, "nope"))
        ]])
        local done = proc.run { path }
        assert.equal("", done.stderr)
        assert.matches("^false\tmodule 'nope' not found", done.stdout)
    end)
end)

describe("a script that cannot be run", function()
    after_each(cleanup)

    local function refused(pattern, path)
        local done = proc.run { path, cwd = files.dir() }
        assert.equal(1, done.code)
        assert.equal("", done.stdout)
        assert.matches(pattern, done.stderr)
        assert.equal(1, count(done.stderr, "\n"), done.stderr)
    end

    it("is named in one line", function()
        refused("^moonherd: cannot open 'nope%.lua': No such file or directory\n$", "nope.lua")
        refused("^moonherd: cannot open '/tmp': Is a directory\n$", "/tmp")
        files.write("broken.lua", "local x = 1\nlocal y = = 2\n")
        refused("^moonherd: broken%.lua:2: unexpected symbol near '='\n$", "broken.lua")
        files.write("code.lua", string.dump(loadstring("print(1)")))
        refused("^moonherd: 'code%.lua' is compiled Lua; moonherd runs source text only\n$", "code.lua")
        files.write("pic.lua", "\127ELF\0\0")
        refused("^moonherd: 'pic%.lua' is a binary file, not a Lua script\n$", "pic.lua")
    end)

    it("counts lines from a first line with #!, and takes a byte order mark", function()
        files.write("bang.lua", "#!/usr/bin/env moonherd\nprint(debug.getinfo(1, 'l').currentline)")
        assert.equal("2\n", proc.run({ "bang.lua", cwd = files.dir() }).stdout)
        files.write("bom.lua", "\239\187\191print(1)")
        assert.equal("1\n", proc.run({ "bom.lua", cwd = files.dir() }).stdout)
        files.write("empty.lua", "")
        assert.equal(0, proc.run({ "empty.lua", cwd = files.dir() }).code)
    end)
end)

describe("the end of a program", function()
    after_each(cleanup)

    local function ends(code, script, stdout)
        local done = eval(script)
        assert.equal("", done.stderr)
        assert.same(code, done.code)
        if stdout then
            assert.equal(stdout, done.stdout)
        end
    end

    it("comes when nothing is left, with beforeExit as often as it finds new work, and exit once", function()
        ends(0, [[
            local left = 2
            process.on("beforeExit", function(code)
                print("beforeExit", code)
                left = left - 1
                if left >= 0 then
                    setTimeout(print, 1, "work")
                end
            end)
            process.on("exit", function(code) print("exit", code) setTimeout(print, 0, "never") end)
        ]], "beforeExit\t0\nwork\nbeforeExit\t0\nwork\nbeforeExit\t0\nexit\t0\n")
    end)

    it("takes ticks and immediates of beforeExit for work", function()
        ends(0, [[
            process.once("beforeExit", function() process.nextTick(function() setImmediate(print, "done") end) end)
        ]], "done\n")
    end)

    it("has the code of exit, modulo 256, or of exitCode", function()
        ends(3, "process.exit(3)")
        ends(0, "process.exit(256)")
        ends(255, "process.exit(-1)")
        ends(44, "process:exit(300)")
        ends(5, "process.exit('5')")
        ends(6, "process.exitCode = 6")
        ends(6, "process.exitCode = 6 process.exit()")
        ends(7, "process.on('exit', function() process.exitCode = 7 end)")
        ends(8, "process.exitCode = 1 process.on('beforeExit', function(c) print(c) process.exitCode = 8 end)", "1\n")
    end)

    it("is immediate with exit: what is under way is dropped, exit is emitted once", function()
        ends(2, [[
            process.on("beforeExit", function() print("never") end)
            process.on("exit", function(code) print("exit", code) process.exit(2) end)
            process.nextTick(print, "never")
            setTimeout(print, 0, "never")
            pcall(process.exit, 1)
            print("never")
        ]], "exit\t1\n")
    end)

    it("keeps what was printed, without a newline at its end and by a slow reader", function()
        ends(0, "io.write('a') console.log('b') io.write('c') process.exit(0)", "ab\nc")
        local size = 2000000
        local process = proc.start { "-e", ([[
            process.stdout:write(("x"):rep(%d))
            console.log("end")
            process.exit(4)
        ]]):format(size) }
        process:paused("stdout")
        wait(function() return leaks.state(process.pid) == "S" end, 5, "the writer to wait for us")
        process:paused("stdout", false)
        local done = process:wait(20)
        assert.equal(4, done.code)
        assert.equal(size + 4, #done.stdout)
    end)

    it("is SIGABRT after abort, without exit", function()
        local done = eval("process.on('exit', function() print('never') end) process.abort()",
            { env = { ASAN_OPTIONS = "handle_abort=0" } })
        assert.equal("SIGABRT", done.signal)
        assert.equal("", done.stdout)
    end)

    it("comes by a signal that nobody listens to", function()
        for _, signal in ipairs({ "SIGTERM", "SIGINT", "SIGHUP" }) do
            local process = proc.start { "-e", "setInterval(function() end, 1000) console.log('up')" }
            process:expect("up")
            process:kill(signal)
            assert.equal(signal, process:wait().signal)
        end
    end)

    it("comes as a listener of the signal wants it; the default is back when the listener is gone", function()
        local process = proc.start { "-e", [[
            process.once("SIGTERM", function(name, number) console.log(name, number) end)
            process.on("SIGINT", function() process.exit(7) end)
            setInterval(function() end, 1000)
            console.log("up")
        ]] }
        process:expect("up")
        process:kill("SIGTERM")
        process:expect("SIGTERM 15")
        process:kill("SIGINT")
        assert.equal(7, process:wait().code)

        process = proc.start { "-e", [[
            process.once("SIGTERM", function() setImmediate(console.log, "once") end)
            setInterval(function() end, 1000)
            console.log("up")
        ]] }
        process:expect("up")
        process:kill("SIGTERM")
        process:expect("once")
        process:kill("SIGTERM")
        assert.equal("SIGTERM", process:wait().signal)
    end)

    it("ignores SIGPIPE", function()
        local process = proc.start { "-e", "setTimeout(console.log, 20000, 'x') console.log('up')" }
        process:expect("up")
        process:kill("SIGPIPE")
        process:kill("SIGTERM")
        assert.equal("SIGTERM", process:wait().signal)
    end)
end)

-- A throw in every kind of callback: %s is the place of the throw.
local CALLBACKS = {
    main = "%s",
    nextTick = "process.nextTick(function() %s end)",
    ["nextTick in a tick"] = "process.nextTick(function() process.nextTick(function() %s end) end)",
    setTimeout = "setTimeout(function() %s end, 1)",
    setInterval = "local i i = setInterval(function() i:close() %s end, 1)",
    setImmediate = "setImmediate(function() %s end)",
    ["a listener"] = "setTimeout(function() require('events').EventEmitter()"
        .. ":on('x', function() %s end):emit('x') end, 1)",
    ["an error event"] = "setImmediate(function() require('events').EventEmitter():emit('error', 'thrown') end)",
    beforeExit = "process.once('beforeExit', function() %s end)",
    ["a signal"] = "process.once('SIGUSR2', function() %s end) process.kill(process.pid, 'SIGUSR2') "
        .. "local i i = setInterval(function() if process.listenerCount('SIGUSR2') == 0 then i:close() end end, 1)",
    ["a warning"] = "process.on('warning', function() %s end) process.emitWarning('w')",
    ["a write callback"] = "process.stdout:write('', function() %s end)",
}

describe("an uncaught error", function()
    after_each(cleanup)

    for name, code in pairs(CALLBACKS) do
        it("in " .. name .. " is printed with its place and ends the program with 1", function()
            local done = eval("process.on('exit', function(code) print('exit', code) end) "
                .. code:gsub("%%s", "error('thrown')"))
            assert.equal(1, done.code)
            assert.equal("exit\t1\n", done.stdout)
            assert.matches("uncaught error: .*thrown", done.stderr)
            assert.matches("\nstack traceback:\n\t", done.stderr)
        end)

        it("in " .. name .. " ends in uncaughtException, and the program goes on", function()
            local done = eval("process.on('uncaughtException', function(err, origin, traceback) "
                .. "print(tostring(err):match('thrown'), origin, type(traceback)) "
                .. "setTimeout(print, 1, 'goes on') end) " .. code:gsub("%%s", "error('thrown')"))
            assert.equal(0, done.code)
            assert.equal("thrown\tuncaughtException\tstring\ngoes on\n", done.stdout)
        end)
    end

    it("says what, where, and nothing of the engine below it", function()
        local path = files.write("app.lua", "local function deep() local x; return x.y end\n"
            .. "setTimeout(function() local v = deep() return v end, 1)\n")
        local done = proc.run { path }
        assert.equal(("moonherd: uncaught error: %s:1: attempt to index local 'x' (a nil value)\nstack traceback:\n"
            .. "\t%s:1: in function 'deep'\n\t%s:2: in function 'callback'\n"):format(path, path, path), done.stderr)
    end)

    it("names what nobody listens to, where an \"error\" event met no listener", function()
        assert.equal("moonherd: uncaught error: Error [ECONNREFUSED]: connect ECONNREFUSED 127.0.0.1:1\n"
            .. '  nobody listens for "error" on this Socket\n',
            eval("require('net').connect(1, '127.0.0.1')").stderr)
        local said = eval("require('child_process').spawn('/no/such')").stderr
        assert.equal("moonherd: uncaught error: (command line):1: child_process.spawn: "
            .. "Error [ENOENT]: spawn /no/such ENOENT\nstack traceback:\n\t(command line):1: in main chunk\n"
            .. '  nobody listens for "error" on this ChildProcess\n', said)
    end)

    it("shows no frames without a name", function()
        local said = eval("coroutine.wrap(function() error('inside') end)()").stderr
        assert.matches("inside\nstack traceback:\n\t%(command line%):1: in main chunk\n$", said)
    end)

    it("names the worker it happened in", function()
        local done = eval("error('thrown', 0)", { env = { NODE_UNIQUE_ID = "3" } })
        assert.matches("^worker 3 %(pid %d+%): uncaught error: thrown\n", done.stderr)
    end)

    it("of ours begins with the line that called us, and what it called", function()
        local path = files.write("app.lua", "local net = require('net')\n"
            .. "local function start() local server = net.createServer():listen(-1) return server end\n"
            .. "setTimeout(function() start() end, 1)\n")
        local done = proc.run { path }
        assert.equal(("moonherd: uncaught error: %s:2: server:listen: RangeError [ERR_SOCKET_BAD_PORT]: "
            .. "options.port should be >= 0 and < 65536. Received type number (-1).\nstack traceback:\n"
            .. "\t%s:2: in function 'start'\n\t%s:3: in function 'callback'\n"):format(path, path, path), done.stderr)
    end)

    it("of ours is placed in code of -e, of stdin, in coroutines and in listeners", function()
        local said = "TypeError [ERR_INVALID_ARG_TYPE]: The \"callback\" argument must be of type function. "
            .. "Received type number (5)\nstack traceback:\n\t"
        local cases = {
            ["setTimeout(5)"] = "1: setTimeout: %s%s:1: in main chunk\n",
            ["\ncoroutine.wrap(function()\nsetTimeout(5) end)()"] = "3: setTimeout: %s%s:3: in function <%s:2>\n",
            ["process.once('exit', function()\nprocess.nextTick(5) end)"] =
                "2: process.nextTick: %s%s:2: in function 'listener'\n",
        }
        for code, wanted in pairs(cases) do
            for _, way in ipairs({ { "(command line)", { "-e", code } }, { "stdin", { "-", stdin = code } } }) do
                local name = way[1]
                local expected = ("moonherd: uncaught error: %s:"):format(name)
                    .. wanted:gsub("%%s", said:gsub("%%", "%%%%"), 1):gsub("%%s", name)
                assert.equal(expected, proc.run(way[2]).stderr)
            end
        end
    end)

    it("gives a line whatever was thrown", function()
        local values = {
            ["error()"] = "nil %(error was called without a message%)",
            ["error({ code = 5 })"] = "{ code = 5 } %(a table, not an error message%)",
            ["error({ message = 'words' })"] = "words",
            ["error({ name = 'MyError', message = 'words' })"] = "MyError: words",
            ["error({ message = {} })"] = "table: ",
            ["error(false)"] = "false %(a boolean",
            ["error(io.stdout)"] = "file %(",
            ["error(newproxy(true))"] = "userdata: .*a userdata",
            ["error(setmetatable({}, { __tostring = function() error('inner') end }))"] = "a table that cannot be",
            ["error(setmetatable({}, { __tostring = function() return nil end }))"] = "a table that cannot be",
            ["error(setmetatable({}, { __index = function() error('inner') end }))"] = "a table that cannot be",
            ["local function f() return 1 + f() end f()"] = "stack overflow",
            ["error(('x'):rep(100000))"] = "xxxxx",
        }
        for code, pattern in pairs(values) do
            local done = eval(code)
            assert.equal(1, done.code, code)
            assert.matches("^moonherd: uncaught error: .*" .. pattern, done.stderr)
        end
    end)

    it("is 7 when its handler fails, and both are shown", function()
        local done = eval("process.on('uncaughtException', function() error('second') end) error('first')")
        assert.equal(7, done.code)
        assert.matches("uncaught error: .*first\n.*and then its handler failed: .*second\n", done.stderr)
    end)

    it("is shown to the monitor first, which does not handle it", function()
        local done = eval("process.on('uncaughtExceptionMonitor', print) error('first', 0)")
        assert.equal(1, done.code)
        assert.matches("^first\tuncaughtException", done.stdout)
    end)

    it("goes to the capture callback instead, if there is one", function()
        local done = eval([[
            process.on("uncaughtException", function() print("never") end)
            process.setUncaughtExceptionCaptureCallback(function(err) print("captured", err) end)
            print(process.hasUncaughtExceptionCaptureCallback())
            print((select(2, pcall(process.setUncaughtExceptionCaptureCallback, print))).code)
            error("first", 0)
        ]])
        assert.equal(0, done.code)
        assert.equal("true\nERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET\ncaptured\tfirst\n", done.stdout)
    end)

    it("keeps the exit code its handler or an exit listener chose", function()
        assert.equal(5, eval("process.on('uncaughtException', function() process.exitCode = 5 end) error('x')").code)
        assert.equal(6, eval("process.on('uncaughtException', function() process.exit(6) end) error('x')").code)
        assert.equal(8, eval("process.on('exit', function(c) process.exitCode = c + 7 end) error('x')").code)
    end)

    it("in an exit listener skips the others and is 1, or what its handler says", function()
        local script = "process.on('exit', function() error('late') end) "
            .. "process.on('exit', function() print('never') end)"
        for _, ending in ipairs({ "", " process.exit(5)" }) do
            local done = eval(script .. ending)
            assert.equal(1, done.code)
            assert.equal("", done.stdout)
            assert.matches("uncaught error: .*late", done.stderr)
        end
        local done = eval("process.on('uncaughtException', print) " .. script)
        assert.equal(0, done.code)
        assert.matches("late\tuncaughtException", done.stdout)
    end)

    it("costs no other callback its turn", function()
        local done = eval([[
            process.on("uncaughtException", function(err) print("caught", err) end)
            process.nextTick(error, "tick", 0)
            process.nextTick(print, "tick after")
            setTimeout(error, 1, "timer", 0)
            setTimeout(print, 1, "timer after")
            setImmediate(error, "immediate", 0)
            setImmediate(print, "immediate after")
            error("main", 0)
        ]])
        for _, line in ipairs({ "caught\tmain", "caught\ttick", "tick after", "caught\ttimer", "timer after",
            "caught\timmediate", "immediate after" }) do
            assert.equal(1, count(done.stdout, line .. "\n"), line)
        end
        assert.equal(0, done.code)
    end)
end)

describe("standard streams", function()
    after_each(cleanup)

    it("may be closed: no other descriptor takes their number", function()
        local path = files.path("out")
        local done = proc.run {
            "-e", [[
                print("nowhere") console.log("nowhere") console.error("nowhere")
                local f = io.open(process.argv[2], "w")
                console.log("nowhere") print("nowhere")
                f:write("file only") f:close()
            ]], path, stdin = "closed", stdout = "closed", stderr = "closed",
        }
        assert.equal(0, done.code)
        assert.equal("file only", files.read(path))
    end)

    it("whose reader is gone do not end a program that logs", function()
        local done = proc.run {
            command = "/bin/sh", "-c", ([["%s" -e 'setTimeout(function()
                for i = 1, 10000 do console.log("line") end
                console.error("still here")
            end, 50)' | true]]):format(proc.bin),
        }
        assert.matches("still here", done.stderr)
    end)

    it("tell a failed write to its callback and by an error event", function()
        local done = proc.run {
            command = "/bin/sh", "-c", ([["%s" -e '
                process.stdout:on("error", function(err) console.error("event", err.code, err.syscall) end)
                setTimeout(function()
                    console.error(process.stdout:write(("x"):rep(100000), function(err)
                        console.error("callback", err.code)
                    end))
                end, 50)' | true]]):format(proc.bin),
        }
        assert.equal("false\ncallback EPIPE\nevent EPIPE write\n", done.stderr)
    end)

    it("have numbers, and know a terminal from a pipe", function()
        local done = eval([[print(process.stdout.fd, process.stderr.fd, process.stdout.isTTY)]])
        assert.equal("1\t2\tnil\n", done.stdout)
    end)

    it("show lines at once and in order, whoever wrote them", function()
        local process = proc.start { "-e", "print('1') console.log(2) print('3') setInterval(function() end, 1000)" }
        process:expect("^1\n2\n3\n$")
    end)
end)

describe("console", function()
    after_each(cleanup)

    it("writes to the stream it should", function()
        local done = eval([[
            console.log("log %s", { 1 }) console.info("info") console.debug("debug")
            console.error("error") console.warn("warn") console.trace("here")
            console.assert(true, "no") console.assert(false, "wrong", 1)
            console.group("outer") console.log("in\nside") console.groupEnd() console.log("out")
            console.count() console.count() console.countReset() console.count("x")
            console.time("t") console.timeEnd("t") console.timeEnd("t") console.dir("quoted")
        ]])
        assert.matches("^log { 1 }\ninfo\ndebug\nouter\n  in\n  side\nout\ndefault: 1\ndefault: 2\nx: 1\n"
            .. "t: %d+%.%d+ms\n'quoted'\n$", done.stdout)
        assert.matches("^error\nwarn\nTrace: here\nstack traceback:\n.*Assertion failed: wrong 1\n"
            .. "No such label 't' for console.time%(%)\n$", done.stderr)
    end)
end)

describe("a memory limit", function()
    after_each(cleanup)

    local function limited(code)
        return eval("require('moonherd.process.memory').limit(60e6) "
            .. "process.on('exit', function(c) print('exit', c) end) " .. code,
            { env = { NODE_UNIQUE_ID = "2" }, seconds = 20 })
    end

    if os.getenv("MOONHERD_PRESET") == "asan" then
        return -- the sanitizer's own memory is past any limit of use
    end

    for name, code in pairs {
        ["a loop that never returns"] = "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
        ["a loop that catches errors"] = "local s = {} "
            .. "while #s < 1e6 do pcall(function() s[#s + 1] = ('x'):rep(1000) .. #s end) end "
            .. "setTimeout(print, 10000)",
        ["many small steps"] = "local t = {} setInterval(function() for i = 1, 10000 do t[#t + 1] = { i } end end, 1)",
        ["memory outside of Lua"] = "local ffi = require('ffi') "
            .. "ffi.cdef 'void *malloc(size_t); void *memset(void *, int, size_t);' "
            .. "setInterval(function() ffi.C.memset(ffi.C.malloc(10e6), 1, 10e6) end, 50)",
    } do
        it("ends " .. name .. " with one clear line", function()
            local done = limited(code)
            assert.equal(1, done.code)
            assert.matches("^worker 2 %(pid %d+%): memory limit of 57 MiB passed %(%d+ MiB%); leaving\n$",
                done.stderr)
            assert.equal("exit\t1\n", done.stdout)
        end)
    end
end)
