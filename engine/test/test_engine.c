/*
 * The engine as a host sees it: run, step and poll, a lent state, two engines at once, the ways a script
 * ends. Uses moonherd.h and nothing below it.
 */
#include "include/moonherd.h"
#include "test.h"

#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LUA_DIR MH_TEST_CORPUS "/../../../lua"

struct hooks {
    int exits;
    int code;
    int fatals;
};

static void on_exit_asked(void *userdata, int code)
{
    struct hooks *hooks = userdata;
    hooks->exits++;
    hooks->code = code;
}

static void on_fatal(void *userdata, const char *message, int code)
{
    struct hooks *hooks = userdata;
    CHECK(message[0] != '\0');
    hooks->fatals++;
    hooks->code = code;
}

/* An engine that runs the code; on a lent state if there is one, told by hooks if there are any. */
static struct mh_engine *start(lua_State *L, struct hooks *hooks, const char *code, int expected)
{
    struct mh_options options;
    struct mh_engine *engine;
    mh_options_init(&options);
    options.lua = L;
    options.lua_dir = LUA_DIR;
    if (hooks) {
        memset(hooks, 0, sizeof *hooks);
        options.userdata = hooks;
        options.exit = on_exit_asked;
        options.fatal = on_fatal;
    }
    CHECK_EQ(mh_engine_open(&options, &engine), 0);
    CHECK_EQ(mh_engine_start(engine, "code", code), expected);
    return engine;
}

static lua_State *new_state(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    return L;
}

static int global(lua_State *L, const char *name)
{
    lua_getglobal(L, name);
    int value = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value;
}

/* Step as a host with frames would, until there is nothing left. */
static void step_to_end(struct mh_engine *engine)
{
    uint64_t deadline = test_deadline();
    while (mh_engine_step(engine, 1000) > 0) {
        CHECK(uv_hrtime() < deadline);
        poll(NULL, 0, 1);
    }
}

/* As a host that sleeps in a poll of its own. */
static void poll_to_end(struct mh_engine *engine)
{
    uint64_t deadline = test_deadline();
    while (mh_engine_step(engine, 1000) > 0) {
        CHECK(uv_hrtime() < deadline);
        struct pollfd fd = {mh_engine_poll_fd(engine), POLLIN, 0};
        poll(&fd, 1, mh_engine_poll_timeout(engine));
    }
}

#define WORK                                                           \
    "steps = 0 "                                                       \
    "process.on('beforeExit', function() steps = steps + 100 end) "    \
    "process.on('exit', function() process.exitCode = 9 + steps end) " \
    "setTimeout(function() steps = steps + 1 end, 2) "

static void test_run(void)
{
    struct mh_engine *engine = start(NULL, NULL, WORK, 0);
    CHECK_EQ(mh_engine_run(engine), 110);
    mh_engine_close(engine);
}

/* Stepping tells the script nothing of its end; the run after it does, and has the code. */
static void test_step(void)
{
    void (*ways[])(struct mh_engine *) = {step_to_end, poll_to_end};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        lua_State *L = new_state();
        struct mh_engine *engine = start(L, NULL, WORK, 0);
        ways[i](engine);
        CHECK_EQ(global(L, "steps"), 1);
        CHECK_EQ(mh_engine_run(engine), 110);
        mh_engine_close(engine);
        CHECK_EQ(luaL_loadstring(L, "return 1"), 0); /* the host's state lives on */
        lua_close(L);
    }
}

#define TICK_ON "ticks = 0 setInterval(function() ticks = ticks + 1 end, 1) "

/* A script that has exited runs no more, whatever it left on the loop. */
static void test_exit(void)
{
    struct hooks hooks;
    struct hooks *told[] = {NULL, &hooks};
    for (size_t i = 0; i < 2; i++) {
        lua_State *L = new_state();
        struct mh_engine *engine =
            start(L, told[i], TICK_ON "setTimeout(function() process.exit(4) ticks = -1000 end, 5)", 0);
        step_to_end(engine);
        int ticks = global(L, "ticks");
        CHECK(ticks >= 0);
        poll(NULL, 0, 5); /* the interval is due again */
        CHECK_EQ(mh_engine_step(engine, 1000), 0);
        CHECK_EQ(mh_engine_run(engine), 4);
        CHECK_EQ(global(L, "ticks"), ticks);
        if (told[i]) {
            CHECK_EQ(hooks.exits, 1);
            CHECK_EQ(hooks.code, 4);
        }
        mh_engine_close(engine);
        lua_close(L);
    }
}

/* The same while the script is read: start says that it was cut short. */
static void test_exit_at_once(void)
{
    struct hooks hooks;
    lua_State *L = new_state();
    struct mh_engine *engine = start(L, &hooks, TICK_ON "process.exit(5) ticks = -1000", -ECANCELED);
    CHECK_EQ(hooks.exits, 1);
    CHECK_EQ(mh_engine_step(engine, 1000), 0);
    CHECK_EQ(mh_engine_run(engine), 5);
    CHECK_EQ(global(L, "ticks"), 0);
    mh_engine_close(engine);
    lua_close(L);
}

