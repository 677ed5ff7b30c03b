local calls = require("spec.support.calls")
local clients = require("spec.support.http")
local leaks = require("spec.support.leaks")
local wait = require("spec.support.wait")
local web = require("spec.support.web")

local GET = "GET / HTTP/1.1\r\nHost: a\r\n"
local POST = "POST / HTTP/1.1\r\nHost: a\r\n"

local function ok(_, res)
    res:end_("ok")
end

-- One that reads it all.
local function count(req, res)
    local body = web.body(req)
    req:on("end", function() res:end_(tostring(body.size)) end)
end

local function refused(port, status, bytes)
    local answer, broken = web.exchange(port, bytes, true)
    assert.equal(status, tonumber(answer:match("^HTTP/1.1 (%d+) ")))
    assert.matches("\r\nConnection: close\r\n\r\n$", answer)
    assert.is_nil(broken)
end

describe("limits of an http server", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        web.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    it("has Node's defaults", function()
        local server = require("moonherd.http").createServer()
        assert.equal(16384, server.maxHeaderSize)
        assert.equal(2000, server.maxHeadersCount)
        assert.equal(2 ^ 53, server.maxUrlSize) -- the header's limit holds
        assert.equal(64 * 1024 * 1024, server.maxBodySize)
        assert.equal(60000, server.headersTimeout)
        assert.equal(300000, server.requestTimeout)
        assert.equal(5000, server.keepAliveTimeout)
        assert.equal(0, server.timeout)
        assert.equal(0, server.maxRequestsPerSocket)
    end)

    it("refuses options that are none", function()
        local http = require("moonherd.http")
        local function code(options)
            local _, err = pcall(http.createServer, options)
            return err.code
        end
        assert.equal("ERR_INVALID_ARG_TYPE", code({ maxHeaderSize = "1" }))
        assert.equal("ERR_OUT_OF_RANGE", code({ keepAliveTimeout = -1 }))
        assert.equal("ERR_OUT_OF_RANGE", code({ headersTimeout = 0.5 }))
        assert.equal("ERR_INVALID_ARG_TYPE", code({ requireHostHeader = 1 }))
        assert.equal("ERR_INVALID_ARG_TYPE", code("x"))
        local server = http.createServer()
        assert.has_error(function() server.timeout = -1 end)
        server.maxBodySize = math.huge
        server.keepAliveTimeout = nil
        assert.equal(5000, server.keepAliveTimeout)
        server.anything = "else"
        assert.equal("else", server.anything)
    end)

    it("answers 431 one byte above the header's limit", function()
        local _, port = web.serve(nil, ok)
        local function head(size)
            local start = GET .. "X: "
            return start .. ("x"):rep(size - #start - 4) .. "\r\n\r\n"
        end
        assert.equal("ok", (web.ask(port, head(16384))).body)
        refused(port, 431, head(16385))
        -- The same, when it does not come at once.
        local client = clients.connect(port)
        local bytes = head(16384)
        for at = 1, #bytes, 1000 do
            client:send(bytes:sub(at, at + 999))
            wait.turn()
        end
        assert.equal("ok", client:response().body)
    end)

    it("answers 431 to a header that never ends", function()
        local _, port = web.serve({ maxHeaderSize = 1000 }, calls.must_not())
        refused(port, 431, GET .. ("X: y\r\n"):rep(1000))
    end)

    it("answers 414 one byte above the URL's limit", function()
        local seen
        local _, port = web.serve({ maxUrlSize = 8192 }, function(req, res)
            seen = #req.url
            res:end_("ok")
        end)
        local function url(size)
            return "GET /" .. ("u"):rep(size - 1) .. " HTTP/1.1\r\nHost: a\r\n\r\n"
        end
        assert.equal("ok", (web.ask(port, url(8192))).body)
        assert.equal(8192, seen)
        refused(port, 414, url(8193))
        refused(port, 414, url(1000000))
        local _, any = web.serve(nil, ok)
        assert.equal("ok", (web.ask(any, url(16000))).body)
        refused(any, 431, url(16384))
        refused(any, 431, url(1000000))
    end)

    it("answers 431 one line above the count of headers", function()
        local seen
        local _, port = web.serve({ maxHeadersCount = 5 }, function(req, res)
            seen = #req.rawHeaders
            res:end_("ok")
        end)
        assert.equal("ok", (web.ask(port, GET .. ("X: y\r\n"):rep(4) .. "\r\n")).body)
        assert.equal(10, seen)
        refused(port, 431, GET .. ("X: y\r\n"):rep(5) .. "\r\n")
        local _, any = web.serve({ maxHeadersCount = 0 }, ok)
        assert.equal("ok", (web.ask(any, GET .. ("a:\r\n"):rep(3000) .. "\r\n")).body)
        local _, many = web.serve(nil, ok)
        assert.equal("ok", (web.ask(many, GET .. ("a:\r\n"):rep(1999) .. "\r\n")).body)
        refused(many, 431, GET .. ("a:\r\n"):rep(2000) .. "\r\n")
    end)

    it("answers 413 to a body announced too large, before a byte of it", function()
        local server, port = web.serve({ maxBodySize = 1000 }, count)
        local function body(size)
            return POST .. ("Content-Length: %d\r\n\r\n"):format(size) .. ("b"):rep(size)
        end
        assert.equal("1000", (web.ask(port, body(1000))).body)
        server:removeAllListeners("request")
        server:on("request", calls.must_not())
        refused(port, 413, body(1001))
        refused(port, 413, POST .. "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n")
    end)

    it("answers 413 to chunks that become too large", function()
        local _, port = web.serve({ maxBodySize = 1000 }, count)
        local head = POST .. "Transfer-Encoding: chunked\r\n\r\n"
        local chunk = "a\r\n0123456789\r\n"
        assert.equal("1000", (web.ask(port, head .. chunk:rep(100) .. "0\r\n\r\n")).body)
        refused(port, 413, head .. chunk:rep(100) .. "1\r\nx\r\n0\r\n\r\n")
    end)

    it("answers 413 to chunk extensions without end", function()
        local _, port = web.serve(nil, count)
        local head = POST .. "Transfer-Encoding: chunked\r\n\r\n1;"
        assert.equal("1", (web.ask(port, head .. ("e"):rep(16384) .. "\r\nx\r\n0\r\n\r\n")).body)
        refused(port, 413, head .. ("e"):rep(16385) .. "\r\nx\r\n0\r\n\r\n")
    end)

    it("takes a body of many megabytes in pieces", function()
        local server, port = web.serve(nil, count)
        local size = 20 * 1024 * 1024
        local client = clients.connect(port)
        client:send(POST .. ("Content-Length: %d\r\n\r\n"):format(size))
        for _ = 1, size / 65536 do
            client:send(("z"):rep(65536), 30)
        end
        assert.equal(tostring(size), client:response(30).body)
        assert.equal(1, server._connections)
    end)

    it("follows a limit that is changed while it runs", function()
        local server, port = web.serve(nil, ok)
        local client = clients.connect(port)
        local request = GET .. "X: " .. ("x"):rep(200) .. "\r\n\r\n"
        client:send(request)
        assert.equal(200, client:response().status)
        server.maxHeaderSize = 100
        assert.equal(100, server.maxHeaderSize)
        client:send(request)
        assert.equal(431, client:response().status)
    end)

    it("does not read on and on what nobody answers", function()
        local held
        local server, port = web.serve({ maxAhead = 1000 }, function(_, res)
            held = res
        end)
        local client = clients.connect(port, nil, { receive_bytes = 4096 })
        client:send(GET .. "\r\n")
        wait(function() return held end)
        -- More than all buffers of both kernels hold: it stays unsent, as it is not read.
        local piece = (GET .. "\r\n"):rep(10000)
        assert.has_error(function()
            for _ = 1, 200 do
                client:send(piece, 0.3)
            end
        end)
        assert.is_true(held.socket.bytesRead < 200000)
        assert.equal(1, server._connections)
        held.socket:destroy()
    end)

    it("ends a connection after maxRequestsPerSocket", function()
        local server, port = web.serve({ maxRequestsPerSocket = 2 }, ok)
        local client = clients.connect(port)
        local dropped = {}
        server:on("dropRequest", function(req, socket)
            assert.equal(socket, req.socket)
            dropped[#dropped + 1] = req.url
        end)
        client:send((GET .. "\r\n"):rep(4) .. "GET /cut HTT")
        local first, second, third, fourth = client:response(), client:response(), client:response(), client:response()
        assert.equal("timeout=5, max=2", first.headers["keep-alive"])
        assert.equal("keep-alive", first.headers.connection)
        assert.same({ 200, "close" }, { second.status, second.headers.connection })
        assert.same({ 503, "close" }, { third.status, third.headers.connection })
        assert.same({ 503, "close" }, { fourth.status, fourth.headers.connection })
        assert.same({ "/", "/" }, dropped)
        assert.equal("", client:read_to_end())
        assert.equal(2, server.maxRequestsPerSocket)
    end)

    it("refuses connections above maxConnections", function()
        local server, port = web.serve(nil, ok)
        server.maxConnections = 1
        local client = clients.connect(port)
        client:send(GET .. "\r\n")
        assert.equal(200, client:response().status)
        local dropped
        server:on("drop", function() dropped = true end)
        local other = clients.connect(port)
        assert.equal("", (other:read_to_end()))
        assert.is_true(dropped)
        client:send(GET .. "\r\n")
        assert.equal(200, client:response().status)
    end)
end)
