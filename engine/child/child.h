/*
 * child/child.h - the worker's end: its health page, and the servers whose connections the master offers.
 *
 * Claims each offered connection on the page before anything reads from it, and refuses what no server here
 * wants. Owns the mapping of the page; borrows the channel, and notices its end.
 */
#ifndef MH_CHILD_CHILD_H
#define MH_CHILD_CHILD_H

#include "ipc/channel.h"
#include "ipc/health.h"
#include "loop/handle.h"
#include "loop/timer.h"

#define MH_CHILD_BEAT_MS 1000u /* how often the page's lag and heap are brought up to date */

struct mh_child;
struct mh_child_server;

struct mh_child_events {
    /* Every MH_CHILD_BEAT_MS: fill in the page what this layer does not know. */
    void (*on_beat)(struct mh_child *child);
};

struct mh_child {
    struct mh_handle handle;
    struct mh_channel *channel; /* NULL once it has ended */
    struct mh_health *page;
    const struct mh_child_events *events;
    struct mh_timer *beat;
    uint64_t beat_due_ms;
    struct mh_link servers; /* struct mh_child_server */
};

/* One server of the worker that listens through the master. */
struct mh_child_server {
    struct mh_handle handle;
    struct mh_link link;
    uint32_t share; /* the master's number of the address */
    bool refusing;  /* at its limit of connections: let others have them */
    /* A connection that is now ours: takes fd. From the loop. */
    void (*on_accept)(struct mh_child_server *server, int fd);
    uv_async_t keep; /* holds the loop open while the server is referenced; never sent */
};

/* Map the page behind page_fd (taken, also on failure) and serve the channel. Returns 0 or a negative code.
 */
int mh_child_open(struct mh_ctx *ctx, struct mh_channel *channel, int page_fd,
                  const struct mh_child_events *events, struct mh_child **out);

/* Take connections of that share. Returns 0 or a negative code. */
int mh_child_serve(struct mh_child *child, uint32_t share,
                   void (*on_accept)(struct mh_child_server *server, int fd), struct mh_child_server **out);

#endif
