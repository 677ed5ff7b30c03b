--- execFile: a program whose output is collected and handed to a callback when all is over.

local child = require("moonherd.child_process.child")
local errors = require("moonherd.errors")
local failure = require("moonherd.child_process.failure")
local limits = require("moonherd.child_process.limits")
local timers = require("moonherd.timers")

local M = {}

-- A negative exit code: somebody else in this process took the status.
local NO_STATUS = "ECHILD"

---@class moonherd.ExecRun what execFile keeps while the program runs
local Run = {}
Run.__index = Run

function Run:finish(code, signal)
    if self.finished then
        return
    end
    self.finished = true
    timers.clearTimeout(self.timer)
    if not self.callback then
        return
    end
    local out, err_out = table.concat(self.chunks.stdout), table.concat(self.chunks.stderr)
    local err = self.err
    if not err and code == 0 then
        self.callback(nil, out, err_out)
        return
    end
    if not err then
        err = failure.command(self.command, "\n" .. err_out, {
            killed = self.child.killed or self.killed,
            signal = signal,
        })
        err.code = code and code < 0 and NO_STATUS or code
    end
    err.cmd = self.command
    self.callback(err, out, err_out)
end

--- Nothing more is collected.
function Run:cut()
    for _, name in ipairs({ "stdout", "stderr" }) do
        if self.child[name] then
            self.child[name]:destroy()
        end
    end
end

function Run:fail(err)
    self.err = err
    self:cut()
    self:finish()
end

function Run:kill()
    self:cut()
    self.killed = true
    local ok, err = pcall(self.child.kill, self.child, self.kill_signal)
    if not ok then
        self.err = err
        self:finish()
    end
end

--- Collects a stream, as far as the limit.
function Run:collect(name, limit)
    local chunks, bytes = {}, 0
    self.chunks[name] = chunks
    local stream = self.child[name]
    if not stream then
        return
    end
    stream:on("data", function(chunk)
        local room = limit - bytes
        bytes = bytes + #chunk
        if bytes <= limit then
            chunks[#chunks + 1] = chunk
            return
        end
        chunks[#chunks + 1] = chunk:sub(1, math.floor(room))
        self.err = errors.of("ERR_CHILD_PROCESS_STDIO_MAXBUFFER", name)
        self:kill()
    end)
end

--- Starts what the plan of moonherd.child_process.options says.
---@param plan table
---@param command string for messages
---@param callback function?
---@return moonherd.ChildProcess
function M.start(plan, command, callback)
    local self = setmetatable({
        command = command,
        callback = callback,
        chunks = {},
        killed = false,
        kill_signal = plan.kill_signal,
    }, Run)
    local timeout = plan.timeout
    plan.timeout = 0 -- it does more here than to kill
    self.child = child.start(plan)
    if timeout > 0 then
        self.timer = limits.after(timeout, function()
            self:kill()
        end)
    end
    self:collect("stdout", plan.max_buffer)
    self:collect("stderr", plan.max_buffer)
    self.child:on("close", function(code, signal)
        self:finish(code, signal)
    end)
    self.child:on("error", function(err)
        self:fail(err)
    end)
    return self.child
end

return M
