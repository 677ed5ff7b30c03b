--- http.Server: a net.Server whose connections speak HTTP/1.1.
--
--     local server = http.createServer({ maxBodySize = 1e6 }, function(req, res) res:end_("hello") end)
--     server:listen(8000)
--     server.keepAliveTimeout = 10000                        -- limits may be changed at any time
--
-- Events besides those of net.Server: request(req, res), checkContinue(req, res), checkExpectation(req, res),
-- upgrade(req, socket, head), connect(req, socket, head), clientError(err, socket), timeout(socket),
-- dropRequest(req, socket).
--
-- Limits, as options of createServer and as fields; times in ms, 0 for ever:
--
--     headersTimeout 60000, requestTimeout 300000      a request that comes more slowly gets 408
--     keepAliveTimeout 5000                            between two requests of a connection
--     timeout 0                                        without traffic: "timeout", or the end if nobody listens
--     maxRequestsPerSocket 0                           what comes after so many is dropped (503); 0 for any number
--     maxHeaderSize 16384, maxHeadersCount 2000 (431), maxUrlSize any (414)
--     maxBodySize 64 MiB, maxChunkExtensionSize 16384 (413)
--     maxAhead 65536                                   bytes read of what follows an unanswered request
--     highWaterMark 65536                              unsent bytes that keep the next request waiting
--     lingerTimeout 5000                               for the client to end its side after we have ended ours
--     requireHostHeader true
--     httpAllowHalfOpen false                          whether a client that ends its side still gets its answer
--     joinDuplicateHeaders false                       join even what counts once (two Host, two Content-Type, ...)
--     rejectNonStandardBodyWrites false                raise for the body of an answer that has none, do not drop it
--
-- Options only: uniqueHeaders, names of headers of which a list of values is sent as one header; and Node's
-- connectionsCheckingInterval, which changes nothing: every limit has its own clock.

local absent = require("moonherd.absent")
local check = require("moonherd.check")
local core = require("moonherd.core")
local Connection = require("moonherd.http.connection")
local NetServer = require("moonherd.net.server")
local outgoing = require("moonherd.http.outgoing")
local parsing = require("moonherd.http.parsing")

-- From here on a value means "no limit".
local NO_LIMIT = 2 ^ 53

-- What C watches over.
local LIMITS = {
    headersTimeout = 60000,
    requestTimeout = 300000,
    keepAliveTimeout = 5000,
    timeout = 0,
    maxHeaderSize = 16384,
    maxHeadersCount = 2000,
    maxUrlSize = NO_LIMIT,
    maxBodySize = 64 * 1024 * 1024,
    maxChunkExtensionSize = 16384,
    maxAhead = 65536,
    highWaterMark = 65536,
    lingerTimeout = 5000,
}
local SWITCHES = {
    requireHostHeader = true,
    httpAllowHalfOpen = false,
    joinDuplicateHeaders = false,
    rejectNonStandardBodyWrites = false,
}

local WRAPPED = 'a listener of "request" that adds to what it gets'
local ABSENT = {
    IncomingMessage = WRAPPED,
    ServerResponse = WRAPPED,
    allowHalfOpen = "httpAllowHalfOpen",
    pauseOnConnect = 'net.createServer, and httpServer:emit("connection", socket)',
}

-- How long a connection must have been quiet before a draining server ends it.
local QUIET_MS = 1000
local MAX_QUIET_MS = 2147483647

---@class moonherd.http.Server: moonherd.Server
---@field headersTimeout integer
---@field requestTimeout integer
---@field keepAliveTimeout integer
---@field timeout integer
---@field maxRequestsPerSocket integer
---@field maxHeaderSize integer
---@field maxHeadersCount integer
---@field maxBodySize integer
local Server = setmetatable({ __name = "Server", maxRequestsPerSocket = 0 }, { __index = NetServer })

for name, value in pairs(LIMITS) do
    Server[name] = value
end
for name, value in pairs(SWITCHES) do
    Server[name] = value
end

local function check_limit(name, value)
    if value == nil then
        return Server[name]
    elseif value == math.huge or (value == 0 and name == "maxHeadersCount") then -- 0 as in Node
        return NO_LIMIT
    end
    return check.integer(value, name, 0, NO_LIMIT)
end

-- Each server has a metatable of its own: what is set of the limits goes to `limits` and to C, so that reading stays
-- a plain look-up and C needs not ask.
local function attach(self)
    local limits = setmetatable({}, { __index = Server })
    return setmetatable(self, {
        __name = "Server",
        __index = limits,
        __newindex = function(server, name, value)
            if LIMITS[name] then
                limits[name] = check_limit(name, value)
            elseif SWITCHES[name] ~= nil then
                limits[name] = check.boolean(value, "options." .. name)
            else
                rawset(server, name, value)
                return
            end
            local box = rawget(server, "_http")
            if box then
                box:set(limits)
            end
        end,
    })
end

