#include "ipc/channel.h"

#include "base/err.h"
#include "ipc/inbox.h"
#include "ipc/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_FDS (MH_CHANNEL_FDS * 4) /* that any channel may hold unclaimed */
#define RETRY_MS 10                   /* until a write is tried again that the kernel had no means for */

struct mh_channel {
    struct mh_handle handle;
    uv_poll_t poll;
    uv_timer_t retry;
    int open_uv; /* uv handles whose close callback is still to come */
    int fd;
    int polled; /* events that uv_poll looks for now */
    struct mh_channel_limits limits;
    const struct mh_channel_events *events;
    mh_channel_control_cb on_control;
    void *control_userdata;

    bool reading;
    bool ref;
    bool ended;     /* on_end was called */
    bool finishing; /* closes when the queue is empty */
    bool waiting;   /* the kernel took less than we had; on_drain is owed */
    uint64_t heard_ms;

    struct mh_inbox in;
    struct mh_outbox out;
    uint64_t tell_at; /* on_drain is owed when that much is sent; 0 none */
    struct mh_deferred flush;
};

static void channel_poll_update(struct mh_channel *ch);

void mh_channel_limits_init(struct mh_channel_limits *limits)
{
    limits->frame_bytes = MH_CHANNEL_FRAME_BYTES;
    limits->queue_bytes = MH_CHANNEL_QUEUE_BYTES;
    limits->mark_bytes = MH_CHANNEL_MARK_BYTES;
    limits->fds = MH_CHANNEL_FDS;
}

int mh_channel_pair(int *ours, int *theirs)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    *ours = pair[0];
    *theirs = pair[1];
    return 0;
}

/* ---- life cycle ---- */

static void channel_uv_closed(uv_handle_t *uv)
{
    struct mh_channel *ch = uv->data;
    if (--ch->open_uv > 0)
        return;
    mh_ctx_close_fd(ch->handle.ctx, ch->fd);
    ch->fd = -1;
    mh_handle_closed(&ch->handle);
}

static void channel_close(struct mh_handle *h)
{
    struct mh_channel *ch = mh_channel_of(h);
    ch->ended = true; /* closed by its owner: there is nobody to tell */
    mh_list_remove(&ch->flush.link);
    mh_channel_control_cb on_control = ch->on_control;
    ch->on_control = NULL;
    if (on_control)
        on_control(ch->control_userdata, NULL);
    uv_close((uv_handle_t *)&ch->poll, channel_uv_closed);
    uv_close((uv_handle_t *)&ch->retry, channel_uv_closed);
}

static void channel_destroy(struct mh_handle *h)
{
    struct mh_channel *ch = mh_channel_of(h);
    mh_inbox_free(&ch->in);
    mh_outbox_free(&ch->out);
    mh_free(&h->ctx->alloc, ch);
}

static const struct mh_handle_class channel_class = {"channel", channel_close, channel_destroy};

struct mh_handle *mh_channel_handle(struct mh_channel *ch)
{
    return &ch->handle;
}

struct mh_channel *mh_channel_of(struct mh_handle *h)
{
    return mh_of(h, struct mh_channel, handle);
}

void mh_channel_end(struct mh_channel *ch, int reason)
{
    if (ch->ended)
        return;
    ch->ended = true;
    if (ch->events->on_end)
        ch->events->on_end(ch, reason);
    mh_handle_close(&ch->handle);
}

/* ---- sending ---- */

static void channel_retry(uv_timer_t *uv)
{
    struct mh_channel *ch = uv->data;
    mh_ctx_defer(ch->handle.ctx, &ch->flush);
    mh_ctx_settle(ch->handle.ctx);
}

/* Tells the owner what it waits for, if that is so now, and of a loss. */
static void channel_tell(struct mh_channel *ch, int rc, unsigned refused)
{
    bool unsent = mh_outbox_len(&ch->out) > 0;
    bool drained = ch->waiting && !unsent;
    bool reached = ch->tell_at != 0 && ch->out.sent_total >= ch->tell_at;
    ch->waiting = unsent;
    if (reached)
        ch->tell_at = 0;
    if ((drained || reached || rc < 0) && ch->events->on_drain)
        ch->events->on_drain(ch, rc, refused);
}

