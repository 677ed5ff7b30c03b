--- One connection of an http server: what C tells about it, and the `socket` that handlers see.
--
-- It stands for the net.Socket beneath a request (`req.socket`), see facade.lua; after an upgrade the protocol gets a
-- real net.Socket instead.
--
-- One request at a time: the next is told when the one before it is answered and received.

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local facade = require("moonherd.http.facade")
local Incoming = require("moonherd.http.incoming")
local open = require("moonherd.net.open")
local Response = require("moonherd.http.response")

local setmetatable = setmetatable
local emit = events.EventEmitter.emit
local new_request, new_response = Incoming.new, Response.new

-- on_request's flags, see bind/l_http.c. A request without any of these has nothing special.
local BODY, UPGRADE, EXPECT, EXPECT_CONTINUE, HTTP_1_0 = 1, 2, 4, 8, 16

local band = require("bit").band

---@class moonherd.http.Connection: moonherd.EventEmitter
---@field server moonherd.http.Server
---@field remoteAddress string?
---@field remotePort integer?
---@field remoteFamily string?
---@field localAddress string?
---@field localPort integer?
---@field localFamily string?
---@field destroyed boolean
local Connection = { __name = "Socket" }
events.mixin(Connection)
facade(Connection)

--- A connection on a descriptor, or on the stream box of a socket, from which `unread` has come already. Returns nil,
--- message, code, errno when it cannot be.
function Connection._open(server, http_server, stream, shared, unread)
    local self = setmetatable({ server = server, requests = 0 }, Connection)
    local box, message, code, errno = core.http(self, http_server, stream, shared, unread)
    if not box then
        return nil, message, code, errno
    end
    self._box = box
    return self
end

-- Requests --------------------------------------------------------------------------------------------------------

--- Gives the connection to another protocol. Its socket carries on where the head ended.
local function hand_over(self, event, req, res)
    local socket = open.new({ allowHalfOpen = true })
    local box, head = self._box:release(socket)
    socket.server, socket._counted_by = self.server, self._counted_by
    self.server:_track(socket)
    socket:_adopt(box)
    self.req, self.res = nil, nil
    self._released = true
    req.socket, req.upgrade = socket, true
    res.socket = nil
    self.server:emit(event, req, socket, head)
end

--- What is asked for beside the request itself. Returns whether the request was dealt with.
local function special(self, req, res, flags)
    local server = self.server
    local listeners = server._events
    if band(flags, HTTP_1_0) ~= 0 then
        req.httpVersion, req.httpVersionMinor = "1.0", 0
    end
    if band(flags, BODY) ~= 0 then
        req.complete = false
    end
    if band(flags, UPGRADE) ~= 0 then
        local event = req.method == "CONNECT" and "connect" or "upgrade"
        if listeners and listeners[event] then
            hand_over(self, event, req, res)
            return true
        elseif event == "connect" then
            self:destroy()
            return true
        end
    end
    if band(flags, EXPECT_CONTINUE) ~= 0 then
        if listeners and listeners.checkContinue then
            server:emit("checkContinue", req, res)
            return true
        end
        res:writeContinue()
    elseif band(flags, EXPECT) ~= 0 then
        if listeners and listeners.checkExpectation then
            server:emit("checkExpectation", req, res)
        else
            res:writeHead(417):end_()
        end
        return true
    end
    return false
end

function Connection:on_request(method, url, fields, flags)
    local req = new_request(self, method, url, fields)
    local res = new_response(self, req)
    self.req, self.res = req, res
    local server = self.server
    if server._unique then
        res._unique = server._unique
    end
    if server.rejectNonStandardBodyWrites then
        res._rejects_body = true
    end
    local count = self.requests + 1
    self.requests = count
    local most = server.maxRequestsPerSocket
    if most > 0 then
        self._keep_max = most
        if count >= most then
            self._box:spend()
        end
        if count > most then
            server:emit("dropRequest", req, self)
            res:writeHead(503):end_()
            return
        end
    end
    if flags ~= 0 and special(self, req, res, flags) then
        return
    end
    emit(server, "request", req, res)
end

function Connection:on_body(bytes)
    local req = self.req
    if req then
        req:emit("data", bytes)
    end
end

