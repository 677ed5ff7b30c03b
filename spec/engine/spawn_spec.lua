--- core.spawn: programs started, watched and signalled by the engine itself.
local core = require("moonherd.core")
local leaks = require("spec.support.leaks")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local function environment(extra)
    local list = { "PATH=/bin:/usr/bin" }
    for _, entry in ipairs(extra or {}) do
        list[#list + 1] = entry
    end
    return list
end

--- Starts it and collects what its owner hears.
local function spawn(options)
    local heard = { exits = 0 }
    function heard:on_exit(code, signal)
        self.exits = self.exits + 1
        self.code, self.signal = code, signal
    end
    function heard:on_closed()
        self.closed = true
    end
    options.env = options.env or environment()
    options.fds = options.fds or {}
    local box, pid, code, errno, step = core.spawn(heard, options)
    heard.box, heard.pid = box, box and pid
    return heard, { message = not box and pid, code = code, errno = errno, step = step }
end

local function finished(heard)
    wait(function()
        return heard.closed
    end, 10, "the end of a child")
    return heard
end

--- What a shell script prints, its stdout being a pipe.
local function output_of(options)
    local ours, theirs = core.socketpair()
    options.fds = options.fds or {}
    options.fds[1] = theirs
    local heard = spawn(options)
    core.closeFd(theirs)
    local parts = {}
    wait(function()
        local bytes = sys.read(ours)
        parts[#parts + 1] = bytes
        return bytes == ""
    end, 10, "the end of the output")
    core.closeFd(ours)
    finished(heard)
    return table.concat(parts), heard
end

for _, by_signal in ipairs({ false, true }) do
    describe("core.spawn " .. (by_signal and "without a pidfd" or "by pidfd"), function()
        local before

        before_each(function()
            before = leaks.snapshot()
        end)

        after_each(function()
            leaks.check(before)
        end)

        it("tells an exit code, once", function()
            local child = finished(spawn({ file = "sh", args = { "-c", "exit 7" }, by_signal = by_signal }))
            assert.equal(7, child.code)
            assert.is_nil(child.signal)
            assert.equal(1, child.exits)
        end)

        it("tells the signal that ended it", function()
            for _, name in ipairs({ "SIGKILL", "SIGTERM", "SIGUSR1" }) do
                local child = spawn({ file = "sleep", args = { "60" }, by_signal = by_signal })
                assert.is_true(child.box:kill(core.signals[name]))
                finished(child)
                assert.is_nil(child.code)
                assert.equal(name, child.signal)
            end
        end)

        it("signals nobody once the exit was told", function()
            local child = finished(spawn({ file = "true", by_signal = by_signal }))
            local ok, _, code, errno = child.box:kill(0)
            assert.is_nil(ok)
            assert.equal("ESRCH", code)
            assert.equal(-3, errno)
        end)

        it("tells what a running child uses", function()
            local child = spawn({ file = "sleep", args = { "60" }, by_signal = by_signal })
            local usage = child.box:usage(true)
            assert.equal(sys.C.getpid(), usage.ppid)
            assert.equal(1, usage.threads)
            assert.is_number(usage.rss)
            assert.is_number(usage.fds)
            wait(function()
                return child.box:usage().state == "S"
            end)
            child.box:kill(core.signals.SIGSTOP)
            wait(function()
                return child.box:usage().state == "T"
            end)
            child.box:kill(core.signals.SIGKILL)
            finished(child)
            assert.equal("ERR_CLOSED", (select(3, child.box:usage())))
            assert.equal("ESRCH", (select(3, core.usage(child.pid))))
        end)

        it("keeps the loop alive until the child has ended, unless unref'ed", function()
            local child = spawn({ file = "sh", args = { "-c", "exit 3" }, by_signal = by_signal })
            wait.drain(10)
            assert.equal(3, child.code)
            child = spawn({ file = "sleep", args = { "60" }, by_signal = by_signal })
            child.box:unref()
            assert.is_false(child.box:hasRef())
            wait.drain(1)
            assert.equal(0, child.exits)
            child.box:kill(9)
            child.box:ref()
            wait.drain(10)
            assert.equal("SIGKILL", child.signal)
        end)

        it("leaves nothing behind after 200 children", function()
            local children = {}
            for i = 1, 200 do
                children[i] = spawn({ file = "true", by_signal = by_signal })
                if i % 20 == 0 then
                    for j = i - 19, i do
                        finished(children[j])
                        assert.equal(0, children[j].code)
                    end
                end
            end
            assert.same({}, leaks.zombies())
        end)
    end)
end

describe("core.spawn", function()
    it("gives the child just what it was given", function()
        local text = output_of({
            file = "sh",
            args = { "-c", 'echo "$0 $1-$GREETING-$HOME"; pwd', "zero", "one" },
            env = environment({ "GREETING=hello" }),
            cwd = "/tmp",
        })
        assert.equal("zero one-hello-\n/tmp\n", text)
        local script = "tr '\\0' '\\n' </proc/$$/cmdline | head -n 1"
        assert.equal("other\n", (output_of({ file = "sh", argv0 = "other", args = { "-c", script } })))
    end)

    it("closes what lies open without close-on-exec", function()
        local stray = sys.C.fcntl(1, 0, require("ffi").new("int", 77)) -- F_DUPFD
        local text = output_of({ file = "ls", args = { "/proc/self/fd" } })
        sys.C.close(stray)
        -- ls has its own descriptor of the folder, the lowest that was free.
        assert.equal("0\n1\n", text)
    end)

    it("says which step failed", function()
        local cases = {
            { { file = "no-such-program" }, "ENOENT", "exec" },
            { { file = "/etc/passwd" }, "EACCES", "exec" },
            { { file = "true", cwd = "/no/such/folder" }, "ENOENT", "cwd" },
            { { file = "true", cwd = "/etc/passwd" }, "ENOTDIR", "cwd" },
            { { file = "true", fds = { [0] = 998 } }, "EBADF", "stdio" },
            { { file = "true", args = { ("x"):rep(4 * 1024 * 1024) } }, "E2BIG", "exec" },
        }
        for _, case in ipairs(cases) do
            local _, failure = spawn(case[1])
            assert.equal(case[2], failure.code)
            assert.equal(case[3], failure.step)
        end
        assert.same({}, leaks.children())
    end)

    it("makes the child leader of a session when detached", function()
        local script = "ps -o sid=,pgid=,pid= -p $$"
        local text = output_of({ file = "sh", args = { "-c", script }, detached = true })
        local sid, pgid, pid = text:match("(%d+)%s+(%d+)%s+(%d+)")
        assert.equal(pid, sid)
        assert.equal(pid, pgid)
    end)

    it("raises for misuse, before anything is started", function()
        local owner = {}
        local function refuses(options, text)
            assert.error_matches(function()
                core.spawn(owner, options)
            end, text)
        end
        refuses({ fds = {} }, "file must be a string")
        refuses({ file = "true", fds = {}, args = "x" }, "args must be a table")
        refuses({ file = "true", fds = {}, args = { {} } }, "args must be a string")
        refuses({ file = "tr\0ue", fds = {} }, "zero byte")
        refuses({ file = "true", fds = {}, env = { "A=\0" } }, "zero byte")
        refuses({ file = "true", fds = { [-1] = 1 } }, "fds' key")
        refuses({ file = "true", fds = { [1] = "x" } }, "fds' value")
        refuses({ file = "true", fds = {}, uid = -1 }, "uid")
        assert.same({}, leaks.children())
    end)
end)
