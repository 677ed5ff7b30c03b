--- One end of the conversation between a process and the one it forked: `send`, `message`, `disconnect`. Both ends use
--- it: child_process gives it to a ChildProcess, the program to `process` when it was started with a channel.
--
--     local child = child_process.fork("worker.lua")
--     child:on("message", function(message, handle) ... end)
--     child:send({ hello = "world" })
--
--     process.on("message", function(message) process.send("got it") end)       -- in worker.lua
--
-- What is held for a user is bounded: unsent bytes by the channel's queue (ERR_IPC_QUEUE_FULL), messages that nobody
-- listens for by not reading on until somebody does.

local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local handoff = require("moonherd.handoff")
local sanitize = require("moonherd.channel.sanitize")
local tick = require("moonherd.tick")
local util = require("moonherd.util")

local M = {
    --- Names the descriptor of a channel of ours to the child.
    FD_VARIABLE = "MOONHERD_CHANNEL_FD",
    --- Limits of the channel other than the usual ones, "name=number name=number".
    LIMITS_VARIABLE = "MOONHERD_CHANNEL_LIMITS",
    --- Limits that may be set when a process is forked, see engine/ipc/channel.h.
    LIMITS = { "frameBytes", "queueBytes", "highWaterMark", "handles" },
}

-- Messages kept for a listener to come; beyond any of these the channel is read no further until one does.
local KEPT_MESSAGES = 1024
local KEPT_BYTES = 8 * 1024 * 1024
local KEPT_HANDLES = 32

local EXIT_FLUSH_MS = 1000 -- how long a process that exits waits for its parent to take what is queued

-- Ends of a channel that say nothing against the peer: it died, perhaps in the middle of a frame.
local NO_FAULT = { ERR_PEER_GONE = true, ECONNRESET = true, EPIPE = true }

local SENDABLE = { string = true, number = true, boolean = true, table = true }

--- What is behind `channel`, `send` and `disconnect` of a target; the owner of the channel's box.
---@class moonherd.Ipc
local Ipc = {}
Ipc.__index = Ipc

--- `child.channel` and `process.channel`.
---@class moonherd.Channel
---@field fd integer
local Channel = { __name = "Channel" }
Channel.__index = Channel

-- Keeping the loop alive --------------------------------------------------------------------------------------

--- Keeps the program alive as long as the channel is open, whatever listeners there are.
function Channel:ref()
    self._ipc.counted = false
    self._ipc.box:ref()
end

--- The opposite of `ref`.
function Channel:unref()
    self._ipc.counted = false
    self._ipc.box:unref()
end

---@return boolean
function Channel:hasRef()
    return self._ipc.box:hasRef()
end

-- Failing -----------------------------------------------------------------------------------------------------

local function emit_error(target, err)
    target:emit("error", err)
end

--- Node's way with errors of send: to the callback, else an "error" event, in any case later.
local function fail(target, err, callback)
    if callback then
        tick.add(callback, err)
    else
        tick.add(emit_error, target, err)
    end
    return false
end

-- Sending -----------------------------------------------------------------------------------------------------

local function check_message(message)
    if message == nil then
        error(errors.missing_args("message"), 0)
    end
    if not SENDABLE[type(message)] and not sanitize.is_plain(message) then
        error(errors.arg_type("message", { "string", "table", "number", "boolean" }, message), 0)
    end
end

--- Sends with copies of what cannot be sent left out; raises when even that cannot be.
local function send_sanitized(box, message, fds)
    local ok, copy = pcall(sanitize.copy, message)
    if not ok then
        handoff.close(fds)
        error(copy, 0)
    end
    return box:send(copy, fds)
end

--- Arguments are checked, the channel is connected.
function Ipc:send(message, handle, options, callback)
    check_message(message)
    local fds = handle ~= nil and handoff.share(handle) or nil
    local more, total, code, errno = self.box:send(message, fds)
    if code == "ERR_IPC_UNSENDABLE" then
        more, total, code, errno = send_sanitized(self.box, message, fds)
    end
    if more == nil then
        return fail(self.target, errors.new("Error", code, total, { errno = errno, syscall = "write" }), callback)
    end
    if callback then
        self:await(total, callback)
    end
    if fds and not (options and options.keepOpen) then
        handoff.give_up(handle)
    end
    return more
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

