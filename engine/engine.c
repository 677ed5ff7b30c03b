/*
 * engine.c - assembles loop, context and state, and takes them apart in order.
 */
#include "base/err.h"
#include "bind/call.h"
#include "bind/modules.h"
#include "bind/state.h"
#include "include/moonherd.h"
#include "loop/context.h"
#include "loop/handle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A handle that needs more turns than this to close is stuck; leaving it is better than hanging the host. */
#define CLOSE_TURNS 10000

struct mh_engine {
    struct mh_options options;
    struct mh_ctx ctx;
    struct mh_state *state; /* NULL until it is open */
    uv_loop_t own_loop;
    bool owns_loop;
    uv_prepare_t prepare; /* the loop is about to wait: nobody is busy */
    bool prepared;
    int exit_code; /* asked for by the script, where the host has no exit hook */
    bool exiting;
};

void mh_options_init(struct mh_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
}

_Static_assert((int)MH_LEVEL_ERROR == (int)MH_LOG_ERROR && (int)MH_LEVEL_DEBUG == (int)MH_LOG_DEBUG,
               "the host's levels are the engine's");

static void engine_log(void *userdata, enum mh_log_level level, const char *line)
{
    struct mh_engine *engine = userdata;
    if (engine->options.log)
        engine->options.log(engine->options.userdata, (enum mh_level)level, line);
}

static void engine_exit(void *userdata, int code)
{
    struct mh_engine *engine = userdata;
    engine->exit_code = code;
    engine->exiting = true;
    if (engine->options.exit)
        engine->options.exit(engine->options.userdata, code);
    uv_stop(engine->ctx.loop);
}

static void engine_fatal(void *userdata, const char *message, int code)
{
    struct mh_engine *engine = userdata;
    engine->exit_code = code;
    engine->exiting = true;
    if (engine->options.fatal)
        engine->options.fatal(engine->options.userdata, message, code);
    uv_stop(engine->ctx.loop);
}

static void engine_follow_parent(void *userdata, int fd)
{
    struct mh_engine *engine = userdata;
    engine->options.follow_parent(engine->options.userdata, fd);
}

static void engine_prepared(uv_prepare_t *uv)
{
    struct mh_engine *engine = uv->data;
    mh_call_idle(engine->state);
}

static int engine_install_modules(lua_State *L)
{
    struct mh_engine *engine = lua_touserdata(L, 1);
    mh_modules_install(L, engine->options.modules, engine->options.lua_dir);
    return 0;
}

int mh_engine_open(const struct mh_options *given, struct mh_engine **out)
{
    /* A host that was compiled against an older header has fewer of them. */
    struct mh_options options;
    mh_options_init(&options);
    memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
    struct mh_alloc alloc;
    mh_alloc_init(&alloc, options.alloc, options.userdata);
    struct mh_engine *engine = alloc.fn(alloc.userdata, NULL, sizeof *engine);
    if (!engine)
        return -ENOMEM;
    memset(engine, 0, sizeof *engine);
    engine->ctx.alloc = alloc;
    engine->options = options;

    uv_loop_t *loop = options.loop;
    int rc = 0;
    if (!loop) {
        loop = &engine->own_loop;
        rc = uv_loop_init(loop);
        engine->owns_loop = rc == 0;
    }
    if (rc < 0)
        goto fail;
    struct mh_log log = {engine_log, engine, MH_LOG_DEBUG};
    mh_ctx_init(&engine->ctx, loop, &alloc, &log);
    struct mh_host host = {engine, engine_exit, engine_fatal,
                           options.follow_parent ? engine_follow_parent : NULL};
    rc = mh_state_open(&engine->ctx, options.lua, &host, &engine->state);
    if (rc < 0)
        goto fail;
    engine->state->argc = options.argc;
    engine->state->argv = options.argv;
    if (lua_cpcall(engine->state->L, engine_install_modules, engine) != 0) {
        rc = -ENOMEM;
        goto fail;
    }
    uv_prepare_init(loop, &engine->prepare);
    engine->prepare.data = engine;
    uv_prepare_start(&engine->prepare, engine_prepared);
    uv_unref((uv_handle_t *)&engine->prepare);
    engine->prepared = true;
    *out = engine;
    return 0;

fail:
    mh_engine_close(engine);
    return rc;
}

