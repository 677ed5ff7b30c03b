/*
 * bind/l_worker.c - core.worker(owner) and core.share(owner, id, fd), for
 * lua/moonherd/cluster/primary.lua.
 *
 *     owner:on_silent(missed, silence_ms)                  a worker has not answered its pings
 *     owner:on_error(message, code, errno, retrying)       a share cannot accept
 *     owner:on_waiting(waiting)                            its connections wait for workers, or no longer do
 */
#include "base/err.h"
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/l_channel.h"
#include "cluster/share.h"
#include "cluster/worker.h"

#include <limits.h>
#include <string.h>

#define WORKER "worker"
#define SHARE  "share"

#define MAX_INTERVAL_MS 86400000
#define MAX_MISSES      1000000

struct silence {
    unsigned missed;
    uint64_t silence_ms;
};

static int worker_push_silence(lua_State *L, void *arg)
{
    struct silence *silence = arg;
    lua_pushinteger(L, (lua_Integer)silence->missed);
    lua_pushnumber(L, (lua_Number)silence->silence_ms);
    return 2;
}

static void worker_silent(struct mh_worker *w, unsigned missed, uint64_t silence_ms)
{
    struct silence silence = {missed, silence_ms};
    mh_box_emit(w->handle.owner, "on_silent", worker_push_silence, &silence);
}

static const struct mh_worker_events worker_events = {worker_silent};

static struct mh_worker *worker_at(lua_State *L, int index)
{
    struct mh_handle *h = mh_box_check(L, index, WORKER)->handle;
    return h && mh_handle_is_open(h) ? mh_of(h, struct mh_worker, handle) : NULL;
}

/* core.worker(owner) -> box | nil, message, code, errno */
static int l_worker_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_box *box = mh_box_new(L, st, WORKER, 1);
    struct mh_worker *w;
    int rc = mh_worker_open(st->ctx, &worker_events, &w);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &w->handle);
    return 1;
}

/* worker:attach(channel): the process is started, and here is the way to it. Once. */
static int l_worker_attach(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 1);
    struct mh_channel *channel = mh_l_channel_check(L, 2);
    if (w && !w->channel)
        mh_worker_attach(w, channel);
    return 0;
}

/* worker:pageFd() -> the page's descriptor for the child, borrowed */
static int l_worker_page_fd(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 1);
    lua_pushinteger(L, w ? w->page_fd : -1);
    return 1;
}

/* worker:closePageFd(): the child has it */
static int l_worker_close_page_fd(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 1);
    if (w)
        mh_worker_close_page_fd(w);
    return 0;
}

/* worker:heartbeat(interval_ms, misses); without arguments: stop */
static int l_worker_heartbeat(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 1);
    if (lua_isnoneornil(L, 2)) {
        if (w)
            mh_heartbeat_stop(&w->heartbeat);
        return 0;
    }
    uint64_t interval_ms = (uint64_t)mh_arg_integer(L, 2, "interval", 1, MAX_INTERVAL_MS);
    unsigned misses = (unsigned)mh_arg_integer(L, 3, "misses", 1, MAX_MISSES);
    if (w)
        mh_heartbeat_start(&w->heartbeat, interval_ms, misses);
    return 0;
}

/* worker:drain(): no more connections for it */
static int l_worker_drain(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 1);
    if (w)
        mh_worker_drain(w);
    return 0;
}

static void worker_set(lua_State *L, const char *name, uint64_t value)
{
    lua_pushnumber(L, (lua_Number)value);
    lua_setfield(L, -2, name);
}

/*
 * worker:facts() -> { busyFor, heardAgo, lag: ms; missed, turns, connections, requests, inFlight, luaBytes,
 * offered, taken, returned; lastRequest: string or nil } | nil once closed. Read from the page: the worker's
 * own word.
 */
static int l_worker_facts(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 1);
    if (!w)
        return 0;
    const struct mh_health *page = w->page;
    uint64_t now_ms = uv_now(w->handle.ctx->loop);
    uint64_t busy_since_ms = page->busy_since_ms;
    uint64_t heard_ms = w->channel ? mh_channel_heard_ms(w->channel) : now_ms;
    char request[MH_STATS_REQUEST_BYTES];
    memcpy(request, page->stats.last_request, sizeof request);
    request[sizeof request - 1] = '\0';

    lua_createtable(L, 0, 14);
    worker_set(L, "busyFor", busy_since_ms && now_ms > busy_since_ms ? now_ms - busy_since_ms : 0);
    worker_set(L, "heardAgo", now_ms - heard_ms);
    worker_set(L, "missed", w->heartbeat.missed);
    worker_set(L, "lag", page->lag_ms);
    worker_set(L, "turns", page->turns);
    worker_set(L, "luaBytes", page->lua_bytes);
    worker_set(L, "connections", page->stats.connections);
    worker_set(L, "requests", page->stats.requests);
    worker_set(L, "inFlight", page->stats.in_flight);
    worker_set(L, "offered", w->outstanding);
    worker_set(L, "taken", w->taken);
    worker_set(L, "returned", w->returned);
    if (request[0]) {
        lua_pushstring(L, request);
        lua_setfield(L, -2, "lastRequest");
    }
    return 1;
}

