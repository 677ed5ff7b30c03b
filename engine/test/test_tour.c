/*
 * The engine as hosts embed it: opened and closed again and again, several at once, on lent loops and states,
 * with memory that runs out, with scripts that throw everywhere. What the scripts do is tour.lua's and
 * tour_net.lua's.
 */
#include "base/err.h"
#include "bind/modules.h"
#include "include/moonherd.h"
#include "test.h"

#include <lualib.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

/* What the host of one engine sees. */
struct host {
    size_t blocks;      /* allocated and not freed */
    size_t allocations; /* so far */
    size_t fail_at;     /* the allocation that fails; 0 none */
    int exits;
    int exit_code;
    int fatals;
    int fatal_code;
    char fatal[4096];
    int log_lines;
    struct mh_engine *stop_at_exit;
};

static void *host_alloc(void *userdata, void *block, size_t size)
{
    struct host *host = userdata;
    if (size == 0) {
        host->blocks -= block != NULL;
        free(block);
        return NULL;
    }
    if (++host->allocations == host->fail_at)
        return NULL;
    void *moved = realloc(block, size);
    CHECK(moved);
    host->blocks += block == NULL;
    return moved;
}

static void host_log(void *userdata, enum mh_level level, const char *line)
{
    (void)level;
    fprintf(stderr, "log: %s\n", line);
    ((struct host *)userdata)->log_lines++;
}

static void host_exit(void *userdata, int code)
{
    struct host *host = userdata;
    host->exits++;
    host->exit_code = code;
}

static void host_fatal(void *userdata, const char *message, int code)
{
    struct host *host = userdata;
    host->fatals++;
    host->fatal_code = code;
    snprintf(host->fatal, sizeof host->fatal, "%s", message);
}

static unsigned char tour[65536];
static unsigned char tour_net[65536];
static struct mh_lua_module tour_modules[] = {
    {"moonherd.boot", tour, 0}, {"tour_net", tour_net, 0}, {NULL, NULL, 0}};

static void read_module(struct mh_lua_module *module, unsigned char *room, size_t room_bytes,
                        const char *path)
{
    FILE *file = fopen(path, "rb");
    CHECK(file);
    module->size = (unsigned)fread(room, 1, room_bytes, file);
    CHECK(module->size > 0 && module->size < room_bytes);
    fclose(file);
}

static void read_tour(void)
{
    read_module(&tour_modules[0], tour, sizeof tour, MH_TEST_DIR "/tour.lua");
    read_module(&tour_modules[1], tour_net, sizeof tour_net, MH_TEST_DIR "/tour_net.lua");
}

static void options_of(struct mh_options *options, struct host *host)
{
    memset(host, 0, sizeof *host);
    mh_options_init(options);
    options->userdata = host;
    options->alloc = host_alloc;
    options->log = host_log;
    options->exit = host_exit;
    options->fatal = host_fatal;
    options->modules = tour_modules;
}

static struct mh_engine *open_engine(const struct mh_options *options)
{
    struct mh_engine *engine;
    CHECK_EQ(mh_engine_open(options, &engine), 0);
    return engine;
}

static void close_engine(struct mh_engine *engine, const struct host *host)
{
    mh_engine_close(engine);
    CHECK_EQ(host->blocks, 0);
    CHECK_EQ(host->log_lines, 0);
}

static void run_tour(const char *what)
{
    struct mh_options options;
    struct host host;
    options_of(&options, &host);
    struct mh_engine *engine = open_engine(&options);
    CHECK_EQ(mh_engine_start(engine, "code", what), 0);
    CHECK_EQ(mh_engine_run(engine), 0);
    CHECK_EQ(host.fatals, 0);
    CHECK_EQ(host.exits, 1);
    CHECK_EQ(host.exit_code, 0);
    close_engine(engine, &host);
}

/* --- one engine --- */

static void test_tour(void)
{
    run_tour("tour");
}

