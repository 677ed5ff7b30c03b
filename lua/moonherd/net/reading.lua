--- The reading half of net.Socket. Its methods are Socket's own; those that all readable streams have are in
-- moonherd.stream.
--
-- The stream in C calls on_data and on_end. A socket reads from the start, so that it sees the other side's end; what
-- comes before anybody listens is kept, up to readableHighWaterMark, and nothing is read beyond that.
--
-- Fields: _unread (list of chunks that came while nobody listened), _unread_bytes, _peer_ended (the other side will
-- send nothing more).

local check = require("moonherd.check")
local idle = require("moonherd.net.idle")
local readable = require("moonherd.stream.readable")
local tick = require("moonherd.tick")

local Reading = {
    bytesRead = 0,
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
    if self.destroyed or not self.readableFlowing or self._write_only then
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
    if self.readableFlowing then
        self:emit("data", bytes)
        return
    end
    local unread = self._unread or {}
    unread[#unread + 1] = bytes
    self._unread, self._unread_bytes = unread, (self._unread_bytes or 0) + #bytes
    if self.readableFlowing == false or self._unread_bytes >= self.readableHighWaterMark then
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
    check.object(self, "readable:resume", "resume")
    if not self.readableFlowing then
        self.readableFlowing = true
        if self._handle and not self.connecting then
            tick.add(flow, self)
        end
    end
    return self
end

--- Nothing more is read until resume.
function Reading:pause()
    check.object(self, "readable:pause", "resume")
    self.readableFlowing = false
    if self._handle then
        self._handle:readStop()
    end
    return self
end

readable.install(Reading)

return Reading
