--- What an http connection shows of itself as `req.socket`: the ways of a net.Socket that make sense beneath a request.
-- Addresses, timeouts, destroy; write and end_ send bytes as they are, for answering by hand (clientError).
--
--     req.socket.remoteAddress; req.socket:setTimeout(1000); req.socket:destroy()

local args = require("moonherd.net.args")
local check = require("moonherd.check")
local errors = require("moonherd.errors")
local writable = require("moonherd.stream.writable")

local HIGH_WATER_BYTES = 16384
local MOST_MS = 2147483647

local Facade = {
    destroyed = false,
    connecting = false,
    pending = false,
    encrypted = false,
    readable = true,
    writable = true,
    timeout = 0,
}

-- Looked up when read, and kept: an address outlives its connection then.
local function address(peer, field)
    return function(self)
        local found = self._box:address(peer)
        if not found then
            return nil
        end
        local prefix = peer and "remote" or "local"
        self[prefix .. "Address"] = found.address
        self[prefix .. "Port"] = found.port
        self[prefix .. "Family"] = found.address and found.family
        return found[field]
    end
end

local lazy = {
    remoteAddress = address(true, "address"),
    remotePort = address(true, "port"),
    remoteFamily = address(true, "family"),
    localAddress = address(false, "address"),
    localPort = address(false, "port"),
    localFamily = address(false, "family"),
    bytesRead = function(self)
        return (self._box:counts()) or 0
    end,
    bytesWritten = function(self)
        return select(2, self._box:counts()) or 0
    end,
    writableLength = function(self)
        return self._box:pending()
    end,
    readyState = function(self)
        return self.destroyed and "closed" or self.writable and "open" or "readOnly"
    end,
}

---@param data string bytes that go out as they are
---@return boolean
function Facade:write(data, encoding, callback)
    check.object(self, "socket:write", "_box")
    if type(data) ~= "string" then
        error(errors.arg_type("data", "string", data), 0)
    end
    callback = writable.callback(encoding, callback)
    local ok = self._box:raw(data)
    if callback then
        callback(not ok and errors.new("Error", "EPIPE", "write EPIPE") or nil)
    end
    return ok ~= nil and self._box:pending() < HIGH_WATER_BYTES
end

--- Ends our side when all is written; what the client still sends is read and dropped, for a while.
function Facade:end_(data, encoding)
    check.object(self, "socket:end_", "_box")
    check.opt(check.string, encoding, "encoding")
    if data ~= nil then
        self:write(data, encoding)
    end
    self.writable = false
    self._box:end_()
    return self
end

Facade["end"] = Facade.end_
Facade.destroySoon = Facade.end_

--- Cuts the connection. The server's "clientError" and the socket's "error" tell of `err`.
---@param err any
---@return self
function Facade:destroy(err)
    check.object(self, "socket:destroy", "_box")
    if not self.destroyed then
        self.destroyed = true
        self.writable = false
        self._error = err
        if self._box then
            self._box:close()
        end
    end
    return self
end

--- Cuts the connection so that the client sees a reset.
function Facade:resetAndDestroy()
    check.object(self, "socket:resetAndDestroy", "_box")
    if not self.destroyed then
        self._box:reset()
        self:destroy()
    end
    return self
end

--- Tells "timeout" after ms without traffic; 0 no more.
---@param msecs number
---@param callback function?
---@return self
function Facade:setTimeout(msecs, callback)
    check.object(self, "socket:setTimeout", "_box")
    check.opt(check.fn, callback, "callback")
    check.timeout(msecs, "msecs")
    local ms = math.min(math.floor(msecs), MOST_MS)
    self.timeout = ms
    if callback then
        self:once("timeout", callback)
    end
    self._box:setTimeout(ms)
    return self
end

---@param no_delay boolean?
---@return self
function Facade:setNoDelay(no_delay)
    check.object(self, "socket:setNoDelay", "_box")
    self._box:nodelay(check.opt(check.boolean, no_delay, "noDelay") ~= false)
    return self
end

---@param enable boolean?
---@param initial_delay number? ms
---@return self
function Facade:setKeepAlive(enable, initial_delay)
    check.object(self, "socket:setKeepAlive", "_box")
    check.opt(check.boolean, enable, "enable")
    self._box:keepalive(enable or false, args.keep_alive(initial_delay))
    return self
end

---@return { address: string, family: string, port: integer }
function Facade:address()
    check.object(self, "socket:address", "_box")
    return self._box:address(false) or {}
end

function Facade:ref()
    check.object(self, "socket:ref", "_box")
    self._box:ref()
    return self
end

function Facade:unref()
    check.object(self, "socket:unref", "_box")
    self._box:unref()
    return self
end

-- Bytes are the parser's: there is nothing to pause but a request's body, see IncomingMessage.
function Facade:pause()
    check.object(self, "socket:pause", "_box")
    return self
end

function Facade:resume()
    check.object(self, "socket:resume", "_box")
    return self
end

function Facade:setEncoding()
    check.object(self, "socket:setEncoding", "_box")
    return self
end

function Facade:cork()
    check.object(self, "socket:cork", "_box")
    return nil
end

function Facade:uncork()
    check.object(self, "socket:uncork", "_box")
    return nil
end

--- Gives a class the methods and the fields that are looked up when read.
return function(class)
    for name, value in pairs(Facade) do
        class[name] = value
    end
    function class.__index(self, name)
        local value = class[name]
        if value == nil and lazy[name] then
            return lazy[name](self)
        end
        return value
    end
end
