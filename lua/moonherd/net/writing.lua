--- The writing half of net.Socket. Its methods are Socket's own.
--
-- Bytes go to the kernel at once as far as it takes them; what is left counts in writableLength. The stream in C
-- calls on_drain and on_shutdown.
--
-- Fields: _waiting (list of bytes written before there was a connection), _waiting_bytes, _callbacks (of writes that
-- are not in the kernel yet), _end_callbacks.

local check = require("moonherd.check")
local errors = require("moonherd.errors")
local idle = require("moonherd.net.idle")
local tick = require("moonherd.tick")
local writable = require("moonherd.stream.writable")

local Writing = {
    bytesWritten = 0,
    writableHighWaterMark = 16384,
    writableNeedDrain = false,
    writableEnded = false,
    writableFinished = false,
    --- What may wait to be sent at most; a write beyond it fails with ERR_SOCKET_QUEUE_FULL.
    maxQueueBytes = 64 * 1024 * 1024,
    _waiting_bytes = 0,
}

local function tick_all(callbacks, ...)
    for _, callback in ipairs(callbacks or {}) do
        tick.add(callback, ...)
    end
end

--- A write that cannot be: tells the callback, and where Node does, the socket.
local function refuse_write(self, callback)
    local err
    if self.destroyed then
        err = errors.of("ERR_STREAM_DESTROYED", "write")
    elseif self._peer_ended and not self.allowHalfOpen then
        err = errors.new("Error", "EPIPE", "This socket has been ended by the other party")
    else
        err = errors.of("ERR_STREAM_WRITE_AFTER_END")
    end
    if callback then
        tick.add(callback, err)
    end
    self:destroy(err)
    return false
end

local function write_failed(self, code, errno, callback)
    local err
    if code == "ERR_IPC_QUEUE_FULL" then
        local message = "Too many bytes wait to be sent: after a write that returned false, wait for 'drain'"
        err = errors.new("Error", "ERR_SOCKET_QUEUE_FULL", message)
    else
        err = errors.system(code, errno, "write")
    end
    if callback then
        tick.add(callback, err)
    end
    self:destroy(err)
    return false
end

