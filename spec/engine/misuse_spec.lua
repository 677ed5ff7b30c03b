--- Calls that cannot be meant: the error names what was called and what was wanted, and nothing has happened.
local child_process = require("moonherd.child_process")
local events = require("moonherd.events")
local http = require("moonherd.http")
local json = require("moonherd.json")
local leaks = require("spec.support.leaks")
local net = require("moonherd.net")
local sockets = require("spec.support.sockets")
local wait = require("spec.support.wait")

local NAN = 0 / 0

--- Calls fn and returns the code and message of what it raises.
local function complaint(fn, ...)
    local ok, err = pcall(fn, ...)
    assert.is_false(ok)
    assert.is_table(err, tostring(err)) -- a string would be Lua's own complaint about our code
    return err.code, err.message
end

local function refused(pattern, fn, ...)
    local code, message = complaint(fn, ...)
    assert.matches(pattern, message)
    return code
end

describe("a method called with a dot", function()
    after_each(sockets.cleanup)

    it("says that a colon is missing, and which method", function()
        local emitter, server, socket = events.EventEmitter(), net.createServer(), net.Socket()
        local function listener() end
        local cases = {
            { "emitter:on", emitter.on, "x", listener },
            { "emitter:once", emitter.once, "x", listener },
            { "emitter:off", emitter.off, "x", listener },
            { "emitter:emit", emitter.emit, "x" },
            { "emitter:on", server.on, "connection", listener },
            { "server:listen", server.listen, 0 },
            { "server:close", server.close },
            { "socket:write", socket.write, "text" },
            { "socket:end_", socket.end_ },
            { "socket:connect", socket.connect, 1 },
            { "server:listen", http.createServer().listen, 0, listener },
            { "res:write", http.ServerResponse.write, "text" },
            { "res:end_", http.ServerResponse.end_, "text" },
            { "res:setHeader", http.ServerResponse.setHeader, "name", "value" },
        }
        for _, case in ipairs(cases) do
            local code = refused("^Call it with a colon: " .. case[1] .. "%(%.%.%.%)%. Received", unpack(case, 2))
            assert.equal("ERR_INVALID_THIS", code)
        end
    end)

    it("is told at a child too, whatever the message", function()
        local child = child_process.fork("-e", { "" }, { stdio = { "ignore", "ignore", "ignore", "ipc" } })
        local closed = false
        child:on("close", function() closed = true end)
        refused("colon: child:send", child.send, "text")
        refused("colon: child:send", child.send, { "a", "table" })
        refused("colon: child:disconnect", child.disconnect)
        refused("colon: child:kill", child.kill, "SIGTERM")
        child:kill("SIGKILL")
        wait(function() return closed end, 10, "the child's end")
    end)

    it("is the right way for a module's functions", function()
        for name, fn in pairs({ ["net.createServer"] = net.createServer, ["net.connect"] = net.connect }) do
            assert.equal("ERR_INVALID_THIS", (refused("^Call it with a dot: " .. name .. "%(", fn, net, 80)))
        end
        refused("dot: http.createServer", http.createServer, http, function() end)
    end)
end)

