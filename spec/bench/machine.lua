--- What the benchmark asks of the machine: which CPUs, how much memory, CPU time and memory of processes, free ports,
--- versions.
--
--     local machine = require "spec.bench.machine"
--     local before = machine.cpu_seconds(pids)
--
-- CPU time comes from the scheduler (nanoseconds) where the kernel tells it, else from the clock ticks of stat.

local ffi = require("ffi")
local proc = require("spec.support.proc")
local sys = require("spec.support.sys")
require("spec.support.http") -- for socket, inet_pton and struct spec_in

ffi.cdef [[
int bind(int fd, const void *address, unsigned size);
int getsockname(int fd, void *address, unsigned *size);
uint16_t ntohs(uint16_t port);
int access(const char *path, int mode);
]]

local C = sys.C
local TICKS_PER_SECOND = 100 -- of /proc/PID/stat, on every Linux there is
local AF_INET, SOCK_STREAM, X_OK = 2, 1, 1

local M = {}

-- CPUs and memory ---------------------------------------------------------------------------------------------

--- The numbers of the CPUs we may run on.
function M.cpus()
    local allowed = sys.slurp("/proc/self/status"):match("Cpus_allowed_list:%s*(%S+)")
    local list = {}
    for range in allowed:gmatch("[^,]+") do
        local first, last = range:match("^(%d+)-?(%d*)$")
        for cpu = tonumber(first), tonumber(last) or tonumber(first) do
            list[#list + 1] = cpu
        end
    end
    return list
end

--- Bytes that new processes may take.
function M.memory_available()
    return tonumber(sys.slurp("/proc/meminfo"):match("MemAvailable:%s*(%d+)")) * 1024
end

--- Bytes of a process, what it shares counted in parts.
function M.pss(pid)
    local text = sys.slurp(("/proc/%d/smaps_rollup"):format(pid)) or error("process " .. pid .. " is gone")
    return tonumber(text:match("\nPss:%s*(%d+)")) * 1024
end

-- Processes ---------------------------------------------------------------------------------------------------

--- A process and all that descend from it, itself first.
function M.family(pid)
    local children = {}
    for _, name in ipairs(sys.list("/proc")) do
        local text = name:find("^%d+$") and sys.slurp("/proc/" .. name .. "/stat")
        local parent = text and tonumber(text:match("^.*%) %S (%d+)"))
        if parent then
            children[parent] = children[parent] or {}
            table.insert(children[parent], tonumber(name))
        end
    end
    local list = { pid }
    local at = 1
    while list[at] do
        for _, child in ipairs(children[list[at]] or {}) do
            list[#list + 1] = child
        end
        at = at + 1
    end
    return list
end

local function cpu_of(pid)
    local threads = ("/proc/%d/task"):format(pid)
    local total = 0
    for _, thread in ipairs(sys.list(threads) or error("process " .. pid .. " is gone")) do
        local text = sys.slurp(threads .. "/" .. thread .. "/schedstat")
        local nanoseconds = tonumber(text and text:match("^%d+"))
        if not nanoseconds then
            local user, system = sys.slurp(("/proc/%d/stat"):format(pid)):match(
                "^.*%) %S" .. (" %S+"):rep(10) .. " (%d+) (%d+)")
            return (user + system) / TICKS_PER_SECOND
        end
        total = total + nanoseconds / 1e9
    end
    return total
end

--- Seconds of CPU that processes have used so far, together.
function M.cpu_seconds(pids)
    local total = 0
    for _, pid in ipairs(pids) do
        total = total + cpu_of(pid)
    end
    return total
end

-- Ports and programs ------------------------------------------------------------------------------------------

--- A port of 127.0.0.1 that nobody listens on now.
function M.free_port()
    local fd = sys.check(C.socket(AF_INET, SOCK_STREAM + sys.O_CLOEXEC, 0), "socket")
    local address = ffi.new("struct spec_in", { family = AF_INET })
    local size = ffi.new("unsigned[1]", ffi.sizeof(address))
    C.inet_pton(AF_INET, "127.0.0.1", ffi.cast("char *", address) + ffi.offsetof(address, "address"))
    sys.check(C.bind(fd, address, size[0]), "bind")
    sys.check(C.getsockname(fd, address, size), "getsockname")
    C.close(fd)
    return C.ntohs(address.port)
end

--- The path of a program, nil when it is not installed.
function M.which(name)
    if name:find("/", 1, true) then
        return C.access(name, X_OK) == 0 and name or nil
    end
    for folder in (os.getenv("PATH") .. ":/usr/sbin:/sbin"):gmatch("[^:]+") do
        local path = folder .. "/" .. name
        if C.access(path, X_OK) == 0 then
            return path
        end
    end
end

--- The interpreter that runs this.
function M.luajit()
    return sys.readlink("/proc/self/exe")
end

--- The first line that a command says, on stdout or stderr.
function M.first_line(command, ...)
    local ok, done = pcall(proc.run, { command = command, ..., seconds = 10 })
    return ok and (done.stdout .. done.stderr):match("[^\n]+") or nil
end

--- What the figures were taken on: a list of { name, text }.
function M.describe()
    local cpu = sys.slurp("/proc/cpuinfo"):match("model name%s*:%s*([^\n]+)") or "unknown CPU"
    local memory = tonumber(sys.slurp("/proc/meminfo"):match("MemTotal:%s*(%d+)")) / 2 ^ 20
    local system = (sys.slurp("/etc/os-release") or ""):match('PRETTY_NAME="([^"]+)"') or "Linux"
    return {
        { "machine", ("%d x %s, %.0f GB"):format(#M.cpus(), cpu, memory) },
        { "system", ("%s, Linux %s"):format(system, sys.slurp("/proc/sys/kernel/osrelease"):match("%S+")) },
    }
end

return M
