--- ChildProcess: a process that was started from here, its standard streams and its channel. See child_process.
--
-- Events: spawn, error(err), message(message, handle), disconnect, exit(code, signal), close(code, signal), in that
-- order as far as they come. "close" comes when the process has ended and nothing can come from it any more.

local channel = require("moonherd.channel")
local check = require("moonherd.check")
local core = require("moonherd.core")
local errors = require("moonherd.errors")
local events = require("moonherd.events")
local env = require("moonherd.child_process.env")
local failure = require("moonherd.child_process.failure")
local limits = require("moonherd.child_process.limits")
local signals = require("moonherd.child_process.signal")
local stdio = require("moonherd.child_process.stdio")
local tick = require("moonherd.tick")

local M = {}

-- What a machine can refuse without the call being wrong: told by an event.
local REFUSED_LATER = { ENOENT = true, EACCES = true, EAGAIN = true, EMFILE = true, ENFILE = true }
-- Of those, what leaves no descriptor for streams.
local NO_DESCRIPTORS = { EMFILE = true, ENFILE = true }

local ChildProcess = { __name = "ChildProcess" }
M.ChildProcess = ChildProcess

-- The first listener of "message" gets what came before it.
for _, name in ipairs({ "on", "addListener", "once", "prependListener", "prependOnceListener" }) do
    local add = events.EventEmitter[name]
    ChildProcess[name] = function(self, event, listener)
        add(self, event, listener)
        if event == "message" and self._ipc then
            self._ipc:listened()
        end
        return self
    end
end
events.mixin(ChildProcess)

--- Owner of the process's box.
local Watch = {}
Watch.__index = Watch

function Watch:on_exit(code, signal)
    self.child:_ended(code, signal)
end

-- The end -----------------------------------------------------------------------------------------------------

--- "close" is due when all has ended that was counted.
local function part_closed(self)
    self._open_parts = self._open_parts - 1
    if self._open_parts == 0 then
        self:emit("close", self.exitCode, self.signalCode)
    end
end

--- A stream that nobody reads would never end, and "close" never come.
local function pull_rest(self)
    for n, stream in pairs(self.stdio) do
        local held = stream._read_elsewhere or stream:_waitsForDrain()
        if n > 0 and not stream.destroyed and not held then
            stream:resume()
        end
    end
    part_closed(self)
end

