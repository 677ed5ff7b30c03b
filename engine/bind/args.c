#include "bind/args.h"

#include <math.h>

static int64_t args_integer(lua_State *L, int index, const char *name, int64_t lo, int64_t hi)
{
    if (lua_type(L, index) != LUA_TNUMBER)
        return luaL_error(L, "%s must be a number, got %s", name, luaL_typename(L, index));
    double value = lua_tonumber(L, index);
    if (value != floor(value) || value < (double)lo || value > (double)hi)
        return luaL_error(L, "%s must be a whole number from %f to %f, got %f", name, (double)lo, (double)hi,
                          value);
    return (int64_t)value;
}

int64_t mh_arg_integer(lua_State *L, int arg, const char *name, int64_t lo, int64_t hi)
{
    return args_integer(L, arg, name, lo, hi);
}

/* Pushes the field and says whether it is there. */
static bool args_field(lua_State *L, int table, const char *key)
{
    if (lua_isnoneornil(L, table)) {
        lua_pushnil(L);
        return false;
    }
    luaL_checktype(L, table, LUA_TTABLE);
    lua_getfield(L, table, key);
    return !lua_isnil(L, -1);
}

int64_t mh_opt_integer(lua_State *L, int table, const char *key, int64_t lo, int64_t hi, int64_t fallback)
{
    int64_t value = args_field(L, table, key) ? args_integer(L, lua_gettop(L), key, lo, hi) : fallback;
    lua_pop(L, 1);
    return value;
}

bool mh_opt_boolean(lua_State *L, int table, const char *key, bool fallback)
{
    bool value = fallback;
    if (args_field(L, table, key)) {
        if (!lua_isboolean(L, -1))
            luaL_error(L, "%s must be a boolean, got %s", key, luaL_typename(L, -1));
        value = lua_toboolean(L, -1);
    }
    lua_pop(L, 1);
    return value;
}

const char *mh_opt_string(lua_State *L, int table, const char *key, size_t *len)
{
    const char *value = NULL;
    if (args_field(L, table, key)) {
        if (lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s must be a string, got %s", key, luaL_typename(L, -1));
        value = lua_tolstring(L, -1, len);
    }
    lua_pop(L, 1);
    return value;
}
