---@meta

--- What all streams have in common: net.Socket, http's messages, process.stdin, stdout and stderr, and the pipes of a
--- child. There is nothing to require: streams are made by the modules that have them.
---
---     socket:pipe(child.stdin)                         -- what comes in goes to the child, no faster than that reads
---     child.stdout:pipe(res, { end_ = false })         -- and res is left open at the end
---
--- Data comes as "data" events, in strings of bytes, from the first listener on; `pause` stops it and `resume` lets it
--- come again. `write` returns false when so much waits that one should stop until "drain": `pipe` does, so that what
--- waits in this process is a piece or two above `writableHighWaterMark`, however slow the reader is. Node's other way
--- to read, "readable" events with `read()`, is not here, and says so: ERR_NOT_IN_LUA.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html
---@class moonherd.stream
local stream = {}

--- How `readable:pipe` does it.
---@class moonherd.stream.PipeOptions
---@field end_ boolean? Whether the destination is ended at the end (default true). May be written `["end"]`. stdout and
---stderr never are.

--- What can be read.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#class-streamreadable
---@class moonherd.Readable: moonherd.EventEmitter
---@field readable boolean Whether there may be more to read.
---@field destroyed boolean Whether it was destroyed, or closed by itself.
---@field readableFlowing boolean? True: data is passed on; false: it was paused; nil: nobody has said yet.
---@field readableEnded boolean Whether "end" was emitted.
---@field readableHighWaterMark integer What is read before anybody listens, at most (bytes, 0..).
---@field readableEncoding string? What setEncoding was told.
---@field readableObjectMode boolean False: there are only bytes.
--- A piece has come.
---@field on fun(self: self, event: "data", listener: fun(chunk: string)): self
--- Nothing more comes, and all that came was passed on.
---@field on fun(self: self, event: "end", listener: fun()): self
--- Nothing more will come of it.
---@field on fun(self: self, event: "close", listener: fun(hadError: boolean?)): self
--- Something failed, or it was destroyed with an error. Raised if nobody listens.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
local Readable = {}

--- Passes data on, from now until `pause`.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readableresume
---@return self
function Readable:resume() end

--- Nothing more is read until `resume`: what the other side sends waits in the kernel, then there.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readablepause
---@return self
function Readable:pause() end

--- Whether it was paused, and not resumed since.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readableispaused
---@return boolean
function Readable:isPaused() end

--- Says that text is wanted. Strings are bytes here, so that it changes nothing.
---
--- Raises: ERR_INVALID_ARG_VALUE, for encodings that would: "hex", "base64", "utf16le", ... ERR_UNKNOWN_ENCODING.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readablesetencodingencoding
---@param encoding string? (default "utf8")
---@return self
function Readable:setEncoding(encoding) end

--- Writes everything that comes into `destination`, no faster than that takes it, and ends it at the end. There may be
--- several destinations; the slowest one counts. One that fails, finishes or closes is taken out, and told so by
--- "unpipe"; a source that fails leaves its destinations open. The destination hears "pipe".
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readablepipedestination-options
---@param destination moonherd.Writable
---@param options moonherd.stream.PipeOptions?
---@return moonherd.Writable destination
function Readable:pipe(destination, options) end

--- Undoes `pipe`. A stream that is left with no destination is paused.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readableunpipedestination
---@param destination moonherd.Writable? all of them unless given
---@return self
function Readable:unpipe(destination) end

--- What can be written to.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#class-streamwritable
---@class moonherd.Writable: moonherd.EventEmitter
---@field writable boolean Whether it was neither ended nor destroyed.
---@field destroyed boolean Whether it was destroyed, or closed by itself.
---@field writableEnded boolean Whether `end_` was called.
---@field writableFinished boolean Whether "finish" was emitted.
---@field writableLength integer What waits to be sent (bytes, 0..).
---@field writableHighWaterMark integer From how much waiting on `write` returns false (bytes, 0..).
---@field writableNeedDrain boolean Whether `write` returned false, and "drain" is to come.
---@field writableCorked integer How often it was corked (0..).
---@field writableObjectMode boolean False: there are only bytes.
--- So much has been sent that there is room again, after a write that returned false.
---@field on fun(self: self, event: "drain", listener: fun()): self
--- It was ended, and all is with the kernel.
---@field on fun(self: self, event: "finish", listener: fun()): self
--- A readable stream writes to it from now on.
---@field on fun(self: self, event: "pipe", listener: fun(source: moonherd.Readable)): self
--- That stream writes no more.
---@field on fun(self: self, event: "unpipe", listener: fun(source: moonherd.Readable)): self
--- Nothing more will come of it.
---@field on fun(self: self, event: "close", listener: fun(hadError: boolean?)): self
--- Something failed, or it was destroyed with an error. Raised if nobody listens.
---@field on fun(self: self, event: "error", listener: fun(err: moonherd.Error)): self
local Writable = {}

--- Keeps what is written from now on together, until `uncork` was called as often, or `end_` once.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writablecork
function Writable:cork() end

--- Undoes one `cork`; after the last, what was kept is written as one piece.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writableuncork
function Writable:uncork() end

--- Says what `write` is given. Strings are bytes here, so that it changes nothing.
---
--- Raises: ERR_INVALID_ARG_VALUE, for encodings that would: "hex", "base64", "utf16le", ... ERR_UNKNOWN_ENCODING.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#writablesetdefaultencodingencoding
---@param encoding string
---@return self
function Writable:setDefaultEncoding(encoding) end

--- There is nothing to read from it: an "error" event says so, ERR_STREAM_CANNOT_PIPE.
---
--- Node: https://nodejs.org/docs/latest-v20.x/api/stream.html#readablepipedestination-options
function Writable:pipe() end

return stream
