/*
 * module.c - luaopen_moonherd_core: an engine lent the state of a plain luajit, for rocks and specs.
 *
 * The engine lives as long as the Lua state. The script runs the loop itself: require "moonherd".run().
 */
#include "bind/core.h"
#include "include/moonherd.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>

static void module_exit(void *userdata, int code)
{
    (void)userdata;
    exit(code); /* process.exit of a script whose process is luajit: it asked for just this */
}

static void module_fatal(void *userdata, const char *message, int code)
{
    (void)userdata;
    fprintf(stderr, "moonherd: %s\n", message);
    exit(code);
}

/* Lua closes its state before the engine knows: this sentinel, the oldest userdata of ours, is collected
 * last. */
static int module_sentinel_gc(lua_State *L)
{
    struct mh_engine **slot = lua_touserdata(L, 1);
    struct mh_engine *engine = *slot;
    *slot = NULL;
    if (engine)
        mh_engine_close(engine);
    return 0;
}

MH_API int luaopen_moonherd_core(lua_State *L)
{
    struct mh_engine **slot = lua_newuserdata(L, sizeof(struct mh_engine *));
    *slot = NULL;
    lua_newtable(L);
    lua_pushcfunction(L, module_sentinel_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    lua_setfield(L, LUA_REGISTRYINDEX, "moonherd.sentinel");

    struct mh_options options;
    mh_options_init(&options);
    options.lua = L;
    options.exit = module_exit;
    options.fatal = module_fatal;
    int rc = mh_engine_open(&options, slot);
    if (rc < 0)
        return luaL_error(L, "moonherd cannot start: %s", mh_error_text(rc));
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "preload");
    lua_getfield(L, -1, "moonherd.core"); /* made by the engine's state */
    lua_call(L, 0, 1);
    return 1;
}
