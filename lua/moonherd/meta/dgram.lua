---@meta

--- UDP sockets.
---
---     local dgram = require "dgram"
---     local server = dgram.createSocket("udp4", function(message, from)
---         print(message, from.address, from.port)
---     end)
---     server:bind(41234)
---
---     local client = dgram.createSocket("udp4")
---     client:send("hello", 41234, "127.0.0.1", function() client:close() end)
---
--- In a worker of a cluster the herd shares what is bound, and the kernel gives each datagram to one worker. What a
--- `send` or `connect` binds by itself, and what is bound with `exclusive` or `reusePort`, is the worker's own.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html
---@class moonherd.dgram
local dgram = {}

--- What `dgram.createSocket` may be told.
---@class moonherd.dgram.SocketOptions
---@field type "udp4"|"udp6" The family of addresses.
---@field reuseAddr boolean? Whether others may bind the address too, who say so as well (default false).
---@field reusePort boolean? The same, and the kernel spreads senders over all of them (default false). In Node from
---v22.12.
---@field ipv6Only boolean? Whether a "udp6" socket on `::` leaves the IPv4 side of its port free (default false).
---@field recvBufferSize integer? Of the kernel's buffer (bytes, 0..4294967295, default 0: the system's own).
---@field sendBufferSize integer? Of the kernel's buffer (bytes, 0..4294967295, default 0: the system's own).
---@field maxQueueBytes integer? What may wait to be sent at most (bytes, 0.., default 16777216); a send beyond it fails
---with ERR_SOCKET_QUEUE_FULL. moonherd's own.
---@field lookup nil|fun(hostname: string, family: integer, callback: function) Looks names up instead of `dns.lookup`;
---the callback takes (err, address).
---@field signal moonherd.AbortSignal? Closes the socket when it is aborted.

--- What `socket:bind` may be told.
---@class moonherd.dgram.BindOptions
---@field port integer|string|nil Where to (0..65535, default 0: any that is free).
---@field address string? A host (default "0.0.0.0" or "::").
---@field exclusive boolean? Whether a worker keeps the socket to itself (default false).
---@field fd integer? A UDP socket's descriptor that is there already, which is taken (0..2147483647); in a worker,
---unless `exclusive`, a number of the master's.

--- An address of a UDP socket.
---@class moonherd.dgram.Address
---@field address string The address as a text.
---@field family "IPv4"|"IPv6" What it is of.
---@field port integer (1..65535)

--- Whom a message is from.
---@class moonherd.dgram.RemoteInfo
---@field address string The sender's address.
---@field family "IPv4"|"IPv6" What that is of.
---@field port integer The sender's port (0..65535).
---@field size integer Bytes of the message (0..65535).

--- A UDP socket. It is bound by `bind`, or by the first `send` or `connect`. Once it is closed, every method raises
--- ERR_SOCKET_DGRAM_NOT_RUNNING, but for `ref` and `unref`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#class-dgramsocket
---@class moonherd.dgram.Socket: moonherd.EventEmitter
---@field type "udp4"|"udp6" As it was made.
---@field maxQueueBytes integer What may wait to be sent at most (bytes, 0..).
--- A datagram has come.
---@field on fun(self: self, event: "message", listener: fun(msg: string, rinfo: moonherd.dgram.RemoteInfo)): self
--- It is bound.
---@field on fun(self: self, event: "listening", listener: fun()): self
--- It is connected.
---@field on fun(self: self, event: "connect", listener: fun()): self
--- It could not be bound or connected, a name was not found, or receiving failed ("ECONNREFUSED": nobody is there
--- where it is connected to). It stays open.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
--- It is closed.
---@field on fun(self: self, event: "close", listener: fun()): self
local Socket = {}

--- Binds the socket: (port?, address?, callback?) or (options, callback?). "listening" follows, or "error" with
--- `syscall` "bind", `address` and `port`, and then it can be bound again.
---
--- Raises: ERR_SOCKET_ALREADY_BOUND, also while it is being bound. ERR_SOCKET_BAD_PORT. ERR_INVALID_FD_TYPE, for a
--- descriptor of something else.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketbindport-address-callback
---@param port integer|string|moonherd.dgram.BindOptions|function|nil (0..65535, default 0: any that is free), options,
---or the callback
---@param address string|function|nil a host (default "0.0.0.0" or "::"), or the callback
---@param callback nil|fun() a listener of "listening", for this once
---@return self
function Socket:bind(port, address, callback) end

