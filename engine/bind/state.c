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

int mh_state_open(struct mh_state *st, struct mh_ctx *ctx, lua_State *lent, const struct mh_host *host)
{
    memset(st, 0, sizeof *st);
    st->ctx = ctx;
    st->lent = lent != NULL;
    if (host)
        st->host = *host;
    st->trampoline = st->traceback = st->handlers = st->thread = LUA_NOREF;
    int rc = 0;
    if (lent) {
        /* Callbacks must not run on a thread of the host's that may be suspended or dead by then. */
        st->L = lua_newthread(lent);
        st->thread = luaL_ref(lent, LUA_REGISTRYINDEX);
    } else {
        st->L = luaL_newstate();
        if (!st->L)
            return -ENOMEM;
        rc = mh_memory_open(st);
    }
    if (rc == 0 && lua_cpcall(st->L, state_prepare, st) != 0)
        rc = -ENOMEM;
    if (rc < 0)
        mh_state_close(st);
    return rc;
}

void mh_state_close(struct mh_state *st)
{
    if (!st->L)
        return;
    st->muted = true;
    st->detached = true;
    if (st->lent) {
        luaL_unref(st->L, LUA_REGISTRYINDEX, st->trampoline);
        luaL_unref(st->L, LUA_REGISTRYINDEX, st->traceback);
        luaL_unref(st->L, LUA_REGISTRYINDEX, st->handlers);
        luaL_unref(st->L, LUA_REGISTRYINDEX, st->thread);
    } else {
        lua_close(st->L);
        mh_memory_close(st);
    }
    st->L = NULL;
}
