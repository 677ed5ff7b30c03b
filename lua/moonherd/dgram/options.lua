--- What can be set on a UDP socket: its methods are dgram.Socket's own. All of them need a bound socket, except those
--- of group membership, which bind it to a random port if need be.

local check = require("moonherd.check")
local errors = require("moonherd.errors")

local Options = {}

--- The result of a call of the box, or the error that Node raises.
local function must(syscall, ok, _, code, errno)
    if not ok then
        error(errors.system(code, errno, syscall), 0)
    end
    return ok
end

local function box_of(self, syscall)
    self:_healthy()
    return self._box or error(errors.system("EBADF", nil, syscall), 0)
end

local function set(self, syscall, name, value)
    must(syscall, box_of(self, syscall):set(name, value))
end

-- Hop counts and switches -------------------------------------------------------------------------------------

local function hops(self, method, name, ttl)
    check.object(self, "socket:" .. method, "_healthy")
    check.number(ttl, "ttl")
    if ttl ~= ttl then
        error(errors.out_of_range("ttl", "a number", ttl), 0)
    end
    box_of(self, method)
    local fits = ttl == math.floor(ttl) and ttl >= 0 and ttl <= 255
    set(self, method, name, fits and ttl or -1) -- the same answer as for 256
    return ttl
end

--- How many routers a datagram may pass.
---@param ttl integer 1 to 255
function Options:setTTL(ttl)
    return hops(self, "setTTL", "ttl", ttl)
end

--- The same for multicast.
---@param ttl integer 0 to 255
function Options:setMulticastTTL(ttl)
    return hops(self, "setMulticastTTL", "multicastTTL", ttl)
end

--- 1 or 0 of a switch, which may be written so too.
local function switch(flag)
    if flag ~= 0 and flag ~= 1 then
        check.boolean(flag, "flag")
    end
    return (flag == true or flag == 1) and 1 or 0
end

--- Whether what is sent to a group comes back to members on this machine.
---@param flag boolean|0|1
function Options:setMulticastLoopback(flag)
    check.object(self, "socket:setMulticastLoopback", "_healthy")
    set(self, "setMulticastLoopback", "multicastLoopback", switch(flag))
    return flag
end

--- Whether datagrams may be sent to a broadcast address.
---@param flag boolean|0|1
function Options:setBroadcast(flag)
    check.object(self, "socket:setBroadcast", "_healthy")
    set(self, "setBroadcast", "broadcast", switch(flag))
end

-- Multicast ---------------------------------------------------------------------------------------------------

--- The interface that multicast is sent by.
---@param interfaceAddress string its address; "::%eth0" on a udp6 socket
function Options:setMulticastInterface(interfaceAddress)
    check.object(self, "socket:setMulticastInterface", "_healthy")
    self:_healthy()
    check.c_string(interfaceAddress, "interfaceAddress")
    must("setMulticastInterface", box_of(self, "setMulticastInterface"):multicastInterface(interfaceAddress))
end

local function membership(self, syscall, join, group, interface, source)
    self:_healthy()
    check.opt(check.c_string, interface, "multicastInterface")
    if join and not self._box and not self._binding then
        self:_bindAnywhere()
    end
    must(syscall, box_of(self, syscall):membership(join, group, interface, source))
end

local function check_group(group)
    if group == nil or group == "" then
        error(errors.missing_args("multicastAddress"), 0)
    end
    check.c_string(group, "multicastAddress")
end

--- Also receives what is sent to a group.
---@param multicastAddress string the group's
---@param multicastInterface string? as for setMulticastInterface; the system's choice unless given
function Options:addMembership(multicastAddress, multicastInterface)
    check.object(self, "socket:addMembership", "_healthy")
    self:_healthy()
    check_group(multicastAddress)
    membership(self, "addMembership", true, multicastAddress, multicastInterface)
end

---@param multicastAddress string
---@param multicastInterface string?
function Options:dropMembership(multicastAddress, multicastInterface)
    check.object(self, "socket:dropMembership", "_healthy")
    self:_healthy()
    check_group(multicastAddress)
    membership(self, "dropMembership", false, multicastAddress, multicastInterface)