/* An error in any callback goes to the handler, and the callback's C side goes on. */
static void test_errors_everywhere(void)
{
    run_tour("throw");
}

static void test_many_times(void)
{
    int before = test_count_fds();
    for (int i = 0; i < 100; i++) {
        struct mh_options options;
        struct host host;
        options_of(&options, &host);
        struct mh_engine *engine = open_engine(&options);
        if (i % 10 == 0) {
            CHECK_EQ(mh_engine_start(engine, "code", "tour"), 0);
            CHECK_EQ(mh_engine_run(engine), 0);
        }
        close_engine(engine, &host);
    }
    CHECK_EQ(test_count_fds(), before);
}

/* Closed with everything open: before the first turn of the loop, and after some. */
static void test_close_with_all_open(void)
{
    int before = test_count_fds();
    for (int turns = 0; turns < 5; turns++) {
        struct mh_options options;
        struct host host;
        options_of(&options, &host);
        struct mh_engine *engine = open_engine(&options);
        CHECK_EQ(mh_engine_start(engine, "code", "open"), 0);
        CHECK_EQ(host.exits, 0);
        for (int turn = 0; turn < turns; turn++)
            CHECK_EQ(mh_engine_step(engine, 0), 1);
        CHECK(mh_engine_live_blocks(engine) > 0);
        close_engine(engine, &host);
    }
    CHECK_EQ(test_count_fds(), before);
}

/* --- errors without a handler --- */

static void test_fatal(void)
{
    struct mh_options options;
    struct host host;
    options_of(&options, &host);
    struct mh_engine *engine = open_engine(&options);
    CHECK(mh_engine_start(engine, "code", "silent") < 0);
    CHECK_EQ(host.fatals, 1);
    CHECK_STR(host.fatal, "42");
    CHECK_EQ(host.fatal_code, 1);
    CHECK_EQ(mh_engine_run(engine), 1);
    CHECK_EQ(mh_engine_step(engine, 1000), 0);
    close_engine(engine, &host);

    options_of(&options, &host);
    engine = open_engine(&options);
    CHECK(mh_engine_start(engine, "code", "handler") < 0);
    CHECK_EQ(host.fatals, 1);
    CHECK(strstr(host.fatal, "thrown in the script") && strstr(host.fatal, "thrown in the handler"));
    CHECK_EQ(host.fatal_code, 7);
    CHECK_EQ(mh_engine_run(engine), 7);
    close_engine(engine, &host);

    options_of(&options, &host); /* a tick without anybody to run it: not for ever */
    engine = open_engine(&options);
    mh_engine_start(engine, "code", "tick");
    CHECK(host.fatals >= 1);
    CHECK_EQ(mh_engine_run(engine), 1);
    close_engine(engine, &host);

    options_of(&options, &host); /* and without hooks */
    options.fatal = NULL;
    options.exit = NULL;
    options.log = NULL;
    engine = open_engine(&options);
    CHECK(mh_engine_start(engine, "code", "silent") < 0);
    CHECK_EQ(mh_engine_run(engine), 1);
    close_engine(engine, &host);

    options_of(&options, &host); /* no such main module */
    options.modules = NULL;
    options.lua_dir = "/nowhere";
    engine = open_engine(&options);
    CHECK(mh_engine_start(engine, "code", "tour") < 0);
    CHECK(strstr(host.fatal, "moonherd.boot"));
    close_engine(engine, &host);
}

/* --- the host's loop --- */

/* A foreign loop that polls our descriptor, sleeps as long as it is told, and steps. */
static void test_foreign_loop(void)
{
    static const char *const tours[] = {"tour", "throw"};
    for (int i = 0; i < 2; i++) {
        struct mh_options options;
        struct host host;
        options_of(&options, &host);
        struct mh_engine *engine = open_engine(&options);
        CHECK_EQ(mh_engine_start(engine, "code", tours[i]), 0);
        uint64_t deadline = test_deadline();
        while (mh_engine_step(engine, 100) == 1) {
            struct pollfd wait = {mh_engine_poll_fd(engine), POLLIN, 0};
            int timeout_ms = mh_engine_poll_timeout(engine);
            CHECK(uv_hrtime() < deadline);
            poll(&wait, 1, timeout_ms < 0 || timeout_ms > 10000 ? 10000 : timeout_ms);
        }
        CHECK_EQ(host.exits, 1);
        CHECK_EQ(mh_engine_run(engine), 0); /* says how it went */
        close_engine(engine, &host);
    }
}

