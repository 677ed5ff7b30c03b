--- pipe and what else streams have in common, between real descriptors: bounded memory, errors on either side
--- (node-api NET-24, NET-29, CP-56, HTTP-04, HTTP-09; the order of events stands in spec/node/stream_*).
local calls = require("spec.support.calls")
local child_process = require("moonherd.child_process")
local http = require("moonherd.http")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local wait = require("spec.support.wait")
require("spec.support.sockets") -- for the descriptor that libuv keeps in reserve

local MEGABYTE = 1048576
local PIECE = 65536 -- what is read at once, at most

describe("a stream", function()
    local before
    local open = {}

    before_each(function()
        before = leaks.snapshot()
    end)

    local function keep(thing)
        open[#open + 1] = thing
        return thing
    end

    after_each(function()
        for _, thing in ipairs(open) do
            if thing.kill then
                thing:kill("SIGKILL")
            elseif thing.destroy then
                thing:destroy()
            else
                thing:close()
            end
        end
        open = {}
        wait.drain()
        calls.verify()
        leaks.check(before)
    end)

    --- Two ends of a connection: the server's, which is not read before resume or pipe, and the client's.
    local function connection(options)
        local server, ours, theirs
        options = options or {}
        options.allowHalfOpen = true
        server = net.createServer(options, function(socket)
            ours = keep(socket)
            server:close()
        end)
        server:listen(0, "127.0.0.1", function()
            theirs = keep(net.connect({ port = server:address().port, host = "127.0.0.1", allowHalfOpen = true }))
        end)
        wait(function() return ours and not theirs.connecting end, 5, "a connection")
        return ours, theirs
    end

    --- Turns the loop until nothing moves any more: what `measure` says is the same for many turns.
    local function settle(measure)
        local last, same = nil, 0
        wait(function()
            local now = measure()
            same = now == last and same + 1 or 0
            last = now
            return same > 20
        end, 20, "everything to stand still")
    end

    local function spawn(command)
        local child = keep(child_process.spawn("sh", { "-c", command }))
        child.stderr:pipe(require("moonherd.process").stderr, { end_ = false })
        return child
    end

    --- An http server with one handler, and a client that sends nothing but this head, and reads nothing.
    local function ask(head, handler)
        local server = keep(http.createServer(handler))
        local client
        server:listen(0, "127.0.0.1", function()
            client = keep(net.connect({ port = server:address().port, host = "127.0.0.1", allowHalfOpen = true }))
            client:pause():write(head)
        end)
        wait(function() return client and not client.connecting end, 5, "the client")
        return client, server
    end

    local function count(readable)
        local total = { bytes = 0 }
        readable:on("data", function(bytes) total.bytes = total.bytes + #bytes end)
        readable:on("end", function() total.ended = true end)
        return total
    end

    describe("piped into one that nobody reads", function()
        it("stops, with little waiting: socket to socket; and goes on when it is read", function()
            local from, writer = connection()
            local to, reader = connection()
            reader:pause()
            from:pipe(to)
            local sent = 0
            local function more()
                while sent < 64 * MEGABYTE do
                    sent = sent + MEGABYTE
                    if not writer:write(("x"):rep(MEGABYTE)) then
                        return writer:once("drain", more)
                    end
                end
                writer:end_()
            end
            more()
            settle(function() return from.bytesRead end)
            assert.is_true(sent < 64 * MEGABYTE, "the writer was not held up")
            assert.is_true(from:isPaused())
            assert.is_true(to.writableNeedDrain)
            assert.is_true(to.writableLength <= to.writableHighWaterMark + PIECE, to.writableLength .. " bytes wait")
            local got = count(reader)
            reader:resume()
            wait(function() return got.ended end, 30, "the end")
            assert.equal(64 * MEGABYTE, got.bytes)
            assert.equal(0, to.writableLength)
        end)

        it("stops, with little waiting: a child's output to a response", function()
            local child, response
            local client = ask("GET / HTTP/1.0\r\n\r\n", function(_, res)
                response = res
                child = spawn(("head -c %d /dev/zero"):format(32 * MEGABYTE))
                child.stdout:pipe(res)
            end)
            wait(function() return child and child.stdout.bytesRead > 0 end, 10, "the child")
            settle(function() return child.stdout.bytesRead end)
            assert.is_true(child.stdout:isPaused())
            assert.is_true(response.writableLength <= response.writableHighWaterMark + 2 * PIECE)
            assert.is_true(child.stdout.bytesRead < 32 * MEGABYTE)
            local got = count(client)
            client:resume()
            wait(function() return got.ended end, 30, "the end")
            assert.is_true(got.bytes > 32 * MEGABYTE)
        end)

        it("stops, with little waiting: a request to a child that does not read", function()
            local child, request
            local body = 16 * MEGABYTE
            local head = ("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"):format(body)
            local client = ask(head, function(req, res)
                request = req
                child = spawn("read go; cat >/dev/null; echo done")
                child.stdin:on("error", function() end) -- it is killed while it is written to
                req:pipe(child.stdin)
                child.stdout:pipe(res)
            end)
            client:write(("x"):rep(body))
            wait(function() return child and child.stdin.bytesWritten > 0 end, 10, "the first bytes")
            settle(function() return child.stdin.bytesWritten end)
            assert.is_true(request:isPaused())
            assert.is_true(child.stdin.writableLength <= child.stdin.writableHighWaterMark + PIECE)
            child:kill("SIGKILL")
        end)

        it("stops, with little waiting: one client's answer to another's request", function()
            local behind = keep(http.createServer(function(_, res)
                local function more()
                    while not res.destroyed do
                        if not res:write(("y"):rep(PIECE)) then
                            return res:once("drain", more)
                        end
                    end
                end
                more() -- without an end
            end))
            local response, answer
            behind:listen(0, "127.0.0.1", calls.must())
            wait(calls.done, 5, "listening")
            ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", function(_, res)
                response = res
                http.get({ port = behind:address().port, host = "127.0.0.1", agent = false }, function(got)
                    answer = got
                    got:pipe(res)
                end):on("error", function() end)
            end)
            wait(function() return answer end, 5, "the answer")
            settle(function() return answer.socket.bytesRead end)
            assert.is_true(answer:isPaused())
            assert.is_true(response.writableLength <= response.writableHighWaterMark + 2 * PIECE)
            answer:destroy()
        end)
    end)

    describe("whose destination", function()
        it("is reset is paused, taken out, and goes to another one", function()
            local from, writer = connection()
            local to, reader = connection()
            from:pipe(to)
            to:on("unpipe", calls.must(function(source) assert.equal(from, source) end))
            to:on("error", calls.must(function(err)
                assert.is_truthy(err.code == "ECONNRESET" or err.code == "EPIPE", err.code)
                assert.is_true(from:isPaused())
                assert.is_false(from.destroyed)
            end))
            writer:write("hello")
            wait(function() return to.bytesWritten == 5 end, 5, "the first bytes")
            reader:resetAndDestroy()
            wait(calls.done, 10, "the error")
            assert.equal(0, from:listenerCount("data"))
            local second, second_reader = connection()
            local got = count(second_reader)
            from:pipe(second)
            writer:end_(" again")
            wait(function() return got.ended end, 5, "the end")
            assert.equal(#" again", got.bytes)
        end)

        it("fails raises where nobody listens for it, as without a pipe", function()
            local process = require("moonherd.process")
            local from, writer = connection()
            local to = connection()
            local caught
            local old = wait.captured
            process.setUncaughtExceptionCaptureCallback(nil)
            process.setUncaughtExceptionCaptureCallback(function(err) caught = err end)
            from:pipe(to)
            to:destroy(require("moonherd.errors").new("Error", "EGONE", "on purpose"))
            wait(function() return caught end, 5, "the error")
            process.setUncaughtExceptionCaptureCallback(nil)
            wait.captured = not old and old or nil
            assert.equal("EGONE", caught.code)
            writer:destroy()
        end)
    end)

    it("that is destroyed leaves its destination open", function()
        local from = connection()
        local to, reader = connection()
        local got = count(reader)
        from:pipe(to)
        from:on("close", calls.must())
        from:destroy()
        wait(calls.done, 5, "close")
        assert.is_true(to.writable)
        to:end_("still here")
        wait(function() return got.ended end, 5, "the end")
        assert.equal(#"still here", got.bytes)
    end)

    it("says what it has not, and what to pipe into", function()
        local from = connection()
        for _, case in ipairs({
            { "ERR_NOT_IN_LUA", "read" },
            { "ERR_NOT_IN_LUA", "unshift", "x" },
            { "ERR_NOT_IN_LUA", "on", "readable", print },
            { "ERR_INVALID_ARG_TYPE", "pipe" },
            { "ERR_INVALID_ARG_TYPE", "pipe", 5 },
            { "ERR_INVALID_ARG_TYPE", "pipe", {} },
            { "ERR_INVALID_ARG_TYPE", "pipe", from, 5 },
            { "ERR_INVALID_ARG_TYPE", "pipe", from, { end_ = 5 } },
            { "ERR_INVALID_ARG_TYPE", "unpipe", 5 },
            { "ERR_INVALID_ARG_VALUE", "setEncoding", "hex" },
            { "ERR_INVALID_ARG_VALUE", "write", "text", "base64" },
            { "ERR_UNKNOWN_ENCODING", "write", "text", "nonsense" },
            { "ERR_INVALID_ARG_TYPE", "write", "text", "utf8", 5 },
        }) do
            local ok, err = pcall(from[case[2]], from, unpack(case, 3))
            assert.is_false(ok, case[2])
            assert.equal(case[1], err.code, tostring(err))
        end
        assert.equal(0, from:listenerCount("data"))
    end)
end)
