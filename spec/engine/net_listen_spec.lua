local calls = require("spec.support.calls")
local core = require("moonherd.core")
local ffi = require("ffi")
local files = require("spec.support.files")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local sockets = require("spec.support.sockets")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

ffi.cdef [[
    int geteuid(void);
    int seteuid(int uid);
    int access(const char *path, int mode);
    int getsockopt(int fd, int level, int option, void *value, unsigned *len);
]]

local function exists(path)
    return ffi.C.access(path, 0) == 0
end

local function listen_error(...)
    local server = net.createServer()
    local failure
    server:on("error", function(err) failure = err end)
    server:on("listening", calls.must_not())
    server:listen(...)
    assert.is_nil(failure) -- never from inside the call
    wait(function() return failure end, 20, "the error")
    assert.is_false(server.listening)
    assert.is_nil(server:address())
    return failure, server
end

--- How many connections may wait at a listening socket: the system says in tcpi_sacked of TCP_INFO.
local function backlog_of(server)
    local info, len = ffi.new("uint32_t[64]"), ffi.new("unsigned[1]", 256)
    local IPPROTO_TCP, TCP_INFO, TCPI_SACKED = 6, 11, 7
    assert.equal(0, ffi.C.getsockopt(server._source:fd(), IPPROTO_TCP, TCP_INFO, info, len))
    return info[TCPI_SACKED]
end

