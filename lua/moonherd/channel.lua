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
local Ipc = require("moonherd.channel.ipc")
local tick = require("moonherd.tick")
local util = require("moonherd.util")

local M = {
    --- Names the descriptor of a channel of ours to the child.
    FD_VARIABLE = "MOONHERD_CHANNEL_FD",
    --- Limits of the channel other than the usual ones, "name=number name=number".
    LIMITS_VARIABLE = "MOONHERD_CHANNEL_LIMITS",
    --- Limits that may be set when a process is forked, see engine/ipc/channel.h; for `requests`, channel/requests.
    LIMITS = { "frameBytes", "queueBytes", "highWaterMark", "handles", "requests" },
}

local EXIT_FLUSH_MS = 1000 -- how long a process that exits waits for its parent to take what is queued

-- What a user has ---------------------------------------------------------------------------------------------

--- `child.channel` and `process.channel`.
local Channel = { __name = "Channel" }
Channel.__index = Channel

--- Keeps the program alive as long as the channel is open, whatever listeners there are.
function Channel:ref()
    check.object(self, "channel:ref", "_ipc")
    self._ipc.counted = false
    self._ipc.box:ref()
end

--- The opposite of `ref`.
function Channel:unref()
    check.object(self, "channel:unref", "_ipc")
    self._ipc.counted = false
    self._ipc.box:unref()
end

---@return boolean
function Channel:hasRef()
    check.object(self, "channel:hasRef", "_ipc")
    return self._ipc.box:hasRef()
end

--- moonherd only: what becomes of requests on this channel.
---@return { pending: integer, serving: integer, stray: integer }
function Channel:requests()
    check.object(self, "channel:requests", "_ipc")
    local asked = self._ipc.asked
    return {
        pending = asked and asked.waiting or 0,
        serving = asked and asked.serving or 0,
        stray = asked and asked.stray or 0,
    }
end

--- Sends a message: any value but functions, threads and foreign data, which are left out of tables.
---@param target table
---@param message any
---@param handle any? a net.Socket or net.Server to go with it
---@param options { keepOpen: boolean? }? keepOpen: go on using the socket here too
---@param callback fun(err: moonherd.Error?)? called when the bytes are in the kernel
---@return boolean more false: enough is queued for now
local function send(target, message, handle, options, callback)
    check.object(target, "child:send", "emit")
    if handle ~= nil and check.callable(handle) then
        handle, options, callback = nil, nil, handle
    elseif options ~= nil and check.callable(options) then
        options, callback = nil, options
    elseif options ~= nil then
        check.opt(check.boolean, check.table(options, "options").keepOpen, "options.keepOpen")
    end
    check.opt(check.fn, callback, "callback")
    if not target.connected then
        return Ipc.fail(target, errors.of("ERR_IPC_CHANNEL_CLOSED"), callback)
    end
    -- In brackets: a call that comes last would take our place on the stack, and errors could not name it.
    return (target._ipc:send(message, handle, options, callback))
end

--- Ends the channel, once what was sent is written. "disconnect" follows.
---@param target table
local function disconnect(target)
    check.object(target, "child:disconnect", "emit")
    if not target.connected then
        target:emit("error", errors.of("ERR_IPC_DISCONNECTED"))
        return
    end
    target.connected = false
    target._ipc:finish()
end

-- Requests are loaded by who uses them.

local function request(...)
    return require("moonherd.channel.requests").request(...)
end

local function on_request(...)
    return require("moonherd.channel.requests").on_request(...)
end

--- What a target with a channel has besides.
M.METHODS = { send = send, disconnect = disconnect, request = request, onRequest = on_request }

--- Gives the target its channel. Without a usable fd it is one that has ended.
local function equip(target, fd, limits, peer)
    local ipc = fd and Ipc.open(target, fd, limits, peer)
    target.connected = ipc ~= nil
    for name, method in pairs(M.METHODS) do
        target[name] = method
    end
    if ipc then
        target._ipc = ipc
        target.channel = setmetatable({ _ipc = ipc, fd = fd }, Channel)
    end
    return ipc
end

-- The parent's end --------------------------------------------------------------------------------------------

--- For child_process: makes fd, which is taken, the child's channel.
---@param child table
---@param fd integer
---@param limits table?
---@param closed function called when the channel is gone
---@return boolean opened
function M.attach(child, fd, limits, closed)
    local ipc = equip(child, fd, limits, function()
        return child._who or ("process %s"):format(child.pid or "?")
    end)
    if ipc then
        ipc.closed = closed
        ipc.box:readStart()
    end
    return ipc ~= nil
end

-- The child's end ---------------------------------------------------------------------------------------------

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
    function ipc.hold()
        heard = heard + 1
        if ipc.counted then
            ipc.box:ref()
        end
    end
    function ipc.release()
        heard = heard - 1
        if ipc.counted and heard == 0 then
            ipc.box:unref()
        end
    end
    local function first(name)
        ipc.hold()
        if name == "message" then
            tick.add(ipc.listened, ipc)
        end
    end
    for _, name in ipairs({ "message", "disconnect" }) do
        process._watch(name, first, ipc.release)
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
    local ipc = equip(process, usable and fd or nil, limits, function()
        return ("the parent process %d"):format(core.ppid())
    end)
    for name, method in pairs(M.METHODS) do
        process[name] = util.either(process, method)
    end
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

--- Has `fn` called with each message of the library's own, and the list of its descriptors, which are taken.
---@param target table with a channel, or without, where none will come
---@param fn fun(message: any, fds: integer[]|nil)
function M.hear(target, fn)
    if target._ipc then
        target._ipc.hear = fn
    end
end

--- How messages call the child at the other end.
---@param child table
---@param who string
function M.call(child, who)
    child._who = who
end

--- Takes no more requests from the other end, and calls `done` once none is being answered.
---@param target table
---@param done function
function M.when_answered(target, done)
    local asked = target._ipc and target._ipc.asked
    if asked then
        asked:when_idle(done)
    else
        done()
    end
end

--- Sends a message of the library's own, for who hears at the other end; "internalMessage" there too. Never raises for
--- the channel's state. The descriptors are taken in every case.
---@return boolean? more nil when it could not be sent
---@return string? code
function M.sendInternal(target, message, fds)
    local ipc = target._ipc
    if not ipc or not target.connected then
        handoff.close(fds)
        return nil, "ERR_IPC_CHANNEL_CLOSED"
    end
    local more, _, code = ipc:sendInternal(message, fds)
    return more, code
end

return M