static void lent_timer_fired(uv_timer_t *timer)
{
    ++*(int *)timer->data;
}

/* A lent loop keeps what the host has on it. */
static void test_lent_loop(void)
{
    uv_loop_t loop;
    uv_timer_t timer;
    int fired = 0;
    CHECK_EQ(uv_loop_init(&loop), 0);
    uv_timer_init(&loop, &timer);
    timer.data = &fired;
    uv_timer_start(&timer, lent_timer_fired, 1, 1);
    for (int i = 0; i < 2; i++) {
        struct mh_options options;
        struct host host;
        options_of(&options, &host);
        options.loop = &loop;
        struct mh_engine *engine = open_engine(&options);
        CHECK_EQ(mh_engine_start(engine, "code", i ? "open" : "tour"), 0);
        if (i == 0)
            CHECK_EQ(mh_engine_run(engine), 0);
        close_engine(engine, &host);
    }
    CHECK(uv_is_active((uv_handle_t *)&timer));
    int before = fired;
    while (fired == before)
        uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_EQ(uv_loop_close(&loop), 0);
}

static void stop_fired(uv_timer_t *timer)
{
    mh_engine_stop(timer->data);
    uv_timer_stop(timer);
}

/* Stopped by the host, it goes on when run again. */
static void test_stop(void)
{
    uv_loop_t loop;
    uv_timer_t timer;
    struct mh_options options;
    struct host host;
    CHECK_EQ(uv_loop_init(&loop), 0);
    options_of(&options, &host);
    options.loop = &loop;
    struct mh_engine *engine = open_engine(&options);
    CHECK_EQ(mh_engine_start(engine, "code", "tour"), 0);
    uv_timer_init(&loop, &timer);
    timer.data = engine;
    uv_timer_start(&timer, stop_fired, 0, 0);
    CHECK_EQ(mh_engine_run(engine), 0);
    CHECK_EQ(host.exits, 0);
    CHECK_EQ(mh_engine_run(engine), 0);
    CHECK_EQ(host.exits, 1);
    close_engine(engine, &host);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK_EQ(uv_loop_close(&loop), 0);
}

/* A host compiled against an older header: what lies behind its options is none. */
static void test_older_options(void)
{
    struct mh_options options;
    struct host host;
    options_of(&options, &host);
    options.size = offsetof(struct mh_options, follow_parent);
    memset((char *)&options + options.size, 0xa5, sizeof options - options.size);
    struct mh_engine *engine = open_engine(&options);
    CHECK_EQ(mh_engine_run(engine), 0);
    close_engine(engine, &host);
}

/* --- several engines --- */

static void test_two_engines(void)
{
    struct mh_options options[2];
    struct host hosts[2];
    struct mh_engine *engines[2];
    for (int i = 0; i < 2; i++) {
        options_of(&options[i], &hosts[i]);
        engines[i] = open_engine(&options[i]);
        CHECK_EQ(mh_engine_start(engines[i], "code", i ? "throw" : "tour"), 0);
    }
    uint64_t deadline = test_deadline();
    for (int more = 3; more;) {
        more = mh_engine_step(engines[0], 0) | mh_engine_step(engines[1], 0) << 1;
        CHECK(uv_hrtime() < deadline);
    }
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(hosts[i].exits, 1);
        CHECK_EQ(hosts[i].exit_code, 0);
        CHECK_EQ(hosts[i].fatals, 0);
        close_engine(engines[i], &hosts[i]);
    }
}