--- Raises for options that are not here, or that nothing would come of.
local function check_options(options)
    for name, instead in pairs(ABSENT) do
        if options[name] ~= nil then
            error(absent.error("options." .. name, instead), 0)
        end
    end
    parsing.check(options)
    check.opt(check.integer, options.connectionsCheckingInterval, "connectionsCheckingInterval", 0, 2 ^ 53 - 1)
end

--- For http.createServer.
function Server.new(options, request_listener)
    if check.callable(options) then
        options, request_listener = nil, options
    end
    options = options == nil and {} or check.table(options, "options")
    check_options(options)
    local self = NetServer.init(attach({}), options)
    self._unique = outgoing.unique(options.uniqueHeaders)
    for name, value in pairs(options) do
        if LIMITS[name] or SWITCHES[name] ~= nil then
            self[name] = value
        elseif name == "maxRequestsPerSocket" then
            self[name] = check.integer(value, name, 0)
        end
    end
    check.opt(check.fn, request_listener, "requestListener")
    if request_listener then
        self:on("request", request_listener)
    end
    return self
end

-- Connections -----------------------------------------------------------------------------------------------------

--- The server in C, while there are connections.
local function http_server(self)
    local box = rawget(self, "_http")
    if not box then
        box = assert(core.httpServer(self))
        box:set(getmetatable(self).__index)
        rawset(self, "_http", box)
    end
    return box
end

--- Everything has ended: C's part goes too, or the open handle would keep the server for ever.
local function close_http_server(self)
    local box = rawget(self, "_http")
    if box then
        rawset(self, "_http", nil)
        box:close()
    end
end

--- An accepted descriptor becomes a connection.
function Server:accept_fd(fd, shared)
    local connection = Connection._open(self, http_server(self), fd, shared)
    if not connection then
        self:_connectionClosed()
        return
    end
    local options, events = self._options, self._events
    if options.keepAlive then
        connection:setKeepAlive(true, options.keepAliveInitialDelay)
    end
    if options.noDelay == false then
        connection:setNoDelay(false)
    end
    if events and events.connection then
        self:emit("connection", connection)
    end
end

--- A net.Socket from elsewhere becomes a connection.
local function take_socket(self, socket)
    local handle = socket._handle
    if not handle then
        return
    end
    local connection = Connection._open(self, http_server(self), handle, false, table.concat(socket._unread or {}))
    if connection then
        self._connections = self._connections + 1
        connection._original, connection._counted_by = socket, socket._counted_by or socket.server
        socket._handle, socket._unread = nil, nil
        socket.server = self
    end
end

--- As every emitter's. A socket can be given to the server, as in Node: server:emit("connection", socket).
function Server:emit(name, socket, ...)
    if name == "connection" and getmetatable(socket) ~= Connection then
        take_socket(self, socket)
    elseif name == "close" then
        close_http_server(self)
    end
    return NetServer.emit(self, name, socket, ...)
end

--- Ends the connections that have answered and wait for another request.
function Server:closeIdleConnections()
    check.object(self, "server:closeIdleConnections", "closeIdleConnections")
    local box = rawget(self, "_http")
    if box then
        box:closeIdle()
    end
end

--- Cuts all connections, whatever they are doing.
function Server:closeAllConnections()
    check.object(self, "server:closeAllConnections", "closeAllConnections")
    local box = rawget(self, "_http")
    if box then
        box:closeAll()
    end
end

--- Of connections that were upgraded, only this class's parent knows.
function Server:_cut()
    self:closeAllConnections()
    NetServer._cut(self)
end

--- Takes no more connections, ends those that wait between two requests; `callback` when the last one has ended.
---@param callback fun(err: moonherd.Error?)?
---@return self
function Server:close(callback)
    check.object(self, "server:close", "closeIdleConnections")
    check.opt(check.fn, callback, "callback")
    self:closeIdleConnections()
    return NetServer.close(self, callback)
end

--- As close, and nobody's request is cut off: each connection ends with its next answer, and one that is quiet for
--- `quiet` ms is half-closed and read to its end.
---@param quiet integer|function|nil 1000 ms unless given
---@param callback fun(err: moonherd.Error?)?
---@return self
function Server:drain(quiet, callback)
    check.object(self, "server:drain", "closeIdleConnections")
    if check.callable(quiet) then
        quiet, callback = nil, quiet
    end
    check.opt(check.integer, quiet, "quiet", 0, MAX_QUIET_MS)
    check.opt(check.fn, callback, "callback")
    http_server(self):drain(quiet or QUIET_MS)
    return NetServer.close(self, callback)
end

--- Tells "timeout" of connections without traffic for ms; without a listener they end.
---@param msecs integer?
---@param callback fun(socket: moonherd.http.Connection)?
---@return self
function Server:setTimeout(msecs, callback)
    check.object(self, "server:setTimeout", "closeIdleConnections")
    check.opt(check.fn, callback, "callback")
    self.timeout = check.opt(check.integer, msecs, "msecs", 0) or 0
    if callback then
        self:on("timeout", callback)
    end
    return self
end

return Server
