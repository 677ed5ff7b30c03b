--- What is behind `send`, `disconnect` and `channel` of a ChildProcess or `process`: the owner of the channel's box.
--- moonherd.channel makes them.
--
-- Fields: target (the emitter), box, peer() (names the other end), waiting (callbacks of sends, oldest first), kept,
-- finishing (we disconnected), ended (no message comes any more), list, at, count and bytes_each (messages under way),
-- closed() (optional: all is gone), hear(message, fds) (optional: messages of the library's own).

local core = require("moonherd.core")
local errors = require("moonherd.errors")
local handoff = require("moonherd.handoff")
local inspect = require("moonherd.inspect")
local Kept = require("moonherd.channel.kept")
local luggage = require("moonherd.channel.luggage")
local messages = require("moonherd.channel.message")
local tick = require("moonherd.tick")

-- Ends of a channel that say nothing against the peer: it died, perhaps in the middle of a frame.
local NO_FAULT = { ERR_PEER_GONE = true, ECONNRESET = true, EPIPE = true }

-- Turns of the loop, each a read, that a dead peer's last words may take; a child of its own may go on talking.
local EXHAUST_TURNS = 256

local INTERNAL_PREFIX = "NODE_"

-- See channel/requests.
local OUR_REQUESTS = { MOONHERD_REQUEST = true, MOONHERD_ANSWER = true }

---@class moonherd.Ipc
local Ipc = {}
Ipc.__index = Ipc

--- Opens the channel on fd, which is taken. Not reading yet.
---@param target table
---@param fd integer
---@param limits table?
---@param peer fun(): string
---@return moonherd.Ipc? ipc nil if fd can be no channel
function Ipc.open(target, fd, limits, peer)
    local self = setmetatable({
        target = target,
        peer = peer,
        limits = limits,
        kept = Kept.new(),
        waiting = { first = 1, last = 0 },
    }, Ipc)
    self.box = core.channel(self, fd, limits)
    return self.box and self
end

-- Sending -----------------------------------------------------------------------------------------------------

local function emit_error(target, err)
    target:emit("error", err)
end

--- Node's way with what a send could not do: to the callback, else an "error" event, in any case later.
---@param target table
---@param err moonherd.Error
---@param callback function?
---@return false
function Ipc.fail(target, err, callback)
    if callback then
        tick.add(callback, err)
    else
        tick.add(emit_error, target, err)
    end
    return false
end

--- The channel is connected; options and callback are checked.
---@return boolean more
function Ipc:send(message, handle, options, callback)
    messages.check(message)
    local keep = options and options.keepOpen
    local more, total, code, errno = messages.send(self, "send", message, handle, keep)
    if more == nil then
        Ipc.fail(self.target, messages.refused(total, code, errno), callback)
        return total == nil -- that is about the handle, not the channel
    end
    if callback then
        self:await(total, callback)
    end
    return more
end

--- Sends a message of the library's own, which can be sent. The descriptors are taken in every case.
---@return boolean? more nil when it could not be sent, and why
---@return string|number|nil
---@return string? code
---@return integer? errno
function Ipc:sendInternal(message, fds)
    return self.box:sendInternal(message, fds)
end

--- Has `callback` called when the channel's first `total` bytes are in the kernel.
function Ipc:await(total, callback)
    local waiting = self.waiting
    waiting.last = waiting.last + 1
    waiting[waiting.last] = { total = total, callback = callback }
    if waiting.first == waiting.last then
        self.box:tellAt(total)
    end
end

--- Calls back those whose bytes are among the first `total`. Returns the first of the others.
function Ipc:written(total, err)
    local waiting = self.waiting
    while waiting.first <= waiting.last and waiting[waiting.first].total <= total do
        tick.add(waiting[waiting.first].callback, err)
        waiting[waiting.first] = nil
        waiting.first = waiting.first + 1
    end
    return waiting[waiting.first]
end

--- A loss is told for each message that the kernel refused, as Node does, to its callback or as an "error".
function Ipc:on_drain(code, refused)
    local waiting = self.waiting
    local unheard = (refused or 0) - (waiting.last - waiting.first + 1)
    local next_one = self:written(self.box:sent(), code and errors.system(code, nil, "write") or nil)
    if next_one then
        self.box:tellAt(next_one.total)
    end
    for _ = 1, unheard do
        tick.add(emit_error, self.target, errors.system(code, nil, "write"))
    end
end

-- Receiving ---------------------------------------------------------------------------------------------------

function Ipc:deliver(message, fds)
    self.target:emit("message", message, messages.handle_of(fds))
end

local function deliver_kept(self)
    self.scheduled = false
    if not self.kept:empty() and self.target:listenerCount("message") > 0 then
        local message, fds = self.kept:take()
        self:listened() -- before the listener, which may throw
        self:deliver(message, fds)
    end
end

--- Somebody listens for messages now, or will in a moment.
function Ipc:listened()
    if not self.kept:empty() then
        if not self.scheduled then
            self.scheduled = true
            tick.add(deliver_kept, self)
        end
    elseif self.paused then
        self.paused = false
        self.box:readStart()
    end
end

--- What Node holds for its own, of whoever sent it: it is told by another event, and not kept for one who is late.
local function is_internal(message)
    local cmd = type(message) == "table" and message.cmd
    return type(cmd) == "string" and #cmd > #INTERNAL_PREFIX and cmd:sub(1, #INTERNAL_PREFIX) == INTERNAL_PREFIX
end

--- Nobody hears it: its sender is told so here, once.
local function warn_of_reserved(self, cmd)
    if not self.warned then
        self.warned = true
        local words = "A message of %s was dropped, as others like it will be: %s in `cmd` is reserved, like all that "
            .. "begins with NODE_"
        require("moonherd.process").emitWarning(words:format(self.peer(), inspect.value(cmd:sub(1, 64))))
    end
end

function Ipc:on_message(message, fds, bytes)
    if fds then
        bytes = bytes + luggage.attach(self, fds)
    end
    if is_internal(message) then
        if self.target:listenerCount("internalMessage") == 0 then
            luggage.discard(fds)
            return warn_of_reserved(self, message.cmd)
        end
        return self.target:emit("internalMessage", message, messages.handle_of(fds))
    end
    if self.kept:empty() and self.target:listenerCount("message") > 0 then
        return self:deliver(message, fds)
    end
    if self.kept:add(message, fds, bytes) then
        self.paused = true
        self.box:readStop()
    end
    self:listened() -- those before it may be on their way
end

--- Several messages, in a loop that is compiled. Ticks that one of them has queued come before the next.
---@param list any[]? nil: the rest of the last ones
---@param count integer?
---@param bytes integer? of all of them
---@return boolean? through nil: there are more
function Ipc:on_messages(list, count, bytes)
    if list then
        self.list, self.at, self.count, self.bytes_each = list, 0, count, bytes / count
    end
    list, count, bytes = self.list, self.count, self.bytes_each
    for i = self.at + 1, count do
        if self.ended then
            break
        elseif tick.pending() then
            return nil
        end
        self.at = i -- before it is told: a listener may throw
        self:on_message(list[i], nil, bytes)
    end
    self.list = nil
    return true
end

--- The conversation of `request` and `onRequest`, which starts with the first of either.
---@return moonherd.Requests
function Ipc:requests()
    if not self.asked then
        self.asked = require("moonherd.channel.requests").new(self, self.limits and self.limits.requests)
    end
    return self.asked
end

--- Keeps the program alive until as many `release`: for an end whose channel does not do so by itself.
function Ipc.hold() end

function Ipc.release() end

--- The library's own, which no user's message can pass for. Listeners see the value; the descriptors are not theirs.
function Ipc:on_internal(message, fds)
    if type(message) == "table" and OUR_REQUESTS[message.cmd] then
        return self:requests():hear(message, fds)
    end
    if luggage.hear(self, message) then
        handoff.close(fds)
    elseif self.hear then
        self.hear(message, fds)
    else
        handoff.close(fds)
    end
    self.target:emit("internalMessage", message)
end

--- Calls `done` when all that a dead peer has left in the channel was read.
---@param done function
---@param turns integer?
function Ipc:exhaust(done, turns)
    turns = turns or EXHAUST_TURNS
    if self.ended or self.finishing or turns == 0 or not core.readable(self.box:fd()) then
        return done()
    end
    self.box:readStart()
    require("moonherd.timers").setImmediate(self.exhaust, self, done, turns - 1)
end

-- The end -----------------------------------------------------------------------------------------------------

--- Ends the channel when what is queued is written. What was kept is wanted no more.
function Ipc:finish()
    self.finishing = true
    self.target.channel = nil
    self.kept:clear()
    if self.box:pending() > 0 then
        self.box:flush(0)
    end
    local all_written = self.box:pending() == 0
    self.box:finish()
    if all_written then
        tick.add(self.on_end, self) -- as in Node, before what this callback puts off after it
    end
end

--- Once: by the engine, or before it where nothing had to be written any more.
function Ipc:on_end(code, reason)
    if self.ended then
        return
    end
    self.ended = true
    self:written(self.box:sent())
    self:written(math.huge, errors.of("ERR_IPC_CHANNEL_CLOSED"))
    self.target.connected = false
    self.target.channel = nil
    luggage.ended(self)
    if self.asked then
        self.asked:close()
    end
    local err
    if code and not NO_FAULT[code] then
        err = errors.new("Error", code, ("The channel to %s was closed: %s"):format(self.peer(), reason))
        require("moonherd.process").emitWarning(err)
    end
    self.target:emit("disconnect", err)
end

function Ipc:on_closed()
    if self.closed then
        self.closed()
    end
end

return Ipc
