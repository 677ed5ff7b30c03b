---@meta

--- TCP and UNIX sockets.
---
---     local net = require "net"
---     local server = net.createServer(function(socket)
---         socket:on("data", function(bytes) socket:write(bytes) end)
---     end)
---     server:listen(8000, "127.0.0.1")
---
---     local socket = net.connect(8000, "127.0.0.1", function() socket:end_("hello\n") end)
---
--- Members of Node's that are not here (`BlockList`, `SocketAddress`, ...) say what to use instead.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html
---@class moonherd.net
local net = {}

-- Sockets -----------------------------------------------------------------------------------------------------

--- How a socket is to be.
---@class moonherd.net.StreamOptions
---@field allowHalfOpen boolean? Whether it stays writable when the other side has ended (default false).
---@field highWaterMark integer? The marks of both directions (bytes, 0.., default 16384).
---@field maxQueueBytes integer? What may wait to be sent at most; a write beyond it fails with ERR_SOCKET_QUEUE_FULL
---(bytes, 0.., default 67108864). moonherd only.
---@field noDelay boolean? Small writes are sent at once (default false).
---@field keepAlive boolean? Whether the system asks after a silent other side (default false).
---@field keepAliveInitialDelay number? After how long (ms, any number, default 0: the system's own).
---@field signal moonherd.AbortSignal? Destroys the socket when it is aborted.

--- How a socket is to be, and the descriptor that it may wrap.
---@class moonherd.net.SocketOptions: moonherd.net.StreamOptions
---@field fd integer? A descriptor to wrap, of a pipe, a TCP or a UNIX socket; the socket's from then on
---(0..2147483647).
---@field readable boolean? False, of a descriptor: it is not read (default true).
---@field writable boolean? False, of a descriptor: it is not written to (default true).
---@field pauseOnCreate boolean? Whether a descriptor is left unread until `resume` (default false).
---@field shared boolean? Another process holds the same connection: closing ends it for both (default false). moonherd
---only.

--- Where and how to connect: `path`, or `port` with `host`. Beside a path the others do not count. `lookup`, `onread`,
--- `blockList`, `autoSelectFamily` and `autoSelectFamilyAttemptTimeout` are refused, and say what to use instead.
---@class moonherd.net.ConnectOptions
---@field port integer|string|nil (0..65535)
---@field host string? (default "localhost")
---@field path string? Of a UNIX socket. One that begins with NUL has a name in no file system.
---@field localAddress string? The numeric address of this side.
---@field localPort integer? The port of this side (0..65535).
---@field family 0|4|6|nil Of the addresses that a name may have (default 0: both).
---@field hints integer? Of the look-up: a sum of dns.ADDRCONFIG, dns.V4MAPPED and dns.ALL (0..56, default 0);
---ERR_INVALID_ARG_VALUE for another.
---@field timeout number? As `socket:setTimeout`, from the start (ms, 0..).
---@field noDelay boolean? As `socket:setNoDelay`.
---@field keepAlive boolean? As `socket:setKeepAlive`.
---@field keepAliveInitialDelay number? Its delay (ms, any number, default 0: the system's own).

--- What `net.connect` takes: how the socket is to be, and where to connect.
---@class moonherd.net.ConnectionOptions: moonherd.net.StreamOptions, moonherd.net.ConnectOptions

--- A connection. It closes by itself once both sides have ended.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#class-netsocket
---@class moonherd.Socket: moonherd.Readable, moonherd.Writable
---@field connecting boolean Whether the connection is on its way.
---@field readable boolean Whether there may be more to read.
---@field writable boolean Whether it was neither ended nor destroyed.
---@field writableEnded boolean Whether `end_` was called.
---@field writableFinished boolean Whether "finish" was emitted.
---@field writableLength integer Bytes that wait to be sent (0..).
---@field writableHighWaterMark integer From so many waiting bytes on `write` returns false (0..).
---@field writableNeedDrain boolean Whether `write` returned false, and "drain" is to come.
---@field destroyed boolean Whether it was destroyed, or closed by itself.
---@field closed boolean Whether "close" was emitted.
---@field pending boolean Whether there is no connection yet, or no more.
---@field readyState "opening"|"open"|"readOnly"|"writeOnly"|"closed" Which ways are open.
---@field bytesRead integer So far (0..).
---@field bytesWritten integer So far, those that still wait included (0..).
---@field allowHalfOpen boolean? Whether it stays writable when the other side has ended.
---@field timeout number? As set by setTimeout (ms, 0..).
---@field localAddress string? Of TCP, and for as long as it is connected unless asked for before; as the following.
---@field localPort integer? (0..65535)
---@field localFamily "IPv4"|"IPv6"|nil Of localAddress.
---@field remoteAddress string? Of the other side.
---@field remotePort integer? (0..65535)
---@field remoteFamily "IPv4"|"IPv6"|nil Of remoteAddress.
---@field server moonherd.Server? That it came to.
--- The host was looked up: `err, address, family, host`.
---@field on fun(self: self, event: "lookup", listener: fun(err: any, address: any, family: any, host: any)): self
--- The connection stands.
---@field on fun(self: self, event: "connect", listener: fun()): self
--- Right behind "connect".
---@field on fun(self: self, event: "ready", listener: fun()): self
--- It failed, or was destroyed with an error. "close" follows.
---@field on fun(self: self, event: "error", listener: fun(err: any)): self
--- Nothing more comes of it.
---@field on fun(self: self, event: "close", listener: fun(hadError: boolean)): self
--- Nothing was read or written for the time of setTimeout.
---@field on fun(self: self, event: "timeout", listener: fun()): self
local Socket = {}

--- Connects: (port, host?, callback?), (path, callback?) or (options, callback?). "connect" and "ready" follow, or
--- "error" with `code` ("ECONNREFUSED", ...), `syscall`, `address` and `port`.
---
--- Raises: ERR_SOCKET_BAD_PORT; ERR_MISSING_ARGS without port and path; ERR_INVALID_IP_ADDRESS for localAddress.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketconnect
---@overload fun(self, port: integer|string, host: string|function|nil, callback: function?): self
---@overload fun(self, path: string, callback: function?): self
---@overload fun(self, options: moonherd.net.ConnectOptions, callback: function?): self
---@param ... any in one of these forms
---@return self
function Socket:connect(...) end

--- Passes data on, from now until `pause`. The first listener of "data" does the same, unless it was paused.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketresume
---@return self
function Socket:resume() end

--- Nothing more is read until `resume`: what the other side sends waits in the kernel, then there.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketpause
---@return self
function Socket:pause() end

--- Writes bytes. What the kernel takes at once does not count as waiting. (data, encoding, callback) or (data,
--- callback). After `end_` or destroy it fails: the callback and "error" tell.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketwritedata-encoding-callback
---@param data string
---@param encoding string|function|nil "utf8", "latin1", ...: bytes are bytes
---@param callback nil|fun(err: moonherd.Error?) called when the kernel has all of it
---@return boolean enough false when so much waits that the caller should wait for "drain"
function Socket:write(data, encoding, callback) end

--- Half-closes once all is written: the other side sees the end. "finish" follows. (callback), (data, callback) and
--- (data, encoding, callback) are all right.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketenddata-encoding-callback
---@param data string|function|nil written before
---@param encoding string|function|nil
---@param callback nil|fun(err: moonherd.Error?) called at "finish", or when it will not come
---@return self
function Socket:end_(data, encoding, callback) end

--- Closes now; what waits to be sent is lost. "error" tells of `err`, if there is one, then "close".
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketdestroyerror
---@param err any
---@return self
function Socket:destroy(err) end

--- Closes once all that was written is sent.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketdestroysoon
---@return self
function Socket:destroySoon() end

--- Closes so that the other side sees a reset (ECONNRESET). TCP only.
---
--- Raises: ERR_INVALID_HANDLE_TYPE for another kind of socket.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketresetanddestroy
---@return self
function Socket:resetAndDestroy() end

--- "timeout" is emitted after so long in which nothing was read or written. It closes nothing.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketsettimeouttimeout-callback
---@param msecs number (ms, 0..; 0: never). More than 2147483647 counts as that, with a warning
---@param callback function? a listener for the next one; with 0, one to remove
---@return self
function Socket:setTimeout(msecs, callback) end

--- Small writes are sent at once instead of being gathered.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketsetnodelaynodelay
---@param noDelay boolean? (default true)
---@return self
function Socket:setNoDelay(noDelay) end

--- Has the system look after a silence whether the other side is still there.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketsetkeepaliveenable-initialdelay
---@param enable boolean? (default false)
---@param initialDelay number? after how long (ms, any number, default 0: the system's own)
---@return self
function Socket:setKeepAlive(enable, initialDelay) end

--- The bound address of this end; an empty table without one.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketaddress
---@return moonherd.net.Address|table address
function Socket:address() end

--- Keeps the program alive as long as it is open, which is so unless `unref` was called.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketref
---@return self
function Socket:ref() end

--- Lets the program end though it is open.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketunref
---@return self
function Socket:unref() end

--- Takes the connection out of this object, once all is written: its descriptor, the caller's from now on. No "close".
---
--- moonherd only
---@return integer? fd nil without a connection (0..)
function Socket:detach() end

--- Makes a socket: without a connection, for `connect`, or around a descriptor.
---
--- Raises: ERR_INVALID_FD_TYPE for a descriptor that is no stream.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#new-netsocketoptions
---@param options moonherd.net.SocketOptions?
---@return moonherd.Socket
function net.Socket(options) end

--- The same as `net.Socket`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#new-netsocketoptions
net.Stream = net.Socket

--- Connects: (port, host?, callback?), (path, callback?) or (options, callback?). The callback is a listener of
--- "connect". Addresses of a name are tried one after the other; the first that answers is it.
---
--- Raises: as `socket:connect`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#netconnect
---@overload fun(port: integer|string, host: string|function|nil, callback: function?): moonherd.Socket
---@overload fun(path: string, callback: function?): moonherd.Socket
---@overload fun(options: moonherd.net.ConnectionOptions, callback: function?): moonherd.Socket
---@param ... any in one of these forms
---@return moonherd.Socket
function net.connect(...) end

--- The same as `net.connect`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#netcreateconnection
net.createConnection = net.connect

-- Servers -----------------------------------------------------------------------------------------------------

--- An address.
---@class moonherd.net.Address
---@field address string As a number: "127.0.0.1".
---@field family "IPv4"|"IPv6" What it is of.
---@field port integer (0..65535)

--- How a server's connections are to be.
---@class moonherd.net.ServerOptions
---@field allowHalfOpen boolean? Whether they stay writable when the client has ended (default false).
---@field pauseOnConnect boolean? Whether nothing is read before `resume`, as for a socket that is sent on (default
---false).
---@field noDelay boolean? Small writes are sent at once (default false).
---@field keepAlive boolean? Whether the system asks after silent clients (default false).
---@field keepAliveInitialDelay number? After how long (ms, any number, default 0: the system's own).
---@field highWaterMark integer? The marks of both directions (bytes, 0.., default 16384).
---@field maxQueueBytes integer? As of a socket (bytes, 0.., default 67108864). moonherd only.

--- Where and how to listen: `fd`, or `port` with `host`, or `path`. The first of them that is there counts.
---@class moonherd.net.ListenOptions
---@field port integer|string|nil (0..65535; 0: a free one)
---@field host string? Its first address (default: all of IPv6 and IPv4).
---@field path string? Of a UNIX socket.
---@field fd integer? Of a socket that listens, or can; the server's from then on (0..2147483647).
---@field backlog integer? Connections that may wait (0..2147483647, default 511).
---@field exclusive boolean? In a cluster's worker: an address of its own, without the master (default false).
---@field readableAll boolean? Whether all users may read from the path's socket (default false).
---@field writableAll boolean? Whether all users may write to it (default false).
---@field ipv6Only boolean? Whether "::" is IPv6 only (default false).
---@field reusePort boolean? Whether other sockets may listen at the same port, the kernel dividing the connections
---(default false).
---@field signal moonherd.AbortSignal? Closes the server when it is aborted.

--- Takes connections at an address.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#class-netserver
---@class moonherd.Server: moonherd.EventEmitter
---@field listening boolean Whether it takes connections.
---@field maxConnections integer? More are dropped, or, in a cluster's worker, left to the others (0..; 0 and nil: any
---number).
--- It takes connections now.
---@field on fun(self: self, event: "listening", listener: fun()): self
--- Somebody has connected.
---@field on fun(self: self, event: "connection", listener: fun(socket: moonherd.Socket)): self
--- A connection was refused for maxConnections; nil for a UNIX socket.
---@field on fun(self: self, event: "drop", listener: fun(data: table?)): self
--- It could not listen: `code`, `syscall`, `address`, `port`.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
--- It was closed, and the last connection has ended.
---@field on fun(self: self, event: "close", listener: fun()): self
--- Descriptors or memory ran out; clients wait until there is room. moonherd only.
---@field on fun(self: self, event: "acceptError", listener: fun(err: moonherd.Error)): self
local Server = {}

--- Starts to take connections: (port?, host?, backlog?, callback?), (path, backlog?, callback?), (handle, backlog?,
--- callback?) with a table that has an `fd`, or (options, callback?). "listening", of which the callback is a listener,
--- or "error" follows.
---
--- Raises: ERR_SERVER_ALREADY_LISTEN; ERR_SOCKET_BAD_PORT; ERR_INVALID_ARG_VALUE without fd, path and port.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#serverlisten
---@overload fun(self, port: integer|string|function|nil, host: string|integer|function|nil, backlog: integer|function|nil, callback: function?): self
---@overload fun(self, path: string, backlog: integer|function|nil, callback: function?): self
---@overload fun(self, options: moonherd.net.ListenOptions, callback: function?): self
---@param ... any in one of these forms
---@return self
function Server:listen(...) end

--- Takes no more connections. "close" follows when those there are have ended.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#serverclosecallback
---@param callback nil|fun(err: moonherd.Error?) called at "close"; with ERR_SERVER_NOT_RUNNING if it was not running
---@return self
function Server:close(callback) end

--- Where it listens: a table, or the path; nil while it does not.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#serveraddress
---@return moonherd.net.Address|string|nil address
function Server:address() end

--- How many connections there are, those that were sent to other processes included.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#servergetconnectionscallback
---@param callback fun(err: moonherd.Error?, count: integer)
---@return self
function Server:getConnections(callback) end

--- Keeps the program alive as long as it listens, which is so unless `unref` was called.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#serverref
---@return self
function Server:ref() end

--- Lets the program end though it listens.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#serverunref
---@return self
function Server:unref() end

--- A server that does not listen yet: (connectionListener), (options, connectionListener?) or ().
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#netcreateserveroptions-connectionlistener
---@param options moonherd.net.ServerOptions|function|nil
---@param connectionListener nil|fun(socket: moonherd.Socket) a listener of "connection"
---@return moonherd.Server
function net.createServer(options, connectionListener) end

--- The same as `net.createServer`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#new-netserveroptions-connectionlistener
net.Server = net.createServer

--- Which kind of numeric address a text is.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#netisipinput
---@param input any
---@return 0|4|6 version 0 for anything else
function net.isIP(input) end

--- Whether it is a numeric address of IPv4.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#netisipv4input
---@param input any
---@return boolean
function net.isIPv4(input) end

--- Whether it is a numeric address of IPv6.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#netisipv6input
---@param input any
---@return boolean
function net.isIPv6(input) end

return net
