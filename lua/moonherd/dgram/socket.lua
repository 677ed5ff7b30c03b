--- dgram.Socket: one UDP socket, as Node's. Made by dgram.createSocket.
--
--     local socket = dgram.createSocket { type = "udp4", reuseAddr = true }
--     socket:on("message", function(message, from) socket:send(message, from.port, from.address) end)
--     socket:bind(41234, function() socket:addMembership("224.0.0.114") end)
--
-- Put together here: binding.lua, connecting.lua, sending.lua and options.lua have a part each; source.lua knows where
-- the descriptor comes from. The socket in C (_box, once it is bound) calls the on_... methods.

local binding = require("moonherd.dgram.binding")
local check = require("moonherd.check")
local connecting = require("moonherd.dgram.connecting")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local options = require("moonherd.dgram.options")
local resolve = require("moonherd.net.resolve")
local sending = require("moonherd.dgram.sending")
local tick = require("moonherd.tick")

local Socket = { __name = "Socket" }
Socket.__index = Socket
for _, part in ipairs({ binding, connecting, options, sending }) do
    for name, value in pairs(part) do
        Socket[name] = value
    end
end
events.mixin(Socket)

local FAMILIES = { udp4 = 4, udp6 = 6 }
local LOOPBACK = { udp4 = "127.0.0.1", udp6 = "::1" }

--- Raises once the socket was closed.
function Socket:_healthy()
    if self._closed then
        error(errors.new("Error", "ERR_SOCKET_DGRAM_NOT_RUNNING", "Not running"), 0)
    end
end

--- The address of a host: callback(err, ip), later; never after the socket was closed.
function Socket:_lookup(host, callback)
    local lookup = self._options.lookup
    local function answered(err, ip)
        if not self._closed then
            callback(err, ip)
        end
    end
    if lookup then
        return lookup(host, FAMILIES[self.type], answered)
    end
    resolve(host, FAMILIES[self.type], function(err, list)
        answered(err, list and list[1].address)
    end)
end

-- What C tells ------------------------------------------------------------------------------------------------

function Socket:on_message(bytes, address, port, family)
    self:emit("message", bytes, { address = address, family = family, port = port, size = #bytes })
    if tick.pending() then -- each message is a callback of its own, however many come at once
        tick.drain()
    end
end

function Socket:on_error(_, code, errno)
    self:emit("error", errors.system(code, errno, "recvmsg"))
end

function Socket:on_closed() end

-- Life --------------------------------------------------------------------------------------------------------

local function emit_close(self)
    self:emit("close")
end

--- Closes now.
function Socket:_close()
    if self._closed then
        return
    end
    self._closed = true
    if type(self._binding) == "table" then
        self._binding:close()
    end
    if self._box then
        self._box:close()
        self:_abandonUnsent()
    end
    if self._lease then
        self._lease:close()
    end
    self._binding, self._box, self._lease, self._on_bound, self._waiting = nil, nil, nil, nil, nil
    self._connected, self._connecting = nil, nil
    tick.add(emit_close, self)
end

--- Closes the socket, once what was sent before it was bound is on its way. "close" follows.
---@param callback function? a listener of "close"
function Socket:close(callback)
    check.object(self, "socket:close", "_healthy")
    check.opt(check.fn, callback, "callback")
    self:_healthy()
    if callback then
        self:on("close", callback)
    end
    if self._waiting then
        self._close_waits = true
        self:_later(self._close)
    else
        self:_close()
    end
    return self
end

function Socket:ref()
    check.object(self, "socket:ref", "_healthy")
    self._unref = nil
    if self._box then
        self._box:ref()
    end
    return self
end

--- The process may end while the socket is open.
function Socket:unref()
    check.object(self, "socket:unref", "_healthy")
    self._unref = true
    if self._box then
        self._box:unref()
    end
    return self
end

--- A duplicate of the descriptor for another process, which then receives too. See moonherd.handoff.
function Socket:_share()
    if not self._box then
        return nil, "not bound", "EBADF"
    end
    return core.dup(self._box:fd())
end

-- Making one --------------------------------------------------------------------------------------------------

local function check_options(wanted)
    if wanted.lookup ~= nil then
        check.fn(wanted.lookup, "lookup")
    end
    check.opt(check.integer, wanted.recvBufferSize, "options.recvBufferSize", 0, 4294967295)
    check.opt(check.integer, wanted.sendBufferSize, "options.sendBufferSize", 0, 4294967295)
    check.opt(check.integer, wanted.maxQueueBytes, "options.maxQueueBytes", 0)
    for _, name in ipairs({ "reuseAddr", "reusePort", "ipv6Only" }) do
        check.opt(check.boolean, wanted[name], "options." .. name)
    end
    local signal = wanted.signal
    if signal ~= nil and not (type(signal) == "table" and signal.addEventListener) then
        error(errors.arg_type("options.signal", "AbortSignal", signal), 0)
    end
end

local function obey(self, signal)
    local function abort()
        if not self._closed then
            self:close()
        end
    end
    if signal.aborted then
        return abort()
    end
    signal:addEventListener("abort", abort)
    self:once("close", function()
        signal:removeEventListener("abort", abort)
    end)
end

--- See dgram.createSocket.
---@return moonherd.dgram.Socket
function Socket.new(wanted, on_message)
    if type(wanted) ~= "table" then
        wanted = { type = wanted }
    end
    if not FAMILIES[wanted.type] then
        local message = "Bad socket type specified. Valid types are: udp4, udp6"
        error(errors.new("TypeError", "ERR_SOCKET_BAD_TYPE", message), 0)
    end
    check_options(wanted)
    check.opt(check.fn, on_message, "callback")
    local self = setmetatable({ type = wanted.type, _options = {}, _unsent = { first = 1, last = 0 } }, Socket)
    for _, name in ipairs({ "lookup", "recvBufferSize", "sendBufferSize", "reuseAddr", "reusePort", "ipv6Only" }) do
        self._options[name] = wanted[name]
    end
    self.maxQueueBytes = wanted.maxQueueBytes
    self._loopback = LOOPBACK[self.type]
    if on_message then
        self:on("message", on_message)
    end
    if wanted.signal then
        obey(self, wanted.signal)
    end
    return self
end

return Socket
