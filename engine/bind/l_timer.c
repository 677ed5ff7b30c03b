/*
 * bind/l_timer.c - core.timer(owner) and core.immediate(owner), for lua/moonherd/timers.lua.
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "loop/immediate.h"
#include "loop/timer.h"

#define TIMER     "timer"
#define IMMEDIATE "immediate"

#define MAX_DELAY_MS 2147483647

static void timer_fired(struct mh_timer *timer)
{
    mh_box_emit(timer->handle.owner, "on_timer", NULL, NULL);
}

static uv_handle_t *timer_uv(struct mh_handle *h)
{
    return (uv_handle_t *)&mh_of(h, struct mh_timer, handle)->uv;
}

/* core.timer(owner) -> box; owner:on_timer() at each firing. */
static int l_timer_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_box *box = mh_box_new(L, st, TIMER, 1);
    struct mh_timer *timer;
    int rc = mh_timer_open(st->ctx, timer_fired, &timer);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &timer->handle);
    return 1;
}

/* timer:start(delay_ms, repeat_ms) */
static int l_timer_start(lua_State *L)
{
    uint64_t delay_ms = (uint64_t)mh_arg_integer(L, 2, "delay", 0, MAX_DELAY_MS);
    uint64_t repeat_ms =
        lua_isnoneornil(L, 3) ? 0 : (uint64_t)mh_arg_integer(L, 3, "repeat", 0, MAX_DELAY_MS);
    struct mh_handle *h = mh_box_open_handle(L, 1, TIMER);
    if (!h)
        return 4;
    mh_timer_start(mh_of(h, struct mh_timer, handle), delay_ms, repeat_ms);
    lua_pushboolean(L, 1);
    return 1;
}

static int l_timer_stop(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, TIMER);
    if (!h)
        return 4;
    mh_timer_stop(mh_of(h, struct mh_timer, handle));
    return 0;
}

static void immediate_turned(struct mh_immediate *immediate)
{
    mh_box_emit(immediate->handle.owner, "on_immediate", NULL, NULL);
}

/* core.immediate(owner) -> box; owner:on_immediate() once per turn while started. */
static int l_immediate_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_box *box = mh_box_new(L, st, IMMEDIATE, 1);
    struct mh_immediate *immediate;
    int rc = mh_immediate_open(st->ctx, immediate_turned, &immediate);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &immediate->handle);
    return 1;
}

/* immediate:start(ref) */
static int l_immediate_start(lua_State *L)
{
    bool ref = lua_toboolean(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, IMMEDIATE);
    if (!h)
        return 4;
    mh_immediate_start(mh_of(h, struct mh_immediate, handle), ref);
    return 0;
}

static int l_immediate_stop(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, IMMEDIATE);
    if (!h)
        return 4;
    mh_immediate_stop(mh_of(h, struct mh_immediate, handle));
    return 0;
}

void mh_l_timer_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg timer[] = {{"start", l_timer_start}, {"stop", l_timer_stop}, {NULL, NULL}};
    static const luaL_Reg immediate[] = {
        {"start", l_immediate_start}, {"stop", l_immediate_stop}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"timer", l_timer_new}, {"immediate", l_immediate_new}, {NULL, NULL}};
    mh_box_class(L, st, TIMER, timer, timer_uv);
    mh_box_class(L, st, IMMEDIATE, immediate, NULL);
    mh_state_register(L, st, functions);
}
