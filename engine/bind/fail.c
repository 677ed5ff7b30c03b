#include "bind/fail.h"

#include "base/err.h"

#include <string.h>
#include <uv.h>

/* libuv's own codes (end of file, name resolution) lie below errno's range and above ours. */
#define UV_OWN_FIRST (-4095)
#define UV_OWN_LAST  (-3000)

static int fail_is_uv(int code)
{
    return code >= UV_OWN_FIRST && code <= UV_OWN_LAST;
}

void mh_push_err_name(lua_State *L, int code)
{
    lua_pushstring(L, fail_is_uv(code) ? uv_err_name(code) : mh_err_name(code));
}

int mh_push_failure(lua_State *L, int code)
{
    lua_pushstring(L, fail_is_uv(code) ? uv_strerror(code) : mh_strerror(code));
    mh_push_err_name(L, code);
    lua_pushinteger(L, code);
    return 3;
}

int mh_fail(lua_State *L, int code)
{
    lua_pushnil(L);
    return 1 + mh_push_failure(L, code);
}

int mh_result(lua_State *L, int rc)
{
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushboolean(L, 1);
    return 1;
}
