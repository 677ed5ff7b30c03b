--- IncomingMessage: a request as the handler sees it, a stream of its body.
--
--     server:on("request", function(req, res)
--         print(req.method, req.url, req.headers["user-agent"])
--         local parts = {}
--         req:on("data", function(bytes) parts[#parts + 1] = bytes end)
--         req:on("end", function() res:end_(table.concat(parts)) end)
--     end)
--
-- Events: data(bytes), end, aborted, error(err), close. The body waits, unread, until there is a "data" listener or
-- resume() is called. Header tables are made when first looked at. Body bytes come as they arrive: strings.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local readable = require("moonherd.stream.readable")
local tick = require("moonherd.tick")

local setmetatable = setmetatable

---@class moonherd.http.IncomingMessage: moonherd.EventEmitter
---@field method string
---@field url string
---@field httpVersion string "1.1" or "1.0"
---@field httpVersionMajor integer
---@field httpVersionMinor integer
---@field headers table<string, string|string[]> names in lower case
---@field rawHeaders string[] name, value, name, value, as received
---@field headersDistinct table<string, string[]> every value
---@field trailers table<string, string|string[]> once the body has ended
---@field trailersDistinct table<string, string[]>
---@field rawTrailers string[]
---@field socket moonherd.http.Connection
---@field complete boolean whether all of it was received
---@field aborted boolean whether it was cut off before its end was told
---@field destroyed boolean
local Incoming = {
    __name = "IncomingMessage",
    httpVersion = "1.1",
    httpVersionMajor = 1,
    httpVersionMinor = 1,
    complete = true,
    aborted = false,
    destroyed = false,
    upgrade = false,
    readable = true,
    readableFlowing = nil, -- nobody has asked yet
}
events.mixin(Incoming)

--- Whether values of a repeated header are joined even where only the first one counts otherwise.
local function joins(self)
    local server = self.socket and self.socket.server
    return self.joinDuplicateHeaders or (server and server.joinDuplicateHeaders) or false
end

--- All values by name in lower case: lists.
local function distinct(raw)
    local map = {}
    for i = 1, #raw, 2 do
        local key = raw[i]:lower()
        map[key] = map[key] or {}
        table.insert(map[key], raw[i + 1])
    end
    return map
end

-- Made when first looked at, then kept in the request itself.
local lazy = {
    headers = function(self)
        return core.httpHeaders(self._fields, joins(self))
    end,
    rawHeaders = function(self)
        return core.httpRawHeaders(self._fields)
    end,
    headersDistinct = function(self)
        return distinct(self.rawHeaders)
    end,
    trailers = function(self)
        return self._trailers and core.httpHeaders(self._trailers, joins(self)) or nil
    end,
    rawTrailers = function(self)
        return self._trailers and core.httpRawHeaders(self._trailers) or nil
    end,
    trailersDistinct = function(self)
        return self._trailers and distinct(self.rawTrailers) or nil
    end,
    connection = function(self)
        return self.socket
    end,
}

function Incoming.__index(self, name)
    local value = Incoming[name]
    if value == nil and lazy[name] then
        value = lazy[name](self)
        if value == nil then
            return {} -- trailers that may still come
        end
        self[name] = value
    end
    return value
end

-- Reading -----------------------------------------------------------------------------------------------------

--- All was received and told: the stream ends, and closes. Once.
function Incoming:_end()
    if self.readableEnded or self.destroyed then
        return
    end
    self.readableEnded = true
    self.readable = false
    if not self._closed then
        tick.add(self._close, self)
    end
    self:emit("end")
end

--- Told later, as nothing may be told from inside a call of the user's.
local function end_later(self)
    if self.complete and self.readableFlowing and not self._ending then
        self._ending = true
        tick.add(function()
            self._ending = nil
            if self.readableFlowing then
                self:_end()
            end
        end)
    end
end

--- Lets the body come.
---@return self
function Incoming:resume()
    check.object(self, "message:resume", "complete")
    if not self.readableFlowing then
        self.readableFlowing = true
        if self.complete then
            end_later(self)
        else
            self.socket:_flow(self, true)
        end
    end
    return self
end

--- Stops the body: what the client sends waits in the kernel.
---@return self
function Incoming:pause()
    check.object(self, "message:pause", "complete")
    if self.readableFlowing ~= false then
        self.readableFlowing = false
        if not self.complete then
            self.socket:_flow(self, false)
        end
    end
    return self
end

readable.install(Incoming)

--- As every emitter's; who wants to hear of the end of the exchange has the connection tell of it.
for _, name in ipairs({ "on", "addListener", "once", "prependListener", "prependOnceListener" }) do
    local add = Incoming[name]
    Incoming[name] = function(self, event, listener)
        add(self, event, listener)
        if event == "close" then
            self.socket:_watch(self)
        end
        return self
    end
end

-- Ending ------------------------------------------------------------------------------------------------------

--- Calls `callback` after ms without traffic on the connection; it stays open then.
---@param msecs number
---@param callback function?
---@return self
function Incoming:setTimeout(msecs, callback)
    check.object(self, "message:setTimeout", "complete")
    check.timeout(msecs, "msecs")
    check.opt(check.fn, callback, "callback")
    if callback then
        self:on("timeout", callback)
    end
    self.socket:setTimeout(msecs)
    return self
end

local function abort(self)
    if not (self.readableEnded and self.complete) then
        self.aborted = true
        self:emit("aborted")
    end
end

--- Cuts the connection, unless all of it was read; with an error, that is told before "close".
---@param err any
---@return self
function Incoming:destroy(err)
    check.object(self, "message:destroy", "complete")
    if not self.destroyed then
        self.destroyed = true
        self.readable = false
        self._error = err
        abort(self)
        self.socket:destroy(err)
    end
    return self
end

-- What the connection tells ------------------------------------------------------------------------------------

function Incoming:_received(trailers)
    self.complete = true
    self._trailers = trailers
    if self.readableFlowing then
        self:_end()
    end
end

local function emit_close(self, err)
    if err ~= nil and self:listenerCount("error") > 0 then
        self:emit("error", err)
    end
    self:emit("close")
end

--- The exchange is over: in order, or because the connection is lost.
function Incoming:_close(is_lost)
    if self._closed then
        return
    end
    self._closed = true
    if is_lost and not self.destroyed and not (self.readableEnded and self.complete) then
        self.destroyed, self.readable = true, false
        abort(self)
        tick.add(emit_close, self, errors.new("Error", "ECONNRESET", "aborted"))
        return
    elseif not self.destroyed then
        self:_end() -- unread, but over
    end
    self.destroyed, self.readable = true, false
    emit_close(self, self._error)
end

--- For connection.lua. For the constants see Response.new.
function Incoming.new(socket, method, url, fields)
    local self = { method = false, url = false, socket = false, _fields = false }
    self.method, self.url, self.socket, self._fields = method, url, socket, fields
    return setmetatable(self, Incoming)
end

return Incoming
