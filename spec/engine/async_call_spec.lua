--- async.call: every function of ours that takes a callback, its success and its failure. Those that need a herd or a
--- parent are in spec/herd/async_spec.lua.
local async = require("moonherd.async")
local child_process = require("moonherd.child_process")
local core = require("moonherd.core")
local dgram = require("moonherd.dgram")
local dns = require("moonherd.dns")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local files = require("spec.support.files")
local http = require("moonherd.http")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local proc = require("spec.support.proc")
local process = require("moonherd.process")
local sockets = require("spec.support.sockets")
local wait = require("spec.support.wait")
local web = require("spec.support.web")

--- Runs a function as a task, until it has ended, and raises what it raised.
local function in_task(fn)
    local ok, err
    async.run(function() ok, err = pcall(fn) end)
    wait(function() return ok ~= nil end, 10, "the end of the task")
    if not ok then
        error(err, 0)
    end
end

--- The result is nil and an error with this code.
local function assert_failed(code, ok, err)
    assert.is_nil(ok)
    assert.equal(code, type(err) == "table" and err.code or err)
end

local function assert_listeners(emitter, expected)
    local names = emitter:eventNames()
    table.sort(names)
    assert.same(expected or {}, names)
end

--- A port where nobody listens.
local function free_port()
    local server = net.createServer()
    assert.is_true(async.call(server.listen, server, 0, "127.0.0.1"))
    local port = server:address().port
    assert.is_true(async.call(server.close, server))
    return port
end

local function bound_socket()
    local socket = dgram.createSocket("udp4")
    assert.is_true(async.call(socket.bind, socket, 0, "127.0.0.1"))
    return socket
end

--- An http server and the call of a handler as a task.
local function serve(fn)
    local failure
    local _, port = web.serve({}, async.wrap(function(req, res)
        local ok, err = pcall(fn, req, res)
        failure = failure or (not ok and err) or nil
        res:end_()
    end))
    return port, function()
        if failure then error(failure, 0) end
    end
end