--- Calls `fn` when the process is gone, or it is known that it never was.
function ChildProcess:_when_over(fn)
    local over = self._over or {}
    over[#over + 1] = fn
    self._over = over
end

--- The process is gone, or never was: `event` tells.
local function finish(self, event, ...)
    for _, fn in ipairs(self._over or {}) do
        fn()
    end
    if self.stdin then
        self.stdin:destroy()
    end
    -- Before the listeners, one of which may throw.
    tick.add(pull_rest, self)
    self:emit(event, ...)
end

--- The process has ended. What it sent before comes first.
function ChildProcess:_ended(code, signal)
    self._process = nil
    self.exitCode, self.signalCode = code, signal
    if self._ipc then
        self._ipc:exhaust(function()
            finish(self, "exit", code, signal)
        end)
    else
        finish(self, "exit", code, signal)
    end
end

local function failed(self, err)
    self.exitCode = err.errno
    finish(self, "error", err)
end

-- Starting ----------------------------------------------------------------------------------------------------

local function open_pipe(self, n, fd)
    local net = require("moonherd.net")
    local stream = net.Socket({ fd = fd, readable = n > 0, writable = true })
    self.stdio[n] = stream
    if n > 0 then
        self._open_parts = self._open_parts + 1
        stream:once("close", function()
            part_closed(self)
        end)
    end
end

--- Our ends of pipes and channel become streams and channel.
local function open_ours(self, plan, opened)
    for n, fd in pairs(opened.pipes) do
        open_pipe(self, n, fd)
    end
    self.stdin, self.stdout, self.stderr = self.stdio[0], self.stdio[1], self.stdio[2]
    if opened.ipc then
        local opened_channel = channel.attach(self, opened.ipc.fd, plan.limits, function()
            part_closed(self)
        end)
        self._open_parts = self._open_parts + (opened_channel and 1 or 0)
    end
end

local function limits_text(wanted)
    local parts = {}
    for name, value in pairs(wanted) do
        parts[#parts + 1] = ("%s=%d"):format(name, value)
    end
    return table.concat(parts, " ")
end

--- The variables and descriptors that a channel and the library itself need.
local function add_own(plan, opened, extra)
    local variables = plan.env
    if opened.ipc then
        variables[channel.FD_VARIABLE] = ("%d"):format(opened.ipc.index)
        variables[channel.LIMITS_VARIABLE] = plan.limits and limits_text(plan.limits) or nil
    end
    local next_fd = #plan.stdio
    for name, fd in pairs(extra and extra.fds or {}) do
        opened.fds[next_fd] = fd
        variables[name] = ("%d"):format(next_fd)
        next_fd = next_fd + 1
    end
    for name, value in pairs(extra and extra.env or {}) do
        variables[name] = value
    end
    return env.list(variables)
end

local function emit_spawn(self)
    self:emit("spawn")
end

--- Returns 0, or the negative errno of what an event will tell.
local function start(self, plan, extra)
    self.spawnfile = plan.file
    self.spawnargs = plan.spawnargs
    local opened, code, errno = stdio.open(plan.stdio)
    if not opened then
        if not NO_DESCRIPTORS[code] then
            error(errors.system(code, errno, "spawn"), 0)
        end
        tick.add(failed, self, failure.system("spawn", plan, code, errno))
        return errno
    end
    local box, pid_or_reason, step
    box, pid_or_reason, code, errno, step = core.spawn(setmetatable({ child = self }, Watch), {
        file = plan.file,
        args = plan.args,
        argv0 = plan.argv0,
        env = add_own(plan, opened, extra),
        cwd = plan.cwd,
        fds = opened.fds,
        detached = plan.detached,
        uid = plan.uid,
        gid = plan.gid,
    })
    opened:close_theirs()
    if box then
        self._process = box
        self.pid = pid_or_reason
        tick.add(emit_spawn, self)
    elseif REFUSED_LATER[code] or step == "cwd" then
        tick.add(failed, self, failure.system("spawn", plan, code, errno, step))
    else
        opened:close_ours()
        error(errors.system(code, errno, "spawn"), 0)
    end
    if NO_DESCRIPTORS[code] then
        opened:close_ours()
    else
        open_ours(self, plan, opened)
    end
    return box and 0 or errno
end

--- Starts what the plan of moonherd.child_process.options says.
---@param plan table
---@param extra moonherd.ForkExtra?
---@return moonherd.ChildProcess
function M.start(plan, extra)
    local self = ChildProcess()
    start(self, plan, extra)
    limits.watch(self, plan)
    return self
end

setmetatable(ChildProcess, {
    __call = function(class)
        return setmetatable({ killed = false, connected = false, stdio = {}, _open_parts = 1 }, class)
    end,
})

--- Node's low way to start one, for an object made by `child_process.ChildProcess()`. `args` includes argv[0], and
--- `envPairs` is a list of "NAME=value".
---@param options moonherd.child_process.ObjectOptions
---@return integer errno 0, or negative when it could not be started, which "error" tells too
function ChildProcess:spawn(options)
    check.object(self, "child:spawn", "_open_parts")
    local plan = require("moonherd.child_process.options").for_object(options)
    if self.spawnfile then
        error(errors.new("Error", "ERR_INVALID_STATE", "child:spawn was called on a child that was started before"), 0)
    end
    return start(self, plan)
end

-- Signals -----------------------------------------------------------------------------------------------------

--- Sends a signal, SIGTERM unless given; 0 only asks whether it is there.
---@param signal (string|integer)?
---@return boolean sent false once the process has ended
function ChildProcess:kill(signal)
    check.object(self, "child:kill", "_open_parts")
    local number = signals.number(signal)
    if not self._process then
        return false
    end
    local ok, _, code, errno = self._process:kill(number)
    if ok then
        self.killed = true
        return true
    elseif code == "ESRCH" then
        return false
    end
    local err = errors.system(code, errno, "kill")
    if code == "EINVAL" or code == "ENOSYS" then
        error(err, 0)
    end
    self:emit("error", err)
    return false
end

--- Keeps this program alive until the child has ended, as it does unless told otherwise.
function ChildProcess:ref()
    check.object(self, "child:ref", "_open_parts")
    if self._process then
        self._process:ref()
    end
end

--- Lets this program end before the child. Pipes and channel keep it alive by themselves.
function ChildProcess:unref()
    check.object(self, "child:unref", "_open_parts")
    if self._process then
        self._process:unref()
    end
end

return M
