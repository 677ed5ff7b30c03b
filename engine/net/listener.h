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

#include <sys/socket.h>
#include <sys/types.h>

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
    int fd;                                  /* -1 once closed */
    const struct mh_listener_events *events; /* may be replaced by a new owner */
    uint64_t accepted;
    uint64_t starved; /* times that descriptors or memory had run out */
    /* the rest is listener.c's */
    bool wanted; /* not paused by the owner */
    bool hungry; /* stopped until a descriptor is closed or the timer fires */
    bool told;   /* the owner knows that we starve; until the next connection */
    bool broken; /* accepting failed for good */
    uv_timer_t retry;
    struct mh_fd_waiter waiter;
    int open_uv; /* uv handles whose close callback is still to come */
    char *path;  /* UNIX socket file to remove at close, if it is still the same; or NULL */
    dev_t path_device;
    ino_t path_inode;
};

/* What a listening socket is made of. */
struct mh_listen_options {
    int backlog; /* 0: MH_LISTENER_BACKLOG */
    bool ipv6_only;
    bool reuse_port;
    bool bind_only; /* bound, not listening: for a socket that others will listen on */
    int path_mode;  /* permissions of a UNIX socket's file besides those that the umask leaves */
};

/*
 * Make a bound, listening, close-on-exec, non-blocking socket. Returns the descriptor, or a negative errno
 * (-EADDRINUSE, -EACCES, -EADDRNOTAVAIL, ...). SO_REUSEADDR is set for TCP. options NULL: all at their
 * defaults.
 */
int mh_listen_socket(const struct sockaddr *address, socklen_t len, const struct mh_listen_options *options);

/*
 * The same for a UNIX path of len bytes (abstract names begin with a zero byte). A file that is there already
 * gives -EADDRINUSE, in use or not.
 */
int mh_listen_path(const char *path, size_t len, const struct mh_listen_options *options);

/*
 * Accept on fd, which is listening; takes it, also on failure (but not for -EEXIST: it is on this loop
 * already). Starts accepting at once. Returns 0, -ENOMEM, or what uv_poll says of fd.
 */
int mh_listener_open(struct mh_ctx *ctx, int fd, const struct mh_listener_events *events,
                     struct mh_listener **out);

/*
 * Remove this UNIX socket's file when the listener closes, unless another has taken its place by then. For
 * the process that made it. Returns 0, -ENOMEM, or why the file cannot be looked at.
 */
int mh_listener_own_path(struct mh_listener *l, const char *path);

/* Leave clients in the backlog, and take them again; both idempotent. */
void mh_listener_pause(struct mh_listener *l);
void mh_listener_resume(struct mh_listener *l);

static inline void mh_listener_close(struct mh_listener *l)
{
    mh_handle_close(&l->handle);
}

#endif
