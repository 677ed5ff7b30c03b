--- The class of net.Socket: one connection, as Node's. Made by net.connect, by a server, or around a descriptor.
--
--     local socket = net.Socket { fd = 3 }
--     socket:on("data", function(bytes) socket:write(bytes) end)
--     socket:on("end", function() print("the other side is done") end)
--     socket:on("close", function(had_error) end)
--
-- Put together here: reading.lua and writing.lua have a half each, connect.lua the way to a connection,
-- properties.lua what can be asked; open.lua makes the objects. The stream in C (_handle) calls the on_... methods.
-- What comes after an event in Node's order is queued before the event is emitted, so that a listener that raises
-- changes nothing for anybody else.

local args = require("moonherd.net.args")
local check = require("moonherd.check")
local connect = require("moonherd.net.connect")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local idle = require("moonherd.net.idle")
local inspect = require("moonherd.inspect")
local properties = require("moonherd.net.properties")
local reading = require("moonherd.net.reading")
local tick = require("moonherd.tick")
local writing = require("moonherd.net.writing")

local MAX_TIMEOUT_MS = 2147483647

---@class moonherd.Socket: moonherd.EventEmitter
---@field connecting boolean
---@field destroyed boolean
---@field bytesRead integer
---@field bytesWritten integer bytes given to write, those still waiting included
---@field allowHalfOpen boolean
---@field server moonherd.Server?
local Socket = {
    __name = "Socket",
    connecting = false,
    destroyed = false,
    closed = false,
    allowHalfOpen = false,
    _boxes = 0, -- streams in C that are not closed yet
}

for _, part in ipairs({ connect, reading, writing }) do
    for name, value in pairs(part) do
        Socket[name] = value
    end
end
properties.install(Socket)
events.mixin(Socket)

-- Closing -----------------------------------------------------------------------------------------------------

local function emit_error(self, err)
    self:emit("error", err)
end

local function emit_close(self)
    self.closed = true
    self:emit("close", self._had_error or false)
end

--- Lets go of everything but the stream in C, which is returned.
local function dismantle(self, err)
    local handle = self._handle
    self._handle = nil
    self.destroyed = true
    self.connecting = false
    self._had_error = err ~= nil
    self.errored = err
    idle.set(self, 0)
    if self._connecting then
        self._connecting:close()
    end
    self._unread = nil
    self:_abandonWrites(err)
    if err then
        tick.add(emit_error, self, err)
    end
    if self.server then
        self.server:_connectionClosed(self)
    end
    if self._counted_by then
        self._counted_by:_connectionClosed()
    end
    return handle
end

local function destroy(self, err, how)
    local handle = dismantle(self, err)
    if handle then
        handle[how](handle)
    elseif self._boxes == 0 then
        tick.add(emit_close, self)
    end
    return self
end

--- Closes now; what waits to be sent is lost. With `err`, "error" tells of it before "close" does.
---@param err any?
function Socket:destroy(err)
    check.object(self, "socket:destroy", "connecting")
    if self.destroyed then
        return self
    end
    return destroy(self, err, "close")
end

--- Closes once all that was written is sent.
function Socket:destroySoon()
    check.object(self, "socket:destroySoon", "connecting")
    if not self.writableEnded then
        self:end_()
    end
    if self.writableFinished then
        return self:destroy()
    end
    return self:once("finish", function()
        self:destroy()
    end)
end

--- Closes so that the other side sees a reset (ECONNRESET). TCP only.
function Socket:resetAndDestroy()
    check.object(self, "socket:resetAndDestroy", "connecting")
    if self.destroyed or not (self._handle or self.connecting) then
        return self:destroy(errors.new("Error", "ERR_SOCKET_CLOSED", "Socket is closed"))
    elseif self.connecting then
        return self:once("connect", function()
            self:resetAndDestroy()
        end)
    elseif core.streamKind(self._handle:fd()) ~= "tcp" then
        error(errors.of("ERR_INVALID_HANDLE_TYPE"), 0)
    end
    return destroy(self, nil, "reset")
end

function Socket:on_error(_, code, errno, syscall)
    self:destroy(errors.system(code, errno, syscall))
end

function Socket:on_closed()
    self._boxes = self._boxes - 1
    if self.destroyed and self._boxes == 0 and not self._given_up then
        emit_close(self)
    end
