local calls = require("spec.support.calls")
local core = require("moonherd.core")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local process = require("moonherd.process")
local sockets = require("spec.support.sockets")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

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

    describe("what it says about itself", function()
        it("knows both addresses", function()
            local client, peer, server = sockets.pair()
            local port = server:address().port
            assert.equal("127.0.0.1", client.remoteAddress)
            assert.equal(port, client.remotePort)
            assert.equal("IPv4", client.remoteFamily)
            assert.equal(client.localPort, peer.remotePort)
            assert.equal(port, peer.localPort)
            assert.same({ address = "127.0.0.1", family = "IPv4", port = client.localPort }, client:address())
            assert.equal(server, peer.server)
            assert.equal("open", peer.readyState)
            assert.is_false(peer.pending)
            client:destroy()
            assert.equal(port, client.remotePort) -- looked up before
            assert.equal("closed", client.readyState)
            local late = sockets.pair()
            late:destroy()
            assert.is_nil(late.remoteAddress) -- nobody asked in time
        end)

        it("counts bytes", function()
            local client, peer = sockets.pair()
            local gathered = sockets.gather(peer)
            client:write("12345")
            assert.equal(5, client.bytesWritten)
            assert.equal(0, client.writableLength)
            wait(function() return gathered.size == 5 end, 5, "the bytes")
            assert.equal(5, peer.bytesRead)
        end)

        it("is unconnected at first", function()
            local socket = net.Socket()
            assert.is_true(socket.pending)
            assert.is_false(socket.connecting)
            assert.is_nil(socket.remoteAddress)
            assert.same({}, socket:address())
            assert.is_nil(socket:detach())
            socket:on("close", calls.must(function(had_error) assert.is_false(had_error) end))
            socket:destroy()
            wait(calls.done, 5, "close")
        end)
    end)

    describe("setTimeout", function()
        it("tells of silence, closes nothing, and begins again with the next byte", function()
            local client, peer = sockets.pair()
            local fired = 0
            assert.equal(client, client:setTimeout(30))
            assert.equal(30, client.timeout)
            client:on("timeout", function() fired = fired + 1 end)
            client:resume()
            wait(function() return fired == 1 end, 5, "timeout")
            assert.is_false(client.destroyed)
            peer:write("x")
            wait(function() return fired == 2 end, 5, "timeout again")
            client:write("y")
            wait(function() return fired == 3 end, 5, "timeout again")
        end)

        it("does not fire while something moves", function()
            local client, peer = sockets.pair()
            local core_now = function() return core.now(true) end
            local last = core_now()
            client:setTimeout(200, function()
                assert.is_true(core_now() - last >= 199)
                client:emit("done")
            end)
            client:on("data", function() last = core_now() end)
            local timers = require("moonherd.timers")
            local count = 0
            local ticker
            ticker = timers.setInterval(function()
                count = count + 1
                peer:write("x")
                if count == 6 then
                    timers.clearInterval(ticker)
                end
            end, 50)
            local done = false
            client:on("done", function() done = true end)
            wait(function() return done end, 10, "timeout")
            assert.equal(6, count)
        end)

        it("takes its listener back with 0", function()
            local client = sockets.pair()
            local never = calls.must_not()
            client:setTimeout(20, never)
            client:setTimeout(0, never)
            assert.equal(0, client:listenerCount("timeout"))
            wait.turn()
            wait.turn()
            wait.turn()
        end)

        it("is checked", function()
            local socket = net.Socket()
            assert.error_matches(function() socket:setTimeout("1") end, "ERR_INVALID_ARG_TYPE")
            assert.error_matches(function() socket:setTimeout(-1) end, "ERR_OUT_OF_RANGE")
            assert.error_matches(function() socket:setTimeout(0 / 0) end, "ERR_OUT_OF_RANGE")
            assert.error_matches(function() socket:setTimeout(1, 2) end, "ERR_INVALID_ARG_TYPE")
            local warned = calls.must(function(warning) assert.equal("TimeoutOverflowWarning", warning.name) end)
            process.on("warning", warned)
            socket:setTimeout(2 ^ 31)
            assert.equal(2 ^ 31, socket.timeout) -- as it was set, as in Node
            wait(calls.done, 5, "the warning")
            process.off("warning", warned)
            socket:setTimeout(0)
        end)

        it("does not keep the program alive", function()
            local socket = net.Socket()
            socket:setTimeout(100000)
            assert.is_false(core.run(0))
            socket:destroy()
        end)
    end)

    describe("around a descriptor", function()
        it("takes pipes and sockets, and nothing else", function()
            local ours, theirs = core.socketpair()
            local one = sockets.own_socket(net.Socket({ fd = ours }))
            local two = sockets.own_socket(net.Socket({ handle = { fd = theirs } }))
            two:end_("hello")
            assert.equal("hello", sockets.read_all(one))
            wait(function() return one.closed and two.closed end, 5, "close")

            local null = core.openNull()
            assert.error_matches(function() net.Socket({ fd = null }) end, "ERR_INVALID_FD_TYPE")
            core.closeFd(null) -- it was left alone
            assert.error_matches(function() net.Socket({ fd = 999 }) end, "ERR_INVALID_FD_TYPE")
            assert.error_matches(function() net.Socket({ fd = -1 }) end, "ERR_OUT_OF_RANGE")
            assert.error_matches(function() net.Socket(1) end, "ERR_INVALID_ARG_TYPE")
        end)

        it("is done when its only half is", function()
            local pipe = require("ffi").new("int[2]")
            sys.check(sys.C.pipe2(pipe, sys.O_CLOEXEC), "pipe2")
            local reader = sockets.own_socket(net.Socket({ fd = pipe[0], writable = false }))
            local writer = sockets.own_socket(net.Socket({ fd = pipe[1], readable = false }))
            assert.equal("readOnly", reader.readyState)
            assert.equal("writeOnly", writer.readyState)
            writer:end_("through a pipe")
            assert.equal("through a pipe", sockets.read_all(reader))
            wait(function() return reader.closed and writer.closed end, 5, "close")
        end)

        it("has a reading half that does not see the other end's close on its own", function()
            local ours, theirs = core.socketpair()
            local writer = sockets.own_socket(net.Socket({ fd = ours, readable = false }))
            core.closeFd(theirs)
            local log = sockets.record(writer, "error", "close")
            writer:resume()
            writer:write("x")
            wait(function() return writer.closed end, 5, "close")
            assert.same({ "error EPIPE", "close true" }, log)
        end)
    end)

    describe("handed over", function()
        it("detach gives the connection away whole", function()
            local client, peer, server = sockets.pair()
            peer:on("close", calls.must_not("a connection that goes on elsewhere"))
            local fd = peer:detach()
            assert.is_true(peer.destroyed)
            assert.is_nil(peer:detach())
            server:getConnections(calls.must(function(err, count)
                assert.is_nil(err)
                assert.equal(0, count)
            end))
            for _ = 1, 3 do
                core.run(0)
            end
            local heir = sockets.own_socket(net.Socket({ fd = fd }))
            client:write("are you there?")
            local gathered = sockets.gather(heir)
            wait(function() return gathered.size == 14 end, 5, "the bytes")
            heir:end_("yes")
            assert.equal("yes", sockets.read_all(client))
        end)

        it("sends what still waited first", function()
            local client, peer = sockets.pair()
            local size = 8 * 1024 * 1024
            peer:write(("x"):rep(size))
            assert.is_true(peer.writableLength > 0)
            local fd = peer:detach()
            assert.is_false(peer.destroyed)
            local gathered = sockets.gather(client)
            wait(function() return peer.destroyed end, 20, "the rest to be sent")
            core.closeFd(fd)
            wait(function() return gathered.ended end, 20, "the end")
            assert.equal(size, gathered.size)
        end)

        it("ends for both holders when it is shared", function()
            local client, peer = sockets.pair()
            local copy = core.dup(peer._handle:fd())
            local heir = sockets.own_socket(net.Socket({ fd = peer:detach(), shared = true }))
            heir:destroy()
            assert.equal("", sockets.read_all(client)) -- although the copy is still open
            core.closeFd(copy)
        end)
    end)

    describe("a listener that raises", function()
        local caught

        before_each(function()
            caught = {}
            process.setUncaughtExceptionCaptureCallback(nil)
            process.setUncaughtExceptionCaptureCallback(function(err) caught[#caught + 1] = tostring(err) end)
        end)

        after_each(function()
            process.setUncaughtExceptionCaptureCallback(nil)
            wait.captured = nil -- it catches again from now on
        end)

        it("costs nobody else their events", function()
            for _, name in ipairs({ "connection", "connect", "ready", "data", "end", "finish", "drain", "close",
                "timeout", "write", "end callback", "lookup" }) do
                caught = {}
                local function boom() error("boom in " .. name, 0) end
                local peer
                local server, port = sockets.serve(nil, function(socket)
                    peer = socket
                    socket:on("data", function(bytes) socket:write(bytes) end)
                    if name == "connection" then
                        boom()
                    end
                end)
                local client = sockets.own_socket(net.Socket({ highWaterMark = 1 }))
                if name == "timeout" then
                    client:setTimeout(20)
                end
                local log = sockets.record(client, "connect", "ready", "finish", "end", "close")
                if name ~= "write" and name ~= "end callback" and name ~= "connection" then
                    client:prependListener(name, boom)
                end
                client:connect(port, "localhost")
                client:write("hello", name == "write" and boom or nil)
                if name == "timeout" then
                    wait(function() return caught[1] end, 5, "the timeout")
                end
                local gathered = sockets.gather(client)
                if name ~= "data" then
                    wait(function() return gathered.size == 5 end, 5, "the echo, " .. name)
                end
                client:end_(name == "end callback" and boom or nil)
                wait(function() return client.closed and peer.closed end, 5, "close, " .. name)
                assert.equal("boom in " .. name, caught[1])
                assert.is_nil(caught[2])
                -- Listeners behind the one that raised do not hear of that one event; of everything else they do.
                local expected = {}
                for _, event in ipairs({ "connect", "ready", "finish", "end", "close" }) do
                    if event ~= name then
                        expected[#expected + 1] = event == "close" and "close false" or event
                    end
                end
                table.sort(expected)
                table.sort(log)
                assert.same(expected, log, name)
                server:close()
            end
        end)
    end)
end)
