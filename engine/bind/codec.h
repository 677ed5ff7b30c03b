/*
 * bind/codec.h - Lua values to payload bytes and back, by LuaJIT's string.buffer.
 */
#ifndef MH_BIND_CODEC_H
#define MH_BIND_CODEC_H

#include "bind/state.h"

/* Find encode and decode once. May raise. */
void mh_codec_init(lua_State *L, struct mh_state *st);

/*
 * Encode the value at index. Pushes the bytes as a string and returns 0; or pushes a message that says what
 * cannot be sent and returns -1. May raise only when memory is short.
 */
int mh_codec_encode(lua_State *L, struct mh_state *st, int index);

/* Decode bytes that mh_payload_check has found good, and push the value. May raise only when memory is short.
 */
void mh_codec_decode(lua_State *L, struct mh_state *st, const void *bytes, size_t len);

#endif
