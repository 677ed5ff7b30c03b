--- What a net.Socket answers about itself when asked, and how it finds its methods.
--
--     properties.install(Socket)

local check = require("moonherd.check")

local M = {}

local getters = {}

--- An address of either end; remembered once it was looked up, so that it can still be read after close.
local function lookup(self, peer)
    local key = peer and "_remote" or "_local"
    local address = rawget(self, key)
    if not address then
        address = self._handle and not self.connecting and self._handle:address(peer) or nil
        rawset(self, key, address)
    end
    return address
end

local function address_getter(name, peer, field)
    getters[name] = function(self)
        local address = lookup(self, peer)
        return address and address.port and address[field] or nil
    end
end

address_getter("localAddress", false, "address")
address_getter("localPort", false, "port")
address_getter("localFamily", false, "family")
address_getter("remoteAddress", true, "address")
address_getter("remotePort", true, "port")
address_getter("remoteFamily", true, "family")

function getters.pending(self)
    return not self._handle or self.connecting
end

function getters.readable(self)
    return not self.destroyed and not self.readableEnded and not self._write_only
end

function getters.writable(self)
    return not self.destroyed and not self.writableEnded and not self._read_only
end

function getters.readyState(self)
    if self.connecting then
        return "opening"
    elseif self.readable then
        return self.writable and "open" or "readOnly"
    end
    return self.writable and "writeOnly" or "closed"
end

--- What came and nobody has heard yet.
function getters.readableLength(self)
    return self._unread_bytes or 0
end

function getters.writableLength(self)
    return self._waiting_bytes + self._gathered_bytes + (self._handle and self._handle:pending() or 0)
end

--- The bound address of this end: { address =, family =, port = }; empty without one.
function M.address(self)
    check.object(self, "socket:address", "connecting")
    local address = lookup(self, false)
    return address and address.port and address or {}
end

--- Lets the objects of `class` find its methods first, then these properties.
---@param class table
function M.install(class)
    class.address = M.address
    class.__index = function(self, key)
        local value = class[key]
        if value ~= nil then
            return value
        end
        local get = getters[key]
        return get and get(self)
    end
end

return M
