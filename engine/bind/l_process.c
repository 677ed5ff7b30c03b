/*
 * bind/l_process.c - core.spawn: child processes; core.usage: what any process uses.
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/spawn_args.h"
#include "proc/process.h"
#include "proc/usage.h"

#include <limits.h>
#include <signal.h>
#include <string.h>

#define PROCESS "process"

#define NS_PER_MS 1e6

/* --- spawning ---------------------------------------------------------------------------------------- */

static int process_push_exit(lua_State *L, void *arg)
{
    const struct mh_process *p = arg;
    if (p->term_signal == 0) {
        lua_pushinteger(L, p->exit_code);
        return 1;
    }
    lua_pushnil(L);
    mh_push_signal_name(L, p->term_signal);
    return 2;
}

static void process_exited(struct mh_process *p)
{
    mh_box_emit(p->handle.owner, "on_exit", process_push_exit, p);
}

/*
 * core.spawn(owner, options) -> box, pid | nil, message, code, errno, step
 *
 * options as bind/spawn_args.h has them. owner:on_exit(code) or owner:on_exit(nil, "SIGKILL"), once; the box
 * closes by itself then. by_signal = true does without a pidfd. Step says what failed: "start", "stdio",
 * "session", "cwd", "gid", "uid" or "exec".
 */
static int l_process_spawn(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_process_options options;
    memset(&options, 0, sizeof options);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);

    mh_spawn_args_read(L, 2, &options.spawn);
    options.by_signal = mh_opt_boolean(L, 2, "by_signal", false);

    struct mh_box *box = mh_box_new(L, st, PROCESS, 1);
    struct mh_process *p;
    enum mh_spawn_step step;
    int rc = mh_process_open(st->ctx, &options, process_exited, &p, &step);
    if (rc < 0) {
        mh_fail(L, rc);
        lua_pushstring(L, mh_spawn_step_name(step));
        return 5;
    }
    mh_box_adopt(L, box, &p->handle);
    lua_pushinteger(L, p->pid);
    return 2;
}

/* --- methods ----------------------------------------------------------------------------------------- */

static int l_process_pid(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, PROCESS);
    if (!h)
        return 4;
    lua_pushinteger(L, mh_of(h, struct mh_process, handle)->pid);
    return 1;
}

/* process:kill(signum) -> true | nil, message, code, errno; ESRCH once the exit was told. */
static int l_process_kill(lua_State *L)
{
    int signum = (int)mh_arg_integer(L, 2, "signal", INT_MIN, INT_MAX);
    struct mh_box *box = mh_box_check(L, 1, PROCESS);
    if (!box->handle)
        return mh_fail(L, -ESRCH);
    return mh_result(L, mh_process_kill(mh_of(box->handle, struct mh_process, handle), signum));
}

static void usage_number(lua_State *L, const char *name, lua_Number value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

/*
 * { state, ppid, threads, rss (bytes), user, system, run, wait (ms), start (ms), fds } | nil, message, code,
 * errno. run and wait (main thread: on a processor, waiting for one) only where the kernel keeps them, fds
 * only if asked for.
 */
static int process_push_usage(lua_State *L, pid_t pid, bool count_fds)
{
    struct mh_usage usage;
    int rc = mh_usage_read(pid, count_fds, &usage);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_createtable(L, 0, 10);
    lua_pushlstring(L, &usage.state, 1);
    lua_setfield(L, -2, "state");
    usage_number(L, "ppid", usage.ppid);
    usage_number(L, "threads", usage.threads);
    usage_number(L, "rss", (lua_Number)usage.rss_bytes);
    usage_number(L, "user", (lua_Number)usage.user_ns / NS_PER_MS);
    usage_number(L, "system", (lua_Number)usage.system_ns / NS_PER_MS);
    usage_number(L, "start", (lua_Number)usage.start_ms);
    if (usage.has_sched) {
        usage_number(L, "run", (lua_Number)usage.run_ns / NS_PER_MS);
        usage_number(L, "wait", (lua_Number)usage.wait_ns / NS_PER_MS);
    }
    if (usage.fds >= 0)
        usage_number(L, "fds", usage.fds);
    return 1;
}

/* process:usage([count_fds]) */
static int l_process_usage(lua_State *L)
{
    bool count_fds = lua_toboolean(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, PROCESS);
    if (!h)
        return 4;
    return process_push_usage(L, mh_of(h, struct mh_process, handle)->pid, count_fds);
}

/* core.usage([pid], [count_fds]): of this process unless told. */
static int l_usage(lua_State *L)
{
    pid_t pid = lua_isnoneornil(L, 1) ? 0 : (pid_t)mh_arg_integer(L, 1, "pid", 1, INT_MAX);
    return process_push_usage(L, pid, lua_toboolean(L, 2));
}

static uv_handle_t *process_uv(struct mh_handle *h)
{
    return mh_process_uv(mh_of(h, struct mh_process, handle));
}

void mh_l_process_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {
        {"pid", l_process_pid}, {"kill", l_process_kill}, {"usage", l_process_usage}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"spawn", l_process_spawn}, {"usage", l_usage}, {NULL, NULL}};
    mh_box_class(L, st, PROCESS, methods, process_uv);
    mh_state_register(L, st, functions);
}
