/*
 * bind/call.h - the one door from C into Lua.
 *
 * No Lua error crosses a libuv frame: the body runs protected, and an error ends in the on_error handler of
 * lua/moonherd/process/exit.lua, or, when that fails, at the host's fatal.
 */
#ifndef MH_BIND_CALL_H
#define MH_BIND_CALL_H

#include "bind/state.h"

/* For bind/state: make the trampoline and the error handler. May raise. */
void mh_call_init(lua_State *L, struct mh_state *st);

/*
 * Run body(L, arg) protected, on the state's thread. The body pushes a function and its arguments and uses
 * lua_call. After the outermost call: drains the nextTick queue, then runs the context's deferred work
 * (channels flush). Returns 0, or Lua's error status after the error was handled; the stack is as before.
 */
int mh_call(struct mh_state *st, mh_call_body body, void *arg);

/*
 * Call the engine's own handler `name` ("on_exit") with one integer, if Lua has set one.
 * Returns what it returned as an integer, or fallback if it returned none.
 */
int mh_call_handler(struct mh_state *st, const char *name, int value, int fallback);

/* The loop is about to wait: whatever was entered has returned. */
void mh_call_idle(struct mh_state *st);

/* The engine is closing: nothing reaches Lua any more, and marks of a page that may go are made no more. */
void mh_call_mute(struct mh_state *st);

/* For C events that never enter Lua: what mh_call does at the end of an outermost call. */
void mh_call_settle(struct mh_state *st);

#endif
