local calls = require("spec.support.calls")
local core = require("moonherd.core")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local sockets = require("spec.support.sockets")
local wait = require("spec.support.wait")

local function pattern(size)
    local unit = {}
    for i = 0, 250 do
        unit[#unit + 1] = string.char(i)
    end
    return table.concat(unit):rep(math.ceil(size / 251)):sub(1, size)
end

describe("net.Socket", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        sockets.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    it("echoes 10 MB with back-pressure at both ends", function()
        local size = 10 * 1024 * 1024
        local data = pattern(size)
        local _, port = sockets.serve({ allowHalfOpen = true }, function(peer)
            peer:on("data", function(bytes)
                if not peer:write(bytes) then
                    peer:pause()
                    peer:once("drain", function() peer:resume() end)
                end
            end)
            peer:on("end", function() peer:end_() end)
        end)
        local client = sockets.connect(port, "127.0.0.1")
        local sent, waits = 0, 0
        local function send()
            while sent < size do
                local piece = data:sub(sent + 1, sent + 100000)
                sent = sent + #piece
                if not client:write(piece) then
                    waits = waits + 1
                    assert.is_true(client.writableNeedDrain)
                    client:once("drain", send)
                    return
                end
            end
            client:end_()
        end
        client:on("connect", send)
        local answer = sockets.read_all(client, 30)
        assert.equal(size, #answer)
        assert.is_true(answer == data)
        assert.equal(size, client.bytesRead)
        assert.equal(size, client.bytesWritten)
        assert.is_true(waits > 0)
    end)

    it("pipes into another, which waits for it", function()
        local size = 5 * 1024 * 1024
        local _, port = sockets.serve({ allowHalfOpen = true }, function(peer)
            assert.equal(peer, peer:pipe(peer))
        end)
        local client = sockets.connect(port, "127.0.0.1")
        client:on("connect", function() client:end_(pattern(size)) end)
        local answer = sockets.read_all(client, 30)
        assert.is_true(answer == pattern(size))
        local source, sink = sockets.pair()
        local other, far = sockets.pair()
        sink:on("error", calls.must_not())
        sink:pipe(other, { ["end"] = false })
        source:end_("and ")
        wait(function() return sink.readableEnded end, 5, "the end")
        other:end_("on")
        assert.equal("and on", sockets.read_all(far))
    end)

    it("emits in Node's order", function()
        local _, port = sockets.serve(nil, function(peer)
            peer:resume()
        end)
        local client = sockets.connect(port, "127.0.0.1")
        local log = sockets.record(client, "lookup", "connect", "ready", "finish", "end", "close", "error")
        assert.is_true(client.connecting)
        assert.is_true(client.pending)
        assert.equal("opening", client.readyState)
        client:resume()
        client:end_()
        wait(function() return client.closed end, 5, "close")
        assert.same({ "connect", "ready", "finish", "end", "close false" }, log)
        assert.equal("closed", client.readyState)
    end)

    it("writes what was written before the connection stood, in order", function()
        local _, port = sockets.serve(nil, function(peer)
            peer:write("got ")
            peer:on("data", function(bytes) peer:write(bytes) end)
        end)
        local client = sockets.connect({ port = port, host = "localhost", highWaterMark = 10 })
        assert.is_true(client:write("one ", calls.must(function(err) assert.is_nil(err) end)))
        assert.is_false(client:write("and two ", "utf8", calls.must()))
        assert.equal(12, client.writableLength)
        client:on("drain", calls.must(function() client:end_("and three", calls.must()) end))
        assert.equal("got one and two and three", sockets.read_all(client))
        wait(calls.done, 5, "callbacks")
    end)

    it("calls a write's callback after the call, and when all of it is sent", function()
        local client, peer = sockets.pair()
        local called = 0
        assert.is_true(client:write("x", function(err)
            assert.is_nil(err)
            called = called + 1
        end))
        assert.equal(0, called)
        wait(function() return called == 1 end, 5, "the callback")
        -- The peer does not read: the kernel takes a part.
        local big = ("x"):rep(8 * 1024 * 1024)
        assert.is_false(client:write(big, function() called = called + 1 end))
        assert.is_true(client.writableLength > 0)
        core.run(0)
        assert.equal(1, called)
        local drained = 0
        client:on("drain", function()
            assert.equal(1, called) -- Node: drain first, then the callbacks
            drained = drained + 1
        end)
        local gathered = sockets.gather(peer)
        wait(function() return called == 2 and gathered.size == #big + 1 end, 20, "the rest")
        assert.equal(1, drained)
        assert.equal(0, client.writableLength)
        assert.is_false(client.writableNeedDrain)
    end)

    it("refuses what cannot be written", function()
        local client = sockets.pair()
        for _, bad in ipairs({ 1, true, {}, print }) do
            assert.error_matches(function() client:write(bad) end, "ERR_INVALID_ARG_TYPE")
        end
        assert.error_matches(function() client:write() end, "ERR_INVALID_ARG_TYPE")
        assert.is_true(client:write(""))
    end)

    it("half-closes from this end, and reads on", function()
        local client, peer = sockets.pair({ allowHalfOpen = true })
        local log = sockets.record(peer, "end", "close")
        peer:resume()
        client:end_("bye", calls.must())
        wait(function() return log[1] end, 5, "end")
        assert.equal("writeOnly", peer.readyState)
        assert.equal("readOnly", client.readyState)
        peer:write("still here")
        peer:end_()
        assert.equal("still here", sockets.read_all(client))
        wait(function() return log[2] end, 5, "close")
        assert.same({ "end", "close false" }, log)
    end)

    it("half-closes from the other end when allowHalfOpen says so", function()
        local client, peer = sockets.pair(nil, { allowHalfOpen = true })
        peer:end_("bye")
        assert.equal("bye", sockets.read_all(client))
        for _ = 1, 3 do
            core.run(0)
        end
        assert.equal("writeOnly", client.readyState)
        local gathered = sockets.gather(peer)
        client:end_("late words")
        wait(function() return gathered.ended end, 5, "the end")
        assert.equal("late words", gathered.bytes())
        wait(function() return client.closed and peer.closed end, 5, "both to close")
    end)

    it("ends by itself when the other end does", function()
        local client, peer = sockets.pair()
        local log = sockets.record(client, "end", "finish", "close")
        client:resume()
        peer:end_()
        wait(function() return client.closed end, 5, "close")
        assert.same({ "end", "finish", "close false" }, log)
    end)

    it("ends even if nobody reads, when there was nothing to read", function()
        local client, peer = sockets.pair()
        peer:end_()
        wait(function() return client.closed and peer.closed end, 5, "close")
    end)

    it("keeps what came before anybody listened, within limits", function()
        local client, peer = sockets.pair()
        local size = 1024 * 1024
        client:end_(pattern(size))
        for _ = 1, 10 do
            core.run(1)
        end
        assert.is_true(peer.bytesRead > 0)
        assert.is_true(peer.bytesRead < size) -- it stopped
        local answer = sockets.read_all(peer)
        assert.is_true(answer == pattern(size))
    end)

    it("pauses at once and resumes", function()
        local client, peer = sockets.pair()
        local got = {}
        peer:on("data", function(bytes)
            got[#got + 1] = bytes
            peer:pause()
        end)
        client:write("one")
        wait(function() return got[1] end, 5, "one")
        assert.is_true(peer:isPaused())
        client:write("two")
        for _ = 1, 5 do
            core.run(1)
        end
        assert.same({ "one" }, got)
        peer:resume()
        wait(function() return got[2] end, 5, "two")
        assert.same({ "one", "two" }, got)
    end)

    it("reports a write after end, with Node's code", function()
        local client = sockets.pair()
        local log = sockets.record(client, "error", "close")
        client:end_()
        assert.is_false(client:write("late", calls.must(function(err)
            assert.equal("ERR_STREAM_WRITE_AFTER_END", err.code)
        end)))
        wait(function() return client.closed end, 5, "close")
        assert.same({ "error ERR_STREAM_WRITE_AFTER_END", "close true" }, log)
        -- Destroyed by now: the callback hears of it, nobody else.
        client:write("later", calls.must(function(err)
            assert.equal("ERR_STREAM_DESTROYED", err.code)
        end))
        client:end_(calls.must(function(err)
            assert.equal("ERR_STREAM_DESTROYED", err.code)
        end))
        wait(calls.done, 5, "callbacks")
    end)

    it("reports a write to a peer that has ended as EPIPE", function()
        local client, peer = sockets.pair()
        local log = sockets.record(client, "error")
        client:on("end", function()
            require("moonherd.tick").add(function()
                client:write("too late", calls.must(function(err) assert.equal("EPIPE", err.code) end))
            end)
        end)
        client:resume()
        peer:end_()
        wait(function() return client.closed end, 5, "close")
        assert.same({ "error EPIPE" }, log)
    end)

    it("is destroyed once, and tells pending callbacks", function()
        local client = sockets.pair()
        local log = sockets.record(client, "error", "close", "end", "finish")
        client:write(("x"):rep(8 * 1024 * 1024), calls.must(function(err)
            assert.equal("EBOOM", err.code)
        end))
        client:end_(calls.must(function(err) assert.equal("EBOOM", err.code) end))
        assert.equal(client, client:destroy({ code = "EBOOM" }))
        assert.is_true(client.destroyed)
        client:destroy({ code = "ESECOND" })
        client:destroy()
        wait(function() return client.closed end, 5, "close")
        assert.same({ "error EBOOM", "close true" }, log)
        assert.is_nil(client._handle)
        assert.equal(client, client:pause():resume():unref():ref():setNoDelay():setKeepAlive(true))
    end)

    it("destroySoon sends what waits before it closes", function()
        local client, peer = sockets.pair({ allowHalfOpen = true })
        local size = 4 * 1024 * 1024
        client:write(pattern(size))
        client:destroySoon()
        local answer = sockets.read_all(peer, 20)
        assert.equal(size, #answer)
        wait(function() return client.closed end, 5, "close")
    end)

    it("resets on demand, before and after it is connected", function()
        for _, early in ipairs({ false, true }) do
            local log
            local server, port = sockets.serve(nil, function(peer)
                log = sockets.record(peer, "error", "close")
                peer:resume()
            end)
            local client = sockets.connect(port, "127.0.0.1")
            if not early then
                wait(function() return log and not client.connecting end, 5, "the connection")
            end
            client:resetAndDestroy()
            wait(function() return client.closed and log and log[2] end, 5, "close")
            assert.same({ "error ECONNRESET", "close true" }, log)
            server:close()
        end
    end)

    it("fails the next write with EPIPE or ECONNRESET when the peer was gone", function()
        local client, peer = sockets.pair()
        local log = sockets.record(client, "error", "close")
        client:pause()
        peer:resetAndDestroy()
        wait(function() return peer.closed end, 5, "the peer to go")
        client:write("x")
        client:write("y")
        wait(function() return client.closed end, 5, "close")
        assert.is_truthy(log[1] == "error EPIPE" or log[1] == "error ECONNRESET", log[1])
        assert.equal("close true", log[2])
        assert.equal(2, #log)
    end)

    it("has a ceiling for what waits to be sent", function()
        local client = sockets.pair(nil, { maxQueueBytes = 1024 * 1024 })
        local log = sockets.record(client, "error", "close")
        client:write(("x"):rep(8 * 1024 * 1024))
        assert.is_false(client:write("x", calls.must(function(err)
            assert.equal("ERR_SOCKET_QUEUE_FULL", err.code)
        end)))
        wait(function() return client.closed end, 5, "close")
        assert.same({ "error ERR_SOCKET_QUEUE_FULL", "close true" }, log)

        local unconnected = net.Socket({ maxQueueBytes = 10 })
        unconnected:on("error", calls.must(function(err)
            assert.equal("ERR_SOCKET_QUEUE_FULL", err.code)
        end))
        unconnected:write("12345")
        unconnected:write("123456")
        wait(calls.done, 5, "the error")
    end)
end)
