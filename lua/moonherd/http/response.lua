--- ServerResponse: the answer to one request.
--
--     res:writeHead(200, { ["Content-Type"] = "text/plain" })
--     res:write("hello "); res:end_("world")                 -- res["end"](res, ...) is the same
--
-- Events: finish (all bytes are the kernel's), close (the exchange is over, or the connection lost), drain, error.
-- Answers written whole, in one end_, leave with a Content-Length and cross into C once.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local headers = require("moonherd.http.headers")
local inspect = require("moonherd.inspect")
local tick = require("moonherd.tick")

local setmetatable, type = setmetatable, type
local to_key = headers.key

-- The flags of connection:reply.
local WHOLE, NO_DATE, UNCOUNTED = 1, 2, 4

-- From here on write says false.
local HIGH_WATER_BYTES = 16384

---@class moonherd.http.ServerResponse: moonherd.EventEmitter
---@field statusCode integer 200
---@field statusMessage string? the usual one of the status
---@field sendDate boolean true
---@field headersSent boolean
---@field writableEnded boolean end_ was called
---@field writableFinished boolean all bytes are the kernel's
---@field req moonherd.http.IncomingMessage
---@field socket moonherd.http.Connection
local Response = {
    __name = "ServerResponse",
    statusCode = 200,
    sendDate = true,
    headersSent = false,
    finished = false,
    writable = true,
    writableEnded = false,
    writableFinished = false,
    writableNeedDrain = false,
    writableHighWaterMark = HIGH_WATER_BYTES,
    destroyed = false,
    strictContentLength = true,
}
events.mixin(Response)

-- Headers: _keys[i] is the lower case of a name, _list[2 * i - 1] the name, _list[2 * i] its text or list of texts.

local function cannot(what)
    error(errors.of("ERR_HTTP_HEADERS_SENT", what), 0)
end

local function find(self, key)
    local keys = self._keys
    if keys then
        for i = 1, #keys do
            if keys[i] == key then
                return i
            end
        end
    end
    return nil
end

local function set(self, name, value)
    local key = to_key(name)
    local text
    if type(value) == "table" then
        text = headers.values(name, value)
        self._lists = true
    else
        text = headers.value(name, value)
    end
    local keys = self._keys
    if not keys then
        self._keys = { key }
        self._list = { name, text }
        return
    end
    local i = find(self, key) or #keys + 1
    keys[i] = key
    self._list[2 * i - 1] = name
    self._list[2 * i] = text
end

--- Sets a header; a list as value makes it a repeated one. The case of the name is kept.
---@param name string
---@param value string|number|boolean|table
---@return self
function Response:setHeader(name, value)
    if self.headersSent then
        cannot("set")
    end
    set(self, name, value)
    return self
end

--- Sets all headers of a table, whose keys are names.
---@param map table<string, any>
---@return self
function Response:setHeaders(map)
    if self.headersSent then
        cannot("set")
    end
    for name, value in pairs(check.table(map, "headers")) do
        set(self, name, value)
    end
    return self
end

--- Adds a value to a header that may be set already.
---@param name string
---@param value string|number|table
---@return self
function Response:appendHeader(name, value)
    if self.headersSent then
        cannot("append")
    end
    local i = find(self, to_key(name))
    if not i then
        set(self, name, value)
        return self
    end
    local had, more = self._list[2 * i], headers.values(name, value)
    local list = {}
    for _, part in ipairs({ had, more }) do
        for _, text in ipairs(type(part) == "table" and part or { part }) do
            list[#list + 1] = text
        end
    end
    self._list[2 * i] = list
    self._lists = true
    return self
end

---@param name string in any case
---@return string|string[]|nil
function Response:getHeader(name)
    local i = find(self, check.string(name, "name"):lower())
    return i and self._list[2 * i]
end

---@param name string
---@return boolean
function Response:hasHeader(name)
    return find(self, check.string(name, "name"):lower()) ~= nil
end

---@return table<string, string|string[]> names in lower case
function Response:getHeaders()
    local map = {}
    for i, key in ipairs(self._keys or map) do
        map[key] = self._list[2 * i]
    end
    return map
end

---@return string[] in lower case, in the order in which they were set
function Response:getHeaderNames()
    local names = {}
    for i, key in ipairs(self._keys or names) do
        names[i] = key
    end
    return names
end

---@return string[] in the case in which they were set
function Response:getRawHeaderNames()
    local names = {}
    for i = 1, #(self._keys or names) do
        names[i] = self._list[2 * i - 1]
    end
    return names
end

---@param name string
function Response:removeHeader(name)
    if self.headersSent then
        cannot("remove")
    end
    local key = check.string(name, "name"):lower()
    if key == "date" then
        self.sendDate = false
    end
    local i = find(self, key)
    if i then
        table.remove(self._keys, i)
        table.remove(self._list, 2 * i)
        table.remove(self._list, 2 * i - 1)
    end
end

--- Names and values in one list, for C: repeated headers written out.
local function flat(self)
    local list = self._list
    if not self._lists then
        return list
    end
    local out = {}
    for i = 1, #list, 2 do
        local value = list[i + 1]
        for _, text in ipairs(type(value) == "table" and value or { value }) do
            out[#out + 1] = list[i]
            out[#out + 1] = text
        end
    end
    return out
end

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

--- Settles status and headers; they leave with the first bytes of the body, or with flushHeaders. `map` is a table
--- by name, or a list { name, value, name, value }.
---@param status integer
---@param message string|table|nil
---@param map table?
---@return self
function Response:writeHead(status, message, map)
    if self.headersSent then
        cannot("write")
    end
    if type(message) == "table" then
        message, map = nil, message
    end
    status = check_status(status)
    check_message(message)
    if map ~= nil then
        check.table(map, "headers")
        if #map > 0 then
            if #map % 2 ~= 0 then
                error(errors.arg_value("headers", map), 0)
            end
            for i = 1, #map, 2 do
                -- A list may repeat names, and then means it.
                if find(self, to_key(map[i])) and self._listed then
                    self:appendHeader(map[i], map[i + 1])
                else
                    set(self, map[i], map[i + 1])
                end
                self._listed = true
            end
        else
            for name, value in pairs(map) do
                set(self, name, value)
            end
        end
    end
    self.statusCode = status
    self.statusMessage = message or self.statusMessage
    self.headersSent = true
    return self
end

--- C refused an answer. What the program did wrong is raised; a lost connection will tell of itself.
local function refused(self, message, code)
    if code == "EBADMSG" then
        error(errors.of("ERR_HTTP_CONTENT_LENGTH_MISMATCH"), 0)
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
    local list = self._list and flat(self)
    local socket = self.socket
    local ok, text, code = socket._box:reply(status, message, list, body, flags, socket._keep_max)
    if not ok then
        refused(self, text, code)
    end
    self.headersSent = true
    self._head = true
end

--- Sends the head now.
function Response:flushHeaders()
    if not self._head and self.socket then
        send_head(self, nil, 0)
    end
end

local function interim(self, status, list)
    if self.headersSent then
        cannot("write")
    end
    self.socket._box:interim(status, list)
end

--- 100 Continue: tells a client that waits for it to send its body.
---@param callback function?
function Response:writeContinue(callback)
    self._continued = true
    interim(self, 100)
    if callback then
        tick.add(callback)
    end
end

--- 102 Processing.
---@param callback function?
function Response:writeProcessing(callback)
    interim(self, 102)
    if callback then
        tick.add(callback)
    end
end

--- 103 Early Hints.
---@param hints table<string, string|string[]> `link` first of all
---@param callback function?
function Response:writeEarlyHints(hints, callback)
    local list = {}
    for name, value in pairs(check.table(hints, "hints")) do
        to_key(name)
        if name == "link" and type(value) == "table" then
            value = table.concat(value, ", ")
        end
        list[#list + 1] = name
        list[#list + 1] = headers.value(name, value)
    end
    if #list > 0 then
        interim(self, 103, list)
    end
    if callback then
        tick.add(callback)
    end
end

-- The body --------------------------------------------------------------------------------------------------------

local function check_data(data)
    if data == nil then
        error(errors.of("ERR_STREAM_NULL_VALUES"), 0)
    elseif type(data) ~= "string" then
        error(errors.arg_type("chunk", "string", data), 0)
    end
end

local function fail_later(self, err, callback)
    tick.add(function()
        if callback then
            callback(err)
        end
        self:emit("error", err)
    end)
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
    if type(encoding) == "function" then
        callback = encoding
    end
    check_data(data)
    if self.writableEnded then
        fail_later(self, errors.of("ERR_STREAM_WRITE_AFTER_END"), callback)
        return false
    end
    if self.destroyed or not self.socket then
        return false
    end
    if not self._head then
        send_head(self, nil, 0)
    end
    local box = self.socket._box
    local ok, pending, code = box:write(data)
    if not ok then
        if code == "EMSGSIZE" then
            error(errors.of("ERR_HTTP_CONTENT_LENGTH_MISMATCH"), 0)
        end
        self._lost = code
        return false
    end
    if callback then
        self._written = self._written or {}
        self._written[#self._written + 1] = callback
        self.socket:_tell(self)
    end
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
    if type(data) == "function" then
        data, callback = nil, data
    elseif type(encoding) == "function" then
        callback = encoding
    end
    if data ~= nil and type(data) ~= "string" then
        check_data(data)
    end
    if self.writableEnded then
        if data ~= nil then
            fail_later(self, errors.of("ERR_STREAM_WRITE_AFTER_END"), callback)
        elseif callback then
            tick.add(callback, errors.of("ERR_STREAM_ALREADY_FINISHED", "end"))
        end
        return self
    end
    if self._head then
        if data and not self.destroyed and self.socket then
            self:write(data)
        end
        self.writableEnded = true
        if self.socket then
            self.socket._box:finish(self._trailers)
        end
    else
        if self.socket then
            -- writeHead settled the head before the length was known (as in Node).
            send_head(self, data, self.headersSent and WHOLE + UNCOUNTED or WHOLE)
        end
        self.writableEnded = true
    end
    self.finished = true
    if callback then
        self:once("finish", callback)
    end
    if self._events or self.req._events then
        watch(self)
    end
    return self
end

Response["end"] = Response.end_

--- Fields behind a chunked body.
---@param map table<string, string>
function Response:addTrailers(map)
    local list = self._trailers or {}
    for name, value in pairs(check.table(map, "trailers")) do
        to_key(name)
        list[#list + 1] = name
        list[#list + 1] = headers.value(name, value)
    end
    self._trailers = list
end

--- For symmetry with Node: what is written in one turn leaves together in any case.
function Response.cork() end
function Response.uncork() end

--- Calls `callback` after ms without traffic on the connection.
---@param ms number
---@param callback function?
---@return self
function Response:setTimeout(ms, callback)
    if callback then
        self:on("timeout", callback)
    end
    if self.socket then
        self.socket:setTimeout(ms)
    end
    return self
end

--- Cuts the connection.
---@param err any
---@return self
function Response:destroy(err)
    if not self.destroyed then
        self.destroyed = true
        self.writable = false
        self._error = err
        if self.socket then
            self.socket:destroy()
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
    if self.writableNeedDrain then
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
        local err = errors.new("Error", "ERR_STREAM_DESTROYED", "Cannot call write after a stream was destroyed")
        for i = 1, #written do
            written[i](err)
        end
    end
    if self._error ~= nil and self:listenerCount("error") > 0 then
        self:emit("error", self._error)
    end
    self:emit("close")
end

--- For connection.lua.
function Response.new(socket, req)
    -- Every field that an ordinary answer sets: a table that grows is the dearest part of a small answer.
    return setmetatable({
        socket = socket,
        req = req,
        headersSent = false,
        finished = false,
        writableEnded = false,
        _head = false,
        _keys = nil,
        _list = nil,
    }, Response)
end

return Response
