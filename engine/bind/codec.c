#include "bind/codec.h"

#include "base/err.h"
#include "ipc/payload.h"

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
    if (lua_pcall(L, 1, 1, 0) != 0)
        return -1;
    size_t len;
    const char *bytes = lua_tolstring(L, -1, &len);
    if (mh_payload_check(bytes, len) == 0)
        return 0;
    lua_pop(L, 1);
    lua_pushliteral(L, "cannot serialize 'lightuserdata'");
    return -1;
}

int mh_codec_decode(lua_State *L, struct mh_state *st, const void *bytes, size_t len)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, st->decode);
    lua_pushlstring(L, bytes, len);
    int rc = lua_pcall(L, 1, 1, 0);
    if (rc == LUA_ERRMEM)
        lua_error(L);
    return rc == 0 ? 0 : MH_EPAYLOAD;
}
