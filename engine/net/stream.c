#include "net/stream.h"

#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct mh_stream *stream_of(const void *uv)
{
    return ((const uv_handle_t *)uv)->data;
}

static bool stream_is_tcp(const struct mh_stream *s)
{
    return s->uv.handle.type == UV_TCP;
}

/* --- life ---------------------------------------------------------------------------------------------- */

static void stream_uv_closed(uv_handle_t *uv)
{
    struct mh_stream *s = stream_of(uv);
    mh_ctx_fd_closed(s->handle.ctx);
    mh_handle_closed(&s->handle);
}

static void stream_close(struct mh_handle *h)
{
    struct mh_stream *s = mh_of(h, struct mh_stream, handle);
    if (s->counted)
        h->ctx->stats->connections--;
    if (s->shared && !s->reset)
        shutdown(mh_stream_fd(s), SHUT_RDWR);
    uv_close(&s->uv.handle, stream_uv_closed);
}

static void stream_destroy(struct mh_handle *h)
{
    struct mh_stream *s = mh_of(h, struct mh_stream, handle);
    mh_buf_free(&s->queue);
    mh_buf_free(&s->flight);
    mh_free(&h->ctx->alloc, s);
}

static const struct mh_handle_class stream_class = {"stream", stream_close, stream_destroy};

static int stream_new(struct mh_ctx *ctx, bool tcp, const struct mh_stream_events *events,
                      struct mh_stream **out)
{
    struct mh_stream *s = mh_zalloc(&ctx->alloc, sizeof *s);
    if (!s)
        return -ENOMEM;
    int rc = tcp ? uv_tcp_init(ctx->loop, &s->uv.tcp) : uv_pipe_init(ctx->loop, &s->uv.pipe, 0);
    assert(rc == 0); /* it only fills in the struct */
    (void)rc;
    s->uv.handle.data = s;
    s->events = events;
    s->queue_ceiling = MH_STREAM_QUEUE_BYTES;
    mh_buf_init(&s->queue, &ctx->alloc,
                SIZE_MAX); /* mh_stream_write keeps the ceiling: it counts the flight too */
    mh_buf_init(&s->flight, &ctx->alloc, SIZE_MAX);
    mh_handle_open(&s->handle, ctx, &stream_class);
    *out = s;
    return 0;
}

/* For an open that failed half way: nobody will hear of this stream. */
static int stream_abort(struct mh_stream *s, int rc)
{
    mh_stream_close(s);
    mh_handle_release(&s->handle);
    return rc;
}

int mh_stream_kind(int fd)
{
    int value;
    socklen_t len = sizeof value;
    if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &len) == 0) {
        if (value == IPPROTO_TCP)
            return 1; /* the common case costs this one call */
        len = sizeof value;
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len) < 0)
            return -errno;
        if (value != SOCK_STREAM)
            return -EINVAL;
        len = sizeof value;
        if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &len) < 0)
            return -errno;
        return value != AF_UNIX;
    }
    if (errno != ENOTSOCK)
        return -errno;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    return S_ISFIFO(st.st_mode) ? 0 : -EINVAL;
}

/* kind as mh_stream_kind has it. */
static int stream_open(struct mh_ctx *ctx, int fd, int kind, const struct mh_stream_events *events,
                       struct mh_stream **out)
{
    struct mh_stream *s = NULL;
    bool tcp = kind == 1;
    int rc = kind < 0 ? kind : stream_new(ctx, tcp, events, &s);
    if (rc == 0)
        rc = tcp ? uv_tcp_open(&s->uv.tcp, fd) : uv_pipe_open(&s->uv.pipe, fd);
    if (rc == 0) {
        *out = s;
        return 0;
    }
    if (rc != -EEXIST)
        mh_ctx_close_fd(ctx, fd);
    return s ? stream_abort(s, rc) : rc;
}

