#include "net/http.h"

#include "base/err.h"
#include "net/http_status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Answers are gathered up to here before they go out in the middle of a turn. */
#define GATHER_BYTES (32u << 10)

/* A body from this size on is given to the kernel where it lies instead of being gathered. */
#define DIRECT_BYTES (8u << 10)

/* A buffer that is empty and larger than this is given back. */
#define KEEP_BYTES (4u << 10)

#define PIECES 3 /* a chunk: its head, its bytes, its end */

/* Whether the owner may still write: our side is open, and is not about to end with what it has. */
static bool http_is_writable(const struct mh_http *c)
{
    return mh_handle_is_open(&c->handle) && c->stream && !c->ending;
}

size_t mh_http_pending(const struct mh_http *c)
{
    return mh_buf_len(&c->out) + (c->stream ? mh_stream_pending(c->stream) : 0);
}

int mh_http_send(struct mh_http *c, const uv_buf_t *pieces, unsigned count)
{
    uv_buf_t all[1 + PIECES] = {{mh_buf_len(&c->out) ? mh_buf_bytes(&c->out) : NULL, mh_buf_len(&c->out)}};
    for (unsigned i = 0; i < count; i++)
        all[i + 1] = pieces[i];
    int rc = mh_stream_write(c->stream, all, count + 1);
    if (rc < 0)
        c->failure = rc;
    mh_buf_take(&c->out, mh_buf_len(&c->out));
    if (c->out.size > KEEP_BYTES)
        mh_buf_free(&c->out);
    mh_http_server_active(c->server, &c->place);
    return rc;
}

/* Gather the pieces, or send all if that is too much to be copied. */
static int http_put(struct mh_http *c, const uv_buf_t *pieces, unsigned count)
{
    size_t total = 0;
    for (unsigned i = 0; i < count; i++)
        total += pieces[i].len;
    int rc = 0;
    if (total >= DIRECT_BYTES || mh_buf_len(&c->out) + total > GATHER_BYTES) {
        rc = mh_http_send(c, pieces, count);
    } else {
        char *to;
        rc = mh_buf_reserve(&c->out, total, &to);
        /* Nothing has no room: `to` is null then. */
        for (unsigned i = 0; rc == 0 && total > 0 && i < count; i++) {
            memcpy(to, pieces[i].base, pieces[i].len);
            to += pieces[i].len;
        }
        if (rc == 0)
            mh_buf_added(&c->out, total);
    }
    mh_http_schedule(c);
    return rc;
}

static int http_put_body(struct mh_http *c, const char *bytes, size_t len)
{
    uv_buf_t body = {(char *)(uintptr_t)bytes, len};
    if (!c->framing.chunked)
        return http_put(c, &body, 1);
    char head[MH_HTTP_CHUNK_HEAD];
    char line_end[] = {'\r', '\n'};
    uv_buf_t pieces[PIECES] = {{head, mh_http_chunk_head(head, len)}, body, {line_end, sizeof line_end}};
    return http_put(c, pieces, PIECES);
}

/* The last byte of the answer was written. Of a connection that is spent, what came with it is answered too.
 */
static void http_answered(struct mh_http *c)
{
    c->answered = true;
    if (!c->framing.keep_alive && !(c->spent && c->parser.keep_alive && c->body_left == 0))
        c->last = true;
    mh_http_schedule(c);
}