static void channel_flush(struct mh_deferred *work)
{
    struct mh_channel *ch = mh_of(work, struct mh_channel, flush);
    if (!mh_handle_is_open(&ch->handle))
        return;
    int rc = mh_outbox_write(&ch->out, ch->fd);
    int lost = 0;
    unsigned refused = 0;
    if (mh_outbox_error_passes(rc)) {
        uv_timer_start(&ch->retry, channel_retry, RETRY_MS, 0);
    } else if (rc == -EPIPE || rc == -ECONNRESET) {
        /* What the peer wrote before it went is still to be read: the read that finds the end closes. */
        unsigned messages = mh_outbox_lose(&ch->out);
        refused = ch->waiting ? 0 : messages;
        lost = rc;
    } else if (rc < 0 && rc != -EAGAIN) {
        /* Not the peer's doing, for example a queued descriptor that somebody has closed. A frame may be half
         * written, so there is no going on without the rest. */
        mh_channel_end(ch, rc);
        return;
    }
    channel_tell(ch, lost, refused);
    if (!mh_handle_is_open(&ch->handle))
        return;
    if (ch->finishing && mh_outbox_len(&ch->out) == 0) {
        mh_channel_end(ch, 0);
        return;
    }
    channel_poll_update(ch);
}

/* Whether frames may still be sent, as far as this side knows. */
static bool channel_takes(const struct mh_channel *ch)
{
    return mh_handle_is_open(&ch->handle) && !ch->ended && !ch->finishing;
}

int mh_channel_send(struct mh_channel *ch, enum mh_frame_type type, const void *bytes, size_t len,
                    const int *fds, unsigned fd_count)
{
    int rc = !channel_takes(ch)             ? MH_ECLOSED
             : len > ch->limits.frame_bytes ? MH_EFRAMESIZE
                                            : mh_outbox_add(&ch->out, type, bytes, len, fds, fd_count);
    if (rc < 0) {
        for (unsigned i = 0; i < fd_count; i++)
            mh_ctx_close_fd(ch->handle.ctx, fds[i]);
        return rc;
    }
    /* While the kernel is full, it says itself when to go on. */
    if (!ch->waiting)
        mh_ctx_defer(ch->handle.ctx, &ch->flush);
    return 0;
}

int mh_channel_send_now(struct mh_channel *ch, enum mh_frame_type type, const void *bytes, size_t len, int fd)
{
    if (!channel_takes(ch))
        return MH_ECLOSED;
    int rc = mh_outbox_write_now(&ch->out, ch->fd, type, bytes, len, fd);
    if (rc > 0)
        mh_ctx_defer(ch->handle.ctx, &ch->flush);
    return rc < 0 ? rc : 0;
}

int mh_channel_flush(struct mh_channel *ch, uint64_t timeout_ms)
{
    uint64_t until = uv_hrtime() + timeout_ms * 1000000u;
    for (;;) {
        int rc = mh_handle_is_open(&ch->handle) ? mh_outbox_write(&ch->out, ch->fd) : MH_ECLOSED;
        if (rc != -EAGAIN && !mh_outbox_error_passes(rc))
            return rc;
        uint64_t now = uv_hrtime();
        if (now >= until)
            return -ETIMEDOUT;
        uint64_t left_ms = (until - now) / 1000000u + 1;
        struct pollfd wait = {ch->fd, POLLOUT, 0};
        if (rc == -EAGAIN)
            poll(&wait, 1, left_ms < INT_MAX ? (int)left_ms : INT_MAX);
        else
            poll(NULL, 0, RETRY_MS);
    }
}

void mh_channel_finish(struct mh_channel *ch)
{
    if (!mh_handle_is_open(&ch->handle) || ch->finishing)
        return;
    ch->finishing = true;
    ch->reading = false;
    mh_ctx_defer(ch->handle.ctx, &ch->flush);
}

