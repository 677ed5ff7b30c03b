--- http.request, http.get and http.Agent, against our own server and against raw sockets (node-api HTTP-27, HTTP-28).
local calls = require("spec.support.calls")
local files = require("spec.support.files")
local http = require("moonherd.http")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local sockets = require("spec.support.sockets")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")

describe("http client", function()
    local before
    local servers, agents

    before_each(function()
        before = leaks.snapshot()
        servers, agents = {}, {}
    end)

    after_each(function()
        for _, agent in ipairs(agents) do
            agent:destroy()
        end
        http.globalAgent:destroy()
        for _, server in ipairs(servers) do
            server:close()
            server:closeAllConnections()
        end
        sockets.cleanup()
        files.cleanup()
        wait.drain()
        calls.verify()
        leaks.check(before)
    end)

    local function agent_of(options)
        agents[#agents + 1] = http.Agent(options)
        return agents[#agents]
    end

    --- An http server of ours; returns its port.
    local function serve(on_request, setup)
        local server = http.createServer(on_request)
        servers[#servers + 1] = server
        if setup then
            setup(server)
        end
        server:listen(0, "127.0.0.1")
        wait(function() return server.listening end, 5, "the server to listen")
        return server:address().port, server
    end

    --- A server that says these pieces to every connection, one per turn, once a request has come; returns its port.
    local function raw(pieces, and_close)
        pieces = type(pieces) == "table" and pieces or { pieces }
        local _, port = sockets.serve({}, function(socket)
            sockets.own_socket(socket)
            socket:on("error", function() end)
            socket:on("data", function(bytes)
                socket.heard = (socket.heard or "") .. bytes
                if socket.said then
                    return
                end
                socket.said = true
                local i = 0
                local function say()
                    i = i + 1
                    if pieces[i] and socket.writable then
                        socket:write(pieces[i])
                        timers.setImmediate(say)
                    elseif and_close then
                        socket:end_()
                    end
                end
                say()
            end)
        end)
        return port
    end

    --- Records what becomes of a request: result.res, result.body, result.err, result.closed.
    local function record(req)
        local result = { req = req, body = "", events = {} }
        local function note(name)
            result.events[#result.events + 1] = name
        end
        req:on("response", function(res)
            note("response")
            result.res = res
            res:on("data", function(bytes) result.body = result.body .. bytes end)
            res:on("end", function() note("end") end)
            res:on("error", function(err) result.res_err = err end)
            res:on("close", function() result.res_closed = true end)
        end)
        req:on("error", function(err) note("error") result.err = err end)
        req:on("close", function() note("close") result.closed = true end)
        return result
    end

    local function finish(result)
        wait(function() return result.closed end, 10, "the request's close")
        return result
    end

    --- One request to a port, from start to end.
    local function ask(port, options, body)
        options = options or {}
        options.host, options.port = "127.0.0.1", port
        local req = http.request(options)
        local result = record(req)
        req:end_(body)
        return finish(result)
    end

    local function refuses(code, fn, ...)
        local ok, err = pcall(fn, ...)
        assert.is_false(ok)
        assert.equal(code, type(err) == "table" and err.code or err)
        return err
    end

    describe("a request", function()
        local function echo(req, res)
            local parts = {}
            req:on("data", function(bytes) parts[#parts + 1] = bytes end)
            req:on("end", function()
                res:setHeader("X-Saw", req.method .. " " .. req.url)
                res:setHeader("X-Length", req.headers["content-length"] or "none")
                res:setHeader("X-Coding", req.headers["transfer-encoding"] or "none")
                res:setHeader("X-Host", req.headers.host)
                res:end_(table.concat(parts))
            end)
        end

        it("is sent and answered", function()
            local port = serve(echo)
            local got = ask(port, { path = "/a?b=c" })
            assert.equal(200, got.res.statusCode)
            assert.equal("OK", got.res.statusMessage)
            assert.equal("1.1", got.res.httpVersion)
            assert.equal("GET /a?b=c", got.res.headers["x-saw"])
            assert.equal("none", got.res.headers["x-length"])
            assert.equal("127.0.0.1:" .. port, got.res.headers["x-host"])
            assert.is_true(got.res.complete)
            assert.same({ "response", "end", "close" }, got.events)
        end)

        it("has its body's end marked, however it is sent", function()
            local port = serve(echo)
            for _, method in ipairs({ "GET", "POST", "DELETE", "PUT" }) do
                local got = ask(port, { method = method:lower() }, "body")
                assert.same({ "body", "4" }, { got.body, got.res.headers["x-length"] })
                local req = http.request({ port = port, host = "127.0.0.1", method = method })
                local streamed = record(req)
                req:write("one ")
                timers.setImmediate(function() req:end_("two") end)
                finish(streamed)
                assert.same({ "one two", "chunked" }, { streamed.body, streamed.res.headers["x-coding"] })
            end
            assert.equal("0", ask(port, { method = "POST" }).res.headers["x-length"])
            local got = ask(port, { method = "POST", headers = { ["Content-Length"] = 4 } }, "four")
            assert.equal("four", got.body)
        end)

        it("cannot be shorter or longer than it says", function()
            local port = serve(echo)
            local req = http.request({ port = port, host = "127.0.0.1", method = "POST",
                headers = { ["content-length"] = 3 } })
            local got = record(req)
            refuses("ERR_HTTP_CONTENT_LENGTH_MISMATCH", req.write, req, "four")
            req:write("12")
            req:end_()
            finish(got)
            assert.equal("ERR_HTTP_CONTENT_LENGTH_MISMATCH", got.err.code)
            req = http.request({ port = port, host = "127.0.0.1", method = "POST",
                headers = { ["content-length"] = 3, ["transfer-encoding"] = "chunked" } })
            refuses("ERR_INVALID_ARG_VALUE", req.write, req, "four")
            record(req)
            req:destroy()
        end)

        it("carries a large body both ways", function()
            local port = serve(function(req, res) req:pipe(res) end)
            local body = ("0123456789abcdef"):rep(65536 * 4)
            local req = http.request({ port = port, host = "127.0.0.1", method = "POST" })
            local got = record(req)
            local at = 1
            local function more()
                while at <= #body do
                    local piece = body:sub(at, at + 65535)
                    at = at + 65536
                    if not req:write(piece) then
                        return req:once("drain", more)
                    end
                end
                req:end_()
            end
            more()
            wait(function() return got.closed end, 30, "the echo")
            assert.equal(#body, #got.body)
            assert.is_true(body == got.body)
        end)

        it("takes a URL, with options beside it", function()
            local port = serve(echo)
            local got = record(http.get(("http://127.0.0.1:%d/x?y"):format(port)))
            finish(got)
            assert.equal("GET /x?y", got.res.headers["x-saw"])
            local req = http.request(("http://127.0.0.1:%d"):format(port), { method = "PUT" })
            got = record(req)
            req:end_()
            finish(got)
            assert.equal("PUT /", got.res.headers["x-saw"])
        end)

        it("goes over a UNIX socket", function()
            local path = files.path("http.sock")
            local server = http.createServer(echo)
            servers[#servers + 1] = server
            server:listen(path)
            wait(function() return server.listening end, 5, "the server to listen")
            local got = record(http.get({ socketPath = path, path = "/unix" }))
            finish(got)
            assert.equal("GET /unix", got.res.headers["x-saw"])
        end)

        it("with auth and trailers says both", function()
            local seen
            local port = serve(function(req, res)
                req:on("end", function()
                    seen = { req.headers.authorization, req.trailers["x-sum"] }
                    res:end_()
                end):resume()
            end)
            local req = http.request({ port = port, host = "127.0.0.1", method = "POST", auth = "user:pass" })
            local got = record(req)
            req:write("x")
            req:addTrailers({ ["X-Sum"] = "1" })
            req:end_()
            finish(got)
            assert.same({ "Basic dXNlcjpwYXNz", "1" }, seen)
        end)

        it("refuses what cannot be, before anything is opened", function()
            local function bad(code, ...)
                refuses(code, http.request, ...)
                refuses(code, http.get, ...)
            end
            bad("ERR_INVALID_ARG_TYPE")
            bad("ERR_INVALID_ARG_TYPE", 5)
            bad("ERR_INVALID_URL", "nonsense")
            bad("ERR_INVALID_URL", "http://")
            bad("ERR_INVALID_PROTOCOL", "https://localhost/")
            bad("ERR_INVALID_PROTOCOL", { protocol = "ftp:" })
            bad("ERR_INVALID_ARG_TYPE", { method = 5 })
            bad("ERR_INVALID_HTTP_TOKEN", { method = "GET / HTTP/1.1\r\nX: y" })
            bad("ERR_UNESCAPED_CHARACTERS", { path = "/a b" })
            bad("ERR_UNESCAPED_CHARACTERS", { path = "/a\r\nX: y" })
            bad("ERR_INVALID_ARG_TYPE", { path = 5 })
            bad("ERR_SOCKET_BAD_PORT", { port = 65536 })
            bad("ERR_INVALID_ARG_TYPE", { host = 5 })
            bad("ERR_INVALID_ARG_TYPE", { headers = 5 })
            bad("ERR_INVALID_CHAR", { headers = { X = "a\r\nb" } })
            bad("ERR_INVALID_HTTP_TOKEN", { headers = { ["X Y"] = "a" } })
            bad("ERR_INVALID_ARG_TYPE", { agent = 5 })
            bad("ERR_INVALID_ARG_TYPE", { timeout = "x" })
            bad("ERR_OUT_OF_RANGE", { timeout = -1 })
            bad("ERR_INVALID_ARG_TYPE", { signal = 5 })
            bad("ERR_INVALID_ARG_TYPE", {}, 5)
            bad("ERR_INVALID_THIS", http, {})
            refuses("ERR_INVALID_ARG_TYPE", http.Agent, 5)
            refuses("ERR_OUT_OF_RANGE", http.Agent, { maxSockets = 0 })
            refuses("ERR_INVALID_ARG_VALUE", http.Agent, { scheduling = "x" })
            local err = refuses("ERR_INVALID_ARG_TYPE", http.request, { uniqueHeaders = { "a", 5 } })
            assert.truthy(err.message:find('"options.uniqueHeaders[2]"', 1, true), err.message)
        end)
    end)

    describe("a failure", function()
        it("to connect is an error, then close", function()
            local server, port = sockets.serve()
            server:close()
            local got = ask(port)
            assert.equal("connect ECONNREFUSED 127.0.0.1:" .. port, got.err.message)
            assert.same({ "error", "close" }, got.events)
            assert.equal("getaddrinfo", finish(record(http.get({ host = "no.such.invalid" }))).err.syscall)
        end)

        it("at once is told later, in the same way", function()
            local got = record(http.get({ socketPath = files.path("none.sock") }))
            assert.same({}, got.events)
            assert.equal("ENOENT", finish(got).err.code)
            got = record(http.get({ host = "127.0.0.1", port = 9, localAddress = "192.0.2.1" }))
            assert.equal("EADDRNOTAVAIL", finish(got).err.code)
            assert.same({ "error", "close" }, got.events)
            local req = http.get({ host = "127.0.0.1", port = 9, agent = agent_of({ keepAlive = true }) })
            got = record(req)
            req:destroy()
            assert.equal("ECONNRESET", finish(got).err.code)
            assert.is_nil(next(req.agent.freeSockets))
        end)

        it("without any answer is a socket that hung up", function()
            for _, said in ipairs({ "", "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Len" }) do
                local got = ask(raw(said, true))
                assert.same({ "ECONNRESET", "socket hang up" }, { got.err.code, got.err.message })
                assert.same({ "error", "close" }, got.events)
            end
        end)

        it("amid the answer aborts it", function()
            for _, said in ipairs({
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
            }) do
                local got = ask(raw(said, true))
                assert.equal("12345", got.body)
                assert.is_true(got.res.aborted)
                assert.is_false(got.res.complete)
                assert.equal("ECONNRESET", got.res_err.code)
                assert.same({ "response", "close" }, got.events)
            end
        end)

        it("of one's own choice is told so", function()
            local port = serve(function() end)
            local req = http.get({ port = port, host = "127.0.0.1" })
            local got = record(req)
            req:destroy()
            assert.equal("socket hang up", finish(got).err.message)
            req = http.get({ port = port, host = "127.0.0.1" })
            got = record(req)
            req:on("socket", function() timers.setImmediate(req.destroy, req, "on purpose") end)
            assert.equal("on purpose", finish(got).err)
            assert.equal(req, req:destroy())
        end)

        it("by silence is a timeout, which the program acts upon", function()
            local port = serve(function() end)
            local req = http.get({ port = port, host = "127.0.0.1", timeout = 20 })
            local got = record(req)
            req:on("timeout", calls.must(function() req:destroy() end))
            assert.equal("ECONNRESET", finish(got).err.code)
        end)
    end)

    describe("an answer", function()
        local OK = "HTTP/1.1 200 OK\r\n"
        local CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"
        local NOTHING = "HTTP/1.1 204 No Content\r\n\r\n"

        -- What is said, and what is understood: status, body, trailer.
        local ANSWERS = {
            { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
            { "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, "" },
            { OK .. CHUNKED .. "5\r\nhello\r\n1;a=b\r\n!\r\n0\r\nX-T: 1\r\n\r\n", 200, "hello!", "1" },
            { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" .. NOTHING, 204, "" },
            { "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, "" },
            { "HTTP/1.0 200 OK\r\n\r\nuntil the end", 200, "until the end", nil, true },
            { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", 200, "until the end", nil, true },
        }

        for _, case in ipairs(ANSWERS) do
            it("is understood however it is cut: " .. case[1]:sub(1, 60):gsub("\r\n", " "), function()
                local whole = case[1]
                local cuts = { { whole } }
                for i = 1, #whole - 1 do
                    cuts[#cuts + 1] = { whole:sub(1, i), whole:sub(i + 1) }
                end
                local bytes = {}
                for i = 1, #whole do
                    bytes[i] = whole:sub(i, i)
                end
                cuts[#cuts + 1] = bytes
                for _, pieces in ipairs(cuts) do
                    local got = ask(raw(pieces, case[5]), { agent = false })
                    assert.is_nil(got.err)
                    assert.same({ case[2], case[3] }, { got.res.statusCode, got.body })
                    assert.is_true(got.res.complete)
                    assert.equal(case[4], got.res.trailers["x-t"])
                end
            end)
        end

        it("to HEAD has no body, whatever it says", function()
            local got = ask(raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), { method = "HEAD" })
            assert.same({ "5", "" }, { got.res.headers["content-length"], got.body })
        end)

        for name, said in pairs({
            ["with both lengths"] = OK .. "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            ["with two lengths"] = OK .. "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            ["with a length that is none"] = OK .. "Content-Length: +5\r\n\r\nhello",
            ["with a negative length"] = OK .. "Content-Length: -5\r\n\r\nhello",
            ["in an unknown coding"] = OK .. "Transfer-Encoding: gzip\r\n\r\nhello",
            ["whose coding is not chunked in the end"] = OK .. "Transfer-Encoding: chunked, gzip\r\n\r\nhello",
            ["with a folded header"] = OK .. "X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
            ["with a blank before the colon"] = OK .. "Content-Length : 0\r\n\r\n",
            ["with a header without a colon"] = OK .. "nonsense\r\n\r\n",
            ["with a bare CR"] = OK .. "X: a\rY: b\r\nContent-Length: 0\r\n\r\n",
            ["of another version"] = "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            ["that is none"] = "SSH-2.0-OpenSSH\r\n",
            ["with a status of two digits"] = "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
            ["that switches unasked"] = "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            ["with a chunk whose length is none"] = OK .. CHUNKED .. "x\r\n",
            ["with a chunk longer than it says"] = OK .. CHUNKED .. "2\r\nabc\r\n0\r\n\r\n",
            ["with a head too large"] = OK .. "X: " .. ("x"):rep(20000) .. "\r\n\r\n",
            ["with bytes behind it"] = OK .. "Content-Length: 1\r\n\r\n1" .. NOTHING,
        }) do
            it(name .. " is refused, and its connection not kept", function()
                local agent = agent_of({ keepAlive = true })
                local port = raw(said)
                local got = ask(port, { agent = agent })
                assert.is_true(got.err ~= nil or got.res.statusCode == 200)
                if got.err then
                    assert.equal("HPE_", got.err.code:sub(1, 4))
                    assert.equal("Parse Error: ", got.err.message:sub(1, 13))
                end
                wait(function() return agent.totalSocketCount == 0 end, 5, "the connection's end")
                assert.same({}, agent.freeSockets)
            end)
        end

        it("of endless interim ones is given up", function()
            local got = ask(raw(("HTTP/1.1 102 Processing\r\n\r\n"):rep(200)))
            assert.equal("HPE_INVALID_STATUS", got.err.code)
        end)

        it("that is interim is told apart", function()
            local req = http.request({ port = raw(ANSWERS[4][1]), host = "127.0.0.1", agent = false })
            local got = record(req)
            req:on("continue", calls.must())
            local seen = {}
            req:on("information", function(info) seen[#seen + 1] = info.statusCode end)
            req:end_()
            finish(got)
            assert.same({ 100, 103 }, seen)
        end)

        it("that nobody reads holds its body back", function()
            local sent = 0
            local port = serve(function(_, res)
                local function more()
                    while sent < 64 * 1024 * 1024 and res:write(("x"):rep(65536)) do
                        sent = sent + 65536
                    end
                end
                res:on("drain", more)
                more()
            end)
            local req = http.get({ port = port, host = "127.0.0.1" }, calls.must(function(res)
                res:on("end", calls.must_not())
                res:on("error", function() end)
            end))
            req:on("error", function() end)
            wait(calls.done, 5, "the response")
            local at
            repeat
                at = sent
                for _ = 1, 5 do
                    wait.turn()
                end
            until at == sent
            assert.is_true(sent < 64 * 1024 * 1024)
            req:destroy()
        end)

        it("can be paused and goes on where it was", function()
            local body = ("abcdefgh"):rep(40000)
            local port = serve(function(_, res) res:end_(body) end)
            local parts, ended = {}, false
            http.get({ port = port, host = "127.0.0.1" }, function(res)
                res:on("data", function(bytes)
                    parts[#parts + 1] = bytes
                    res:pause()
                    timers.setImmediate(res.resume, res)
                end)
                res:on("end", function() ended = true end)
            end)
            wait(function() return ended end, 10, "the end")
            assert.is_true(body == table.concat(parts))
        end)
    end)

    describe("upgrade", function()
        it("hands the socket over, with what came behind the head", function()
            local port = serve(nil, function(server)
                server:on("upgrade", function(_, socket)
                    socket:write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nfirst ")
                    socket:on("data", function(bytes) socket:end_("echo " .. bytes) end)
                end)
            end)
            local text = ""
            local req = http.request({ port = port, host = "127.0.0.1",
                headers = { Connection = "Upgrade", Upgrade = "x" } })
            req:on("response", calls.must_not())
            req:on("upgrade", calls.must(function(res, socket, first)
                assert.equal(101, res.statusCode)
                text = first
                socket:on("data", function(bytes) text = text .. bytes end)
                socket:write("hi")
            end))
            req:end_()
            wait(function() return text == "first echo hi" end, 5, "the echo")
        end)

        it("that nobody listens for ends the connection", function()
            local port = raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
            local got = ask(port, { headers = { Connection = "Upgrade", Upgrade = "x" } })
            assert.is_nil(got.res)
        end)

        it("by CONNECT is a tunnel", function()
            local port = serve(nil, function(server)
                server:on("connect", function(req, socket)
                    socket:write("HTTP/1.1 200 OK\r\n\r\n" .. req.url)
                    socket:on("data", function(bytes) socket:end_(bytes) end)
                end)
            end)
            local text = ""
            local req = http.request({ port = port, host = "127.0.0.1", method = "CONNECT", path = "a.b:443" })
            req:on("connect", calls.must(function(res, socket, first)
                assert.equal(200, res.statusCode)
                text = first
                socket:on("data", function(bytes) text = text .. bytes end)
                socket:write("!")
            end))
            req:end_()
            wait(function() return text == "a.b:443!" end, 5, "the tunnel")
        end)
    end)

    describe("Agent", function()
        local function counting()
            local count = 0
            local port, server = serve(function(req, res)
                req:resume()
                res:end_(req.url)
            end, function(server)
                server:on("connection", function() count = count + 1 end)
            end)
            return port, function() return count end, server
        end

        it("keeps connections, and none without keepAlive", function()
            local port, count = counting()
            local agent = agent_of({ keepAlive = true })
            for i = 1, 5 do
                local got = ask(port, { agent = agent, path = "/" .. i })
                assert.equal("/" .. i, got.body)
                assert.equal(i > 1, got.req.reusedSocket)
            end
            assert.equal(1, count())
            local name = agent:getName({ host = "127.0.0.1", port = port })
            assert.equal("127.0.0.1:" .. port .. ":", name)
            assert.equal(1, #agent.freeSockets[name])
            for _ = 1, 2 do
                assert.equal("close", ask(port, { agent = false }).res.headers.connection)
            end
            assert.equal(3, count())
        end)

        it("is at its limit has requests wait, in order", function()
            local port, count = counting()
            local agent = agent_of({ keepAlive = true, maxSockets = 2 })
            local results, order = {}, {}
            for i = 1, 10 do
                local req = http.get({ port = port, host = "127.0.0.1", path = "/" .. i, agent = agent })
                req:on("response", function() order[#order + 1] = i end)
                results[i] = record(req)
            end
            local name = agent:getName({ host = "127.0.0.1", port = port })
            assert.equal(2, #agent.sockets[name])
            assert.equal(8, #agent.requests[name])
            for i = 1, 10 do
                assert.equal("/" .. i, finish(results[i]).body)
            end
            assert.equal(2, count())
            assert.is_nil(agent.requests[name])
        end)

        it("does not keep what its server wants closed, or closes", function()
            local port, count = counting()
            local agent = agent_of({ keepAlive = true })
            ask(port, { agent = agent, headers = { Connection = "close" } })
            ask(port, { agent = agent })
            assert.equal(2, count())
            servers[#servers]:closeAllConnections()
            wait(function() return agent.totalSocketCount == 0 end, 5, "the connection's end")
            ask(port, { agent = agent })
            assert.equal(3, count())
        end)

        it("closes what has waited for too long, and what speaks unasked", function()
            local port = counting()
            local agent = agent_of({ keepAlive = true, timeout = 20 })
            ask(port, { agent = agent })
            wait(function() return agent.totalSocketCount == 0 end, 5, "the timeout")
            local peer
            local _, chatty = sockets.serve({}, function(socket)
                peer = sockets.own_socket(socket)
                socket:on("data", function() socket:write("HTTP/1.1 204 No Content\r\n\r\n") end)
            end)
            agent = agent_of({ keepAlive = true })
            ask(chatty, { agent = agent })
            assert.equal(1, agent.totalSocketCount)
            peer:write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            wait(function() return agent.totalSocketCount == 0 end, 5, "the connection's end")
        end)

        it("destroyed ends what waits and what runs", function()
            local port = serve(function() end)
            local agent = agent_of({ keepAlive = true })
            local got = record(http.get({ port = port, host = "127.0.0.1", agent = agent }))
            wait(function() return got.req.socket and not got.req.socket.connecting end, 5, "the connection")
            agent:destroy()
            assert.equal("ECONNRESET", finish(got).err.code)
        end)

        it("takes a connection from createConnection", function()
            local port, count = counting()
            local got = record(http.get({
                createConnection = calls.must(function() return net.connect(port, "127.0.0.1") end),
            }))
            finish(got)
            assert.equal(200, got.res.statusCode)
            assert.equal(1, count())
        end)

        it("carries a request that takes its timeout back, and the listener with it", function()
            local port = serve(function(_, res) res:end_() end)
            local got = record(http.get({ port = port, host = "127.0.0.1", agent = agent_of({}) }))
            local function on_timeout() end
            got.req:setTimeout(1000, on_timeout)
            assert.equal(1, got.req:listenerCount("timeout"))
            assert.equal(got.req, got.req:clearTimeout(on_timeout))
            assert.equal(0, got.req:listenerCount("timeout"))
            finish(got)
            assert.equal(200, got.res.statusCode)
        end)

        it("closes a connection whose request was destroyed while it was being made", function()
            local port, count = counting()
            local agent = agent_of({ keepAlive = true })
            local give
            function agent.createConnection(_, _, callback)
                give = callback
            end
            local got = record(http.get({ port = port, host = "127.0.0.1", agent = agent }))
            got.req:destroy()
            assert.equal("ECONNRESET", finish(got).err.code)
            local socket = net.connect(port, "127.0.0.1")
            wait(function() return count() == 1 end, 5, "the connection")
            give(nil, socket)
            wait(function() return socket.closed end, 5, "the connection's end")
            assert.equal(0, agent.totalSocketCount)
            assert.is_nil(next(agent.sockets))
        end)
    end)
end)