function Connection:on_received(trailers)
    local req, res = self.req, self.res
    if req then
        req:_received(trailers)
        if res._closed then
            req:_close() -- see on_flushed
        end
    end
end

--- For Incoming: whether its body is wanted.
function Connection:_flow(req, on)
    if self.req == req and self._box then
        self._box:flow(on)
    end
end

-- Finish, drain, close ----------------------------------------------------------------------------------------------

--- For Response: have _flushed called.
function Connection:_tell(res)
    local waiting = self._waiting
    if not waiting then
        self._waiting = { res }
    elseif waiting[#waiting] ~= res then
        waiting[#waiting + 1] = res
    end
    if not self.destroyed and not self._released then
        self._box:tellFlushed()
    end
end

--- For Incoming: somebody wants to hear its close.
function Connection:_watch(req)
    local res = self.res
    if res and res.req == req and res.writableEnded then
        self:_tell(res)
    end
end

function Connection:on_flushed()
    local waiting = self._waiting
    self._waiting = nil
    for i = 1, #(waiting or "") do
        local res = waiting[i]
        if res:_flushed() then
            local req = res.req
            res:_close()
            -- Answered before all was received: who listens to the body still hears it to its end.
            if req.complete or not req.readableFlowing then
                req:_close()
            end
        end
    end
end

--- Tells the server, and who listens to the socket, what ended the connection.
local function tell_error(self, err)
    self._had_error = true
    self.destroyed, self.writable = true, false
    local server = self.server
    if server:listenerCount("clientError") > 0 then
        server:emit("clientError", err, self)
    end
    if self:listenerCount("error") > 0 then
        self:emit("error", err)
    end
end

--- The client is gone. on_closed follows.
function Connection:on_lost(message, code, errno)
    local fields = { errno = errno, syscall = "read", reason = message }
    tell_error(self, errors.new("Error", code, "read " .. code, fields))
end

--- The request in hand will not be answered, though the connection lives on until the client has read why.
local function abandon(self)
    local req, res = self.req, self.res
    if res and not res.writableEnded then
        self.req, self.res = nil, nil
        req:_close(true)
        res:_close()
    end
end

--- What came is no request, or came too slowly. `bytes` were being read, `good` of them are no part of what is wrong.
function Connection:on_bad(code, reason, status, bytes, good)
    if code == "HPE_MISSING_HOST" then -- it can be read, so that nobody is asked (as in Node)
        self._box:reject(status)
        return
    end
    local server = self.server
    if server:listenerCount("clientError") == 0 then
        self._box:refuse(status)
        abandon(self)
        return
    end
    local message = bytes and "Parse Error: " .. reason or "Parse Error" -- as Node, which has no reason for an end
    if code == "ERR_HTTP_REQUEST_TIMEOUT" then
        message = "Request timeout"
    end
    local fields = { reason = reason, statusCode = status, rawPacket = bytes, bytesParsed = good }
    server:emit("clientError", errors.new("Error", code, message, fields), self)
end

function Connection:on_timeout()
    local req, res = self.req, self.res
    local heard = req and not req.complete and req:emit("timeout", self)
    heard = res and not res.writableEnded and res:emit("timeout", self) or heard
    heard = self.server:emit("timeout", self) or heard
    self:emit("timeout")
    if not heard then
        self:destroy()
    end
end

--- Tells what is over: the exchanges not yet closed, the socket, and, first of all, the server, which must not lose
-- count when a listener raises.
function Connection:on_closed()
    self.destroyed = true
    self.readable, self.writable = false, false
    if self._released then
        return
    end
    local waiting, req, res, original = self._waiting, self.req, self.res, self._original
    self._waiting, self.req, self.res = nil, nil, nil
    self.server:_connectionClosed()
    if self._counted_by then
        self._counted_by:_connectionClosed(original)
    end
    if self._error ~= nil then
        tell_error(self, self._error)
    end
    local unsent = false
    for i = 1, #(waiting or "") do
        unsent = unsent or waiting[i] == res
        if waiting[i] ~= res then
            waiting[i].req:_close(true)
            waiting[i]:_close()
        end
    end
    if res then
        req:_close(unsent or not (res.writableEnded and req.complete))
        res:_close()
    end
    self:emit("close", self._had_error or false)
    if original then
        original.destroyed, original.closed = true, true
        original:emit("close", self._had_error or false)
    end
end

return Connection
