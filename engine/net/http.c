#include "net/http.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>

/* Buffers of a connection at rest that are larger than this are given back. */
#define KEEP_BYTES (4u << 10)

/* An owner that writes more whenever it hears that all is written lets the others have their turn after this.
 */
#define MOST_ROUNDS 32

static const struct mh_http_fault fault_time = {"ERR_HTTP_REQUEST_TIMEOUT", "the request took too long", 408};
static const struct mh_http_fault fault_cut = {"HPE_INVALID_EOF_STATE", "the client ended in mid-request",
                                               400};

static uint64_t http_now(const struct mh_http *c)
{
    return uv_now(c->handle.ctx->loop);
}

static bool http_is_open(const struct mh_http *c)
{
    return mh_handle_is_open(&c->handle) && c->stream;
}

static struct mh_stats *http_stats(const struct mh_http *c)
{
    return c->handle.ctx->stats;
}

/* --- losing the client ------------------------------------------------------------------------------- */

/* The last of it, after which it may be freed. */
static void http_gone(struct mh_http *c)
{
    mh_http_server_forget(c->server);
    mh_handle_closed(&c->handle);
}

static void http_lose(struct mh_http *c, int rc)
{
    if (!http_is_open(c))
        return;
    bool turning = c->turning;
    c->turning = true;
    c->events->on_lost(c, rc);
    c->turning = turning;
    mh_http_close(c);
}

/* --- ending ------------------------------------------------------------------------------------------ */

void mh_http_schedule(struct mh_http *c)
{
    mh_ctx_defer(c->handle.ctx, &c->work);
}

void mh_http_end(struct mh_http *c)
{
    if (c->ending || !http_is_open(c))
        return;
    c->ending = true;
    mh_http_schedule(c);
    if (!c->feeding)
        mh_http_server_enter(c->server, &c->place, MH_HTTP_WAITS, http_now(c));
}

void mh_http_tell_flushed(struct mh_http *c)
{
    c->tell_flushed = true;
    if (http_is_open(c))
        mh_http_schedule(c);
}

/* --- reading ----------------------------------------------------------------------------------------- */

static void http_note_request(struct mh_http *c)
{
    struct mh_stats *stats = http_stats(c);
    const struct mh_http_parser *p = &c->parser;
    const char *method = llhttp_method_name((llhttp_method_t)p->method);
    size_t method_len = strlen(method);
    size_t room = sizeof stats->last_request - method_len - 2;
    size_t url_len = p->url_len < room ? p->url_len : room;
    stats->requests++;
    stats->in_flight++;
    memcpy(stats->last_request, method, method_len);
    stats->last_request[method_len] = ' ';
    memcpy(stats->last_request + method_len + 1, p->url, url_len);
    stats->last_request[method_len + 1 + url_len] = '\0';
}

static void http_request(struct mh_http *c)
{
    c->in_hand = true;
    c->received = c->parser.whole;
    c->head_sent = false;
    c->answered = false;
    c->flowing = false;
    c->requests++;
    http_note_request(c);
    c->events->on_request(c);
}

static void http_put_down(struct mh_http *c)
{
    http_stats(c)->in_flight--;
    c->in_hand = false;
}

/* If the request in hand is answered and received, or its answer was the last, it is done with. */
static void http_conclude(struct mh_http *c)
{
    if (!c->in_hand || !c->answered || !(c->received || c->last))
        return;
    http_put_down(c);
    if (c->last)
        mh_http_end(c);
}

static void http_bad(struct mh_http *c, const struct mh_http_fault *fault)
{
    c->bad = true;
    c->fault = *fault;
    if (c->in_hand && c->answered) {
        mh_http_end(c); /* the answer stands, but what follows cannot be read */
        return;
    }
    c->events->on_bad(c);
}

static void http_step(struct mh_http *c, enum mh_http_step step)
{
    switch (step) {
    case MH_HTTP_HEAD:
        http_request(c);
        break;
    case MH_HTTP_BODY:
        if (c->flowing)
            c->events->on_body(c, c->parser.body, c->parser.body_len);
        break;
    case MH_HTTP_END:
        c->received = true;
        if (!c->answered || c->flowing)
            c->events->on_received(c);
        break;
    case MH_HTTP_BAD:
        http_bad(c, &c->parser.pull.fault);
        break;
    case MH_HTTP_MORE:
        break;
    }
    http_conclude(c);
}

