--- spawnSync, and what turns its result into an error for execFileSync and execSync. Nothing else happens in this
--- process meanwhile: no timers, no events, and no answers to heartbeats.

local core = require("moonherd.core")
local env = require("moonherd.child_process.env")
local failure = require("moonherd.child_process.failure")
local stdio = require("moonherd.child_process.stdio")

local M = {}

local MAX_TIMEOUT_MS = 2 ^ 53 - 1 -- core's; nobody waits that long

--- maxBuffer for core, where 0 is no limit, as it is in Node's synchronous calls.
local function byte_limit(max_buffer)
    if max_buffer == 0 or max_buffer >= 2 ^ 53 then
        return 0
    end
    return math.max(1, math.floor(max_buffer))
end

--- Pipes are core's to make; the rest is opened here.
local function split_stdio(plan)
    local pipes, rest = {}, {}
    for i, element in ipairs(plan.stdio) do
        if element.kind == "pipe" then
            pipes[i - 1] = i == 1 and plan.input or false
            element = { kind = "elsewhere" }
        end
        rest[i] = element
    end
    return pipes, rest
end

local function never_started(plan, code, errno, step)
    return { pid = 0, error = failure.system("spawnSync", plan, code, errno, step) }
end

--- Runs what the plan of moonherd.child_process.options says.
---@param plan table
---@return moonherd.child_process.SyncResult
function M.run(plan)
    local pipes, rest = split_stdio(plan)
    local opened, open_code, open_errno = stdio.open(rest)
    if not opened then
        return never_started(plan, open_code, open_errno)
    end
    io.stdout:flush() -- what print and io.write left there came before the child's
    local result, _, code, errno, step = core.spawnSync({
        file = plan.file,
        args = plan.args,
        argv0 = plan.argv0,
        env = env.list(plan.env),
        cwd = plan.cwd,
        fds = opened.fds,
        detached = plan.detached,
        uid = plan.uid,
        gid = plan.gid,
        pipes = pipes,
        timeout = math.min(plan.timeout, MAX_TIMEOUT_MS),
        killSignal = plan.kill_signal,
        maxBytes = byte_limit(plan.max_buffer),
    })
    opened:close_theirs()
    if not result then
        return never_started(plan, code, errno, step)
    end
    if result.code then
        result.error = failure.system("spawnSync", plan, result.code, result.errno)
        result.code, result.errno = nil, nil
    end
    result.stdout, result.stderr = result.output[1], result.output[2]
    return result
end

--- For the calls that return what the program wrote: raises unless it ended well.
---@param plan table
---@param command string for messages
---@return string? stdout
function M.output(plan, command)
    local result = M.run(plan)
    local text = result.stderr
    if plan.inherits_stderr and text and text ~= "" then
        require("moonherd.process").stderr:write(text)
    end
    local err = result.error
    if not err and result.status ~= 0 then
        err = failure.command(command, text and text ~= "" and "\n" .. text or nil)
    elseif not err then
        return result.stdout
    end
    for _, name in ipairs({ "pid", "status", "signal", "output", "stdout", "stderr" }) do
        err[name] = result[name]
    end
    error(err, 0)
end

return M