/* ---- receiving ---- */

/* Frames of the channel's own, and those for the control hook. Returns 0, or why the peer must be cut off. */
static int channel_control_frame(struct mh_channel *ch, struct mh_frame_view *view)
{
    uint32_t version;
    switch (view->type) {
    case MH_FRAME_HELLO:
        if (view->len != sizeof version)
            return MH_EFRAME;
        memcpy(&version, view->bytes, sizeof version);
        return version == MH_FRAME_VERSION ? 0 : MH_EVERSION;
    case MH_FRAME_PING:
        if (view->len != sizeof(uint64_t))
            return MH_EFRAME;
        /* A peer that pings and does not read cannot grow our queue: the answer may be lost, the peer's life
         * not. */
        mh_channel_send(ch, MH_FRAME_PONG, view->bytes, view->len, NULL, 0);
        return 0;
    default:
        if (ch->on_control)
            ch->on_control(ch->control_userdata, view);
        else if (view->type != MH_FRAME_PONG) /* which may be on its way when a watch ends */
            return MH_EFRAMETYPE;
        return 0;
    }
}

/* Hands over all complete frames. Returns 0, or why the peer must be cut off. */
static int channel_deliver(struct mh_channel *ch)
{
    struct mh_frame_view views[MH_INBOX_BATCH];
    int fds[MOST_FDS];
    int rc = 0;
    while (rc == 0 && mh_handle_is_open(&ch->handle)) {
        int count = mh_inbox_next(&ch->in, views, fds);
        if (count <= 0) {
            rc = count;
            break;
        }
        if (mh_frame_is_data(views[0].type))
            ch->events->on_frames(ch, views, (unsigned)count);
        else
            rc = channel_control_frame(ch, views);
        mh_inbox_close_fds(&ch->in, views, count);
    }
    int left = mh_inbox_done(&ch->in);
    return rc < 0 ? rc : left;
}

static void channel_readable(struct mh_channel *ch)
{
    ssize_t got = mh_inbox_receive(&ch->in, ch->fd);
    if (got == -EAGAIN)
        return;
    if (got < 0 && got != -ECONNRESET) {
        mh_channel_end(ch, (int)got);
        return;
    }
    if (got <= 0) {
        /* The peer ended, perhaps killed in the middle of a frame: the half frame is lost with it. */
        mh_channel_end(ch, mh_inbox_midway(&ch->in) ? MH_EPEERGONE : 0);
        return;
    }
    ch->heard_ms = uv_now(ch->handle.ctx->loop);
    int rc = channel_deliver(ch);
    if (rc < 0)
        mh_channel_end(ch, rc);
}

static void channel_polled(uv_poll_t *uv, int status, int events)
{
    struct mh_channel *ch = uv->data;
    struct mh_ctx *ctx = ch->handle.ctx;
    if (status < 0) {
        /* libuv's word for POLLERR, after which it polls no more: a peer that died with bytes of ours unread.
         * What it had sent is there all the same; reading and writing find out what is wrong. */
        events = UV_READABLE | UV_WRITABLE;
        ch->polled = 0;
        channel_poll_update(ch);
    }
    if (events & UV_WRITABLE)
        mh_ctx_defer(ctx, &ch->flush);
    if ((events & (UV_READABLE | UV_DISCONNECT)) && ch->reading)
        channel_readable(ch);
    mh_ctx_settle(ctx);
}

/* Poll for just what is wanted, and keep the loop alive for just what should. */
static void channel_poll_update(struct mh_channel *ch)
{
    if (!mh_handle_is_open(&ch->handle))
        return;
    bool unsent = mh_outbox_len(&ch->out) > 0;
    int events = (ch->reading ? UV_READABLE : 0) |
                 (unsent && !uv_is_active((uv_handle_t *)&ch->retry) ? UV_WRITABLE : 0);
    /* To start again what already runs costs libuv two system calls. */
    if (events != ch->polled) {
        if (events)
            uv_poll_start(&ch->poll, events, channel_polled);
        else
            uv_poll_stop(&ch->poll);
        ch->polled = events;
    }
    if (ch->ref || unsent)
        uv_ref((uv_handle_t *)&ch->poll);
    else
        uv_unref((uv_handle_t *)&ch->poll);
}

