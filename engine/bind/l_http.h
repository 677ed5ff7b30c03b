/*
 * bind/l_http.h - what the bindings of HTTP share.
 */
#ifndef MH_BIND_L_HTTP_H
#define MH_BIND_L_HTTP_H

#include "net/http_reply.h"

#include <lua.h>

#define MH_L_HTTP_SERVER "httpServer"

/* Flags of an answer: its body is whole; it has no Date; its length is not to be said; nor be less than
 * announced. */
enum { MH_L_HTTP_WHOLE = 1, MH_L_HTTP_NO_DATE = 2, MH_L_HTTP_UNCOUNTED = 4, MH_L_HTTP_STRICT = 8 };

#define MH_L_HTTP_FEW 32 /* so many fields need no memory */

/*
 * The list { name, value, name, value, ... } at index, or none for nil, as fields that live as long as the
 * list. *few has MH_L_HTTP_FEW; longer lists get memory of Lua's. May raise.
 */
struct mh_http_field *mh_l_http_fields(lua_State *L, int index, struct mh_http_field *few, size_t *count);

#endif
