/*
 * bind/args.h - reads arguments and option tables of bindings, with messages that name the option.
 *
 * All of these may raise: call them before owning anything. Strings stay valid while they are on the Lua
 * stack or in the table they came from.
 */
#ifndef MH_BIND_ARGS_H
#define MH_BIND_ARGS_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* A whole number between lo and hi at stack index `arg`; raises with the argument's name otherwise. */
int64_t mh_arg_integer(lua_State *L, int arg, const char *name, int64_t lo, int64_t hi);

/* The same from the field `key` of the table at `table`; fallback when it is nil or the table is absent
 * (nil). */
int64_t mh_opt_integer(lua_State *L, int table, const char *key, int64_t lo, int64_t hi, int64_t fallback);

/* fallback when nil; any other type than boolean raises. */
bool mh_opt_boolean(lua_State *L, int table, const char *key, bool fallback);

/* NULL when nil; any other type than string raises. len may be NULL. */
const char *mh_opt_string(lua_State *L, int table, const char *key, size_t *len);

#endif
