#include "net/http_server.h"

#include "net/http.h"

#include <errno.h>

/* A sweep per so many milliseconds at most: deadlines are late by no more than this. */
#define SWEEP_STEP_MS 10

#define NEVER UINT64_MAX

static uint64_t server_now(const struct mh_http_server *server)
{
    return uv_now(server->handle.ctx->loop);
}

/* --- deadlines --------------------------------------------------------------------------------------- */

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t after(uint64_t since_ms, uint64_t ms)
{
    return ms == 0 || ms > NEVER - since_ms ? NEVER : since_ms + ms;
}

static uint64_t server_deadline(const struct mh_http_server *server, const struct mh_http_place *place)
{
    const struct mh_http_limits *limits = &server->limits;
    uint64_t since = place->since_ms;
    uint64_t deadline = NEVER;
    switch (place->phase) {
    case MH_HTTP_FRESH:
        deadline = after(since, limits->headers_timeout_ms);
        break;
    case MH_HTTP_HEADS:
        return sooner(after(since, limits->headers_timeout_ms), after(since, limits->request_timeout_ms));
    case MH_HTTP_BODIES:
        return after(since, limits->request_timeout_ms);
    case MH_HTTP_IDLE:
        deadline = after(since, limits->keep_alive_timeout_ms);
        break;
    case MH_HTTP_LINGER:
        return after(since, limits->linger_ms);
    case MH_HTTP_WAITS:
    case MH_HTTP_PHASES:
        return NEVER;
    }
    if (server->draining && server->quiet_ms != NEVER)
        deadline = sooner(deadline, (since > server->drain_since_ms ? since : server->drain_since_ms) +
                                        server->quiet_ms);
    return deadline;
}

static void server_sweep(uv_timer_t *uv);

static void server_arm(struct mh_http_server *server, uint64_t deadline)
{
    if (deadline >= server->sweep_at_ms || !mh_handle_is_open(&server->handle))
        return;
    uint64_t now = server_now(server);
    uint64_t delay = deadline > now + SWEEP_STEP_MS ? deadline - now : SWEEP_STEP_MS;
    server->sweep_at_ms = deadline;
    uv_timer_start(&server->sweep, server_sweep, delay, 0);
}

/* Not after 0 ms: libuv runs a timer that restarts itself so again before it looks at any other. */
static void server_arm_now(struct mh_http_server *server)
{
    server->sweep_at_ms = 0;
    if (mh_handle_is_open(&server->handle))
        uv_timer_start(&server->sweep, server_sweep, 1, 0);
}

static struct mh_http *server_connection(struct mh_http_place *place)
{
    return mh_of(place, struct mh_http, place);
}

static struct mh_http_place *place_of(struct mh_link *link)
{
    return mh_of(link, struct mh_http_place, link);
}

/* Handle those of one phase that are due; returns when the next one is. */
static uint64_t server_sweep_phase(struct mh_http_server *server, enum mh_http_phase phase, uint64_t now)
{
    struct mh_link *list = &server->phases[phase];
    while (!mh_list_empty(list)) {
        struct mh_http_place *place = place_of(list->next);
        uint64_t deadline = server_deadline(server, place);
        if (deadline > now)
            return deadline;
        struct mh_http *c = server_connection(place);
        mh_http_expire(c);
        /* It answers, ends or closes: none of these leaves it where it was. Make sure, or this never ends. */
        if (list->next == &place->link && place->phase == phase && server_deadline(server, place) <= now)
            mh_http_close(c);
    }
    return NEVER;
}

/* Those with a time limit for silence: each has its own, so all are looked at. Silence is told once: who was
 * told of it is watched again from its next traffic on. */