--- Calls back those whose bytes are among the first `total`.
function Ipc:written(total, err)
    local waiting = self.waiting
    while waiting.first <= waiting.last and waiting[waiting.first].total <= total do
        tick.add(waiting[waiting.first].callback, err)
        waiting[waiting.first] = nil
        waiting.first = waiting.first + 1
    end
    return waiting[waiting.first]
end

function Ipc:on_drain(code)
    local next_one = self:written(self.box:sent(), code and errors.system(code, nil, "write") or nil)
    if next_one then
        self.box:tellAt(next_one.total)
    end
end

local function send(target, message, handle, options, callback)
    if handle ~= nil and check.callable(handle) then
        handle, options, callback = nil, nil, handle
    elseif options ~= nil and check.callable(options) then
        options, callback = nil, options
    elseif options ~= nil then
        check.table(options, "options")
    end
    check.opt(check.fn, callback, "callback")
    if not target.connected then
        return fail(target, errors.of("ERR_IPC_CHANNEL_CLOSED"), callback)
    end
    return target._ipc:send(message, handle, options, callback)
end

-- Receiving ---------------------------------------------------------------------------------------------------

function Ipc:deliver(message, fds)
    self.target:emit("message", message, fds and handoff.receive(fds) or nil)
end

local function deliver_kept(self)
    local kept = self.kept
    kept.scheduled = false
    if kept.first > kept.last or self.target:listenerCount("message") == 0 then
        return
    end
    local entry = kept[kept.first]
    kept[kept.first] = nil
    kept.first = kept.first + 1
    kept.bytes = kept.bytes - entry.bytes
    kept.handles = kept.handles - (entry.fds and #entry.fds or 0)
    -- Before the listener, which may throw.
    self:listened()
    self:deliver(entry.message, entry.fds)
end

--- Somebody listens for messages now, or a moment later.
function Ipc:listened()
    local kept = self.kept
    if kept.first <= kept.last and not kept.scheduled then
        kept.scheduled = true
        tick.add(deliver_kept, self)
    elseif kept.paused and kept.first > kept.last then
        kept.paused = false
        if self.box:isOpen() then
            self.box:readStart()
        end
    end
end

function Ipc:keep(message, fds, bytes)
    local kept = self.kept
    kept.last = kept.last + 1
    kept[kept.last] = { message = message, fds = fds, bytes = bytes }
    kept.bytes = kept.bytes + bytes
    kept.handles = kept.handles + (fds and #fds or 0)
    local count = kept.last - kept.first + 1
    if count >= KEPT_MESSAGES or kept.bytes >= KEPT_BYTES or kept.handles >= KEPT_HANDLES then
        kept.paused = true
        self.box:readStop()
    end
end

local function drop_kept(kept)
    for i = kept.first, kept.last do
        handoff.close(kept[i].fds)
        kept[i] = nil
    end
    kept.first, kept.last, kept.bytes, kept.handles = 1, 0, 0, 0
end

function Ipc:on_message(message, fds, bytes)
    local kept = self.kept
    if kept.first > kept.last and self.target:listenerCount("message") > 0 then
        return self:deliver(message, fds)
    end
    self:keep(message, fds, bytes)
    if kept.first < kept.last then
        self:listened() -- a delivery may have ended when its listener went, and a new one come
    end
end

--- Listeners of "internalMessage" get the value and the list of descriptors, which are theirs.
function Ipc:on_internal(message, fds)
    if not self.target:emit("internalMessage", message, fds) then
        handoff.close(fds)
    end
end

--- Calls `done` when all that a dead peer has left in the channel was read.
function Ipc:exhaust(done)
    if self.ended or self.finishing or not core.readable(self.box:fd()) then
        return done()
    end
    self.box:readStart()
    require("moonherd.timers").setImmediate(self.exhaust, self, done)
end

-- The end -----------------------------------------------------------------------------------------------------

local function disconnect(target)
    if not target.connected then
        target:emit("error", errors.of("ERR_IPC_DISCONNECTED"))
        return
    end
    local ipc = target._ipc
    target.connected = false
    ipc.finishing = true
    drop_kept(ipc.kept)
    ipc.box:finish()
end

function Ipc:on_end(code, reason)
    self.ended = true
    self:written(self.box:sent())
    self:written(math.huge, errors.of("ERR_IPC_CHANNEL_CLOSED"))
    self.target.connected = false
    self.target.channel = nil
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

-- Making one --------------------------------------------------------------------------------------------------

--- Opens the channel on `fd`, which it takes, and makes it the target's: `send`, `disconnect`, `connected`, `channel`.
--- Not reading yet: see `start`.
---@param target table an emitter
---@param fd integer?
---@param limits table?
---@param peer fun(): string names the process at the other end in warnings
---@return moonherd.Ipc? ipc nil if fd is no channel; the target is then disconnected
local function open(target, fd, limits, peer)
    local self = setmetatable({
        target = target,
        peer = peer,
        kept = { first = 1, last = 0, bytes = 0, handles = 0 },
        waiting = { first = 1, last = 0 },
    }, Ipc)
    self.box = fd and core.channel(self, fd, limits) or nil
    target.connected = self.box ~= nil
    target.send = send
    target.disconnect = disconnect
    if not self.box then
        return nil
    end
    target._ipc = self
    target.channel = setmetatable({ _ipc = self, fd = fd }, Channel)
    return self
end

--- For child_process: the parent's end.
---@param child table
---@param fd integer
---@param limits table?
---@param closed function called when the channel is gone
function M.attach(child, fd, limits, closed)
    local ipc = open(child, fd, limits, function()
        return ("process %s"):format(child.pid or "?")
    end)
    if ipc then
        ipc.closed = closed
        ipc.box:readStart()
    end
    return ipc
end

local function parse_limits(text)
    local limits = {}
    for name, number in (text or ""):gmatch("(%a+)=(%d+)") do
        limits[name] = tonumber(number)
    end
    return limits
end

--- The child's end does not keep the program alive unless somebody listens, or it was told to.
local function count_listeners(process, ipc)
    local heard = 0
    ipc.counted = true
    ipc.box:unref()
    local function first(name)
        heard = heard + 1
        if ipc.counted then
            ipc.box:ref()
        end
        if name == "message" then
            tick.add(ipc.listened, ipc)
        end
    end
    local function last()
        heard = heard - 1
        if ipc.counted and heard == 0 then
            ipc.box:unref()
        end
    end
    for _, name in ipairs({ "message", "disconnect" }) do
        process._watch(name, first, last)
        process._watch_now(name)
    end
end

--- For the program: opens the channel that this process was started with, if it was, and takes the variables that say
--- so out of the environment.
---@param process moonherd.process
---@param fd integer? as the environment has it
function M.adopt(process, fd)
    fd = fd or tonumber(core.getenv(M.FD_VARIABLE))
    if not fd then
        return
    end
    local limits = parse_limits(core.getenv(M.LIMITS_VARIABLE))
    core.setenv(M.FD_VARIABLE, nil)
    core.setenv(M.LIMITS_VARIABLE, nil)
    -- A number that somebody made up may be a descriptor of the engine's own.
    local kind, family = core.fdKind(fd)
    local usable = kind == "socket" and family == "unix"
    local ipc = open(process, usable and fd or nil, limits, function()
        return ("the parent process %d"):format(core.ppid())
    end)
    process.send = util.either(process, send)
    process.disconnect = util.either(process, disconnect)
    if not ipc then
        tick.add(process.emit, "disconnect")
        return
    end
    ipc.box:hello()
    count_listeners(process, ipc)
    process._at_exit(function()
        ipc.box:flush(EXIT_FLUSH_MS)
    end)
    ipc.box:readStart()
end

-- For the library itself --------------------------------------------------------------------------------------

--- The channel's box of a target, for core functions that want it; nil without a channel.
function M.box(target)
    return target._ipc and target._ipc.box
end

--- Sends a message of the library's own, which the peer gets as "internalMessage". Never raises for the channel's
--- state. The descriptors are taken in every case.
---@return boolean? more nil when it could not be sent
---@return string? code
function M.sendInternal(target, message, fds)
    local ipc = target._ipc
    if not ipc or not target.connected then
        handoff.close(fds)
        return nil, "ERR_IPC_CHANNEL_CLOSED"
    end
    local more, _, code = ipc.box:sendInternal(message, fds)
    return more, code
end

return M
