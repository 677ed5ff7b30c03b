--- http.ClientRequest: a request on its way, and what becomes of it.
--
--     local req = http.request({ port = 8000, method = "POST", path = "/" }, function(res)
--         res:on("data", function(bytes) io.write(bytes) end)
--     end)
--     req:on("error", function(err) print(err.message) end)
--     req:write("one, "); req:end_("two")
--
-- Events: socket, response(res), continue, information, upgrade and connect(res, socket, head), timeout, drain, finish,
-- error, close. Nothing is sent before the first write, end_ or flushHeaders. The end of the body is always marked: by
-- its length where it is sent whole or has a Content-Length, else by chunks.

local agents = require("moonherd.http.agent")
local body = require("moonherd.http.client_body")
local check = require("moonherd.check")
local client_connection = require("moonherd.http.client_connection")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local outgoing = require("moonherd.http.outgoing")
local target = require("moonherd.http.client_target")
local tick = require("moonherd.tick")

local DEFAULT_HEADER_BYTES = 16384

---@class moonherd.http.ClientRequest: moonherd.EventEmitter
---@field method string
---@field path string
---@field host string
---@field protocol string
---@field agent moonherd.http.Agent
---@field socket moonherd.Socket?
---@field reusedSocket boolean the connection has carried another request before
---@field destroyed boolean
local Request = {
    __name = "ClientRequest",
    protocol = "http:",
    headersSent = false,
    destroyed = false,
    aborted = false,
    reusedSocket = false,
    writable = true,
    writableEnded = false,
    writableFinished = false,
    writableNeedDrain = false,
    writableHighWaterMark = 16384,
}
Request.__index = Request
events.mixin(Request)
outgoing.mixin(Request)
for name, method in pairs(body) do
    Request[name] = method
end

-- The connection ----------------------------------------------------------------------------------------------

--- The connection is there: what was sent before goes out.
local function start(self, socket)
    if self.destroyed or not self._connection then
        return -- given up, or it failed at once
    end
    self.socket = socket
    if self.timeout then
        socket:setTimeout(self.timeout)
    end
    if self._no_delay ~= nil then
        socket:setNoDelay(self._no_delay)
    end
    if self._keep_alive then
        socket:setKeepAlive(unpack(self._keep_alive))
    end
    self:emit("socket", socket)
    if self.destroyed then
        return
    end
    local unsent = self._unsent
    self._unsent = {}
    for _, entry in ipairs(unsent) do
        socket:write(entry[1], entry[2])
    end
    if self.writableNeedDrain and not socket.writableNeedDrain then
        tick.add(self._onDrain, self)
    end
end

--- From the agent: the request's turn on this socket.
function Request:_onSocket(socket)
    socket:ref()
    -- Now, not in the tick: a socket may fail at once, and somebody has to hear it.
    self._connection = client_connection.of(socket, self.maxHeaderSize)
    self._connection:serve(self)
    tick.add(start, self, socket)
end

local function emit_close(self)
    if not self._closed then
        self._closed = true
        self.destroyed = true
        self:emit("close")
    end
end

function Request:_onDrain()
    if self.writableNeedDrain and not self.writableEnded and not self.destroyed then
        self.writableNeedDrain = false
        self:emit("drain")
    end
end

function Request:_onTimeout()
    self:emit("timeout")
end

--- An interim answer.
function Request:_onInterim(res)
    if res.statusCode == 100 then
        self:emit("continue")
    end
    self:emit("information", {
        statusCode = res.statusCode,
        statusMessage = res.statusMessage,
        httpVersion = res.httpVersion,
        httpVersionMajor = 1,
        httpVersionMinor = res.httpVersionMinor,
        headers = res.headers,
        rawHeaders = res.rawHeaders,
    })
end

function Request:_onResponse(res)
    self.res = res
    local connection = self._connection
    res:once("end", function()
        tick.add(connection._answered, connection, self, res)
    end)
    if not self:emit("response", res) then
        res:resume() -- nobody wants it: let the next request have the connection
    end
end

--- The answer is no HTTP any more.
function Request:_onUpgrade(res, socket, bytes)
    self.res, self._connection = res, nil
    socket:setTimeout(0)
    self.agent:_lose(socket)
    local event = self.method == "CONNECT" and "connect" or "upgrade"
    socket._flowing = nil -- as if nobody had listened yet
    self.upgradeOrConnect = true
    if not self:emit(event, res, socket, bytes) then
        socket:destroy()
    end
    emit_close(self)
end

--- The connection failed, or is gone. `answered`: a part of the answer was there, which tells of it too.
function Request:_onFailure(err, answered)
    self._connection = nil
    if self._closed then
        return
    end
    local is_close = answered and err.code == "ECONNRESET"
    tick.add(emit_close, self)
    if not self.destroyed and not is_close then
        self:emit("error", err)
    elseif self._error ~= nil then
        self:emit("error", self._error)
    elseif self.destroyed and not answered then
        self:emit("error", err)
    end