static void *tour_thread(void *arg)
{
    for (int i = 0; i < 5; i++)
        run_tour(arg);
    return NULL;
}

static void test_two_threads(void)
{
    static const char *const tours[] = {"tour", "throw", "tour"};
    pthread_t threads[3];
    int before = test_count_fds();
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, tour_thread, (void *)(uintptr_t)tours[i]), 0);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(test_count_fds(), before);
}

/* --- lent states --- */

static void run_lua(lua_State *L, const char *code)
{
    if (luaL_dostring(L, code) != 0)
        test_fail(__FILE__, __LINE__, "%s", lua_tostring(L, -1));
}

/* The host closes the engine first; what its scripts still hold of it is closed and says so. */
static void test_lent_state(void)
{
    int before = test_count_fds();
    lua_State *L = luaL_newstate();
    CHECK(L);
    luaL_openlibs(L);
    run_lua(L, "held = {}");
    for (int i = 0; i < 3; i++) {
        struct mh_options options;
        struct host host;
        options_of(&options, &host);
        options.lua = L;
        struct mh_engine *engine = open_engine(&options);
        run_lua(
            L, "package.loaded['moonherd.boot'] = nil\n"
               "local core = require 'moonherd.core'\n"
               "local owner = {}\n"
               "held[#held + 1] = { core = core, box = assert(core.timer(owner)), owner = owner }\n"
               "held[#held].failed = core.spawn({}, { file = '/nowhere', args = {}, env = {}, fds = {} })\n");
        CHECK_EQ(mh_engine_start(engine, "code", i == 1 ? "open" : "tour"), 0);
        if (i != 1)
            CHECK_EQ(mh_engine_run(engine), 0);
        close_engine(engine, &host);
        CHECK_EQ(lua_gettop(L), 0);
        run_lua(L, "for _, h in ipairs(held) do\n"
                   "    assert(not h.box:isOpen())\n"
                   "    h.box:close()\n"
                   "    assert(select(3, h.box:start(1)) == 'ERR_CLOSED')\n"
                   "    local ok, message = pcall(h.core.timer, {})\n"
                   "    assert(not ok and message:find('closed'), message)\n"
                   "    assert(not pcall(h.core.run))\n"
                   "end\n"
                   "assert(not pcall(require, 'moonherd.core'))\n"
                   "collectgarbage() collectgarbage()\n");
    }
    lua_close(L);
    CHECK_EQ(test_count_fds(), before);
}

/* Two engines on one state never meet, and close in either order. */
static void test_lent_twice(void)
{
    for (int first = 0; first < 2; first++) {
        lua_State *L = luaL_newstate();
        struct mh_options options[2];
        struct host hosts[2];
        struct mh_engine *engines[2];
        CHECK(L);
        luaL_openlibs(L);
        run_lua(L, "held = {}");
        for (int i = 0; i < 2; i++) {
            options_of(&options[i], &hosts[i]);
            options[i].lua = L;
            engines[i] = open_engine(&options[i]);
            run_lua(L, "package.loaded['moonherd.core'] = nil\n"
                       "local core = require 'moonherd.core'\n"
                       "local h = { core = core, fired = 0 }\n"
                       "function h:on_timer() self.fired = self.fired + 1 self.box:close() end\n"
                       "h.box = assert(core.timer(h))\n"
                       "h.box:start(0)\n"
                       "held[#held + 1] = h\n");
        }
        CHECK_EQ(mh_engine_run(engines[first]), 0);
        lua_pushinteger(L, first + 1);
        lua_setglobal(L, "first");
        run_lua(L, "assert(held[first].fired == 1 and held[3 - first].fired == 0)");
        close_engine(engines[first], &hosts[first]);
        CHECK_EQ(mh_engine_run(engines[1 - first]), 0);
        run_lua(L, "assert(held[1].fired == 1 and held[2].fired == 1)");
        close_engine(engines[1 - first], &hosts[1 - first]);
        lua_close(L);
    }
}

