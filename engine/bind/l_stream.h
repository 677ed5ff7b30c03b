/*
 * bind/l_stream.h - streams, for bindings that get them from elsewhere or take them over.
 */
#ifndef MH_BIND_L_STREAM_H
#define MH_BIND_L_STREAM_H

#include "bind/box.h"
#include "net/stream.h"

/* Push a new, empty stream box for the owner at `owner`. May raise. */
struct mh_box *mh_l_stream_new(lua_State *L, struct mh_state *st, int owner);

/* The box at the top of the stack takes an open stream that nobody owns. Cannot raise. */
void mh_l_stream_adopt(lua_State *L, struct mh_box *box, struct mh_stream *s);

/*
 * Take the open stream out of the box at index; the box is closed then, and the owner pin is the caller's.
 * NULL if it is closed. Raises if it is no stream box.
 */
struct mh_stream *mh_l_stream_surrender(lua_State *L, int index);

#endif
