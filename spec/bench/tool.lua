--- How the benchmark runs things: programs that measure themselves, servers, waiting, and an orderly end.
--
--     local tool = require "spec.bench.tool"
--     tool.catch_signals()
--     local figures = tool.figures({ command = "node", "spec/bench/node/fork.js", 10 }) -- { ms_each = 58.1 }
--     tool.end_everything()
--
-- Ctrl-C, SIGTERM and SIGHUP are blocked, and read whenever we wait: they raise tool.INTERRUPTED, which no pcall of
-- the benchmark keeps for itself. Each program leads a process group; all of them are killed at the end.

local ffi = require("ffi")
local machine = require("spec.bench.machine")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

ffi.cdef [[
int sigaddset(void *set, int number);
int sigprocmask(int how, const void *set, void *old);
int signalfd(int fd, const void *set, int flags);
]]

local C = sys.C
local SIG_BLOCK = 0
local SIGNAL_SET_BYTES = 128
local STOP_SECONDS = 3

local M = {
    --- Raised by whatever waits when we are told to end; `signal` has its number.
    INTERRUPTED = {},
    --- How long a program may take before it counts as hung.
    PATIENCE_SECONDS = 120,
}

--- To be called once, before anything is started.
function M.catch_signals()
    local set = ffi.new("char[?]", SIGNAL_SET_BYTES)
    C.sigemptyset(set)
    for _, name in ipairs({ "SIGINT", "SIGTERM", "SIGHUP" }) do
        C.sigaddset(set, sys.SIGNALS[name])
    end
    sys.check(C.sigprocmask(SIG_BLOCK, set, nil), "sigprocmask")
    local fd = sys.check(C.signalfd(-1, set, sys.O_CLOEXEC + sys.O_NONBLOCK), "signalfd")
    -- All waiting of spec.support comes through here.
    local poll = sys.poll
    sys.poll = function(list, seconds)
        local ready = poll(list, seconds)
        local info = sys.read(fd)
        if info then
            M.INTERRUPTED.signal = ffi.cast("const uint32_t *", info)[0]
            error(M.INTERRUPTED, 0)
        end
        return ready
    end
end

function M.sleep(seconds)
    local until_then = sys.now() + seconds
    while sys.now() < until_then do
        wait.turn()
    end
end

local folders = {}

--- A new folder, gone at the end.
function M.folder()
    local pattern = (os.getenv("TMPDIR") or "/tmp") .. "/moonherd-bench-XXXXXX"
    local buffer = ffi.new("char[?]", #pattern + 1, pattern)
    if C.mkdtemp(buffer) == nil then
        error("mkdtemp: " .. sys.reason())
    end
    folders[#folders + 1] = ffi.string(buffer)
    return folders[#folders]
end

--- Kills all that we started and what they started, and takes our folders away.
function M.end_everything()
    proc.cleanup()
    if #folders > 0 then
        proc.run({ command = "rm", "-rf", "--", unpack(folders) })
        folders = {}
    end
end

-- Programs ----------------------------------------------------------------------------------------------------

--- The options of proc.start for a command that stays on one CPU; unchanged when there is no taskset.
function M.pinned(cpu, options)
    local taskset = cpu and machine.which("taskset")
    if not taskset then
        return options
    end
    local changed = { command = taskset, "-c", cpu, options.command or proc.bin, unpack(options) }
    for name, value in pairs(options) do
        if type(name) == "string" and name ~= "command" then
            changed[name] = value
        end
    end
    return changed
end

--- What a program that ran says of itself in lines of "name number", as { name = number }.
function M.figures(options)
    local process = proc.start(options)
    local done = process:wait(options.seconds or M.PATIENCE_SECONDS)
    process:kill_group("SIGKILL") -- what it may have left
    local figures = {}
    for name, number in ("\n" .. done.stdout):gmatch("\n([%a_]+) ([%d.e+-]+)") do
        figures[name] = tonumber(number)
    end
    if done.code ~= 0 or not next(figures) then
        local how = done.code and "exit code " .. done.code or tostring(done.signal)
        error(("%s: %s %s"):format(how, done.stderr, done.stdout):sub(1, 500), 0)
    end
    return figures
end

--- Ends a process and all that it started: asks it, so that it can end its own, then kills what is left.
function M.stop(process)
    process:kill("SIGTERM")
    local late = wait.deadline(STOP_SECONDS)
    while process:is_running() and not late() do
        process:turn()
    end
    process:kill_group("SIGKILL")
    process:wait(10)
end

return M
