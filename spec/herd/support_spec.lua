--- The helpers themselves: a helper that sees nothing makes every spec green.
local calls = require("spec.support.calls")
local files = require("spec.support.files")
local leaks = require("spec.support.leaks")
local proc = require("spec.support.proc")
local wait = require("spec.support.wait")

describe("spec.support", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("tells an exit code and what was written", function()
        local done = proc.run { command = "/bin/sh", "-c", "echo out; echo err >&2; exit 3" }
        assert.same({ code = 3, stdout = "out\n", stderr = "err\n" }, done)
    end)

    it("tells the signal that ended a process", function()
        local sleeper = proc.start { command = "/bin/sleep", "100" }
        assert.is_true(sleeper:is_running())
        sleeper:kill("SIGTERM")
        assert.equal("SIGTERM", sleeper:wait().signal)
    end)

    it("moves more than a pipe holds both ways without blocking", function()
        local text = ("0123456789abcdef"):rep(65536)
        local done = proc.run { command = "/bin/cat", stdin = text }
        assert.is_true(done.stdout == text)
    end)

    it("sets variables, takes them away, and sets the folder", function()
        local done = proc.run {
            command = "/bin/sh", "-c", 'echo "$ONE-${HOME-gone}"; pwd', env = { ONE = "1", HOME = false }, cwd = "/",
        }
        assert.equal("1-gone\n/\n", done.stdout)
    end)

    it("ends the children of what it started", function()
        local shell = proc.start { command = "/bin/sh", "-c", "sleep 100 & echo $!; wait" }
        local child = tonumber(shell:expect("(%d+)\n"))
        assert.is_true(leaks.alive(child))
        proc.cleanup()
        wait(function() return not leaks.alive(child) end, 5, "the end of the grandchild")
    end)

    it("raises at a deadline, with what was written so far", function()
        local shell = proc.start { command = "/bin/sh", "-c", "echo here; exec sleep 100" }
        shell:expect("here")
        assert.error_matches(function() shell:wait(0.05) end, "here")
        assert.error_matches(function() shell:expect("there", 0.05) end, "still runs")
        assert.error_matches(function() wait(function() end, 0.01, "nothing") end, "for nothing")
    end)

    it("counts calls", function()
        calls.must()()
        calls.verify()
        calls.must()
        assert.error_matches(calls.verify, "called 0 times, must be 1")
        pcall(calls.must_not("never"))
        assert.error_matches(calls.verify, "called 1 times, must be 0")
    end)

    it("finds an open file and a zombie", function()
        local before = leaks.snapshot()
        leaks.check(before)
        local file = io.open(files.write("x", ""))
        assert.error_matches(function() leaks.check(before, 0.01) end, "left behind: fd %d+ to .*/x")
        file:close()
        local child = proc.start { command = "/bin/true" }
        wait(function() return leaks.state(child.pid) == "Z" end, 5, "the zombie")
        assert.same({ child.pid }, leaks.zombies())
        child:wait()
        assert.same({}, leaks.zombies())
    end)
end)
