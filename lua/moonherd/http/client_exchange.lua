--- An http.ClientRequest on its connection: how it gets that, and what the connection tells it. Its methods are the
--- request's own; client_connection.lua calls those that begin with _on.
--
-- Fields: _connection (from the request's turn to its end), _error (what `destroy` was given), _closed, _hears_timeout
-- (until "timeout" was told), and what was asked for before there was a socket: _timeout, _no_delay, _keep_alive.

local check = require("moonherd.check")
local client_connection = require("moonherd.http.client_connection")
local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

local Exchange = {}

--- Sets the timeout of the socket, once it is connected.
function Exchange:_setSocketTimeout(ms)
    local socket = self.socket
    if socket.connecting then
        socket:once("connect", function()
            socket:setTimeout(ms)
        end)
    else
        socket:setTimeout(ms)
    end
end

--- The connection is there: what was sent before goes out.
local function start(self, socket)
    if self.destroyed or not self._connection then
        return -- given up, or it failed at once
    end
    self.socket = socket
    if self._timeout then
        self:_setSocketTimeout(self._timeout)
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
    self._unsent, self._unsent_bytes = {}, 0
    for _, entry in ipairs(unsent) do
        socket:write(entry[1], entry[2])
    end
    if self.writableNeedDrain and not socket.writableNeedDrain then
        tick.add(self._onDrain, self)
    end
end

--- From the agent: the request's turn on this socket; or there is none, for an error.
---@param socket moonherd.Socket?
---@param err any
function Exchange:onSocket(socket, err)
    check.object(self, "req:onSocket", "onSocket")
    if socket ~= nil and not (type(socket) == "table" and socket.readyState) then
        error(errors.arg_type("socket", "Socket", socket), 0)
    elseif not socket then
        return tick.add(self._onFailure, self, err)
    elseif self.destroyed then
        socket:destroy() -- given up while the connection was being made
        return
    end
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

function Exchange:_onDrain()
    local due = self.writableNeedDrain and self._gathered_bytes == 0
    if due and not self.writableEnded and not self.destroyed then
        self.writableNeedDrain = false
        self:emit("drain")
    end
end

function Exchange:_onTimeout()
    if self._hears_timeout then
        self._hears_timeout = false
        self:emit("timeout")
    end
    if self.res then
        self.res:emit("timeout")
    end
end

--- An interim answer.
function Exchange:_onInterim(res)
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

function Exchange:_onResponse(res)
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
function Exchange:_onUpgrade(res, socket, bytes)
    self.res, self._connection = res, nil
    socket:setTimeout(0)
    socket:emit("agentRemove")
    local event = self.method == "CONNECT" and "connect" or "upgrade"
    socket.readableFlowing = nil -- as if nobody had listened yet
    self.upgradeOrConnect = true
    if not self:emit(event, res, socket, bytes) then
        socket:destroy()
    end
    emit_close(self)
end

--- The connection failed, or is gone: "error", if there is one to tell, and "close".
function Exchange:_onFailure(err)
    self._connection = nil
    if self._closed then
        return
    end
    self.destroyed = true
    tick.add(emit_close, self)
    if self._error ~= nil then
        err = self._error
    end
    if err ~= nil then
        self:emit("error", err)
    end
end

local function emit_free(self, socket)
    emit_close(self)
    socket:emit("free")
end

--- Request and answer are through.
function Exchange:_onDone(keep_alive)
    local socket = self.socket
    self._connection = nil
    self.destroyed = true
    if keep_alive and self.shouldKeepAlive then
        if self._hears_timeout ~= nil then
            socket:setTimeout(0)
        end
        tick.add(emit_free, self, socket)
        return
    end
    if socket.closed then
        tick.add(emit_close, self)
    else
        socket:once("close", function()
            emit_close(self)
        end)
        socket:destroySoon()
    end
end

return Exchange
