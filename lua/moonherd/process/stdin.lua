--- process.stdin: what comes in, as a stream. Nothing is read, and the program is not kept alive, before somebody
-- listens for "data" or calls resume.
--
--     process.stdin:on("data", function(bytes) total = total + #bytes end)
--     process.stdin:on("end", function() print(total) end)
--     process.stdin:pipe(process.stdout)
--
-- A pipe, a socket and a terminal are read as they come; a file by libuv's threads, so that a slow disk does not hold
-- up the loop. Anything else, a folder or a stdin that was closed, ends at once. Beside what net.Socket can do, a
-- terminal has isTTY, isRaw and setRawMode. Adds its part to `process`.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local readable = require("moonherd.stream.readable")
local reading = require("moonherd.net.reading")
local tick = require("moonherd.tick")

local M = {}

local STDIN = 0

-- Files -------------------------------------------------------------------------------------------------------

local FileReader = { __name = "ReadStream", readable = true, writable = false, destroyed = false }

local function emit_error(self, err)
    self:emit("error", err)
end

local function emit_close(self)
    self:emit("close")
end

--- Reads no more. The descriptor stays open, as it is the process's.
---@param err any? told by "error" before "close" comes
function FileReader:destroy(err)
    check.object(self, "readStream:destroy", "_handle")
    if not self.destroyed then
        self.destroyed, self.readable, self._unread = true, false, nil
        self._handle:close()
        if err ~= nil then
            tick.add(emit_error, self, err)
        end
        tick.add(emit_close, self)
    end
    return self
end

function FileReader:on_error(_, code, errno, syscall)
    self:destroy(errors.system(code, errno, syscall))
end

--- Its end closes nothing, as in Node.
function FileReader:_destroyIfDone()
    self.readable = false
    if self._empty then
        self:destroy()
    end
end

--- A read that is under way is waited for in any case, and there is none otherwise.
function FileReader:ref()
    check.object(self, "readStream:ref", "_handle")
    return self
end

function FileReader:unref()
    check.object(self, "readStream:unref", "_handle")
    return self
end

--- Passes data on, from now until pause.
function FileReader:resume()
    check.object(self, "readStream:resume", "_handle")
    return reading.resume(self)
end

--- Nothing more is read until resume.
function FileReader:pause()
    check.object(self, "readStream:pause", "_handle")
    return reading.pause(self)
end

--- What stands where a handle would, for a stdin that has nothing to give.
local NOTHING = {}
for _, name in ipairs({ "readStart", "readStop", "close" }) do
    NOTHING[name] = function() end
end

for name, value in pairs(reading) do -- the half of a socket does for files too
    if FileReader[name] == nil then
        FileReader[name] = value
    end
end
readable.install(FileReader)
events.mixin(FileReader)

--- Reads a file or a device; anything else, and nil, has nothing to give.
---@param fd integer? borrowed
---@return moonherd.ReadStream
function M.new(fd)
    local self = setmetatable({ _read_only = true, fd = fd }, FileReader)
    self._handle = fd and core.file(self, fd)
    if not self._handle then
        self._handle, self._peer_ended, self._empty = NOTHING, true, true
    end
    return self
end

-- Terminals ---------------------------------------------------------------------------------------------------

--- Every key comes as it is pressed, Ctrl-C too, and none is shown. The terminal is itself again when the process
--- ends, other than by a signal.
---@param on boolean
---@return self
local function set_raw_mode(self, on)
    check.object(self, "stdin:setRawMode", "isTTY")
    check.boolean(on, "mode")
    if on == self.isRaw then
        return self
    end
    local result, _, code, errno
    if on then
        result, _, code, errno = core.rawTerminal(STDIN)
        self._before = result
    else
        result, _, code, errno = core.setTerminal(STDIN, self._before)
    end
    if not result then
        error(errors.system(code, errno, "setRawMode"), 0)
    end
    self.isRaw = on
    return self
end

-- Making it ---------------------------------------------------------------------------------------------------

local function open_stream(make)
    local fd = core.dupToRead(STDIN)
    return fd and require("moonherd.net.open").reader(make, fd)
end

local function open(process)
    local terminal = core.isatty(STDIN)
    local channel = process.channel
    if channel and channel.fd == STDIN then
        return M.new()
    elseif not terminal and not core.streamKind(STDIN) then
        return M.new(STDIN)
    end
    local self = open_stream(terminal and core.tty or core.stream) or M.new(STDIN)
    if terminal then
        self.isTTY, self.isRaw, self.setRawMode = true, false, set_raw_mode
        process._at_exit(function()
            set_raw_mode(self, false)
        end)
    end
    return self
end

---@param process table
---@param getters table<string, function> of fields that are looked up when read
function M.install(process, getters)
    local stdin
    function getters.stdin()
        if not stdin then
            stdin = open(process)
            stdin.fd = STDIN
        end
        return stdin
    end
end

return M
