/*
 * bind/l_host.c - facts about the process that hosts the engine, and the few acts upon it that a script may
 * ask for.
 */
#include "bind/args.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/versions.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

#define TITLE_BYTES 4096

static int l_host_pid(lua_State *L)
{
    lua_pushinteger(L, getpid());
    return 1;
}

static int l_host_ppid(lua_State *L)
{
    lua_pushinteger(L, getppid());
    return 1;
}

/* core.cwd() -> path | nil, message, code, errno */
static int l_host_cwd(lua_State *L)
{
    char path[PATH_MAX];
    if (!getcwd(path, sizeof path))
        return mh_fail(L, -errno);
    lua_pushstring(L, path);
    return 1;
}

/* core.chdir(path) -> true | nil, message, code, errno */
static int l_host_chdir(lua_State *L)
{
    return mh_result(L, chdir(luaL_checkstring(L, 1)) == 0 ? 0 : -errno);
}

/* core.execPath() -> absolute path of the running program | nil, ... */
static int l_host_exec_path(lua_State *L)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    if (len < 0)
        return mh_fail(L, -errno);
    lua_pushlstring(L, path, (size_t)len);
    return 1;
}

/* core.argv() -> list of the program's own arguments, argv[0] first; empty under a plain luajit. */
static int l_host_argv(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    lua_createtable(L, st->argc, 0);
    for (int i = 0; i < st->argc; i++) {
        lua_pushstring(L, st->argv[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* core.kill(pid, signum) -> true | nil, message, code, errno */
static int l_host_kill(lua_State *L)
{
    pid_t pid = (pid_t)mh_arg_integer(L, 1, "pid", INT_MIN, INT_MAX);
    int signum = (int)mh_arg_integer(L, 2, "signal", INT_MIN, INT_MAX);
    return mh_result(L, kill(pid, signum) == 0 ? 0 : -errno);
}

/* core.abort(): SIGABRT, at once and for certain */
static int l_host_abort(lua_State *L)
{
    (void)L;
    abort();
}

/* core.title([text]) -> the process's title | nil, message, code, errno; with a text sets it, cut to what
 * fits */
static int l_host_title(lua_State *L)
{
    char title[TITLE_BYTES];
    int rc = lua_isnoneornil(L, 1) ? 0 : uv_set_process_title(luaL_checkstring(L, 1));
    if (rc == 0)
        rc = uv_get_process_title(title, sizeof title);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushstring(L, title);
    return 1;
}

/* core.versions() -> { moonherd = "0.1.0", uv = "1.44.2", ... } */
static int l_host_versions(lua_State *L)
{
    struct mh_version versions[MH_VERSIONS];
    mh_versions(versions);
    lua_createtable(L, 0, MH_VERSIONS);
    for (int i = 0; i < MH_VERSIONS; i++) {
        lua_pushstring(L, versions[i].text);
        lua_setfield(L, -2, versions[i].name);
    }
    return 1;
}

static void config_flag(lua_State *L, const char *name, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, name);
}

/* core.config() -> how the program was built: { compiler = "gcc 12.2.0", optimised = true, ... } */
static int l_host_config(lua_State *L)
{
    lua_createtable(L, 0, 4);
    lua_pushstring(L, mh_build.compiler);
    lua_setfield(L, -2, "compiler");
    config_flag(L, "optimised", mh_build.optimised);
    config_flag(L, "assertions", mh_build.assertions);
    config_flag(L, "fault_points", mh_build.fault_points);
    return 1;
}

/* core.hrtime() -> seconds, nanoseconds of the monotonic clock */
static int l_host_hrtime(lua_State *L)
{
    uint64_t now = uv_hrtime();
    uint64_t seconds = now / 1000000000u;
    lua_pushnumber(L, (lua_Number)seconds);
    lua_pushnumber(L, (lua_Number)(now % 1000000000u));
    return 2;
}

/* core.now([fresh]) -> milliseconds of the loop's cached monotonic clock; fresh: after setting that right */
static int l_host_now(lua_State *L)
{
    if (lua_toboolean(L, 1))
        uv_update_time(mh_state_of(L)->ctx->loop);
    lua_pushnumber(L, (lua_Number)uv_now(mh_state_of(L)->ctx->loop));
    return 1;
}

/* core.cpus() -> processors this process may run on, at least 1 */
static int l_host_cpus(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)uv_available_parallelism());
    return 1;
}

static int l_host_getenv(lua_State *L)
{
    lua_pushstring(L, getenv(luaL_checkstring(L, 1)));
    return 1;
}

/* core.setenv(name, value | nil) -> true | nil, ... */
static int l_host_setenv(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    int rc = lua_isnoneornil(L, 2) ? unsetenv(name) : setenv(name, luaL_checkstring(L, 2), 1);
    return mh_result(L, rc == 0 ? 0 : -errno);
}

/* core.environ() -> { NAME = value } */
static int l_host_environ(lua_State *L)
{
    lua_newtable(L);
    for (char **entry = environ; entry && *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals)
            continue;
        lua_pushlstring(L, *entry, (size_t)(equals - *entry));
        lua_pushstring(L, equals + 1);
        lua_rawset(L, -3);
    }
    return 1;
}

/*
 * core.write(fd, bytes) -> true | nil, ...: the whole of it, waiting for a slow reader. For the standard
 * streams, whose last words must not be lost.
 */
static int l_host_write(lua_State *L)
{
    int fd = (int)mh_arg_integer(L, 1, "fd", 0, INT_MAX);
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);
        if (done >= 0) {
            bytes += done;
            len -= (size_t)done;
        } else if (errno == EAGAIN) {
            struct pollfd wait = {fd, POLLOUT, 0};
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return mh_fail(L, -errno);
        }
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* core.umask([mask]) -> the mask before; without a new one it stays */
static int l_host_umask(lua_State *L)
{
    mode_t before;
    if (lua_isnoneornil(L, 1)) {
        before = umask(0);
        umask(before);
    } else {
        before = umask((mode_t)mh_arg_integer(L, 1, "mask", 0, UINT32_MAX));
    }
    lua_pushinteger(L, (lua_Integer)before);
    return 1;
}

void mh_l_host_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {
        {"pid", l_host_pid},
        {"ppid", l_host_ppid},
        {"cwd", l_host_cwd},
        {"chdir", l_host_chdir},
        {"execPath", l_host_exec_path},
        {"argv", l_host_argv},
        {"kill", l_host_kill},
        {"abort", l_host_abort},
        {"title", l_host_title},
        {"versions", l_host_versions},
        {"config", l_host_config},
        {"hrtime", l_host_hrtime},
        {"now", l_host_now},
        {"cpus", l_host_cpus},
        {"getenv", l_host_getenv},
        {"setenv", l_host_setenv},
        {"environ", l_host_environ},
        {"write", l_host_write},
        {"umask", l_host_umask},
        {NULL, NULL},
    };
    mh_state_register(L, st, functions);
}