--- The connection does not stand yet.
local function write_later(self, data, callback)
    local waiting = self._waiting or {}
    waiting[#waiting + 1] = data
    self._waiting, self._waiting_bytes = waiting, self._waiting_bytes + #data
    if self._waiting_bytes > self.maxQueueBytes then
        return write_failed(self, "ERR_IPC_QUEUE_FULL", nil, callback)
    end
    if callback then
        self._callbacks = self._callbacks or {}
        table.insert(self._callbacks, callback)
    end
    self.writableNeedDrain = self.writableNeedDrain or self._waiting_bytes >= self.writableHighWaterMark
    return self._waiting_bytes < self.writableHighWaterMark
end

--- Writes bytes. What the kernel takes at once does not count as waiting.
---@param data string
---@param encoding string? ignored
---@param callback fun(err: moonherd.Error?)? called when the kernel has all of it
---@return boolean enough false when so much waits that the caller should wait for "drain"
function Writing:write(data, encoding, callback)
    check.object(self, "socket:write", "connecting")
    callback = writable.callback(encoding, callback)
    if type(data) ~= "string" then
        error(errors.arg_type("chunk", "string", data), 0)
    elseif self.writableEnded or self.destroyed then
        return refuse_write(self, callback)
    elseif self._gathered then
        return self:_gather(data, callback)
    end
    self.bytesWritten = self.bytesWritten + #data
    local handle = self._handle
    if not handle or self.connecting then
        return write_later(self, data, callback)
    end
    local ok, pending, code, errno = handle:write(data)
    if not ok then
        return write_failed(self, code, errno, callback)
    elseif self._idle then
        idle.touch(self)
    end
    if pending == 0 then
        if callback then
            tick.add(callback)
        end
        return true
    end
    if callback then
        self._callbacks = self._callbacks or {}
        table.insert(self._callbacks, callback)
    end
    if pending < self.writableHighWaterMark then
        return true
    end
    self.writableNeedDrain = true
    return false
end

--- All that was written is in the kernel.
function Writing:on_drain()
    if self.destroyed then
        return
    end
    local callbacks = self._callbacks
    self._callbacks = nil
    if self._idle then
        idle.touch(self)
    end
    tick_all(callbacks)
    if self._given_up then
        self:_give_up()
    elseif self.writableNeedDrain and self._gathered_bytes == 0 then
        self.writableNeedDrain = false
        if not self.writableEnded then
            self:emit("drain")
        end
    end
end

-- Ending ------------------------------------------------------------------------------------------------------

local function emit_finish(self)
    tick.add(self._destroyIfDone, self)
    self:emit("finish")
end

local function finish(self)
    if self.destroyed then
        return
    end
    self.writableFinished = true
    tick_all(self._end_callbacks)
    self._end_callbacks = nil
    tick.add(emit_finish, self)
end

function Writing:on_shutdown(_, code, errno)
    -- ENOTCONN: the peer is gone altogether, and knows better than we could tell it.
    if code and code ~= "ENOTCONN" then
        self:destroy(errors.system(code, errno, "shutdown"))
    else
        finish(self)
    end
end

local function shut_down(self)
    if self._read_only then
        return finish(self)
    end
    local ok, message, code, errno = self._handle:shutdown()
    if not ok then
        self:on_shutdown(message, code, errno)
    end
end

--- Half-closes after all is written: the other side sees the end. "finish" follows.
---@param data string? written before
---@param encoding string?
---@param callback fun(err: moonherd.Error?)? called at "finish", or when it will not come
function Writing:end_(data, encoding, callback)
    check.object(self, "socket:end_", "connecting")
    if check.callable(data) then
        data, encoding, callback = nil, nil, data
    end
    callback = writable.callback(encoding, callback)
    if data ~= nil then
        self:write(data)
    end
    self:_pourOut()
    if callback then
        if self.destroyed then
            tick.add(callback, errors.of("ERR_STREAM_DESTROYED", "end"))
        elseif self.writableFinished then
            tick.add(callback, errors.of("ERR_STREAM_ALREADY_FINISHED", "end"))
        else
            self._end_callbacks = self._end_callbacks or {}
            table.insert(self._end_callbacks, callback)
        end
    end
    if not self.writableEnded and not self.destroyed then
        self.writableEnded = true
        if self._handle and not self.connecting then
            shut_down(self)
        end
    end
    return self
end

Writing["end"] = Writing.end_

--- The connection stands: send what was written before.
function Writing:_flushWaiting()
    local waiting = self._waiting
    self._waiting, self._waiting_bytes = nil, 0
    if waiting then
        local ok, pending, code, errno = self._handle:write(table.concat(waiting))
        if not ok then
            write_failed(self, code, errno)
            return
        elseif pending == 0 then
            tick.add(self.on_drain, self)
        end
    end
    if self.writableEnded then
        shut_down(self)
    end
end

--- Tells callbacks that nothing comes of their call. Most sockets have none, and an error costs a look at the stack.
local function abandon(callbacks, err, call)
    if callbacks then
        tick_all(callbacks, err or errors.of("ERR_STREAM_DESTROYED", call))
    end
end

--- The socket is destroyed: what was not sent will not be.
function Writing:_abandonWrites(err)
    abandon(self._callbacks, err, "write")
    abandon(self._end_callbacks, err, "end")
    abandon(self._gathered_callbacks, err, "write")
    self._callbacks, self._end_callbacks, self._waiting = nil, nil, nil
    self._gathered, self._gathered_callbacks, self._gathered_bytes = nil, nil, nil -- 0, by the class
end

writable.install(Writing)
Writing.pipe = nil -- a socket can be read

return Writing
