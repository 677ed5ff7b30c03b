--- fork and spawn through the program: what the child is given, how its life is told, what stays behind.
local files = require("spec.support.files")
local leaks = require("spec.support.leaks")
local proc = require("spec.support.proc")
local wait = require("spec.support.wait")

local PRELUDE = [[
local WORKER = process.argv[3]
local cp = require("child_process")
local function expect(wanted, got, what)
    if wanted ~= got then
        error(("%s: wanted %s, got %s"):format(what or "?", tostring(wanted), tostring(got)), 2)
    end
end
local function tell(child, name)
    for _, event in ipairs({ "spawn", "error", "message", "disconnect", "exit", "close" }) do
        child:on(event, function(a, b)
            print((name and name .. " " or "") .. event, tostring(a), tostring(b))
        end)
    end
    return child
end
]]

local function start(master, worker, options)
    options = options or {}
    options[1] = files.write("master.lua", PRELUDE .. master)
    options[2] = files.write("worker.lua", worker or "")
    return proc.start(options)
end

local function passes(master, worker, options)
    local done = start(master, worker, options):wait(60)
    assert.equal("", done.stderr)
    assert.equal(0, done.code)
    return done.stdout
end

describe("fork and spawn", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    -- Events -----------------------------------------------------------------------------------------------------

    it("tell a life in Node's order", function()
        local text = passes([[
            local child = tell(cp.fork(WORKER))
            expect("number", type(child.pid))
            expect(true, child.connected)
            expect(nil, child.exitCode)
            child:on("exit", function() expect(7, child.exitCode) expect(nil, child.signalCode) end)
            child:on("disconnect", function() expect(false, child.connected) expect(nil, child.channel) end)
        ]], "process.send(1) process.send(2) process.exit(7)")
        local order = "spawn\tnil\tnil\nmessage\t1\tnil\nmessage\t2\tnil\n" ..
            "disconnect\tnil\tnil\nexit\t7\tnil\nclose\t7\tnil\n"
        assert.equal(order, text)
    end)

    it("tell the signal that ended a child", function()
        local text = passes([[
            local child = tell(cp.fork(WORKER))
            child:on("message", function() expect(true, child:kill("sigkill")) expect(true, child.killed) end)
            child:on("exit", function()
                expect("SIGKILL", child.signalCode)
                expect(nil, child.exitCode)
                expect(false, child:kill())
                expect(false, child:kill(0))
            end)
        ]], 'process.send("up") setInterval(function() end, 1000)')
        assert.matches("disconnect\tnil\tnil\nexit\tnil\tSIGKILL\nclose\tnil\tSIGKILL\n$", text)
    end)

    it("tell a program that is not there by an error, then close", function()
        local text = passes([[
            local child = tell(cp.spawn("no-such-program", { "a", "b" }, { stdio = "ignore" }))
            expect(nil, child.pid)
            expect(false, child:kill())
            child:on("error", function(err)
                expect("ENOENT", err.code)
                expect(-2, err.errno)
                expect("spawn no-such-program", err.syscall)
                expect("no-such-program", err.path)
                expect("a b", table.concat(err.spawnargs, " "))
                expect(-2, child.exitCode)
                expect(false, child:kill())
            end)
        ]])
        assert.equal("error\tError [ENOENT]: spawn no-such-program ENOENT\tnil\nclose\t-2\tnil\n", text)
    end)

    it("tell a forked program that is not there likewise, its channel ending first", function()
        local text = passes([[
            local child = tell(cp.fork(WORKER, { execPath = "/no/such/program" }))
            expect(true, child:send("lost"))
        ]])
        assert.matches("^error.-ENOENT", text)
        assert.matches("disconnect\tnil\tnil\n", text)
        assert.matches("close\t%-2\tnil\n$", text)
        assert.is_nil(text:find("exit", 1, true))
        assert.is_nil(text:find("spawn\t", 1, true))
    end)

    it("tell a file that may not be run, and a working directory that is not there", function()
        local text = passes([[
            tell(cp.spawn("/etc/passwd", { stdio = "ignore" }))
            local child = cp.spawn("true", { stdio = "ignore", cwd = "/no/such/folder" })
            child:on("error", function(err)
                expect("ENOENT", err.code)
                expect("/no/such/folder", err.path)
                print(err.message)
            end)
        ]])
        assert.matches("error\tError %[EACCES%]: spawn /etc/passwd EACCES\tnil\n", text)
        assert.matches("spawn true ENOENT: the working directory '/no/such/folder' cannot be entered\n", text)
    end)

    it("raise what no later event can tell, with nothing left behind", function()
        passes([[
            local function refuses(code, ...)
                local ok, err = pcall(cp.spawn, ...)
                expect(false, ok)
                expect(code, err.code)
            end
            local with_channel = { stdio = { "ignore", "ignore", "ignore", "ipc" } }
            refuses("E2BIG", "true", { ("x"):rep(4 * 1024 * 1024) }, with_channel)
            refuses("ERR_INVALID_ARG_TYPE")
            refuses("ERR_INVALID_ARG_TYPE", 5)
            refuses("ERR_INVALID_ARG_VALUE", "")
            refuses("ERR_INVALID_ARG_VALUE", "tr\0ue")
            refuses("ERR_INVALID_ARG_TYPE", "true", "args")
            refuses("ERR_INVALID_ARG_TYPE", "true", {}, "options")
            refuses("ERR_INVALID_ARG_VALUE", "true", { "a\0" })
            refuses("ERR_INVALID_ARG_TYPE", "true", { {} })
            refuses("ERR_INVALID_ARG_TYPE", "true", { cwd = 5 })
            refuses("ERR_INVALID_ARG_VALUE", "true", { cwd = "/\0" })
            refuses("ERR_INVALID_ARG_VALUE", "true", { argv0 = "\0" })
            refuses("ERR_INVALID_ARG_VALUE", "true", { env = { A = "\0" } })
            refuses("ERR_INVALID_ARG_VALUE", "true", { env = { ["A\0"] = "" } })
            for _, value in ipairs({ {}, print, coroutine.create(print), 5LL }) do
                refuses("ERR_INVALID_ARG_TYPE", "true", { env = { A = value } })
            end
            for _, name in ipairs({ {}, print }) do
                refuses("ERR_INVALID_ARG_TYPE", "true", { env = { [name] = "x" } })
            end
            refuses("ERR_INVALID_ARG_TYPE", "true", { env = 5 })
            refuses("ERR_INVALID_ARG_VALUE", "true", { env = { ["A=B"] = "x" } })
            refuses("ERR_INVALID_ARG_TYPE", "true", { detached = 1 })
            refuses("ERR_INVALID_ARG_TYPE", "true", { uid = "root" })
            refuses("ERR_INVALID_ARG_TYPE", "true", { gid = 1.5 })
            refuses("ERR_INVALID_ARG_TYPE", "true", { shell = 1 })
            refuses("ERR_INVALID_ARG_VALUE", "true", { serialization = "xml" })
            refuses("ERR_INVALID_ARG_VALUE", "true", { stdio = "pipes" })
            refuses("ERR_INVALID_ARG_VALUE", "true", { stdio = 5 })
            refuses("ERR_INVALID_ARG_VALUE", "true", { stdio = { {} } })
            for _, stdio in ipairs({ { stdin = "ignore" }, { "pipe", x = "pipe" }, { [0] = "pipe" }, { [1.5] = "pipe" },
                { [1e9] = "pipe" }, { [-1] = "pipe" } }) do
                refuses("ERR_INVALID_ARG_VALUE", "true", { stdio = stdio })
            end
            -- Arguments and options in one table, or with a hole: some of it would be lost.
            refuses("ERR_INVALID_ARG_VALUE", "true", { "a", cwd = "/" })
            refuses("ERR_INVALID_ARG_VALUE", "true", nil, { "a" })
            refuses("ERR_INVALID_ARG_VALUE", "true", { cwd = "/" }, { env = {} })
            refuses("ERR_INVALID_ARG_TYPE", "true", { "a", nil, "c" })
            refuses("ERR_INVALID_SYNC_FORK_INPUT", "true", { stdio = { "pip" } })
            refuses("ERR_IPC_ONE_PIPE", "true", { stdio = { "ipc", "ignore", "ipc" } })
            local ok, err = pcall(cp.spawn, "true", { env = { A = "\0" } })
            expect(true, err.message:find("options.env['A']", 1, true) ~= nil, err.message)
            ok, err = pcall(cp.spawn, "true", { "a", nil, nil, "d" })
            expect(true, err.message:find("args[2]", 1, true) ~= nil, err.message)
            ok, err = pcall(cp.spawn, "true", { "a\0" })
            expect(true, err.message:find("args[1]", 1, true) ~= nil, err.message)
            for code, arguments in pairs({
                ERR_INVALID_ARG_TYPE = { nil }, ERR_CHILD_PROCESS_IPC_REQUIRED = { WORKER, { stdio = { "pipe" } } },
                ERR_INVALID_ARG_VALUE = { WORKER, { stdio = "ipc" } },
            }) do
                ok, err = pcall(cp.fork, unpack(arguments))
                expect(false, ok, code)
                expect(code, err.code)
            end
        ]])
    end)

    it("refuse signals that there are not", function()
        passes([[
            local child = cp.spawn("sleep", { "60" }, { stdio = "ignore" })
            for _, signal in ipairs({ "SIGFOO", "", 65, -1, 1.5, true, {} }) do
                local ok, err = pcall(child.kill, child, signal)
                expect(false, ok)
                expect("ERR_UNKNOWN_SIGNAL", err.code)
            end
            expect(false, child.killed)
            expect(true, child:kill(0))
            expect(true, child.killed)
            expect(true, child:kill("sigterm"))
            child:on("exit", function(code, signal) expect(nil, code) expect("SIGTERM", signal) end)
        ]])
    end)

    -- What the child is given ------------------------------------------------------------------------------------

    it("give the child its standard streams and its channel, nothing else", function()
        local text = passes([[
            local ffi = require("ffi")
            ffi.cdef "int dup(int fd); int fcntl(int fd, int command, ...);"
            for i = 1, 10 do ffi.C.dup(1) end               -- open, and not close-on-exec
            ffi.C.fcntl(1, 0, ffi.new("int", 100))
            local stdio = { "ignore", "inherit", "inherit", "ipc", "ignore", "ignore" }
            cp.spawn("ls", { "-l", "/proc/self/fd" }, { stdio = stdio })
        ]])
        local seen = {}
        for fd, target in text:gmatch("(%d+) %-> (%S+)") do
            seen[tonumber(fd)] = target
        end
        assert.equal("/dev/null", seen[0])
        assert.matches("^pipe:", seen[1])
        assert.matches("^pipe:", seen[2])
        assert.matches("^socket:", seen[3])
        assert.matches("^/proc/%d+/fd$", seen[4]) -- ls's own
        seen[0], seen[1], seen[2], seen[3], seen[4] = nil, nil, nil, nil, nil
        assert.same({}, seen)
    end)

    it("give a forked worker what a program started by hand has, and the channel", function()
        local count = 'print(require("moonherd.core").usage(nil, true).fds)'
        local text = passes([[
            cp.spawn(process.execPath, { WORKER }, { stdio = "inherit" }):on("exit", function() cp.fork(WORKER) end)
        ]], count)
        local alone, forked = text:match("(%d+)\n(%d+)\n")
        assert.equal(tonumber(alone) + 1, tonumber(forked))
    end)

    it("take the channel's variables out of the environment", function()
        local text = passes([[
            process.env.MOONHERD_CHANNEL_FD = "99"         -- not to be inherited as it is
            local child = cp.fork(WORKER, { env = { A = 1, B = true, C = "", PATH = process.env.PATH } })
            child:on("message", function(env)
                local names = {}
                for name, value in pairs(env) do if name ~= "PATH" then names[#names + 1] = name .. "=" .. value end end
                table.sort(names)
                print(table.concat(names, " "))
                child:disconnect()
            end)
            cp.spawn("sh", { "-c", 'echo "[$MOONHERD_CHANNEL_FD]"' }, { stdio = "inherit" })
        ]], 'process.send(process.env()) process.on("disconnect", function() end)')
        assert.matches("A=1 B=true C=\n", text)
        assert.matches("%[%]\n", text)
    end)

    it("inherit variables, of the process and of tables that lead to it", function()
        local text = passes([[
            process.env.FROM_PARENT = "yes"
            local script = 'echo "$FROM_PARENT $MINE"'
            local first = cp.spawn("sh", { "-c", script }, { stdio = "inherit" })
            first:on("exit", function()
                local env = setmetatable({ MINE = "mine", FROM_PARENT = "no" }, { __index = process.env })
                cp.spawn("sh", { "-c", script }, { stdio = "inherit", env = env }):on("exit", function()
                    cp.spawn("sh", { "-c", script }, { stdio = "inherit", env = process.env })
                end)
            end)
        ]])
        assert.equal("yes \nno mine\nyes \n", text)
    end)

    it("have variables of what says itself how it is written, and end with tables that lead to themselves", function()
        passes([[
            local itself = setmetatable({}, { __tostring = function() return "a text" end })
            local round = { B = "b" }
            round.__index = round
            setmetatable(round, round)
            local env = setmetatable({ A = itself, __index = "x" }, round)
            expect("A=a text\nB=b\n__index=x\n", cp.execSync("env | grep -v ^PWD | sort", { env = env }))
        ]])
    end)

    it("look for the program in the PATH of the child", function()
        local text = passes([[
            local child = cp.spawn("sh", { "-c", "true" }, { stdio = "ignore", env = { PATH = "/nowhere" } })
            child:on("error", function(err) print(err.code) end)
        ]])
        assert.equal("ENOENT\n", text)
    end)

    it("run a command by the shell", function()
        local text = passes([[
            local child = cp.spawn("echo $((1 + 1)); echo", { "$0" }, { shell = true, stdio = "inherit" })
            expect("/bin/sh", child.spawnfile)
            expect("/bin/sh|-c|echo $((1 + 1)); echo $0", table.concat(child.spawnargs, "|"))
        ]])
        assert.equal("2\n/bin/sh\n", text)
    end)

    it("leave their arguments as they were", function()
        passes([[
            local args, opts = { "-c", "true" }, { stdio = { "ignore", "ignore", "ignore" }, argv0 = "name" }
            local child = cp.spawn("sh", args, opts)
            expect("name -c true", table.concat(child.spawnargs, " "))
            expect(2, #args)
            expect("ignore", opts.stdio[1])
            expect(nil, opts.env)
            cp.spawn("true", nil, opts)
        ]])
    end)

    it("lead a session of its own when detached, and outlive the parent when unref'ed", function()
        local text = passes([[
            local child = cp.spawn("sleep", { "60" }, { detached = true, stdio = "ignore" })
            child:unref()
            print(child.pid)
        ]])
        local pid = tonumber(text)
        assert.is_true(leaks.alive(pid))
        require("spec.support.sys").C.kill(-pid, 9)
        wait(function() return not leaks.alive(pid) end)
    end)

    it("reset the signals that the parent ignores", function()
        local text = passes([[
            cp.spawn("sh", { "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status" }, { stdio = "inherit" })
        ]])
        assert.equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", text)
    end)

    it("refuse an id that only root may take", function()
        if io.popen("id -u"):read("*l") ~= "0" then
            passes([[
                local ok, err = pcall(cp.spawn, "true", { uid = 0 })
                expect(false, ok)
                expect("EPERM", err.code)
            ]])
            return
        end
        local text = passes([[
            local code = "local cp = require('child_process') local ok, err = pcall(cp.spawn, 'true', { uid = 0 }) " ..
                "print(ok, err.code, err.syscall)"
            local copy = "/tmp/moonherd-spec-" .. process.pid -- where nobody may read the build
            cp.spawn("cp", { process.execPath, copy }, { stdio = "inherit" }):on("exit", function()
                local options = { uid = 12345, gid = 12345, stdio = "inherit", cwd = "/" }
                cp.spawn(copy, { "-e", code }, options):on("exit", function() os.remove(copy) end)
            end)
        ]])
        assert.equal("false\tEPERM\tspawn\n", text)
    end)

    -- The channel's life -----------------------------------------------------------------------------------------

    it("put the channel where the stdio list says, whatever the number", function()
        for _, index in ipairs({ 0, 1, 3, 7 }) do
            local text = passes(([[
                local stdio = { "ignore", "ignore", "inherit" }
                for i = #stdio + 1, %d do stdio[i] = "ignore" end
                stdio[%d + 1] = "ipc"
                local child = cp.fork(WORKER, { stdio = stdio })
                child:on("message", function(m) print(m) child:disconnect() end)
                child:send("echo")
            ]]):format(index, index), 'process.on("message", function(m) process.send(m) end)')
            assert.equal("echo\n", text)
        end
    end)

    it("give spawn a channel too, when asked for", function()
        local text = passes([[
            local child = cp.spawn(process.execPath, { WORKER }, { stdio = { "ignore", "inherit", "inherit", "ipc" } })
            child:on("message", function(m) print(m) end)
            local none = cp.spawn("true", { stdio = "ignore" })
            expect(nil, none.send)
            expect(false, none.connected)
            expect(nil, none.channel)
        ]], 'process.send("hello")')
        assert.equal("hello\n", text)
    end)

    it("emit close after a disconnect by the parent", function()
        local text = passes([[
            local child = tell(cp.fork(WORKER))
            child:on("message", function() child:disconnect() expect(false, child.connected) end)
        ]], 'process.send("up") process.on("disconnect", function() process.exit(3) end)')
        local order = "spawn\tnil\tnil\nmessage\tup\tnil\ndisconnect\tnil\tnil\nexit\t3\tnil\nclose\t3\tnil\n"
        assert.equal(order, text)
    end)

    it("send what is queued before a disconnect ends the channel", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            for i = 1, 100 do child:send(("x"):rep(100000)) end
            child:disconnect()
            child:on("exit", function(code) print(code) end)
        ]], 'local n = 0 process.on("message", function() n = n + 1 end) ' ..
            'process.on("disconnect", function() process.exit(n) end)')
        assert.equal("100\n", text)
    end)

    it("tell of a send after the end, and of a second disconnect", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            child:disconnect()
            expect(false, child:send("late", function(err) print("callback", err.code, err.message) end))
            child:on("error", function(err) print("error", err.code) end)
            expect(false, child:send("late"))
            child:disconnect()
        ]], "")
        assert.equal("error\tERR_IPC_DISCONNECTED\ncallback\tERR_IPC_CHANNEL_CLOSED\tChannel closed\n" ..
            "error\tERR_IPC_CHANNEL_CLOSED\n", text)
    end)

    it("tell the child of its own late sends likewise", function()
        local done = start([[
            cp.fork(WORKER):on("exit", function(code) print(code) end)
        ]], [[
            process.disconnect()
            assert(process.connected == false)
            process.send("late", function(err) print(err.code) process:send("later still") end)
        ]]):wait(20)
        assert.matches("^ERR_IPC_CHANNEL_CLOSED\n1\n$", done.stdout)
        assert.matches("ERR_IPC_CHANNEL_CLOSED", done.stderr)
    end)

    it("tell a child when its parent is gone", function()
        local master = start([[
            local child = cp.fork(WORKER)
            child:on("message", function(m) print("up", child.pid) end)
        ]], [[
            process.send("up")
            process.on("disconnect", function() io.open(process.argv[2] .. ".gone", "w"):close() end)
        ]])
        files.path("worker.lua.gone")
        local pid = tonumber((master:expect("up\t(%d+)")))
        master:kill("SIGKILL")
        wait(function() return not leaks.alive(pid) end, 10, "the child's own end")
        assert.is_not_nil(files.read(files.path("worker.lua.gone")))
    end)

    it("keep a child alive while it listens, and no longer", function()
        local text = passes([[
            local function fork(code, name)
                local path = os.tmpname()
                local file = io.open(path, "w") file:write(code) file:close()
                local child = cp.fork(path)
                child:on("exit", function(code, signal) os.remove(path) print(name, code, signal) end)
                return child
            end
            fork("", "nothing")
            fork('process.on("message", print) process.removeListener("message", print)', "removed")
            fork('process.on("message", print) process.removeAllListeners()', "all removed")
            fork('process.on("message", print) process.channel:unref()', "unref")
            fork('process.channel:ref() process.channel:unref()', "ref, unref")
            local staying = {
                fork('process.on("message", function() end)', "message"),
                fork('process.once("message", function() end)', "once"),
                fork('process.on("disconnect", function() end)', "disconnect"),
                fork('process.channel:ref()', "ref"),
            }
            local scale = tonumber(process.env.MOONHERD_TEST_TIME_SCALE or 1)
            setTimeout(function() for _, child in ipairs(staying) do child:kill() end end, 1000 * scale)
        ]])
        for _, name in ipairs({ "nothing", "removed", "all removed", "unref", "ref, unref" }) do
            assert.matches("\n" .. name .. "\t0\tnil\n", "\n" .. text)
        end
        for _, name in ipairs({ "message", "once", "disconnect", "ref" }) do
            assert.matches("\n" .. name .. "\tnil\tSIGTERM\n", "\n" .. text)
        end
    end)

    it("flush what a child has sent when it exits", function()
        local text = passes([[
            local child = cp.fork(WORKER)
            local bytes = 0
            child:on("message", function(m) bytes = bytes + #m end)
            child:on("exit", function(code) print(bytes, code) end)
        ]], 'process.send(("x"):rep(10 * 1024 * 1024)) process.send("!") process.exit(5)')
        assert.equal("10485761\t5\n", text)
    end)

    it("survive a variable that names no channel", function()
        for _, value in ipairs({ "999", "0", "5", "x", "" }) do
            local text = passes('process.on("disconnect", function() print("gone") end) print(process.connected)', "",
                { env = { MOONHERD_CHANNEL_FD = value } })
            assert.matches(tonumber(value) and "^false\ngone\n$" or "^nil\n$", text)
        end
    end)

    it("cut off a peer that speaks no frames, name it, and go on", function()
        local master = start([[
            local child = tell(cp.spawn("sh", { "-c", "printf 'this is no frame at all' >&3; exec sleep 60" }, {
                stdio = { "ignore", "inherit", "inherit", "ipc" } }))
            child:on("disconnect", function(err) expect("ERR_IPC_BAD_FRAME", err.code) child:kill() end)
        ]])
        local done = master:wait(20)
        assert.equal(0, done.code)
        assert.matches("ERR_IPC_BAD_FRAME", done.stderr)
        assert.matches("process %d+", done.stderr)
        assert.matches("close\tnil\tSIGTERM\n$", done.stdout)
    end)

    -- What stays behind ------------------------------------------------------------------------------------------

    it("leave no descriptor, no zombie and no handle after 200 lives", function()
        local master = start([[
            local core = require("moonherd.core")
            local left, before = 200, nil
            local function cycle()
                if left == 0 then
                    collectgarbage()
                    local after = core.usage(nil, true).fds
                    expect(before, after, "descriptors")
                    local open = core.handles()
                    expect(nil, open.process)
                    expect(nil, open.channel)
                    print("done")
                    setInterval(function() end, 1000)
                    return
                end
                left = left - 1
                local failing = left % 10 == 0
                local child = cp.fork(WORKER, { execPath = failing and "/no/such/program" or nil })
                child:on("error", function(err) expect(true, failing) end)
                child:send("x", function() end)
                child:on("message", function()
                    if left % 3 == 0 then child:kill("SIGKILL") else child:disconnect() end
                end)
                child:on("close", function()
                    setTimeout(function() -- what closes behind the last callback is closed by then
                        before = before or core.usage(nil, true).fds
                        cycle()
                    end)
                end)
            end
            cycle()
        ]], 'process.on("message", function(m) process.send(m) end)')
        master:expect("done", 120)
        assert.same({}, leaks.children(master.pid))
        master:kill("SIGKILL")
    end)
end)
