/*
 * net/listener.h - a listening socket that loses nobody.
 *
 * uv_poll with accept4 of our own: libuv's listener accepts and closes whatever waits when descriptors run
 * out. This one stops polling then, says so once, and comes back when a descriptor was closed or after a
 * second; the clients wait in the kernel's backlog meanwhile.
 */
#ifndef MH_NET_LISTENER_H
#define MH_NET_LISTENER_H

#include "loop/handle.h"
#include "loop/timer.h"

#include <sys/socket.h>

#define MH_LISTENER_BACKLOG      511 /* as Node's */
#define MH_LISTENER_ACCEPT_BATCH 64  /* connections accepted per turn at most, so that others get theirs */
#define MH_LISTENER_RETRY_MS     1000

struct mh_listener;

struct mh_listener_events {
    /* A connection: takes fd (close-on-exec, non-blocking). May pause or close the listener. */
    void (*on_accept)(struct mh_listener *l, int fd);
    /* Accepting failed: out of descriptors or memory (rc; paused, will come back by itself), or for good
     * (stopped). */
    void (*on_error)(struct mh_listener *l, int rc, bool retrying);
};

struct mh_listener {
    struct mh_handle handle;
    uv_poll_t poll;
    int fd;
    const struct mh_listener_events *events;
    uint64_t accepted;
    uint64_t starved; /* times that descriptors or memory had run out */
    /* the rest is listener.c's */
    bool wanted; /* not paused by the owner */
    bool hungry; /* stopped for want of descriptors */
    struct mh_timer *retry;
    struct mh_fd_waiter waiter;
    int open_parts;
};

/* What a listening socket is made of. */
struct mh_listen_options {
    int backlog; /* 0: MH_LISTENER_BACKLOG */
    bool ipv6_only;
    bool reuse_port;
    bool bind_only; /* bound, not listening: for a socket that others will listen on */
};

/*
 * Make a bound, listening, close-on-exec, non-blocking socket. Returns the descriptor, or a negative errno
 * (-EADDRINUSE, -EACCES, -EADDRNOTAVAIL, ...). SO_REUSEADDR is set for TCP.
 */
int mh_listen_socket(const struct sockaddr *address, socklen_t len, const struct mh_listen_options *options);

/*
 * Accept on fd, which is listening; takes it, also on failure. Starts accepting at once.
 * Returns 0, -ENOMEM, or what uv_poll says of fd.
 */
int mh_listener_open(struct mh_ctx *ctx, int fd, const struct mh_listener_events *events,
                     struct mh_listener **out);

/* Leave clients in the backlog, and take them again; both idempotent. */
void mh_listener_pause(struct mh_listener *l);
void mh_listener_resume(struct mh_listener *l);

static inline void mh_listener_close(struct mh_listener *l)
{
    mh_handle_close(&l->handle);
}

#endif