static uint64_t server_sweep_watched(struct mh_http_server *server, uint64_t now)
{
    uint64_t next = NEVER;
    struct mh_link round;
    mh_list_init(&round);
    while (!mh_list_empty(&server->watched)) {
        struct mh_link *link = server->watched.next;
        struct mh_http_place *place = mh_of(link, struct mh_http_place, watch);
        mh_list_remove(link);
        if (place->active_ms + place->timeout_ms <= now)
            mh_http_silent(server_connection(place));
        else
            mh_list_append(&round, link);
    }
    while (!mh_list_empty(&round)) {
        struct mh_link *link = round.next;
        struct mh_http_place *place = mh_of(link, struct mh_http_place, watch);
        mh_list_remove(link);
        mh_list_append(&server->watched, link);
        next = sooner(next, place->active_ms + place->timeout_ms);
    }
    return next;
}

/* Those that want another turn; who wants one after that waits for the next. */
static void server_wake(struct mh_http_server *server)
{
    struct mh_link round;
    mh_list_init(&round);
    while (!mh_list_empty(&server->later)) {
        struct mh_link *link = server->later.next;
        mh_list_remove(link);
        mh_list_append(&round, link);
    }
    while (!mh_list_empty(&round)) {
        struct mh_http_place *place = mh_of(round.next, struct mh_http_place, later);
        mh_list_remove(&place->later);
        mh_http_wake(server_connection(place));
    }
}

static void server_sweep(uv_timer_t *uv)
{
    struct mh_http_server *server = uv->data;
    uint64_t now = server_now(server);
    uint64_t next = NEVER;
    server_wake(server);
    /* Until the end nobody else arms the timer: what is entered meanwhile is seen below. */
    server->sweep_at_ms = 0;
    for (int phase = 0; phase < MH_HTTP_PHASES; phase++)
        server_sweep_phase(server, (enum mh_http_phase)phase, now);
    next = server_sweep_watched(server, now);
    for (int phase = 0; phase < MH_HTTP_PHASES; phase++) {
        if (!mh_list_empty(&server->phases[phase]))
            next = sooner(next, server_deadline(server, place_of(server->phases[phase].next)));
    }
    server->sweep_at_ms = NEVER;
    if (mh_list_empty(&server->later))
        server_arm(server, next);
    else
        server_arm_now(server);
}

void mh_http_server_changed(struct mh_http_server *server)
{
    server_arm(server, server_now(server));
}

/* --- places ------------------------------------------------------------------------------------------ */

void mh_http_server_enlist(struct mh_http_server *server, struct mh_http_place *place)
{
    mh_list_init(&place->link);
    mh_list_init(&place->watch);
    mh_list_init(&place->later);
    place->active_ms = server_now(server);
    server->connections++;
    mh_http_server_enter(server, place, MH_HTTP_FRESH, server_now(server));
    mh_http_server_watch(server, place, server->limits.timeout_ms);
}

void mh_http_server_enter(struct mh_http_server *server, struct mh_http_place *place,
                          enum mh_http_phase phase, uint64_t since_ms)
{
    struct mh_link *list = &server->phases[phase];
    mh_list_remove(&place->link);
    place->phase = phase;
    place->since_ms = since_ms;
    /* Bodies count from their head's first byte, so they do not come in order; nearly always the last one
     * fits. */
    struct mh_link *at = list;
    while (at->prev != list && place_of(at->prev)->since_ms > since_ms)
        at = at->prev;
    mh_list_append(at, &place->link);
    if (phase != MH_HTTP_WAITS)
        server_arm(server, server_deadline(server, place));
}

void mh_http_server_later(struct mh_http_server *server, struct mh_http_place *place)
{
    mh_list_remove(&place->later);
    mh_list_append(&server->later, &place->later);
    server_arm_now(server);
}

void mh_http_server_stalled(struct mh_http_server *server, bool more)
{
    server->stalled += more ? 1 : (size_t)-1;
    if (server->stalled > 0)
        uv_ref((uv_handle_t *)&server->sweep);
    else
        uv_unref((uv_handle_t *)&server->sweep);
}

