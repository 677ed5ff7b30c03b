/*
 * mh_payload_check: passes whatever LuaJIT encodes, refuses every truncation and extension of it, and what
 * decode would choke on. The fuzzer's properties are checked beside, on its corpus and on mutations.
 */
#include "base/err.h"
#include "fuzz/fuzz_payload.c"
#include "test.h"

#define PAYLOADS 3000

/* Calls take(payload) for random values of all kinds that encode. */
static const char generate[] =
    "local buffer, ffi, take, count = require('string.buffer'), require('ffi'), ...\n"
    "local seed = 7\n"
    "local function random(n) seed = (seed * 16807) % 2147483647; return seed % n end\n"
    "local huge = math.huge\n"
    "local numbers = { 0, -0, 1, -1, 0.5, 2^31, -2^31, 2^31 - 1, 2^53, 1e308, huge, -huge, 0 / 0 }\n"
    "local value\n"
    "local leaves = {\n"
    "    function() return nil end,\n"
    "    function() return random(2) == 0 end,\n"
    "    function() return numbers[random(#numbers) + 1] end,\n"
    "    function() return random(100000) - 50000 end,\n"
    "    function() return ffi.new('int64_t', -random(2^31)) * 2^31 end,\n"
    "    function() return ffi.new('uint64_t', random(2^31)) * 2^32 end,\n"
    "    function() return ffi.new('complex', random(9), random(9)) end,\n"
    "    function() return take.null end,\n"
    "    function() return string.rep('x', random(random(40) == 0 and 20000 or 300)) end,\n"
    "}\n"
    "local function leaf() return leaves[random(#leaves) + 1]() end\n"
    "local function tab(depth)\n"
    "    local t = {}\n"
    "    local list, first = random(6), random(2)\n"
    "    if random(4) > 0 then for i = first, first + list - 1 do t[i] = value(depth - 1) end end\n"
    "    for _ = 1, random(5) do\n"
    "        local key = random(8) == 0 and tab(depth - 1) or leaf()\n"
    "        if key ~= nil and key == key then t[key] = value(depth - 1) end\n"
    "    end\n"
    "    return t\n"
    "end\n"
    "function value(depth) if depth > 0 and random(3) > 0 then return tab(depth) end return leaf() end\n"
    "for _ = 1, take.count do take.call(buffer.encode(value(random(6)))) end\n"
    "local deep = true\n"
    "for level = 1, 100 do deep = level % 2 == 0 and { deep } or { [deep] = 1 } end\n"
    "take.call(buffer.encode(deep))\n"
    "assert(not pcall(buffer.encode, { deep }))\n";

static void check(const void *bytes, size_t len, int wanted, const char *what)
{
    /* Exactly as large as it is: a byte read too far is seen by the address sanitizer and by valgrind. */
    void *copy = malloc(len ? len : 1);
    CHECK(copy);
    memcpy(copy, bytes, len);
    int rc = mh_payload_check(copy, len);
    if (rc != wanted)
        test_fail(__FILE__, __LINE__, "%s, %zu bytes: %d, not %d", what, len, rc, wanted);
    free(copy);
}

static int l_take(lua_State *L)
{
    static struct test_random random = {3};
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);
    check(bytes, len, 0, "a good payload");
    /* Long ones at some lengths only: each is a walk. */
    size_t step = len > 400 ? len / 97 : 1;
    for (size_t cut = 0; cut < len; cut += step)
        check(bytes, cut, MH_EPAYLOAD, "a truncated payload");
    char *longer = malloc(len + 1);
    CHECK(longer);
    memcpy(longer, bytes, len);
    for (int byte = 0; byte < 0x24; byte++) {
        longer[len] = (char)byte;
        check(longer, len + 1, MH_EPAYLOAD, "a payload with a byte behind it");
    }
    for (int i = 0; i < 3 && len < 400; i++) {
        size_t at = test_random(&random, (uint32_t)len);
        longer[at] = (char)test_random(&random, 256);
        LLVMFuzzerTestOneInput((const uint8_t *)longer, len);
    }
    free(longer);
    return 0;
}

