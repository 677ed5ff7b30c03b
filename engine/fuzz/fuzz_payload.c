/*
 * fuzz_payload - mh_payload_check against LuaJIT's own decoder, on any bytes:
 *
 *     what passes is decoded without error, save that of a key twice in one table, and without allocating
 * more than MH_PAYLOAD_GROWTH bytes for each of its own; what decodes within that much memory passes, unless
 * it holds light userdata.
 *
 * test_payload.c includes this file and replays the corpus.
 */
#include "ipc/payload.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decoding costs whatever the payload: the result's slot, the first cdata, growth of the string table.
 */
#define FUZZ_FIXED_BYTES (64u << 10)

struct fuzz_state {
    lua_State *L;
    lua_Alloc inner;
    void *inner_userdata;
    size_t grown;   /* bytes allocated since the last reset, what was freed not taken off */
    size_t ceiling; /* grown fails beyond */
    int decode;
};

static void *fuzz_alloc(void *userdata, void *block, size_t old_size, size_t new_size)
{
    struct fuzz_state *fuzz = userdata;
    if (new_size > old_size) {
        if (new_size - old_size > fuzz->ceiling - fuzz->grown)
            return NULL;
        fuzz->grown += new_size - old_size;
    }
    return fuzz->inner(fuzz->inner_userdata, block, old_size, new_size);
}

static void fuzz_open(struct fuzz_state *fuzz)
{
    fuzz->L = luaL_newstate();
    if (!fuzz->L || luaL_loadstring(fuzz->L, "require 'ffi' return require('string.buffer').decode") != 0)
        abort();
    luaL_openlibs(fuzz->L);
    lua_call(fuzz->L, 0, 1);
    fuzz->decode = luaL_ref(fuzz->L, LUA_REGISTRYINDEX);
    fuzz->inner = lua_getallocf(fuzz->L, &fuzz->inner_userdata);
    fuzz->ceiling = SIZE_MAX;
    lua_setallocf(fuzz->L, fuzz_alloc, fuzz);
}

static void fuzz_fail(const char *what, size_t size, size_t grown)
{
    fprintf(stderr, "payload of %zu bytes: %s; decoding allocated %zu bytes\n", size, what, grown);
    abort();
}

static int fuzz_has_light_userdata(const uint8_t *data, size_t size)
{
    return memchr(data, 0x04, size) || memchr(data, 0x05, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_state fuzz;
    if (!fuzz.L)
        fuzz_open(&fuzz);
    lua_State *L = fuzz.L;
    int passes = mh_payload_check(data, size) == 0;
    /* Its ranges of addresses are used up for good, see ipc/payload.c. */
    if (!passes && fuzz_has_light_userdata(data, size))
        return 0;

    lua_gc(L, LUA_GCSTOP, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, fuzz.decode);
    lua_pushlstring(L, (const char *)data, size);
    fuzz.grown = 0;
    fuzz.ceiling = FUZZ_FIXED_BYTES + MH_PAYLOAD_GROWTH * size;
    int rc = lua_pcall(L, 1, 1, 0);
    fuzz.ceiling = SIZE_MAX;
    if (passes && rc != 0 && !strstr(lua_tostring(L, -1), "duplicate table key"))
        fuzz_fail(lua_tostring(L, -1), size, fuzz.grown);
    if (!passes && rc == 0)
        fuzz_fail("refused, and decodes", size, fuzz.grown);
    lua_settop(L, 0);
    lua_gc(L, LUA_GCRESTART, 0);
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}
