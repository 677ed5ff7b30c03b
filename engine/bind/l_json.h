/*
 * bind/l_json.h - what reading and writing JSON share.
 */
#ifndef MH_BIND_L_JSON_H
#define MH_BIND_L_JSON_H

#include <lua.h>

#define MH_L_JSON_DEPTH 1000        /* levels of nesting, at most, both ways */
#define MH_L_JSON_EXACT (1LL << 53) /* whole numbers up to here are exact in a double */

/*
 * core.jsonEncode(value, options | nil, helpers, "", path) -> text; raises a plain complaint, and `path` then
 * holds the keys that lead to its cause. helpers: array (metatable of marked lists), digits(cdata),
 * keys(table).
 */
int mh_l_json_encode(lua_State *L);

#endif