/* Without moonherd's Lua files there is nobody to report to but the host. */
static void test_fatal(void)
{
    struct mh_options options;
    struct mh_engine *engine;
    struct hooks hooks = {0};
    mh_options_init(&options);
    options.lua_dir = "/nowhere";
    options.userdata = &hooks;
    options.fatal = on_fatal;
    CHECK_EQ(mh_engine_open(&options, &engine), 0);
    CHECK_EQ(mh_engine_start(engine, "code", "print('never')"), -ECANCELED);
    CHECK_EQ(hooks.fatals, 1);
    CHECK_EQ(hooks.code, 1);
    CHECK_EQ(mh_engine_step(engine, 1000), 0);
    mh_engine_close(engine);
}

/*
 * It has two ticks, and the first of them is the end of the script: that must also be the end of the batch of
 * messages in which they were made, though the second will never run.
 */
#define BATCH                                                                                           \
    "local core = require('moonherd.core') "                                                            \
    "process.on('uncaughtException', function() error('worse') end) "                                   \
    "heard = 0 "                                                                                        \
    "local function quiet() end "                                                                       \
    "local reader = { on_end = quiet, on_closed = quiet } "                                             \
    "function reader:on_messages() "                                                                    \
    "    heard = heard + 1 "                                                                            \
    "    process.nextTick(function() error('bad') end) "                                                \
    "    process.nextTick(quiet) "                                                                      \
    "end "                                                                                              \
    "local ours, theirs = core.channelPair() "                                                          \
    "local from, to = core.channel(reader, ours), core.channel({ on_end = quiet, on_closed = quiet }, " \
    "theirs) "                                                                                          \
    "from:readStart() "                                                                                 \
    "for i = 1, 10 do to:send(i) end "

static void test_fatal_in_batch(void)
{
    struct hooks hooks;
    struct hooks *told[] = {NULL, &hooks};
    for (size_t i = 0; i < 2; i++) {
        lua_State *L = new_state();
        struct mh_engine *engine = start(L, told[i], BATCH, 0);
        CHECK_EQ(mh_engine_run(engine), 7);
        CHECK_EQ(global(L, "heard"), 1);
        mh_engine_close(engine);
        lua_close(L);
    }
    CHECK_EQ(hooks.fatals, 1);
}

static long resident_kb(void)
{
    char line[128] = "";
    FILE *statm = fopen("/proc/self/statm", "r");
    CHECK(statm && fgets(line, sizeof line, statm));
    fclose(statm);
    const char *second = strchr(line, ' '); /* "size resident shared ...", in pages */
    CHECK(second);
    long resident = strtol(second, NULL, 10);
    CHECK(resident > 0);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

#define CYCLES 24

/* By how much this process grows while so many engines come and go. */
static long grow_kb(const char *code)
{
    long before_kb = resident_kb();
    for (int i = 0; i < CYCLES; i++) {
        struct mh_engine *engine = start(NULL, NULL, code, 0);
        CHECK_EQ(mh_engine_run(engine), 0);
        mh_engine_close(engine);
    }
    return resident_kb() - before_kb;
}

#define HEAP "local kept = {} for i = 1, 50000 do kept[i] = {} end "

/* An engine that had a memory limit leaves no more behind than one that had none. */
static void test_limit_leaves_nothing(void)
{
    long plain_kb = grow_kb(HEAP);
    long limited_kb = grow_kb("require('moonherd.core').memoryLimit(2^32) " HEAP);
    CHECK(limited_kb < plain_kb + CYCLES * 512L);
}

static void test_two(void)
{
    lua_State *L[2];
    struct mh_engine *engines[2];
    for (int i = 0; i < 2; i++) {
        L[i] = new_state();
        engines[i] = start(L[i], NULL, WORK, 0);
    }
    step_to_end(engines[0]);
    CHECK_EQ(global(L[0], "steps"), 1);
    CHECK_EQ(global(L[1], "steps"), 0);
    CHECK_EQ(mh_engine_run(engines[0]), 110);
    mh_engine_close(engines[0]);
    lua_close(L[0]);
    CHECK_EQ(mh_engine_run(engines[1]), 110);
    mh_engine_close(engines[1]);
    lua_close(L[1]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    int fds = test_count_fds();
    RUN(test_run);
    int kept = test_count_fds() - fds; /* libuv has some of its own from the first loop on */
    RUN(test_step);
    RUN(test_exit);
    RUN(test_exit_at_once);
    RUN(test_fatal);
    RUN(test_fatal_in_batch);
    RUN(test_limit_leaves_nothing);
    RUN(test_two);
    CHECK_EQ(test_count_fds() - fds, kept);
    return 0;
}
