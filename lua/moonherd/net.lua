--- TCP and UNIX sockets, as Node's net.
--
--     local net = require "net"
--
--     local server = net.createServer(function(socket)
--         socket:on("data", function(bytes) socket:write(bytes) end)
--     end)
--     server:listen(8000, "127.0.0.1")
--
--     local socket = net.connect(8000, "127.0.0.1", function() socket:end_("hello\n") end)

local absent = require("moonherd.absent")
local check = require("moonherd.check")
local core = require("moonherd.core")
local open = require("moonherd.net.open")
local Server = require("moonherd.net.server")
local Socket = require("moonherd.net.socket")
local util = require("moonherd.util")

local M = {}

--- 4 or 6 for a numeric address, 0 for anything else.
---@param input any
---@return integer
function M.isIP(input)
    return core.isIP(input)
end

---@param input any
---@return boolean
function M.isIPv4(input)
    return core.isIP(input) == 4
end

---@param input any
---@return boolean
function M.isIPv6(input)
    return core.isIP(input) == 6
end

--- The classes, which make an object when called: net.Socket { fd = 3 }, net.Server(connection_listener).
M.Socket = util.callable(Socket, open.new)
M.Stream = M.Socket

M.Server = util.callable(Server, function(...)
    return Server.init(setmetatable({}, Server), ...)
end)

--- A server that does not listen yet.
---@param options table? allowHalfOpen, pauseOnConnect, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark,
---maxQueueBytes
---@param connection_listener fun(socket: moonherd.Socket)? listener of "connection"
---@return moonherd.Server
function M.createServer(options, connection_listener)
    check.no_object(options, M, "net.createServer")
    return (M.Server(options, connection_listener))
end

--- Connects: (port, host?, callback?), (path, callback?) or (options, callback?). options: port and host, or path;
--- localAddress, localPort, family, timeout, allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark,
--- maxQueueBytes. The callback is a listener of "connect".
---@return moonherd.Socket
function M.connect(...)
    check.no_object((...), M, "net.connect")
    local options = type((...)) == "table" and (...) or nil
    return (open.unconnected(options):connect(...))
end

M.createConnection = M.connect

local IN_TURN = "net.connect, which tries the addresses of a name one after the other until one answers"

absent.add(M, "net", {
    BlockList = 'socket.remoteAddress and socket:destroy() in a listener of "connection"',
    SocketAddress = "a table { address =, family =, port = }",
    getDefaultAutoSelectFamily = IN_TURN,
    getDefaultAutoSelectFamilyAttemptTimeout = IN_TURN,
    setDefaultAutoSelectFamily = IN_TURN,
    setDefaultAutoSelectFamilyAttemptTimeout = IN_TURN,
})

return M