end

--- Request and answer are through.
function Request:_onDone(keep_alive)
    local socket = self.socket
    self._connection = nil
    if self.timeout then
        socket:setTimeout(0)
    end
    if keep_alive and self.shouldKeepAlive and self.writableEnded then
        self.agent:_release(socket)
    else
        socket:destroySoon()
    end
    emit_close(self)
end

-- Control -----------------------------------------------------------------------------------------------------

local function hang_up()
    return errors.new("Error", "ECONNRESET", "socket hang up")
end

--- Gives up. "error" (`err`, or ECONNRESET where there is no answer yet) and "close" follow.
---@param err any
---@return self
function Request:destroy(err)
    check.object(self, "req:destroy")
    if self.destroyed then
        return self
    end
    self.destroyed, self.writable = true, false
    self._error = err
    if self.res and not self.res.destroyed then
        self.res._error = err
    end
    if self._connection then
        self._connection.socket:destroy()
    else
        self.agent:_forget(self)
        tick.add(self._onFailure, self, err or hang_up(), false)
    end
    return self
end

--- The old name of destroy.
function Request:abort()
    if not self.aborted then
        self.aborted = true
        tick.add(self.emit, self, "abort")
        self:destroy()
    end
end

--- "timeout" after ms without traffic on the connection. Nothing else happens: destroy it then if you want to.
---@param ms number
---@param callback function?
---@return self
function Request:setTimeout(ms, callback)
    check.object(self, "req:setTimeout")
    check.number(ms, "msecs")
    if not (ms >= 0 and ms < math.huge) then
        error(errors.out_of_range("msecs", "a non-negative finite number", ms), 0)
    end
    check.opt(check.fn, callback, "callback")
    self.timeout = ms
    if callback then
        self:once("timeout", callback)
    end
    if self.socket and self._connection then
        self.socket:setTimeout(ms)
    end
    return self
end

function Request:setNoDelay(on)
    self._no_delay = on ~= false
    if self.socket then
        self.socket:setNoDelay(self._no_delay)
    end
end

function Request:setSocketKeepAlive(on, delay)
    self._keep_alive = { on, delay }
    if self.socket then
        self.socket:setKeepAlive(on, delay)
    end
end

-- Making one --------------------------------------------------------------------------------------------------

local function host_header(options)
    local host = options.host or "localhost"
    if host:find(":", 1, true) and host:sub(1, 1) ~= "[" then
        host = "[" .. host .. "]"
    end
    local default = options.defaultPort or 80
    return options.port ~= default and ("%s:%d"):format(host, options.port) or host
end

local function set_headers(self, options)
    if options.headers then
        outgoing.set_all(self, options.headers)
    end
    if options.setHost ~= false and not self:hasHeader("host") then
        self:setHeader("Host", host_header(options))
    end
    if options.auth and not self:hasHeader("authorization") then
        self:setHeader("Authorization", "Basic " .. target.base64(options.auth))
    end
end

local function obey(self, signal)
    local function abort()
        self:destroy(errors.abort(signal.reason))
    end
    if signal.aborted then
        return tick.add(abort)
    end
    signal:addEventListener("abort", abort)
    self:once("close", function()
        signal:removeEventListener("abort", abort)
    end)
end

local M = { ClientRequest = Request }

--- See http.request.
---@return moonherd.http.ClientRequest
function M.new(default_agent, url, options, callback)
    options, callback = target.read(url, options, callback)
    local agent = options.agent
    if agent == nil then
        agent = options.createConnection and agents.new() or default_agent
    elseif agent == false then
        agent = agents.new()
    end
    local self = setmetatable({ _unsent = {}, _unsent_bytes = 0 }, Request)
    self.method, self.path, self.host = options.method, options.path, options.host or "localhost"
    self.agent, self.timeout = agent, options.timeout
    self.maxHeaderSize = options.maxHeaderSize or DEFAULT_HEADER_BYTES
    self.shouldKeepAlive = agent.keepAlive
    set_headers(self, options)
    if callback then
        self:once("response", callback)
    end
    if options.signal then
        obey(self, options.signal)
    end
    local expects = self:hasHeader("expect")
    agent:addRequest(self, {
        host = options.host or "localhost",
        port = not options.socketPath and options.port or nil,
        path = options.socketPath,
        socketPath = options.socketPath,
        localAddress = options.localAddress,
        localPort = options.localPort,
        family = options.family,
        createConnection = options.createConnection,
        noDelay = true,
    })
    if expects then
        self:flushHeaders()
    end
    return self
end

return M
