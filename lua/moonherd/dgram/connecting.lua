--- The addresses of a UDP socket: its own, and that of its peer where it has one. Its methods are dgram.Socket's own.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local tick = require("moonherd.tick")

local Connecting = {}

local function not_connected()
    error(errors.new("Error", "ERR_SOCKET_DGRAM_NOT_CONNECTED", "Not connected"), 0)
end

local function emit_connect(self, callback)
    if self._connected then
        if callback then
            self:once("connect", callback)
        end
        self:emit("connect")
    end
end

local function connect_to(self, err, ip, port, callback)
    self._connecting = nil
    if not err then
        local ok, _, code, errno = self._box:connect(ip, port)
        err = not ok and errors.system(code, errno, "connect", { address = ip, port = port }) or nil
    end
    if not err then
        self._connected = true
        tick.add(emit_connect, self, callback)
    elseif callback then
        tick.add(callback, err)
    else
        tick.add(self.emit, self, "error", err)
    end
end

local function connect(self, port, address, callback)
    self:_lookup(address or self._loopback, function(err, ip)
        connect_to(self, err, ip, port, callback)
    end)
end

--- Sends to, and hears from, one address only from now on. "connect" follows, or callback(err).
---@param port integer
---@param address string? the loopback address unless given
---@param callback function?
function Connecting:connect(port, address, callback)
    check.object(self, "socket:connect", "_healthy")
    port = check.port(port, "Port", true)
    if type(address) == "function" then
        address, callback = nil, address
    end
    check.opt(check.c_string, address, "address")
    check.opt(check.fn, callback, "callback")
    self:_healthy()
    if self._connected or self._connecting then
        error(errors.new("Error", "ERR_SOCKET_DGRAM_IS_CONNECTED", "Already connected"), 0)
    end
    self._connecting = true
    if not self._box and not self._binding then
        self:_bindAnywhere()
    end
    if self._box and not self._waiting then
        connect(self, port, address ~= "" and address or nil, callback)
    else
        self:_later(connect, port, address ~= "" and address or nil, callback)
    end
end

--- Undoes connect.
function Connecting:disconnect()
    check.object(self, "socket:disconnect", "_healthy")
    self:_healthy()
    if not self._connected then
        not_connected()
    end
    local ok, _, code, errno = self._box:connect()
    if not ok then
        error(errors.system(code, errno, "connect"), 0)
    end
    self._connected = nil
end

local function address(self, peer, syscall)
    local found, code, errno, _
    if self._box then
        found, _, code, errno = self._box:address(peer)
    else
        code = "EBADF"
    end
    return found or error(errors.system(code, errno, syscall), 0)
end

--- Where it is bound: { address =, family =, port = }.
function Connecting:address()
    check.object(self, "socket:address", "_healthy")
    self:_healthy()
    return address(self, false, "getsockname")
end

--- Where it is connected to.
function Connecting:remoteAddress()
    check.object(self, "socket:remoteAddress", "_healthy")
    self:_healthy()
    if not self._connected then
        not_connected()
    end
    return address(self, true, "getpeername")
end

return Connecting
