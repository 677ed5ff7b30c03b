-- What can be understood in two ways is refused, on the wire: 400, read to the end, and no request of it. The parser's
-- own test (engine/test/test_http.c) has many more probes, cut into reads of every size.

local calls = require("spec.support.calls")
local clients = require("spec.support.http")
local leaks = require("spec.support.leaks")
local web = require("spec.support.web")

local HOST = "Host: a\r\n"
local CHUNKED = "POST / HTTP/1.1\r\n" .. HOST .. "Transfer-Encoding: chunked\r\n\r\n"

local function post(lines)
    return "POST / HTTP/1.1\r\n" .. HOST .. lines .. "\r\n\r\nhello"
end

-- What stands in the way of each is refused before any request is told.
local HEADS = {
    ["a CR alone (CVE-2023-30589)"] = post("X-Abc:\rxTransfer-Encoding: chunked"),
    ["a fold (CVE-2024-27982)"] = post(" Content-Length: 5"),
    ["a fold with a tab"] = post("X: a\r\n\tContent-Length: 5"),
    ["white space before the colon"] = post("Host : b"),
    ["lines ended by LF"] = "GET / HTTP/1.1\nHost: a\n\n",
    ["TE and CL"] = post("Transfer-Encoding: chunked\r\nContent-Length: 5"),
    ["CL and TE"] = post("Content-Length: 5\r\nTransfer-Encoding: chunked"),
    ["CL twice"] = post("Content-Length: 5\r\nContent-Length: 5"),
    ["CL: +5"] = post("Content-Length: +5"),
    ["chunked, identity"] = post("Transfer-Encoding: chunked, identity"),
    ["chunked and identity on two lines"] = post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
    ["chunkedchunked"] = post("Transfer-Encoding: chunkedchunked"),
    ["no Host"] = "GET / HTTP/1.1\r\n\r\n",
    ["Host twice"] = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ["two spaces"] = "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    ["a method unheard of"] = "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    ["TLS"] = "\22\3\1\2\0\1\0\1\252\3\3",
}

-- These show only behind a good head.
local BODIES = {
    ["chunk data without its CRLF"] = CHUNKED .. "5\r\nhelloXX0\r\n\r\n",
    ["LF in a chunk extension"] = CHUNKED .. "5;a\nb\r\nhello\r\n0\r\n\r\n",
    ["a chunk size line ended by LF"] = CHUNKED .. "5\nhello\r\n0\r\n\r\n",
    ["no chunk size"] = CHUNKED .. "hello\r\n0\r\n\r\n",
    ["a fold in the trailers"] = CHUNKED .. "0\r\nX: a\r\n b\r\n\r\n",
}

-- And no second answer behind it. Only what lacks nothing but its Host is answered with a date and a body, empty.
local REFUSAL = "^HTTP/1.1 400 Bad Request\r\nConnection: close\r\n[^/]*$"

describe("an http server", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        web.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    for name, bytes in pairs(HEADS) do
        it("refuses " .. name, function()
            local _, port = web.serve(nil, calls.must_not("it is no request"))
            local answer, broken = web.exchange(port, bytes, true)
            assert.matches(REFUSAL, answer)
            assert.is_nil(broken)
        end)

        it("refuses " .. name .. ", byte by byte", function()
            local _, port = web.serve(nil, calls.must_not("it is no request"))
            local client = clients.connect(port)
            for i = 1, #bytes do
                client:send(bytes:sub(i, i))
            end
            local answer, broken = client:read_to_end()
            assert.matches(REFUSAL, answer)
            assert.is_nil(broken)
        end)
    end

    for name, bytes in pairs(BODIES) do
        it("refuses " .. name, function()
            local body, aborted
            local _, port = web.serve(nil, calls.must(function(req)
                body = web.body(req)
                req:on("end", calls.must_not("the body is broken"))
                req:on("aborted", function() aborted = true end)
            end, 1))
            local answer, broken = web.exchange(port, bytes, true)
            assert.equal("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", answer)
            assert.is_nil(broken)
            clients.cleanup()
            require("spec.support.wait")(function() return aborted end)
            assert.is_false(body.ended)
        end)
    end

    it("answers what came before what is wrong", function()
        local _, port = web.serve(nil, function(req, res)
            res:end_(req.url)
        end)
        local good = "GET /1 HTTP/1.1\r\n" .. HOST .. "\r\n"
        local client = clients.connect(port)
        client:send(good .. good .. "BREW / HTTP/1.1\r\n\r\n" .. good)
        assert.equal("/1", client:response().body)
        assert.equal("/1", client:response().body)
        assert.equal(400, client:response().status)
        assert.equal("", client:read_to_end())
    end)

    it("has its refusal read by a client that sends on and on", function()
        local _, port = web.serve(nil, calls.must_not())
        local client = clients.connect(port)
        client:send("BREW / HTTP/1.1\r\n\r\n")
        for _ = 1, 100 do
            assert.is_true(client:send(("x"):rep(65536)))
        end
        client:shutdown()
        local answer, broken = client:read_to_end()
        assert.is_nil(broken)
        assert.equal("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", answer)
    end)

    it("lets clientError answer instead", function()
        local server, port = web.serve(nil, calls.must_not())
        server:on("clientError", calls.must(function(err, socket)
            assert.equal("HPE_INVALID_METHOD", err.code)
            assert.equal(400, err.statusCode)
            assert.matches("^Parse Error: ", err.message)
            assert.equal("127.0.0.1", socket.remoteAddress)
            socket:end_("HTTP/1.1 418 Tea\r\n\r\n")
        end))
        assert.equal("HTTP/1.1 418 Tea\r\n\r\n", web.exchange(port, "BREW / HTTP/1.1\r\n\r\n", true))
    end)

    it("takes no Host where that is not required", function()
        local _, port = web.serve({ requireHostHeader = false }, function(_, res)
            res:end_("fine")
        end)
        assert.equal("fine", (web.ask(port, "GET / HTTP/1.1\r\n\r\n")).body)
    end)

    it("refuses other versions", function()
        local _, port = web.serve(nil, calls.must_not())
        assert.matches("^HTTP/1.1 505 ", web.exchange(port, "GET / HTTP/2.0\r\n" .. HOST .. "\r\n", true))
        assert.matches("^HTTP/1.1 505 ", web.exchange(port, "GET /\r\n\r\n", true))
    end)
end)
