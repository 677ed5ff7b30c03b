/*
 * bind/l_json.c - core.jsonDecode, core.jsonEncode and core.null, for lua/moonherd/json.lua. Here is the
 * reading; the writing is in l_json_write.c.
 *
 * Parsing is jansson's, which bounds its depth and checks UTF-8.
 */
#include "bind/l_json.h"
#include "bind/args.h"
#include "bind/core.h"

#include <jansson.h>
#include <stdio.h>

#define TREE "moonherd.json_tree"

struct reader {
    lua_State *L;
    int array;   /* stack index of the metatable of marked lists */
    int integer; /* stack index of integer(text), for those beyond 2^53; 0: they become doubles */
    int max_depth;
};

static void read_value(struct reader *r, json_t *value, int depth);

static void read_integer(struct reader *r, json_int_t value)
{
    if (r->integer == 0 || (value >= -MH_L_JSON_EXACT && value <= MH_L_JSON_EXACT)) {
        lua_pushnumber(r->L, (double)value);
        return;
    }
    char digits[32];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    lua_pushvalue(r->L, r->integer);
    lua_pushstring(r->L, digits);
    lua_call(r->L, 1, 1);
}

static void read_list(struct reader *r, json_t *list, int depth)
{
    size_t count = json_array_size(list);
    lua_createtable(r->L, (int)count, 0);
    if (count == 0) {
        lua_pushvalue(r->L, r->array);
        lua_setmetatable(r->L, -2);
    }
    for (size_t i = 0; i < count; i++) {
        read_value(r, json_array_get(list, i), depth);
        lua_rawseti(r->L, -2, (int)i + 1);
    }
}

static void read_object(struct reader *r, json_t *object, int depth)
{
    lua_createtable(r->L, 0, (int)json_object_size(object));
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        lua_pushstring(r->L, json_object_iter_key(at));
        read_value(r, json_object_iter_value(at), depth);
        lua_rawset(r->L, -3);
    }
}

static void read_value(struct reader *r, json_t *value, int depth)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        if (depth == r->max_depth)
            luaL_error(r->L, "nested deeper than %d levels", r->max_depth);
        luaL_checkstack(r->L, 8, "json.decode");
        if (json_is_array(value))
            read_list(r, value, depth + 1);
        else
            read_object(r, value, depth + 1);
        return;
    case JSON_STRING:
        lua_pushlstring(r->L, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER:
        read_integer(r, json_integer_value(value));
        return;
    case JSON_REAL:
        lua_pushnumber(r->L, json_real_value(value));
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(r->L, json_is_true(value));
        return;
    case JSON_NULL:
        lua_pushlightuserdata(r->L, NULL);
        return;
    }
}

static int json_tree_gc(lua_State *L)
{
    json_t **slot = lua_touserdata(L, 1);
    json_decref(*slot);
    *slot = NULL;
    return 0;
}

/*
 * core.jsonDecode(text, array_metatable, integer | nil, depth | nil) -> value | nil, complaint, line, column,
 * position. json.null is a light userdata of NULL. Raises for what is nested too deep.
 */
static int l_json_decode(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    luaL_checktype(L, 2, LUA_TTABLE);
    struct reader r = {L, 2, lua_isnoneornil(L, 3) ? 0 : 3, MH_L_JSON_DEPTH};
    if (!lua_isnoneornil(L, 4))
        r.max_depth = (int)mh_arg_integer(L, 4, "depth", 1, MH_L_JSON_DEPTH);
    /* The tree belongs to a userdata, so that an error on the way frees it. */
    json_t **slot = lua_newuserdata(L, sizeof(json_t *));
    *slot = NULL;
    luaL_getmetatable(L, TREE);
    lua_setmetatable(L, -2);

    json_error_t error;
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    *slot = json_loadb(text, len, flags, &error);
    if (!*slot && json_error_code(&error) == json_error_numeric_overflow) /* an integer beyond 64 bits */
        *slot = json_loadb(text, len, flags | JSON_DECODE_INT_AS_REAL, &error);
    if (!*slot) {
        lua_pushnil(L);
        lua_pushstring(L, error.text);
        lua_pushinteger(L, error.line);
        lua_pushinteger(L, error.column);
        lua_pushinteger(L, error.position);
        return 5;
    }
    read_value(&r, *slot, 0);
    json_decref(*slot);
    *slot = NULL;
    return 1;
}

void mh_l_json_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {
        {"jsonEncode", mh_l_json_encode}, {"jsonDecode", l_json_decode}, {NULL, NULL}};
    mh_state_register(L, st, functions);
    luaL_newmetatable(L, TREE);
    lua_pushcfunction(L, json_tree_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
}