struct start {
    const char *kind;
    const char *what;
};

static void start_body(lua_State *L, void *arg)
{
    struct start *start = arg;
    lua_getglobal(L, "require");
    lua_pushliteral(L, "moonherd.boot");
    lua_call(L, 1, 1);
    lua_pushstring(L, start->kind);
    lua_pushstring(L, start->what);
    lua_call(L, 2, 0);
}

int mh_engine_start(struct mh_engine *engine, const char *kind, const char *what)
{
    struct start start = {kind, what};
    return mh_call(engine->state, start_body, &start) == 0 ? 0 : -ECANCELED;
}

int mh_engine_run(struct mh_engine *engine)
{
    struct mh_state *st = engine->state;
    while (!engine->exiting) {
        int alive = uv_run(engine->ctx.loop, UV_RUN_DEFAULT);
        if (engine->exiting || alive) /* alive: the host stopped the loop */
            break;
        /* The script may find new work in beforeExit; then the loop goes on, and this is asked again at its
         * end. */
        mh_call_handler(st, "on_before_exit", 0, 0);
        if (!uv_loop_alive(engine->ctx.loop) && !engine->exiting)
            return mh_call_handler(st, "on_exit", 0, 0);
    }
    return engine->exit_code;
}

int mh_engine_step(struct mh_engine *engine, uint64_t budget_us)
{
    uint64_t until = uv_hrtime() + budget_us * 1000;
    int more = 0;
    do {
        if (engine->exiting)
            return 0; /* what is left on the loop is nobody's concern any more */
        more = uv_run(engine->ctx.loop, UV_RUN_NOWAIT);
    } while (more && uv_backend_timeout(engine->ctx.loop) == 0 && uv_hrtime() < until);
    /* What was called from inside the poll has left its mark; the host waits now, not we. */
    mh_call_idle(engine->state);
    return more && !engine->exiting ? 1 : 0;
}

int mh_engine_poll_fd(const struct mh_engine *engine)
{
    return uv_backend_fd(engine->ctx.loop);
}

int mh_engine_poll_timeout(const struct mh_engine *engine)
{
    return uv_backend_timeout(engine->ctx.loop);
}

void mh_engine_stop(struct mh_engine *engine)
{
    uv_stop(engine->ctx.loop);
}

static void engine_prepare_closed(uv_handle_t *uv)
{
    struct mh_engine *engine = uv->data;
    engine->prepared = false;
}

/* Returns whether all handles are gone. */
static bool engine_close_handles(struct mh_engine *engine)
{
    engine->ctx.closing = true;
    mh_ctx_close_handles(&engine->ctx);
    mh_ctx_settle(&engine->ctx);
    if (engine->prepared)
        uv_close((uv_handle_t *)&engine->prepare, engine_prepare_closed);
    for (int turn = 0; turn < CLOSE_TURNS; turn++) {
        if (mh_ctx_idle(&engine->ctx) && !engine->prepared)
            return true;
        /* A thread of the pool holds memory of ours and will answer, if late: waiting is the only safe thing.
         */
        uv_run(engine->ctx.loop, engine->ctx.pool_requests > 0 ? UV_RUN_ONCE : UV_RUN_NOWAIT);
        mh_ctx_close_handles(&engine->ctx);
    }
    return false;
}

void mh_engine_close(struct mh_engine *engine)
{
    /* The last callbacks belong to C alone: the script has had its exit event, and must not start anything
     * new. */
    if (engine->state)
        mh_call_mute(engine->state);
    bool clean = engine->ctx.loop == NULL || engine_close_handles(engine);
    if (engine->state)
        mh_state_close(engine->state);
    if (engine->owns_loop && uv_loop_close(&engine->own_loop) != 0)
        clean = false;
    if (!clean)
        mh_log(&engine->ctx.log, MH_LOG_ERROR, "closing the engine left handles open on its loop");
    mh_ctx_free(&engine->ctx);
    struct mh_alloc alloc = engine->ctx.alloc;
    alloc.fn(alloc.userdata, engine, 0);
}

size_t mh_engine_live_blocks(const struct mh_engine *engine)
{
    return engine->ctx.alloc.live;
}

const char *mh_error_text(int code)
{
    return mh_strerror(code);
}
