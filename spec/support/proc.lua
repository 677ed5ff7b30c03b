--- Runs programs and looks at them from outside: output, exit, signals. Nothing here goes through the engine.
--
--     local proc = require "spec.support.proc"
--     after_each(proc.cleanup)
--
--     local done = proc.run { "-e", "print(1)" }              -- moonherd -e 'print(1)', waited for
--     assert.equal(0, done.code); assert.equal("1\n", done.stdout)
--
--     local master = proc.start { "master.lua", env = { PORT = "0" }, cwd = folder, stdin = "pipe" }
--     local port = master:expect("listening on port (%d+)")   -- waits for it on stdout
--     master:kill("SIGTERM")
--     local done = master:wait(5)                             -- { code =, signal =, stdout =, stderr = }
--
-- Options, besides the list of arguments: `command` (default: the program under test), `env` (added to ours; false
-- takes a variable away), `cwd`, `stdin`: a text that it can read, "pipe" (see write, close_stdin), "closed", or
-- nothing for /dev/null; `stdout` and `stderr`: "pipe" unless "closed" or an fd. Each process leads a group of its
-- own, so that cleanup also ends what it started.

local ffi = require("ffi")
local spawn = require("spec.support.spawn")
local sys = require("spec.support.sys")
local wait = require("spec.support.wait")

local C = sys.C

local WNOHANG = 1
local SYS_PIDFD_OPEN = 434

local M = {
    --- The program under test, absolute.
    bin = os.getenv("MOONHERD_BIN") or "build/asan/moonherd",
}
if M.bin:sub(1, 1) ~= "/" then
    M.bin = sys.readlink("/proc/self/cwd") .. "/" .. M.bin
end

local Process = {}
Process.__index = Process

local started = {}

-- Starting ----------------------------------------------------------------------------------------------------