int mh_http_answer(struct mh_http *c, struct mh_http_answer *answer, const char *body, unsigned keep_max)
{
    if (!http_is_writable(c))
        return MH_ECLOSED;
    if (!c->in_hand || c->head_sent)
        return -EALREADY;
    const struct mh_http_parser *p = &c->parser;
    struct mh_http_terms terms = {
        .minor = p->minor,
        .head = p->method == HTTP_HEAD,
        .keep_alive = p->keep_alive && !c->last && !c->spent && !c->server->draining,
        .timeout_ms = c->server->limits.keep_alive_timeout_ms,
        .max = keep_max,
    };
    int rc = mh_http_reply_head(&c->out, &c->server->date, &terms, answer, &c->framing);
    if (rc < 0)
        return rc;
    c->head_sent = true;
    c->body_left = c->framing.counted ? c->framing.length : 0;
    if (answer->whole) {
        c->body_left -= c->framing.counted ? answer->body_len : 0;
        if (answer->body_len > 0 && !c->framing.bodyless)
            rc = http_put_body(c, body, answer->body_len);
        if (rc == 0 && c->framing.chunked && !c->framing.bodyless)
            rc = mh_http_reply_trailers(&c->out, NULL, 0);
        if (rc == 0)
            http_answered(c);
    }
    if (rc < 0)
        c->failure = rc;
    mh_http_schedule(c);
    return rc;
}

int mh_http_write(struct mh_http *c, const char *bytes, size_t len)
{
    if (!http_is_writable(c))
        return MH_ECLOSED;
    if (!c->head_sent || c->answered)
        return -EINVAL;
    if (len == 0 || c->framing.bodyless)
        return 0;
    if (c->framing.counted) {
        if (len > c->body_left)
            return -EMSGSIZE;
        c->body_left -= len;
    }
    return http_put_body(c, bytes, len);
}

int mh_http_finish(struct mh_http *c, const struct mh_http_field *trailers, size_t count, bool strict)
{
    if (!http_is_writable(c))
        return MH_ECLOSED;
    if (!c->head_sent || c->answered)
        return -EINVAL;
    if (strict && c->body_left > 0)
        return -EBADMSG;
    int rc = 0;
    if (c->framing.chunked && !c->framing.bodyless)
        rc = mh_http_reply_trailers(&c->out, trailers, count);
    if (rc < 0)
        return rc;
    /* The client waits for bytes that will never come: only the end of the connection can tell it. */
    if (c->body_left > 0)
        c->framing.keep_alive = false;
    http_answered(c);
    return 0;
}

int mh_http_interim(struct mh_http *c, unsigned status, const struct mh_http_field *fields, size_t count)
{
    if (!http_is_writable(c))
        return MH_ECLOSED;
    if (!c->in_hand || c->head_sent)
        return -EALREADY;
    if (c->parser.minor == 0)
        return 0; /* HTTP/1.0 does not know them */
    int rc = mh_http_reply_interim(&c->out, status, fields, count);
    mh_http_schedule(c);
    return rc;
}

int mh_http_raw(struct mh_http *c, const char *bytes, size_t len)
{
    if (!http_is_writable(c))
        return MH_ECLOSED;
    uv_buf_t piece = {(char *)(uintptr_t)bytes, len};
    return http_put(c, &piece, 1);
}

void mh_http_refuse(struct mh_http *c, unsigned status)
{
    if (!http_is_writable(c))
        return;
    if (c->in_hand && c->head_sent) {
        mh_http_close(c);
        return;
    }
    char head[160];
    int len = snprintf(head, sizeof head, "HTTP/1.1 %u %s\r\nConnection: close\r\n\r\n", status,
                       mh_http_status_text(status));
    mh_http_raw(c, head, (size_t)len);
    mh_http_end(c);
}

void mh_http_reject(struct mh_http *c, unsigned status)
{
    if (!http_is_writable(c))
        return;
    struct mh_http_field close = {"Connection", strlen("Connection"), "close", strlen("close")};
    struct mh_http_terms terms = {.minor = 1, .head = c->parser.method == HTTP_HEAD};
    struct mh_http_answer answer = {
        .status = status, .fields = &close, .count = 1, .whole = true, .uncounted = true};
    struct mh_http_framing framing;
    int rc = mh_http_reply_head(&c->out, &c->server->date, &terms, &answer, &framing);
    if (rc == 0 && framing.chunked && !framing.bodyless)
        rc = mh_http_reply_trailers(&c->out, NULL, 0);
    if (rc < 0)
        c->failure = rc;
    mh_http_end(c);
}