describe("arguments that nobody can mean", function()
    after_each(sockets.cleanup)

    it("are refused by listen before anything is opened", function()
        local server = sockets.own(net.createServer())
        for _, backlog in ipairs({ -1, 1.5, NAN, 2 ^ 31, math.huge }) do
            refused('"options.backlog"', server.listen, server, { port = 0, backlog = backlog })
            refused('"options.backlog"', server.listen, server, 0, backlog)
        end
        refused('"options.ipv6Only" property must be of type b', server.listen, server, { port = 0, ipv6Only = 1 })
        refused('"options.reusePort"', server.listen, server, { port = 0, reusePort = "yes" })
        assert.is_nil(server:address())
    end)

    it("are refused by stdio, and no pipe is left behind", function()
        local before = leaks.fds()
        for _, element in ipairs({ 1.5, NAN, math.huge, 2 ^ 31, { fd = 0.5 }, { fd = 1e300 }, { fd = -1 }, print }) do
            refused("'stdio' is invalid", child_process.spawn, "true", { stdio = { "pipe", "pipe", element } })
        end
        assert.same(before, leaks.fds())
    end)

    it("are refused by pipe", function()
        local socket = sockets.own_socket(net.Socket())
        for _, dest in ipairs({ 1, "text", {}, print, true }) do
            refused('"destination" argument must be an instance of Writable', socket.pipe, socket, dest)
        end
        refused('"destination"', socket.pipe, socket)
        refused('"options" argument', socket.pipe, socket, net.Socket(), "end")
    end)

    it("of setKeepAlive are bounded by what the system takes", function()
        local client = sockets.pair()
        for _, delay in ipairs({ 0, 999, 1000, 1e300, math.huge, -5 }) do
            assert.equal(client, client:setKeepAlive(true, delay))
        end
        refused('"initialDelay" is out of range', client.setKeepAlive, client, true, NAN)
        refused('"initialDelay" argument', client.setKeepAlive, client, true, "long")
        assert.is_false(client.destroyed)
    end)

    it("are refused by on", function()
        refused("'eventName' must not be NaN", events.EventEmitter().on, events.EventEmitter(), NAN, print)
    end)

    it("are named by json as what they are", function()
        refused('"options.indent" is out of range', json.encode, {}, { indent = -1 })
        refused('"options.indent" property must be of type number', json.stringify, {}, nil, "  ")
        refused('"options.depth"', json.encode, {}, { depth = 0 })
        refused('"options.depth"', json.decode, "{}", { depth = 1e9 })
        refused('"list" argument must be of type table', json.array, "a")
        assert.equal("[]", json.encode(json.array()))
    end)
end)

describe("a member of Node's that Lua has no use for", function()
    it("says what to use instead, when it is read", function()
        local cases = {
            { "events.once is not part of moonherd: use async%.once", function() return events.once end },
            { "events.on is not", function() return events.on end },
            { "options.captureRejections is not", function() events.EventEmitter({ captureRejections = true }) end },
            { "timers.enroll is not part of moonherd: use timers.setTimeout", function()
                return require("moonherd.timers").enroll({}, 5)
            end },
        }
        for _, case in ipairs(cases) do
            assert.equal("ERR_NOT_IN_LUA", refused(case[1], case[2]))
        end
        assert.equal("ERR_NOT_IN_LUA", refused("console.table is not part of moonherd: use console.log", function()
            return require("moonherd.console").table({ 1 })
        end))
        assert.equal("ERR_NOT_IN_LUA", refused("events.new is not part of moonherd: use events.EventEmitter", function()
            return events.new()
        end))
        assert.is_nil(events.nothingOfTheKind)
    end)

    it("of net and http too, and their options", function()
        for _, name in ipairs({ "BlockList", "SocketAddress", "setDefaultAutoSelectFamily" }) do
            assert.equal("ERR_NOT_IN_LUA", refused("^net." .. name .. " is not", function() return net[name] end))
        end
        for _, name in ipairs({ "OutgoingMessage", "setMaxIdleHTTPParsers", "WebSocket" }) do
            assert.equal("ERR_NOT_IN_LUA", refused("^http." .. name .. " is not", function() return http[name] end))
        end
        for name, value in pairs({ onread = {}, lookup = print, autoSelectFamily = true, blockList = {} }) do
            local options = { port = 1, [name] = value }
            assert.equal("ERR_NOT_IN_LUA", refused("^options." .. name .. " is not", net.connect, options))
            local socket = net.Socket()
            assert.equal("ERR_NOT_IN_LUA", refused("^options." .. name, socket.connect, socket, options))
            assert.equal("ERR_NOT_IN_LUA", refused("^options." .. name, http.request, options))
            assert.equal("ERR_NOT_IN_LUA", refused("^options." .. name, http.Agent, options))
        end
        local of_http = { IncomingMessage = {}, ServerResponse = {}, allowHalfOpen = true, pauseOnConnect = true,
            insecureHTTPParser = true }
        for name, value in pairs(of_http) do
            local options = { [name] = value }
            assert.equal("ERR_NOT_IN_LUA", refused("^options." .. name .. " is not", http.createServer, options))
        end
        local options = { insecureHTTPParser = true }
        assert.equal("ERR_NOT_IN_LUA", refused("^options.insecureHTTPParser", http.request, options))
        require("moonherd.globals").install()
        for _, name in ipairs({ "https", "node:http2", "tls" }) do
            local _, message = pcall(require, name)
            assert.matches("is not part of moonherd: use http or net behind a proxy", tostring(message))
        end
    end)
end)