static void test_random_values(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    CHECK_EQ(luaL_loadstring(L, generate), 0);
    lua_newtable(L);
    lua_pushcfunction(L, l_take);
    lua_setfield(L, -2, "call");
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_pushinteger(L, PAYLOADS);
    lua_setfield(L, -2, "count");
    if (lua_pcall(L, 1, 0, 0) != 0)
        test_fail(__FILE__, __LINE__, "%s", lua_tostring(L, -1));
    lua_close(L);
}

#define GOOD(bytes) check(bytes, sizeof(bytes) - 1, 0, #bytes)
#define BAD(bytes)  check(bytes, sizeof(bytes) - 1, MH_EPAYLOAD, #bytes)

static void test_claims(void)
{
    /* The frames that made decode allocate 1 GiB, and 0.5 GiB more. Nothing is allocated by the check at all.
     */
    char array[33] = "\x0c\xff\x00\x00\x00\x08";
    check(array, sizeof array, MH_EPAYLOAD, "2^27 array slots");
    char hash[17] = "\x09\xff\x00\x00\x00\x04";
    check(hash, sizeof hash, MH_EPAYLOAD, "2^26 pairs");
    GOOD("\x0a\x02\x00\x00");     /* two slots from 0: two values */
    BAD("\x0a\x03\x00\x00");      /* three */
    GOOD("\x0c\x03\x00\x00");     /* three slots from 0, the first not sent */
    GOOD("\x0c\x00");             /* none at all */
    BAD("\x0c\x04\x00\x00");      /* one short */
    GOOD("\x09\x01\x01\x00");     /* one pair */
    BAD("\x09\x02\x01\x00\x02");  /* one and a half */
    BAD("\xff\xff\xff\xff\xff");  /* a string of nearly 4 GiB */
    BAD("\xff\x1f\x00\x00\x00");  /* 31, the last that is no string */
    GOOD("\xff\x20\x00\x00\x00"); /* an empty one, written long */
    BAD("");
}

static void test_keys_and_tags(void)
{
    BAD("\x09\x01\x00\x02");                                  /* nil is no key */
    BAD("\x09\x01\x07\x00\x00\x00\x00\x00\x00\xf8\x7f\x02");  /* nor is NaN */
    BAD("\x09\x01\x07\x01\x00\x00\x00\x00\x00\xf0\xff\x02");  /* of any kind */
    GOOD("\x09\x01\x07\x00\x00\x00\x00\x00\x00\xf0\x7f\x02"); /* infinity is */
    GOOD("\x07\x00\x00\x00\x00\x00\x00\xf8\x7f");             /* and NaN is a value */
    BAD("\x04\x01\x02\x03\x04");                              /* light userdata */
    BAD("\x05\x01\x02\x03\x04\x05\x06\x07\x00");
    GOOD("\x03"); /* but NULL */
    BAD("\x0e\x00");
    BAD("\x0f\x00");
    for (unsigned char tag = 0x13; tag < 0x20; tag++)
        check(&tag, 1, MH_EPAYLOAD, "a tag without meaning");
}

static void test_depth(void)
{
    char nested[2 * MH_PAYLOAD_DEPTH + 1];
    for (int i = 0; i < MH_PAYLOAD_DEPTH; i++)
        memcpy(nested + 2L * i, "\x0c\x02", 2);
    nested[2 * MH_PAYLOAD_DEPTH] = '\x02';
    check(nested, sizeof nested, 0, "100 tables and a value");
    nested[2 * MH_PAYLOAD_DEPTH] = '\x08';
    check(nested, sizeof nested, MH_EPAYLOAD, "101 tables");
    LLVMFuzzerTestOneInput((const uint8_t *)nested, sizeof nested);
    /* As deep as it is long: the walk's own stack does not follow. */
    size_t len = 1u << 20;
    char *deep = malloc(len);
    CHECK(deep);
    memset(deep, '\x09', len);
    check(deep, len, MH_EPAYLOAD, "a million tables");
    free(deep);
}

static void test_corpus(void)
{
    test_replay(MH_TEST_CORPUS "/payload", LLVMFuzzerTestOneInput);
}

int main(void)
{
    RUN(test_random_values);
    RUN(test_claims);
    RUN(test_keys_and_tags);
    RUN(test_depth);
    RUN(test_corpus);
    return 0;
}