void mh_channel_read_start(struct mh_channel *ch)
{
    if (ch->reading || ch->finishing)
        return;
    ch->reading = true;
    channel_poll_update(ch);
}

void mh_channel_read_stop(struct mh_channel *ch)
{
    if (!ch->reading)
        return;
    ch->reading = false;
    channel_poll_update(ch);
}

/* ---- the rest ---- */

int mh_channel_open(struct mh_ctx *ctx, int fd, const struct mh_channel_limits *limits,
                    const struct mh_channel_events *events, struct mh_channel **out)
{
    struct mh_channel *ch = mh_zalloc(&ctx->alloc, sizeof *ch);
    int rc = ch ? 0 : -ENOMEM;
    if (rc == 0) {
        mh_channel_limits_init(&ch->limits);
        if (limits)
            ch->limits = *limits;
        if (ch->limits.fds > MOST_FDS)
            ch->limits.fds = MOST_FDS;
        if (ch->limits.fds < MH_FRAME_FDS)
            ch->limits.fds = MH_FRAME_FDS;
        rc = mh_inbox_init(&ch->in, ctx, ch->limits.frame_bytes, ch->limits.fds);
    }
    if (rc == 0) {
        rc = uv_poll_init(ctx->loop, &ch->poll, fd);
        if (rc < 0)
            mh_inbox_free(&ch->in);
    }
    if (rc < 0) {
        mh_free(&ctx->alloc, ch);
        if (rc != -EEXIST)
            mh_ctx_close_fd(ctx, fd);
        return rc;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    uv_timer_init(ctx->loop, &ch->retry);
    ch->poll.data = ch;
    ch->retry.data = ch;
    ch->open_uv = 2;
    ch->fd = fd;
    ch->events = events;
    ch->ref = true;
    ch->heard_ms = uv_now(ctx->loop);
    mh_outbox_init(&ch->out, ctx, ch->limits.frame_bytes, ch->limits.queue_bytes);
    mh_list_init(&ch->flush.link);
    ch->flush.run = channel_flush;
    mh_handle_open(&ch->handle, ctx, &channel_class);
    *out = ch;
    return 0;
}

void mh_channel_set_control(struct mh_channel *ch, mh_channel_control_cb on_control, void *userdata)
{
    ch->on_control = on_control;
    ch->control_userdata = userdata;
}

size_t mh_channel_pending(const struct mh_channel *ch)
{
    return mh_outbox_len(&ch->out);
}

bool mh_channel_over_mark(const struct mh_channel *ch)
{
    return mh_outbox_len(&ch->out) >= ch->limits.mark_bytes;
}

uint64_t mh_channel_queued_total(const struct mh_channel *ch)
{
    return ch->out.added_total;
}

uint64_t mh_channel_sent_total(const struct mh_channel *ch)
{
    return ch->out.sent_total;
}

void mh_channel_tell_at(struct mh_channel *ch, uint64_t total)
{
    if (!mh_handle_is_open(&ch->handle))
        return;
    ch->tell_at = total;
    /* It may be there already; then the flush at the end of this callback finds out. */
    mh_ctx_defer(ch->handle.ctx, &ch->flush);
}

uint64_t mh_channel_heard_ms(const struct mh_channel *ch)
{
    return ch->heard_ms;
}

void mh_channel_set_ref(struct mh_channel *ch, bool ref)
{
    ch->ref = ref;
    channel_poll_update(ch);
}

bool mh_channel_has_ref(const struct mh_channel *ch)
{
    return ch->ref;
}

bool mh_channel_has_unread(const struct mh_channel *ch)
{
    struct pollfd ask = {ch->fd, POLLIN, 0};
    return poll(&ask, 1, 0) > 0;
}

int mh_channel_fd(const struct mh_channel *ch)
{
    return ch->fd;
}
