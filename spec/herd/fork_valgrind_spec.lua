--- Forked processes under valgrind, which has no pidfd and makes the spawn's clone a plain fork: the other way to watch
--- a child, and no wrong access to memory or lost block on either.
local files = require("spec.support.files")
local proc = require("spec.support.proc")

local bin = os.getenv("MOONHERD_BIN_RELEASE")

local function missing()
    if os.execute("valgrind --version >/dev/null 2>&1") ~= 0 then
        return "valgrind is not installed"
    end
    local file = bin and io.open(bin)
    if not file then
        return "there is no release build"
    end
    file:close()
end

describe("under valgrind", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("a parent and its children are clean", function()
        local why = missing()
        if why then
            return pending(why)
        end
        local worker = files.write("worker.lua", [[
            process.on("message", function(m) process.send(m) end)
        ]])
        local master = files.write("master.lua", [[
            jit.off() -- compiled code is not what is looked at, and valgrind is slow with it
            local cp = require("child_process")
            local ends = 0
            local function ended(...)
                ends = ends + 1
                print(...)
            end
            for i = 1, 3 do
                local child = cp.fork(process.argv[3])
                child:on("message", function(m)
                    if i == 1 then child:kill("SIGKILL") else child:disconnect() end
                end)
                child:send(("x"):rep(100000), function() end)
                child:on("close", function(code, signal) ended("fork", i, code, signal) end)
            end
            local cat = cp.spawn("cat")
            cat.stdout:on("data", function(bytes) io.write(bytes) end)
            cat.stdin:end_("cat\n")
            cat:on("close", function(code) ended("spawn", code) end)
            cp.spawn("no-such-program"):on("error", function(err) ended("error", err.code) end)
        ]])
        local done = proc.run({
            command = "valgrind", "-q", "--trace-children=yes", "--trace-children-skip=*/cat", "--error-exitcode=99",
            "--leak-check=full", "--errors-for-leak-kinds=definite", "--log-file=" .. files.dir() .. "/valgrind.%p",
            bin, master, worker, seconds = 120,
        })
        local logs = io.popen("cat " .. files.dir() .. "/valgrind.*; rm " .. files.dir() .. "/valgrind.*"):read("*a")
        -- What it does not know yet it says, and answers ENOSYS; that is what is wanted here.
        local text = logs:gsub("%-%-%d+%-%- [^\n]*\n", "")
        assert.equal("", text)
        assert.equal(0, done.code)
        local lines = {}
        for line in done.stdout:gmatch("[^\n]+") do
            lines[#lines + 1] = line
        end
        table.sort(lines)
        assert.same({
            "cat", "error\tENOENT", "fork\t1\tnil\tSIGKILL", "fork\t2\t0\tnil", "fork\t3\t0\tnil", "spawn\t0",
        }, lines)
    end)
end)