/* Whether the parser may go on: the next thing it tells has somebody to hear it. */
static bool http_wants(const struct mh_http *c)
{
    if (!http_is_open(c) || c->bad || c->ending)
        return false;
    if (!c->in_hand)
        return mh_http_pending(c) < c->server->limits.high_water_bytes;
    return !c->received && (c->flowing || c->answered);
}

/* Parse; returns how many bytes were taken. */
static size_t http_feed(struct mh_http *c, const char *bytes, size_t len)
{
    size_t done = 0;
    c->feeding = true;
    c->stirred = true;
    while (http_wants(c)) {
        size_t used;
        bool begun = mh_http_parser_midway(&c->parser);
        enum mh_http_step step = mh_http_parse(&c->parser, bytes + done, len - done, &used);
        if (!begun && (used > 0 || step == MH_HTTP_BAD)) /* the first byte may be the bad one */
            c->request_at_ms = http_now(c);
        done += used;
        if (step == MH_HTTP_MORE) {
            c->stirred = false;
            break;
        }
        c->packet = bytes;
        c->packet_len = len;
        c->packet_used = done;
        http_step(c, step);
    }
    c->packet = NULL;
    c->feeding = false;
    return done;
}

static void http_flush(struct mh_http *c)
{
    if (!http_is_open(c))
        return;
    if (mh_buf_len(&c->out) > 0)
        mh_http_send(c, NULL, 0);
    if (c->failure < 0) {
        http_lose(c, c->failure);
    } else if (c->tell_flushed && mh_stream_pending(c->stream) == 0) {
        c->tell_flushed = false;
        c->events->on_flushed(c);
    }
}

/* Is there nothing the client could still want of this connection, so that closing it cannot eat an answer?
 */
static bool http_is_clean(const struct mh_http *c)
{
    return !c->bad && !c->parser.keep_alive && c->received && mh_buf_len(&c->ahead) == 0 &&
           mh_http_pending(c) == 0;
}

static void http_finish_side(struct mh_http *c)
{
    if (mh_buf_len(&c->out) > 0)
        return;
    if ((c->ended || http_is_clean(c)) && mh_http_pending(c) == 0) {
        mh_http_close(c);
        return;
    }
    int rc = mh_stream_shutdown(c->stream);
    if (rc < 0)
        mh_http_close(c);
}

static void http_read(struct mh_http *c, bool on)
{
    if (on == c->reading)
        return;
    c->reading = on;
    mh_http_server_stalled(c->server, !on);
    if (on)
        mh_stream_read_start(c->stream);
    else
        mh_stream_read_stop(c->stream);
}

/* Where the connection stands as far as deadlines are concerned, and since when. */
static enum mh_http_phase http_phase(const struct mh_http *c, uint64_t *since_ms)
{
    *since_ms = http_now(c);
    if (c->ending && c->place.phase == MH_HTTP_LINGER) {
        *since_ms = c->place.since_ms;
        return MH_HTTP_LINGER;
    }
    if (c->ending || (c->in_hand && c->received))
        return MH_HTTP_WAITS;
    if (c->in_hand || mh_http_parser_midway(&c->parser)) {
        *since_ms = c->request_at_ms;
        return c->in_hand ? MH_HTTP_BODIES : MH_HTTP_HEADS;
    }
    if (mh_http_pending(c) > 0)
        return MH_HTTP_WAITS;
    if (c->requests > 0)
        return MH_HTTP_IDLE;
    if (c->place.phase == MH_HTTP_FRESH)
        *since_ms = c->place.since_ms;
    return MH_HTTP_FRESH;
}

/* The client has ended its side: it waits for no answer that is not there yet, and what it began and cannot
 * complete now is bad; otherwise end ours when all is done. */
static void http_check_end(struct mh_http *c)
{
    if (!http_is_open(c) || !c->ended || c->ending || c->bad)
        return;
    if (c->in_hand && c->received) {
        if (!c->server->limits.allow_half_open)
            mh_http_end(c);
        return;
    }
    if (mh_buf_len(&c->ahead) > 0)
        return;
    if (c->in_hand || mh_http_parser_midway(&c->parser))
        http_bad(c, &fault_cut);
    else
        mh_http_end(c);
}

/*
 * One round: take up what was left of earlier reads as long as somebody wants it, and send what was written.
 */