local CASES = {
    ["child_process.exec"] = function()
        local out, err_out = async.call(child_process.exec, "echo out; echo err >&2")
        assert.same({ "out\n", "err\n" }, { out, err_out })
        local ok, err, partial = async.call(child_process.exec, "echo partial; exit 3", { cwd = "/" })
        assert_failed(3, ok, err)
        assert.equal("partial\n", partial)
        assert_failed("ABORT_ERR", async.call(child_process.exec, "exec sleep 60", {
            signal = require("moonherd.abort").AbortSignal.abort(),
        }))
    end,
    ["child_process.execFile"] = function()
        assert.equal("a b\n", (async.call(child_process.execFile, "echo", { "a b" })))
        assert_failed("ENOENT", async.call(child_process.execFile, "/no/such/program"))
        assert_failed(1, async.call(child_process.execFile, "false"))
    end,
    ["child:send"] = function()
        local child = child_process.fork("spec/fixtures/async_child.lua", { execPath = proc.bin })
        assert.is_true(async.call(child.send, child, "hello"))
        child:disconnect()
        assert_failed("ERR_IPC_CHANNEL_CLOSED", async.call(child.send, child, "hello"))
        async.once(child, "close")
        assert_listeners(child)
    end,
    ["server:listen"] = function()
        local server, other = net.createServer(), net.createServer()
        assert.is_true(async.call(server.listen, server, 0, "127.0.0.1"))
        for _ = 1, 3 do
            assert_failed("EADDRINUSE", async.call(other.listen, other, server:address().port, "127.0.0.1"))
            assert_listeners(other)
        end
        assert.is_true(async.call(other.listen, other, { path = files.path("a.sock") }))
        assert.is_true(async.call(server.close, server))
        assert.is_true(async.call(other.close, other))
        assert_listeners(server)
    end,
    ["server:listen that is closed before"] = function()
        local server = net.createServer()
        local task = async.run(function() return async.call(server.listen, server, 0) end)
        server:close()
        assert_failed("ERR_CLOSED_WHILE_WAITING", task:wait())
        assert_listeners(server)
    end,
    ["server:close"] = function()
        local server = net.createServer()
        assert_failed("ERR_SERVER_NOT_RUNNING", async.call(server.close, server))
        assert_listeners(server)
    end,
    ["server:getConnections"] = function()
        local server = net.createServer()
        assert.equal(0, (async.call(server.getConnections, server)))
    end,
    ["net.connect"] = function()
        local server = net.createServer(function(socket) socket:end_("hello") end)
        assert.is_true(async.call(server.listen, server, 0, "127.0.0.1"))
        local socket = net.Socket()
        assert.is_true(async.call(socket.connect, socket, server:address().port, "127.0.0.1"))
        assert.equal("hello", (async.once(socket, "data")))
        async.once(socket, "close")
        assert_failed("ECONNREFUSED", async.call(net.connect, free_port(), "127.0.0.1"))
        local code = select(2, async.call(net.connect, 80, "host.invalid")).code
        assert.is_true(code == "ENOTFOUND" or code == "EAI_AGAIN", code)
        assert.is_true(async.call(server.close, server))
    end,
    ["socket:write, end_ and setTimeout"] = function()
        local client, peer = sockets.pair()
        peer:resume()
        assert.is_true(async.call(client.write, client, "bytes"))
        assert.is_true(async.call(client.setTimeout, client, 5))
        assert.is_true(async.call(client.end_, client, "more"))
        client:on("error", function() end) -- a write tells its callback and, as in Node, everybody
        assert_failed("ERR_STREAM_WRITE_AFTER_END", async.call(client.write, client, "late"))
    end,
    ["dgram bind, connect, send and close"] = function()
        local one, two = bound_socket(), bound_socket()
        assert.equal(5, (async.call(one.send, one, "hello", two:address().port, "127.0.0.1")))
        assert.is_true(async.call(one.connect, one, two:address().port, "127.0.0.1"))
        assert.equal(2, (async.call(one.send, one, "hi")))
        assert_failed("EMSGSIZE", async.call(one.send, one, ("x"):rep(70000)))
        local third = dgram.createSocket("udp4")
        assert_failed("EADDRINUSE", async.call(third.bind, third, two:address().port, "127.0.0.1"))
        for _, socket in ipairs({ one, two, third }) do
            assert_listeners(socket)
            assert.is_true(async.call(socket.close, socket))
        end
    end,
    ["dns.lookup"] = function()
        assert.same({ "127.0.0.1", 4 }, { async.call(dns.lookup, "127.0.0.1") })
        assert.equal("127.0.0.1", async.call(dns.lookup, "127.0.0.1", { all = true })[1].address)
        local code = select(2, async.call(dns.lookup, "host.invalid")).code
        assert.is_true(code == "ENOTFOUND" or code == "EAI_AGAIN", code)
        assert.is_false((async.call(dns.lookup, ""))) -- no address, and no error
    end,
    ["http.get"] = function()
        local port, check = serve(function(_, res) res:write("hello") end)
        local res = async.call(http.get, { port = port, host = "127.0.0.1", agent = false })
        assert.equal(200, res.statusCode)
        assert.equal("hello", (async.once(res, "data")))
        async.once(res, "end")
        assert_failed("ECONNREFUSED", async.call(http.get, { port = free_port(), host = "127.0.0.1", agent = false }))
        check()
    end,
    ["req:write, end_ and setTimeout"] = function()
        local port, check = serve(function(req) for _ in async.on(req, "data") do end end)
        local req = http.request({ port = port, host = "127.0.0.1", agent = false, method = "POST" })
        assert.is_true(async.call(req.write, req, "one"))
        assert.is_true(async.call(req.setTimeout, req, 5))
        assert.is_true(async.call(req.end_, req, "two"))
        local res = async.once(req, "response")
        assert.equal(200, res.statusCode)
        res:resume()
        async.once(res, "end")
        check()
    end,
    ["res:write, end_ and interim answers"] = function()
        local port, check = serve(function(_, res)
            assert.is_true(async.call(res.writeContinue, res))
            assert.is_true(async.call(res.writeProcessing, res))
            assert.is_true(async.call(res.writeEarlyHints, res, { link = "</a.css>; rel=preload" }))
            assert.is_true(async.call(res.write, res, "one"))
            assert.is_true(async.call(res.end_, res, "two"))
        end)
        local text = web.exchange(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert.matches("100 Continue.*102 Processing.*103 Early Hints.*200 OK.*one.*two", text)
        check()
    end,
    ["http server:drain"] = function()
        local server = http.createServer()
        assert.is_true(async.call(server.listen, server, 0, "127.0.0.1"))
        assert.is_true(async.call(server.drain, server, 10))
    end,
    ["process.stderr:write"] = function()
        assert.is_true(async.call(process.stderr.write, process.stderr, ""))
    end,
}

-- Every function that takes a callback, by its name: those above, and those of spec/herd/async_spec.lua.
local TRIED = {
    bind = true, close = true, connect = true, createConnection = true, disconnect = true, drain = true, end_ = true,
    exec = true, execFile = true, get = true, getConnections = true, listen = true, lookup = true, request = true,
    send = true, setTimeout = true, write = true, writeContinue = true, writeEarlyHints = true, writeProcessing = true,
}
-- Their "callback" is a listener, or comes first.
local NO_CALLS = {
    clearTimeout = true, createServer = true, createSocket = true, nextTick = true, setImmediate = true,
    setInterval = true, Server = true, Socket = true,
}

local function callback_takers()
    local entries = require("scripts.api.entries").load()
    local names = {}
    local function add(owner)
        for _, key in ipairs(owner and owner.order or {}) do
            for _, param in ipairs(owner.functions[key].params or {}) do
                if param.name == "callback" then
                    names[key] = true
                end
            end
        end
    end
    for _, name in ipairs(entries.order) do
        add(entries.modules[name])
        for _, class in ipairs(entries.modules[name].classes) do
            add(class)
        end
    end
    return names
end

local before

describe("async.call waits for", function()
    before_each(function()
        before = leaks.snapshot()
    end)

    after_each(function()
        web.cleanup()
        sockets.cleanup()
        files.cleanup()
        wait.drain()
        leaks.check(before)
    end)

    for name, case in pairs(CASES) do
        it(name, function()
            in_task(case)
        end)
    end

    it("whatever takes a callback: no entry of the API is missing here", function()
        for name in pairs(callback_takers()) do
            assert.is_true(TRIED[name] or NO_CALLS[name], name .. " takes a callback, and is not tried")
        end
    end)
end)

describe("async.call", function()
    after_each(function()
        assert.is_false(core.run(0), "something is left on the loop")
    end)

    it("returns what the callback was called with", function()
        local err = errors.new("Error", "EBOOM", "boom")
        local own_class = setmetatable({}, { __tostring = function() return "Mine" end })
        local CALLS = {
            { { n = 0 }, { n = 1, true } },
            { { n = 1 }, { n = 1, true } },
            { { n = 2, nil, 5 }, { n = 1, 5 } },
            { { n = 3, nil, nil, 5 }, { n = 2, false, 5 } },
            { { n = 2, nil, nil }, { n = 1, false } },
            { { n = 1, "plain" }, { n = 1, "plain" } },
            { { n = 1, false }, { n = 1, false } },
            { { n = 3, { 1 }, nil, 3 }, { n = 3, { 1 }, nil, 3 } },
            { { n = 1, err }, { n = 2, nil, err } },
            { { n = 3, err, "out", "more" }, { n = 4, nil, err, "out", "more" } },
            { { n = 1, own_class }, { n = 2, nil, own_class } }, -- what can print itself is taken for an error
        }
        for later = 0, 1 do
            for _, case in ipairs(CALLS) do
                local got
                local function fn(callback)
                    local function call() callback(unpack(case[1], 1, case[1].n)) end
                    if later == 1 then
                        require("moonherd.timers").setImmediate(call)
                    else
                        call()
                    end
                end
                in_task(function()
                    local function keep(...) got = { n = select("#", ...), ... } end
                    keep(async.call(fn))
                end)
                assert.same(case[2], got)
            end
        end
    end)

    it("passes arguments with their holes, the callback behind them", function()
        local got
        in_task(function()
            async.call(function(...)
                got = { n = select("#", ...), ... }
                got[got.n]()
            end, 1, nil, 3, nil)
        end)
        assert.same({ 5, 1, 3 }, { got.n, got[1], got[3] })
        assert.equal("function", type(got[5]))
    end)

    it("hears a callback once", function()
        local again
        in_task(function()
            assert.equal(1, (async.call(function(callback)
                again = callback
                callback(1)
                callback(2)
            end)))
            async.sleep(1)
        end)
        again(3)
    end)

    it("raises what the function raises, at once, and can be called again", function()
        in_task(function()
            assert.error_matches(function() async.call(dns.lookup, 5) end, 'ERR_INVALID_ARG_TYPE.*"hostname"')
            assert.error_matches(function() async.call(function() error("text") end) end, "text")
            assert.equal(1, (async.call(function(callback) callback(1) end)))
        end)
    end)

    it("is ended by the error of the emitter that the function returns, and takes the callback back", function()
        local bell = events.EventEmitter()
        local function ring(times, callback)
            return bell:once("ring", callback), times
        end
        for _ = 1, 20 do -- no leak to warn of
            local task = async.run(function() return async.call(ring, 1) end)
            bell:emit("error", "boom")
            in_task(function() assert_failed("boom", task:wait()) end)
            assert_listeners(bell)
        end
        local task = async.run(function() return async.call(ring, 1) end)
        task:cancel()
        bell:emit("error", "nobody else could hear it")
        assert_listeners(bell)
        task = async.run(function() return async.call(ring, 1) end)
        task:cancel()
        bell:emit("ring")
        assert_listeners(bell)
    end)

    it("refuses what cannot be called", function()
        in_task(function()
            assert.error_matches(function() async.call() end, 'ERR_INVALID_ARG_TYPE.*"fn"')
            assert.error_matches(function() async.call("exec", "ls") end, 'ERR_INVALID_ARG_TYPE.*"fn"')
            assert.error_matches(function() async:call(print) end, "Call it with a dot: async.call")
        end)
    end)
end)
