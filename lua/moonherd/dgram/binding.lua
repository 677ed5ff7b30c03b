--- How a UDP socket gets bound. Its methods are dgram.Socket's own.
--
-- Fields: _binding (the request under way, or true), _on_bound (the callback of bind), _waiting (what was asked for
-- before the socket was bound: a list of functions with their arguments), _box (the socket in C), _lease (see
-- source.lua).

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local source = require("moonherd.dgram.source")
local tick = require("moonherd.tick")

local ANY = { udp4 = "0.0.0.0", udp6 = "::" }

local Binding = {}

--- Runs fn(self, ...) when the socket is bound.
function Binding:_later(fn, ...)
    self._waiting = self._waiting or {}
    table.insert(self._waiting, { n = select("#", ...), fn, ... })
end

--- Does what was asked for while the socket was being bound.
local function catch_up(self)
    local waiting = self._waiting
    self._waiting = nil
    for _, entry in ipairs(waiting or {}) do
        if self._closed then
            return
        end
        entry[1](self, unpack(entry, 2, entry.n + 1))
    end
end

local function emit_listening(self, box)
    if self._box ~= box then
        return -- closed before
    end
    local callback = self._on_bound
    self._on_bound = nil
    tick.add(catch_up, self)
    if callback then
        self:once("listening", callback)
    end
    self:emit("listening")
end

local function bind_failed(self, err)
    local closing = self._close_waits
    self._binding, self._on_bound, self._waiting, self._connecting = nil, nil, nil, nil
    tick.add(self.emit, self, "error", err)
    if closing then
        tick.add(self._close, self)
    end
end

local function apply_buffer_sizes(self)
    local wanted = self._options
    if wanted.recvBufferSize then
        self._box:set("recvBufferSize", wanted.recvBufferSize)
    end
    if wanted.sendBufferSize then
        self._box:set("sendBufferSize", wanted.sendBufferSize)
    end
end

--- The source has an answer.
local function bound(self, err, fd, lease)
    if err then
        return bind_failed(self, err)
    end
    local box, _, code, errno = core.datagram(self, fd)
    if not box then
        if lease then
            lease:close()
        end
        return bind_failed(self, errors.system(code, errno, "open"))
    end
    self._binding, self._box, self._lease = nil, box, lease
    if rawget(self, "maxQueueBytes") then
        box:ceiling(self.maxQueueBytes)
    end
    apply_buffer_sizes(self)
    if self._unref then
        box:unref()
    end
    tick.add(emit_listening, self, box)
end

local function open(self, target)
    target.type = self.type
    target.ipv6Only, target.reuseAddr = self._options.ipv6Only, self._options.reuseAddr
    target.reusePort = self._options.reusePort
    local done = false
    self._binding = true
    local request = source.open(self, target, function(...)
        done = true
        bound(self, ...)
    end)
    if not done then
        self._binding = request
    end
end

--- Binds to any free port of this process's own: what a send without a bind does.
function Binding:_bindAnywhere()
    open(self, { address = ANY[self.type], port = 0, exclusive = true })
    return self
end

local function open_by_name(self, target)
    local request = { close = function(request) request.closed = true end }
    self._binding = request
    self:_lookup(target.host, function(err, ip)
        if request.closed then
            return
        elseif err then
            return bind_failed(self, err)
        end
        target.address = ip
        open(self, target)
    end)
end

--- Whether the descriptor is a datagram socket of the internet; raises ERR_INVALID_FD_TYPE if not.
---@param fd integer
local function check_fd(fd)
    check.integer(fd, "options.fd", 0, 2147483647)
    local kind, family = core.fdKind(fd)
    if kind ~= "dgram" or family ~= "inet" then
        local message = "Unsupported fd type: " .. (kind and (kind == "dgram" and "UNIX" or "TCP") or "UNKNOWN")
        error(errors.new("TypeError", "ERR_INVALID_FD_TYPE", message), 0)
    end
end

--- The arguments of bind: a target and a callback.
local function read_bind(port, address, callback)
    local target = {}
    if type(port) == "table" then
        callback = type(address) == "function" and address or callback
        target.port, target.host, target.fd = port.port, port.address, port.fd
        target.exclusive = port.exclusive and true or false
    elseif type(port) == "function" then
        callback = port
    else
        target.port = port
        if type(address) == "function" then
            callback = address
        else
            target.host = address
        end
    end
    check.opt(check.fn, callback, "callback")
    if target.fd == nil then
        target.port = target.port ~= nil and check.port(target.port, "options.port") or 0
    end
    check.opt(check.c_string, target.host, "address")
    if target.host == "" then
        target.host = nil
    end
    return target, callback
end

--- Binds the socket: (port?, address?, callback?) or ({ port, address, exclusive, fd }, callback?). "listening" or
--- "error" follows. In a worker of a cluster the herd shares the address, unless `exclusive`.
---@return self
function Binding:bind(port, address, callback)
    check.object(self, "socket:bind")
    local target, listener = read_bind(port, address, callback)
    self:_healthy()
    if self._box or self._binding then
        error(errors.new("Error", "ERR_SOCKET_ALREADY_BOUND", "Socket is already bound"), 0)
    end
    if target.fd and (target.exclusive or source.open == source.own) then
        check_fd(target.fd) -- else it is a number of the master's
    end
    self._on_bound = listener
    local host = target.host or ANY[self.type]
    if target.fd or (core.isIP(host) ~= 0 and not self._options.lookup) then
        target.address = host
        open(self, target)
    else
        target.host = host
        open_by_name(self, target)
    end
    return self
end

return Binding
