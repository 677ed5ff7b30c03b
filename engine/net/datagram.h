/*
 * net/datagram.h - one UDP socket that takes and sends datagrams in batches.
 *
 * uv_poll with recvmmsg of our own: what has arrived comes to the owner many at a time, through one buffer
 * that all sockets of the loop share, so that neither a socket at rest nor a datagram costs an allocation.
 * What is sent goes to the kernel at once; only what the kernel does not take now is copied, into a queue
 * with a ceiling, which sendmmsg empties.
 */
#ifndef MH_NET_DATAGRAM_H
#define MH_NET_DATAGRAM_H

#include "base/buf.h"
#include "loop/handle.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define MH_DATAGRAM_BATCH       MH_CTX_BATCH_SLOTS /* datagrams given to the owner at once, at most */
#define MH_DATAGRAM_TURN        8           /* batches per turn of the loop, so that others get theirs */
#define MH_DATAGRAM_QUEUE_BYTES (16u << 20) /* default ceiling of what waits to be sent */

struct mh_datagram;

/* One that arrived. The bytes live only during the call that brings it. */
struct mh_datagram_message {
    const char *bytes;
    size_t len;
    const struct sockaddr_storage *from;
};

/* What a socket tells its owner, always from the loop. Any of them may close it. */
struct mh_datagram_events {
    /* count datagrams, in the order of their arrival; at most MH_DATAGRAM_BATCH. */
    void (*on_batch)(struct mh_datagram *d, const struct mh_datagram_message *messages, unsigned count);
    /* Receiving failed, as when a peer that we are connected to has no such port; it goes on. */
    void (*on_error)(struct mh_datagram *d, int rc);
    /* The first `count` of those that were queued have been sent; or, with rc < 0, the first one, count 1,
     * never will be. */
    void (*on_sent)(struct mh_datagram *d, unsigned count, int rc);
};

struct mh_datagram {
    struct mh_handle handle;
    uv_poll_t poll;
    int fd;     /* -1 once closed */
    int family; /* AF_INET, AF_INET6; another for a socket that is not UDP, which has none of the options */
    const struct mh_datagram_events *events;
    /* the rest is datagram.c's */
    struct mh_buf queue; /* records: a header, then the bytes */
    unsigned queued;     /* records in it */
    size_t queued_bytes; /* of their datagrams, without headers */
    bool receiving;
};

struct mh_datagram_options {
    bool ipv6_only;
    bool reuse_addr;
    bool reuse_port;
};

/*
 * Make a bound, close-on-exec, non-blocking UDP socket. Returns the descriptor, or a negative errno
 * (-EADDRINUSE, -EACCES, -EADDRNOTAVAIL, ...). options NULL: all off.
 */
int mh_datagram_socket(const struct sockaddr *address, socklen_t len,
                       const struct mh_datagram_options *options);

/*
 * Take fd, a datagram socket, and make it non-blocking; also on failure it is taken, but not for -EEXIST (it
 * is on this loop already). Not receiving yet. Returns 0, -ENOMEM, -EINVAL for what is no datagram socket, or
 * another errno.
 */
int mh_datagram_open(struct mh_ctx *ctx, int fd, const struct mh_datagram_events *events,
                     struct mh_datagram **out);

/* Start and stop receiving; idempotent. */
int mh_datagram_receive_start(struct mh_datagram *d);
void mh_datagram_receive_stop(struct mh_datagram *d);

/*
 * Send the pieces as one datagram; `to` NULL for a connected socket. Returns 0 when the kernel has it; 1 when
 * it was copied and queued, then on_sent follows; MH_EQUEUE over the queue's ceiling; -EMSGSIZE,
 * -EDESTADDRREQ and the like; -EINVAL for an address of another family; MH_ECLOSED; -ENOMEM.
 */
int mh_datagram_send(struct mh_datagram *d, const uv_buf_t *pieces, unsigned count, const struct sockaddr *to,
                     socklen_t len);

/* Send to, and hear from, this address only; NULL: anybody again. Returns 0 or a negative errno (-EINVAL for
 * an address of another family). */
int mh_datagram_connect(struct mh_datagram *d, const struct sockaddr *to, socklen_t len);

/* Returns 0 or a negative errno (-ENOTCONN without a peer). */
int mh_datagram_address(const struct mh_datagram *d, bool peer, struct sockaddr_storage *out, socklen_t *len);

/* What can be set. Values outside of the named range are -EINVAL. */
enum mh_datagram_option {
    MH_DATAGRAM_TTL,                /* 1 to 255 */
    MH_DATAGRAM_MULTICAST_TTL,      /* 0 to 255 */
    MH_DATAGRAM_MULTICAST_LOOPBACK, /* 0 or 1 */
    MH_DATAGRAM_BROADCAST,          /* 0 or 1 */
    MH_DATAGRAM_RECV_BUFFER,        /* bytes; the kernel keeps the double */
    MH_DATAGRAM_SEND_BUFFER,
};

/* Returns 0 or a negative errno. */
int mh_datagram_set(struct mh_datagram *d, enum mh_datagram_option option, int value);

/* MH_DATAGRAM_RECV_BUFFER or _SEND_BUFFER as the kernel says. */
int mh_datagram_get(const struct mh_datagram *d, enum mh_datagram_option option, int *out);

/* The interface that multicast leaves by: its address, or "::%eth0" on an IPv6 socket. */
int mh_datagram_multicast_interface(struct mh_datagram *d, const char *interface);

/*
 * Join or leave a multicast group; interface as above, NULL: the system's choice; source NULL: whoever sends
 * there, else that host alone. Texts are numeric addresses. Returns 0, -EINVAL, or another errno.
 */
int mh_datagram_membership(struct mh_datagram *d, bool join, const char *group, const char *interface,
                           const char *source);

/* Close now; what is queued is lost, and on_sent does not come for it. */
static inline void mh_datagram_close(struct mh_datagram *d)
{
    mh_handle_close(&d->handle);
}

#endif
