local calls = require("spec.support.calls")
local clients = require("spec.support.http")
local http = require("moonherd.http")
local leaks = require("spec.support.leaks")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")
local web = require("spec.support.web")

local GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
local DATE = "Date: %a%a%a, %d%d %a%a%a %d%d%d%d %d%d:%d%d:%d%d GMT\r\n"
local KEEP = "Connection: keep%-alive\r\nKeep%-Alive: timeout=5\r\n"

describe("an http response", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        web.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    -- All that comes back for a request, up to the end: the client ends its side.
    local function raw(handler, request)
        local server, port = web.serve(nil, handler)
        local bytes = web.exchange(port, request or GET)
        server:close()
        return bytes
    end

    -- What the handler raises, or what `fn` does with its response: the error's code and text.
    local function refusal(fn)
        local err
        raw(function(_, res)
            local ok
            ok, err = pcall(fn, res)
            if ok then
                err = { code = "nothing" }
            end
            if not res.headersSent then
                res.statusCode, res.statusMessage = 200, nil
                res:removeHeader("Content-Length")
            end
            res:end_()
        end)
        return err.code, err.message
    end

    describe("on the wire", function()
        it("is one head and one body, in Node's order", function()
            local bytes = raw(function(_, res)
                res:setHeader("X-First", 1)
                res:setHeader("x-second", { "a", "b" })
                res:end_("hello")
            end)
            assert.matches("^HTTP/1.1 200 OK\r\nX%-First: 1\r\nx%-second: a\r\nx%-second: b\r\n" .. DATE .. KEEP
                .. "Content%-Length: 5\r\n\r\nhello$", bytes)
        end)

        it("is chunked when its length is not known", function()
            local bytes = raw(function(_, res)
                res:write("hello ")
                res:write("")
                res:write(("x"):rep(17))
                res:end_("end")
            end)
            assert.matches("^HTTP/1.1 200 OK\r\n" .. DATE .. KEEP
                .. "Transfer%-Encoding: chunked\r\n\r\n6\r\nhello \r\n11\r\nx+\r\n3\r\nend\r\n0\r\n\r\n$", bytes)
        end)

        it("is chunked after writeHead without a length, as in Node", function()
            local head, tail = "Transfer%-Encoding: chunked\r\n\r\n", "0\r\n\r\n$"
            assert.matches(head .. tail, raw(function(_, res) res:writeHead(200):end_() end))
            assert.matches(head .. "3\r\nabc\r\n" .. tail, raw(function(_, res) res:writeHead(200):end_("abc") end))
            assert.matches("\r\nContent%-Length: 3\r\n.*\r\n\r\nabc$", raw(function(_, res)
                res:writeHead(200, { ["Content-Length"] = 3 }):end_("abc")
            end))
        end)

        it("has no body where none may be", function()
            for _, status in ipairs({ 204, 304 }) do
                local bytes = raw(function(_, res)
                    res.statusCode = status
                    assert.is_true(res:write("dropped"))
                    res:end_("too")
                end)
                assert.matches("^HTTP/1.1 " .. status .. " [^\r]+\r\n" .. DATE .. KEEP .. "\r\n$", bytes)
            end
            local bytes = raw(function(_, res) res:end_("dropped") end, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert.matches("^HTTP/1.1 200 OK\r\n" .. DATE .. KEEP .. "\r\n$", bytes)
            bytes = raw(function(_, res)
                res:writeHead(200, { ["Content-Length"] = 7 })
                res:write("dropped")
                res:end_()
            end, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert.matches("^HTTP/1.1 200 OK\r\nContent%-Length: 7\r\n" .. DATE .. KEEP .. "\r\n$", bytes)
        end)

        it("ends the connection of HTTP/1.0, unless its length is set and it would be kept", function()
            local function plain(_, res) res:end_("ok") end
            local function counted(_, res)
                res:setHeader("Content-Length", 2)
                res:end_("ok")
            end
            local old, kept = "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
            local closing = "^HTTP/1.1 200 OK\r\n" .. DATE .. "Connection: close\r\n\r\nok$"
            assert.matches(closing, raw(plain, old))
            assert.matches(closing, raw(plain, kept))
            assert.matches("\r\nConnection: close\r\n\r\nok$", raw(counted, old))
            local _, port = web.serve(nil, counted)
            local client = clients.connect(port)
            for _ = 1, 3 do
                client:send(kept)
                local answer = client:response()
                assert.equal("keep-alive", answer.headers.connection)
                assert.equal("ok", answer.body)
            end
            local bytes = raw(function(_, res)
                res:write("no")
                res:end_("chunks")
            end, old)
            assert.matches("\r\nConnection: close\r\n\r\nnochunks$", bytes)
        end)

        it("has its own status and message", function()
            assert.matches("^HTTP/1.1 404 Not Found\r\n", raw(function(_, res)
                res.statusCode = 404
                res:end_()
            end))
            assert.matches("^HTTP/1.1 404 Nope\r\n", raw(function(_, res)
                res.statusCode, res.statusMessage = 404, "Nope"
                res:end_()
            end))
            assert.matches("^HTTP/1.1 299 Fine\r\nA: b\r\n", raw(function(_, res)
                res:writeHead(299, "Fine", { A = "b" })
                res:end_()
            end))
            assert.matches("^HTTP/1.1 299 unknown\r\n", raw(function(_, res) res:writeHead("299"):end_() end))
        end)

        it("has headers from a list, which replaces what was set", function()
            assert.matches("^HTTP/1.1 200 OK\r\nX: 1\r\nB: 2\r\nA: 1\r\nDate", raw(function(_, res)
                res:setHeader("a", "old"):setHeader("X", "1")
                res:writeHead(200, { "B", 2, "A", "1" })
                res:end_()
            end))
        end)

        it("has headers from a list, repeated ones too", function()
            assert.matches("^HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nA: 3\r\nDate", (raw(function(_, res)
                res:writeHead(200, { "A", "1", "B", 2 })
                res:end_()
            end):gsub("B: 2\r\n", "B: 2\r\nA: 3\r\n")))
            assert.matches("^HTTP/1.1 200 OK\r\nA: 1\r\nA: 3\r\nB: 2\r\nDate", raw(function(_, res)
                res:writeHead(200, { "A", "1", "B", 2, "A", "3" })
                res:end_()
            end))
        end)

        it("has no Date without sendDate", function()
            assert.matches("^HTTP/1.1 200 OK\r\n" .. KEEP, raw(function(_, res)
                res.sendDate = false
                res:end_()
            end))
            assert.matches("^HTTP/1.1 200 OK\r\n" .. KEEP, raw(function(_, res)
                res:removeHeader("date")
                res:end_()
            end))
        end)

        it("has trailers", function()
            assert.matches("\r\n1\r\nx\r\n0\r\nSum: 1\r\n\r\n$", raw(function(_, res)
                res:write("x")
                res:addTrailers({ Sum = "1" })
                res:end_()
            end))
        end)

        it("has interim answers before it", function()
            local processing = "^HTTP/1.1 102 Processing\r\n\r\n"
            local hints = "HTTP/1.1 103 Early Hints\r\nLink: <a>, <b>\r\n\r\n"
            assert.matches(processing .. hints .. "HTTP/1.1 200",
                raw(function(_, res)
                    res:writeProcessing()
                    res:writeEarlyHints({ link = { "<a>", "<b>" } })
                    res:end_()
                end))
        end)

        it("leaves at once with flushHeaders", function()
            local response
            local _, port = web.serve(nil, function(_, res)
                response = res
                res:flushHeaders()
            end)
            local client = clients.connect(port)
            client:send(GET)
            assert.matches("Transfer%-Encoding: chunked\r\n\r\n$", client:read_until("\r\n\r\n"))
            response:end_("x")
            assert.equal("1\r\nx\r\n0\r\n\r\n", client:read(11))
        end)

        it("is the same in one piece of any size", function()
            for _, size in ipairs({ 0, 1, 8191, 8192, 32768, 65536, 3000000 }) do
                local body = ("0123456789"):rep(size / 10 + 1):sub(1, size)
                local _, port = web.serve(nil, function(_, res) res:end_(body) end)
                local answer = web.ask(port, GET)
                assert.equal(tostring(size), answer.headers["content-length"])
                assert.is_true(answer.body == body)
            end
        end)
    end)

    describe("headers", function()
        it("are set, read, added to and removed", function()
            raw(function(_, res)
                assert.equal(res, res:setHeader("Content-Type", "text/plain"))
                res:setHeader("X", "1"):setHeader("x", 2)
                assert.equal(2, res:getHeader("X"))
                assert.is_true(res:hasHeader("CONTENT-TYPE"))
                assert.is_nil(res:getHeader("none"))
                res:appendHeader("x", "3"):appendHeader("Y", { "4", "5" }):appendHeader("y", 6)
                assert.same({ "2", "3" }, res:getHeader("x"))
                assert.same({ "4", "5", "6" }, res:getHeader("y"))
                assert.same({ "content-type", "x", "y" }, res:getHeaderNames())
                assert.same({ "Content-Type", "x", "Y" }, res:getRawHeaderNames())
                res:removeHeader("X")
                assert.same({ ["content-type"] = "text/plain", y = { "4", "5", "6" } }, res:getHeaders())
                assert.is_false(res.headersSent)
                res:end_()
                assert.is_true(res.headersSent)
            end)
        end)

        it("refuse what is none, with Node's codes", function()
            local function set(name, value)
                return refusal(function(res) res:setHeader(name, value) end)
            end
            local code, message = set("a b", "x")
            assert.equal("ERR_INVALID_HTTP_TOKEN", code)
            assert.equal('Header name must be a valid HTTP token ["a b"]', message)
            assert.equal("ERR_INVALID_HTTP_TOKEN", set("", "x"))
            assert.equal("ERR_INVALID_HTTP_TOKEN", set("a\r\nb", "x"))
            assert.equal("ERR_INVALID_HTTP_TOKEN", set("a:", "x"))
            assert.equal("ERR_INVALID_HTTP_TOKEN", set(nil, "x"))
            assert.equal("ERR_INVALID_HTTP_TOKEN", set("h\195\164", "x"))
            assert.same({ "ERR_HTTP_INVALID_HEADER_VALUE", 'Invalid value "nil" for header "a"' },
                { set("a", nil) })
            assert.equal("ERR_HTTP_INVALID_HEADER_VALUE", set("a", print))
            assert.same({ "ERR_INVALID_CHAR", 'Invalid character in header content ["a"]' }, { set("a", "x\r\nb: y") })
            for _, bytes in ipairs({ "\n", "\r", "\0", "\1", "\127" }) do
                assert.equal("ERR_INVALID_CHAR", set("a", "x" .. bytes))
                assert.equal("ERR_INVALID_CHAR", set("a", { "fine", bytes }))
            end
            assert.equal("nothing", set("a", "tab\tand \195\164 \255"))
        end)

        it("cannot split a response, whatever carries them", function()
            local evil = "x\r\nSet-Cookie: a=b\r\n\r\n<html>"
            local ways = {
                function(res) res:setHeader("A", evil) end,
                function(res) res:setHeader("A", { evil }) end,
                function(res) res:setHeader(evil, "a") end,
                function(res) res:setHeaders({ A = evil }) end,
                function(res) res:appendHeader("A", evil) end,
                function(res) res:writeHead(200, { A = evil }) end,
                function(res) res:writeHead(200, { "A", evil }) end,
                function(res) res:writeHead(200, evil) end,
                function(res)
                    res.statusMessage = evil
                    res:end_()
                end,
                function(res) res:addTrailers({ A = evil }) end,
                function(res) res:writeEarlyHints({ link = evil }) end,
                function(res) res:writeEarlyHints({ [evil] = "a" }) end,
            }
            for i, way in ipairs(ways) do
                local code
                local bytes = raw(function(_, res)
                    local ok, err = pcall(way, res)
                    code = not ok and err.code
                    res.statusMessage = nil
                    if not res.writableEnded then
                        res:end_("fine")
                    end
                end)
                assert.is_truthy(code, "way " .. i)
                assert.is_nil(bytes:find("Set-Cookie", 1, true), "way " .. i)
                assert.matches("fine", bytes)
            end
        end)

        it("cannot be changed once they are sent", function()
            local function late(fn)
                return refusal(function(res)
                    res:writeHead(200)
                    fn(res)
                end)
            end
            local set = { late(function(res) res:setHeader("a", "b") end) }
            assert.same({ "ERR_HTTP_HEADERS_SENT", "Cannot set headers after they are sent to the client" }, set)
            assert.equal("ERR_HTTP_HEADERS_SENT", late(function(res) res:appendHeader("a", "b") end))
            assert.equal("ERR_HTTP_HEADERS_SENT", late(function(res) res:removeHeader("a") end))
            assert.equal("ERR_HTTP_HEADERS_SENT", late(function(res) res:writeHead(200) end))
            assert.equal("ERR_HTTP_HEADERS_SENT", late(function(res) res:writeContinue() end))
        end)

        it("do not let a body lie about its length", function()
            local MISMATCH = "ERR_HTTP_CONTENT_LENGTH_MISMATCH"
            local function with(length, fn)
                return refusal(function(res)
                    res:setHeader("Content-Length", length)
                    fn(res)
                end)
            end
            assert.equal(MISMATCH, with(5, function(res) res:end_("too long") end))
            assert.equal("ERR_HTTP_INVALID_HEADER_VALUE", with("x", function(res) res:end_("cut") end))
            assert.equal("ERR_HTTP_INVALID_HEADER_VALUE", with({ 1, 1 }, function(res) res:end_("x") end))
            assert.same({
                MISMATCH,
                "Response body's content-length of 3 byte(s) does not match the content-length of 5 byte(s) set in "
                    .. "header",
            }, { with(5, function(res)
                res.strictContentLength = true
                res:end_("cut")
            end) })
            assert.equal(MISMATCH, with(5, function(res)
                res.strictContentLength = true
                res:write("cut")
                local ok, err = pcall(res.end_, res)
                assert.is_false(ok)
                res:end_("to") -- now it is right
                error(err, 0)
            end))
            local _, port = web.serve(nil, function(_, res)
                res:setHeader("Content-Length", 5)
                res:write("abc")
                local ok, err = pcall(res.write, res, "def")
                assert.is_false(ok)
                assert.equal(MISMATCH, err.code)
                assert.matches("of 6 byte%(s%).*of 5 byte%(s%)", err.message)
                res:end_() -- two bytes short: the connection has to end
            end)
            assert.matches("\r\n\r\nabc$", web.exchange(port, GET .. GET, true))
        end)
    end)

    it("refuses a status that is none", function()
        for _, status in ipairs({ 99, 1000, -1, 0 / 0, "x", {}, "nil" }) do
            local code, message = refusal(function(res) res:writeHead(status) end)
            assert.equal("ERR_HTTP_INVALID_STATUS_CODE", code)
            assert.matches("^Invalid status code: ", message)
            assert.equal("ERR_HTTP_INVALID_STATUS_CODE", refusal(function(res)
                res.statusCode = status
                res:end_()
            end))
        end
    end)

    it("refuses a body that is none", function()
        assert.equal("ERR_STREAM_NULL_VALUES", refusal(function(res) res:write(nil) end))
        assert.equal("ERR_INVALID_ARG_TYPE", refusal(function(res) res:write(5) end))
        assert.equal("ERR_INVALID_ARG_TYPE", refusal(function(res) res:write({}) end))
        assert.equal("ERR_INVALID_ARG_TYPE", refusal(function(res) res:end_(5) end))
    end)

    it("tells of a write after the end", function()
        local got, told
        raw(function(_, res)
            res:end_("x")
            res:on("error", function(err) got = err.code end)
            assert.is_false(res:write("y", function(err) told = err.code end))
            assert.is_nil(got)
            assert.equal(res, res:end_())
        end)
        wait(function() return got end)
        assert.equal("ERR_STREAM_WRITE_AFTER_END", got)
        assert.equal("ERR_STREAM_WRITE_AFTER_END", told)
    end)

    it("finishes, then closes, and calls back", function()
        local log = {}
        local function note(name)
            return function() log[#log + 1] = name end
        end
        raw(function(req, res)
            res:on("finish", note("finish"))
            res:on("close", note("close"))
            req:on("close", note("req close"))
            res:write("a", note("written"))
            res:end_("b", note("ended"))
            assert.is_true(res.writableEnded)
            assert.is_false(res.writableFinished)
            assert.same({}, log)
        end)
        wait(function() return #log == 5 end)
        assert.same({ "written", "finish", "ended", "close", "req close" }, log)
    end)

    it("tells listeners that came after the end", function()
        local log = {}
        raw(function(_, res)
            res:end_("x")
            res:on("finish", function() log[#log + 1] = "finish" end)
            res:once("close", function() log[#log + 1] = "close" end)
        end)
        wait(function() return #log == 2 end)
    end)

    it("answers later, in pieces, from timers", function()
        local _, port = web.serve(nil, function(_, res)
            local count = 0
            local timer
            timer = timers.setInterval(function()
                count = count + 1
                res:write(count .. " ")
                if count == 5 then
                    timers.clearInterval(timer)
                    res["end"](res, "done")
                end
            end, 5)
        end)
        assert.equal("1 2 3 4 5 done", (web.ask(port, GET)).body)
    end)

    it("lets others have their turn though a chain of callbacks writes on and on", function()
        local written, turns = 0, 0
        local _, port = web.serve(nil, function(_, res)
            local interval = timers.setInterval(function() turns = turns + 1 end, 1)
            local function more()
                written = written + 1
                if turns >= 3 then
                    timers.clearInterval(interval)
                    res:end_("!")
                else
                    res:write(".", more)
                end
            end
            more()
        end)
        local client = clients.connect(port)
        client:send(GET)
        assert.matches("^%.+!$", client:response(20).body)
        assert.is_true(written > 3)
    end)

    it("says false to who writes faster than the client reads, and drain", function()
        local size, drains, falses = 20 * 1024 * 1024, 0, 0
        local most = 0
        local _, port = web.serve(nil, function(_, res)
            local left = size
            local function send()
                while left > 0 do
                    left = left - 65536
                    local more = res:write(("w"):rep(65536))
                    most = math.max(most, res.socket.writableLength)
                    if not more then
                        falses = falses + 1
                        assert.is_true(res.writableNeedDrain)
                        res:once("drain", function()
                            drains = drains + 1
                            send()
                        end)
                        return
                    end
                end
                res:end_()
            end
            send()
        end)
        local client = clients.connect(port, nil, { receive_bytes = 8192 })
        client:send(GET)
        assert.equal(size, #client:response(30).body)
        assert.is_true(falses > 0)
        assert.equal(falses, drains)
        assert.is_true(most < 1024 * 1024)
    end)

    it("hears close, not finish, when the client vanishes", function()
        local closed
        local server, port = web.serve(nil, function(req, res)
            res:on("finish", calls.must_not())
            req:resume():on("aborted", calls.must_not("it was received whole, and read"))
            res:on("close", function() closed = true end)
            res:write(("x"):rep(10000000))
        end)
        local client = clients.connect(port)
        client:send(GET)
        client:read(1000)
        client:reset()
        wait(function() return closed end)
        wait(function() return server._connections == 0 end)
    end)

    it("survives writes to a client that is gone", function()
        local response
        local server, port = web.serve(nil, function(_, res)
            response = res
        end)
        local client = clients.connect(port)
        client:send(GET)
        wait(function() return response end)
        client:reset()
        wait(function() return response.destroyed end)
        assert.is_false(response:write("x"))
        response:end_("y")
        response:destroy()
        wait(function() return server._connections == 0 end)
    end)

    it("is cut by destroy", function()
        local closed
        local _, port = web.serve(nil, function(_, res)
            res:write("begun")
            res:on("close", function() closed = true end)
            timers.setImmediate(function() res:destroy() end)
        end)
        local bytes = web.exchange(port, GET, true)
        assert.matches("5\r\nbegun\r\n$", bytes)
        assert.is_true(closed)
    end)

    it("can be made for a socket from elsewhere", function()
        local net = require("moonherd.net")
        local finished
        local server = net.createServer(function(socket)
            local res = http.ServerResponse({ method = "GET", httpVersionMajor = 1, httpVersionMinor = 1 })
            res:assignSocket(socket)
            assert.has_error(function() res:assignSocket(socket) end)
            res:on("finish", function()
                finished = true
                socket:end_()
            end)
            res:setHeader("Connection", "close")
            res:write("hello ")
            res:end_("there")
            res:detachSocket(socket)
            assert.has_error(function() res:detachSocket(socket) end)
        end)
        server:listen(0, "127.0.0.1")
        wait(function() return server.listening end)
        local answer, client = web.ask(server:address().port, "")
        assert.equal("hello there", answer.body)
        assert.equal("close", answer.headers.connection)
        assert.equal("", client:read_to_end())
        client:close()
        local closed
        server:close(function() closed = true end)
        wait(function() return closed and finished end)
    end)

    it("whose request turned out bad comes too late", function()
        local response
        local _, port = web.serve(nil, function(req, res)
            response = res
            web.body(req)
        end)
        local client = clients.connect(port)
        client:send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert.equal(400, client:response().status)
        response:end_("too late")
        assert.equal("", client:read_to_end())
    end)

    it("knows Node's tables", function()
        assert.equal("Not Found", http.STATUS_CODES[404])
        assert.equal("I'm a Teapot", http.STATUS_CODES[418])
        assert.equal(63, (function()
            local n = 0
            for _ in pairs(http.STATUS_CODES) do
                n = n + 1
            end
            return n
        end)())
        assert.equal("ACL", http.METHODS[1])
        assert.equal(34, #http.METHODS)
        assert.equal(16384, http.maxHeaderSize)
        assert.has_no_error(function() http.validateHeaderName("x") end)
        assert.has_error(function() http.validateHeaderValue("x", "\n") end)
    end)
end)
