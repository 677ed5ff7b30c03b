/*
 * net/stream.h - one connected byte stream (TCP, UNIX socket, pipe) with bounded writes.
 *
 * Owns its descriptor. Reads go through one buffer lent by the loop's context, so a stream at rest costs no
 * buffer. A write goes to the kernel at once as far as the kernel takes it; the rest is copied into a queue
 * with a ceiling. It decides nothing about back-pressure: it says how much is pending, and when nothing is.
 */
#ifndef MH_NET_STREAM_H
#define MH_NET_STREAM_H

#include "base/buf.h"
#include "loop/handle.h"

#include <sys/socket.h>

#define MH_STREAM_QUEUE_BYTES (64u << 20) /* default ceiling of unsent bytes */

struct mh_stream;

/*
 * What a stream tells its owner, always from the loop, never from inside a call of the owner's. Any of them
 * may close the stream. NULL entries are skipped. After on_error, or on_connect with an error, only the
 * handle's on_closed comes.
 */
struct mh_stream_events {
    /* connect finished: 0 or a negative code. Only after mh_stream_connect. */
    void (*on_connect)(struct mh_stream *s, int rc);
    /* bytes live only during the call. */
    void (*on_data)(struct mh_stream *s, const char *bytes, size_t len);
    /* The peer has ended its side; nothing more will be read. */
    void (*on_end)(struct mh_stream *s);
    /* Reading or writing failed; the owner should close. Once. */
    void (*on_error)(struct mh_stream *s, int rc);
    /* The queue has become empty after it was not. */
    void (*on_drain)(struct mh_stream *s);
    /* mh_stream_shutdown is done, or failed with a negative code. */
    void (*on_shutdown)(struct mh_stream *s, int rc);
};

struct mh_stream {
    struct mh_handle handle;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    const struct mh_stream_events *events; /* may be replaced by a new owner */
    uint64_t bytes_read;
    uint64_t bytes_written; /* accepted by mh_stream_write, those still pending included */
    size_t queue_ceiling;   /* see mh_stream_write */
    bool shared; /* another process holds the same socket: shutdown(2) before close, or its copy holds back
                    the FIN */
    /* the rest is stream.c's */
    struct mh_buf queue;  /* accepted, not yet in a write request */
    struct mh_buf flight; /* in the running write request */
    uv_write_t write;
    uv_connect_t connect;
    uv_shutdown_t shutdown;
    int failure;         /* what on_error was told, or what broke the stream inside a write; 0 */
    bool failed_writing; /* that was in a write, not in a read */
    bool counted;        /* in ctx->stats->connections */
    bool connecting;
    bool writing;
    bool ending; /* shutdown asked for, waits for the queue */
    bool ended;  /* the peer's end was seen */
    bool reset;  /* close will not be orderly */
};

/*
 * Take the connected socket or pipe fd (TCP, UNIX or pipe, found out from the descriptor). Not reading yet.
 * Takes fd even when it fails, except for -EEXIST: then it belongs to another object on this loop.
 * Returns 0; -ENOMEM; -EINVAL for a descriptor that is no stream; other errno.
 */
int mh_stream_open(struct mh_ctx *ctx, int fd, const struct mh_stream_events *events, struct mh_stream **out);

/* The same for the descriptor of a terminal, for which mh_stream_kind has no number. */
int mh_stream_open_tty(struct mh_ctx *ctx, int fd, const struct mh_stream_events *events,
                       struct mh_stream **out);

/* What fd is: 1 a TCP socket, 0 a UNIX socket or a pipe; -EINVAL when it is no stream, or another errno. */
int mh_stream_kind(int fd);

/* Count it among the connections open now, until it is closed: for what a server has accepted. Once is
 * enough. */
void mh_stream_count(struct mh_stream *s);

/* A stream that connects to address; local may be NULL. on_connect follows, from the loop. Returns 0 or
 * negative. */
int mh_stream_connect(struct mh_ctx *ctx, const struct sockaddr *address, const struct sockaddr *local,
                      const struct mh_stream_events *events, struct mh_stream **out);

/* The same for a UNIX path of len bytes (abstract names begin with a zero byte). */
int mh_stream_connect_path(struct mh_ctx *ctx, const char *path, size_t len,
                           const struct mh_stream_events *events, struct mh_stream **out);

/* Start and stop reading; idempotent. */
int mh_stream_read_start(struct mh_stream *s);
void mh_stream_read_stop(struct mh_stream *s);

/*
 * Write copies of the pieces, in order. What the kernel does not take now is queued. Never calls back from
 * inside. Returns 0; MH_EQUEUE when something is pending and would with these pieces pass queue_ceiling
 * (nothing of them is written; an empty queue takes one write of any size); -EPIPE after shutdown;
 * MH_ECLOSED; -ENOMEM, or what broke the stream earlier: then the owner should close.
 */
int mh_stream_write(struct mh_stream *s, const uv_buf_t *pieces, unsigned count);

/* Bytes accepted and not yet handed to the kernel. */
size_t mh_stream_pending(const struct mh_stream *s);

/*
 * End our side when all is written; on_shutdown follows unless this fails or on_error comes first.
 * Idempotent. A pipe that is no socket has no such half: on_shutdown says 0, and closing is what its reader
 * sees.
 */
int mh_stream_shutdown(struct mh_stream *s);

/* Close; a TCP peer sees a reset. */
void mh_stream_reset(struct mh_stream *s);

/* The descriptor, borrowed; -1 when closed. */
int mh_stream_fd(const struct mh_stream *s);

/* Addresses of this end (peer false) or the other. Returns 0 or a negative code. */
int mh_stream_address(const struct mh_stream *s, bool peer, struct sockaddr_storage *out, socklen_t *len);

/* Nothing to do, and 0, for what is not TCP. delay_s 0: the system's own delay. */
int mh_stream_nodelay(struct mh_stream *s, bool on);
int mh_stream_keepalive(struct mh_stream *s, bool on, unsigned delay_s);

/* Close now; unsent bytes are lost. */
static inline void mh_stream_close(struct mh_stream *s)
{
    mh_handle_close(&s->handle);
}

#endif
