--- The way of a net.Socket to its connection: socket:connect(...). Its methods are Socket's own.
--
-- A host name may have several addresses: they are tried one after the other, and the first that answers is it.

local args = require("moonherd.net.args")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local idle = require("moonherd.net.idle")
local net_options = require("moonherd.net.options")
local resolve = require("moonherd.net.resolve")
local tick = require("moonherd.tick")

local Connect = {}

local ANY = { [4] = "0.0.0.0", [6] = "::" }

-- One attempt, over all addresses -----------------------------------------------------------------------------

local Attempt = {}
Attempt.__index = Attempt

function Attempt:close()
    self.socket._connecting = nil
    if self.request then
        self.request:close()
    end
end

--- No address answered. The first error stands for all; more than one are listed in it.
function Attempt:fail()
    local err = self.failures[1]
    if #self.failures > 1 then
        err.errors = self.failures
    end
    self.socket:destroy(err)
end

--- Starts on the next address, if there is one.
function Attempt:try()
    self.index = self.index + 1
    local target = self.list[self.index]
    if not target then
        return self:fail()
    end
    local options = self.options
    local from = options.localAddress or (options.localPort and ANY[target.family])
    local handle, _, code, errno
    if from then
        handle, _, code, errno = core.connect(self.socket, target.address, self.port, from, options.localPort or 0)
    else
        handle, _, code, errno = core.connect(self.socket, target.address, self.port)
    end
    if not handle then
        return self:failed(code, errno)
    end
    self.socket:_setHandle(handle)
    if self.socket._unref then
        handle:unref()
    end
end

--- The current address did not answer.
function Attempt:failed(code, errno)
    local target = self.list[self.index]
    local fields = { address = target.address, port = self.port }
    table.insert(self.failures, errors.system(code, errno, "connect", fields))
    self:try()
end

--- The resolver's answer is in: go on with it, unless a listener of "lookup" has destroyed the socket.
function Attempt:go_on(err, list)
    if self.socket._connecting ~= self then
        return
    elseif err then
        return self.socket:destroy(err)
    end
    self.list = list
    self:try()
end

function Attempt:resolved(err, list)
    local first = list and list[1] or {}
    self.request = nil
    tick.add(self.go_on, self, err, list)
    self.socket:emit("lookup", err, first.address, first.family, self.options.host)
end

-- Socket's methods --------------------------------------------------------------------------------------------

local function check_options(options)
    net_options.check(options)
    if options.path ~= nil then
        args.check_path(options.path)
        return
    elseif options.port == nil then
        error(errors.missing_args("options", "port", "path"), 0)
    end
    if type(options.port) ~= "number" and type(options.port) ~= "string" then
        error(errors.arg_type("options.port", { "number", "string" }, options.port), 0)
    end
    check.port(options.port)
    check.opt(check.c_string, options.host, "options.host")
    check.opt(check.one_of, options.family, "options.family", { 0, 4, 6 })
    check.opt(check.integer, options.localPort, "options.localPort", 0, 65535)
    if options.localAddress ~= nil and core.isIP(options.localAddress) == 0 then
        error(errors.of("ERR_INVALID_IP_ADDRESS", tostring(options.localAddress)), 0)
    end
end

--- A socket that was used before begins anew.
local function start_over(self)
    self.destroyed, self.closed = false, false
    self.readableEnded, self.writableEnded, self.writableFinished = false, false, false
    self.bytesRead, self.bytesWritten = 0, 0
    self._peer_ended, self._local, self._remote = nil, nil, nil
end

local function connect_path(self, path)
    local handle, _, code, errno = core.connectPath(self, path)
    if not handle then
        self:destroy(errors.system(code, errno, "connect", { address = path }))
        return
    end
    self:_setHandle(handle)
    if self._unref then
        handle:unref()
    end
end

--- Connects: (port, host?, callback?), (path, callback?) or (options, callback?). "connect" and "ready" follow, or
--- "error".
function Connect:connect(...)
    check.object(self, "socket:connect", "connecting")
    local options, callback = args.read(...)
    check_options(options)
    check.opt(check.timeout, options.timeout, "options.timeout")
    if self.destroyed then
        start_over(self)
    end
    if callback then
        self:once("connect", callback)
    end
    self.connecting = true
    if options.timeout then
        self:setTimeout(options.timeout)
    end
    if options.noDelay ~= nil then
        self:setNoDelay(options.noDelay)
    end
    if options.keepAlive ~= nil then
        self:setKeepAlive(options.keepAlive, options.keepAliveInitialDelay)
    end
    if options.path then
        connect_path(self, options.path)
        return self
    end
    local attempt = setmetatable({ socket = self, options = options, index = 0, failures = {} }, Attempt)
    attempt.port = check.port(options.port)
    self._connecting = attempt
    local host = options.host or "localhost"
    local numeric = core.isIP(host)
    if numeric == 0 then
        attempt.request = resolve(host, options.family or 0, function(err, list)
            attempt:resolved(err, list)
        end, options.hints)
    else
        attempt.list = { { address = host, family = numeric } }
        attempt:try()
    end
    return self
end

--- The stream in C has its answer.
function Connect:on_connect(_, code, errno)
    local handle, attempt = self._handle, self._connecting
    if code then
        self._handle = nil
        handle:close()
        if attempt then
            attempt:failed(code, errno)
        else
            self:destroy(errors.system(code, errno, "connect"))
        end
        return
    end
    self.connecting = false
    self._connecting = nil
    if self._idle then
        idle.touch(self)
    end
    self:_adopt(handle)
    self:_flushWaiting()
    if not self.destroyed then
        tick.add(self.emit, self, "ready")
        self:emit("connect")
    end
end

return Connect
