--- Sockets and servers that travel with a message, used at the other end.
local files = require("spec.support.files")
local proc = require("spec.support.proc")

local PRELUDE = [[
local WORKER = process.argv[3]
local cp = require("child_process")
local net = require("net")
local core = require("moonherd.core")
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
local function fds()
    collectgarbage()
    return core.usage(nil, true).fds
end
]]

--- What the master printed; it must end by itself, with 0, and say nothing on stderr.
local function output(master, worker)
    local done = proc.run {
        files.write("master.lua", PRELUDE .. master),
        files.write("worker.lua", 'local net = require("net") ' .. worker),
    }
    assert.equal("", done.stderr)
    assert.equal(0, done.code)
    return done.stdout
end

describe("a handle sent with a message", function()
    after_each(function()
        proc.cleanup()
        files.cleanup()
    end)

    it("is a connection that lives on in the child, and only there", function()
        assert.equal("closing\nclosed, from the child: hello\nexit 0\n", output([[
            local child = cp.fork(WORKER)
            local server = net.createServer({ pauseOnConnect = true }, function(socket)
                expect(true, child:send({ what = "socket" }, socket))
                expect("closed", socket.readyState)
                -- Sent again it has nothing to give: the bare message goes.
                expect(true, child:send({ what = "bare" }, socket))
            end)
            server:listen(0, "127.0.0.1", function()
                local client = net.connect(server:address().port, "127.0.0.1")
                local heard = collect(client)
                client:write("hello")
                local closed
                local function over()
                    if closed and client.closed then
                        print(closed .. ", from the child: " .. heard())
                        child:disconnect()
                    end
                end
                client:on("close", over)
                child:on("message", function(m)
                    expect("got it", m)
                    -- "close" waits for the connection that the child has.
                    server:close(function() closed = "closed" over() end)
                    setTimeout(function() print("closing") client:end_("!") end, 20)
                end)
            end)
            child:on("exit", function(code) print("exit " .. code) end)
        ]], [[
            process.on("message", function(message, socket)
                if message.what == "bare" then
                    assert(socket == nil)
                    return process.send("got it")
                end
                assert(message.what == "socket")
                assert(socket.remoteAddress == "127.0.0.1")
                local text = ""
                socket:on("data", function(bytes) text = text .. bytes end)
                socket:on("end", function() socket:end_((text:gsub("!", ""))) end)
            end)
        ]]))
    end)

    it("has nothing of another, whose message was too large to be sent", function()
        assert.equal("first: ERR_IPC_FRAME_TOO_LARGE\nsecond: 'second'\n", output([[
            local child = cp.fork(WORKER, {}, { ipc = { frameBytes = 4096 } })
            local server, port
            local function has_read(socket, what)
                if socket.bytesRead < #what then
                    return setImmediate(has_read, socket, what)
                end
                child:send(("x"):rep(8192), socket, function(err)
                    print("first: " .. err.code)
                    local second = net.connect(port, "127.0.0.1")
                    second:pause()
                    second:on("connect", function() child:send("small", second) end)
                end)
            end
            local seen = 0
            server = net.createServer(function(socket)
                seen = seen + 1
                if seen == 1 then
                    return has_read(socket, "secret ")
                end
                socket:end_("second")
                server:close()
                child:on("message", function(text)
                    print("second: '" .. text .. "'")
                    child:disconnect()
                    process.exit()
                end)
            end)
            server:listen(0, "127.0.0.1", function()
                port = server:address().port
                net.connect(port, "127.0.0.1"):write("secret ")
            end)
        ]], [[
            process.on("message", function(_, socket)
                local text = ""
                socket:on("data", function(bytes) text = text .. bytes end)
                socket:on("end", function() socket:destroy() process.send(text) end)
            end)
        ]]))
    end)

    it("cannot be counted while the channel is full, and can afterwards", function()
        assert.equal("full: ERR_IPC_QUEUE_FULL\nthen: 1\n", output([[
            local child = cp.fork(WORKER, {}, { ipc = { queueBytes = 65536 } })
            local server
            server = net.createServer({ pauseOnConnect = true }, function(socket)
                child:send("socket", socket)
            end)
            local function count()
                server:getConnections(function(err)
                    print("full: " .. err.code)
                    child:kill("SIGCONT")
                    local function again()
                        server:getConnections(function(late, count)
                            if late then
                                return setTimeout(again, 1)
                            end
                            print("then: " .. count)
                            process.exit()
                        end)
                    end
                    again()
                end)
            end
            -- Large messages until one does not fit, then small ones.
            local function fill(size)
                local full
                child:send(("x"):rep(size), function(err) full = full or err end)
                setImmediate(function()
                    if not full then
                        fill(size)
                    elseif size > 1 then
                        fill(1)
                    else
                        count()
                    end
                end)
            end
            child:once("message", function()
                child:kill("SIGSTOP")
                fill(8192)
            end)
            server:listen(0, "127.0.0.1", function()
                net.connect(server:address().port, "127.0.0.1")
            end)
        ]], [[
            local kept
            process.on("message", function(_, socket)
                if socket then
                    kept = socket
                    process.send("got it")
                end
            end)
        ]]))
    end)

    it("is kept open here when asked, and both ends use it", function()
        assert.equal("parent child \n", output([[
            local child = cp.fork(WORKER)
            local server = net.createServer(function(socket)
                socket:write("parent ")
                child:send("socket", socket, { keepOpen = true })
                expect("open", socket.readyState)
                child:on("message", function() socket:end_() child:disconnect() end)
            end)
            server:listen(0, "127.0.0.1", function()
                local client = net.connect(server:address().port, "127.0.0.1")
                local heard = collect(client)
                client:on("close", function() print(heard()) server:close() end)
            end)
        ]], [[
            process.on("message", function(_, socket)
                socket:write("child ", nil, function() socket:destroy() process.send("done") end)
            end)
        ]]))
    end)

    it("is a server that accepts in the child, and here too", function()
        local text = output([[
            local child = cp.fork(WORKER)
            local served, left, mine = {}, 40, 0
            local server = net.createServer(function(socket) mine = mine + 1 socket:end_("parent") end)
            server:listen(0, "127.0.0.1", function()
                expect(true, child:send("server", server))
                expect(true, server.listening)
            end)
            local function ask(port)
                local client = net.connect(port, "127.0.0.1")
                local heard = collect(client)
                client:on("close", function()
                    served[heard()] = (served[heard()] or 0) + 1
                    left = left - 1
                    if left == 0 then
                        print(served.child and served.child > 0, (served.child or 0) + (served.parent or 0), left)
                        child:disconnect()
                    else
                        ask(port)
                    end
                end)
            end
            child:on("message", function(port)
                expect(server:address().port, port)
                server:close() -- from here on the child alone serves
                ask(port)
            end)
        ]], [[
            process.on("message", function(_, server)
                assert(server.listening)
                server:on("connection", function(socket) socket:end_("child") end)
                process.send(server:address().port)
                process.on("disconnect", function() server:close() end)
            end)
        ]])
        assert.equal("true\t40\t0\n", text)
    end)

    it("comes back to the parent, and in its place among the messages", function()
        assert.equal("1\n2\nsocket\n3\nhi\n", output([[
            local child = cp.fork(WORKER)
            child:on("message", function(m, socket)
                print(m)
                if socket then
                    local heard = collect(socket)
                    socket:on("close", function() print(heard()) end)
                end
            end)
        ]], [[
            local server = net.createServer({ pauseOnConnect = true })
            server:listen(0, "127.0.0.1", function()
                local client = net.connect(server:address().port, "127.0.0.1", function(...) end)
                client:end_("hi")
                server:once("connection", function(socket)
                    process.send(1)
                    process.send(2)
                    process.send("socket", socket)
                    process.send(3, function() server:close() end)
                end)
            end)
        ]]))
    end)

    it("waits with its message for a listener to come", function()
        assert.equal("late hello\n", output([[
            local child = cp.fork(WORKER)
            local server = net.createServer({ pauseOnConnect = true }, function(socket)
                child:send("socket", socket)
            end)
            server:listen(0, "127.0.0.1", function()
                local client = net.connect(server:address().port, "127.0.0.1")
                local heard = collect(client)
                client:end_("hello")
                client:on("close", function() print("late " .. heard()) server:close() child:disconnect() end)
            end)
        ]], [[
            setTimeout(function()
                process.on("message", function(_, socket)
                    socket:on("data", function(bytes) socket:end_(bytes) end)
                end)
            end, 200)
        ]]))
    end)

    it("leaks no descriptor, sent, refused or never taken", function()
        assert.equal("0 0\n", output([[
            local child = cp.fork(WORKER)
            -- One that never reads: what is sent to it stays in the queue, or is refused by it.
            local deaf = cp.spawn("sleep", { "60" }, {
                stdio = { "ignore", "ignore", "ignore", "ipc" }, ipc = { queueBytes = 300000 } })
            local server = net.createServer({ pauseOnConnect = true })
            local before, child_before

            --- n connections, each given to each(socket); done() when all clients are closed.
            local function connect(n, each, done)
                local left = n
                server:removeAllListeners("connection")
                server:on("connection", each)
                for _ = 1, n do
                    local client = net.connect(server:address().port, "127.0.0.1")
                    client:on("error", function() end)
                    client:resume()
                    client:on("close", function()
                        left = left - 1
                        if left == 0 then done() end
                    end)
                end
            end
            local function count() child:send("count") end
            local function give(socket) child:send("close it", socket) end
            local cycle = { x = 1 }
            cycle.cycle = cycle
            local full, sent = 0, 0

            local function give_to_the_deaf()
                connect(10, function(socket)
                    deaf:send(("x"):rep(100000), socket, function(err)
                        if err and err.code == "ERR_IPC_QUEUE_FULL" then
                            expect("open", socket.readyState)
                            socket:destroy()
                            full = full + 1
                        end
                    end)
                    sent = sent + 1
                    if sent == 10 then setTimeout(function() deaf:kill("SIGKILL") end, 20) end
                end, function() expect(true, full > 0) count() end)
            end

            child:on("message", function(theirs)
                if not child_before then
                    child_before, before = theirs, fds()
                    connect(50, function(socket)
                        expect(false, pcall(child.send, child, cycle, socket))
                        expect("open", socket.readyState)
                        give(socket)
                    end, give_to_the_deaf)
                    return
                end
                setTimeout(function()
                    -- The deaf one's channel and pidfd are gone too.
                    print((fds() - before + 2) .. " " .. (theirs - child_before))
                    server:close()
                    child:disconnect()
                end, 50)
            end)
            server:listen(0, "127.0.0.1", function() connect(3, give, count) end)
        ]], [[
            process.on("message", function(message, socket)
                if message == "close it" then
                    socket:destroy()
                else
                    setTimeout(function()
                        collectgarbage()
                        process.send(require("moonherd.core").usage(nil, true).fds)
                    end, 50)
                end
            end)
        ]]))
    end)

    it("is nothing when it is no socket, and the message comes all the same", function()
        assert.equal("message nil\n", output([[
            -- By hand, as send refuses such a handle.
            local child = cp.fork(WORKER)
            local before = fds()
            require("moonherd.channel").box(child):send("message", { core.openNull(), core.openNull() })
            child:on("message", function(text) print(text) child:disconnect() end)
            child:on("disconnect", function() expect(true, fds() <= before) end)
        ]], [[
            process.on("message", function(message, handle) process.send(message .. " " .. tostring(handle)) end)
        ]]))
    end)

    it("is closed by whoever kills the child, and the client hears", function()
        assert.equal("close\n", output([[
            local child = cp.fork(WORKER)
            local server
            server = net.createServer({ pauseOnConnect = true }, function(socket)
                child:send("socket", socket)
                server:close()
            end)
            child:on("message", function() child:kill("SIGKILL") end)
            server:listen(0, "127.0.0.1", function()
                local client = net.connect(server:address().port, "127.0.0.1")
                client:resume()
                client:on("error", function() end)
                client:on("close", function() print("close") end)
            end)
        ]], 'process.on("message", function(_, socket) _G.socket = socket process.send("have it") end)'))
    end)
end)
