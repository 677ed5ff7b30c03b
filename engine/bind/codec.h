/*
 * bind/codec.h - Lua values to payload bytes and back, by LuaJIT's string.buffer.
 */
#ifndef MH_BIND_CODEC_H
#define MH_BIND_CODEC_H

#include "bind/state.h"

/* Find encode and decode once. May raise. */
void mh_codec_init(lua_State *L, struct mh_state *st);

/*
 * Encode the value at index. Pushes the bytes as a string, which the other end's mh_payload_check will find
 * good, and returns 0; or pushes a message that says what cannot be sent and returns -1. May raise only when
 * memory is short.
 */
int mh_codec_encode(lua_State *L, struct mh_state *st, int index);

/*
 * Decode bytes that mh_payload_check has found good: pushes the value and returns 0; or MH_EPAYLOAD, with a
 * message in the value's place, for what only decoding can tell. May raise only when memory is short.
 */
int mh_codec_decode(lua_State *L, struct mh_state *st, const void *bytes, size_t len);

#endif