int mh_stream_open(struct mh_ctx *ctx, int fd, const struct mh_stream_events *events, struct mh_stream **out)
{
    return stream_open(ctx, fd, mh_stream_kind(fd), events, out);
}

int mh_stream_open_tty(struct mh_ctx *ctx, int fd, const struct mh_stream_events *events,
                       struct mh_stream **out)
{
    return stream_open(ctx, fd, isatty(fd) ? 0 : -ENOTTY, events, out);
}

void mh_stream_count(struct mh_stream *s)
{
    if (s->counted || !mh_handle_is_open(&s->handle))
        return;
    s->counted = true;
    s->handle.ctx->stats->connections++;
}

/* --- reading ------------------------------------------------------------------------------------------- */

/* Tell of an error, once, and read no more. */
static void stream_fail(struct mh_stream *s, int rc, bool writing)
{
    if (s->failure)
        return;
    s->failure = rc;
    s->failed_writing = writing;
    uv_read_stop(&s->uv.stream);
    if (s->events->on_error)
        s->events->on_error(s, rc);
}

static void stream_uv_alloc(uv_handle_t *uv, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    buf->base = mh_ctx_read_buffer(stream_of(uv)->handle.ctx);
    buf->len = buf->base ? MH_CTX_READ_BYTES : 0; /* 0 comes back as UV_ENOBUFS */
}

static void stream_uv_read(uv_stream_t *uv, ssize_t len, const uv_buf_t *buf)
{
    struct mh_stream *s = stream_of(uv);
    if (len > 0) {
        s->bytes_read += (uint64_t)len;
        if (s->events->on_data)
            s->events->on_data(s, buf->base, (size_t)len);
    } else if (len == UV_EOF) {
        s->ended = true;
        uv_read_stop(uv);
        if (s->events->on_end)
            s->events->on_end(s);
    } else if (len < 0) {
        stream_fail(s, (int)len, false);
    }
}

int mh_stream_read_start(struct mh_stream *s)
{
    if (!mh_handle_is_open(&s->handle))
        return MH_ECLOSED;
    if (s->failure)
        return s->failure;
    if (s->ended)
        return 0;
    int rc = uv_read_start(&s->uv.stream, stream_uv_alloc, stream_uv_read);
    return rc == UV_EALREADY ? 0 : rc;
}

void mh_stream_read_stop(struct mh_stream *s)
{
    if (mh_handle_is_open(&s->handle))
        uv_read_stop(&s->uv.stream);
}

/* --- writing ------------------------------------------------------------------------------------------- */

static int stream_flush(struct mh_stream *s);

static void stream_uv_shut(uv_shutdown_t *req, int status)
{
    struct mh_stream *s = stream_of(req->handle);
    if (!mh_handle_is_open(&s->handle) || s->failure)
        return;
    if (status == UV_ENOTSOCK)
        status = 0;
    if (s->events->on_shutdown)
        s->events->on_shutdown(s, status);
}

static int stream_start_shutdown(struct mh_stream *s)
{
    return uv_shutdown(&s->shutdown, &s->uv.stream, stream_uv_shut);
}

/* The shutdown that had to wait. */
static void stream_shutdown_late(struct mh_stream *s)
{
    if (!mh_handle_is_open(&s->handle))
        return;
    int rc = stream_start_shutdown(s);
    if (rc < 0 && s->events->on_shutdown)
        s->events->on_shutdown(s, rc);
}

/* All is written: say so, then end our side if that was asked for. */
static void stream_drained(struct mh_stream *s)
{
    bool ending = s->ending; /* one asked for inside the callback starts by itself */
    mh_buf_free(&s->queue);
    if (s->events->on_drain)
        s->events->on_drain(s);
    if (ending)
        stream_shutdown_late(s);
}

static void stream_uv_written(uv_write_t *req, int status)
{
    struct mh_stream *s = stream_of(req->handle);
    s->writing = false;
    mh_buf_free(&s->flight);
    if (!mh_handle_is_open(&s->handle))
        return;
    if (status == 0 && mh_buf_len(&s->queue) > 0)
        status = stream_flush(s);
    if (status < 0)
        stream_fail(s, status, true);
    else if (!s->writing)
        stream_drained(s);
}

