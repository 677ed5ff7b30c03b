---@meta

--- HTTP/1.1 servers and clients.
---
---     local http = require "http"
---     local server = http.createServer(function(req, res)
---         res:setHeader("Content-Type", "text/plain")
---         res:end_("hello\n")
---     end)
---     server:listen(8000, "127.0.0.1")
---
---     http.get("http://127.0.0.1:8000/", function(res)
---         res:on("data", function(bytes) io.write(bytes) end)
---     end)
---
--- What comes is read strictly: a request that could be understood in two ways is answered with 400, such a response is
--- an error. Header names of what comes are in lower case. What is read and what is sent has limits, all of which can
--- be set.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html
---@class moonherd.http
---@field globalAgent moonherd.http.Agent The agent of requests that name none; it keeps free connections for 5 s.
---@field STATUS_CODES table<integer, string> The texts of statuses: `STATUS_CODES[404]` is "Not Found".
---@field METHODS string[] The methods that are understood, sorted.
---@field maxHeaderSize integer The largest head of a request that a server takes unless told otherwise (bytes, 0..).
local http = {}

-- Servers -----------------------------------------------------------------------------------------------------

--- The limits of a server, and how its connections are to be. The limits are fields of the server too, and may be
--- changed at any time.
--- Refused, with what to use instead: `IncomingMessage`, `ServerResponse`, `allowHalfOpen`, `pauseOnConnect`, and
--- `insecureHTTPParser` unless it is false.
---@class moonherd.http.ServerOptions
---@field noDelay boolean? Small writes are sent at once (default true).
---@field keepAlive boolean? Whether the system asks after silent clients (default false).
---@field keepAliveInitialDelay number? After how long (ms, any number, default 0: the system's own).
---@field headersTimeout number? How long the head of a request may take before it gets 408 (ms, 0.., default 60000).
---@field requestTimeout number? How long a whole request may take before it gets 408 (ms, 0.., default 300000).
---@field keepAliveTimeout number? How long a connection waits for its next request (ms, 0.., default 5000).
---@field timeout number? After how long without traffic there is a "timeout" (ms, 0.., default 0: never).
---@field lingerTimeout number? How long the client may take to end its side after ours (ms, 0.., default 5000).
---@field maxRequestsPerSocket integer? Requests that one connection may bring (0.., default 0: any number).
---@field maxHeaderSize number? The largest head; above it 431 is the answer (bytes, 0.., default 16384).
---@field maxHeadersCount number? The most header fields; above it 431 is the answer (0.., default 2000; 0: any number).
---@field maxUrlSize number? The longest URL; above it 414 is the answer (bytes, 0.., default: `maxHeaderSize`).
---@field maxBodySize number? The largest body; above it 413 is the answer (bytes, 0.., default 67108864).
---@field maxChunkExtensionSize number? The most that chunks may say besides; above it 413 (bytes, 0.., default 16384).
---@field maxAhead number? What is read of the requests behind an unanswered one (bytes, 0.., default 65536).
---@field highWaterMark number? From how much unsent the next request waits (bytes, 0.., default 65536).
---@field requireHostHeader boolean? Whether a request of HTTP/1.1 without Host gets 400 (default true).
---@field httpAllowHalfOpen boolean? Whether a client that ends its side still gets its answer (default false).
---@field joinDuplicateHeaders boolean? Whether `req.headers` joins even what counts once (default false).
---@field rejectNonStandardBodyWrites boolean? Whether the body of an answer that has none raises (default false: it is
---dropped).
---@field uniqueHeaders string[]? Headers of which a list of values is sent as one, with "; " between them.
---@field insecureHTTPParser boolean? Only false: requests are always read strictly.
---@field connectionsCheckingInterval integer? Changes nothing: every limit has a clock of its own (0..2^53-1).

--- A net.Server whose connections speak HTTP.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpserver
---@class moonherd.http.Server: moonherd.Server
---@field headersTimeout number (ms, 0..) See moonherd.http.ServerOptions.
---@field requestTimeout number (ms, 0..) See moonherd.http.ServerOptions.
---@field keepAliveTimeout number (ms, 0..) See moonherd.http.ServerOptions.
---@field timeout number (ms, 0..) See moonherd.http.ServerOptions.
---@field lingerTimeout number (ms, 0..) See moonherd.http.ServerOptions.
---@field maxRequestsPerSocket integer (0..) See moonherd.http.ServerOptions.
---@field maxHeaderSize number (bytes, 0..) See moonherd.http.ServerOptions.
---@field maxHeadersCount number (0..) See moonherd.http.ServerOptions.
---@field maxUrlSize number (bytes, 0..) See moonherd.http.ServerOptions.
---@field maxBodySize number (bytes, 0..) See moonherd.http.ServerOptions.
---@field maxChunkExtensionSize number (bytes, 0..) See moonherd.http.ServerOptions.
---@field maxAhead number (bytes, 0..) See moonherd.http.ServerOptions.
---@field highWaterMark number (bytes, 0..) See moonherd.http.ServerOptions.
---@field requireHostHeader boolean See moonherd.http.ServerOptions.
---@field httpAllowHalfOpen boolean See moonherd.http.ServerOptions.
---@field joinDuplicateHeaders boolean See moonherd.http.ServerOptions.
---@field rejectNonStandardBodyWrites boolean See moonherd.http.ServerOptions.
--- A request has come; its body may still be on its way.
---@field on fun(self: self, event: "request", listener: fun(req: moonherd.http.IncomingMessage, res: moonherd.http.ServerResponse)): self
--- A client waits for leave to send its body. Without a listener it gets that at once.
---@field on fun(self: self, event: "checkContinue", listener: fun(req: moonherd.http.IncomingMessage, res: moonherd.http.ServerResponse)): self
--- A client expects something else. Without a listener it gets 417.
---@field on fun(self: self, event: "checkExpectation", listener: fun(req: moonherd.http.IncomingMessage, res: moonherd.http.ServerResponse)): self
--- A client wants another protocol; `head` is what it has sent of that. Without a listener it is an ordinary request.
---@field on fun(self: self, event: "upgrade", listener: fun(req: moonherd.http.IncomingMessage, socket: moonherd.Socket, head: string)): self
--- A client wants a tunnel. Without a listener its connection is closed.
---@field on fun(self: self, event: "connect", listener: fun(req: moonherd.http.IncomingMessage, socket: moonherd.Socket, head: string)): self
--- What came is no request, or came too slowly, or the connection failed. With a listener the socket is his to end.
---@field on fun(self: self, event: "clientError", listener: fun(err: moonherd.Error, socket: moonherd.http.Socket)): self
--- A connection was without traffic for `timeout`. Without a listener it is closed.
---@field on fun(self: self, event: "timeout", listener: fun(socket: moonherd.http.Socket)): self
--- A request beyond `maxRequestsPerSocket` was dropped; it got 503.
---@field on fun(self: self, event: "dropRequest", listener: fun(req: moonherd.http.IncomingMessage, socket: moonherd.http.Socket)): self
local Server = {}

--- Takes no more connections and ends those that wait between two requests. "close" follows when the last has ended.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#serverclosecallback
---@param callback nil|fun(err: moonherd.Error?) called at "close"; with ERR_SERVER_NOT_RUNNING if it was not running
---@return self
function Server:close(callback) end

--- The same, and nobody's request is cut off: each connection ends with its next answer, one that is quiet is ended
--- from our side first.
---
--- moonherd only
---@param quiet integer|function|nil how long a connection has to be quiet for that (ms, 0..2147483647, default 1000),
---or the callback
---@param callback nil|fun(err: moonherd.Error?)
---@return self
function Server:drain(quiet, callback) end

--- Ends the connections that have answered and wait for another request.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#servercloseidleconnections
function Server:closeIdleConnections() end

--- Cuts all connections, whatever they are doing.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#servercloseallconnections
function Server:closeAllConnections() end

--- Sets `timeout`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#serversettimeoutmsecs-callback
---@param msecs number? (ms, 0.., default 0: never)
---@param callback nil|fun(socket: moonherd.http.Socket) a listener of "timeout"
---@return self
function Server:setTimeout(msecs, callback) end

--- The connection of a request, as far as it makes sense beneath one. What is written goes out as it is: for answers by
--- hand, as in "clientError".
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#class-netsocket
---@class moonherd.http.Socket: moonherd.EventEmitter
---@field server moonherd.http.Server The server.
---@field remoteAddress string? The client's address; nil on a UNIX socket.
---@field remotePort integer? The client's port (1..65535).
---@field remoteFamily string? "IPv4" or "IPv6".
---@field localAddress string? Our address.
---@field localPort integer? Our port (1..65535).
---@field localFamily string? "IPv4" or "IPv6".
---@field bytesRead integer What has come (bytes, 0..).
---@field bytesWritten integer What has been sent (bytes, 0..).
---@field readyState string "open", "readOnly" or "closed".
---@field destroyed boolean Whether it is gone.
---@field timeout number What `setTimeout` has set (ms, 0..).
--- It is closed.
---@field on fun(self: self, event: "close", listener: fun(hadError: boolean)): self
--- It failed.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
--- There was no traffic for as long as `setTimeout` says.
---@field on fun(self: self, event: "timeout", listener: fun()): self
local Socket = {}

--- Sends bytes as they are.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketwritedata-encoding-callback
---@param data string
---@param encoding string|function|nil
---@param callback nil|fun(err: moonherd.Error?)
---@return boolean more false: enough waits for now
function Socket:write(data, encoding, callback) end

--- Ends our side when all is written. What the client still sends is read and dropped, for a while.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketenddata-encoding-callback
---@param data string? written before
---@param encoding string?
---@return self
function Socket:end_(data, encoding) end

--- The same as `end_`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketdestroysoon
Socket.destroySoon = Socket.end_

--- Cuts the connection. "clientError" of the server and "error" tell of `err`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketdestroyerror
---@param err any
---@return self
function Socket:destroy(err) end

--- Cuts the connection so that the client sees a reset.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketresetanddestroy
---@return self
function Socket:resetAndDestroy() end

--- Has "timeout" tell of times without traffic. Nothing is closed then.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketsettimeouttimeout-callback
---@param msecs number (ms, 0.., 0: never)
---@param callback nil|fun() a listener of the next "timeout"
---@return self
function Socket:setTimeout(msecs, callback) end

--- Whether small writes are sent at once.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketsetnodelaynodelay
---@param noDelay boolean? (default true)
---@return self
function Socket:setNoDelay(noDelay) end

--- Whether the system asks after a silent client.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketsetkeepaliveenable-initialdelay
---@param enable boolean? (default false)
---@param initialDelay number? after how long (ms, any number, default 0: the system's own)
---@return self
function Socket:setKeepAlive(enable, initialDelay) end

--- Our address.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketaddress
---@return table address { address, family, port }; empty on a UNIX socket
function Socket:address() end

--- Keeps the program alive while it is open, as it does unless told otherwise.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketref
---@return self
function Socket:ref() end

--- Lets the program end while it is open.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketunref
---@return self
function Socket:unref() end

--- Nothing happens: what can be paused is the body of a request.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketpause
---@return self
function Socket:pause() end

--- Nothing happens, see `pause`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketresume
---@return self
function Socket:resume() end

--- Nothing happens: strings are bytes.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/net.html#socketsetencodingencoding
---@return self
function Socket:setEncoding() end

--- Nothing happens: the response can be corked.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writablecork
function Socket:cork() end

--- Nothing happens, see `cork`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writableuncork
function Socket:uncork() end

-- Messages ----------------------------------------------------------------------------------------------------

--- A message that has come: a request at the server, a response at the client. It is read like every stream; its body
--- waits unread until somebody listens to "data" or calls `resume`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpincomingmessage
---@class moonherd.http.IncomingMessage: moonherd.Readable
---@field method string? Of a request: "GET".
---@field url string? Of a request: as the client has sent it.
---@field statusCode integer? Of a response (100..999).
---@field statusMessage string? Of a response: "OK".
---@field httpVersion string "1.1" or "1.0".
---@field httpVersionMajor integer (1..1)
---@field httpVersionMinor integer (0..1)
---@field headers table<string, string|string[]> By name in lower case. What may stand there once only has its first
---value; "set-cookie" is a list; values of others are joined by ", ".
---@field rawHeaders string[] Name, value, name, value, as they came.
---@field headersDistinct table<string, string[]> All values, by name in lower case.
---@field trailers table<string, string|string[]> The headers behind the body, once it has ended.
---@field trailersDistinct table<string, string[]> The same, all values.
---@field rawTrailers string[] The same as they came.
---@field socket moonherd.http.Socket|moonherd.Socket Its connection.
---@field complete boolean Whether all of it has come.
---@field aborted boolean Whether it was cut off.
--- It was cut off before its end.
---@field on fun(self: self, event: "aborted", listener: fun()): self
--- There was no traffic for as long as `setTimeout` says.
---@field on fun(self: self, event: "timeout", listener: fun()): self
local IncomingMessage = {}
http.IncomingMessage = IncomingMessage

--- Has "timeout" tell of times without traffic on its connection.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#messagesettimeoutmsecs-callback
---@param msecs number (ms, 0.., 0: never)
---@param callback nil|fun() a listener of "timeout"
---@return self
function IncomingMessage:setTimeout(msecs, callback) end

--- Cuts its connection, unless all of it was read.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#messagedestroyerror
---@param err any told by "error"
---@return self
function IncomingMessage:destroy(err) end

--- What responses and requests that are being made have in common: their headers.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpoutgoingmessage
---@class moonherd.http.OutgoingMessage: moonherd.Writable
---@field headersSent boolean Whether the head is on its way.
local OutgoingMessage = {}

--- Sets a header; a list as value makes it a repeated one. The case of the name is kept.
---
--- Raises: ERR_HTTP_HEADERS_SENT; ERR_INVALID_HTTP_TOKEN, ERR_HTTP_INVALID_HEADER_VALUE and ERR_INVALID_CHAR for what
--- cannot be sent.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagesetheadername-value
---@param name string
---@param value string|number|boolean|table any number
---@return self
function OutgoingMessage:setHeader(name, value) end

--- Sets all headers of a table by name.
---
--- Raises: what `setHeader` does.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagesetheadersheaders
---@param headers table<string, any>
---@return self
function OutgoingMessage:setHeaders(headers) end

--- Adds a value to a header that may be set already.
---
--- Raises: what `setHeader` does.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessageappendheadername-value
---@param name string
---@param value string|number|boolean|table any number
---@return self
function OutgoingMessage:appendHeader(name, value) end

--- What a header was set to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagegetheadername
---@param name string in any case
---@return any value
function OutgoingMessage:getHeader(name) end

--- Whether a header is set.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagehasheadername
---@param name string in any case
---@return boolean
function OutgoingMessage:hasHeader(name) end

--- All headers, by name in lower case.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagegetheaders
---@return table<string, any> headers
function OutgoingMessage:getHeaders() end

--- The names in lower case, in the order in which they were set.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagegetheadernames
---@return string[] names
function OutgoingMessage:getHeaderNames() end

--- The names in the case in which they were set.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#requestgetrawheadernames
---@return string[] names
function OutgoingMessage:getRawHeaderNames() end

--- Takes a header away.
---
--- Raises: ERR_HTTP_HEADERS_SENT.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessageremoveheadername
---@param name string in any case
function OutgoingMessage:removeHeader(name) end

--- Headers behind the body, which is sent in chunks then, in place of those that were given before. A list as value
--- makes it a repeated one.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessageaddtrailersheaders
---@param headers table<string, string|string[]>
function OutgoingMessage:addTrailers(headers) end

--- Sends the head now, before there is a body.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessageflushheaders
function OutgoingMessage:flushHeaders() end

--- Sends a piece of the body, and the head before the first.
---
--- Raises: ERR_STREAM_NULL_VALUES for nil. A piece behind the end is told by "error".
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagewritechunk-encoding-callback
---@param chunk string
---@param encoding string|function|nil accepted where it leaves bytes alone
---@param callback nil|fun(err: moonherd.Error?) called when it is the kernel's
---@return boolean more false: enough waits for now, "drain" follows
function OutgoingMessage:write(chunk, encoding, callback) end

--- Ends the message, with its last piece.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessageendchunk-encoding-callback
---@param chunk string|function|nil
---@param encoding string|function|nil
---@param callback nil|fun(err: moonherd.Error?) called at "finish"
---@return self
function OutgoingMessage:end_(chunk, encoding, callback) end

--- Cuts the connection.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagedestroyerror
---@param err any told by "error"
---@return self
function OutgoingMessage:destroy(err) end

--- Has "timeout" tell of times without traffic on the connection.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagesettimeoutmsecs-callback
---@param msecs number (ms, 0.., 0: never)
---@param callback nil|fun() a listener of "timeout"
---@return self
function OutgoingMessage:setTimeout(msecs, callback) end

--- There is nothing to read from it: "error" says so.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#outgoingmessagepipe
function OutgoingMessage:pipe() end

--- The answer to a request. One that is ended with one piece has a Content-Length, another is sent in chunks unless it
--- has one.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpserverresponse
---@class moonherd.http.ServerResponse: moonherd.http.OutgoingMessage
---@field statusCode integer (100..999, 200 unless set)
---@field statusMessage string? The usual one of the status unless set; what was sent once the head is settled.
---@field sendDate boolean Whether there is a Date (true unless set).
---@field strictContentLength boolean Whether a body that its Content-Length belies raises (false unless set: a shorter
---one ends the connection).
---@field req moonherd.http.IncomingMessage The request.
---@field socket moonherd.http.Socket|moonherd.Socket|nil Its connection.
--- There was no traffic for as long as `setTimeout` says.
---@field on fun(self: self, event: "timeout", listener: fun()): self
local ServerResponse = {}

--- Settles status and headers: (status), (status, message, headers) or (status, headers). They leave with the first
--- bytes of the body, or with `flushHeaders`.
---
--- Raises: ERR_HTTP_INVALID_STATUS_CODE; what `setHeader` does.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#responsewriteheadstatuscode-statusmessage-headers
---@param statusCode integer (100..999)
---@param statusMessage string|table|nil the message, or the headers
---@param headers table? by name, or a list: name, value, name, value
---@return self
function ServerResponse:writeHead(statusCode, statusMessage, headers) end

--- 100 Continue: tells a client that waits to send its body.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#responsewritecontinue
---@param callback nil|fun()
function ServerResponse:writeContinue(callback) end

--- 102 Processing.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#responsewriteprocessing
---@param callback nil|fun()
function ServerResponse:writeProcessing(callback) end

--- 103 Early Hints.
---
--- Raises: ERR_INVALID_ARG_VALUE for a link that is not of the form "</style.css>; rel=preload".
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#responsewriteearlyhintshints-callback
---@param hints table<string, string|string[]> `link` first of all
---@param callback nil|fun()
function ServerResponse:writeEarlyHints(hints, callback) end

--- Lets a response that was made by hand answer on a net.Socket, which stays open behind the answer.
---
--- moonherd only
---@param socket moonherd.Socket
function ServerResponse:assignSocket(socket) end

--- Takes the socket away again.
---
--- moonherd only
---@param socket moonherd.Socket the one that it was assigned
function ServerResponse:detachSocket(socket) end

--- A request on its way. Nothing is sent before the first `write`, `end_` or `flushHeaders`. Without a listener of
--- "response" the answer is read and dropped.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpclientrequest
---@class moonherd.http.ClientRequest: moonherd.http.OutgoingMessage
---@field method string "GET".
---@field path string "/a?b=c".
---@field host string The host.
---@field protocol string "http:".
---@field agent moonherd.http.Agent? The agent that has found its connection.
---@field socket moonherd.Socket? The connection, once there is one.
---@field reusedSocket boolean Whether the connection has carried another request before.
--- The answer has come; its body may still be on its way.
---@field on fun(self: self, event: "response", listener: fun(res: moonherd.http.IncomingMessage)): self
--- It has its connection.
---@field on fun(self: self, event: "socket", listener: fun(socket: moonherd.Socket)): self
--- The server is ready for the body.
---@field on fun(self: self, event: "continue", listener: fun()): self
--- An interim answer (1xx): `info` has statusCode, statusMessage, httpVersion, headers, rawHeaders.
---@field on fun(self: self, event: "information", listener: fun(info: table)): self
--- The server speaks another protocol now; `head` is what it has sent of that.
---@field on fun(self: self, event: "upgrade", listener: fun(res: moonherd.http.IncomingMessage, socket: moonherd.Socket, head: string)): self
--- The tunnel stands.
---@field on fun(self: self, event: "connect", listener: fun(res: moonherd.http.IncomingMessage, socket: moonherd.Socket, head: string)): self
--- There was no traffic for as long as `setTimeout` says. Nothing is closed then.
---@field on fun(self: self, event: "timeout", listener: fun()): self
--- `abort` was called.
---@field on fun(self: self, event: "abort", listener: fun()): self
local ClientRequest = {}

--- The old name of `destroy`, without an error.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#requestabort
function ClientRequest:abort() end

--- Takes back what `setTimeout` has set.
---
--- moonherd only
---@param callback nil|fun() a listener of "timeout" that is to go
---@return self
function ClientRequest:clearTimeout(callback) end

--- `socket:setNoDelay`, as soon as there is a socket.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#requestsetnodelaynodelay
---@param noDelay boolean? (default true)
function ClientRequest:setNoDelay(noDelay) end

--- `socket:setKeepAlive`, as soon as there is a socket.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#requestsetsocketkeepaliveenable-initialdelay
---@param enable boolean? (default false)
---@param initialDelay number? after how long (ms, any number, default 0: the system's own)
function ClientRequest:setSocketKeepAlive(enable, initialDelay) end

--- For agents of one's own: gives the request its connection, or tells it why there is none.
---
--- moonherd only
---@param socket moonherd.Socket?
---@param err any
function ClientRequest:onSocket(socket, err) end

-- Clients -----------------------------------------------------------------------------------------------------

--- What is asked for, and how. What `net.connect` takes may stand here too, and `createConnection` gets all of it.
---@class moonherd.http.RequestOptions
---@field protocol "http:"|nil The only one there is.
---@field host string? The host (default "localhost").
---@field hostname string? The same; it takes precedence.
---@field port integer|string|nil The port (0..65535, default 80).
---@field defaultPort integer|string|nil The port that Host need not name (0..65535, default 80).
---@field socketPath string? A UNIX socket to connect to instead.
---@field path string? The path with its query (default "/").
---@field method string? The method (default "GET").
---@field headers table? Headers by name, or a list: name, value, name, value.
---@field setHost boolean? Whether there is a Host (default true).
---@field auth string? "user:password", for basic authorization.
---@field agent moonherd.http.Agent|false|nil Who finds the connection (default `http.globalAgent`); false: a new one.
---@field createConnection function? Makes the connection instead of an agent: (options, callback).
---@field timeout number? As `req:setTimeout` (ms, 0..).
---@field localAddress string? Our address.
---@field localPort integer? Our port (0..65535).
---@field family 0|4|6|nil The family of addresses (default 0: both).
---@field maxHeaderSize integer? The largest head of an answer (bytes, 1..67108864, default 16384).
---@field joinDuplicateHeaders boolean? Whether `res.headers` joins even what counts once (default false).
---@field uniqueHeaders string[]? Headers of which a list of values is sent as one, with "; " between them.
---@field insecureHTTPParser boolean? Only false: answers are always read strictly.
---@field signal moonherd.AbortSignal? Destroys the request when it is aborted.

--- How an agent keeps connections. What `net.connect` takes may stand here too, for all of them.
---@class moonherd.http.AgentOptions
---@field keepAlive boolean? Whether connections are kept for later requests (default false).
---@field keepAliveMsecs number? After how long the system asks after a kept one (ms, 0.., default 1000).
---@field maxSockets number? Connections to one place (1.., default `math.huge`).
---@field maxTotalSockets number? Connections altogether (1.., default `math.huge`).
---@field maxFreeSockets number? Free connections to one place that are kept (1.., default 256).
---@field scheduling "lifo"|"fifo"|nil Which free one is taken: the last or the first (default "lifo").
---@field timeout number? When a free one is closed, and when a request hears of silence (ms, 0.., default 0: never).
---@field noDelay boolean? Whether small writes are sent at once (default true).

--- Keeps a client's connections and hands them to requests. Connections are told apart by `getName`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpagent
---@class moonherd.http.Agent: moonherd.EventEmitter
---@field options table The options that it was made with.
---@field sockets table<string, moonherd.Socket[]> Those in use.
---@field freeSockets table<string, moonherd.Socket[]> Those that wait for a request.
---@field requests table<string, moonherd.http.ClientRequest[]> Requests that wait for a connection.
---@field keepAlive boolean Whether connections are kept.
---@field keepAliveMsecs number (ms, 0..) See moonherd.http.AgentOptions.
---@field maxSockets number (1..) See moonherd.http.AgentOptions.
---@field maxTotalSockets number (1..) See moonherd.http.AgentOptions.
---@field maxFreeSockets number (1..) See moonherd.http.AgentOptions.
---@field scheduling string "lifo" or "fifo".
---@field totalSocketCount integer How many connections there are (0..).
--- A connection has done its work.
---@field on fun(self: self, event: "free", listener: fun(socket: moonherd.Socket, options: table)): self
local Agent = {}

--- The name of a place: what tells apart connections that must not stand for one another.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#agentgetnameoptions
---@param options table? host, port, localAddress, family, socketPath
---@return string
function Agent:getName(options) end

--- Makes a connection: returns it, or calls `callback(err, socket)` later. May be replaced.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#agentcreateconnectionoptions-callback
---@param options table as for `net.connect`
---@param callback nil|fun(err: any, socket: moonherd.Socket?)
---@return moonherd.Socket?
function Agent:createConnection(options, callback) end

--- Whether a connection may wait for its next request. May be replaced.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#agentkeepsocketalivesocket
---@param socket moonherd.Socket
---@return boolean
function Agent:keepSocketAlive(socket) end

--- A kept connection goes to a request. May be replaced.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#agentreusesocketsocket-request
---@param socket moonherd.Socket
---@param request moonherd.http.ClientRequest
function Agent:reuseSocket(socket, request) end

--- Gives a request a connection, now or when there is one. May be replaced.
---
--- moonherd only
---@param request moonherd.http.ClientRequest
---@param options table as for `net.connect`
function Agent:addRequest(request, options) end

--- Closes every connection, those in use too.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#agentdestroy
function Agent:destroy() end

-- Functions ---------------------------------------------------------------------------------------------------

--- A server that does not listen yet: (requestListener), (options, requestListener) or ().
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#httpcreateserveroptions-requestlistener
---@param options moonherd.http.ServerOptions|function|nil
---@param requestListener nil|fun(req: moonherd.http.IncomingMessage, res: moonherd.http.ServerResponse) a listener of
---"request"
---@return moonherd.http.Server
function http.createServer(options, requestListener) end

--- The same as `http.createServer`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpserver
http.Server = http.createServer

--- A request, which is complete when it is ended: (url, callback), (url, options, callback) or (options, callback).
---
--- Raises: ERR_INVALID_URL, ERR_INVALID_PROTOCOL, ERR_UNESCAPED_CHARACTERS, ERR_INVALID_HTTP_TOKEN; what `setHeader`
--- does.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#httprequesturl-options-callback
---@param url string|table "http://user:password@host:port/path?query", or the options
---@param options moonherd.http.RequestOptions|function|nil
---@param callback nil|fun(res: moonherd.http.IncomingMessage) a listener of the next "response"
---@return moonherd.http.ClientRequest
function http.request(url, options, callback) end

--- The same as `http.request`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpclientrequest
http.ClientRequest = http.request

--- The same, ended at once: for a request without a body.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#httpgeturl-options-callback
---@param url string|table "http://user:password@host:port/path?query", or the options
---@param options moonherd.http.RequestOptions|function|nil
---@param callback nil|fun(res: moonherd.http.IncomingMessage)
---@return moonherd.http.ClientRequest
function http.get(url, options, callback) end

--- An agent of one's own.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#new-agentoptions
---@param options moonherd.http.AgentOptions?
---@return moonherd.http.Agent
function http.Agent(options) end

--- A response that is made by hand: it needs a socket, see `res:assignSocket`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#class-httpserverresponse
---@param req table a request, or what stands for one: { method = "GET", httpVersionMinor = 1 }
---@return moonherd.http.ServerResponse
function http.ServerResponse(req) end

--- Raises unless it can be a header's name.
---
--- Raises: ERR_INVALID_HTTP_TOKEN.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#httpvalidateheadernamename-label
---@param name string
function http.validateHeaderName(name) end

--- Raises unless it can be a header's value.
---
--- Raises: ERR_HTTP_INVALID_HEADER_VALUE, ERR_INVALID_CHAR.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/http.html#httpvalidateheadervaluename-value
---@param name string
---@param value string|number|boolean|table any number
function http.validateHeaderValue(name, value) end

return http