static void http_round(struct mh_http *c)
{
    c->again = false;
    http_conclude(c);
    http_flush(c);
    while (http_wants(c) && c->stirred) {
        size_t len = mh_buf_len(&c->ahead);
        size_t done = http_feed(c, len > 0 ? mh_buf_bytes(&c->ahead) : "", len);
        mh_buf_take(&c->ahead, done);
        http_flush(c);
    }
    http_check_end(c);
    if (c->spent && !c->in_hand && http_is_open(c) && mh_buf_len(&c->ahead) == 0)
        mh_http_end(c);
    http_flush(c);
}

/*
 * The end of every event: rounds until nothing is left to do now, then see where the connection stands. Never
 * entered twice: what the owner does inside is the next round's. It may be freed when this returns.
 */
static void http_turn(struct mh_http *c)
{
    c->turning = true;
    unsigned rounds = 0;
    do
        http_round(c);
    while (c->again && http_is_open(c) && ++rounds < MOST_ROUNDS);
    c->turning = false;
    if (!c->stream) { /* released: nothing is left to wait for, so this frees it */
        if (mh_handle_is_open(&c->handle))
            mh_http_close(c);
        else
            http_gone(c);
        return;
    }
    if (http_is_open(c) && c->again)
        mh_http_server_later(c->server, &c->place);
    if (http_is_open(c) && c->ending)
        http_finish_side(c);
    if (!http_is_open(c))
        return;
    uint64_t since_ms;
    enum mh_http_phase phase = http_phase(c, &since_ms);
    if (phase != c->place.phase || since_ms != c->place.since_ms)
        mh_http_server_enter(c->server, &c->place, phase, since_ms);
    if (mh_buf_len(&c->ahead) == 0 && c->ahead.size > KEEP_BYTES)
        mh_buf_free(&c->ahead);
    http_read(c, c->ending || mh_buf_len(&c->ahead) < c->server->limits.ahead_bytes);
}

static void http_work(struct mh_deferred *work)
{
    struct mh_http *c = mh_of(work, struct mh_http, work);
    /* While bytes are being parsed their end is not far, and takes all answers along; unless there is no
     * later. */
    if (!http_is_open(c))
        return;
    if (!c->feeding && !c->turning) {
        http_turn(c);
        return;
    }
    c->again = true;
    if (c->handle.ctx->exiting && mh_buf_len(&c->out) > 0)
        mh_http_send(c, NULL, 0);
}

static void stream_data(struct mh_stream *s, const char *bytes, size_t len)
{
    struct mh_http *c = s->handle.owner;
    mh_http_server_active(c->server, &c->place);
    if (c->ending || c->bad)
        return; /* read to be thrown away */
    size_t done = mh_buf_len(&c->ahead) == 0 ? http_feed(c, bytes, len) : 0;
    if (http_is_open(c) && done < len && !c->bad && !c->ending) {
        int rc = mh_buf_append(&c->ahead, bytes + done, len - done);
        if (rc < 0) {
            http_lose(c, rc);
            return;
        }
    }
    http_turn(c);
}

static void stream_end(struct mh_stream *s)
{
    struct mh_http *c = s->handle.owner;
    c->ended = true;
    http_turn(c);
}

static void stream_error(struct mh_stream *s, int rc)
{
    http_lose(s->handle.owner, rc);
}

static void stream_drain(struct mh_stream *s)
{
    http_turn(s->handle.owner);
}

static void stream_shut(struct mh_stream *s, int rc)
{
    struct mh_http *c = s->handle.owner;
    if (rc < 0 || c->ended)
        mh_http_close(c);
    else
        mh_http_server_enter(c->server, &c->place, MH_HTTP_LINGER, http_now(c));
}

static const struct mh_stream_events stream_events = {
    .on_data = stream_data,
    .on_end = stream_end,
    .on_error = stream_error,
    .on_drain = stream_drain,
    .on_shutdown = stream_shut,
};

void mh_http_flow(struct mh_http *c, bool on)
{
    if (c->flowing == on || !http_is_open(c))
        return;
    c->flowing = on;
    if (on)
        mh_http_schedule(c);
}

/* --- clocks ------------------------------------------------------------------------------------------ */

void mh_http_expire(struct mh_http *c)
{
    switch (c->place.phase) {
    case MH_HTTP_BODIES:
    case MH_HTTP_HEADS:
        http_bad(c, &fault_time);
        break;
    case MH_HTTP_FRESH:
        if (c->server->draining)
            mh_http_end(c);
        else
            http_bad(c, &fault_time);
        break;
    case MH_HTTP_IDLE:
        mh_http_end(c);
        break;
    default:
        mh_http_close(c);
        break;
    }
    if (http_is_open(c))
        http_turn(c);
}

