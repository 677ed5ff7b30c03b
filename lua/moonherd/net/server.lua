--- net.Server: takes connections at an address and emits a socket for each, as Node's.
--
--     local server = net.createServer(function(socket) socket:end_("hello\n") end)
--     server:listen(8000, "127.0.0.1", function() print("listening") end)
--
-- Where connections come from is the source's business (source.lua). Other servers (http) inherit from this class and
-- make something else of a connection: they override accept_fd.

local abort = require("moonherd.abort")
local args = require("moonherd.net.args")
local check = require("moonherd.check")
local core = require("moonherd.core")
local elsewhere = require("moonherd.net.elsewhere")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local net_options = require("moonherd.net.options")
local open = require("moonherd.net.open")
local resolve = require("moonherd.net.resolve")
local source = require("moonherd.net.source")
local tick = require("moonherd.tick")

---@class moonherd.Server: moonherd.EventEmitter
---@field listening boolean
---@field maxConnections integer? nil or 0: any number
local Server = { __name = "Server", listening = false, _connections = 0 }
Server.__index = Server
events.mixin(Server)

for name, method in pairs(elsewhere) do
    Server[name] = method
end

-- Listening ---------------------------------------------------------------------------------------------------

--- Nothing of a listen that is still under way will come.
local function cancel(self)
    if self._opening then
        self._opening:close()
        self._opening = nil
    end
end

local function emit_listening(self, opened)
    if self._source == opened then
        self:emit("listening")
    end
end

local function opened(self, err, from)
    self._opening = nil
    if err then
        tick.add(self.emit, self, "error", err)
        return
    end
    self._source = from
    self.listening = true
    if self._unref then
        from:unref()
    end
    tick.add(emit_listening, self, from)
end

local function open_source(self, target)
    local done = false
    local request = source.open(self, target, function(err, from)
        done = true
        opened(self, err, from)
    end)
    if not done then
        self._opening = request
    end
end

--- Looks the host up first, where it is a name.
local function open_by_name(self, target)
    self._opening = resolve(target.host, 0, function(err, list)
        self._opening = nil
        if err then
            self:emit("error", err)
            return
        end
        target.address = list[1].address
        open_source(self, target)
    end)
end

--- Starts to take connections: (port?, host?, backlog?, callback?), (path, backlog?, callback?), (handle, backlog?,
--- callback?) or (options, callback?). "listening" or "error" follows.
---@return self
function Server:listen(...)
    check.object(self, "server:listen", "listening")
    if self._source then
        error(errors.of("ERR_SERVER_ALREADY_LISTEN"), 0)
    end
    local target, callback = args.read_listen(...)
    cancel(self)
    if callback then
        self:once("listening", callback)
    end
    if target.signal then
        abort.obey(self, target.signal, function() self:close() end)
    end
    local numeric = target.host and target.host ~= "" and core.isIP(target.host)
    if numeric == 0 and not (target.fd or target.path) then
        open_by_name(self, target)
    else
        target.address = numeric and target.host or nil
        open_source(self, target)
    end
    return self
end

--- Where it listens: { address =, family =, port = }, or the path; nil while it does not.
function Server:address()
    check.object(self, "server:address", "listening")
    return self._source and self._source:address() or nil
end

-- Connections -------------------------------------------------------------------------------------------------

local function is_full(self)
    local max = self.maxConnections
    return max and max > 0 and self._connections >= max
end

--- Lets a source that has somebody else for the connections know whether we can take one.
local function tell_source(self)
    local from = self._source
    if from and from.refuse then
        local full = is_full(self) or false
        if full ~= (self._refusing or false) then
            self._refusing = full
            from:refuse(full)
        end
    end
end

local function drop(self, fd)
    local here, there = core.fdAddress(fd), core.fdAddress(fd, true)
    core.closeFd(fd)
    local data
    if here and here.port then
        data = { localAddress = here.address, localPort = here.port, localFamily = here.family }
        if there then
            data.remoteAddress, data.remotePort, data.remoteFamily = there.address, there.port, there.family
        end
    end
    self:emit("drop", data)
