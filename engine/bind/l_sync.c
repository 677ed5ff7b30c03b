/*
 * bind/l_sync.c - core.spawnSync: runs a program while Lua and the loop wait.
 */
#include "bind/args.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/spawn_args.h"
#include "proc/sync.h"

#include <limits.h>
#include <signal.h>

#define MAX_SAFE_INTEGER ((INT64_C(1) << 53) - 1)
#define MAX_SIGNAL       64

/* What the results are pushed from. */
struct sync_results {
    struct mh_sync_pipe *pipes;
    unsigned pipe_count;
    struct mh_sync_result result;
};

/* pipes = { [the child's number] = its input, or false: its output is wanted }; leaves the array on the
 * stack. */
static struct mh_sync_pipe *sync_pipes(lua_State *L, int table, unsigned *count)
{
    lua_getfield(L, table, "pipes");
    luaL_checktype(L, -1, LUA_TTABLE);
    unsigned entries = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        entries++;
    struct mh_sync_pipe *pipes = lua_newuserdata(L, (entries + 1) * sizeof *pipes);
    lua_insert(L, -2);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        struct mh_sync_pipe *p = &pipes[*count];
        *p = (struct mh_sync_pipe){.child_fd = (int)mh_arg_integer(L, -2, "pipes' key", 0, INT_MAX - 1)};
        p->to_child = lua_type(L, -1) == LUA_TSTRING;
        if (p->to_child)
            p->input = lua_tolstring(L, -1, &p->input_bytes);
        (*count)++;
    }
    lua_pop(L, 1);
    return pipes;
}

/* Runs protected: whatever it raises, the outputs are freed by the caller. */
static int sync_push(lua_State *L)
{
    const struct sync_results *r = lua_touserdata(L, 1);
    lua_createtable(L, 0, 6);
    lua_pushinteger(L, r->result.pid);
    lua_setfield(L, -2, "pid");
    if (r->result.term_signal) {
        mh_push_signal_name(L, r->result.term_signal);
        lua_setfield(L, -2, "signal");
    } else if (r->result.exit_code >= 0) {
        lua_pushinteger(L, r->result.exit_code);
        lua_setfield(L, -2, "status");
    }
    int error = r->result.error ? r->result.error : r->result.exit_code < 0 ? r->result.exit_code : 0;
    if (error) {
        mh_push_err_name(L, error);
        lua_setfield(L, -2, "code");
        lua_pushinteger(L, error);
        lua_setfield(L, -2, "errno");
    }
    lua_createtable(L, (int)r->pipe_count, 0);
    for (unsigned i = 0; i < r->pipe_count; i++) {
        const struct mh_buf *output = &r->pipes[i].output;
        if (r->pipes[i].to_child)
            continue;
        size_t len = mh_buf_len(output);
        lua_pushlstring(L, len ? mh_buf_bytes(output) : "", len);
        lua_rawseti(L, -2, r->pipes[i].child_fd);
    }
    lua_setfield(L, -2, "output");
    return 1;
}

/*
 * core.spawnSync(options) -> { pid, status | signal, output = { [fd] = bytes }, code, errno }
 *                          | nil, message, code, errno, step
 *
 * options as bind/spawn_args.h has them, and
 *
 *     pipes       { [its number] = input, or false for its output }
 *     timeout     ms, 0 for none                                        killSignal  number
 *     maxBytes    of all outputs together, 0 for no limit
 *
 * code and errno: what went wrong after it had started, as mh_sync_result has it.
 */
static int l_sync_spawn(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_sync_options options = {.kill_signal = 0};
    struct sync_results results = {.pipe_count = 0};
    enum mh_spawn_step step;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    mh_spawn_args_read(L, 1, &options.spawn);
    results.pipes = sync_pipes(L, 1, &results.pipe_count);
    options.timeout_ms = mh_opt_integer(L, 1, "timeout", 0, MAX_SAFE_INTEGER, 0);
    options.kill_signal = (int)mh_opt_integer(L, 1, "killSignal", 1, MAX_SIGNAL, SIGTERM);
    options.output_bytes = (uint64_t)mh_opt_integer(L, 1, "maxBytes", 0, MAX_SAFE_INTEGER, 0);
    /* Before there is anything to free, as these may raise. */
    luaL_checkstack(L, 8, "no room for the results");
    lua_pushcfunction(L, sync_push);
    lua_pushlightuserdata(L, &results);

    int rc =
        mh_sync_run(&st->ctx->alloc, &options, results.pipes, results.pipe_count, &results.result, &step);
    int status = rc == 0 ? lua_pcall(L, 1, 1, 0) : 0;
    mh_sync_free(results.pipes, results.pipe_count);
    if (status)
        return lua_error(L);
    if (rc == 0)
        return 1;
    mh_fail(L, rc);
    lua_pushstring(L, mh_spawn_step_name(step));
    return 5;
}

void mh_l_sync_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {{"spawnSync", l_sync_spawn}, {NULL, NULL}};
    mh_state_register(L, st, functions);
}
