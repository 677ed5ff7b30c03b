--- The standard streams of spawned programs: pipes, files, sockets, and when they close.
local files = require("spec.support.files")
local proc = require("spec.support.proc")

local PRELUDE = [[
local cp = require("child_process")
local net = require("net")
local function expect(wanted, got, what)
    if wanted ~= got then
        error(("%s: wanted %s, got %s"):format(what or "?", tostring(wanted), tostring(got)), 2)
    end
end
local function collect(stream)
    local parts = {}
    stream:on("data", function(bytes) parts[#parts + 1] = bytes end)
    return function() return table.concat(parts) end
end
]]

--- Runs the script, which has to print "done" where it ends well, unless `output` says what else it prints.
local function passes(master, output, options)
    options = options or {}
    options[1] = files.write("master.lua", PRELUDE .. master)
    local done = proc.run(options)
    assert.equal("", done.stderr)
    assert.equal(0, done.code)
    assert.equal(output or "done\n", done.stdout)
end

describe("stdio", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("is three pipes unless told otherwise", function()
        passes([[
            local child = cp.spawn("sh", { "-c", "cat; echo err >&2; exit 3" })
            local out, err = collect(child.stdout), collect(child.stderr)
            expect(child.stdin, child.stdio[0])
            expect(child.stdout, child.stdio[1])
            expect(child.stderr, child.stdio[2])
            child.stdin:write("one ")
            child.stdin:end_("two")
            child:on("close", function(code, signal)
                expect("one two", out())
                expect("err\n", err())
                expect(3, code)
                expect(nil, signal)
                print("done")
            end)
        ]])
    end)

    it("carries more than a pipe holds, both ways, whole", function()
        passes([[
            local child = cp.spawn("cat")
            local out = collect(child.stdout)
            local text = ("0123456789abcdef"):rep(1024 * 1024)
            child.stdin:end_(text)
            child:on("close", function(code) expect(0, code) expect(true, out() == text) print("done") end)
        ]])
    end)

    it("comes before close, whole, however late it is read", function()
        passes([[
            local child = cp.spawn("sh", { "-c", "head -c 100000 /dev/zero" })
            child:on("exit", function()
                local out = collect(child.stdout)
                child:on("close", function() expect(100000, #out()) print("done") end)
            end)
        ]])
    end)

    it("is pulled when nobody reads it, so that close comes", function()
        passes([[
            local child = cp.spawn("sh", { "-c", "echo unread; echo unread >&2" })
            child:on("close", function() print("done") end)
        ]])
    end)

    it("holds close back while a grandchild has the pipe", function()
        passes([[
            local child = cp.spawn("sh", { "-c", "(read line; echo late) <&3 & exit 0" }, {
                stdio = { "ignore", "pipe", "ignore", "pipe" } })
            child.stdout:on("data", function(bytes) io.write(bytes) end)
            child:on("exit", function() print("exit") child.stdio[3]:write("go on\n") end)
            child:on("close", function() print("close") end)
        ]], "exit\nlate\nclose\n")
    end)

    it("may be ignored or inherited, all or one", function()
        passes([[
            local child = cp.spawn("sh", { "-c", "readlink /proc/self/fd/0; echo lost >&2" }, {
                stdio = { "ignore", "inherit", "ignore" } })
            expect(nil, child.stdin)
            expect(nil, child.stdout)
            expect(nil, child.stderr)
            expect(nil, next(child.stdio))
            cp.spawn("sh", { "-c", "echo lost; echo lost >&2" }, { stdio = "ignore" })
            child:on("close", function() cp.spawn("cat", { stdio = "inherit" }) end)
        ]], "/dev/null\nfrom stdin", { stdin = "from stdin" })
    end)

    it("may have holes, more descriptors, and numbers of ours", function()
        local path = files.write("out", "")
        passes(([[
            local ffi = require("ffi")
            ffi.cdef "int open(const char *path, int flags, ...); int close(int fd);"
            local fd = ffi.C.open(%q, 1)
            local script = "echo three >&3; cat <&4; echo five >&5; test ! -e /proc/self/fd/6; echo $?"
            local child = cp.spawn("sh", { "-c", script }, { stdio = { nil, "pipe", nil, fd, -1, { fd = fd }, nil } })
            ffi.C.close(fd)
            local out = collect(child.stdout)
            child.stdio[4]:end_("four ")
            child.stdin:end_()
            child:on("close", function() expect("four 0\n", out()) print("done") end)
        ]]):format(path))
        assert.equal("three\nfive\n", files.read(path))
    end)

    it("may be a socket, which the child reads and writes", function()
        passes([[
            local server = net.createServer(function(socket)
                local stdio = { socket, socket, "inherit" }
                local child = cp.spawn("sh", { "-c", "read line; echo you said $line" }, { stdio = stdio })
                child:on("exit", function() socket:destroy() end)
            end)
            server:listen(0, "127.0.0.1", function()
                local client = net.connect(server:address().port, "127.0.0.1")
                local heard = collect(client)
                client:write("hello\n")
                client:on("close", function()
                    expect("you said hello\n", heard())
                    server:close(function() print("done") end)
                end)
            end)
        ]])
    end)

    it("may be a listening server", function()
        passes([[
            local server = net.createServer()
            server:listen(0, "127.0.0.1", function()
                local code = "local server = require('net').createServer(function(s) s:end_('from the child') end) " ..
                    "server:listen({ fd = 3 })"
                local stdio = { "ignore", "inherit", "inherit", server }
                local child = cp.spawn(process.execPath, { "-e", code }, { stdio = stdio })
                local port = server:address().port
                server:close()
                local client = net.connect(port, "127.0.0.1")
                local heard = collect(client)
                child:on("exit", function() print("done") end)
                client:on("close", function() expect("from the child", heard()) child:kill() end)
            end)
        ]])
    end)

    it("closes a pipe's end in the child when it is closed here", function()
        passes([[
            local child = cp.spawn("sh", { "-c", "while echo y; do :; done; exit 9" })
            child.stdout:once("data", function() child.stdout:destroy() end)
            child:on("close", function(code, signal)
                expect(true, signal == "SIGPIPE" or code == 9) -- by the signal, or by an echo that failed
                print("done")
            end)
        ]])
    end)

    it("tells a dead program's stdin by an error there, if anybody writes on", function()
        passes([[
            local child = cp.spawn("true")
            child:on("exit", function()
                expect(true, child.stdin.destroyed)
                child.stdin:on("error", function() end)
                child.stdin:write("too late", nil, function(err) expect(true, err ~= nil) print("done") end)
            end)
        ]])
    end)

    it("is missing when descriptors have run out, and the error comes later", function()
        passes([[
            local ffi = require("ffi")
            ffi.cdef "int dup(int fd); int close(int fd);"
            ffi.cdef "struct rl { unsigned long soft, hard; };"
            ffi.cdef "int setrlimit(int what, struct rl *l); int getrlimit(int what, struct rl *l);"
            local limit = ffi.new("struct rl")
            ffi.C.getrlimit(7, limit)
            limit.soft = 64
            ffi.C.setrlimit(7, limit)
            local taken = {}
            while true do
                local fd = ffi.C.dup(0)
                if fd < 0 then break end
                taken[#taken + 1] = fd
            end
            local child = cp.spawn("true")
            for _, fd in ipairs(taken) do ffi.C.close(fd) end
            expect(nil, child.stdin)
            expect(nil, child.stdout)
            child:on("error", function(err) print(err.code) end)
            child:on("close", function(code) expect(-24, code) end)
            cp.spawn("true"):on("close", function(code) expect(0, code) print("done") end)
        ]], "EMFILE\ndone\n")
    end)
end)