--- Sends to one address, and hears from it only, from now on. "connect" follows.
---
--- Raises: ERR_SOCKET_DGRAM_IS_CONNECTED, also while it is connecting. ERR_SOCKET_BAD_PORT.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketconnectport-address-callback
---@param port integer|string (1..65535)
---@param address string|function|nil a host (default "127.0.0.1" or "::1"), or the callback
---@param callback nil|fun(err: moonherd.Error?) a listener of "connect", for this once; a failure it gets as `err`,
---in place of an "error" event
function Socket:connect(port, address, callback) end

--- Undoes `connect`.
---
--- Raises: ERR_SOCKET_DGRAM_NOT_CONNECTED.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketdisconnect
function Socket:disconnect() end

--- Where it is bound.
---
--- Raises: EBADF, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketaddress
---@return moonherd.dgram.Address
function Socket:address() end

--- Where it is connected to.
---
--- Raises: ERR_SOCKET_DGRAM_NOT_CONNECTED.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketremoteaddress
---@return moonherd.dgram.Address
function Socket:remoteAddress() end

--- Sends one datagram: (msg, port, address?, callback?), or a part of it, (msg, offset, length, port, address?,
--- callback?); once connected (msg, callback?) and (msg, offset, length, callback?). A list of texts is sent joined. To
--- a numeric address it is with the kernel when this returns, unless the kernel makes it wait. The callback gets an
--- error, or nil and the number of bytes. Without one, a name that is not found is an "error" event, and what the
--- kernel refuses (EMSGSIZE, ...) is told to nobody.
---
--- Raises: ERR_SOCKET_BAD_PORT. ERR_BUFFER_OUT_OF_BOUNDS. ERR_SOCKET_DGRAM_IS_CONNECTED, for a port where there is a
--- peer.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsendmsg-offset-length-port-address-callback
---@param msg string|string[]
---@param offset integer|string|function|nil where the part begins (bytes, 0..), the port (1..65535), or the callback
---@param length integer|string|function|nil of the part (bytes, 0..), the address, or the callback
---@param port integer|string|function|nil (1..65535), or the callback
---@param address string|function|nil a host (default "127.0.0.1" or "::1"), or the callback
---@param callback nil|fun(err: moonherd.Error?, bytes: integer?)
function Socket:send(msg, offset, length, port, address, callback) end

--- Closes the socket, once what was sent before it was bound is on its way. "close" follows.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketclosecallback
---@param callback nil|fun() a listener of "close"
---@return self
function Socket:close(callback) end

--- Has it keep the program alive while it is bound, as it does unless told otherwise.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketref
---@return self
function Socket:ref() end

--- Has it not keep the program alive. Holds for what is bound later too.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketunref
---@return self
function Socket:unref() end

--- How many routers a datagram may pass.
---
--- Raises: EBADF, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsetttlttl
---@param ttl number 1 to 255; any number else raises EINVAL, as in Node
---@return number ttl
function Socket:setTTL(ttl) end

--- How many routers a datagram to a group may pass.
---
--- Raises: EBADF, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsetmulticastttlttl
---@param ttl number 0 to 255; any number else raises EINVAL, as in Node
---@return number ttl
function Socket:setMulticastTTL(ttl) end

--- Whether what is sent to a group comes back to members on this machine.
---
--- Raises: EBADF, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsetmulticastloopbackflag
---@param flag boolean|0|1
---@return boolean|integer flag
function Socket:setMulticastLoopback(flag) end

--- Whether datagrams may be sent to a broadcast address.
---
--- Raises: EBADF, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsetbroadcastflag
---@param flag boolean|0|1
function Socket:setBroadcast(flag) end

