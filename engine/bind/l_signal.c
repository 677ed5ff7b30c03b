/*
 * bind/l_signal.c - core.signal(owner, name) and the table of signal names.
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/spawn_args.h"
#include "loop/signal.h"

#include <signal.h>
#include <string.h>

#define SIGNAL "signal"

static uv_handle_t *signal_uv(struct mh_handle *h)
{
    return (uv_handle_t *)&mh_of(h, struct mh_signal, handle)->uv;
}

static int signal_push(lua_State *L, void *arg)
{
    lua_pushinteger(L, *(int *)arg);
    return 1;
}

static void signal_arrived(struct mh_signal *watcher)
{
    mh_box_emit(watcher->handle.owner, "on_signal", signal_push, &watcher->signum);
}

/* core.signal(owner, number) -> box; owner:on_signal(number). Does not keep the loop alive. */
static int l_signal_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int signum = (int)mh_arg_integer(L, 2, "signal", -1, 1000);
    struct mh_box *box = mh_box_new(L, st, SIGNAL, 1);
    struct mh_signal *watcher;
    int rc = mh_signal_open(st->ctx, signum, signal_arrived, &watcher);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &watcher->handle);
    return 1;
}

void mh_l_signal_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {{"signal", l_signal_new}, {NULL, NULL}};
    mh_box_class(L, st, SIGNAL, methods, signal_uv);
    mh_state_register(L, st, functions);

    /* core.signals: { SIGTERM = 15, ... }, as this system numbers them. */
    lua_newtable(L);
    for (int signum = 1; signum < SIGRTMIN; signum++) {
        if (!sigabbrev_np(signum))
            continue;
        mh_push_signal_name(L, signum);
        lua_pushinteger(L, signum);
        lua_rawset(L, -3);
    }
    /* Two have a second name. */
    lua_pushinteger(L, SIGPOLL);
    lua_setfield(L, -2, "SIGPOLL");
    lua_pushinteger(L, SIGIOT);
    lua_setfield(L, -2, "SIGIOT");
    lua_setfield(L, -2, "signals");
}
