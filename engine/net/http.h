/*
 * net/http.h - one HTTP/1.1 connection of a server, on top of a stream.
 *
 * One request at a time: the next one is taken up when the one before it is answered and received, so
 * pipelined requests are answered in order and cost nothing but the bytes read ahead. Answers of one turn of
 * the loop leave with one system call.
 *
 * http.c: reading, turns, life; http_answer.c: writing. Owns its stream; borrows its server. The last answer
 * is followed by the end of our side and the client's bytes are read until it has ended too (linger), so that
 * no reset eats what it has not read yet.
 */
#ifndef MH_NET_HTTP_H
#define MH_NET_HTTP_H

#include "net/http_parser.h"
#include "net/http_reply.h"
#include "net/http_server.h"
#include "net/stream.h"

struct mh_http;

/* What a connection tells its owner, never from inside a call of the owner's. Any of them may close it. */
struct mh_http_events {
    /* A request: c->parser has its head until this returns. An upgrade may be taken over with
     * mh_http_release. */
    void (*on_request)(struct mh_http *c);
    /* A piece of its body; only while it flows. */
    void (*on_body)(struct mh_http *c, const char *bytes, size_t len);
    /* The body was received. Not called for a request without one. */
    void (*on_received)(struct mh_http *c);
    /* All bytes of the answer so far have gone to the kernel. Only after mh_http_tell_flushed. */
    void (*on_flushed)(struct mh_http *c);
    /* c->fault: no request, or one that came too slowly, for which c->packet is NULL. The owner answers with
     * mh_http_refuse, _reject, or _raw and _end. */
    void (*on_bad)(struct mh_http *c);
    /* The client is gone (rc), with or without a request in hand; the connection closes itself. */
    void (*on_lost)(struct mh_http *c, int rc);
    /* No traffic for place.timeout_ms. */
    void (*on_timeout)(struct mh_http *c);
};

struct mh_http {
    struct mh_handle handle;
    struct mh_http_server *server;
    const struct mh_http_events *events;
    struct mh_stream *stream; /* NULL once released */
    struct mh_http_parser parser;
    struct mh_http_fault fault;
    uint64_t requests; /* taken up so far */
    /* The rest is http.c's. */
    struct mh_http_place place;
    uint64_t request_at_ms; /* when the first byte of the request in hand came */
    struct mh_buf ahead;    /* read, not parsed yet */
    struct mh_buf out;      /* written, not given to the stream yet */
    struct mh_deferred work;
    const char
        *packet; /* during on_request and on_bad: the bytes being parsed, of which packet_used were taken */
    size_t packet_len;
    size_t packet_used;
    struct mh_http_framing framing;
    uint64_t body_left; /* framing.counted: bytes still to be written */
    size_t unsent_seen; /* when silence was last looked at */
    bool in_hand;       /* a request was told and is not answered or not received yet */
    bool received;
    bool head_sent;
    bool answered;
    bool last;    /* the answer to the request in hand ends the connection */
    bool spent;   /* no further request is wanted */
    bool flowing; /* the owner wants the body */
    bool feeding; /* bytes are being parsed: what is written leaves at the end of it */
    bool turning; /* in http_turn, or before one or the end: no turn inside, which may free the connection */
    bool again;   /* something was written or changed inside a turn: it wants another round */
    bool reading; /* the stream reads */
    bool ended;   /* the client has ended its side */
    bool ending;  /* so have we, or shall when our bytes have left */
    bool bad;     /* nothing more is parsed */
    bool stirred; /* the parser was stopped before it had told all */
    bool tell_flushed;
    int failure; /* writing failed: the connection is lost as soon as it can be told */
};

/* Take the open stream as a new connection of the server, and read. Takes it even on failure. Returns 0 or
 * -ENOMEM. */
int mh_http_open(struct mh_http_server *server, struct mh_stream *stream, const struct mh_http_events *events,
                 struct mh_http **out);

