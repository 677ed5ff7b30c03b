--- Makes net.Socket objects: around a descriptor, for a server's connection, or unconnected.
--
--     local socket = open.new { fd = 3 }
--     local connection = open.accept(fd, server, shared)

local abort = require("moonherd.abort")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local net_options = require("moonherd.net.options")
local Socket = require("moonherd.net.socket")

local M = {}

local function set_options(self, options)
    self.allowHalfOpen = options.allowHalfOpen
    self.maxQueueBytes = options.maxQueueBytes
    if options.highWaterMark then
        self.readableHighWaterMark, self.writableHighWaterMark = options.highWaterMark, options.highWaterMark
    end
    if options.noDelay then
        self:setNoDelay(true)
    end
    if options.keepAlive then
        self:setKeepAlive(true, options.keepAliveInitialDelay)
    end
end

local function check_fd(fd)
    check.integer(fd, "fd", 0, 2147483647)
    local kind, _, code = core.streamKind(fd)
    if not kind then
        local message = "Unsupported fd type: " .. (code == "EBADF" and "UNKNOWN" or "FILE")
        error(errors.new("TypeError", "ERR_INVALID_FD_TYPE", message), 0)
    end
end

--- A socket for a connection that a server got. Takes fd.
---@param fd integer
---@param server table whose options count
---@param shared boolean? another process holds the same connection
---@return moonherd.Socket? socket nil when the descriptor is no stream after all
function M.accept(fd, server, shared)
    local self = setmetatable({ server = server }, Socket)
    local handle = core.stream(self, fd, shared)
    if not handle then
        return nil
    end
    local options = server._options
    set_options(self, options)
    if options.pauseOnConnect then
        self.readableFlowing = false
    end
    handle:count()
    self:_adopt(handle)
    return self
end

--- A socket that is only read, and not before somebody listens: a process's stdin.
---@param make fun(owner: table, fd: integer): userdata?, string?, string?, integer? core.stream or its like
---@param fd integer taken
---@return moonherd.Socket? socket nil when it cannot be read
function M.reader(make, fd)
    local self = setmetatable({ _read_only = true, _reads_later = true }, Socket)
    local handle = make(self, fd)
    if handle then
        self:_adopt(handle)
        return self
    end
    return nil
end

--- A socket without a connection yet.
---@param options table? allowHalfOpen, highWaterMark, maxQueueBytes, noDelay, keepAlive, keepAliveInitialDelay
---@return moonherd.Socket
function M.unconnected(options)
    options = options == nil and {} or check.table(options, "options")
    net_options.check(options)
    local self = setmetatable({}, Socket)
    set_options(self, options)
    if options.signal then
        abort.obey(self, options.signal, function(err) self:destroy(err) end)
    end
    return self
end

--- net.Socket(options).
---@param options table? as for unconnected; fd, or handle with a field fd; readable, writable; pauseOnCreate; shared
---(another process holds the same connection: closing ends it for both)
---@return moonherd.Socket
function M.new(options)
    local fd = type(options) == "table" and (options.fd or (options.handle and options.handle.fd))
    if fd then
        check_fd(fd)
    end
    local self = M.unconnected(options)
    if not fd then
        return self
    end
    self._write_only = options.readable == false or nil
    self._read_only = options.writable == false or nil
    if options.pauseOnCreate then
        self.readableFlowing = false
    end
    local handle, _, code, errno = core.stream(self, fd, options.shared)
    if not handle then
        error(errors.system(code, errno, "open"), 0)
    end
    self:_adopt(handle)
    return self
end

return M