void mh_http_server_watch(struct mh_http_server *server, struct mh_http_place *place, uint64_t timeout_ms)
{
    mh_list_remove(&place->watch);
    place->timeout_ms = timeout_ms;
    mh_http_server_active(server, place);
}

void mh_http_server_active(struct mh_http_server *server, struct mh_http_place *place)
{
    if (place->timeout_ms == 0)
        return;
    place->active_ms = server_now(server);
    if (!mh_list_empty(&place->watch))
        return;
    mh_list_append(&server->watched, &place->watch);
    server_arm(server, place->active_ms + place->timeout_ms);
}

/* --- life -------------------------------------------------------------------------------------------- */

static void server_free(struct mh_http_server *server)
{
    mh_free(&server->handle.ctx->alloc, server);
}

void mh_http_server_delist(struct mh_http_place *place)
{
    mh_list_remove(&place->link);
    mh_list_remove(&place->watch);
    mh_list_remove(&place->later);
}

void mh_http_server_forget(struct mh_http_server *server)
{
    server->connections--;
    if (server->gone && server->connections == 0)
        server_free(server);
}

/* What ends one connection may end others, through its owner: visit each of them once. */
static void server_close_phase(struct mh_http_server *server, enum mh_http_phase phase, bool idle_only)
{
    struct mh_link round;
    mh_list_init(&round);
    while (!mh_list_empty(&server->phases[phase])) {
        struct mh_link *link = server->phases[phase].next;
        mh_list_remove(link);
        mh_list_append(&round, link);
    }
    while (!mh_list_empty(&round)) {
        struct mh_link *link = round.next;
        mh_list_remove(link);
        mh_list_append(&server->phases[phase], link);
        struct mh_http *c = server_connection(place_of(link));
        /* In the middle of being parsed it is not idle any more, though it still stands here. */
        if (!idle_only || (!c->in_hand && !c->ending))
            mh_http_close(c);
    }
}

void mh_http_server_close_idle(struct mh_http_server *server)
{
    server_close_phase(server, MH_HTTP_IDLE, true);
}

void mh_http_server_close_all(struct mh_http_server *server)
{
    for (int phase = 0; phase < MH_HTTP_PHASES; phase++)
        server_close_phase(server, (enum mh_http_phase)phase, false);
}

void mh_http_server_drain(struct mh_http_server *server, uint64_t quiet_ms)
{
    if (!server->draining)
        server->drain_since_ms = server_now(server);
    server->draining = true;
    server->quiet_ms = quiet_ms;
    mh_http_server_changed(server);
}

static void server_uv_closed(uv_handle_t *uv)
{
    struct mh_http_server *server = uv->data;
    mh_handle_closed(&server->handle);
}

static void server_close(struct mh_handle *h)
{
    struct mh_http_server *server = mh_of(h, struct mh_http_server, handle);
    mh_http_server_close_all(server);
    uv_close((uv_handle_t *)&server->sweep, server_uv_closed);
}

static void server_destroy(struct mh_handle *h)
{
    struct mh_http_server *server = mh_of(h, struct mh_http_server, handle);
    server->gone = true;
    if (server->connections == 0)
        server_free(server);
}

static const struct mh_handle_class server_class = {"http server", server_close, server_destroy};

int mh_http_server_open(struct mh_ctx *ctx, struct mh_http_server **out)
{
    struct mh_http_server *server = mh_zalloc(&ctx->alloc, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->limits = (struct mh_http_limits)MH_HTTP_LIMITS_DEFAULT;
    server->quiet_ms = NEVER;
    server->sweep_at_ms = NEVER;
    for (int phase = 0; phase < MH_HTTP_PHASES; phase++)
        mh_list_init(&server->phases[phase]);
    mh_list_init(&server->watched);
    mh_list_init(&server->later);
    uv_timer_init(ctx->loop, &server->sweep);
    server->sweep.data = server;
    uv_unref((uv_handle_t *)&server->sweep);
    mh_handle_open(&server->handle, ctx, &server_class);
    *out = server;
    return 0;
}