/* The C module's way: Lua's state closes with the engine and everything on it open, and takes them along. */
static void test_module(void)
{
    int before = test_count_fds();
    for (int i = 0; i < 4; i++) {
        lua_State *L = luaL_newstate();
        CHECK(L);
        luaL_openlibs(L);
        run_lua(L, "package.cpath = '" MH_TEST_LIB "/?.so'\n"
                   "core = require 'moonherd.core'\n");
        lua_pushlstring(L, (const char *)tour, tour_modules[0].size);
        lua_setglobal(L, "tour");
        lua_pushlstring(L, (const char *)tour_net, tour_modules[1].size);
        lua_setglobal(L, "tour_net");
        run_lua(L, "package.preload.tour_net = loadstring(tour_net, '=tour_net')");
        lua_pushinteger(L, i);
        lua_setglobal(L, "round");
        /* A finalizer of the host's script that still uses the engine, older and newer than our own. */
        run_lua(L, "local function guard()\n"
                   "    local proxy = newproxy(true)\n"
                   "    getmetatable(proxy).__gc = function()\n"
                   "        pcall(core.timer, {}) pcall(core.run, 0) if box then pcall(box.close, box) end\n"
                   "    end\n"
                   "    return proxy\n"
                   "end\n"
                   "guard_before = guard()\n"
                   "box = core.timer({})\n"
                   "box:start(1, 1)\n"
                   "core.spawn({}, { file = '/nowhere', args = {}, env = {}, fds = {} })\n"
                   "if round == 1 then coroutine.wrap(function() core.run(0) end)() end\n"
                   "if round >= 2 then loadstring(tour, '=tour')()('code', 'open') end\n"
                   "if round == 3 then core.run(0) end\n"
                   "guard_after = guard()\n");
        lua_close(L);
    }
    CHECK_EQ(test_count_fds(), before);
}

/* --- memory that runs out --- */

/*
 * The nth allocation fails, for every n there is: opening fails and nothing is open, or the script hears of
 * it, or it did not matter; nothing crashes, nothing is left, nothing waits for ever.
 */
static void test_out_of_memory(void)
{
    int before = test_count_fds();
    unsigned failed_open = 0;
    unsigned failed_script = 0;
    bool through = false;
    for (size_t nth = 1; !through; nth++) {
        struct mh_options options;
        struct host host;
        struct mh_engine *engine;
        options_of(&options, &host);
        host.fail_at = nth;
        int rc = mh_engine_open(&options, &engine);
        if (rc < 0) {
            CHECK_EQ(rc, -ENOMEM);
            CHECK_EQ(host.blocks, 0);
            failed_open++;
            continue;
        }
        mh_engine_start(engine, "code", "drill");
        uint64_t deadline = test_deadline();
        while (host.exits == 0 && host.fatals == 0 && mh_engine_step(engine, 0) == 1) {
            if (uv_hrtime() > deadline)
                test_fail(__FILE__, __LINE__, "allocation %zu failed, and nobody said so", nth);
        }
        CHECK(host.exits > 0);
        failed_script += host.exit_code != 0;
        through = host.allocations < nth;
        CHECK(!through || host.exit_code == 0);
        close_engine(engine, &host);
    }
    CHECK(failed_open > 0 && failed_script > 20);
    CHECK_EQ(test_count_fds(), before);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    read_tour();
    RUN(test_tour); /* libuv keeps descriptors and threads from its first loop on */
    int before = test_count_fds();
    RUN(test_errors_everywhere);
    RUN(test_many_times);
    RUN(test_close_with_all_open);
    RUN(test_fatal);
    RUN(test_foreign_loop);
    RUN(test_lent_loop);
    RUN(test_stop);
    RUN(test_older_options);
    RUN(test_two_engines);
    RUN(test_lent_state);
    RUN(test_lent_twice);
    RUN(test_module);
    RUN(test_out_of_memory);
    RUN(test_two_threads);
    CHECK_EQ(test_count_fds(), before);
    return 0;
}
