--- ServerResponse: the answer to one request.
--
--     res:writeHead(200, { ["Content-Type"] = "text/plain" })
--     res:write("hello "); res:end_("world")                 -- res["end"](res, ...) is the same
--
-- Events: finish (all bytes are the kernel's), close (the exchange is over, or the connection lost), drain, error.
-- Answers written whole, in one end_, leave with a Content-Length and cross into C once.

local check = require("moonherd.check")
local core = require("moonherd.core")
local detached = require("moonherd.http.detached")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local headers = require("moonherd.http.headers")
local inspect = require("moonherd.inspect")
local interim = require("moonherd.http.interim")
local outgoing = require("moonherd.http.outgoing")
local tick = require("moonherd.tick")
local writable = require("moonherd.stream.writable")

local setmetatable, type = setmetatable, type

-- The flags of connection:reply.
local WHOLE, NO_DATE, UNCOUNTED, STRICT = 1, 2, 4, 8

local STATUS_CODES = core.httpStatuses()

-- From here on write says false.
local HIGH_WATER_BYTES = 16384

---@class moonherd.http.ServerResponse: moonherd.EventEmitter
---@field statusCode integer 200
---@field statusMessage string? the usual one of the status, which stands here once the head is settled
---@field sendDate boolean true
---@field strictContentLength boolean false: a body shorter than its Content-Length ends the connection; true: raises
---@field headersSent boolean
---@field writableEnded boolean end_ was called
---@field writableFinished boolean all bytes are the kernel's
---@field writableLength integer bytes that waited at the last write; 0 once they are the kernel's
---@field req moonherd.http.IncomingMessage
---@field socket moonherd.http.Connection
local Response = {
    __name = "ServerResponse",
    statusCode = 200,
    sendDate = true,
    headersSent = false,
    writable = true,
    writableEnded = false,
    writableFinished = false,
    writableNeedDrain = false,
    writableHighWaterMark = HIGH_WATER_BYTES,
    writableLength = 0,
    destroyed = false,
    strictContentLength = false,
}
events.mixin(Response)
outgoing.mixin(Response)
interim(Response)
writable.install(Response)
detached(Response)

-- The head ------------------------------------------------------------------------------------------------------

local function check_status(status)
    local code = tonumber(status)
    if not (code and code >= 100 and code < 1000) then
        error(errors.of("ERR_HTTP_INVALID_STATUS_CODE", inspect.value(status)), 0)
    end
    return code - code % 1
end

local function check_message(message)
    if message ~= nil then
        check.string(message, "statusMessage")
        headers.value("statusMessage", message)
    end
end

--- Settles status and headers; they leave with the first bytes of the body, or with flushHeaders. `headers_` is a
--- table by name, or a list { name, value, name, value }.
---@param status_code integer
---@param status_message string|table|nil
---@param headers_ table?
---@return self
function Response:writeHead(status_code, status_message, headers_)
    check.object(self, "res:writeHead", "writeHead")
    if self.headersSent then
        outgoing.cannot("write")
    end
    if type(status_message) == "table" then
        status_message, headers_ = nil, status_message
    end
    local status = check_status(status_code)
    check_message(status_message)
    if headers_ ~= nil then
        outgoing.set_all(self, headers_)
    end
    self.statusCode = status
    self.statusMessage = status_message or self.statusMessage or STATUS_CODES[status] or "unknown"
    self.headersSent = true
    return self
end

--- A body of `bytes` is not what the Content-Length says.
local function mismatch(self, bytes)
    local said = self:getHeader("content-length")
    local number = tostring(said):match("^%d+$")
    if not number then
        error(errors.of("ERR_HTTP_INVALID_HEADER_VALUE", inspect.value(said), "Content-Length"), 0)
    end
    error(errors.of("ERR_HTTP_CONTENT_LENGTH_MISMATCH", "Response", inspect.number(bytes), number), 0)
end

--- C refused an answer. What the program did wrong is raised; a lost connection will tell of itself.
local function refused(self, message, code, bytes)
    if code == "EBADMSG" then
        mismatch(self, bytes)
    elseif code == "EINVAL" then
        error(errors.of("ERR_INVALID_CHAR", "header content", message), 0)
    end
    self._lost = code
end

--- Sends the head, and the whole body if there is one to send at once.
local function send_head(self, body, flags)
    local status, message = self.statusCode, self.statusMessage
    if type(status) ~= "number" or not (status >= 100 and status < 1000) then
        status = check_status(status)
    end
    if message ~= nil then
        check_message(message)
    end
    if not self.sendDate then
        flags = flags + NO_DATE
    end
    if self.strictContentLength then
        flags = flags + STRICT
    end
    local list = self._list and outgoing.flat(self) or nil
    local socket = self.socket
    local ok, text, code = socket._box:reply(status, message, list, body, flags, socket._keep_max)
    if not ok then
        refused(self, text, code, #(body or ""))
    end
    if message == nil then
        self.statusMessage = STATUS_CODES[status] or "unknown"
    end
    self.headersSent = true
end

--- Sends the head now.
function Response:flushHeaders()
    check.object(self, "res:flushHeaders", "writeHead")
    if not self.socket then
        self:_keep("flushHeaders")
        self.headersSent = true
    elseif not self._head then
        send_head(self, nil, 0)
        self._head = true
    end
end

-- The body --------------------------------------------------------------------------------------------------------

--- For rejectNonStandardBodyWrites: raises where there cannot be a body. The head is settled by then, as in Node.
local function reject_body(self)
    if self.req.method == "HEAD" or self.statusCode == 204 or self.statusCode == 304 then
        self.headersSent = true
        error(errors.of("ERR_HTTP_BODY_NOT_ALLOWED"), 0)
    end
end

--- Has finish and close told when they are due.
local function watch(self)
    if not self._watched then
        self._watched = true
        self.socket:_tell(self)
    end
end

--- A piece of the body. false: enough for now, "drain" follows.
---@param data string
---@param encoding string|function|nil
---@param callback function? called when all bytes so far are the kernel's
---@return boolean
function Response:write(data, encoding, callback)
    -- Called often: it looks closer only where something is wrong.
    if type(self) ~= "table" or type(data) ~= "string" or self.writableEnded == nil then
        check.object(self, "res:write", "writeHead")
        outgoing.check_data(data)
    end
    callback = writable.callback(encoding, callback)
    if self.writableEnded then
        outgoing.fail_later(self, errors.of("ERR_STREAM_WRITE_AFTER_END"), callback)
        return false
    end
    if self.destroyed then
        if callback then
            tick.add(callback, errors.of("ERR_STREAM_DESTROYED", "write"))
        end
        return false
    elseif self._gathered then
        return self:_gather(data, callback)
    elseif not self.socket then
        self:_keep("write", data, nil, callback)
        self.headersSent = true
        self._kept.bytes = (self._kept.bytes or 0) + #data
        return self._kept.bytes < HIGH_WATER_BYTES
    end
    if self._rejects_body then
        reject_body(self)
    end
    if not self._head then
        send_head(self, nil, 0)
        self._head = true
    end
    local box = self.socket._box
    local ok, pending, code = box:write(data)
    if not ok then
        if code == "EMSGSIZE" then
            mismatch(self, tonumber(self:getHeader("content-length")) - box:left() + #data)
        end
        self._lost = code
        return false
    end
    if callback then
        self._written = self._written or {}
        self._written[#self._written + 1] = callback
        self.socket:_tell(self)
    end
    self.writableLength = pending
    if pending < HIGH_WATER_BYTES then
        return true
    end
    self.writableNeedDrain = true
    self.socket:_tell(self)
    return false
end

--- The end of the answer, with its last piece. A second end_ does nothing.
---@param data (string|function)?
---@param encoding (string|function)?
---@param callback function? called once finished
---@return self
function Response:end_(data, encoding, callback)
    if data == nil or type(self) ~= "table" or self.writableEnded == nil then
        check.object(self, "res:end_", "writeHead")
    end
    if check.callable(data) then
        data, encoding, callback = nil, nil, data
    end
    callback = writable.callback(encoding, callback)
    if data ~= nil and type(data) ~= "string" then
        outgoing.check_data(data)
    end
    if self.writableEnded then
        outgoing.end_again(self, data, callback)
        return self
    end
    if self._gathered then
        self:_pourOut()
    end
    if self._rejects_body and data and data ~= "" then
        reject_body(self)
    end
    if not self.socket then
        if not self.destroyed then
            self:_keep("end_", data, nil, callback)
        end
        self.headersSent, self.writableEnded = true, true
        return self
    elseif self._head then
        if data and not self.destroyed then
            self:write(data)
        end
        local box = self.socket._box
        local ok, _, code = box:finish(self._trailers, self.strictContentLength)
        if not ok and code == "EBADMSG" then
            mismatch(self, tonumber(self:getHeader("content-length")) - box:left())
        end
        self.writableEnded = true
    else
        -- writeHead settled the head before the length was known (as in Node).
        send_head(self, data, self.headersSent and WHOLE + UNCOUNTED or WHOLE)
        self.writableEnded = true
    end
    if callback then
        self:once("finish", callback)
    end
    if self._events or self.req._events then
        watch(self)
    end
    return self
end

Response["end"] = Response.end_

--- Calls `callback` after ms without traffic on the connection.
---@param ms number
---@param callback function?
---@return self
function Response:setTimeout(ms, callback)
    check.object(self, "res:setTimeout", "writeHead")
    check.timeout(ms, "msecs")
    check.opt(check.fn, callback, "callback")
    if callback then
        self:on("timeout", callback)
    end
    if self.socket then
        self.socket:setTimeout(ms)
    end
    return self
end

--- Cuts the connection. The server's "clientError" tells of `err`.
---@param err any
---@return self
function Response:destroy(err)
    check.object(self, "res:destroy", "writeHead")
    if not self.destroyed then
        self.destroyed = true
        self.writable = false
        if self.socket then
            self.socket:destroy(err)
        end
    end
    return self
end

for _, name in ipairs({ "on", "addListener", "once", "prependListener", "prependOnceListener" }) do
    local add = Response[name]
    Response[name] = function(self, event, listener)
        add(self, event, listener)
        if self.writableEnded and (event == "finish" or event == "close") and self.socket then
            watch(self)
        end
        return self
    end
end

-- What the connection tells ----------------------------------------------------------------------------------------

--- All bytes so far are the kernel's.
function Response:_flushed()
    if self.writableLength > 0 then
        self.writableLength = 0
    end
    local written = self._written
    if written then
        self._written = nil
        for i = 1, #written do
            written[i]()
        end
    end
    if self.writableEnded then
        if not self.writableFinished then
            self.writableFinished = true
            self:emit("finish")
        end
        return true
    end
    if self.writableNeedDrain and self._gathered_bytes == 0 then
        self.writableNeedDrain = false
        self:emit("drain")
    end
    return false
end

--- The exchange is over, or the connection.
function Response:_close()
    if self._closed then
        return
    end
    self._closed = true
    self.destroyed = true
    self.writable = false
    local written = self._written
    if written then
        self._written = nil
        local err = errors.of("ERR_STREAM_DESTROYED", "write")
        for i = 1, #written do
            written[i](err)
        end
    end
    self:emit("close")
end

--- For connection.lua. The table has room for all that an ordinary answer sets: keys with constant values are copied
-- with it, others would make it grow step by step (bytecode, unlike source, does not keep them).
function Response.new(socket, req)
    local self = {
        socket = false,
        req = false,
        headersSent = false,
        writableEnded = false,
        _head = false,
        _keys = false,
        _list = false,
    }
    self.socket, self.req = socket or nil, req
    return setmetatable(self, Response)
end

return Response
