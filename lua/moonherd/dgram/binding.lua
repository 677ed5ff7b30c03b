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

local FAMILIES = { udp4 = 4, udp6 = 6 }
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

--- It can be bound again; what waited for it is dropped.
local function bind_failed(self, err)
    if self._closed then
        return
    end
    local closing = self._close_waits
    self._binding, self._on_bound, self._waiting, self._connecting = nil, nil, nil, nil
    if closing then
        tick.add(self._close, self)
    end
    self:emit("error", err)
end

--- The source has an answer; `tell` calls what tells of it, now or later.
local function bound(self, tell, err, fd, lease)
    if err then
        return tell(bind_failed, self, err)
    end
    local box, _, code, errno = core.datagram(self, fd)
    if not box then
        if lease then
            lease:close()
        end
        return tell(bind_failed, self, errors.system(code, errno, "open"))
    end
    self._binding, self._box, self._lease = nil, box, lease
    if rawget(self, "maxQueueBytes") then
        box:ceiling(self.maxQueueBytes)
    end
    self:_applyBufferSizes()
    if self._unref then
        box:unref()
    end
    return tell(emit_listening, self, box)
end

local function call(fn, ...)
    fn(...)
end

--- Asks the source. `tell` is tick.add inside of a call of the user's, where nobody may be told of anything.
local function open(self, target, tell)
    target.type = self.type
    target.ipv6Only, target.reuseAddr = self._options.ipv6Only, self._options.reuseAddr
    target.reusePort = self._options.reusePort
    self._binding = true
    if target.address and core.isIP(target.address) ~= FAMILIES[self.type] then
        local where = { address = target.address, port = target.port }
        return bound(self, tell, errors.system("EINVAL", nil, "bind", where))
    end
    local done = false
    local request = source.open(self, target, function(...)
        done = true
        bound(self, tell, ...)
    end)
    if not done then
        self._binding = request
    end
end

--- Binds to any free port of this process's own: what a send without a bind does.
function Binding:_bindAnywhere()
    open(self, { address = ANY[self.type], port = 0, exclusive = true }, tick.add)
    return self
end

--- The same, as soon as the host's address is known: never inside of the call.
local function open_by_name(self, target)
    self._binding = true
    self:_lookup(target.host, function(err, ip)
        if err then
            return bind_failed(self, err)
        end
        target.address = ip
        open(self, target, call)
    end)
end

--- What sort of thing a descriptor is, in Node's words.
local function kind_of_fd(fd)
    local kind, family = core.fdKind(fd)
    if kind == "dgram" then
        return family == "inet" and "UDP" or "UNKNOWN"
    end
    local stream, _, code = core.streamKind(fd)
    if stream then
        return stream == "tcp" and "TCP" or "PIPE"
    end
    return code == "EBADF" and "UNKNOWN" or core.isatty(fd) and "TTY" or "FILE"
end

--- Whether the descriptor is a datagram socket of the internet; raises ERR_INVALID_FD_TYPE if not.
---@param fd integer
local function check_fd(fd)
    local kind = kind_of_fd(fd)
    if kind ~= "UDP" then
        error(errors.new("TypeError", "ERR_INVALID_FD_TYPE", "Unsupported fd type: " .. kind), 0)
    end
end

--- The arguments of bind: a target and a callback.
local function read_bind(port, address, callback)
    local target = {}
    if type(port) == "table" then
        callback = type(address) == "function" and address or callback
        target.port, target.host, target.fd = port.port, port.address, port.fd
        target.exclusive = check.opt(check.boolean, port.exclusive, "options.exclusive")
        check.opt(check.integer, target.fd, "options.fd", 0, 2147483647)
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
    check.object(self, "socket:bind", "_healthy")
    self:_healthy()
    local target, listener = read_bind(port, address, callback)
    if self._box or self._binding then
        error(errors.new("Error", "ERR_SOCKET_ALREADY_BOUND", "Socket is already bound"), 0)
    end
    if target.fd and (target.exclusive or source.open == source.own) then
        check_fd(target.fd) -- else it is a number of the master's
    end
    self._on_bound = listener
    if target.fd then
        open(self, target, tick.add)
    else
        target.host = target.host or ANY[self.type]
        open_by_name(self, target)
    end
    return self
end

return Binding