--- Starts it; see the head of the file.
function M.start(options)
    local argv = { options.command or M.bin }
    for _, argument in ipairs(options) do
        argv[#argv + 1] = tostring(argument)
    end
    local pid, stdin, stdout, stderr = spawn(argv, options)
    local self = setmetatable({
        pid = pid,
        -- Readable once it has ended, so that waiting for that is waiting for a descriptor.
        pidfd = tonumber(C.syscall(SYS_PIDFD_OPEN, ffi.new("int", pid), ffi.new("int", 0))),
        stdin_fd = stdin,
        unwritten = "",
        output = { { fd = stdout, parts = {} }, { fd = stderr, parts = {} } },
    }, Process)
    started[#started + 1] = self
    if stdin and options.stdin ~= "pipe" then
        self:write(options.stdin)
        self:close_stdin()
    end
    return self
end

--- Starts it and waits for its end.
function M.run(options)
    local process = M.start(options)
    return process:wait(options.seconds)
end

-- Turning: whatever we wait for, its output is read and its input written, so that nobody blocks -----------------

local function close_fd(fd)
    if fd and fd >= 0 then
        C.close(fd)
    end
end

function Process:_write_some()
    if not self.stdin_fd then
        return
    end
    while #self.unwritten > 0 do
        local count = tonumber(C.write(self.stdin_fd, self.unwritten, #self.unwritten))
        if count < 0 then
            if ffi.errno() ~= sys.EAGAIN then
                self.unwritten = "" -- nobody reads it any more
            end
            break
        end
        self.unwritten = self.unwritten:sub(count + 1)
    end
    if #self.unwritten == 0 and self.close_when_written then
        close_fd(self.stdin_fd)
        self.stdin_fd = nil
    end
end

function Process:_read_some()
    for fd = 1, 2 do
        local output = self.output[fd]
        while output.fd and not output.paused do
            local bytes, errno = sys.read(output.fd)
            if bytes and #bytes > 0 then
                output.parts[#output.parts + 1] = bytes
            elseif errno == sys.EAGAIN then
                break
            elseif errno ~= sys.EINTR then
                close_fd(output.fd)
                output.fd = nil
            end
        end
    end
end

function Process:_reap()
    if self.result then
        return true
    end
    local status = ffi.new("int[1]")
    if C.waitpid(self.pid, status, WNOHANG) ~= self.pid then
        return false
    end
    local word = status[0]
    local signal = word % 128
    self.result = {}
    if signal == 0 then
        self.result.code = math.floor(word / 256) % 256
    else
        for name, number in pairs(sys.SIGNALS) do
            if number == signal then
                self.result.signal = name
            end
        end
        self.result.signal = self.result.signal or signal
    end
    close_fd(self.pidfd)
    self.pidfd = nil
    return true
end

--- Waits a short while for anything to happen, and does it.
function Process:turn()
    local fds = {}
    if self.pidfd and self.pidfd >= 0 then
        fds[1] = { self.pidfd, sys.POLLIN }
    end
    for fd = 1, 2 do
        if self.output[fd].fd and not self.output[fd].paused then
            fds[#fds + 1] = { self.output[fd].fd, sys.POLLIN }
        end
    end
    if self.stdin_fd and #self.unwritten > 0 then
        fds[#fds + 1] = { self.stdin_fd, sys.POLLOUT }
    end
    wait.turn(fds)
    self:_write_some()
    self:_read_some()
end

-- Looking -----------------------------------------------------------------------------------------------------

local FDS = { stdout = 1, stderr = 2 }

--- What it has written so far.
function Process:text(stream)
    local output = self.output[FDS[stream or "stdout"]]
    local text = table.concat(output.parts)
    output.parts = { text }
    return text
end

--- Do not read its output, as a slow reader does, until paused(stream, false).
function Process:paused(stream, paused)
    self.output[FDS[stream]].paused = paused ~= false
end

--- Forgets what was written so far.
function Process:forget(stream)
    self.output[FDS[stream or "stdout"]].parts = {}
end

function Process:_describe()
    local state = "it still runs"
    if self.result then
        state = self.result.code and "it exited with " .. self.result.code or "it was ended by " .. self.result.signal
    end
    return ("%s\n--- stdout\n%s\n--- stderr\n%s"):format(state, self:text("stdout"), self:text("stderr"))
end

--- Waits until the output has the pattern; returns its captures.
function Process:expect(pattern, seconds, stream)
    local late = wait.deadline(seconds)
    while true do
        self:_read_some()
        local found = { self:text(stream):match(pattern) }
        if found[1] ~= nil then
            return unpack(found)
        end
        if late() or (self:_reap() and not self.output[FDS[stream or "stdout"]].fd) then
            error(("no %q in %s; %s"):format(pattern, stream or "stdout", self:_describe()), 2)
        end
        self:turn()
    end
end

--- Waits for its end; returns { code, signal, stdout, stderr }. What others write to the same pipes afterwards is
--- not waited for, see wait_closed.
function Process:wait(seconds)
    local late = wait.deadline(seconds)
    while not self:_reap() do
        if late() then
            error(("waited %g s for the end of process %d; %s"):format(
                wait.scaled(seconds), self.pid, self:_describe()), 2)
        end
        self:turn()
    end
    self:_read_some()
    self.result.stdout = self:text("stdout")
    self.result.stderr = self:text("stderr")
    return self.result
end

--- Waits until it and everybody who inherited its output is gone; returns as wait does.
function Process:wait_closed(seconds)
    local late = wait.deadline(seconds)
    self:wait(seconds)
    while self.output[1].fd or self.output[2].fd do
        if late() then
            error("somebody still holds its output; " .. self:_describe(), 2)
        end
        self:turn()
    end
    return self:wait(seconds)
end

function Process:is_running()
    return not self:_reap()
end

-- Acting ------------------------------------------------------------------------------------------------------

function Process:write(text)
    self.unwritten = self.unwritten .. text
    self:_write_some()
end

--- Once all is written.
function Process:close_stdin()
    self.close_when_written = true
    self:_write_some()
end

function Process:kill(signal)
    if not self.result then
        C.kill(self.pid, sys.SIGNALS[signal or "SIGTERM"] or signal)
    end
end

--- Its whole group, what it started included.
function Process:kill_group(signal)
    C.kill(-self.pid, sys.SIGNALS[signal or "SIGKILL"] or signal)
end

--- Ends everything that was started, groups and all. For after_each.
function M.cleanup()
    for i, process in ipairs(started) do
        process:kill_group("SIGKILL")
        if not process.result then
            sys.poll({}, 0)
            while not process:_reap() do
                sys.sleep(0.001)
            end
        end
        close_fd(process.stdin_fd)
        process.stdin_fd = nil
        for fd = 1, 2 do
            close_fd(process.output[fd].fd)
            process.output[fd].fd = nil
        end
        started[i] = nil
    end
end

return M