--- The interface that multicast leaves by.
---
--- Raises: EINVAL, for what is no such address. EBADF, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsetmulticastinterfacemulticastinterface
---@param interfaceAddress string its address; "::%eth0" on a "udp6" socket
function Socket:setMulticastInterface(interfaceAddress) end

--- Receives what is sent to a group too. Binds the socket if need be.
---
--- Raises: EINVAL, for what is no group. ENODEV, for an interface that is not there. EADDRINUSE, for the second time.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketaddmembershipmulticastaddress-multicastinterface
---@param multicastAddress string the group's address
---@param multicastInterface string? as for `setMulticastInterface` (default: the system's choice)
function Socket:addMembership(multicastAddress, multicastInterface) end

--- Undoes `addMembership`; closing does too.
---
--- Raises: EADDRNOTAVAIL, if it was no member.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketdropmembershipmulticastaddress-multicastinterface
---@param multicastAddress string the group's address
---@param multicastInterface string? as for `addMembership`
function Socket:dropMembership(multicastAddress, multicastInterface) end

--- Receives what one host sends to a group too. Binds the socket if need be.
---
--- Raises: as `addMembership`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketaddsourcespecificmembershipsourceaddress-groupaddress-multicastinterface
---@param sourceAddress string that host's address
---@param groupAddress string
---@param multicastInterface string? as for `addMembership`
function Socket:addSourceSpecificMembership(sourceAddress, groupAddress, multicastInterface) end

--- Undoes `addSourceSpecificMembership`.
---
--- Raises: EADDRNOTAVAIL, if it was no member.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketdropsourcespecificmembershipsourceaddress-groupaddress-multicastinterface
---@param sourceAddress string
---@param groupAddress string
---@param multicastInterface string? as for `addMembership`
function Socket:dropSourceSpecificMembership(sourceAddress, groupAddress, multicastInterface) end

--- How large the kernel's buffer for what comes is: Linux keeps, and tells, twice what was set.
---
--- Raises: ERR_SOCKET_BUFFER_SIZE, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketgetrecvbuffersize
---@return integer bytes
function Socket:getRecvBufferSize() end

--- How large the kernel's buffer for what is sent is: Linux keeps, and tells, twice what was set.
---
--- Raises: ERR_SOCKET_BUFFER_SIZE, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketgetsendbuffersize
---@return integer bytes
function Socket:getSendBufferSize() end

--- How large the kernel's buffer for what comes is to be; the system has a limit of its own.
---
--- Raises: ERR_SOCKET_BAD_BUFFER_SIZE. ERR_SOCKET_BUFFER_SIZE, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsetrecvbuffersizesize
---@param size integer (bytes, 0..2147483647)
function Socket:setRecvBufferSize(size) end

--- How large the kernel's buffer for what is sent is to be; the system has a limit of its own.
---
--- Raises: ERR_SOCKET_BAD_BUFFER_SIZE. ERR_SOCKET_BUFFER_SIZE, before it is bound.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketsetsendbuffersizesize
---@param size integer (bytes, 0..2147483647)
function Socket:setSendBufferSize(size) end

--- How much waits to be sent.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketgetsendqueuesize
---@return integer bytes
function Socket:getSendQueueSize() end

--- How many datagrams wait to be sent.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#socketgetsendqueuecount
---@return integer count
function Socket:getSendQueueCount() end

--- Makes a socket that is not bound yet.
---
--- Raises: ERR_SOCKET_BAD_TYPE.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#dgramcreatesockettype-callback
---@param type "udp4"|"udp6"|moonherd.dgram.SocketOptions
---@param callback nil|fun(msg: string, rinfo: moonherd.dgram.RemoteInfo) a listener of "message"
---@return moonherd.dgram.Socket
function dgram.createSocket(type, callback) end

--- The class; called, it does what `createSocket` does.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/dgram.html#class-dgramsocket
---@param type "udp4"|"udp6"|moonherd.dgram.SocketOptions
---@param callback nil|fun(msg: string, rinfo: moonherd.dgram.RemoteInfo) a listener of "message"
---@return moonherd.dgram.Socket
function dgram.Socket(type, callback) end

return dgram