/* ---- share ---- */

struct share_failure {
    int rc;
    bool retrying;
};

static int share_push_failure(lua_State *L, void *arg)
{
    struct share_failure *failure = arg;
    int count = mh_push_failure(L, failure->rc);
    lua_pushboolean(L, failure->retrying);
    return count + 1;
}

static void share_failed(struct mh_share *share, int rc, bool retrying)
{
    struct share_failure failure = {rc, retrying};
    mh_box_emit(share->handle.owner, "on_error", share_push_failure, &failure);
}

static int share_push_waiting(lua_State *L, void *arg)
{
    lua_pushboolean(L, *(bool *)arg);
    return 1;
}

static void share_waiting(struct mh_share *share, bool waiting)
{
    mh_box_emit(share->handle.owner, "on_waiting", share_push_waiting, &waiting);
}

static const struct mh_share_events share_events = {share_failed, share_waiting};

/*
 * core.share(owner, id, fd [, path]) -> box | nil, message, code, errno. Takes fd, which must be listening.
 * path: the UNIX socket's file, removed at close.
 */
static int l_share_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    uint32_t id = (uint32_t)mh_arg_integer(L, 2, "id", 0, UINT32_MAX);
    int fd = (int)mh_arg_integer(L, 3, "fd", 0, INT_MAX);
    const char *path = luaL_optstring(L, 4, NULL);
    struct mh_box *box = mh_box_new(L, st, SHARE, 1);
    struct mh_share *share;
    int rc = mh_share_open(st->ctx, id, fd, &share_events, &share);
    if (rc < 0)
        return mh_fail(L, rc);
    if (path)
        mh_listener_own_path(share->listener, path);
    mh_box_adopt(L, box, &share->handle);
    return 1;
}

/* share:join(worker) -> true | nil, message, code, errno */
static int l_share_join(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, SHARE);
    if (!h)
        return 4;
    if (!w)
        return mh_fail(L, MH_ECLOSED);
    return mh_result(L, mh_share_join(mh_of(h, struct mh_share, handle), w));
}

/* share:leave(worker) */
static int l_share_leave(lua_State *L)
{
    struct mh_worker *w = worker_at(L, 2);
    struct mh_handle *h = mh_box_check(L, 1, SHARE)->handle;
    if (w && h && mh_handle_is_open(h))
        mh_share_leave(mh_of(h, struct mh_share, handle), w);
    return 0;
}

/* share:facts() -> { accepted, handed, parked, dropped, starved } | nil once closed */
static int l_share_facts(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, SHARE)->handle;
    if (!h || !mh_handle_is_open(h))
        return 0;
    struct mh_share *share = mh_of(h, struct mh_share, handle);
    lua_createtable(L, 0, 5);
    worker_set(L, "accepted", share->listener->accepted);
    worker_set(L, "starved", share->listener->starved);
    worker_set(L, "handed", share->handed);
    worker_set(L, "parked", mh_buf_len(&share->parked) / sizeof(int));
    worker_set(L, "dropped", share->dropped);
    return 1;
}

static uv_handle_t *share_uv(struct mh_handle *h)
{
    return (uv_handle_t *)&mh_of(h, struct mh_share, handle)->listener->poll;
}

void mh_l_worker_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg worker[] = {
        {"attach", l_worker_attach},
        {"pageFd", l_worker_page_fd},
        {"closePageFd", l_worker_close_page_fd},
        {"heartbeat", l_worker_heartbeat},
        {"drain", l_worker_drain},
        {"facts", l_worker_facts},
        {NULL, NULL},
    };
    static const luaL_Reg share[] = {
        {"join", l_share_join}, {"leave", l_share_leave}, {"facts", l_share_facts}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"worker", l_worker_new}, {"share", l_share_new}, {NULL, NULL}};
    mh_box_class(L, st, WORKER, worker, NULL);
    mh_box_class(L, st, SHARE, share, share_uv);
    mh_state_register(L, st, functions);
}
