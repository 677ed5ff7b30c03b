--- UDP sockets against real ones (node-api DG-01 to DG-12).
local calls = require("spec.support.calls")
local core = require("moonherd.core")
local dgram = require("moonherd.dgram")
local leaks = require("spec.support.leaks")
local timers = require("moonherd.timers")
local wait = require("spec.support.wait")

describe("dgram", function()
    local before
    local open = {}

    before_each(function()
        before = leaks.snapshot()
    end)

    local function make(options, on_message)
        local socket = dgram.createSocket(options or "udp4", on_message)
        open[#open + 1] = socket
        return socket
    end

    after_each(function()
        for _, socket in ipairs(open) do
            pcall(socket.close, socket)
        end
        open = {}
        wait.drain()
        calls.verify()
        leaks.check(before)
    end)

    --- A bound socket that collects what it receives: log[i] = { text, from }.
    local function bound(options, host)
        local log = {}
        local socket = make(options, function(text, from)
            log[#log + 1] = { text, from }
        end)
        local listening = false
        socket:bind(0, host or (socket.type == "udp6" and "::1" or "127.0.0.1"), function() listening = true end)
        wait(function() return listening end, 5, "listening")
        return socket, socket:address().port, log
    end

    local function refuses(code, fn, ...)
        local ok, err = pcall(fn, ...)
        assert.is_false(ok)
        assert.equal(code, type(err) == "table" and err.code or err)
        return err
    end

    describe("bind", function()
        for _, case in ipairs({
            { "nothing", {} },
            { "a port", { 0 } },
            { "a port and an address", { 0, "127.0.0.1" }, "127.0.0.1" },
            { "a name", { 0, "localhost" }, "127.0.0.1" },
            { "options", { { port = 0, address = "127.0.0.1" } }, "127.0.0.1" },
            { "options without an address", { { port = "0", exclusive = true } } },
        }) do
            it("takes " .. case[1], function()
                local socket = make()
                local args = case[2]
                args[#args + 1] = calls.must(function()
                    local address = socket:address()
                    assert.equal(case[3] or "0.0.0.0", address.address)
                    assert.equal("IPv4", address.family)
                    assert.is_true(address.port > 0)
                end)
                assert.equal(socket, socket:bind(unpack(args)))
                refuses("ERR_SOCKET_ALREADY_BOUND", socket.bind, socket)
                wait(calls.done, 5, "listening")
                refuses("ERR_SOCKET_ALREADY_BOUND", socket.bind, socket)
            end)
        end

        it("emits what could not be had, and can bind again", function()
            local _, port = bound()
            local socket = make()
            socket:once("error", calls.must(function(err)
                assert.equal("EADDRINUSE", err.code)
                assert.equal("bind", err.syscall)
                assert.equal("bind EADDRINUSE 127.0.0.1:" .. port, err.message)
                assert.equal(-98, err.errno)
                socket:bind(0, calls.must())
            end))
            socket:bind(port, "127.0.0.1", calls.must_not("the port is taken"))
            wait(calls.done, 5, "the second bind")
        end)

        it("emits that a name is not known", function()
            local socket = make()
            socket:once("error", calls.must(function(err)
                assert.equal("getaddrinfo", err.syscall)
                assert.equal("no.such.invalid", err.hostname)
            end))
            socket:bind(0, "no.such.invalid", calls.must_not())
            wait(calls.done, 10, "the error")
        end)

        it("shares a port under reuseAddr of both", function()
            local _, port = bound({ type = "udp4", reuseAddr = true })
            make({ type = "udp4", reuseAddr = true }):bind(port, "127.0.0.1", calls.must())
            wait(calls.done, 5, "the second socket")
        end)

        it("shares a port under reusePort of both, and of nobody else", function()
            local _, port = bound({ type = "udp4", reusePort = true })
            local second, third = make({ type = "udp4", reusePort = true }), make("udp4")
            second:bind(port, "127.0.0.1", calls.must())
            third:bind(port, "127.0.0.1", function() error("bound twice") end)
            third:on("error", calls.must(function(err) assert.equal("EADDRINUSE", err.code) end))
            wait(calls.done, 5, "both answers")
            assert.equal(port, second:address().port)
        end)

        it("leaves the IPv4 side free under ipv6Only", function()
            local six = make({ type = "udp6", ipv6Only = true })
            six:bind(0, calls.must(function()
                make():bind(six:address().port, calls.must())
            end))
            wait(calls.done, 5, "both")
        end)

        it("takes a descriptor, and no other than UDP's", function()
            local socket = make()
            local fd = core.datagramSocket("127.0.0.1", 0, {})
            local port = core.fdAddress(fd).port
            socket:bind({ fd = fd }, calls.must(function()
                assert.equal(port, socket:address().port)
            end))
            wait(calls.done, 5, "listening")
            local a, b = core.socketpair()
            refuses("ERR_INVALID_FD_TYPE", function() make():bind({ fd = a }) end)
            refuses("ERR_INVALID_FD_TYPE", function() make():bind({ fd = 12345 }) end)
            core.closeFd(a)
            core.closeFd(b)
        end)

        it("of a closed one calls nobody back", function()
            local socket = make()
            socket:bind(0, calls.must_not("closed before"))
            socket:close(calls.must())
            local named = make()
            named:bind(0, "localhost", calls.must_not("closed before"))
            named:close(calls.must())
            wait(calls.done, 5, "close")
        end)
    end)

    describe("send", function()
        local function arrives(text, family, fn)
            local _, port, log = bound(family)
            fn(port)
            wait(function() return log[1] end, 5, "the datagram")
            assert.equal(text, log[1][1])
            assert.equal(#text, log[1][2].size)
            return log[1][2]
        end

        it("binds by itself, tells the number of bytes and the sender's address", function()
            local client = make()
            client:on("listening", calls.must())
            local from = arrives("hello", "udp4", function(port)
                client:send("hello", port, "127.0.0.1", calls.must(function(err, bytes)
                    assert.is_nil(err)
                    assert.equal(5, bytes)
                end))
            end)
            wait(calls.done, 5, "the callback")
            assert.same({ "127.0.0.1", "IPv4", client:address().port }, { from.address, from.family, from.port })
        end)

        it("takes every form", function()
            local client = make()
            arrives("ell", "udp4", function(port) client:send("hello", 1, 3, port, "127.0.0.1") end)
            arrives("ell", "udp4", function(port) client:send("hello", 1, 3, port) end)
            arrives("ell", "udp4", function(port) client:send("hello", 1, 3, port, calls.must()) end)
            arrives("hello", "udp4", function(port) client:send({ "he", "", "llo" }, port, "localhost") end)
            arrives("", "udp4", function(port) client:send("", port, calls.must()) end)
            arrives("", "udp4", function(port) client:send({}, port, "") end)
            arrives(("x"):rep(65507), "udp4", function(port) client:send(("x"):rep(65507), tostring(port)) end)
            local from = arrives("six", "udp6", function(port) make("udp6"):send("six", port) end)
            assert.same({ "::1", "IPv6" }, { from.address, from.family })
            wait(calls.done, 5, "the callbacks")
        end)

        it("waits for a bind that is under way, and keeps the order", function()
            local _, port, log = bound()
            local client = make()
            client:bind(0, "localhost")
            for i = 1, 5 do
                client:send(tostring(i), port, "127.0.0.1")
            end
            client:close(calls.must())
            wait(function() return #log == 5 end, 5, "all five")
            for i = 1, 5 do
                assert.equal(tostring(i), log[i][1])
            end
            wait(calls.done, 5, "close")
        end)

        it("tells the callback what cannot be sent, and without one is silent", function()
            local client = make()
            client:on("error", calls.must_not())
            client:send(("x"):rep(70000), 9, "127.0.0.1", calls.must(function(err)
                assert.equal("EMSGSIZE", err.code)
                assert.equal("send EMSGSIZE 127.0.0.1:9", err.message)
            end))
            client:send(("x"):rep(70000), 9, "127.0.0.1")
            client:send("x", 9, "::1", calls.must(function(err) assert.equal("send", err.syscall) end))
            wait(calls.done, 5, "the errors")
        end)

        it("tells of a name that is not known, to the callback or as an error", function()
            local client = make()
            client:send("x", 9, "no.such.invalid", calls.must(function(err)
                assert.equal("getaddrinfo", err.syscall)
            end))
            wait(calls.done, 10, "the callback")
            client:once("error", calls.must())
            client:send("x", 9, "no.such.invalid")
            wait(calls.done, 10, "the error")
        end)

        it("asks the lookup of the options", function()
            local asked
            arrives("x", "udp4", function(port)
                make({
                    type = "udp4",
                    lookup = function(host, family, callback)
                        asked = { host, family }
                        timers.setImmediate(callback, nil, "127.0.0.1", 4)
                    end,
                }):bind({ fd = core.datagramSocket("0.0.0.0", 0, {}) }):send("x", port, "a.name")
            end)
            assert.same({ "a.name", 4 }, asked)
        end)

        it("refuses what makes no sense, before anything is bound", function()
            local s = make()
            refuses("ERR_INVALID_ARG_TYPE", s.send, s)
            refuses("ERR_INVALID_ARG_TYPE", s.send, s, 5, 1)
            refuses("ERR_INVALID_ARG_TYPE", s.send, s, { 5 }, 1)
            refuses("ERR_INVALID_ARG_TYPE", s.send, s, { x = 5 }, 1)
            refuses("ERR_SOCKET_BAD_PORT", s.send, s, "x")
            refuses("ERR_SOCKET_BAD_PORT", s.send, s, "x", 0)
            refuses("ERR_SOCKET_BAD_PORT", s.send, s, "x", 65536)
            refuses("ERR_SOCKET_BAD_PORT", s.send, s, "x", 0 / 0)
            refuses("ERR_INVALID_ARG_TYPE", s.send, s, "x", 5, 5)
            refuses("ERR_INVALID_ARG_VALUE", s.send, s, "x", 5, "a\0b")
            refuses("ERR_BUFFER_OUT_OF_BOUNDS", s.send, s, "abc", 4, 0, 5)
            refuses("ERR_BUFFER_OUT_OF_BOUNDS", s.send, s, "abc", 1, 3, 5)
            refuses("ERR_OUT_OF_RANGE", s.send, s, "abc", -1, 3, 5)
            refuses("ERR_INVALID_THIS", s.send, "x", 5)
            refuses("EBADF", s.address, s)
        end)
    end)

    describe("message", function()
        it("brings 10,000 small ones, whole and in order", function()
            local socket, port, log = bound()
            socket:setRecvBufferSize(16 * 1024 * 1024)
            local client = make()
            local sent = 0
            local function more()
                for _ = 1, 50 do
                    sent = sent + 1
                    client:send("number " .. sent, port, "127.0.0.1")
                end
                if sent < 10000 then
                    timers.setImmediate(more)
                end
            end
            more()
            wait(function() return #log == 10000 end, 20, "all of them")
            for i = 1, 10000 do
                assert.equal("number " .. i, log[i][1])
            end
        end)

        it("is a callback of its own: ticks run in between, and one that raises loses no other", function()
            local process = require("moonherd.process")
            local log = {}
            local socket = make("udp4", function(text)
                process.nextTick(function() log[#log + 1] = "tick " .. text end)
                log[#log + 1] = text
                if text == "2" then
                    error("on purpose", 0)
                end
            end)
            socket:bind(0, "127.0.0.1", calls.must())
            wait(calls.done, 5, "listening")
            local caught
            local old = wait.captured
            process.setUncaughtExceptionCaptureCallback(nil)
            process.setUncaughtExceptionCaptureCallback(function(err) caught = err end)
            for i = 1, 3 do
                socket:send(tostring(i), socket:address().port, "127.0.0.1")
            end
            wait(function() return #log == 6 end, 5, "all three")
            process.setUncaughtExceptionCaptureCallback(nil)
            wait.captured = not old and old or nil
            assert.equal("on purpose", caught)
            assert.same({ "1", "tick 1", "2", "tick 2", "3", "tick 3" }, log)
        end)

        it("comes no more once a listener has closed the socket", function()
            local count = 0
            local socket
            socket = make("udp4", function()
                count = count + 1
                socket:close()
            end)
            socket:bind(0, "127.0.0.1", calls.must())
            wait(calls.done, 5, "listening")
            local port = socket:address().port
            local client = make()
            for _ = 1, 20 do
                client:send("x", port, "127.0.0.1")
            end
            wait(function() return count > 0 end, 5, "the first")
            wait.turn()
            assert.equal(1, count)
        end)
    end)

    describe("connect", function()
        it("sends to one and hears of nobody else; disconnect undoes it", function()
            local server, port, log = bound()
            local client = make()
            client:on("message", calls.must(function(text) assert.equal("from the server", text) end))
            client:connect(port, "127.0.0.1", calls.must(function(err)
                assert.is_nil(err)
                assert.same({ address = "127.0.0.1", family = "IPv4", port = port }, client:remoteAddress())
                client:send("hi", calls.must(function(failure, bytes) assert.same({ nil, 2 }, { failure, bytes }) end))
                client:send("xyz", 1, 1, calls.must())
                refuses("ERR_SOCKET_DGRAM_IS_CONNECTED", client.connect, client, port)
                refuses("ERR_SOCKET_DGRAM_IS_CONNECTED", client.send, client, "x", port)
                refuses("ERR_SOCKET_DGRAM_IS_CONNECTED", client.send, client, "x", 0, 1, port, "127.0.0.1")
            end))
            client:on("connect", calls.must())
            refuses("ERR_SOCKET_DGRAM_IS_CONNECTED", client.connect, client, port)
            wait(function() return #log == 2 end, 5, "both")
            assert.same({ "hi", "y" }, { log[1][1], log[2][1] })
            make():send("from a stranger", client:address().port)
            server:send("from the server", client:address().port, "127.0.0.1")
            wait(calls.done, 5, "the answer")
            local own_port = client:address().port
            client:disconnect()
            assert.equal(own_port, client:address().port)
            refuses("ERR_SOCKET_DGRAM_NOT_CONNECTED", client.disconnect, client)
            refuses("ERR_SOCKET_DGRAM_NOT_CONNECTED", client.remoteAddress, client)
            client:send("again", port, "127.0.0.1")
            wait(function() return #log == 3 end, 5, "the third")
        end)

        it("emits that nobody is there, and goes on", function()
            local gone, port = bound()
            gone:close()
            local client = make()
            client:once("error", calls.must(function(err)
                assert.equal("recvmsg ECONNREFUSED", err.message)
                client:disconnect()
                client:on("message", calls.must())
                client:send("to myself", client:address().port)
            end))
            client:connect(port, function() client:send("anybody?") end)
            wait(calls.done, 5, "the error and the message")
        end)

        it("tells the callback, or emits, what fails", function()
            local client = make()
            client:connect(9, "no.such.invalid", calls.must(function(err) assert.equal("getaddrinfo", err.syscall) end))
            wait(calls.done, 10, "the callback")
            client:once("error", calls.must())
            client:connect(9, "::1")
            wait(calls.done, 10, "the error")
            refuses("ERR_SOCKET_BAD_PORT", client.connect, client, 0)
            refuses("ERR_SOCKET_BAD_PORT", client.connect, client)
            refuses("ERR_INVALID_ARG_TYPE", client.connect, client, 5, 5)
        end)
    end)

    describe("multicast", function()
        it("on the loopback interface reaches who has joined, until it leaves", function()
            local log = {}
            local member = make({ type = "udp4", reuseAddr = true }, function(text) log[#log + 1] = text end)
            member:bind(0, calls.must(function()
                member:addMembership("224.0.0.114", "127.0.0.1")
            end))
            wait(calls.done, 5, "listening")
            local port = member:address().port
            local sender = make()
            sender:bind(0, "127.0.0.1", calls.must(function()
                sender:setMulticastInterface("127.0.0.1")
                assert.equal(1, sender:setMulticastTTL(1))
                assert.is_true(sender:setMulticastLoopback(true))
                sender:send("joined", port, "224.0.0.114")
            end))
            wait(function() return log[1] end, 5, "the datagram")
            member:dropMembership("224.0.0.114", "127.0.0.1")
            sender:send("left", port, "224.0.0.114", function() sender:send("last", port, "127.0.0.1") end)
            wait(function() return log[#log] == "last" end, 5, "the last")
            assert.same({ "joined", "last" }, log)
        end)

        it("of one source reaches who has joined it", function()
            local log = {}
            local member = make("udp4", function(text) log[#log + 1] = text end)
            member:bind(0, calls.must(function()
                member:addSourceSpecificMembership("127.0.0.1", "232.1.1.1", "127.0.0.1")
            end))
            wait(calls.done, 5, "listening")
            local sender = make()
            sender:bind(0, "127.0.0.1", calls.must(function()
                sender:setMulticastInterface("127.0.0.1")
                sender:send("joined", member:address().port, "232.1.1.1")
            end))
            wait(function() return log[1] end, 5, "the datagram")
            member:dropSourceSpecificMembership("127.0.0.1", "232.1.1.1", "127.0.0.1")
        end)

        it("binds an unbound socket, and says what is wrong", function()
            local socket = make()
            refuses("ERR_MISSING_ARGS", socket.addMembership, socket)
            refuses("EBADF", socket.dropMembership, socket, "224.0.0.114")
            assert.equal("addMembership EINVAL", refuses("EINVAL", socket.addMembership, socket, "1.2.3.4").message)
            socket:addMembership("224.0.0.114", "127.0.0.1")
            assert.is_true(socket:address().port > 0)
            refuses("EADDRINUSE", socket.addMembership, socket, "224.0.0.114", "127.0.0.1")
            refuses("EADDRNOTAVAIL", socket.dropMembership, socket, "224.0.0.115", "127.0.0.1")
            refuses("ERR_INVALID_ARG_TYPE", socket.addSourceSpecificMembership, socket)
            refuses("ERR_INVALID_ARG_TYPE", socket.addSourceSpecificMembership, socket, "127.0.0.1")
            refuses("EINVAL", socket.setMulticastInterface, socket, "nonsense")
            refuses("ERR_INVALID_ARG_TYPE", socket.setMulticastInterface, socket, 5)
        end)
    end)

    describe("options", function()
        it("need a bound socket", function()
            local socket = make()
            for _, name in ipairs({ "setTTL", "setMulticastTTL" }) do
                assert.equal(name .. " EBADF", refuses("EBADF", socket[name], socket, 5).message)
                refuses("ERR_INVALID_ARG_TYPE", socket[name], socket, "5")
            end
            refuses("EBADF", socket.setBroadcast, socket, true)
            refuses("EBADF", socket.setMulticastLoopback, socket, true)
            refuses("EBADF", socket.setMulticastInterface, socket, "127.0.0.1")
            refuses("ERR_SOCKET_BUFFER_SIZE", socket.getRecvBufferSize, socket)
            refuses("ERR_SOCKET_BUFFER_SIZE", socket.setSendBufferSize, socket, 5000)
            assert.equal(0, socket:getSendQueueSize())
            assert.equal(0, socket:getSendQueueCount())
        end)

        for _, type in ipairs({ "udp4", "udp6" }) do
            it("are set and checked on " .. type, function()
                local socket = bound(type)
                assert.equal(64, socket:setTTL(64))
                assert.equal(7, socket:setMulticastTTL(7))
                for _, ttl in ipairs({ 0, 256, -1, 1.5, 1e300 }) do
                    refuses("EINVAL", socket.setTTL, socket, ttl)
                end
                refuses("ERR_OUT_OF_RANGE", socket.setTTL, socket, 0 / 0)
                refuses("EINVAL", socket.setMulticastTTL, socket, 256)
                assert.equal(false, socket:setMulticastLoopback(false))
                assert.is_nil(socket:setBroadcast(true))
                socket:setRecvBufferSize(10000)
                assert.equal(20000, socket:getRecvBufferSize())
                socket:setSendBufferSize(20000)
                assert.equal(40000, socket:getSendBufferSize())
                refuses("ERR_SOCKET_BAD_BUFFER_SIZE", socket.setRecvBufferSize, socket, -1)
                refuses("ERR_SOCKET_BAD_BUFFER_SIZE", socket.setSendBufferSize, socket, "x")
                refuses("ERR_SOCKET_BAD_BUFFER_SIZE", socket.setSendBufferSize, socket)
            end)
        end

        it("of createSocket apply at bind", function()
            local socket = bound({ type = "udp4", recvBufferSize = 10000, sendBufferSize = 20000 })
            assert.equal(20000, socket:getRecvBufferSize())
            assert.equal(40000, socket:getSendBufferSize())
        end)
    end)

    describe("createSocket", function()
        it("refuses what it does not know", function()
            local function bad(code, ...)
                refuses(code, dgram.createSocket, ...)
            end
            bad("ERR_SOCKET_BAD_TYPE")
            bad("ERR_SOCKET_BAD_TYPE", "udp5")
            bad("ERR_SOCKET_BAD_TYPE", {})
            bad("ERR_SOCKET_BAD_TYPE", 4)
            bad("ERR_INVALID_ARG_TYPE", { type = "udp4", lookup = 5 })
            bad("ERR_INVALID_ARG_TYPE", { type = "udp4", recvBufferSize = "a" })
            bad("ERR_INVALID_ARG_TYPE", { type = "udp4", reuseAddr = 1 })
            bad("ERR_INVALID_ARG_TYPE", { type = "udp4", signal = 5 })
            bad("ERR_INVALID_ARG_TYPE", "udp4", 5)
            bad("ERR_INVALID_THIS", dgram, "udp4")
            local socket = make()
            refuses("ERR_SOCKET_BAD_PORT", socket.bind, socket, 65536)
            refuses("ERR_SOCKET_BAD_PORT", socket.bind, socket, "a")
            refuses("ERR_INVALID_ARG_TYPE", socket.bind, socket, 0, 5)
            refuses("ERR_INVALID_ARG_TYPE", socket.bind, socket, { fd = "x" })
        end)
    end)

    describe("close", function()
        it("is told later, once; then every call is refused", function()
            local socket = bound()
            local told = false
            assert.equal(socket, socket:close(calls.must(function() told = true end)))
            assert.is_false(told)
            for name, args in pairs({
                close = {}, bind = {}, address = {}, send = { "x", 9 }, connect = { 9 }, disconnect = {},
                remoteAddress = {}, setTTL = { 5 }, setMulticastTTL = { 5 }, setBroadcast = { true },
                setMulticastLoopback = { true }, setMulticastInterface = { "127.0.0.1" },
                addMembership = { "224.0.0.114" }, dropMembership = { "224.0.0.114" },
                getRecvBufferSize = {}, setSendBufferSize = { 5 },
            }) do
                refuses("ERR_SOCKET_DGRAM_NOT_RUNNING", socket[name], socket, unpack(args))
            end
            assert.equal(socket, socket:ref():unref())
            wait(calls.done, 5, "close")
        end)

        it("follows an aborted signal", function()
            local listener
            local signal = {
                aborted = false,
                addEventListener = function(_, name, fn) listener = name == "abort" and fn end,
                removeEventListener = function(_, _, fn) assert.equal(listener, fn) end,
            }
            make({ type = "udp4", signal = signal }):on("close", calls.must())
            listener()
            make({ type = "udp4", signal = { aborted = true, addEventListener = function() end } })
                :on("close", calls.must())
            wait(calls.done, 5, "close")
        end)
    end)

    it("a socket that is unref'ed keeps nothing alive", function()
        local socket = make():unref()
        socket:bind(0)
        wait.drain()
        assert.is_true(socket:address().port > 0)
    end)
end)
