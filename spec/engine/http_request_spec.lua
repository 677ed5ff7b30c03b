local calls = require("spec.support.calls")
local clients = require("spec.support.http")
local leaks = require("spec.support.leaks")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")
local web = require("spec.support.web")

local HOST = "Host: a\r\n"

local function pattern(size)
    return ("0123456789abcdefghijklmnopqrstuvwxyz\n"):rep(math.ceil(size / 37)):sub(1, size)
end

describe("an http request", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        web.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    -- Sends bytes and returns what `look` says of the request.
    local function see(bytes, look)
        local seen
        local _, port = web.serve(nil, function(req, res)
            seen = { look(req) }
            res:end_()
        end)
        local client = clients.connect(port)
        client:send(bytes)
        client:response()
        client:close()
        return unpack(seen)
    end

    it("has method, url, version, addresses", function()
        local method, url, version, minor, address, family, port, here = see(
            "DELETE /a/b?c=%20#x HTTP/1.1\r\n" .. HOST .. "\r\n",
            function(req)
                return req.method, req.url, req.httpVersion, req.httpVersionMinor, req.socket.remoteAddress,
                    req.socket.remoteFamily, req.socket.remotePort, req.connection.localAddress
            end
        )
        assert.equal("DELETE", method)
        assert.equal("/a/b?c=%20#x", url)
        assert.equal("1.1", version)
        assert.equal(1, minor)
        assert.equal("127.0.0.1", address)
        assert.equal("IPv4", family)
        assert.is_true(port > 0)
        assert.equal("127.0.0.1", here)
    end)

    it("joins repeated headers as Node does", function()
        local headers, raw = see(
            "GET / HTTP/1.1\r\nHOST: a\r\nX-Y: 1\r\nx-y:  2 \r\nCookie: a=b\r\ncookie: c=d\r\nSet-Cookie: e\r\n"
            .. "Set-Cookie: f\r\nUser-Agent: first\r\nUser-Agent: second\r\nEmpty:\r\n"
            .. ("L"):rep(100) .. ": z\r\n\r\n",
            function(req)
                return req.headers, req.rawHeaders
            end
        )
        assert.same({
            host = "a",
            ["x-y"] = "1, 2",
            cookie = "a=b; c=d",
            ["set-cookie"] = { "e", "f" },
            ["user-agent"] = "first",
            empty = "",
            [("l"):rep(100)] = "z",
        }, headers)
        assert.same({ "HOST", "a", "X-Y", "1", "x-y", "2" }, { unpack(raw, 1, 6) })
        assert.equal(22, #raw)
    end)

    it("keeps its headers after the answer", function()
        local kept
        local _, port = web.serve(nil, function(req, res)
            kept = kept or req
            res:end_()
        end)
        local client = clients.connect(port)
        for i = 1, 3 do
            client:send("GET / HTTP/1.1\r\n" .. HOST .. "X: " .. i .. "\r\n\r\n")
            client:response()
        end
        assert.equal("1", kept.headers.x)
    end)

    it("has a body that comes as it is, however it is cut", function()
        local body = pattern(3000)
        for _, cut in ipairs({ 1, 2, 7, 100, 5000 }) do
            local got
            local server, port = web.serve(nil, function(req, res)
                assert.is_false(req.complete)
                local collected = web.body(req)
                req:on("end", function()
                    assert.is_true(req.complete)
                    got = collected.text()
                    res:end_("thanks")
                end)
            end)
            local client = clients.connect(port)
            local bytes = "POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 3000\r\n\r\n" .. body
            for at = 1, #bytes, cut do
                client:send(bytes:sub(at, at + cut - 1))
            end
            assert.equal("thanks", client:response().body)
            assert.is_true(got == body)
            client:close()
            server:close()
        end
    end)

    it("has a chunked body and trailers", function()
        local text, trailers, raw, early
        local _, port = web.serve(nil, function(req, res)
            early = req.trailers
            local body = web.body(req)
            req:on("end", function()
                text, trailers, raw = body.text(), req.trailers, req.rawTrailers
                res:end_()
            end)
        end)
        web.ask(port, "POST / HTTP/1.1\r\n" .. HOST .. "Transfer-Encoding: chunked\r\n\r\n"
            .. "5\r\nhello\r\n1;x=y\r\n \r\n005\r\nworld\r\n0\r\nSum: 1\r\nsum: 2\r\n\r\n")
        assert.equal("hello world", text)
        assert.same({}, early)
        assert.same({ sum = "1, 2" }, trailers)
        assert.same({ "Sum", "1", "sum", "2" }, raw)
    end)

    it("without a body ends too", function()
        local log = {}
        local _, port = web.serve(nil, function(req, res)
            assert.is_true(req.complete)
            req:on("end", function()
                log[#log + 1] = "end"
                res:end_("ok")
            end)
            req:on("close", function() log[#log + 1] = "close" end)
            req:resume()
            assert.same({}, log)
        end)
        assert.equal("ok", (web.ask(port, "GET / HTTP/1.1\r\n" .. HOST .. "\r\n")).body)
        wait(function() return log[2] end)
        assert.same({ "end", "close" }, log)
    end)

    it("is heard to its end by who listens, also after the answer", function()
        local log = {}
        local _, port = web.serve(nil, function(req, res)
            req:on("data", function(bytes) log[#log + 1] = bytes end)
            req:on("end", function() log[#log + 1] = "end" end)
            req:on("aborted", function() log[#log + 1] = "aborted" end)
            req:on("close", function() log[#log + 1] = "close" end)
            res:on("close", function() log[#log + 1] = "answered" end)
            res:end_("early")
        end)
        local client = clients.connect(port)
        for _ = 1, 2 do
            log = {}
            client:send("POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 4\r\n\r\n")
            assert.equal("early", client:response().body)
            wait(function() return log[1] end)
            client:send("ab")
            wait(function() return log[2] end)
            client:send("cd")
            wait(function() return log[5] end)
            assert.same({ "answered", "ab", "cd", "end", "close" }, log)
        end
        log = {}
        client:send("POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 4\r\n\r\n")
        assert.equal("early", client:response().body)
        client:close()
        wait(function() return log[3] end)
        assert.same({ "answered", "aborted", "close" }, log)
    end)

    it("waits in the kernel while it is paused", function()
        local size = 8 * 1024 * 1024
        local body = pattern(size)
        local request, got = nil, {}
        local _, port = web.serve(nil, function(req, res)
            request = req
            local count = 0
            req:on("data", function(bytes)
                got[#got + 1] = bytes
                count = count + 1
                if count % 20 == 1 then
                    req:pause()
                    assert.is_true(req:isPaused())
                    timers.setImmediate(function() req:resume() end)
                end
            end)
            req:on("end", function() res:end_("all") end)
        end)
        local client = clients.connect(port)
        local head = "POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: " .. size .. "\r\n\r\n"
        client:send(head .. body, 30)
        assert.equal("all", client:response(30).body)
        assert.is_true(table.concat(got) == body)
        assert.equal(#head + size, request.socket.bytesRead)
    end)

    it("is not read while nobody wants it", function()
        local request
        local _, port = web.serve(nil, function(req, res)
            request = req
            req.res = res
        end)
        local client = clients.connect(port, nil, { receive_bytes = 4096 })
        client:send("POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 50000000\r\n\r\n")
        wait(function() return request end)
        assert.has_error(function() client:send(("x"):rep(40000000), 0.5) end)
        assert.is_true(request.socket.bytesRead < 300000)
        request.socket:destroy()
    end)

    it("that nobody reads is dropped after the answer, and the next one comes", function()
        local urls = {}
        local _, port = web.serve(nil, function(req, res)
            urls[#urls + 1] = req.url
            res:end_("no, thanks")
        end)
        local client = clients.connect(port)
        client:send("POST /1 HTTP/1.1\r\n" .. HOST .. "Content-Length: 300000\r\n\r\n" .. ("x"):rep(300000))
        client:send("GET /2 HTTP/1.1\r\n" .. HOST .. "\r\n")
        assert.equal("no, thanks", client:response().body)
        assert.equal("no, thanks", client:response().body)
        assert.same({ "/1", "/2" }, urls)
    end)

    it("pipes into its answer", function()
        local size = 3000000
        local body = pattern(size)
        local _, port = web.serve(nil, function(req, res)
            assert.equal(res, req:pipe(res))
        end)
        local client = clients.connect(port)
        client:send("POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: " .. size .. "\r\n\r\n")
        -- Both ways at once: a client that only sent would block us both.
        local sent, got = 0, nil
        local head = nil
        while not got do
            if sent < size then
                client:send(body:sub(sent + 1, sent + 20000))
                sent = sent + 20000
            end
            head = head or true
            if client.buffer:find("0\r\n\r\n", -5, true) then
                got = client:response(30)
            else
                client:_fill()
            end
        end
        assert.is_true(got.body == body)
    end)

    describe("with Expect", function()
        local REQUEST = "POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 5\r\nExpect: %s\r\n\r\n"

        it("100-continue is told to go on", function()
            local _, port = web.serve(nil, function(req, res)
                local body = web.body(req)
                req:on("end", function() res:end_(body.text()) end)
            end)
            local answer, client = web.ask(port, REQUEST:format("100-continue"))
            assert.equal(100, answer.status)
            assert.equal("HTTP/1.1 100 Continue\r\n\r\n", answer.raw_head)
            client:send("hello")
            assert.equal("hello", client:response().body)
        end)

        it("100-continue asks checkContinue first", function()
            local server, port = web.serve(nil, calls.must_not())
            server:on("checkContinue", calls.must(function(req, res)
                if req.headers["content-length"] == "5" then
                    res:writeContinue()
                    local body = web.body(req)
                    req:on("end", function() res:end_(body.text()) end)
                end
            end))
            local answer, client = web.ask(port, REQUEST:format("100-continue"))
            assert.equal(100, answer.status)
            client:send("hello")
            assert.equal("hello", client:response().body)
        end)

        it("100-continue may be refused, and its body is not taken for a request", function()
            local server, port = web.serve(nil, calls.must_not())
            server:on("checkContinue", calls.must(function(_, res)
                res:writeHead(403)
                res:end_("no")
            end, 1))
            local answer, client = web.ask(port, REQUEST:format("100-continue"))
            assert.equal(403, answer.status)
            client:send("GET /")
            client:shutdown()
            assert.equal("", client:read_to_end())
        end)

        it("anything else is refused, or checkExpectation's business", function()
            local server, port = web.serve(nil, calls.must_not())
            local answer = web.ask(port, REQUEST:format("tea") .. "hello")
            assert.equal(417, answer.status)
            server:on("checkExpectation", calls.must(function(req, res)
                res:end_(req.headers.expect)
            end))
            assert.equal("tea", (web.ask(port, REQUEST:format("tea") .. "hello")).body)
        end)

        it("is nothing to HTTP/1.0", function()
            local _, port = web.serve(nil, function(_, res) res:end_("ok") end)
            local answer = web.ask(port, "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx")
            assert.equal(200, answer.status)
        end)
    end)

    describe("whose client vanishes", function()
        local function events_of(cut)
            local log, request = {}, nil
            local server, port = web.serve(nil, function(req, res)
                request = req
                web.body(req)
                for _, name in ipairs({ "aborted", "error", "end", "close" }) do
                    req:on(name, function(err) log[#log + 1] = err and name .. " " .. err.code or name end)
                end
                res:on("finish", calls.must_not())
                res:on("close", function() log[#log + 1] = "res close" end)
            end)
            local client = clients.connect(port)
            client:send("POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 10\r\n\r\n123")
            wait(function() return request end)
            cut(client)
            wait(function() return log[#log] == "close" end)
            assert.is_true(request.aborted)
            assert.is_true(request.destroyed)
            wait(function() return server._connections == 0 end)
            return log
        end

        it("by a reset hears aborted, error, close", function()
            local log = events_of(function(client) client:reset() end)
            assert.same({ "aborted", "res close", "error ECONNRESET", "close" }, log)
        end)

        it("in mid-body hears the same", function()
            local log = events_of(function(client) client:close() end)
            assert.same({ "aborted", "res close", "error ECONNRESET", "close" }, log)
        end)

        it("before it is complete leaves nothing", function()
            local server, port = web.serve(nil, calls.must_not())
            local client = clients.connect(port)
            client:send("GET / HTTP/1.1\r\nHo")
            wait(function() return server._connections == 1 end)
            client:close()
            wait(function() return server._connections == 0 end)
        end)

        it("and is cut by destroy", function()
            local closed, aborted
            local _, port = web.serve(nil, function(req)
                req:on("error", function(err) closed = err end)
                req:on("aborted", function() aborted = true end)
                req:destroy("reason")
                assert.is_true(aborted)
            end)
            assert.equal("", (web.exchange(port, "POST / HTTP/1.1\r\n" .. HOST .. "Content-Length: 5\r\n\r\n", true)))
            wait(function() return closed == "reason" end)
        end)
    end)
end)
