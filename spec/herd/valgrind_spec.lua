--- Whole lives under valgrind, which has no pidfd and makes the spawn's clone a plain fork: the other way to watch a
--- child, and no wrong access to memory or lost block in either process.
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

--- Runs a script, and all it starts that is ours, under valgrind; returns the lines it wrote, sorted.
local function clean_lines(script, ...)
    local pattern = files.dir() .. "/valgrind.*"
    local done = proc.run({
        command = "valgrind", seconds = 120,
        "-q", "--trace-children=yes", "--trace-children-skip=*/cat", "--error-exitcode=99", "--leak-check=full",
        "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
        "--log-file=" .. files.dir() .. "/valgrind.%p", bin, script, ...,
    })
    local logs = io.popen(("cat %s; rm %s"):format(pattern, pattern)):read("*a")
    -- With other marks it says which system calls it does not know yet, and answers ENOSYS: that is what is wanted.
    local found = {}
    for line in logs:gmatch("[^\n]+") do
        if line:find("^==%d+==") then
            found[#found + 1] = line
        end
    end
    assert.equal("", table.concat(found, "\n"))
    assert.equal(0, done.code, done.stderr)
    local lines = {}
    for line in done.stdout:gmatch("[^\n]+") do
        lines[#lines + 1] = line
    end
    table.sort(lines)
    return lines
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
            for i = 1, 3 do
                local child = cp.fork(process.argv[3])
                child:on("message", function(m)
                    if i == 1 then child:kill("SIGKILL") else child:disconnect() end
                end)
                child:send(("x"):rep(100000), function() end)
                child:on("close", function(code, signal) print("fork", i, code, signal) end)
            end
            local cat = cp.spawn("cat")
            cat.stdout:on("data", function(bytes) io.write(bytes) end)
            cat.stdin:end_("cat\n")
            cat:on("close", function(code) print("spawn", code) end)
            cp.spawn("no-such-program"):on("error", function(err) print("error", err.code) end)
        ]])
        assert.same({
            "cat", "error\tENOENT", "fork\t1\tnil\tSIGKILL", "fork\t2\t0\tnil", "fork\t3\t0\tnil", "spawn\t0",
        }, clean_lines(master, worker))
    end)

    it("a guarded herd is clean from its first request to its drain", function()
        local why = missing()
        if why then
            return pending(why)
        end
        local script = files.write("herd.lua", [[
            jit.off()
            local cluster, http, net = require "cluster", require "http", require "net"
            if cluster.isWorker then
                local function answer(req, res)
                    if req.url == "/throw" then error("thrown on purpose") end
                    local size = 0
                    req:on("data", function(bytes) size = size + #bytes end)
                    req:on("end", function() res:end_(("size %d"):format(size)) end)
                end
                http.createServer(answer):listen(0, "127.0.0.1")
                process.on("message", function(message) process.send(message) end)
                return
            end

            -- One request on a connection of its own, then done(answer).
            local function ask(port, path, done)
                local socket, parts = net.connect(port, "127.0.0.1"), {}
                socket:on("data", function(bytes) parts[#parts + 1] = bytes end)
                socket:on("error", function() end)
                socket:on("close", function() done(table.concat(parts)) end)
                socket:write(("POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n")
                    :format(path) .. ("x"):rep(100000))
            end
            local listening = 0
            cluster.on("listening", function(_, address)
                listening = listening + 1
                if listening == 2 then
                    ask(address.port, "/", function(text)
                        print("first", text:match("size %d+"))
                        ask(address.port, "/throw", function() end)
                    end)
                elseif listening == 3 then
                    ask(address.port, "/", function(text)
                        print("last", text:match("size %d+"))
                        local _, worker = next(cluster.workers)
                        worker:on("message", function(list)
                            print("message", #list)
                            process.kill(process.pid, "SIGTERM")
                        end)
                        worker:send({ 1, 2 })
                    end)
                end
            end)
            cluster.on("exit", function(_, code) print("exit", code) end)
            cluster.on("respawn", function(_, delay) print("respawn", delay) end)
            cluster.guard {
                workers = 2,
                heartbeat = { interval = 500, misses = 100 },
                respawn = { delay = 10 },
                stop = { grace = 60000 },
            }
        ]])
        assert.same({
            "exit\t0", "exit\t0", "exit\t1", "first\tsize 100000", "last\tsize 100000", "message\t2", "respawn\t10",
        }, clean_lines(script))
    end)
end)
