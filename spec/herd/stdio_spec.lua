--- process.stdin, stdout and stderr of a program: terminals, files that grow, what others share, what ends them.
local files = require("spec.support.files")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")

--- Runs a script by a shell line in which $RUN starts it.
local function shell(line, script)
    local path = files.write("script.lua", script)
    return proc.start({ "-c", line, command = "/bin/sh", env = { RUN = proc.bin .. " " .. path } }):wait(60)
end

local function prints(expected, line, script)
    local done = shell(line, script)
    assert.equal("", done.stderr)
    assert.equal(expected, done.stdout)
    assert.equal(0, done.code)
end

describe("process.stdin", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    local COUNT = [[
        local bytes = 0
        process.stdin:on("data", function(data) bytes = bytes + #data end)
        process.stdin:on("end", function() print(bytes) end)
    ]]

    it("leaves pipes and terminals of others as they were", function()
        local script = COUNT .. [[
            process.stdin:once("data", function()
                local flags = io.open("/proc/" .. process.ppid .. "/fdinfo/0"):read("*a"):match("flags:%s*(%d+)")
                io.write(tonumber(flags, 8) % 4096 < 2048 and "waits " or "does not wait ") -- O_NONBLOCK is 2048
            end)
        ]]
        prints("waits 2\n", "printf ab | { $RUN; }", script)
    end)

    it("reads on behind what others have read", function()
        local path = files.write("input", ("x"):rep(100000))
        prints("99000\n", "{ head -c 1000 >/dev/null; $RUN; } < " .. path, COUNT)
    end)

    it("pauses a file, and lets the program end meanwhile", function()
        local path = files.write("input", ("x"):rep(300000))
        prints("one piece\n", "$RUN < " .. path, [[
            process.stdin:on("data", function(data)
                process.stdin:pause()
                print("one piece")
            end)
        ]])
        prints("300000 true\n", "$RUN < " .. path, [[
            local bytes, open = 0, true
            process.stdin:on("data", function(data)
                assert(open, "data while paused")
                bytes, open = bytes + #data, false
                process.stdin:pause()
                setTimeout(function() open = true process.stdin:resume() end, 1)
            end)
            process.stdin:on("end", function() print(bytes .. " " .. tostring(open)) end)
        ]])
    end)

    it("is piped to its end, from a file and from a pipe, and stdout stays open", function()
        local path = files.write("input", ("x"):rep(200000))
        local script = [[
            process.stdin:setEncoding("utf8")
            process.stdin:pipe(process.stdout)
            process.stdin:on("end", function() process.stdout:write("!") end)
        ]]
        prints(("x"):rep(200000) .. "!", "$RUN < " .. path, script)
        prints(("x"):rep(200000) .. "!", ("cat %s | $RUN"):format(path), script)
    end)

    it("pauses at once where Node reads on", function()
        local path = files.write("script.lua", [[
            process.stdin:on("data", function(data)
                process.stdin:pause()
                process.stdout:write(data .. "\n")
            end)
        ]])
        local running = proc.start({ path, stdin = "pipe" })
        running:write("one")
        local done = running:wait(60)
        assert.equal("one\n", done.stdout)
        assert.equal(0, done.code)
    end)

    it("is destroyed on demand, and its descriptor stays", function()
        for _, line in ipairs({ "$RUN < /dev/zero", "yes | $RUN" }) do
            prints("close nil true true\n", line, [[
                local stdin = process.stdin
                stdin:once("data", function() stdin:destroy() end)
                stdin:on("end", function() print("never") end)
                stdin:on("close", function(err)
                    print(table.concat({ "close", tostring(err or nil), tostring(stdin.destroyed),
                        tostring(io.open("/proc/self/fd/0") ~= nil) }, " "))
                end)
            ]])
        end
    end)

    it("tells of what cannot be read", function()
        prints("EBADF read close\n", "$RUN 0> /dev/null", [[
            local words = {}
            process.stdin:on("error", function(err) words = { err.code, err.syscall } end)
            process.stdin:on("close", function() print(table.concat(words, " ") .. " close") end)
            process.stdin:resume()
        ]])
    end)

    it("has nothing to give where the channel is", function()
        prints("end\n", "$RUN", [[
            if process.send then
                process.stdin:on("data", function() print("never") end)
                process.stdin:on("end", function() print("end") end)
            else
                local cp = require("child_process")
                cp.spawn(process.execPath, { process.argv[2] }, { stdio = { "ipc", "inherit", "inherit" } })
            end
        ]])
    end)

    local function on_terminal(script, input)
        local path = files.write("script.lua", script)
        local out = files.path("out")
        -- The pseudo terminal's own output is of no interest.
        local line = ([[%s | script -qec "%s %s" /dev/null >/dev/null]]):format(input, proc.bin, path)
        local done = proc.start({ "-c", line, command = "/bin/sh", env = { OUT = out } }):wait(60)
        assert.equal("", done.stderr)
        return sys.slurp(out), done.code
    end

    it("hands over a terminal's keys one by one, and gives the terminal back", function()
        local text = on_terminal([[
            local out = io.open(process.env.OUT, "w")
            local stdin = process.stdin
            local function state()
                return io.popen("stty -a < /dev/tty"):read("*a"):match("%-?icanon")
            end
            out:write(state(), " ", tostring(stdin.isRaw), "\n")
            stdin:setRawMode(true):setRawMode(true)
            out:write(state(), " ", tostring(stdin.isRaw), "\n")
            io.open(process.env.OUT .. ".ready", "w"):close()
            local keys = ""
            stdin:on("data", function(data)
                keys = keys .. data
                if keys:find("\4") then
                    out:write(keys:gsub("\3", "^C"):gsub("\4", "^D") .. "\n")
                    stdin:setRawMode(false)
                    out:write(state(), "\n")
                    stdin:setRawMode(true)
                    process.exit()
                end
            end)
            process._at_exit(function() out:write(state(), "\n") out:close() end)
        ]], [[(until [ -e $OUT.ready ]; do sleep 0.01; done; printf 'k\003\004')]])
        assert.equal('icanon false\n-icanon true\nk^C^D\nicanon\nicanon\n', text)
    end)

    it("tells a terminal's size, and when it changes", function()
        local text = on_terminal([[
            local stdout = process.stdout
            local out = io.open(process.env.OUT, "w")
            stdout:on("resize", function()
                out:write(("%d %d"):format(stdout.columns, stdout.rows))
                out:close()
                process.exit()
            end)
            assert(stdout.isTTY and #stdout:getWindowSize() == 2)
            os.execute("stty rows 20 cols 70 < /dev/tty")
            setTimeout(function() end, 60000)
        ]], ":")
        assert.equal("70 20", text)
    end)
end)

describe("process.stdout", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("waits for a slow reader, and loses nothing at exit", function()
        local script = [[
            process.stdout:write(("x"):rep(2000000))
            print("then this")
            process.exit(0)
        ]]
        local done = shell("$RUN | { sleep 0.3; tail -c 20; }", script)
        assert.equal(("x"):rep(10) .. "then this\n", done.stdout)
    end)

    it("refuses what it cannot write, and what comes after its end", function()
        prints("ERR_INVALID_ARG_TYPE\nERR_UNKNOWN_ENCODING\nERR_INVALID_ARG_TYPE\nERR_INVALID_THIS\n", "$RUN", [[
            local function code(...) return select(2, pcall(...)).code end
            print(code(process.stdout.write, process.stdout, nil))
            print(code(process.stdout.write, process.stdout, "x", 5))
            print(code(process.stdout.write, process.stdout, "x", "utf8", 5))
            print(code(process.stdout.write, "x"))
        ]])
        prints("last\n", "$RUN", [[
            local codes = {}
            local function note(err) codes[#codes + 1] = err and err.code or "none" end
            process.stdout:on("error", note)
            process.stdout:end_("last\n", note)
            process.stdout:write("never", note)
            process.stdout:end_(note)
            process.on("exit", function()
                local text = table.concat(codes, " ")
                local after, finished = "ERR_STREAM_WRITE_AFTER_END", "ERR_STREAM_ALREADY_FINISHED"
                assert(text == ("none %s %s %s"):format(after, after, finished), text)
            end)
        ]])
    end)
end)
