/*
 * bind/l_engine.c - the engine itself, as Lua drives it: handlers, ticks, exit, the memory limit.
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/call.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/memory.h"
#include "loop/handle.h"

#include <limits.h>
#include <poll.h>

/*
 * core.handlers(t): t:on_error(err, traceback), t:on_tick(), t:on_before_exit(code), t:on_exit(code) -> code,
 * t:on_memory(). One table per engine; setting it again replaces it.
 */
static int l_engine_handlers(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (st->handlers == LUA_NOREF)
        st->handlers = luaL_ref(L, LUA_REGISTRYINDEX);
    else
        lua_rawseti(L, LUA_REGISTRYINDEX, st->handlers);
    return 0;
}

/* core.tick(): have on_tick called when the running callback ends. */
static int l_engine_tick(lua_State *L)
{
    mh_state_of(L)->tick_pending = true;
    return 0;
}

/* core.exit(code): ask the host to end the process now. Returns only if the host does not. */
static int l_engine_exit(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int code = (int)mh_arg_integer(L, 1, "code", -2147483647, 2147483647);
    st->ctx->exiting = true;
    mh_ctx_settle(st->ctx);
    st->ctx->exiting = false;
    if (st->host.exit)
        st->host.exit(st->host.userdata, code);
    uv_stop(st->ctx->loop);
    return 0;
}

/* Do what is due, waiting for it until the timeout. A loop that nothing keeps alive does not turn, as in
 * uv_run. */
static int engine_turn(struct mh_state *st, int timeout_ms)
{
    uv_loop_t *loop = st->ctx->loop;
    /* libuv watches a descriptor only once it has turned; and what is due now needs no waiting. */
    int more = uv_run(loop, UV_RUN_NOWAIT);
    if (!more)
        return 0;
    int due_ms = uv_backend_timeout(loop);
    if (due_ms >= 0 && due_ms < timeout_ms)
        timeout_ms = due_ms;
    struct pollfd wait = {uv_backend_fd(loop), POLLIN, 0};
    mh_call_idle(st);
    if (timeout_ms > 0)
        poll(&wait, 1, timeout_ms);
    more = uv_run(loop, UV_RUN_NOWAIT);
    mh_call_idle(st);
    return more;
}

/*
 * core.run([timeout_ms]) -> more: turn the loop until nothing is left; with a timeout once or twice, waiting
 * that long at most. For scripts under a plain luajit and for specs; the program runs its loop itself. Not
 * from a callback.
 */
static int l_engine_run(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int timeout_ms = lua_isnoneornil(L, 1) ? -1 : (int)mh_arg_integer(L, 1, "timeout", 0, INT_MAX);
    if (st->depth > 0)
        return luaL_error(L, "core.run: the loop is running already, this is one of its callbacks");
    mh_call_settle(st);
    int more = timeout_ms < 0 ? uv_run(st->ctx->loop, UV_RUN_DEFAULT) : engine_turn(st, timeout_ms);
    lua_pushboolean(L, more);
    return 1;
}

/* core.stop(): leave the loop after this turn. */
static int l_engine_stop(lua_State *L)
{
    uv_stop(mh_state_of(L)->ctx->loop);
    return 0;
}

/* core.memoryLimit(bytes): 0 lifts it. Only for an engine that owns its state. */
static int l_engine_memory_limit(lua_State *L)
{
    size_t bytes = (size_t)mh_arg_integer(L, 1, "bytes", 0, (int64_t)1 << 50);
    mh_memory_limit(mh_state_of(L), bytes);
    return 0;
}

/* core.memoryCheck(): compare the resident set with the limit now; on_memory hears of it. */
static int l_engine_memory_check(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    mh_memory_check(st);
    return 0;
}

/* core.memoryPassed() -> bytes of Lua heap or resident set that passed the limit; nil: not passed */
static int l_engine_memory_passed(lua_State *L)
{
    const struct mh_memory_cap *cap = mh_state_of(L)->memory;
    if (!cap || !cap->passed)
        return 0;
    lua_pushnumber(L, (lua_Number)cap->passed_bytes);
    return 1;
}

/* core.memoryUsage() -> rss, heap: bytes; rss 0 where /proc cannot be read. */
static int l_engine_memory_usage(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    size_t rss = 0;
    if (st->memory)
        rss = mh_memory_rss(st);
    else
        uv_resident_set_memory(&rss);
    lua_pushnumber(L, (lua_Number)rss);
    lua_pushnumber(L, (lua_Number)lua_gc(L, LUA_GCCOUNT, 0) * 1024 + lua_gc(L, LUA_GCCOUNTB, 0));
    return 2;
}

/* core.handles() -> { name = count }: what is open on this engine, for leak checks and diagnosis. */
static int l_engine_handles(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    lua_newtable(L);
    for (struct mh_link *l = st->ctx->handles.next; l != &st->ctx->handles; l = l->next) {
        const char *name = mh_of(l, struct mh_handle, link)->class->name;
        lua_getfield(L, -1, name);
        lua_Integer count = lua_tointeger(L, -1) + 1;
        lua_pop(L, 1);
        lua_pushinteger(L, count);
        lua_setfield(L, -2, name);
    }
    return 1;
}

/* core.boxes() -> list of { box, ms since it was opened }: the open objects that Lua has, oldest first. */
static int l_engine_boxes(lua_State *L)
{
    struct mh_ctx *ctx = mh_state_of(L)->ctx;
    uint64_t now = uv_now(ctx->loop);
    int count = 0;
    lua_newtable(L);
    for (struct mh_link *l = ctx->handles.next; l != &ctx->handles; l = l->next) {
        const struct mh_handle *h = mh_of(l, struct mh_handle, link);
        if (!h->boxed || !mh_handle_is_open(h))
            continue;
        lua_createtable(L, 2, 0);
        mh_box_push_self(L, h->owner);
        lua_rawseti(L, -2, 1);
        lua_pushnumber(L, (lua_Number)(now - h->opened_ms));
        lua_rawseti(L, -2, 2);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

void mh_l_engine_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {
        {"handlers", l_engine_handlers},
        {"tick", l_engine_tick},
        {"exit", l_engine_exit},
        {"run", l_engine_run},
        {"stop", l_engine_stop},
        {"memoryLimit", l_engine_memory_limit},
        {"memoryCheck", l_engine_memory_check},
        {"memoryPassed", l_engine_memory_passed},
        {"memoryUsage", l_engine_memory_usage},
        {"handles", l_engine_handles},
        {"boxes", l_engine_boxes},
        {NULL, NULL},
    };
    mh_state_register(L, st, functions);
}
