local calls = require("spec.support.calls")
local clients = require("spec.support.http")
local core = require("moonherd.core")
local events = require("moonherd.events")
local http = require("moonherd.http")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local sys = require("spec.support.sys")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")
local web = require("spec.support.web")

local GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

local function get(url, lines)
    return ("GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n"):format(url, lines or "")
end

local function echo_url(req, res)
    res:end_(req.url)
end

describe("a connection of an http server", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        web.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    describe("with pipelined requests", function()
        it("answers a thousand of them in order", function()
            local _, port = web.serve(nil, echo_url)
            local client = clients.connect(port)
            local list = {}
            for i = 1, 1000 do
                list[i] = get("/" .. i)
            end
            client:send(table.concat(list))
            for i = 1, 1000 do
                assert.equal("/" .. i, client:response().body)
            end
        end)

        it("answers in order though the first takes longest", function()
            local _, port = web.serve(nil, function(req, res)
                local n = tonumber(req.url:match("%d+"))
                timers.setTimeout(function() res:end_(req.url) end, 30 - n * 10)
            end)
            local client = clients.connect(port)
            client:send(get("/1") .. get("/2") .. get("/3"))
            for i = 1, 3 do
                assert.equal("/" .. i, client:response().body)
            end
        end)

        it("sends the answers of one read with one write", function()
            local writes = 0
            local _, port = web.serve(nil, function(req, res)
                if req.url == "/10" then
                    writes = req.socket.bytesWritten -- what has left for the nine before it
                end
                res:end_("x")
            end)
            local client = clients.connect(port)
            local list = {}
            for i = 1, 10 do
                list[i] = get("/" .. i)
            end
            client:send(table.concat(list))
            for _ = 1, 10 do
                client:response()
            end
            assert.equal(0, writes)
        end)

        it("answers all of them to a client that has ended its side, if the server allows that", function()
            local _, port = web.serve({ httpAllowHalfOpen = true }, function(req, res)
                timers.setTimeout(function() res:end_(req.url) end, 5)
            end)
            local bytes = web.exchange(port, get("/1") .. get("/2") .. get("/3"))
            assert.matches("/1HTTP/1.1 200.*/2HTTP/1.1 200.*/3$", bytes)
        end)

        it("takes up no more while the answers are not read", function()
            local count = 0
            local server, port = web.serve({ highWaterMark = 10000 }, function(_, res)
                count = count + 1
                res:end_(("x"):rep(100000))
            end)
            local client = clients.connect(port, nil, { receive_bytes = 4096 })
            client:send(GET:rep(500))
            local last = -1
            while count ~= last or count == 0 do
                last = count
                for _ = 1, 20 do
                    wait.turn()
                end
            end
            assert.is_true(count < 500, count .. " answers wait in memory")
            for _ = 1, 500 do
                assert.equal(100000, #client:response(30).body)
            end
            assert.equal(500, count)
            assert.equal(1, server._connections)
        end)
    end)

    it("ends after an answer when the client says so", function()
        local server, port = web.serve(nil, echo_url)
        local answer, client = web.ask(port, get("/", "Connection: close\r\n"))
        assert.equal("close", answer.headers.connection)
        assert.equal("", client:read_to_end())
        wait(function() return server._connections == 0 end)
    end)

    it("ends after an answer when the handler says so, and drops what follows", function()
        local count = 0
        local _, port = web.serve(nil, function(_, res)
            count = count + 1
            res:setHeader("Connection", "close")
            res:end_("bye")
        end)
        local bytes, broken = web.exchange(port, GET:rep(3), true)
        assert.matches("\r\nConnection: close\r\n.*\r\n\r\nbye$", bytes)
        assert.is_nil(broken)
        assert.equal(1, count)
    end)

    it("lives on through many requests", function()
        local server, port = web.serve(nil, echo_url)
        local client = clients.connect(port)
        for i = 1, 50 do
            client:send(get("/" .. i))
            assert.equal("/" .. i, client:response().body)
        end
        assert.equal(1, server._connections)
    end)

    it("answers a client that has half-closed, if the server allows that", function()
        local _, port = web.serve({ httpAllowHalfOpen = true }, function(_, res)
            timers.setTimeout(function() res:end_("late") end, 10)
        end)
        assert.matches("\r\n\r\nlate$", (web.exchange(port, GET)))
    end)

    it("takes a client that has half-closed for gone, but gives it what was written", function()
        local log = {}
        local server, port = web.serve(nil, function(req, res)
            req:on("aborted", function() log[#log + 1] = "aborted" end)
            res:on("close", function() log[#log + 1] = "close" end)
            res:write(("x"):rep(1000000))
        end)
        assert.matches("x\r\n$", (web.exchange(port, GET .. GET)))
        wait(function() return server._connections == 0 end)
        assert.same({ "aborted", "close" }, log)
    end)

    it("refuses a head or a body that the client does not complete", function()
        local _, port = web.serve(nil, function(req) web.body(req) end)
        assert.matches("^HTTP/1.1 400 ", (web.exchange(port, "GET / HT")))
        local cut = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nx"
        assert.matches("^HTTP/1.1 400 ", (web.exchange(port, cut)))
        assert.equal("", (web.exchange(port, "")))
        assert.equal("", (web.exchange(port, "\r\n\r\n")))
    end)

    it("tells the server of itself, and of its end", function()
        local log = {}
        local server, port = web.serve(nil, function(_, res) res:end_() end)
        server:on("connection", function(socket)
            assert.equal(server, socket.server)
            assert.equal("open", socket.readyState)
            log[#log + 1] = "connection"
            socket:on("close", function(had_error)
                log[#log + 1] = "close " .. tostring(had_error)
                assert.equal("closed", socket.readyState)
            end)
        end)
        web.exchange(port, GET)
        wait(function() return log[2] end)
        assert.same({ "connection", "close false" }, log)
    end)

    it("does not mind requests that throw, if the process goes on", function()
        local process = require("moonherd.process")
        local caught
        process.setUncaughtExceptionCaptureCallback(nil)
        process.setUncaughtExceptionCaptureCallback(function(err) caught = err end)
        local _, port = web.serve(nil, function(req, res)
            if req.url == "/throw" then
                error("thrown on purpose", 0)
            end
            res:end_("ok")
        end)
        local bad = clients.connect(port)
        bad:send(get("/throw"))
        wait(function() return caught end)
        process.setUncaughtExceptionCaptureCallback(nil)
        wait.captured = nil
        assert.equal("thrown on purpose", caught)
        assert.equal("ok", (web.ask(port, GET)).body)
    end)

    it("can be made of a socket from elsewhere", function()
        local server = http.createServer(echo_url)
        local closed
        local other = net.createServer({ pauseOnConnect = true }, function(socket)
            socket:on("close", function() closed = true end)
            server:emit("connection", socket)
            assert.equal(server, socket.server)
        end)
        other:listen(0, "127.0.0.1")
        wait(function() return other.listening end)
        local answer, client = web.ask(other:address().port, get("/x"))
        assert.equal("/x", answer.body)
        client:close()
        wait(function() return closed end)
        local done
        other:close(function() done = true end)
        wait(function() return done end)
        server:close()
        wait.drain()
    end)

    describe("asked for another protocol", function()
        local UPGRADE = get("/ws", "Connection: Upgrade\r\nUpgrade: echo\r\n")

        it("is handed over with the bytes behind the head", function()
            local closed
            local server, port = web.serve(nil, calls.must_not())
            server:on("upgrade", calls.must(function(req, socket, head)
                assert.equal("echo", req.headers.upgrade)
                assert.equal("first", head)
                assert.equal(socket, req.socket)
                assert.equal(server, socket.server)
                socket:write("HTTP/1.1 101 Switching Protocols\r\n\r\n" .. head)
                socket:on("data", function(bytes) socket:write(bytes:upper()) end)
                socket:on("end", function() socket:end_() end)
                socket:on("close", function() closed = true end)
            end))
            local client = clients.connect(port)
            client:send(UPGRADE .. "first")
            assert.equal("HTTP/1.1 101 Switching Protocols\r\n\r\nfirst", client:read(41))
            client:send(" second")
            assert.equal(" SECOND", client:read(7))
            client:send("GET / HTTP/1.1\r\n\r\n")
            client:shutdown()
            assert.equal("GET / HTTP/1.1\r\n\r\n", client:read_to_end())
            wait(function() return closed end)
            assert.equal(0, server._connections)
        end)

        it("first answers what came before", function()
            local server, port = web.serve(nil, echo_url)
            server:on("upgrade", function(_, socket)
                socket:end_("raw")
            end)
            local client = clients.connect(port)
            client:send(get("/1") .. get("/2") .. UPGRADE)
            assert.equal("/1", client:response().body)
            assert.equal("/2", client:response().body)
            assert.equal("raw", client:read_to_end())
        end)

        it("is an ordinary request where nobody listens, or with a body", function()
            local server, port = web.serve(nil, echo_url)
            local client = clients.connect(port)
            client:send(UPGRADE .. get("/next"))
            assert.equal("/ws", client:response().body)
            assert.equal("/next", client:response().body)
            server:on("upgrade", calls.must_not("it has a body"))
            client:send(get("/body", "Connection: Upgrade\r\nUpgrade: echo\r\nContent-Length: 1\r\n") .. "x")
            assert.equal("/body", client:response().body)
        end)

        it("by CONNECT is handed over, or closed where nobody listens", function()
            local server, port = web.serve(nil, calls.must_not())
            local CONNECT = "CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n"
            assert.equal("", (web.exchange(port, CONNECT, true)))
            server:on("connect", calls.must(function(req, socket, head)
                assert.equal("b:443", req.url)
                assert.equal("tls", head)
                socket:end_("HTTP/1.1 200 OK\r\n\r\n")
            end))
            assert.equal("HTTP/1.1 200 OK\r\n\r\n", (web.exchange(port, CONNECT .. "tls", true)))
        end)

        it("may be closed by its new owner at once", function()
            local server, port = web.serve(nil, calls.must_not())
            server:on("upgrade", function(_, socket) socket:destroy() end)
            assert.equal("", (web.exchange(port, UPGRADE, true)))
            wait(function() return server._connections == 0 end)
        end)

        it("outlives its server's connections, that its listener closes", function()
            local server, port = web.serve(nil, calls.must_not())
            server:on("upgrade", function(_, socket)
                server:closeAllConnections()
                socket:resume()
                socket:end_("raw")
            end)
            assert.equal("raw", (web.exchange(port, UPGRADE)))
            wait(function() return server._connections == 0 end)
        end)

        it("is handed over behind an answer that a timeout brings", function()
            local held
            local server, port = web.serve(nil, function(_, res) held = res end)
            server:on("upgrade", function(_, socket) socket:end_("raw") end)
            server:setTimeout(20, function() held:end_("late") end)
            local client = clients.connect(port)
            client:send(get("/1") .. UPGRADE)
            assert.equal("late", client:response().body)
            assert.equal("raw", client:read_to_end())
        end)
    end)

    describe("of a server that closes", function()
        -- A connection that waits between two requests.
        local function idle(port)
            local client = clients.connect(port)
            client:send(GET)
            client:response()
            return client
        end

        it("ends at once if it is idle, and the others live on", function()
            local held
            local server, port = web.serve(nil, function(req, res)
                if req.url == "/held" then
                    held = res
                else
                    res:end_("ok")
                end
            end)
            local resting, fresh, busy = idle(port), clients.connect(port), clients.connect(port)
            busy:send(get("/held"))
            wait(function() return held and server._connections == 3 end)
            local closed
            server:close(function() closed = true end)
            assert.is_false(server.listening)
            assert.equal("", resting:read_to_end())
            held:end_("done")
            local answer = busy:response()
            assert.equal("done", answer.body)
            assert.equal("keep-alive", answer.headers.connection) -- as in Node
            fresh:send(get("/x", "Connection: close\r\n"))
            assert.equal("ok", fresh:response().body)
            assert.is_nil(closed)
            assert.is_nil((clients.try_connect(port)))
            busy:close()
            fresh:close()
            resting:close()
            wait(function() return closed end)
        end)

        it("closes although its handler closes the server", function()
            local closed
            local server, port
            server, port = web.serve(nil, function(_, res)
                server:close(function() closed = true end)
                res:end_("last words")
            end)
            assert.equal("last words", (web.ask(port, get("/", "Connection: close\r\n"))).body)
            wait(function() return closed end)
        end)

        it("is cut by closeAllConnections", function()
            local server, port = web.serve(nil, function() end)
            local client = clients.connect(port)
            client:send(GET)
            wait(function() return server._connections == 1 end)
            wait.turn()
            server:closeAllConnections()
            assert.equal("", (client:read_to_end()))
        end)

        it("is ended by closeIdleConnections only when it is idle", function()
            local server, port = web.serve(nil, echo_url)
            local resting, fresh = idle(port), clients.connect(port)
            wait(function() return server._connections == 2 end)
            server:closeIdleConnections()
            assert.equal("", resting:read_to_end())
            fresh:send(get("/still"))
            assert.equal("/still", fresh:response().body)
        end)

        it("lets it listen again", function()
            local server, port = web.serve(nil, echo_url)
            idle(port):close()
            local closed
            server:close(function() closed = true end)
            wait(function() return closed end)
            server:listen(0, "127.0.0.1")
            wait(function() return server.listening end)
            assert.equal("/again", (web.ask(server:address().port, get("/again"))).body)
        end)
    end)

    describe("of a server that drains", function()
        it("ends with its next answer", function()
            local server, port = web.serve(nil, echo_url)
            local client = clients.connect(port)
            client:send(get("/1"))
            assert.equal("keep-alive", client:response().headers.connection)
            local closed
            server:drain(function() closed = true end)
            client:send(get("/2"))
            local answer = client:response()
            assert.equal("/2", answer.body)
            assert.equal("close", answer.headers.connection)
            assert.equal("", client:read_to_end())
            client:close()
            wait(function() return closed end)
        end)

        it("is half-closed after it was quiet, and read to its end", function()
            local server, port = web.serve(nil, echo_url)
            local client, fresh = clients.connect(port), clients.connect(port)
            client:send(get("/1"))
            client:response()
            local started, closed = sys.now(), nil
            server:drain(200, function() closed = true end)
            local rest, broken = client:read_to_end()
            assert.equal("", rest)
            assert.is_nil(broken)
            assert.is_true(sys.now() - started >= 0.19)
            assert.equal("", fresh:read_to_end()) -- one that never asked anything too
            assert.is_true(client:send(get("/too-late")))
            client:shutdown()
            fresh:close()
            wait(function() return closed end)
        end)

        it("answers what is in hand, however long that takes", function()
            local server, port = web.serve(nil, function(_, res)
                timers.setTimeout(function() res:end_("late") end, 200)
            end)
            local client = clients.connect(port)
            client:send(GET)
            wait(function() return server._connections == 1 end)
            wait.turn()
            server:drain(20)
            local answer = client:response()
            assert.equal("late", answer.body)
            assert.equal("close", answer.headers.connection)
        end)

        it("loses no request of clients that keep asking", function()
            local server, port = web.serve(nil, echo_url)
            local list = {}
            for i = 1, 20 do
                list[i] = clients.connect(port)
                list[i]:send(get("/first"))
                list[i]:response()
            end
            server:drain()
            for i = 1, 20 do
                list[i]:send(get("/" .. i))
            end
            for i = 1, 20 do
                assert.equal("/" .. i, list[i]:response().body)
                assert.equal("", list[i]:read_to_end())
                list[i]:close()
            end
            wait(function() return server._connections == 0 end)
        end)
    end)

    it("has a facade with the ways of a socket", function()
        local seen = {}
        local _, port = web.serve(nil, function(req, res)
            local socket = req.socket
            assert.equal(socket, res.socket)
            assert.equal(socket, socket:setNoDelay(true):setKeepAlive(true, 1000):setTimeout(1000))
            assert.equal(1000, socket.timeout)
            local _, err = pcall(socket.setTimeout, socket, -1)
            seen.code = err.code
            seen.address = socket:address()
            seen.read, seen.written = socket.bytesRead, socket.bytesWritten
            socket:unref():ref()
            res:end_("ok")
        end)
        web.ask(port, GET)
        assert.equal("ERR_OUT_OF_RANGE", seen.code)
        assert.equal(port, seen.address.port)
        assert.equal(#GET, seen.read)
        assert.equal(0, seen.written)
    end)

    it("can be reset", function()
        local _, port = web.serve(nil, function(req) req.socket:resetAndDestroy() end)
        local _, broken = web.exchange(port, GET, true)
        assert.matches("reset", broken)
    end)

    it("leaves no garbage behind", function()
        local weak = setmetatable({}, { __mode = "k" })
        local server, port = web.serve(nil, function(req, res)
            weak[req], weak[res], weak[req.socket] = true, true, true
            res:end_("x")
        end)
        for _ = 1, 10 do
            web.exchange(port, GET)
        end
        wait(function() return server._connections == 0 end)
        clients.cleanup()
        wait.turn()
        collectgarbage()
        collectgarbage()
        local left = 0
        for _ in pairs(weak) do
            left = left + 1
        end
        assert.equal(0, left)
    end)

    it("is not in the way of a server that is forgotten", function()
        local weak = setmetatable({}, { __mode = "v" })
        do
            local server, port = web.serve(nil, echo_url)
            web.exchange(port, GET)
            weak[1] = server
            local closed
            server:close(function() closed = true end)
            wait(function() return closed end)
        end
        web.cleanup()
        wait.turn()
        collectgarbage()
        collectgarbage()
        assert.is_nil(weak[1])
        assert.is_nil(core.handles()["http server"])
        assert.is_truthy(events)
    end)
end)