end

--- From the source: a connection. Takes fd.
function Server:on_accept(fd)
    if is_full(self) then
        drop(self, fd)
        return
    end
    self._connections = self._connections + 1
    tell_source(self)
    self:accept_fd(fd, self._source and self._source.shared)
end

--- Makes a connection of a descriptor: to be overridden. Takes fd. Whatever is made has to call _connectionClosed of
--- the server once, when it is gone; on failure this function has to.
---@param fd integer
---@param shared boolean? another process holds the same connection: closing has to end it for both
function Server:accept_fd(fd, shared)
    local socket = open.accept(fd, self, shared)
    if socket then
        self:_track(socket)
        self:emit("connection", socket)
    else
        self:_connectionClosed()
    end
end

--- From the source: accepting failed. `retrying`: descriptors or memory ran out; clients wait until there is room.
function Server:on_accept_error(err, retrying)
    self:emit(retrying and "acceptError" or "error", err)
end

local function emit_close(self)
    self:emit("close")
end

--- Tells "close" if nothing is left of a server that does not listen any more.
function Server:_closeIfDrained()
    if not self._source and not self._opening and self._connections == 0 and not self._awaited then
        tick.add(emit_close, self)
    end
end

function Server:_connectionClosed(socket)
    self._connections = self._connections - 1
    if socket and self._sockets then
        self._sockets[socket] = nil
    end
    tell_source(self)
    if self._closing then
        if self._connections == 0 then
            self._closing = nil
        end
        self:_closeIfDrained()
    end
end

--- The sockets there are: what `_cut` ends.
function Server:_track(socket)
    self._sockets = self._sockets or {}
    self._sockets[socket] = true
end

--- Ends all connections of this process, whatever they are doing.
function Server:_cut()
    local sockets = {}
    for socket in pairs(self._sockets or {}) do
        sockets[#sockets + 1] = socket
    end
    for _, socket in ipairs(sockets) do
        socket:destroy()
    end
end

-- Closing -----------------------------------------------------------------------------------------------------

--- Takes no more connections. "close" follows when those there are have ended.
---@param callback fun(err: moonherd.Error?)? called at "close"; with an error if it was not running
function Server:close(callback)
    check.object(self, "server:close", "listening")
    check.opt(check.fn, callback, "callback")
    local running = self._source
    if callback then
        self:once("close", running and callback or function()
            callback(errors.of("ERR_SERVER_NOT_RUNNING"))
        end)
    end
    cancel(self)
    if self._source then
        self._source:close()
        self._source = nil
        self.listening = false
    end
    self._closing = self._connections > 0 or nil
    self:_awaitLent()
    self:_closeIfDrained()
    return self
end

function Server:ref()
    check.object(self, "server:ref", "listening")
    self._unref = nil
    if self._source then
        self._source:ref()
    end
    return self
end

function Server:unref()
    check.object(self, "server:unref", "listening")
    self._unref = true
    if self._source then
        self._source:unref()
    end
    return self
end

--- A duplicate of the listening descriptor for another process, which then takes connections too. See
--- moonherd.handoff.
function Server:_share()
    local fd = self._source and self._source:fd()
    if not fd then
        return nil
    end
    return core.dup(fd)
end

-- Making one --------------------------------------------------------------------------------------------------

--- Sets up an object of this class or of one that inherits from it.
---@param self table
---@param options table? see net.createServer
---@param on_connection function?
function Server.init(self, options, on_connection)
    if type(options) == "function" then
        options, on_connection = nil, options
    end
    options = options == nil and {} or check.table(options, "options")
    net_options.check(options)
    check.opt(check.fn, on_connection, "connectionListener")
    self._options = options
    if on_connection then
        self:on("connection", on_connection)
    end
    return self
end

return Server
