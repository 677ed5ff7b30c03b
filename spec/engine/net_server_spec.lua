local calls = require("spec.support.calls")
local core = require("moonherd.core")
local ffi = require("ffi")
local files = require("spec.support.files")
local http = require("spec.support.http")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local sockets = require("spec.support.sockets")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

describe("net.Server", function()
    local before

    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        http.cleanup()
        sockets.cleanup()
        files.cleanup()
        calls.verify()
        leaks.check(before)
    end)

    describe("close", function()
        it("waits for the connections that are there", function()
            local client, peer, server = sockets.pair()
            local log = sockets.record(server, "close")
            peer:on("close", function() log[#log + 1] = "peer" end)
            server:close(calls.must(function(err) assert.is_nil(err) end))
            assert.is_false(server.listening)
            assert.is_nil(server:address())
            local refused = net.connect(client.remotePort, "127.0.0.1")
            refused:on("error", calls.must(function(err) assert.equal("ECONNREFUSED", err.code) end))
            wait(function() return refused.closed end, 5, "the refusal")
            assert.same({}, log)
            client:end_("bye")
            peer:resume()
            wait(function() return log[2] end, 5, "close")
            table.sort(log)
            assert.same({ "close", "peer" }, log)
        end)

        it("says that it was not running", function()
            local server = net.createServer()
            server:on("close", calls.must(2))
            local must = calls.must(function(err) assert.equal("ERR_SERVER_NOT_RUNNING", err.code) end, 2)
            assert.equal(server, server:close(must))
            wait.turn()
            server:close(must)
            wait(calls.done, 5, "close")
        end)

        it("frees the address at once", function()
            local server, port = sockets.serve()
            server:close()
            local other = sockets.own(net.createServer())
            other:on("error", calls.must_not())
            other:listen(port, "127.0.0.1", calls.must())
            wait(calls.done, 5, "listening")
        end)
    end)

    describe("connections", function()
        it("have the server's options", function()
            local client, peer = sockets.pair({
                allowHalfOpen = true, pauseOnConnect = true, noDelay = true, keepAlive = true,
                keepAliveInitialDelay = 5000, highWaterMark = 77,
            })
            assert.is_true(peer.allowHalfOpen)
            assert.is_true(peer:isPaused())
            assert.equal(77, peer.writableHighWaterMark)
            local value, size = ffi.new("int[1]"), ffi.new("unsigned[1]", 4)
            local function option(level, name)
                assert.equal(0, sys.C.getsockopt(peer._handle:fd(), level, name, value, size))
                return value[0]
            end
            assert.equal(1, option(6, 1)) -- TCP_NODELAY
            assert.equal(1, option(1, 9)) -- SO_KEEPALIVE
            assert.equal(5, option(6, 4)) -- TCP_KEEPIDLE
            client:write("x")
            for _ = 1, 5 do
                core.run(1)
            end
            assert.equal(0, peer.bytesRead)
            local gathered = sockets.gather(peer)
            peer:resume()
            wait(function() return gathered.size == 1 end, 5, "the byte")
        end)

        it("are dropped beyond maxConnections, and told of", function()
            local server, port = sockets.serve(nil, calls.must(function(peer) peer:resume() end, 3))
            server.maxConnections = 2
            local kept = { sockets.connect(port, "127.0.0.1"), sockets.connect(port, "127.0.0.1") }
            wait(function() return server._connections == 2 end, 5, "two connections")
            local dropped
            server:on("drop", calls.must(function(data) dropped = data end))
            local third = sockets.connect(port, "127.0.0.1")
            third:resume()
            wait(function() return third.closed end, 5, "the drop")
            assert.same({
                localAddress = "127.0.0.1", localPort = port, localFamily = "IPv4",
                remoteAddress = "127.0.0.1", remotePort = dropped.remotePort, remoteFamily = "IPv4",
            }, dropped)
            assert.is_true(dropped.remotePort > 0)
            server:getConnections(calls.must(function(err, count)
                assert.is_nil(err)
                assert.equal(2, count)
            end))
            kept[1]:destroy()
            wait(function() return server._connections == 1 end, 5, "room")
            sockets.connect(port, "127.0.0.1")
            wait(function() return server._connections == 2 end, 5, "the next one")

            local path_server = sockets.own(net.createServer())
            path_server:listen(files.path("s.sock"))
            path_server.maxConnections = 1
            path_server:on("drop", calls.must(function(data) assert.is_nil(data) end))
            sockets.connect(path_server:address())
            sockets.connect(path_server:address())
            wait(calls.done, 5, "the drop")
        end)

        it("may reset while they wait to be accepted", function()
            local server, port = sockets.serve(nil, function(peer)
                peer:on("error", function() end)
                peer:resume()
            end)
            for _ = 1, 20 do
                http.connect(port):reset()
            end
            local client = sockets.connect(port, "127.0.0.1")
            wait(function() return not client.connecting end, 5, "the connection")
            client:destroy()
            wait(function() return server._connections == 0 end, 5, "all to go")
            assert.is_true(server.listening)
        end)

        it("are made by accept_fd, which other servers override", function()
            local Server = require("moonherd.net.server")
            local Other = setmetatable({}, { __index = Server })
            Other.__index = Other
            function Other:accept_fd(fd, shared)
                assert.is_nil(shared)
                self.fds[#self.fds + 1] = fd
            end
            local server = sockets.own(Server.init(setmetatable({ fds = {} }, Other), nil))
            server:listen(0, "127.0.0.1")
            local client = sockets.connect(server:address().port, "127.0.0.1")
            wait(function() return server.fds[1] end, 5, "the descriptor")
            server:close(calls.must())
            core.closeFd(server.fds[1])
            server:_connectionClosed()
            client:destroy()
            wait(calls.done, 5, "close")
        end)

        it("may come from another source", function()
            local source = require("moonherd.net.source")
            local asked, fake, cancelled
            local finally = source.open
            source.open = function(server, options, callback)
                asked = { server = server, options = options, callback = callback }
                return { close = function() cancelled = true end }
            end
            local refusals = {}
            fake = {
                shared = true,
                address = function() return { address = "127.0.0.1", family = "IPv4", port = 7 } end,
                close = calls.must(),
                unref = calls.must(),
                ref = function() end,
                fd = function() end,
                refuse = function(_, full) refusals[#refusals + 1] = full end,
            }
            local server = sockets.own(net.createServer())
            server:unref()
            server.maxConnections = 1
            server:listen(0, "127.0.0.1")
            local first = asked
            local listening = false
            server:listen(7, "127.0.0.1", calls.must(function() listening = true end))
            source.open = finally
            assert.is_true(cancelled)
            assert.is_not.equal(first, asked)
            assert.equal(server, asked.server)
            assert.equal(7, asked.options.port)
            assert.equal("127.0.0.1", asked.options.address)
            asked.callback(nil, fake)
            wait(function() return listening end, 5, "listening")
            assert.equal(7, server:address().port)
            local ours, theirs = core.socketpair()
            server:on_accept(theirs)
            assert.same({ true }, refusals)
            local client = sockets.own_socket(net.Socket({ fd = ours }))
            client:end_()
            client:resume()
            wait(function() return server._connections == 0 end, 5, "the connection to end")
            assert.same({ true, false }, refusals)
            server:close(calls.must())
            wait(calls.done, 5, "close")
        end)
    end)
end)
