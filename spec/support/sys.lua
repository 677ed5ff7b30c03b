--- The system calls that the other helpers here stand on, by FFI: nothing of the engine under test is in it.
--
--     local sys = require "spec.support.sys"
--     sys.sleep(0.01)
--     for _, name in ipairs(sys.list("/proc/self/fd")) do print(name) end

local ffi = require("ffi")
local bit = require("bit")

ffi.cdef [[
struct spec_pollfd { int fd; short events; short revents; };
struct spec_timespec { long sec; long nsec; };
struct spec_dirent { uint64_t ino; int64_t off; unsigned short reclen; unsigned char type; char name[256]; };

int poll(struct spec_pollfd *fds, unsigned long count, int timeout_ms);
int clock_gettime(int clock, struct spec_timespec *out);
void *opendir(const char *path);
struct spec_dirent *readdir(void *dir);
int closedir(void *dir);
ssize_t readlink(const char *path, char *out, size_t size);
ssize_t read(int fd, void *out, size_t size);
ssize_t write(int fd, const void *bytes, size_t size);
int close(int fd);
int pipe2(int fds[2], int flags);
int fcntl(int fd, int command, ...);
int kill(int pid, int signal);
int getpid(void);
int getppid(void);
unsigned geteuid(void);
int unlink(const char *path);
int rmdir(const char *path);
char *mkdtemp(char *pattern);
char *strerror(int code);
long syscall(long number, ...);
void (*signal(int number, void (*handler)(int)))(int);
int waitpid(int pid, int *status, int options);
]]

local C = ffi.C

local M = {
    C = C,
    POLLIN = 1,
    POLLOUT = 4,
    POLLHUP = 16,
    EINTR = 4,
    EAGAIN = 11,
    O_CLOEXEC = 0x80000,
    O_NONBLOCK = 0x800,
    SIGNALS = {
        SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGABRT = 6, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11,
        SIGUSR2 = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGCHLD = 17, SIGCONT = 18, SIGSTOP = 19,
        SIGURG = 23, SIGWINCH = 28,
    },
}

-- A peer that is gone must end a write with EPIPE, not this process.
C.signal(M.SIGNALS.SIGPIPE, ffi.cast("void (*)(int)", 1))

--- Seconds on a clock that never goes back.
function M.now()
    local spec = ffi.new("struct spec_timespec")
    C.clock_gettime(1, spec)
    return tonumber(spec.sec) + tonumber(spec.nsec) / 1e9
end

function M.sleep(seconds)
    C.poll(nil, 0, math.max(0, math.ceil(seconds * 1000)))
end

--- What errno says, as words.
function M.reason()
    return ffi.string(C.strerror(ffi.errno()))
end

--- Raises `what` with the reason when a call returned -1, else returns the result.
function M.check(result, what)
    if result == -1 then
        error(("%s: %s"):format(what, M.reason()), 2)
    end
    return result
end

--- Waits for one of `list`, pairs of { fd, events }, for at most `seconds`; returns how many are ready.
function M.poll(list, seconds)
    local fds = ffi.new("struct spec_pollfd[?]", math.max(1, #list))
    for i, item in ipairs(list) do
        fds[i - 1].fd = item[1]
        fds[i - 1].events = item[2]
    end
    return C.poll(fds, #list, math.max(0, math.ceil(seconds * 1000)))
end

function M.set_nonblocking(fd)
    local F_GETFL, F_SETFL = 3, 4
    local flags = C.fcntl(fd, F_GETFL)
    C.fcntl(fd, F_SETFL, ffi.new("int", bit.bor(flags, M.O_NONBLOCK)))
end

local READ_BYTES = 65536
local chunk = ffi.new("char[?]", READ_BYTES)

--- Reads once: bytes; "" at the end of the stream; nil, errno otherwise.
function M.read(fd)
    local count = tonumber(C.read(fd, chunk, READ_BYTES))
    if count < 0 then
        return nil, ffi.errno()
    end
    return ffi.string(chunk, count)
end

--- The names in a folder without . and .., or nil if there is none.
function M.list(path)
    local dir = C.opendir(path)
    if dir == nil then
        return nil
    end
    local names = {}
    local entry = C.readdir(dir)
    while entry ~= nil do
        local name = ffi.string(entry.name)
        if name ~= "." and name ~= ".." then
            names[#names + 1] = name
        end
        entry = C.readdir(dir)
    end
    C.closedir(dir)
    return names
end

function M.readlink(path)
    local out = ffi.new("char[4096]")
    local len = tonumber(C.readlink(path, out, 4096))
    return len >= 0 and ffi.string(out, len) or nil
end

--- The whole of a file, or nil.
function M.slurp(path)
    local file = io.open(path, "rb")
    local text = file and file:read("*a")
    if file then
        file:close()
    end
    return text
end

return M
