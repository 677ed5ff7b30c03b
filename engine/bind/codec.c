#include "bind/codec.h"

void mh_codec_init(lua_State *L, struct mh_state *st)
{
    lua_getglobal(L, "require");
    lua_pushliteral(L, "string.buffer");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "encode");
    st->encode = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_getfield(L, -1, "decode");
    st->decode = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pop(L, 1);
}

int mh_codec_encode(lua_State *L, struct mh_state *st, int index)
{
    lua_pushvalue(L, index);
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->encode);
    lua_insert(L, -2);
    return lua_pcall(L, 1, 1, 0) == 0 ? 0 : -1;
}

void mh_codec_decode(lua_State *L, struct mh_state *st, const void *bytes, size_t len)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->decode);
    lua_pushlstring(L, bytes, len);
    lua_call(L, 1, 1);
}
