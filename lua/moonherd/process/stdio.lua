--- process.stdout and process.stderr: writable, and written to at once: what write was given is with the reader, or
-- in the kernel's hands, when it returns, so that nothing is lost when the process ends. A reader that is slow makes
-- us wait. Adds its part to `process`.
--
--     process.stdout:write("hello\n")
--     process.stdout:on("error", function(err) process.exit(err.code == "EPIPE" and 0 or 1) end)
--
-- They cannot be closed: end_ ends the stream, and the descriptor stays. A terminal has isTTY, columns, rows and
-- getWindowSize, and tells of another size by "resize".

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local tick = require("moonherd.tick")
local writable = require("moonherd.stream.writable")

local EventEmitter = events.EventEmitter

local M = {}

local Stdio = events.mixin({
    __name = "WriteStream",
    writable = true,
    writableEnded = false,
    writableFinished = false,
    writableNeedDrain = false,
    writableHighWaterMark = 16384,
    destroyed = false,
    _is_stdio = true,
})

writable.install(Stdio)

local SIZE = { columns = 1, rows = 2 }

function Stdio.__index(self, key)
    if SIZE[key] and rawget(self, "isTTY") then
        return (select(SIZE[key], core.terminalSize(self.fd)))
    elseif key == "writableLength" then
        return self._gathered_bytes -- what is written is written at once
    end
    return Stdio[key]
end

-- Writing -----------------------------------------------------------------------------------------------------

local function report_failure(self, err)
    self:emit("error", err)
end

local function fail(self, err, callback)
    if callback then
        tick.add(callback, err)
    end
    tick.add(report_failure, self, err)
    return false
end

--- Writes all of `chunk`; `callback(err)` is called afterwards. A failure is an "error" event as well, which raises
--- where nobody listens for it.
---@param chunk string
---@param encoding string? ignored
---@param callback fun(err: moonherd.Error?)?
---@return boolean ok true: it may be written to again
function Stdio:write(chunk, encoding, callback)
    check.object(self, "stdout:write", "fd")
    callback = writable.callback(encoding, callback)
    check.string(chunk, "chunk")
    if self.writableEnded then
        return fail(self, errors.of("ERR_STREAM_WRITE_AFTER_END"), callback)
    elseif self._gathered then
        return self:_gather(chunk, callback)
    end
    if self.fd == 1 then
        io.stdout:flush() -- what print and io.write left there came first
    end
    local ok, _, code, errno = core.write(self.fd, chunk)
    if not ok then
        self.writable = false
        return fail(self, errors.system(code, errno, "write"), callback)
    elseif callback then
        tick.add(callback)
    end
    return true
end

local function emit_close(self)
    self:emit("close")
end

local function emit_finish(self)
    self:emit("finish")
end

local function finish(self, callback)
    self.writableFinished = true
    tick.add(emit_finish, self)
    tick.add(emit_close, self)
    if callback then
        callback()
    end
end

--- Ends the stream, not the descriptor: nothing can be written to it any more. "finish" and "close" follow.
---@param chunk string? written before
---@param encoding string? ignored
---@param callback fun(err: moonherd.Error?)?
---@return self
function Stdio:end_(chunk, encoding, callback)
    check.object(self, "stdout:end_", "fd")
    if check.callable(chunk) then
        chunk, encoding, callback = nil, nil, chunk
    end
    callback = writable.callback(encoding, callback)
    if chunk ~= nil then
        self:write(chunk)
    end
    self:_pourOut()
    if not self.writableEnded then
        self.writableEnded, self.writable = true, false
        tick.add(finish, self, callback)
    elseif callback then
        tick.add(callback, errors.of("ERR_STREAM_ALREADY_FINISHED", "end"))
    end
    return self
end

Stdio["end"] = Stdio.end_

--- Only tells: "error", if there is one, and "close". It can be written to as before.
---@param err any?
---@return self
function Stdio:destroy(err)
    check.object(self, "stdout:destroy", "fd")
    if err ~= nil then
        tick.add(report_failure, self, err)
    end
    tick.add(emit_close, self)
    return self
end

-- Terminals ---------------------------------------------------------------------------------------------------

--- { columns, rows } of a terminal.
---@return integer[]?
function Stdio:getWindowSize()
    check.object(self, "stdout:getWindowSize", "fd")
    return self.isTTY and { self.columns, self.rows } or nil
end

local function watch_size(self)
    if self.isTTY and not self._watcher then
        local owner = {
            on_signal = function()
                self:emit("resize")
            end,
        }
        self._watcher = core.signal(owner, core.signals.SIGWINCH)
    end
end

for _, name in ipairs({ "on", "addListener", "once", "prependListener", "prependOnceListener" }) do
    Stdio[name] = function(self, event, listener)
        EventEmitter[name](self, event, listener)
        if event == "resize" then
            watch_size(self)
        end
        return self
    end
end

-- Installing --------------------------------------------------------------------------------------------------

--- A stream that writes to a descriptor of ours.
---@param fd integer
---@return moonherd.WriteStream
function M.new(fd)
    return setmetatable({ fd = fd, isTTY = core.isatty(fd) or nil }, Stdio)
end

---@param process table
function M.install(process)
    process.stdout = M.new(1)
    process.stderr = M.new(2)
end

return M