end

--- Also receives what one host sends to a group.
---@param sourceAddress string of that host
---@param groupAddress string
---@param multicastInterface string?
function Options:addSourceSpecificMembership(sourceAddress, groupAddress, multicastInterface)
    check.object(self, "socket:addSourceSpecificMembership", "_healthy")
    self:_healthy()
    check.c_string(sourceAddress, "sourceAddress")
    check.c_string(groupAddress, "groupAddress")
    membership(self, "addSourceSpecificMembership", true, groupAddress, multicastInterface, sourceAddress)
end

---@param sourceAddress string
---@param groupAddress string
---@param multicastInterface string?
function Options:dropSourceSpecificMembership(sourceAddress, groupAddress, multicastInterface)
    check.object(self, "socket:dropSourceSpecificMembership", "_healthy")
    self:_healthy()
    check.c_string(sourceAddress, "sourceAddress")
    check.c_string(groupAddress, "groupAddress")
    membership(self, "dropSourceSpecificMembership", false, groupAddress, multicastInterface, sourceAddress)
end

-- Buffers and queues ------------------------------------------------------------------------------------------

local function buffer_failed(syscall, code, errno)
    local words = errors.words(code)
    local message = ("Could not get or set buffer size: %s returned %s"):format(syscall, code)
    message = words and ("%s (%s)"):format(message, words) or message
    error(errors.new("SystemError", "ERR_SOCKET_BUFFER_SIZE", message, { errno = errno, syscall = syscall }), 0)
end

local MAX_SIZE = 2147483647

--- Sets what dgram.createSocket was told of.
function Options:_applyBufferSizes()
    for _, name in ipairs({ "recvBufferSize", "sendBufferSize" }) do
        local size = self._options[name]
        if size and size > 0 then
            self._box:set(name, math.min(size, MAX_SIZE)) -- the system has a limit of its own
        end
    end
end

--- Sets (with size) or gets a buffer's size.
local function buffer_size(self, method, name, size)
    check.object(self, "socket:" .. method, "_healthy")
    if method:sub(1, 3) == "set" then
        local fits = type(size) == "number" and size == math.floor(size) and size >= 0 and size <= 4294967295
        if not fits then
            local message = "Buffer size must be a positive integer"
            error(errors.new("TypeError", "ERR_SOCKET_BAD_BUFFER_SIZE", message), 0)
        end
    end
    self:_healthy()
    local syscall = name == "recvBufferSize" and "uv_recv_buffer_size" or "uv_send_buffer_size"
    if not self._box then
        buffer_failed(syscall, "EBADF", -9)
    elseif size and size > MAX_SIZE then
        buffer_failed(syscall, "EINVAL", -22)
    end
    local result, code, errno, _
    if size then
        result, _, code, errno = self._box:set(name, size)
    else
        result, _, code, errno = self._box:get(name)
    end
    if not result then
        buffer_failed(syscall, code, errno)
    end
    return not size and result or nil
end

--- Bytes of the kernel's buffers: Linux keeps, and tells, twice what was set.
---@return integer bytes
function Options:getRecvBufferSize()
    return buffer_size(self, "getRecvBufferSize", "recvBufferSize")
end

---@return integer bytes
function Options:getSendBufferSize()
    return buffer_size(self, "getSendBufferSize", "sendBufferSize")
end

---@param size integer bytes
function Options:setRecvBufferSize(size)
    buffer_size(self, "setRecvBufferSize", "recvBufferSize", size)
end

---@param size integer bytes
function Options:setSendBufferSize(size)
    buffer_size(self, "setSendBufferSize", "sendBufferSize", size)
end

--- Bytes that wait to be sent.
function Options:getSendQueueSize()
    check.object(self, "socket:getSendQueueSize", "_healthy")
    return self._box and (self._box:queue()) or 0
end

--- Datagrams that wait to be sent.
function Options:getSendQueueCount()
    check.object(self, "socket:getSendQueueCount", "_healthy")
    return self._box and select(2, self._box:queue()) or 0
end

return Options
