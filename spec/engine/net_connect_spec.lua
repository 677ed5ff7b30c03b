local calls = require("spec.support.calls")
local core = require("moonherd.core")
local files = require("spec.support.files")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local sockets = require("spec.support.sockets")
local wait = require("spec.support.wait")

-- A port that nobody listens on: it was free a moment ago.
local function free_port()
    local fd = assert(core.listenSocket("127.0.0.1", 0))
    local port = core.fdAddress(fd).port
    core.closeFd(fd)
    return port
end

local function failure_of(socket)
    local failure
    local log = sockets.record(socket, "connect", "close", "error")
    socket:on("error", function(err) failure = err end)
    wait(function() return socket.closed end, 20, "close")
    assert.equal(2, #log)
    assert.equal("close true", log[2])
    assert.is_true(socket.destroyed)
    assert.is_false(socket.connecting)
    return failure
end

describe("net.connect", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        sockets.cleanup()
        files.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    it("takes a port, a port and a host, options", function()
        local server, port = sockets.serve(nil, calls.must(function(peer) peer:resume() end, 4))
        local must = calls.must(4)
        for _, connect in ipairs({
            function() return sockets.connect(port, "127.0.0.1", must) end,
            function() return sockets.connect(tostring(port), must) end,
            function() return sockets.connect({ port = port, host = "127.0.0.1" }, must) end,
            function() return sockets.own_socket(net.createConnection({ port = tostring(port), family = 4 }, must)) end,
        }) do
            connect():on("error", calls.must_not())
        end
        wait(calls.done, 10, "all connections")
        assert.equal(4, server._connections)
    end)

    it("refuses arguments before it does anything", function()
        local function code(...)
            local args = { n = select("#", ...), ... }
            local ok, err = pcall(function() net.connect(unpack(args, 1, args.n)) end)
            return not ok and err.code
        end
        assert.equal("ERR_MISSING_ARGS", code())
        assert.equal("ERR_MISSING_ARGS", code({}))
        assert.equal("ERR_MISSING_ARGS", code({ host = "localhost" }))
        assert.equal("ERR_SOCKET_BAD_PORT", code(65536))
        assert.equal("ERR_SOCKET_BAD_PORT", code(-1))
        assert.equal("ERR_SOCKET_BAD_PORT", code(1.5))
        assert.equal("ERR_INVALID_ARG_TYPE", code({ port = {} }))
        assert.equal("ERR_INVALID_ARG_TYPE", code({ port = 1, host = 1 }))
        assert.equal("ERR_INVALID_ARG_VALUE", code({ port = 1, host = "a\0b" }))
        assert.equal("ERR_INVALID_ARG_VALUE", code({ port = 1, family = 5 }))
        assert.equal("ERR_INVALID_IP_ADDRESS", code({ port = 1, localAddress = "localhost" }))
        assert.equal("ERR_OUT_OF_RANGE", code({ port = 1, localPort = 65536 }))
        assert.equal("ERR_INVALID_ARG_TYPE", code({ path = 1 }))
    end)

    it("says that nobody listens", function()
        local port = free_port()
        local err = failure_of(net.connect(port, "127.0.0.1"))
        assert.equal("ECONNREFUSED", err.code)
        assert.equal("connect", err.syscall)
        assert.equal("127.0.0.1", err.address)
        assert.equal(port, err.port)
        assert.equal(-111, err.errno)
        assert.equal("connect ECONNREFUSED 127.0.0.1:" .. port, err.message)
    end)

    it("fails what was written before", function()
        local socket = net.connect(free_port(), "127.0.0.1")
        local must = calls.must(function(err) assert.equal("ECONNREFUSED", err.code) end, 2)
        socket:write("x", must)
        socket:end_(must)
        failure_of(socket)
        wait(calls.done, 5, "callbacks")
    end)

    it("says that it does not know a host", function()
        local socket = net.connect(80, "no-such-host.invalid")
        local log = sockets.record(socket, "lookup")
        local err = failure_of(socket)
        -- Without any network the resolver does not even know that.
        assert.is_truthy(err.code == "ENOTFOUND" or err.code == "EAI_AGAIN", err.code)
        assert.equal("getaddrinfo", err.syscall)
        assert.equal("no-such-host.invalid", err.hostname)
        assert.equal(("getaddrinfo %s no-such-host.invalid"):format(err.code), err.message)
        assert.is_truthy(log[1]:find("^lookup " .. err.code))
    end)

    it("tries every address of a host", function()
        -- ::1 and 127.0.0.1, or only the latter: in both cases there is somebody at the second one.
        local _, port = sockets.serve(nil, function(peer) peer:end_("found") end)
        local socket = sockets.connect({ port = port, host = "localhost" })
        assert.equal("found", sockets.read_all(socket))

        local err = failure_of(net.connect(free_port(), "localhost"))
        assert.equal("ECONNREFUSED", err.code)
        for _, each in ipairs(err.errors or {}) do
            assert.equal("ECONNREFUSED", each.code)
        end
    end)

    it("binds this end where it is told to", function()
        local port = free_port()
        local client, peer = sockets.pair(nil, { localAddress = "127.0.0.2", localPort = port })
        assert.equal("127.0.0.2", peer.remoteAddress)
        assert.equal(port, peer.remotePort)
        assert.equal("127.0.0.2", client.localAddress)

        local _, other = sockets.serve()
        local err = failure_of(net.connect({ port = other, host = "127.0.0.1", localAddress = "192.0.2.1" }))
        assert.equal("EADDRNOTAVAIL", err.code)
    end)

    it("connects to a path, and says when nobody is there", function()
        local path = files.path("s.sock")
        local err = failure_of(net.connect(path))
        assert.equal("ENOENT", err.code)
        assert.equal(path, err.address)
        assert.is_nil(err.port)
        assert.equal("connect ENOENT " .. path, err.message)

        files.write("file", "")
        err = failure_of(net.connect({ path = files.path("file") }))
        assert.equal("ECONNREFUSED", err.code)
        assert.equal("ENAMETOOLONG", failure_of(net.connect("/" .. ("x"):rep(200))).code)

        local server = sockets.own(net.createServer(function(peer)
            assert.is_nil(peer.remoteAddress)
            assert.is_nil(peer.remoteFamily)
            peer:end_("hello")
        end))
        server:listen(path)
        local socket = sockets.connect(path, calls.must())
        assert.equal("hello", sockets.read_all(socket))
        assert.is_nil(socket.remotePort)
        assert.same({}, socket:address())
        assert.error_matches(function()
            local other = sockets.connect(path)
            wait(function() return not other.connecting end, 5, "the connection")
            other:resetAndDestroy()
        end, "ERR_INVALID_HANDLE_TYPE")
    end)

    it("knows abstract names", function()
        local name = "\0moonherd-spec-" .. tostring(os.time()) .. math.random(1e6)
        local server = sockets.own(net.createServer(function(peer) peer:end_("hello") end))
        server:listen({ path = name })
        assert.equal(name, server:address())
        assert.equal("hello", sockets.read_all(sockets.connect({ path = name })))
    end)

    it("can be called off while the name is looked up, and while it connects", function()
        local _, port = sockets.serve()
        for _, host in ipairs({ "localhost", "127.0.0.1" }) do
            local socket = net.connect(port, host)
            local log = sockets.record(socket, "lookup", "connect", "error", "close")
            socket:destroy()
            wait(function() return socket.closed end, 5, "close")
            assert.same({ "close false" }, log)
        end
    end)

    it("gives up after `timeout` if it is told to", function()
        -- Nobody answers: the backlog of this listener is full.
        local fd = assert(core.listenSocket("127.0.0.1", 0, { backlog = 1 }))
        local port = core.fdAddress(fd).port
        local fillers = {}
        local stuck
        for _ = 1, 10 do
            local filler = sockets.connect(port, "127.0.0.1")
            fillers[#fillers + 1] = filler
            for _ = 1, 3 do
                wait.turn()
            end
            if filler.connecting then
                stuck = filler
                break
            end
        end
        assert.is_truthy(stuck, "the kernel takes any number")
        local socket = sockets.connect({ port = port, host = "127.0.0.1", timeout = 30 })
        socket:on("timeout", calls.must(function() socket:destroy({ code = "ETIMEDOUT" }) end))
        assert.equal("ETIMEDOUT", failure_of(socket).code)
        for _, filler in ipairs(fillers) do
            filler:destroy()
        end
        core.closeFd(fd)
    end)

    it("can be used again after close", function()
        local _, port = sockets.serve(nil, function(peer) peer:end_("hello") end)
        local socket = sockets.own_socket(net.Socket())
        for _ = 1, 2 do
            socket:connect(port, "127.0.0.1")
            assert.equal("hello", sockets.read_all(socket))
            wait(function() return socket.closed end, 5, "close")
            socket:removeAllListeners()
        end
        assert.equal(5, socket.bytesRead)
    end)

    it("holds the program only while it is referenced", function()
        local client, peer, server = sockets.pair()
        peer:unref()
        server:unref()
        assert.is_true(core.run(0))
        client:unref()
        assert.is_false(core.run(0))
        client:ref()
        assert.is_true(core.run(0))
    end)
end)

describe("net.isIP", function()
    it("knows numeric addresses", function()
        for text, version in pairs({
            ["127.0.0.1"] = 4, ["0.0.0.0"] = 4, ["255.255.255.255"] = 4, ["256.0.0.1"] = 0, ["127.1"] = 0,
            ["1.2.3.4 "] = 0, ["1.2.3.4\0"] = 0, ["::1"] = 6, ["::"] = 6, ["::ffff:1.2.3.4"] = 6,
            ["2001:db8::8a2e:370:7334"] = 6, ["fe80::1%1"] = 6, ["localhost"] = 0, [""] = 0,
        }) do
            assert.equal(version, net.isIP(text), text)
            assert.equal(version == 4, net.isIPv4(text))
            assert.equal(version == 6, net.isIPv6(text))
        end
        for _, other in ipairs({ 1, true, {}, print }) do
            assert.equal(0, net.isIP(other))
        end
        assert.equal(0, net.isIP())
    end)
end)
