--- posix_spawn by FFI, for spec.support.proc: a process in a group of its own, its standard streams piped to us.
--
--     local pid, stdin, stdout, stderr = spawn({ "/bin/cat", "-n" }, { stdin = "pipe", cwd = "/" })

local ffi = require("ffi")
local sys = require("spec.support.sys")

local C = sys.C

ffi.cdef [[
int posix_spawnp(int *pid, const char *file, const void *actions, const void *attr, const char **argv,
                 const char **envp);
int posix_spawn_file_actions_init(void *actions);
int posix_spawn_file_actions_destroy(void *actions);
int posix_spawn_file_actions_adddup2(void *actions, int fd, int to);
int posix_spawn_file_actions_addclose(void *actions, int fd);
int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned mode);
int posix_spawn_file_actions_addchdir_np(void *actions, const char *path);
int posix_spawnattr_init(void *attr);
int posix_spawnattr_setflags(void *attr, short flags);
int posix_spawnattr_setpgroup(void *attr, int group);
int posix_spawnattr_setsigdefault(void *attr, const void *set);
int posix_spawnattr_setsigmask(void *attr, const void *set);
int sigfillset(void *set);
int sigemptyset(void *set);
extern char **environ;
]]

local OPAQUE_BYTES = 1024 -- more than any of libc's opaque structs
local SPAWN_FLAGS = 0x02 + 0x04 + 0x08 -- group, default signals, signal mask

local function c_strings(list)
    local array = ffi.new("const char *[?]", #list + 1)
    for i, text in ipairs(list) do
        array[i - 1] = text
    end
    array[#list] = nil
    return array
end

local function environment(extra)
    local list = {}
    local i = 0
    while C.environ[i] ~= nil do
        local entry = ffi.string(C.environ[i])
        if not extra or extra[entry:match("^([^=]*)")] == nil then
            list[#list + 1] = entry
        end
        i = i + 1
    end
    for name, value in pairs(extra or {}) do
        if value ~= false then
            list[#list + 1] = name .. "=" .. value
        end
    end
    return list
end

--- A pipe: our end, which does not block, and the child's, which is closed here once the child has it.
local function make_pipe(plan, child_fd, child_reads)
    local fds = ffi.new("int[2]")
    sys.check(C.pipe2(fds, sys.O_CLOEXEC), "pipe2")
    local ours, theirs = fds[child_reads and 1 or 0], fds[child_reads and 0 or 1]
    sys.set_nonblocking(ours)
    C.posix_spawn_file_actions_adddup2(plan.actions, theirs, child_fd)
    plan.childs[#plan.childs + 1] = theirs
    return ours
end

--- Plans descriptor `fd` of the child as the option says; returns our end if there is one.
local function plan_stream(plan, fd, wanted)
    if wanted == "closed" then
        C.posix_spawn_file_actions_addclose(plan.actions, fd)
    elseif type(wanted) == "number" then
        C.posix_spawn_file_actions_adddup2(plan.actions, wanted, fd)
    elseif fd == 0 and wanted == nil then
        C.posix_spawn_file_actions_addopen(plan.actions, 0, "/dev/null", 0, 0)
    else
        return make_pipe(plan, fd, fd == 0)
    end
    return nil
end

--- Nothing of our own handling of signals reaches the child.
local function new_attributes()
    local attr = ffi.new("char[?]", OPAQUE_BYTES)
    local signals = ffi.new("char[?]", OPAQUE_BYTES)
    C.posix_spawnattr_init(attr)
    C.posix_spawnattr_setflags(attr, SPAWN_FLAGS)
    C.posix_spawnattr_setpgroup(attr, 0)
    C.sigfillset(signals)
    C.posix_spawnattr_setsigdefault(attr, signals)
    C.sigemptyset(signals)
    C.posix_spawnattr_setsigmask(attr, signals)
    return attr
end

--- Starts argv[1] with the options of proc.start. Returns the pid and our ends of its standard streams.
return function(argv, options)
    local plan = { actions = ffi.new("char[?]", OPAQUE_BYTES), childs = {} }
    C.posix_spawn_file_actions_init(plan.actions)
    local stdin = plan_stream(plan, 0, options.stdin)
    local stdout = plan_stream(plan, 1, options.stdout)
    local stderr = plan_stream(plan, 2, options.stderr)
    if options.cwd then
        C.posix_spawn_file_actions_addchdir_np(plan.actions, options.cwd)
    end
    local pid = ffi.new("int[1]")
    local variables = environment(options.env)
    local rc = C.posix_spawnp(pid, argv[1], plan.actions, new_attributes(), c_strings(argv), c_strings(variables))
    C.posix_spawn_file_actions_destroy(plan.actions)
    for _, fd in ipairs(plan.childs) do
        C.close(fd)
    end
    if rc ~= 0 then
        error(("cannot start %s: %s"):format(argv[1], ffi.string(C.strerror(rc))), 3)
    end
    return pid[0], stdin, stdout, stderr
end
