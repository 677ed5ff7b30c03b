#include "bind/call.h"

#include "bind/memory.h"

#include <stdio.h>
#include <string.h>

#define FATAL_HANDLER_FAILED 7 /* Node's exit code for an error inside the uncaught exception handler */

/* Builds the call inside the protection, so that even pushing its arguments may fail. */
static int call_trampoline(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    st->body(L, st->arg);
    return 0;
}

/*
 * Error handler of all protected calls: leaves the error value as it is and keeps the traceback beside it, so
 * that a plain string stays a plain string for uncaughtException. Stack: error -> error.
 */
static int call_traceback(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    lua_pushlightuserdata(L, &st->traceback);
    luaL_traceback(L, L, NULL, 1);
    lua_rawset(L, LUA_REGISTRYINDEX);
    return 1;
}

/* value: index of what the body finds as its only argument; 0: nothing. Needs no memory before it is
 * protected. */
static int call_protected(struct mh_state *st, mh_call_body body, void *arg, int value)
{
    lua_State *L = st->L;
    int top = lua_gettop(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->traceback);
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->trampoline);
    if (value)
        lua_pushvalue(L, value);
    st->body = body;
    st->arg = arg;
    return lua_pcall(L, value ? 1 : 0, 0, top + 1);
}

/* Stack: error -> ; arg: Lua's status. */
static void report_body(lua_State *L, void *arg)
{
    struct mh_state *st = mh_state_of(L);
    /* call_traceback fails for one reason: what overflowed the stack left it no room. Lua's own words for
     * that, "error in error handling", lead nobody to it. */
    if (*(int *)arg == LUA_ERRERR) {
        lua_pushliteral(L, "stack overflow");
        lua_replace(L, 1);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->handlers); /* error handlers */
    lua_getfield(L, -1, "on_error");                 /* error handlers function */
    lua_insert(L, 1);
    lua_insert(L, 2); /* function handlers error */
    lua_pushlightuserdata(L, &st->traceback);
    lua_rawget(L, LUA_REGISTRYINDEX);
    /* The next error may come without one: Lua has no handler called when memory is short. */
    lua_pushlightuserdata(L, &st->traceback);
    lua_pushnil(L);
    lua_rawset(L, LUA_REGISTRYINDEX);
    lua_call(L, 3, 0);
}

static void fatal(struct mh_state *st, const char *message, int code)
{
    st->dead = true;
    if (st->host.fatal)
        st->host.fatal(st->host.userdata, message, code);
    else
        uv_stop(st->ctx->loop);
}

/* The error value at index as text, without changing or allocating anything. */
static void error_text(lua_State *L, int index, char *out, size_t size)
{
    int type = lua_type(L, index);
    if (type == LUA_TSTRING)
        snprintf(out, size, "%s", lua_tostring(L, index));
    else if (type == LUA_TNUMBER)
        snprintf(out, size, "%.14g", lua_tonumber(L, index));
    else
        snprintf(out, size, "an error that is a %s", lua_typename(L, type));
}

/* The error stands at the top of the stack. status: Lua's. */
static void call_report(struct mh_state *st, int status)
{
    lua_State *L = st->L;
    char message[1024];
    error_text(L, -1, message, sizeof message);
    if (st->handlers == LUA_NOREF) {
        fatal(st, message, 1);
        return;
    }
    st->depth++;
    int rc = call_protected(st, report_body, &status, lua_gettop(L));
    st->depth--;
    if (rc != 0) {
        char both[2200];
        int len = snprintf(both, sizeof both, "%s\nand the handler of this error failed: ", message);
        error_text(L, -1, both + len, sizeof both - (size_t)len);
        fatal(st, both, FATAL_HANDLER_FAILED);
    }
}

static void tick_body(lua_State *L, void *arg)
{
    (void)arg;
    struct mh_state *st = mh_state_of(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->handlers);
    lua_getfield(L, -1, "on_tick");
    lua_insert(L, 1);
    lua_call(L, 1, 0);
}

static int call_checked(struct mh_state *st, mh_call_body body, void *arg)
{
    lua_State *L = st->L;
    int top = lua_gettop(L);
    st->depth++;
    int rc = call_protected(st, body, arg, 0);
    st->depth--;
    if (rc != 0)
        call_report(st, rc);
    lua_settop(L, top);
    return rc;
}

void mh_call_settle(struct mh_state *st)
{
    if (st->depth > 0)
        return;
    while (st->tick_pending && !st->muted && !st->dead) {
        st->tick_pending = false;
        /* A tick that throws must not cost those behind it their turn. */
        if (call_checked(st, tick_body, NULL) != 0)
            st->tick_pending = true;
    }
    mh_memory_settle(st);
    mh_ctx_settle(st->ctx);
}

int mh_call(struct mh_state *st, mh_call_body body, void *arg)
{
    if (st->muted)
        return 0;
    if (!lua_checkstack(st->L, LUA_MINSTACK)) {
        fatal(st, "Lua's stack cannot grow any more", 1);
        return LUA_ERRMEM;
    }
    if (st->busy_since_ms && *st->busy_since_ms == 0)
        *st->busy_since_ms = uv_now(st->ctx->loop);
    if (st->turns)
        ++*st->turns;
    int rc = call_checked(st, body, arg);
    mh_call_settle(st);
    return rc;
}

void mh_call_idle(struct mh_state *st)
{
    if (st->busy_since_ms)
        *st->busy_since_ms = 0;
}

void mh_call_mute(struct mh_state *st)
{
    st->muted = true;
    st->busy_since_ms = NULL;
    st->turns = NULL;
}

struct handler_call {
    const char *name;
    int value;
    int result;
};

static void handler_body(lua_State *L, void *arg)
{
    struct handler_call *call = arg;
    struct mh_state *st = mh_state_of(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->handlers);
    lua_getfield(L, -1, call->name);
    if (lua_isnil(L, -1))
        return;
    lua_insert(L, 1);
    lua_pushinteger(L, call->value);
    lua_call(L, 2, 1);
    if (lua_isnumber(L, -1))
        call->result = (int)lua_tointeger(L, -1);
}

int mh_call_handler(struct mh_state *st, const char *name, int value, int fallback)
{
    struct handler_call call = {name, value, fallback};
    if (st->handlers != LUA_NOREF)
        mh_call(st, handler_body, &call);
    return call.result;
}

void mh_call_init(lua_State *L, struct mh_state *st)
{
    lua_pushlightuserdata(L, st);
    lua_pushcclosure(L, call_trampoline, 1);
    st->trampoline = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushlightuserdata(L, st);
    lua_pushcclosure(L, call_traceback, 1);
    st->traceback = luaL_ref(L, LUA_REGISTRYINDEX);
}
