--- A herd under valgrind that ends in order leaves no block behind; one that has to fight makes no bad access. It is
-- the release build that runs there, as valgrind and the sanitizers exclude each other; nothing is suppressed.
local herd = require("spec.support.herd")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")

local program = os.getenv("MOONHERD_BIN_RELEASE") or proc.bin

local function installed()
    for folder in (os.getenv("PATH") or ""):gmatch("[^:]+") do
        if sys.slurp(folder .. "/valgrind") then
            return true
        end
    end
end

-- Once is enough: the program is the same whichever preset is tested.
local wanted = os.getenv("MOONHERD_PRESET") ~= "asan" and sys.slurp(program) and installed()

local function run(kinds, script)
    local master = proc.start {
        command = "valgrind", "--quiet", "--trace-children=yes", "--child-silent-after-fork=no", "--error-exitcode=99",
        "--leak-check=full", "--show-leak-kinds=" .. kinds, "--errors-for-leak-kinds=" .. kinds, "--num-callers=30",
        program, herd.script(script),
    }
    return master:wait_closed(60)
end

-- Without its own remarks about system calls it does not know: pidfd_open, for which the program has another way.
local function complaints(done)
    local lines = {}
    for line in done.stderr:gmatch("[^\n]+") do
        if line:find("^==%d+==") then
            lines[#lines + 1] = line
        end
    end
    return table.concat(lines, "\n")
end

describe("under valgrind", function()
    after_each(herd.cleanup)

    it("a master and a worker that serve a request and end in order leave nothing behind", function()
        if not wanted then
            return pending("runs with the release build, where valgrind is installed")
        end
        local done = run("all", [[
            if cluster.isPrimary then
                local w = cluster.fork()
                cluster.on("exit", function(_, code) say("exit", code) end)
                cluster.on("message", function(_, message) say(message) w:disconnect() end)
                cluster.on("listening", function(_, address)
                    local socket = require("net").connect(address.port, "127.0.0.1")
                    local answer = ""
                    socket:on("data", function(bytes) answer = answer .. tostring(bytes) end)
                    socket:on("end", function()
                        say(answer:match("^HTTP/1.1 %d+"), answer:match("hello"))
                        w:send({ text = ("x"):rep(100000), list = { 1, 2, { 3 } } })
                    end)
                    socket:write("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
                end)
                return
            end
            process.on("message", function(message) process.send("got " .. #message.text) end)
            require("http").createServer(function(req, res)
                req:on("data", function(bytes) res:write(bytes) end)
                req:on("end", function() res:end_() end)
            end):listen(0, "127.0.0.1")
        ]])
        assert.equal("", complaints(done))
        assert.same({ "HTTP/1.1 200 hello", "got 100000", "exit 0" }, herd.lines(done), done.stderr)
        assert.equal(0, done.code)
    end)

    it("names, datagrams, an HTTP client and programs waited for leave nothing behind", function()
        if not wanted then
            return pending("runs with the release build, where valgrind is installed")
        end
        -- What libuv's threads have is still reachable at the end, and stays.
        local done = run("definite,indirect,possible", [[
            local cp, dgram, dns, http = require("child_process"), require("dgram"), require("dns"), require("http")
            say(cp.execFileSync("/bin/cat", {}, { input = ("y"):rep(100000) }) == ("y"):rep(100000))
            local ok, err = pcall(cp.execSync, "echo no >&2; exit 3", { stdio = "pipe" })
            say(ok, err.status)

            local server
            local function datagrams()
                local a, b = dgram.createSocket("udp4"), dgram.createSocket("udp4")
                local got = 0
                b:on("message", function(_, from)
                    got = got + 1
                    if got == 40 then b:send("answer", from.port, from.address) end
                end)
                a:on("message", function(message)
                    say(tostring(message))
                    a:close()
                    b:close()
                end)
                b:bind(0, "127.0.0.1", function()
                    for i = 1, 40 do a:send(("x"):rep(i), b:address().port, "127.0.0.1") end
                end)
            end

            local agent = http.Agent({ keepAlive = true })
            local function request(left)
                local options = { port = server:address().port, agent = agent, method = "POST" }
                local req = http.request(options, function(res)
                    local size = 0
                    res:on("data", function(bytes) size = size + #tostring(bytes) end)
                    res:on("end", function()
                        say(res.statusCode, size, res.trailers.x)
                        if left > 1 then return request(left - 1) end
                        agent:destroy()
                        server:close(datagrams)
                    end)
                end)
                req:write("hello ")
                req:end_("server")
            end
            server = http.createServer(function(req, res)
                req:on("data", function(bytes) res:write(bytes) end)
                req:on("end", function()
                    res:addTrailers({ X = "y" })
                    res:end_(("z"):rep(100000))
                end)
            end):listen(0, "127.0.0.1", function()
                dns.lookup("localhost", { family = 4 }, function(err, address)
                    say(err, address)
                    request(3)
                end)
            end)
        ]])
        assert.equal("", complaints(done))
        assert.same({
            "true", "false 3", "nil 127.0.0.1", "200 100012 y", "200 100012 y", "200 100012 y", "answer",
        }, herd.lines(done), done.stderr)
        assert.equal(0, done.code)
    end)

    it("a guarded herd lives through a crash, a hang and a hostile worker, and stops at SIGTERM", function()
        if not wanted then
            return pending("runs with the release build, where valgrind is installed")
        end
        local done = run("definite", [[
            if cluster.isPrimary then
                -- Starting takes seconds there: nobody is judged but the one that is to hang.
                local patient = { interval = 60000 }
                cluster.guard { workers = 1, respawn = { delay = 0 }, breaker = false, heartbeat = patient }
                cluster.on("exit", function(w, code, signal)
                    say("exit", w.id, signal or code)
                    cluster.guard { heartbeat = patient }
                end)
                cluster.on("message", function(w)
                    if w.id == 4 then
                        process.kill(process.pid, "SIGTERM")
                    else
                        cluster.guard { heartbeat = { interval = 200, misses = 3 } }
                    end
                end)
                return
            end
            local id = cluster.worker.id
            if id == 1 then
                error("crash")
            elseif id == 2 then
                require("ffi").cdef "ssize_t write(int fd, const void *bytes, size_t count);"
                require("ffi").C.write(process.channel.fd, ("garbage!"):rep(100), 800)
            elseif id == 3 then
                process.send("up", function() process.kill(process.pid, "SIGSTOP") end)
            else
                process.send("up")
            end
        ]])
        assert.equal("", complaints(done))
        assert.same({ "exit 1 1", "exit 2 0", "exit 3 SIGKILL", "exit 4 0" }, herd.lines(done), done.stderr)
        assert.equal(0, done.code)
    end)
end)
