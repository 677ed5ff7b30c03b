#include "bind/state.h"

#include "bind/call.h"
#include "bind/core.h"
#include "bind/memory.h"

#include <errno.h>
#include <lualib.h>
#include <string.h>

void mh_state_register(lua_State *L, struct mh_state *st, const luaL_Reg *functions)
{
    for (; functions->name; functions++) {
        lua_pushlightuserdata(L, st);
        lua_pushcclosure(L, functions->func, 1);
        lua_setfield(L, -2, functions->name);
    }
}

/* package.preload["moonherd.core"]: the module table, made on first use. */
static int state_preload(lua_State *L)
{
    mh_core_push(L, mh_state_of(L));
    return 1;
}

/* Runs protected: argument 1 is the struct mh_state as a light userdata. */
static int state_prepare(lua_State *L)
{
    struct mh_state *st = lua_touserdata(L, 1);
    if (!st->lent)
        luaL_openlibs(L);
    mh_call_init(L, st);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_pushlightuserdata(L, st);
    lua_pushcclosure(L, state_preload, 1);
    lua_setfield(L, -2, "moonherd.core");
    return 0;
}

/* Runs protected on a lent state: the struct, and a thread of our own, both anchored in the registry. */
static int state_borrow(lua_State *L)
{
    struct mh_state **out = lua_touserdata(L, 1);
    struct mh_state *st = lua_newuserdata(L, sizeof *st);
    memset(st, 0, sizeof *st);
    luaL_ref(L, LUA_REGISTRYINDEX); /* for as long as Lua's state lives, see mh_state_close */
    /* Callbacks must not run on a thread of the host's that may be suspended or dead by then. */
    st->L = lua_newthread(L);
    st->thread = luaL_ref(L, LUA_REGISTRYINDEX);
    *out = st;
    return 0;
}

static int state_make(struct mh_ctx *ctx, struct mh_state **out)
{
    struct mh_state *st = mh_zalloc(&ctx->alloc, sizeof *st);
    if (!st)
        return -ENOMEM;
    st->thread = LUA_NOREF;
    st->L = luaL_newstate();
    if (!st->L) {
        mh_free(&ctx->alloc, st);
        return -ENOMEM;
    }
    *out = st;
    return 0;
}

int mh_state_open(struct mh_ctx *ctx, lua_State *lent, const struct mh_host *host, struct mh_state **out)
{
    struct mh_state *st = NULL;
    int rc;
    if (lent)
        rc = lua_cpcall(lent, state_borrow, &st) == 0 ? 0 : -ENOMEM;
    else
        rc = state_make(ctx, &st);
    if (rc < 0) {
        if (lent)
            lua_pop(lent, 1); /* the message */
        return rc;
    }
    st->ctx = ctx;
    st->lent = lent != NULL;
    if (host)
        st->host = *host;
    st->trampoline = st->traceback = st->handlers = st->encode = st->decode = LUA_NOREF;
    if (!lent)
        rc = mh_memory_open(st);
    if (rc == 0 && lua_cpcall(st->L, state_prepare, st) != 0)
        rc = -ENOMEM;
    if (rc < 0) {
        mh_state_close(st);
        return rc;
    }
    *out = st;
    return 0;
}

/* Runs protected on a lent state: what a later engine on it would find of this one. */
static int state_forget(lua_State *L)
{
    static const char *const tables[] = {"preload", "loaded"};
    lua_getglobal(L, "package");
    for (int i = 0; i < 2; i++) {
        lua_getfield(L, -1, tables[i]);
        lua_pushnil(L);
        lua_setfield(L, -2, "moonherd.core");
        lua_pop(L, 1);
    }
    return 0;
}

static void state_return(struct mh_state *st)
{
    const int refs[] = {st->trampoline, st->traceback, st->handlers, st->encode, st->decode};
    if (lua_cpcall(st->L, state_forget, NULL) != 0)
        lua_pop(st->L, 1);
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++)
        luaL_unref(st->L, LUA_REGISTRYINDEX, refs[i]);
    luaL_unref(st->L, LUA_REGISTRYINDEX, st->thread);
    st->ctx = NULL;
    st->L = NULL;
}

void mh_state_close(struct mh_state *st)
{
    st->muted = true;
    st->detached = true;
    if (st->lent) {
        state_return(st);
        return;
    }
    struct mh_alloc *alloc = &st->ctx->alloc;
    /* LuaJIT gives its allocator's own memory back only where it finds its own allocator. */
    mh_memory_limit(st, 0);
    lua_close(st->L);
    mh_memory_close(st);
    mh_free(alloc, st);
}