end

--- Destroys when both sides are done.
function Socket:_destroyIfDone()
    if (self.readableEnded or self._write_only) and (self.writableFinished or self._read_only) then
        self:destroy()
    end
end

-- Options -----------------------------------------------------------------------------------------------------

--- "timeout" is emitted after so many ms in which nothing was read or written, 0 for never. It closes nothing.
---@param msecs number
---@param callback function? a listener for the next one; with 0, one to remove
function Socket:setTimeout(msecs, callback)
    check.object(self, "socket:setTimeout", "connecting")
    local ms = check.timeout(msecs, "msecs")
    check.opt(check.fn, callback, "callback")
    self.timeout = ms
    if ms > MAX_TIMEOUT_MS then
        local message = ("%s does not fit into a 32-bit signed integer.\nTimer duration was truncated to %d."):format(
            inspect.number(ms),
            MAX_TIMEOUT_MS
        )
        require("moonherd.process").emitWarning(message, "TimeoutOverflowWarning")
        ms = MAX_TIMEOUT_MS
    end
    idle.set(self, self.destroyed and 0 or ms)
    if callback then
        self[ms == 0 and "off" or "once"](self, "timeout", callback)
    end
    return self
end

--- Small writes are sent at once instead of being gathered (TCP_NODELAY).
---@param no_delay boolean? true unless given
function Socket:setNoDelay(no_delay)
    check.object(self, "socket:setNoDelay", "connecting")
    check.opt(check.boolean, no_delay, "noDelay")
    self._no_delay = no_delay ~= false
    if self._handle and not self.connecting then
        self._handle:nodelay(self._no_delay)
    end
    return self
end

--- Has the system look after `delay` ms of silence whether the other side is still there.
---@param enable boolean? false unless given
---@param initial_delay number? 0: the system's own
function Socket:setKeepAlive(enable, initial_delay)
    check.object(self, "socket:setKeepAlive", "connecting")
    check.opt(check.boolean, enable, "enable")
    local delay = args.keep_alive(initial_delay)
    self._keep_alive = enable and delay or false
    if self._handle and not self.connecting then
        self._handle:keepalive(self._keep_alive ~= false, self._keep_alive or 0)
    end
    return self
end

function Socket:ref()
    check.object(self, "socket:ref", "connecting")
    self._unref = nil
    if self._handle then
        self._handle:ref()
    end
    return self
end

function Socket:unref()
    check.object(self, "socket:unref", "connecting")
    self._unref = true
    if self._handle then
        self._handle:unref()
    end
    return self
end

--- The stream in C, not connected yet perhaps. Each will say on_closed.
function Socket:_setHandle(handle)
    self._handle = handle
    self._boxes = self._boxes + 1
end

--- The stream in C is there and connected: what was asked for before applies now.
function Socket:_adopt(handle)
    if self._handle ~= handle then
        self:_setHandle(handle)
    end
    if rawget(self, "maxQueueBytes") then
        handle:ceiling(self.maxQueueBytes)
    end
    if self._no_delay then
        handle:nodelay(true)
    end
    if self._keep_alive then
        handle:keepalive(true, self._keep_alive)
    end
    if self._unref then
        handle:unref()
    end
    if self.readableFlowing ~= false and not self._write_only and not self._reads_later then
        handle:readStart()
    end
end

-- Handing over ------------------------------------------------------------------------------------------------

--- A duplicate of the descriptor for another process, the caller's; nil without a connection. See moonherd.handoff.
function Socket:_share()
    if not self._handle or self.connecting then
        return nil
    end
    return core.dup(self._handle:fd())
end

--- Another process has the connection: read no more, and close this end's copy, without ending it, once all is
--- written. No "close".
function Socket:_give_up()
    local handle = self._handle
    if not handle then
        return
    end
    self._given_up = true
    handle:readStop()
    if handle:pending() == 0 then
        dismantle(self):release()
    end
end

--- Takes the connection out of this object: its descriptor, the caller's from now on; nil without a connection.
---@return integer?
function Socket:detach()
    check.object(self, "socket:detach", "connecting")
    local fd = self:_share()
    if fd then
        self:_give_up()
    end
    return fd
end

return Socket