/* Give the queue to libuv, if that is free to take it. */
static int stream_flush(struct mh_stream *s)
{
    if (s->writing || s->connecting || mh_buf_len(&s->queue) == 0)
        return 0;
    struct mh_buf empty = s->flight;
    s->flight = s->queue;
    s->queue = empty;
    uv_buf_t piece = {mh_buf_bytes(&s->flight), mh_buf_len(&s->flight)};
    int rc = uv_write(&s->write, &s->uv.stream, &piece, 1, stream_uv_written);
    if (rc < 0) {
        mh_buf_free(&s->flight);
        return rc;
    }
    s->writing = true;
    return 0;
}

/* Copy the pieces without their first `skip` bytes into the queue: all or nothing. */
static int stream_enqueue(struct mh_stream *s, const uv_buf_t *pieces, unsigned count, size_t skip,
                          size_t len)
{
    char *to;
    int rc = mh_buf_reserve(&s->queue, len, &to);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < count; i++) {
        size_t jump = skip < pieces[i].len ? skip : pieces[i].len;
        size_t part = pieces[i].len - jump;
        skip -= jump;
        if (part > 0)
            memcpy(to, pieces[i].base + jump, part);
        to += part;
    }
    mh_buf_added(&s->queue, len);
    return 0;
}

int mh_stream_write(struct mh_stream *s, const uv_buf_t *pieces, unsigned count)
{
    if (!mh_handle_is_open(&s->handle))
        return MH_ECLOSED;
    if (s->failure)
        return s->failure;
    if (s->ending)
        return -EPIPE;
    size_t total = 0;
    for (unsigned i = 0; i < count; i++)
        total += pieces[i].len;
    if (total == 0)
        return 0;
    size_t pending = mh_stream_pending(s);
    if (pending > 0 && (pending >= s->queue_ceiling || total > s->queue_ceiling - pending))
        return MH_EQUEUE;

    size_t sent = 0;
    if (!s->writing && !s->connecting) {
        /* An error is left for the queued write to meet again: that one reports from the loop. */
        int rc = uv_try_write(&s->uv.stream, pieces, count);
        sent = rc > 0 ? (size_t)rc : 0;
        if (sent == total) {
            s->bytes_written += total;
            return 0;
        }
    }
    int rc = stream_enqueue(s, pieces, count, sent, total - sent);
    if (rc == 0)
        rc = stream_flush(s);
    else if (sent == 0)
        return rc; /* nothing happened */
    if (rc < 0) {
        s->failure = rc; /* a part of the bytes is gone: no later write may follow it */
        uv_read_stop(&s->uv.stream);
        return rc;
    }
    s->bytes_written += total;
    return 0;
}

size_t mh_stream_pending(const struct mh_stream *s)
{
    return mh_buf_len(&s->queue) + (s->writing ? uv_stream_get_write_queue_size(&s->uv.stream) : 0);
}

int mh_stream_shutdown(struct mh_stream *s)
{
    if (!mh_handle_is_open(&s->handle))
        return MH_ECLOSED;
    if (s->failure)
        return s->failure;
    if (s->ending)
        return 0;
    s->ending = true;
    if (s->connecting || s->writing)
        return 0;
    return stream_start_shutdown(s);
}

/* --- connecting ---------------------------------------------------------------------------------------- */

static void stream_connected(struct mh_stream *s, int status)
{
    s->connecting = false;
    if (!mh_handle_is_open(&s->handle))
        return;
    s->failure = status;
    if (status == 0)
        status = s->failure = stream_flush(s);
    bool ending = s->ending && !s->writing && status == 0;
    if (s->events->on_connect)
        s->events->on_connect(s, status);
    if (ending)
        stream_shutdown_late(s);
}

