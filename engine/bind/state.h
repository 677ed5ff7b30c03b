/*
 * bind/state.h - one engine's lua_State, owned or lent, and what the border needs to know about it.
 *
 * Every C function of the library carries the struct mh_state as its first upvalue (mh_state_of), so that two
 * engines in one process never meet.
 */
#ifndef MH_BIND_STATE_H
#define MH_BIND_STATE_H

#include "loop/context.h"

#include <lauxlib.h>
#include <lua.h>

/* What only the process that hosts the engine may do. All may be NULL: then exit and fatal stop the loop. */
struct mh_host {
    void *userdata;
    /* The script asked to end the process with this code. Does not return if the host really ends. */
    void (*exit)(void *userdata, int code);
    /* The script cannot go on: its error handler failed, or there is none. code is what Node would exit with.
     */
    void (*fatal)(void *userdata, const char *message, int code);
    /* This engine is a worker of who is at the other end of fd, its channel: see that the process does not
     * outlive it, whatever Lua does. */
    void (*follow_parent)(void *userdata, int fd);
};

typedef void (*mh_call_body)(lua_State *L, void *arg);

struct mh_state {
    lua_State *L;       /* the thread that callbacks run on */
    bool lent;          /* L's state belongs to the host, which closes it */
    struct mh_ctx *ctx; /* borrowed */
    struct mh_host host;

    int trampoline; /* registry references, see bind/call.c */
    int traceback;
    int handlers; /* table of the engine's own handlers: on_error, on_tick, on_before_exit, on_exit; or
                     LUA_NOREF */
    int encode;   /* string.buffer's functions, see bind/codec.c */
    int decode;
    int thread; /* anchors L when it is a thread of a lent state; else LUA_NOREF */

    unsigned depth;    /* callbacks running, nested */
    bool tick_pending; /* Lua queued something for the end of the callback */
    bool muted;        /* the engine is closing: callbacks do not reach Lua any more */
    bool dead;         /* fatal was called: the script cannot go on */
    bool detached;     /* the engine is gone, or Lua's state is being closed: touch nothing in either */

    mh_call_body body; /* arguments of the trampoline */
    void *arg;

    volatile uint64_t
        *busy_since_ms;       /* health page: when Lua was entered from an idle loop; NULL without a page */
    volatile uint64_t *turns; /* health page: entries into Lua; NULL without a page */

    struct mh_memory_cap *memory; /* bind/memory.h; NULL unless the state is owned */
    int argc;
    char **argv; /* borrowed: the program's, for process.argv */
};

/*
 * Make the state: with lent NULL a new one with the standard libraries, else a thread of the lent one.
 * Registers moonherd.core in package.preload. Returns 0 or -ENOMEM.
 */
int mh_state_open(struct mh_ctx *ctx, lua_State *lent, const struct mh_host *host, struct mh_state **out);

/*
 * All handles must be closed. Closes an owned state. A lent one forgets the engine, but its scripts may still
 * hold functions and boxes of ours: so the struct lives on in it, detached, and functions say that the engine
 * is closed.
 */
void mh_state_close(struct mh_state *st);

/* The state of the running C function of the library; raises once the engine is closed. */
static inline struct mh_state *mh_state_of(lua_State *L)
{
    struct mh_state *st = lua_touserdata(L, lua_upvalueindex(1));
    if (st->detached)
        luaL_error(L, "the moonherd engine of this Lua state is closed");
    return st;
}

/* Register functions, each with st as its first upvalue, in the table at the top of the stack. May raise. */
void mh_state_register(lua_State *L, struct mh_state *st, const luaL_Reg *functions);

#endif
