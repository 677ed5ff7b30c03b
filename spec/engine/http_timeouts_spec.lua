local calls = require("spec.support.calls")
local clients = require("spec.support.http")
local leaks = require("spec.support.leaks")
local sys = require("spec.support.sys")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")
local web = require("spec.support.web")

local GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
local TIMEOUT = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"

local function ok(_, res)
    res:end_("ok")
end

-- Runs fn and checks that it took at least `ms`.
local function not_before(ms, fn)
    local started = sys.now()
    fn()
    local took = (sys.now() - started) * 1000
    assert.is_true(took >= ms - 5, ("after %d ms, not %d"):format(took, ms))
end

describe("timeouts of an http server", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        web.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    it("answer 408 to a head that comes too slowly, though it does come", function()
        local _, port = web.serve({ headersTimeout = 200 }, calls.must_not())
        local client = clients.connect(port)
        client:send("GET / HTTP/1.1\r\n")
        not_before(200, function()
            -- A line now and then must not keep it.
            while client:send("X: y\r\n") and #client.buffer == 0 and not client.ended do
                wait.turn()
                client:_fill()
            end
        end)
        local answer, broken = client:read_to_end()
        assert.equal(TIMEOUT, answer)
        assert.is_nil(broken)
    end)

    it("answer 408 to a connection that says nothing", function()
        local _, port = web.serve({ headersTimeout = 100 }, calls.must_not())
        local client = clients.connect(port)
        not_before(100, function()
            assert.equal(TIMEOUT, client:read_to_end())
        end)
    end)

    it("answer 408 to a body that comes too slowly", function()
        local aborted, ended
        local _, port = web.serve({ requestTimeout = 200 }, function(req)
            web.body(req)
            req:on("aborted", function() aborted = true end)
            req:on("end", function() ended = true end)
        end)
        local client = clients.connect(port)
        client:send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        not_before(150, function()
            while client:send("x") and #client.buffer == 0 and not client.ended do
                wait.turn()
                client:_fill()
            end
        end)
        assert.equal(TIMEOUT, client:read_to_end())
        client:close()
        wait(function() return aborted end)
        assert.is_nil(ended)
    end)

    it("do not touch a handler that takes its time", function()
        local server, port = web.serve({ requestTimeout = 50, headersTimeout = 50, keepAliveTimeout = 50 }, nil)
        server:on("request", function(req, res)
            req:resume()
            timers.setTimeout(function() res:end_("late") end, 200)
        end)
        local answer = web.ask(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        assert.equal("late", answer.body)
    end)

    it("end a connection between two requests without a word", function()
        local _, port = web.serve({ keepAliveTimeout = 100 }, ok)
        local client = clients.connect(port)
        client:send(GET)
        assert.equal("ok", client:response().body)
        not_before(100, function()
            local rest, broken = client:read_to_end()
            assert.equal("", rest)
            assert.is_nil(broken)
        end)
    end)

    it("count anew with every request", function()
        local server, port = web.serve({ keepAliveTimeout = 150 }, ok)
        local client = clients.connect(port)
        local till = sys.now() + 0.5
        while sys.now() < till do
            client:send(GET)
            assert.equal("ok", client:response().body)
            wait.turn()
        end
        assert.equal(1, server._connections)
    end)

    it("keep no connection without a limit", function()
        local _, port = web.serve({ keepAliveTimeout = 0, headersTimeout = 0 }, ok)
        local client = clients.connect(port)
        local till = sys.now() + 0.3
        while sys.now() < till do
            wait.turn()
        end
        client:send(GET)
        local answer = client:response()
        assert.equal("ok", answer.body)
        assert.is_nil(answer.headers["keep-alive"])
    end)

    it("follow a change of keepAliveTimeout", function()
        local server, port = web.serve({ keepAliveTimeout = 60000 }, ok)
        local client = clients.connect(port)
        client:send(GET)
        assert.equal("timeout=60", client:response().headers["keep-alive"])
        server.keepAliveTimeout = 50
        assert.equal("", client:read_to_end())
    end)

    it("let many connections expire, each in its time", function()
        local server, port = web.serve({ headersTimeout = 100, keepAliveTimeout = 200 }, ok)
        local list = {}
        for i = 1, 60 do
            list[i] = clients.connect(port)
            if i % 3 == 0 then
                list[i]:send(GET)
            elseif i % 3 == 1 then
                list[i]:send("GET /")
            end
        end
        for i = 1, 60 do
            local answer = list[i]:read_to_end()
            if i % 3 == 0 then
                assert.matches("\r\n\r\nok$", answer)
            else
                assert.equal(TIMEOUT, answer)
            end
            list[i]:close()
        end
        wait(function() return server._connections == 0 end)
    end)

    it("tell clientError what came too slowly", function()
        local server, port = web.serve({ headersTimeout = 50 }, calls.must_not())
        server:on("clientError", calls.must(function(err, socket)
            assert.equal("ERR_HTTP_REQUEST_TIMEOUT", err.code)
            assert.equal("Request timeout", err.message)
            socket:destroy()
        end))
        assert.equal("", clients.connect(port):read_to_end())
    end)

    it("end linger when the client does not end its side", function()
        local server, port = web.serve({ lingerTimeout = 100 }, ok)
        local client = clients.connect(port)
        client:send("BREW / HTTP/1.1\r\n\r\n")
        assert.equal(400, client:response().status)
        assert.equal("", client:read_to_end())
        assert.equal(1, server._connections)
        wait(function() return server._connections == 0 end)
    end)

    describe("without traffic", function()
        it("destroy a connection nobody speaks for", function()
            local server, port = web.serve(nil, function() end)
            assert.equal(server, server:setTimeout(100))
            assert.equal(100, server.timeout)
            local client = clients.connect(port)
            client:send(GET)
            not_before(100, function()
                assert.equal("", client:read_to_end())
            end)
        end)

        it("tell the server, which may let it live, once per silence", function()
            local server, port = web.serve(nil, function() end)
            local told = 0
            server:setTimeout(50, function(socket)
                told = told + 1
                if told == 3 then
                    socket:end_("enough")
                else
                    timers.setTimeout(function() socket:write("more ") end, 150)
                end
            end)
            local client = clients.connect(port)
            client:send(GET)
            assert.equal("more more enough", client:read_to_end())
            assert.equal(3, told)
        end)

        it("tell the response, the request and the socket", function()
            local log = {}
            local _, port = web.serve(nil, function(req, res)
                res:setTimeout(50, function()
                    log[#log + 1] = "res"
                    res:end_("late")
                end)
                req.socket:on("timeout", function() log[#log + 1] = "socket" end)
            end)
            assert.equal("late", (web.ask(port, GET)).body)
            assert.same({ "res", "socket" }, log)
        end)

        it("do not count while an answer leaves slowly", function()
            -- Faster than the kernel's buffer needs to have room again, slower than the time limit by far.
            local total = 40000000
            local _, port = web.serve({ timeout = 400 }, function(_, res)
                res:end_(("x"):rep(total))
            end)
            local client = clients.connect(port)
            client:send(GET)
            local size = 0
            local till = sys.now() + 1.2
            while sys.now() < till do
                size = size + #client:read(200000)
                wait.turn()
            end
            assert.is_true(#client:read_to_end(20) + size > total)
        end)

        it("do not count where there is traffic", function()
            local server, port = web.serve({ timeout = 150 }, ok)
            server:on("timeout", calls.must_not("there is traffic"))
            local client = clients.connect(port)
            local till = sys.now() + 0.4
            while sys.now() < till do
                client:send(GET)
                assert.equal("ok", client:response().body)
            end
            client:close()
        end)
    end)
end)