static void stream_uv_connected(uv_connect_t *req, int status)
{
    stream_connected(stream_of(req->handle), status);
}

int mh_stream_connect(struct mh_ctx *ctx, const struct sockaddr *address, const struct sockaddr *local,
                      const struct mh_stream_events *events, struct mh_stream **out)
{
    struct mh_stream *s;
    int rc = stream_new(ctx, true, events, &s);
    if (rc < 0)
        return rc;
    if (local)
        rc = uv_tcp_bind(&s->uv.tcp, local, 0);
    if (rc == 0)
        rc = uv_tcp_connect(&s->connect, &s->uv.tcp, address, stream_uv_connected);
    if (rc < 0)
        return stream_abort(s, rc);
    s->connecting = true;
    *out = s;
    return 0;
}

static void stream_uv_announced(uv_write_t *req, int status)
{
    stream_connected(stream_of(req->handle), status);
}

int mh_stream_connect_path(struct mh_ctx *ctx, const char *path, size_t len,
                           const struct mh_stream_events *events, struct mh_stream **out)
{
    /* libuv's own cuts long paths, and 1.44 knows no abstract names. A UNIX socket connects at once or not at
     * all. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (len == 0)
        return -EINVAL;
    if (len >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, len);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] != '\0'));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int rc;
    do
        rc = connect(fd, (struct sockaddr *)&address, size);
    while (rc < 0 && errno == EINTR);
    if (rc < 0) {
        rc = -errno;
        close(fd);
        return rc;
    }
    struct mh_stream *s;
    rc = mh_stream_open(ctx, fd, events, &s);
    if (rc != 0)
        return rc;
    /* on_connect has to come from the loop: a write of nothing calls back from there. */
    uv_buf_t nothing = {NULL, 0};
    rc = uv_write(&s->write, &s->uv.stream, &nothing, 1, stream_uv_announced);
    if (rc < 0)
        return stream_abort(s, rc);
    s->connecting = true;
    *out = s;
    return 0;
}

/* --- the descriptor ------------------------------------------------------------------------------------ */

int mh_stream_fd(const struct mh_stream *s)
{
    uv_os_fd_t fd;
    return uv_fileno(&s->uv.handle, &fd) == 0 ? fd : -1;
}

int mh_stream_address(const struct mh_stream *s, bool peer, struct sockaddr_storage *out, socklen_t *len)
{
    int fd = mh_stream_fd(s);
    if (fd < 0)
        return MH_ECLOSED;
    *len = sizeof *out;
    int rc = (peer ? getpeername : getsockname)(fd, (struct sockaddr *)out, len);
    return rc < 0 ? -errno : 0;
}

int mh_stream_nodelay(struct mh_stream *s, bool on)
{
    if (!mh_handle_is_open(&s->handle))
        return MH_ECLOSED;
    return stream_is_tcp(s) ? uv_tcp_nodelay(&s->uv.tcp, on) : 0;
}

int mh_stream_keepalive(struct mh_stream *s, bool on, unsigned delay_s)
{
    if (!mh_handle_is_open(&s->handle))
        return MH_ECLOSED;
    if (!stream_is_tcp(s))
        return 0;
    int fd = mh_stream_fd(s);
    int value = on;
    if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof value) < 0)
        return -errno;
    value = (int)delay_s;
    if (on && delay_s > 0 && setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &value, sizeof value) < 0)
        return -errno;
    return 0;
}

void mh_stream_reset(struct mh_stream *s)
{
    if (!mh_handle_is_open(&s->handle))
        return;
    int fd = mh_stream_fd(s);
    if (stream_is_tcp(s) && fd >= 0) {
        struct linger now = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        /* Closing one copy of a shared socket resets nothing; dissolving the connection does. */
        struct sockaddr nobody = {.sa_family = AF_UNSPEC};
        if (s->shared)
            (void)connect(fd, &nobody, sizeof nobody);
        s->reset = true;
    }
    mh_stream_close(s);
}