/* Bytes that came before the connection was opened; they are parsed at the end of the running callback. */
void mh_http_unread(struct mh_http *c, const char *bytes, size_t len);

/* Close now; what is unsent is lost. on_lost is not called. */
static inline void mh_http_close(struct mh_http *c)
{
    mh_handle_close(&c->handle);
}

/* Whether the body of the request in hand is wanted. Not at first; a body that nobody wants waits in the
 * kernel, and is dropped once the request is answered. */
void mh_http_flow(struct mh_http *c, bool on);

/* Answers from now on say that they are the connection's last, and it ends when all that has come is
 * answered. */
static inline void mh_http_spend(struct mh_http *c)
{
    c->spent = true;
}

/*
 * The head of the answer, and all of its body if answer->whole says so: then the request is answered.
 * Returns 0; -EALREADY when the head was sent before or there is no request; -EINVAL, -EBADMSG
 * (net/http_reply.h): then nothing was sent; MH_ECLOSED. MH_EQUEUE, when more is unsent than the stream
 * holds, and -ENOMEM are the end of the connection: on_lost follows. keep_max: requests that may still come
 * on this connection, told in Keep-Alive; 0 says nothing.
 */
int mh_http_answer(struct mh_http *c, struct mh_http_answer *answer, const char *body, unsigned keep_max);

/* A piece of the body. -EMSGSIZE beyond the announced length; -EINVAL before the head; otherwise as above. */
int mh_http_write(struct mh_http *c, const char *bytes, size_t len);

/* The end of the answer, with trailers if it is chunked. A body shorter than announced ends the connection,
 * or is -EBADMSG if that is to be strict: then there is no end yet. */
int mh_http_finish(struct mh_http *c, const struct mh_http_field *trailers, size_t count, bool strict);

/* An interim answer, before the head. */
int mh_http_interim(struct mh_http *c, unsigned status, const struct mh_http_field *fields, size_t count);

/* Bytes that are not this engine's to frame: an owner's own answer to a bad request, or to an upgrade. */
int mh_http_raw(struct mh_http *c, const char *bytes, size_t len);

/* Answer what was bad, and end. Without an answer under way; else the connection closes. */
void mh_http_refuse(struct mh_http *c, unsigned status);

/* The same for a request that can be read, and must not be: with a date and an empty body, as Node does. */
void mh_http_reject(struct mh_http *c, unsigned status);

/* End our side when all is written, read the client's until it ends or linger_ms have passed, close. */
void mh_http_end(struct mh_http *c);

/* Unsent bytes. */
size_t mh_http_pending(const struct mh_http *c);

/* Have on_flushed called, once, when nothing is unsent. */
void mh_http_tell_flushed(struct mh_http *c);

/* Tell on_timeout after timeout_ms without traffic; 0 never. Overrides the server's. */
void mh_http_set_timeout(struct mh_http *c, uint64_t timeout_ms);

/*
 * Give the stream away, still open, with its owner pin, reading stopped. Only inside on_request; the bytes of
 * c->packet behind the head are the new protocol's. The connection closes itself.
 */
struct mh_stream *mh_http_release(struct mh_http *c);

/* --- between http.c and http_answer.c ---------------------------------------------------------------- */

/* What is written leaves at the end of the turn, or of the bytes being parsed. */
void mh_http_schedule(struct mh_http *c);

/*
 * Give what was gathered, and the pieces behind it, to the stream. On failure the connection is lost, and
 * http_flush says so.
 */
int mh_http_send(struct mh_http *c, const uv_buf_t *pieces, unsigned count);

/* --- for http_server.c ------------------------------------------------------------------------------- */

/* The deadline of its phase has passed. */
void mh_http_expire(struct mh_http *c);

/* place.timeout_ms have passed without traffic. */
void mh_http_silent(struct mh_http *c);

/* After mh_http_server_later. */
void mh_http_wake(struct mh_http *c);

#endif
