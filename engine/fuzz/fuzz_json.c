/*
 * fuzz_json - the JSON codec on any bytes: what decodes can be encoded, and that text decodes to what encodes
 * the same; what does not decode is refused without a crash or a leak.
 */
#include "include/moonherd.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char check[] =
    "local core = require 'moonherd.core'\n"
    "local Array = {}\n"
    "local helpers = { array = Array, digits = function() end, keys = function(object)\n"
    "    local keys = {}\n"
    "    for key in next, object do keys[#keys + 1] = key end\n"
    "    table.sort(keys)\n"
    "    return keys\n"
    "end }\n"
    "local options = { sort = true }\n"
    "return function(text)\n"
    "    local read, value = pcall(core.jsonDecode, text, Array)\n"
    "    if not read or value == nil then return end\n"
    "    local first = core.jsonEncode(value, options, helpers, '', {})\n"
    "    local again = core.jsonDecode(first, Array)\n"
    "    assert(core.jsonEncode(again, options, helpers, '', {}) == first, first)\n"
    "end\n";

/* The state lives as long as the fuzzer. */
static lua_State *fuzz_open(void)
{
    struct mh_options options;
    static struct mh_engine *engine; /* kept in sight of the leak checker */
    mh_options_init(&options);
    options.lua = luaL_newstate();
    luaL_openlibs(options.lua);
    if (mh_engine_open(&options, &engine) < 0 || luaL_dostring(options.lua, check) != 0)
        abort();
    return options.lua;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    if (!L)
        L = fuzz_open();
    lua_pushvalue(L, 1);
    lua_pushlstring(L, (const char *)data, size);
    if (lua_pcall(L, 1, 0, 0) != 0) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        abort();
    }
    return 0;
}
