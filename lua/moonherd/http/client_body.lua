--- The head and the body of an http.ClientRequest. Its methods are the request's own.
--
-- Fields: _framing ("length" or "chunked", once the head is made), _head (its text, until it is sent), _length (bytes
-- that were announced), _sent_bytes, _unsent (list of { bytes, callback } written before there is a socket),
-- _unsent_bytes.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local inspect = require("moonherd.inspect")
local outgoing = require("moonherd.http.outgoing")
local tick = require("moonherd.tick")
local writable = require("moonherd.stream.writable")

local Body = {}

-- The head ----------------------------------------------------------------------------------------------------

-- Without a body unless there is one to send.
local BODILESS = { GET = true, HEAD = true, DELETE = true, OPTIONS = true, TRACE = true, CONNECT = true }

--- How the body's end is told: "length", "chunked" or nil for no body. `whole` is its length if it is all there.
local function framing(self, lines, whole)
    local length, encoding = self:getHeader("content-length"), self:getHeader("transfer-encoding")
    if encoding ~= nil then
        if length ~= nil or not tostring(encoding):lower():find("^%s*chunked%s*$") then
            error(errors.arg_value("Transfer-Encoding", encoding, "must be chunked, without a Content-Length"), 0)
        end
        return "chunked"
    elseif length ~= nil then
        local bytes = tostring(length):match("^%d+$") and tonumber(length)
        if not bytes then
            error(errors.of("ERR_HTTP_INVALID_HEADER_VALUE", tostring(length), "Content-Length"), 0)
        end
        self._length = bytes
        return "length"
    elseif whole and not self._trailers then
        if whole > 0 or not BODILESS[self.method] then
            lines[#lines + 1] = ("Content-Length: %d\r\n"):format(whole)
        end
        self._length = whole
        return "length"
    end
    lines[#lines + 1] = "Transfer-Encoding: chunked\r\n"
    return "chunked"
end

--- The head's text. Settles how the body is sent.
local function head(self, whole)
    local lines = { ("%s %s HTTP/1.1\r\n"):format(self.method, self.path) }
    local list = self._list and outgoing.flat(self) or {}
    for i = 1, #list, 2 do
        lines[#lines + 1] = ("%s: %s\r\n"):format(list[i], list[i + 1])
    end
    local connection = self:getHeader("connection")
    if connection == nil then
        lines[#lines + 1] = self.shouldKeepAlive and "Connection: keep-alive\r\n" or "Connection: close\r\n"
    elseif tostring(connection):lower():find("close", 1, true) then
        self.shouldKeepAlive = false
    end
    self._framing = framing(self, lines, whole)
    self._sent_bytes = 0
    self.headersSent = true
    lines[#lines + 1] = "\r\n"
    return table.concat(lines)
end

--- Bytes to the socket, or, before there is one, kept for it. Returns whether there is room for more.
local function send(self, bytes, callback)
    if bytes == "" and not callback then
        return true
    elseif self.socket then
        return self.socket:write(bytes, callback)
    end
    self._unsent[#self._unsent + 1] = { bytes, callback }
    self._unsent_bytes = self._unsent_bytes + #bytes
    return self._unsent_bytes < self.writableHighWaterMark
end

--- Sends the head now, before there is a body.
function Body:flushHeaders()
    check.object(self, "req:flushHeaders", "onSocket")
    if not self.headersSent and not self.destroyed then
        send(self, head(self, BODILESS[self.method] and 0 or nil))
    end
end

-- The body ----------------------------------------------------------------------------------------------------

local function mismatch(self, bytes)
    local said, is = inspect.number(self._length), inspect.number(bytes)
    return errors.of("ERR_HTTP_CONTENT_LENGTH_MISMATCH", "Request", is, said)
end

--- A piece as it stands on the wire. Raises if it is more than was announced.
local function framed(self, data)
    if self._framing == "chunked" then
        return data == "" and "" or ("%x\r\n%s\r\n"):format(#data, data)
    end
    local bytes = self._sent_bytes + #data
    if bytes > self._length then
        error(mismatch(self, bytes), 0)
    end
    self._sent_bytes = bytes
    return data
end

--- Sends bytes, behind the head if that is still to go.
local function send_behind_head(self, bytes, callback)
    local first = self._head or ""
    self._head = nil
    return send(self, first .. bytes, callback)
end

--- A piece of the body. false: enough for now, "drain" follows.
---@param data string
---@param encoding (string|function)?
---@param callback function? called when the kernel has it
---@return boolean
function Body:write(data, encoding, callback)
    check.object(self, "req:write", "onSocket")
    outgoing.check_data(data)
    callback = writable.callback(encoding, callback)
    if self.writableEnded then
        outgoing.fail_later(self, errors.of("ERR_STREAM_WRITE_AFTER_END"), callback)
        return false
    elseif self.destroyed then
        if callback then
            tick.add(callback, errors.of("ERR_STREAM_DESTROYED", "write"))
        end
        return false
    elseif self._gathered then
        return self:_gather(data, callback)
    end
    if not self.headersSent then
        self._head = head(self)
    end
    local enough = send_behind_head(self, framed(self, data), callback)
    self.writableNeedDrain = self.writableNeedDrain or not enough
    return enough
end

local function finish(self)
    if self.destroyed then
        return
    end
    self.writableFinished = true
    self:emit("finish")
end

--- The last bytes of a chunked body.
local function last_chunk(self)
    local lines = { "0\r\n" }
    for i = 1, #(self._trailers or lines) - 1, 2 do
        lines[#lines + 1] = ("%s: %s\r\n"):format(self._trailers[i], self._trailers[i + 1])
    end
    lines[#lines + 1] = "\r\n"
    return table.concat(lines)
end

--- The request's end, with its last piece. A second end_ does nothing.
---@param data (string|function)?
---@param encoding (string|function)?
---@param callback function? called once finished
---@return self
function Body:end_(data, encoding, callback)
    check.object(self, "req:end_", "onSocket")
    if check.callable(data) then
        data, encoding, callback = nil, nil, data
    end
    callback = writable.callback(encoding, callback)
    if data ~= nil then
        outgoing.check_data(data)
    end
    if self.writableEnded then
        outgoing.end_again(self, data, callback)
        return self
    elseif self.destroyed then
        return self
    end
    self:_pourOut()
    if not self.headersSent then
        self._head = head(self, #(data or ""))
    end
    local bytes = framed(self, data or "")
    if self._framing == "chunked" then
        bytes = bytes .. last_chunk(self)
    elseif self._sent_bytes < self._length then
        self:destroy(mismatch(self, self._sent_bytes)) -- the server would wait for the rest
        return self
    end
    self.writableEnded, self.writable = true, false
    if callback then
        self:once("finish", callback)
    end
    send_behind_head(self, bytes, function(err)
        if not err then
            finish(self)
        end
    end)
    if self._connection and self.res then
        self._connection:_answered(self, self.res)
    end
    return self
end

Body["end"] = Body.end_
writable.install(Body)

return Body
