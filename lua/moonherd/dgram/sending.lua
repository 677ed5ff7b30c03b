--- How a UDP socket sends. Its methods are dgram.Socket's own.
--
-- A datagram for a numeric address goes to the kernel inside the call; a name is looked up first. What the kernel does
-- not take waits in C, in order, up to maxQueueBytes; its callbacks wait in _unsent.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

local Sending = {
    --- What may wait to be sent at most; a send beyond it fails with ERR_SOCKET_QUEUE_FULL.
    maxQueueBytes = 16 * 1024 * 1024,
}

-- Arguments ---------------------------------------------------------------------------------------------------

local function bounds(name)
    error(errors.new("RangeError", "ERR_BUFFER_OUT_OF_BOUNDS", ('"%s" is outside of buffer bounds'):format(name)), 0)
end

--- A list's pieces as one text; a text as it is.
local function joined(data)
    if type(data) == "string" then
        return data
    elseif type(data) ~= "table" then
        error(errors.arg_type("buffer", "string", data), 0)
    end
    for i = 1, #data do
        if type(data[i]) ~= "string" then
            error(errors.arg_type("buffer list arguments", "string", data), 0)
        end
    end
    if #data == 0 and next(data) ~= nil then
        error(errors.arg_type("buffer", "string", data), 0)
    end
    return table.concat(data)
end

local function slice(data, offset, length)
    if type(data) ~= "string" then
        error(errors.arg_type("buffer", "string", data), 0)
    end
    check.integer(offset, "offset", 0)
    check.integer(length, "length", 0)
    if offset > #data then
        bounds("offset")
    elseif offset + length > #data then
        bounds("length")
    end
    return data:sub(offset + 1, offset + length)
end

--- Whether the arguments behind the data are (offset, length, ...): then the third of them is a port, or it ends there.
local function is_sliced(connected, second, third)
    if connected then
        return type(second) == "number"
    end
    return third ~= nil and not check.callable(third)
end

--- The arguments of send, whichever form they have: data, port, address, callback.
local function read(connected, msg, offset, length, port, address, callback)
    local data
    if is_sliced(connected, length, port) then
        data = slice(msg, offset, length)
        offset, length, port = port, address, callback
    else
        data = joined(msg)
    end
    -- As they stand behind the data: port, address and callback, or, connected, the callback alone.
    if connected then
        if offset ~= nil and not check.callable(offset) then
            error(errors.new("Error", "ERR_SOCKET_DGRAM_IS_CONNECTED", "Already connected"), 0)
        end
        return data, nil, nil, offset
    end
    offset = check.port(offset, "Port", true)
    if check.callable(length) then
        length, port = nil, length
    end
    check.opt(check.c_string, length, "address")
    return data, offset, length, port
end

-- Sending -----------------------------------------------------------------------------------------------------

--- Node's words for a datagram that could not be sent; without a callback nobody hears them, as in Node.
local function failed(code, errno, address, port, callback)
    if not callback then
        return
    elseif code == "ERR_IPC_QUEUE_FULL" then
        local message = "The socket's queue of datagrams is full: nothing of this one is sent"
        return tick.add(callback, errors.new("Error", "ERR_SOCKET_QUEUE_FULL", message))
    end
    tick.add(callback, errors.system(code, errno, "send", { address = address, port = port }))
end

--- To a numeric address, or (nil) to the peer.
local function send_now(self, data, port, ip, callback, address)
    local ok, queued, code, errno
    if ip then
        ok, queued, code, errno = self._box:send(data, ip, port)
    else
        ok, queued, code, errno = self._box:send(data)
    end
    if not ok then
        failed(code, errno, address or ip, port, callback)
    elseif queued then
        local unsent = self._unsent
        unsent.last = unsent.last + 1
        unsent[unsent.last] = { #data, callback, address or ip, port }
    elseif callback then
        tick.add(callback, nil, #data)
    end
end

local function send_by_name(self, data, port, address, callback)
    self:_lookup(address, function(err, ip)
        if not self._box then
            return
        elseif not err then
            return send_now(self, data, port, ip, callback, address)
        elseif callback then
            callback(err)
        else
            self:emit("error", err)
        end
    end)
end

--- From C: the oldest `count` of those that waited are sent, or one will not be.
function Sending:on_sent(count, _, code, errno)
    local unsent = self._unsent
    for _ = 1, count do
        local entry = unsent[unsent.first]
        unsent[unsent.first] = nil
        unsent.first = unsent.first + 1
        if code then
            failed(code, errno, entry[3], entry[4], entry[2])
        elseif entry[2] then
            tick.add(entry[2], nil, entry[1])
        end
    end
end

--- The socket is closed: what waited is lost.
function Sending:_abandonUnsent()
    local unsent = self._unsent
    for i = unsent.first, unsent.last do
        failed("ECANCELED", nil, unsent[i][3], unsent[i][4], unsent[i][2])
    end
    self._unsent = { first = 1, last = 0 }
end

local function send(self, data, port, address, callback)
    if self._connected then
        return send_now(self, data, nil, nil, callback)
    end
    address = (address ~= nil and address ~= "") and address or self._loopback
    if core.isIP(address) ~= 0 and not self._options.lookup then
        send_now(self, data, port, address, callback)
    else
        send_by_name(self, data, port, address, callback)
    end
end

--- Sends a datagram: (message, port, address?, callback?), (message, offset, length, port, address?, callback?), or,
--- connected, (message, callback?) and (message, offset, length, callback?). A list of texts is one datagram. Binds the
--- socket to a random port if it is not bound. callback(err) or callback(nil, bytes); without one, only an address that
--- is not found is told, as "error".
---@param msg string|string[]
function Sending:send(msg, offset, length, port, address, callback)
    check.object(self, "socket:send", "_healthy")
    local data
    data, port, address, callback = read(self._connected, msg, offset, length, port, address, callback)
    check.opt(check.fn, callback, "callback")
    self:_healthy()
    if not self._box and not self._binding then
        self:_bindAnywhere()
    end
    if self._box and not self._waiting then
        send(self, data, port, address, callback)
    else
        self:_later(send, data, port, address, callback)
    end
end

return Sending
