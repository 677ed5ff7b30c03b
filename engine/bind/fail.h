/*
 * bind/fail.h - how a binding answers when the world said no: nil, message, code, errno.
 *
 * code is symbolic ("ECONNREFUSED", "ERR_IPC_QUEUE_FULL"), errno the negative number Node would show.
 */
#ifndef MH_BIND_FAIL_H
#define MH_BIND_FAIL_H

#include <lua.h>

/* Pushes the four values and returns 4. code < 0: an MH_E*, errno or libuv code. */
int mh_fail(lua_State *L, int code);

/* Pushes the symbolic name of a code. */
void mh_push_err_name(lua_State *L, int code);

/* For events that tell of a failure: the same without the nil. Pushes message, code, errno and returns 3. */
int mh_push_failure(lua_State *L, int code);

/* rc < 0: mh_fail; else pushes true and returns 1. */
int mh_result(lua_State *L, int rc);

#endif