describe("net.Server:listen", function()
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

    it("lets 511 connections wait, or as many as it is told, or the system allows (NET-15)", function()
        local most = tonumber(sys.slurp("/proc/sys/net/core/somaxconn"))
        for backlog, args in pairs({
            [511] = { 0, "127.0.0.1" },
            [7] = { 0, "127.0.0.1", 7 },
            [8] = { { port = 0, host = "127.0.0.1", backlog = 8 } },
            [9] = { { port = 0, host = "127.0.0.1", backlog = 9 }, function() end },
        }) do
            local server = sockets.own(net.createServer())
            server:listen(unpack(args))
            wait(function() return server.listening end)
            assert.equal(math.min(backlog, most), backlog_of(server))
        end
    end)

    it("takes its arguments in all their forms", function()
        local forms = {
            function(server, cb) server:listen(cb) end,
            function(server, cb) server:listen(nil, cb) end,
            function(server, cb) server:listen(0, cb) end,
            function(server, cb) server:listen("0", cb) end,
            function(server, cb) server:listen(0, "127.0.0.1", cb) end,
            function(server, cb) server:listen(0, "127.0.0.1", 5, cb) end,
            function(server, cb) server:listen(0, 5, cb) end,
            function(server, cb) server:listen(0, "localhost", cb) end,
            function(server, cb) server:listen({ port = 0 }, cb) end,
            function(server, cb) server:listen({ port = "0", host = "127.0.0.1", backlog = 5 }, cb) end,
            function(server, cb) server:listen({ fd = assert(core.listenSocket("127.0.0.1", 0)) }, cb) end,
            function(server, cb)
                server:listen({ fd = assert(core.listenSocket("127.0.0.1", 0, { bindOnly = true })) }, cb)
            end,
        }
        for i, form in ipairs(forms) do
            local server = sockets.own(net.createServer(function(peer) peer:end_("hello") end))
            server:on("error", calls.must_not("form " .. i))
            local listening = false
            form(server, calls.must(function() listening = true end))
            assert.is_false(listening)
            wait(function() return listening end, 5, "listening, form " .. i)
            local address = server:address()
            assert.is_true(address.port > 0)
            assert.is_truthy(address.family == "IPv4" or address.family == "IPv6")
            -- A host's first address may be of either family.
            local host = address.address == "::" and "127.0.0.1" or address.address
            assert.equal("hello", sockets.read_all(sockets.connect(address.port, host)))
            server:close()
        end
    end)

    it("listens on both IPv6 and IPv4 when no host is named", function()
        local server = sockets.own(net.createServer(function(peer) peer:end_(peer.remoteFamily) end))
        server:listen(0)
        local address = server:address()
        assert.equal("IPv4", sockets.read_all(sockets.connect(address.port, "127.0.0.1")):gsub("IPv6", "IPv4"))
        if address.family == "IPv6" then
            assert.equal("::", address.address)
            assert.equal("IPv6", sockets.read_all(sockets.connect(address.port, "::1")))
            server:close()
            local only = sockets.own(net.createServer())
            only:listen({ port = 0, host = "::", ipv6Only = true })
            local refused = net.connect(only:address().port, "127.0.0.1")
            refused:on("error", calls.must(function(err) assert.equal("ECONNREFUSED", err.code) end))
            wait(function() return refused.closed end, 5, "close")
        end
    end)

    it("takes another server's socket, which both then serve", function()
        local first, port = sockets.serve(nil, function(peer) peer:end_("first") end)
        local second = sockets.own(net.createServer(function(peer) peer:end_("second") end))
        second:listen(first, calls.must())
        wait(calls.done, 5, "listening")
        assert.equal(port, second:address().port)
        first:close()
        assert.equal("second", sockets.read_all(sockets.connect(port, "127.0.0.1")))
        assert.error_matches(function() second:listen(first) end, "ERR_SERVER_ALREADY_LISTEN")
    end)

    it("takes a path, and removes the file at close", function()
        local path = files.path("s.sock")
        local server = sockets.own(net.createServer(function(peer) peer:end_("hello") end))
        server:listen(path, calls.must())
        wait(function() return server.listening end, 5, "listening")
        assert.equal(path, server:address())
        assert.is_true(exists(path))
        assert.equal("hello", sockets.read_all(sockets.connect(path)))
        local err = listen_error(path)
        assert.equal("EADDRINUSE", err.code)
        assert.equal("listen EADDRINUSE: address already in use " .. path, err.message)
        assert.equal(path, err.address)
        server:close()
        assert.is_false(exists(path))
    end)

    it("opens the file to others when it is told to", function()
        local path = files.path("s.sock")
        local server = sockets.own(net.createServer())
        server:listen({ path = path, readableAll = true, writableAll = true })
        local handle = io.popen("stat -c %a " .. path)
        local mode = handle:read("*l")
        handle:close()
        assert.is_truthy(mode:find("^7[67][67]$"), mode)
    end)

    it("refuses arguments before it does anything", function()
        local function code(...)
            local args = { n = select("#", ...), ... }
            local ok, err = pcall(function() net.createServer():listen(unpack(args, 1, args.n)) end)
            return not ok and err.code
        end
        assert.equal("ERR_SOCKET_BAD_PORT", code(-1))
        assert.equal("ERR_SOCKET_BAD_PORT", code(65536))
        assert.equal("ERR_SOCKET_BAD_PORT", code(1.5))
        assert.equal("ERR_SOCKET_BAD_PORT", code({ port = true }))
        assert.equal("ERR_INVALID_ARG_VALUE", code({}))
        assert.equal("ERR_INVALID_ARG_VALUE", code({ host = "localhost" }))
        assert.equal("ERR_INVALID_ARG_TYPE", code({ path = 1 }))
        assert.equal("ERR_INVALID_ARG_TYPE", code({ port = 0, host = 1 }))
        assert.equal("ERR_OUT_OF_RANGE", code({ fd = -1 }))
        for _, options in ipairs({ 1, "x", true }) do
            assert.error_matches(function() net.createServer(options) end, "ERR_INVALID_ARG_TYPE")
        end
        assert.error_matches(function() net.createServer({}, 1) end, "ERR_INVALID_ARG_TYPE")
        assert.error_matches(function() net.createServer({ highWaterMark = -1 }) end, "ERR_OUT_OF_RANGE")
    end)

    it("says that the address is taken", function()
        local _, port = sockets.serve()
        local err, other = listen_error(port, "127.0.0.1")
        assert.equal("EADDRINUSE", err.code)
        assert.equal("listen", err.syscall)
        assert.equal("127.0.0.1", err.address)
        assert.equal(port, err.port)
        assert.equal(-98, err.errno)
        assert.equal("listen EADDRINUSE: address already in use 127.0.0.1:" .. port, err.message)
        -- The server is as good as new.
        other:removeAllListeners()
        sockets.own(other):listen(0, "127.0.0.1", calls.must())
        wait(calls.done, 5, "listening")
    end)

    it("says that it may not, and that there is no such address", function()
        assert.equal("EADDRNOTAVAIL", (listen_error(0, "192.0.2.1")).code)
        assert.equal("ENOENT", (listen_error("/nowhere/at/all.sock")).code)
        local null = core.openNull()
        assert.equal("ENOTSOCK", (listen_error({ fd = null })).code)
        local err = listen_error(0, "no-such-host.invalid")
        assert.is_truthy(err.code == "ENOTFOUND" or err.code == "EAI_AGAIN", err.code)
        assert.equal("getaddrinfo", err.syscall)
        assert.equal("no-such-host.invalid", err.hostname)
        -- Below the first port that anybody may take; root may take all of them.
        local first = tonumber(sys.slurp("/proc/sys/net/ipv4/ip_unprivileged_port_start")) or 1024
        if first > 1 then
            local uid = ffi.C.geteuid()
            ffi.C.seteuid(65534)
            local ok, denied = pcall(listen_error, 1, "127.0.0.1")
            ffi.C.seteuid(uid)
            assert(ok, denied)
            assert.equal("EACCES", denied.code)
            assert.equal("listen EACCES: permission denied 127.0.0.1:1", denied.message)
        end
    end)

    it("cannot be called twice, except after close", function()
        local server = sockets.serve()
        assert.error_matches(function() server:listen(0) end, "ERR_SERVER_ALREADY_LISTEN")
        assert.is_true(server.listening)
        server:close()
        server:listen(0, "127.0.0.1", calls.must())
        wait(calls.done, 5, "listening")
    end)

    it("gives up a listen that still looks its host up", function()
        local server = sockets.own(net.createServer())
        server:listen(0, "localhost")
        server:listen({ port = 0, host = "127.0.0.1" }, calls.must())
        wait(calls.done, 5, "listening")
        local other = net.createServer()
        other:on("listening", calls.must_not("closed before"))
        other:on("error", calls.must_not())
        other:listen(0, "localhost")
        other:close(calls.must(function(err) assert.equal("ERR_SERVER_NOT_RUNNING", err.code) end))
        wait(calls.done, 5, "close")
        local third = net.createServer()
        third:on("listening", calls.must_not("closed before"))
        third:listen(0, "127.0.0.1")
        third:close(calls.must())
        wait(calls.done, 5, "close")
    end)
end)
