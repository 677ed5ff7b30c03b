/*
 * net/http_server.h - what the connections of one HTTP server share: limits, the Date line, the clock,
 * draining.
 *
 * One timer watches all deadlines. Every connection stands in the list of its phase, the one that has been
 * there longest in front; a phase has one duration, so the front is always the next to expire, and nothing is
 * armed or disarmed per request. Does not own the connections: each holds the server's memory until it is
 * gone.
 */
#ifndef MH_NET_HTTP_SERVER_H
#define MH_NET_HTTP_SERVER_H

#include "loop/handle.h"
#include "net/http_limits.h"
#include "net/http_reply.h"

struct mh_http;

/* What a connection is doing, as far as its deadline is concerned. */
enum mh_http_phase {
    MH_HTTP_FRESH,  /* no byte has come yet: headers_timeout_ms */
    MH_HTTP_HEADS,  /* a head has begun: headers_timeout_ms, request_timeout_ms */
    MH_HTTP_BODIES, /* the body is coming: request_timeout_ms, counted from the head's first byte */
    MH_HTTP_WAITS,  /* for the application, or for our bytes to leave: no deadline */
    MH_HTTP_IDLE,   /* between two requests: keep_alive_timeout_ms */
    MH_HTTP_LINGER, /* our side has ended, the client's has not: linger_ms */
    MH_HTTP_PHASES
};

/* A connection's place in the lists. */
struct mh_http_place {
    enum mh_http_phase phase;
    uint64_t since_ms; /* on the loop's clock */
    struct mh_link link;
    struct mh_link later;
    struct mh_link watch; /* in server->watched while timeout_ms is set and silence was not told */
    uint64_t timeout_ms;  /* without traffic */
    uint64_t active_ms;   /* last traffic */
};

struct mh_http_server {
    struct mh_handle handle;
    struct mh_http_limits limits; /* the owner may change them at any time */
    struct mh_http_date date;
    size_t connections;
    bool draining; /* every answer is its connection's last */
    /* the rest is http_server.c's */
    uint64_t drain_since_ms;
    uint64_t quiet_ms; /* draining: end what has been quiet for so long; UINT64_MAX never */
    uv_timer_t sweep;
    uint64_t sweep_at_ms; /* when it fires; UINT64_MAX: not armed */
    struct mh_link phases[MH_HTTP_PHASES];
    struct mh_link watched;
    struct mh_link later; /* to be woken in the next turn of the loop */
    size_t stalled;       /* connections that do not read, and so do not keep the loop alive */
    bool gone;            /* nobody owns it any more; the last connection frees it */
};

/* Default limits; does not keep the loop alive. Returns 0 or -ENOMEM. */
int mh_http_server_open(struct mh_ctx *ctx, struct mh_http_server **out);

/* Close, connections included. */
static inline void mh_http_server_close(struct mh_http_server *server)
{
    mh_handle_close(&server->handle);
}

/* Close the connections that have answered and wait for the next request. */
void mh_http_server_close_idle(struct mh_http_server *server);

void mh_http_server_close_all(struct mh_http_server *server);

/*
 * Every answer from now on ends its connection; a connection that is quiet for quiet_ms, counted from now at
 * the earliest, is half-closed and read to its end, so that a request already under way is not cut off.
 */
void mh_http_server_drain(struct mh_http_server *server, uint64_t quiet_ms);

/* The limits were changed: deadlines may be nearer. */
void mh_http_server_changed(struct mh_http_server *server);

/* --- for http.c -------------------------------------------------------------------------------------- */

/* A new connection; one that begins to close, for which nothing expires any more; one that is gone. */
void mh_http_server_enlist(struct mh_http_server *server, struct mh_http_place *place);
void mh_http_server_delist(struct mh_http_place *place);
void mh_http_server_forget(struct mh_http_server *server);

/* The connection enters a phase, again if it is in it already, as of since_ms. */
void mh_http_server_enter(struct mh_http_server *server, struct mh_http_place *place,
                          enum mh_http_phase phase, uint64_t since_ms);

/* Have mh_http_wake called in the next turn of the loop. */
void mh_http_server_later(struct mh_http_server *server, struct mh_http_place *place);

/* One more connection, or one less, that does not read: only its deadline keeps the loop alive for it. */
void mh_http_server_stalled(struct mh_http_server *server, bool more);

/* Watch for timeout_ms without traffic; 0 no more. */
void mh_http_server_watch(struct mh_http_server *server, struct mh_http_place *place, uint64_t timeout_ms);

/* There was traffic. */
void mh_http_server_active(struct mh_http_server *server, struct mh_http_place *place);

#endif