void mh_http_silent(struct mh_http *c)
{
    if (!http_is_open(c))
        return;
    size_t unsent = mh_http_pending(c);
    bool moves = unsent > 0 && unsent != c->unsent_seen;
    c->unsent_seen = unsent;
    if (moves) {
        mh_http_server_active(c->server,
                              &c->place); /* a long answer on its way: what leaves is traffic too */
        return;
    }
    c->turning = true;
    c->events->on_timeout(c);
    c->turning = false;
    if (http_is_open(c))
        http_turn(c);
}

void mh_http_wake(struct mh_http *c)
{
    if (http_is_open(c))
        http_turn(c);
}

void mh_http_set_timeout(struct mh_http *c, uint64_t timeout_ms)
{
    if (http_is_open(c))
        mh_http_server_watch(c->server, &c->place, timeout_ms);
}

/* --- life -------------------------------------------------------------------------------------------- */

static void stream_closed(struct mh_handle *h)
{
    struct mh_http *c = h->owner;
    c->stream = NULL;
    mh_handle_release(h);
    if (c->handle.state == MH_HANDLE_OPEN)
        mh_http_close(c); /* the stream was closed by somebody else: the whole engine closes */
    else
        http_gone(c);
}

static void http_close(struct mh_handle *h)
{
    struct mh_http *c = mh_of(h, struct mh_http, handle);
    if (c->in_hand)
        http_put_down(c);
    if (!c->reading)
        mh_http_server_stalled(c->server, false);
    mh_list_remove(&c->work.link);
    mh_http_server_delist(&c->place);
    if (c->stream)
        mh_stream_close(c->stream);
    else if (!c->feeding && !c->turning)
        http_gone(c); /* else http_turn's end does it */
}

static void http_destroy(struct mh_handle *h)
{
    struct mh_http *c = mh_of(h, struct mh_http, handle);
    mh_http_parser_free(&c->parser);
    mh_buf_free(&c->ahead);
    mh_buf_free(&c->out);
    mh_free(&h->ctx->alloc, c);
}

static const struct mh_handle_class http_class = {"http connection", http_close, http_destroy};

int mh_http_open(struct mh_http_server *server, struct mh_stream *stream, const struct mh_http_events *events,
                 struct mh_http **out)
{
    struct mh_ctx *ctx = server->handle.ctx;
    struct mh_http *c = mh_zalloc(&ctx->alloc, sizeof *c);
    if (!c || !mh_handle_is_open(&server->handle)) {
        int rc = c ? MH_ECLOSED : -ENOMEM;
        mh_free(&ctx->alloc, c);
        mh_stream_close(stream);
        mh_handle_release(&stream->handle);
        return rc;
    }
    c->server = server;
    c->events = events;
    c->stream = stream;
    c->work.run = http_work;
    mh_list_init(&c->work.link);
    mh_http_parser_init(&c->parser, &ctx->alloc, &server->limits);
    mh_buf_init(&c->ahead, &ctx->alloc, SIZE_MAX / 4); /* http_turn stops reading at limits.ahead_bytes */
    mh_buf_init(&c->out, &ctx->alloc, SIZE_MAX / 4);   /* http_put never gathers more than GATHER_BYTES */
    stream->events = &stream_events;
    stream->handle.owner = c;
    stream->handle.on_closed = stream_closed;
    mh_handle_open(&c->handle, ctx, &http_class);
    mh_http_server_enlist(server, &c->place);
    c->reading = true;
    mh_stream_read_start(stream);
    *out = c;
    return 0;
}

void mh_http_unread(struct mh_http *c, const char *bytes, size_t len)
{
    int rc = mh_buf_append(&c->ahead, bytes, len);
    if (rc < 0)
        c->failure = rc;
    c->stirred = true;
    mh_http_schedule(c);
}

struct mh_stream *mh_http_release(struct mh_http *c)
{
    struct mh_stream *stream = c->stream;
    mh_stream_read_stop(stream);
    if (mh_buf_len(&c->out) > 0)
        mh_http_send(c, NULL, 0);
    stream->events = NULL;
    stream->handle.owner = NULL;
    stream->handle.on_closed = NULL;
    c->stream = NULL; /* http_turn closes the rest: nobody up the stack must lose the memory under its feet */
    return stream;
}
