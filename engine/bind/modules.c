#include "bind/modules.h"

#include <string.h>

/* The searcher; upvalue 1: the table of modules. Stack: name -> loader | message */
static int modules_search(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct mh_lua_module *module = lua_touserdata(L, lua_upvalueindex(1));
    for (; module->name; module++) {
        if (strcmp(module->name, name) != 0)
            continue;
        if (luaL_loadbuffer(L, (const char *)module->code, module->size, name) != 0)
            return lua_error(L);
        return 1;
    }
    lua_pushfstring(L, "\n\tno module '%s' in the program", name);
    return 1;
}

/* package.loaders is at the top: put the function above it at place 2, behind package.preload. Pops the
 * function. */
static void modules_insert_searcher(lua_State *L)
{
    int loaders = lua_gettop(L) - 1;
    for (int i = (int)lua_objlen(L, loaders); i >= 2; i--) {
        lua_rawgeti(L, loaders, i);
        lua_rawseti(L, loaders, i + 1);
    }
    lua_rawseti(L, loaders, 2);
}

void mh_modules_install(lua_State *L, const struct mh_lua_module *modules, const char *dir)
{
    lua_getglobal(L, "package");
    if (dir) {
        lua_getfield(L, -1, "path");
        lua_pushfstring(L, "%s/?.lua;%s/?/init.lua;%s", dir, dir, lua_tostring(L, -1));
        lua_setfield(L, -3, "path");
        lua_pop(L, 1);
    } else if (modules) {
        lua_getfield(L, -1, "loaders");
        lua_pushlightuserdata(L, (void *)modules);
        lua_pushcclosure(L, modules_search, 1);
        modules_insert_searcher(L);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}
