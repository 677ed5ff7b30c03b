--- The reading half of net.Socket. Its methods are Socket's own.
--
-- The stream in C calls on_data and on_end. A socket reads from the start, so that it sees the other side's end; what
-- comes before anybody listens is kept, up to readableHighWaterMark, and nothing is read beyond that.
--
-- Fields: _flowing (true: data is passed on; false: paused; nil: nobody has said yet), _unread (list of chunks that
-- came while nobody listened), _unread_bytes, _peer_ended (the other side will send nothing more).

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local idle = require("moonherd.net.idle")
local tick = require("moonherd.tick")

local Reading = {
    bytesRead = 0,
    readableHighWaterMark = 16384,
    readableEnded = false,
}

local function after_end(self)
    if self.destroyed then
        return
    elseif not self.allowHalfOpen and not self.writableEnded and not self._read_only then
        self:end_()
    else
        self:_destroyIfDone()
    end
end

local function emit_end(self)
    self.readableEnded = true
    tick.add(after_end, self)
    self:emit("end")
end

--- Passes on what came while nobody listened, one piece per tick, then goes on reading.
local function flow(self)
    if self.destroyed or not self._flowing or self._write_only then
        return
    end
    local unread = self._unread
    if not unread then
        if not self._peer_ended then
            self._handle:readStart()
        elseif not self.readableEnded then
            emit_end(self)
        end
        return
    end
    local bytes = table.remove(unread, 1)
    if not unread[1] then
        self._unread, self._unread_bytes = nil, nil
    end
    tick.add(flow, self)
    self:emit("data", bytes)
end

function Reading:on_data(bytes)
    self.bytesRead = self.bytesRead + #bytes
    if self._idle then
        idle.touch(self)
    end
    if self._flowing then
        self:emit("data", bytes)
        return
    end
    local unread = self._unread or {}
    unread[#unread + 1] = bytes
    self._unread, self._unread_bytes = unread, (self._unread_bytes or 0) + #bytes
    if self._flowing == false or self._unread_bytes >= self.readableHighWaterMark then
        self._handle:readStop()
    end
end

--- What has come and nobody has had yet; nil for nothing.
function Reading:_unheard()
    return self._unread and table.concat(self._unread)
end

function Reading:on_end()
    self._peer_ended = true
    if self._idle then
        idle.touch(self)
    end
    if not self._unread then
        emit_end(self)
    end
end

--- Passes data on, from now until pause.
function Reading:resume()
    if not self._flowing then
        self._flowing = true
        if self._handle and not self.connecting then
            tick.add(flow, self)
        end
    end
    return self
end

--- Nothing more is read until resume.
function Reading:pause()
    self._flowing = false
    if self._handle then
        self._handle:readStop()
    end
    return self
end

function Reading:isPaused()
    return self._flowing == false
end

--- Writes everything that comes to `dest`, as fast as that takes it, and ends it at the end.
---@param dest table something with write, end_ and events: a socket, a response, another process's stdin
---@param options table? `["end"] = false`: leaves dest open at the end, as stdout and stderr are anyway
---@return table dest
function Reading:pipe(dest, options)
    if type(dest) ~= "table" or not (dest.write and dest.end_ and dest.on) then
        error(errors.arg_value("dest", dest, "must be a writable stream"), 0)
    end
    check.opt(check.table, options, "options")
    local function on_data(bytes)
        if dest:write(bytes) == false then
            self:pause()
        end
    end
    local function on_drain()
        self:resume()
    end
    local function on_end()
        dest:end_()
    end
    if not (options and options["end"] == false) and not dest._isStdio then
        self:once("end", on_end)
    end
    dest:on("drain", on_drain)
    dest:once("close", function()
        self:off("data", on_data):off("end", on_end)
    end)
    self:once("close", function()
        dest:off("drain", on_drain)
    end)
    self:on("data", on_data)
    dest:emit("pipe", self)
    return dest
end

--- Accepted for Node's sake: Lua's strings are bytes.
function Reading:setEncoding()
    return self
end

--- As every emitter's; the first listener of "data" also starts the flow of it, unless it was paused.
function Reading:on(name, listener)
    events.EventEmitter.on(self, name, listener)
    if name == "data" and self._flowing ~= false then
        self:resume()
    end
    return self
end

Reading.addListener = Reading.on

function Reading:once(name, listener)
    events.EventEmitter.once(self, name, listener)
    if name == "data" and self._flowing ~= false then
        self:resume()
    end
    return self
end

return Reading
