#include "ipc/channel.h"

#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES       65536u     /* one read, and so one turn's worth of a busy peer */
#define READ_BYTES_LARGE (1u << 20) /* the same in the middle of a large frame */
#define BATCH_FRAMES     64         /* views handed over in one call */
#define RETRY_MS         10         /* until a write is tried again that the kernel had no means for */
#define FD_LOST          (-1)       /* stands for all further descriptors of one message */

/* Descriptors that leave with the byte at this offset of the outgoing stream. */
struct outgoing_fds {
    struct mh_link link;
    uint64_t offset;
    unsigned count;
    int fds[MH_FRAME_FDS];
};

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

    struct mh_buf in;
    int *in_fds; /* limits.fds places */
    unsigned in_fd_count;

    struct mh_buf out;
    struct mh_link out_fds;
    uint64_t queued_total;
    uint64_t sent_total;
    uint64_t tell_at;    /* on_drain is owed when sent_total reaches it; 0 none */
    uint64_t flight_end; /* offset at which the frame that is being sent ends */
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

static void channel_drop_out_fds(struct mh_channel *ch, struct outgoing_fds *record)
{
    for (unsigned i = 0; i < record->count; i++)
        mh_ctx_close_fd(ch->handle.ctx, record->fds[i]);
    mh_list_remove(&record->link);
    mh_free(&ch->handle.ctx->alloc, record);
}

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
    struct mh_ctx *ctx = h->ctx;
    while (!mh_list_empty(&ch->out_fds))
        channel_drop_out_fds(ch, mh_of(ch->out_fds.next, struct outgoing_fds, link));
    for (unsigned i = 0; i < ch->in_fd_count; i++)
        mh_ctx_close_fd(ctx, ch->in_fds[i]);
    mh_free(&ctx->alloc, ch->in_fds);
    mh_buf_free(&ch->in);
    mh_buf_free(&ch->out);
    mh_free(&ctx->alloc, ch);
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

/* The bytes that may go in the next system call, and the descriptors that go with them or NULL. */
static size_t channel_next_piece(struct mh_channel *ch, struct outgoing_fds **record)
{
    size_t len = mh_buf_len(&ch->out);
    *record = NULL;
    if (mh_list_empty(&ch->out_fds))
        return len;
    struct outgoing_fds *first = mh_of(ch->out_fds.next, struct outgoing_fds, link);
    if (first->offset > ch->sent_total)
        return (size_t)(first->offset - ch->sent_total);
    *record = first;
    /* Up to the next record: the kernel attaches descriptors to a system call's first byte. */
    if (first->link.next != &ch->out_fds) {
        struct outgoing_fds *second = mh_of(first->link.next, struct outgoing_fds, link);
        return (size_t)(second->offset - ch->sent_total);
    }
    return len;
}

/* Plain bytes: send(2) has less to copy and check than sendmsg(2), and this is the path of every message. */
static ssize_t channel_send_bytes(int fd, const void *bytes, size_t len)
{
    ssize_t sent;
    do {
        sent = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static ssize_t channel_send_fds(int fd, const void *bytes, size_t len, const int *fds, unsigned fd_count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * MH_FRAME_FDS)];
    } control;
    struct iovec iov = {(void *)bytes, len};
    memset(&control, 0, sizeof control);
    struct msghdr msg = {
        .msg_iov = &iov,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = CMSG_SPACE(sizeof(int) * fd_count),
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
    memcpy(CMSG_DATA(c), fds, sizeof(int) * fd_count);
    ssize_t sent;
    do {
        sent = sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

/* Keep flight_end at the end of the frame whose first byte is next, once the one before is through. */
static void channel_track_flight(struct mh_channel *ch)
{
    while (ch->flight_end <= ch->sent_total && mh_buf_len(&ch->out) > 0) {
        struct mh_frame_header header;
        memcpy(&header, mh_buf_bytes(&ch->out) + (ch->flight_end - ch->sent_total), sizeof header);
        ch->flight_end += MH_FRAME_HEADER + header.length;
    }
}

static void channel_sent(struct mh_channel *ch, size_t len)
{
    /* Frames are skipped by their headers, so these must still be there: track before taking. */
    while (ch->flight_end < ch->sent_total + len) {
        struct mh_frame_header header;
        memcpy(&header, mh_buf_bytes(&ch->out) + (ch->flight_end - ch->sent_total), sizeof header);
        ch->flight_end += MH_FRAME_HEADER + header.length;
    }
    ch->sent_total += len;
    mh_buf_take(&ch->out, len);
    channel_track_flight(ch);
}

/* Write as much as the kernel takes. Returns 0 when all is written, -EAGAIN, or why writing is impossible. */
static int channel_write(struct mh_channel *ch)
{
    while (mh_buf_len(&ch->out) > 0) {
        struct outgoing_fds *record;
        size_t len = channel_next_piece(ch, &record);
        const char *bytes = mh_buf_bytes(&ch->out);
        ssize_t sent = record ? channel_send_fds(ch->fd, bytes, len, record->fds, record->count)
                              : channel_send_bytes(ch->fd, bytes, len);
        if (sent < 0)
            return (int)sent;
        if (record)
            channel_drop_out_fds(ch, record);
        channel_sent(ch, (size_t)sent);
    }
    return 0;
}

static void channel_retry(uv_timer_t *uv)
{
    struct mh_channel *ch = uv->data;
    mh_ctx_defer(ch->handle.ctx, &ch->flush);
    mh_ctx_settle(ch->handle.ctx);
}

/* Passes by itself: the kernel holds too many descriptors in flight, or has no memory for the message. */
static bool channel_error_passes(int rc)
{
    return rc == -ETOOMANYREFS || rc == -ENOBUFS || rc == -ENOMEM;
}

/* Tells the owner what it waits for, if that is so now. */
static void channel_tell(struct mh_channel *ch, int rc)
{
    bool unsent = mh_buf_len(&ch->out) > 0;
    bool drained = ch->waiting && !unsent;
    bool reached = ch->tell_at != 0 && ch->sent_total >= ch->tell_at;
    ch->waiting = unsent;
    if (reached)
        ch->tell_at = 0;
    if ((drained || reached) && ch->events->on_drain)
        ch->events->on_drain(ch, rc);
}

/* The peer has gone: what is queued has nowhere to go. */
static void channel_lose_queue(struct mh_channel *ch)
{
    mh_buf_take(&ch->out, mh_buf_len(&ch->out));
    ch->sent_total = ch->queued_total;
    ch->flight_end = ch->queued_total;
    while (!mh_list_empty(&ch->out_fds))
        channel_drop_out_fds(ch, mh_of(ch->out_fds.next, struct outgoing_fds, link));
}

static void channel_flush(struct mh_deferred *work)
{
    struct mh_channel *ch = mh_of(work, struct mh_channel, flush);
    if (!mh_handle_is_open(&ch->handle))
        return;
    int rc = channel_write(ch);
    int lost = 0;
    if (channel_error_passes(rc)) {
        uv_timer_start(&ch->retry, channel_retry, RETRY_MS, 0);
    } else if (rc == -EPIPE || rc == -ECONNRESET) {
        /* What the peer wrote before it went is still to be read: the read that finds the end closes. */
        if (ch->finishing) {
            mh_channel_end(ch, 0);
            return;
        }
        channel_lose_queue(ch);
        lost = rc;
    } else if (rc < 0 && rc != -EAGAIN) {
        /* Not the peer's doing, for example a queued descriptor that somebody has closed. A frame may be half
         * written, so there is no going on without the rest. */
        mh_channel_end(ch, rc);
        return;
    }
    channel_tell(ch, lost);
    if (!mh_handle_is_open(&ch->handle))
        return;
    if (ch->finishing && mh_buf_len(&ch->out) == 0) {
        mh_channel_end(ch, 0);
        return;
    }
    channel_poll_update(ch);
}

/* Takes the descriptors in every case. */
static int channel_queue_fds(struct mh_channel *ch, const int *fds, unsigned fd_count)
{
    struct mh_alloc *alloc = &ch->handle.ctx->alloc;
    struct outgoing_fds *record = fd_count <= MH_FRAME_FDS ? mh_malloc(alloc, sizeof *record) : NULL;
    if (!record)
        return fd_count > MH_FRAME_FDS ? MH_EFDS : -ENOMEM;
    record->offset = ch->queued_total;
    record->count = fd_count;
    memcpy(record->fds, fds, sizeof(int) * fd_count);
    mh_list_append(&ch->out_fds, &record->link);
    return 0;
}

static int channel_queue(struct mh_channel *ch, enum mh_frame_type type, const void *bytes, size_t len,
                         const int *fds, unsigned fd_count)
{
    if (!mh_handle_is_open(&ch->handle) || ch->ended || ch->finishing)
        return MH_ECLOSED;
    if (len > ch->limits.frame_bytes)
        return MH_EFRAMESIZE;
    uint64_t behind = ch->queued_total - (ch->flight_end > ch->sent_total ? ch->flight_end : ch->sent_total);
    if (mh_buf_len(&ch->out) > 0 && behind + MH_FRAME_HEADER + len > ch->limits.queue_bytes)
        return MH_EQUEUE;
    char *to;
    int rc = mh_buf_reserve(&ch->out, MH_FRAME_HEADER + len, &to);
    if (rc == 0 && fd_count > 0)
        rc = channel_queue_fds(ch, fds, fd_count);
    if (rc < 0)
        return rc;
    mh_frame_write(to, type, (uint32_t)len, fd_count);
    if (len > 0)
        memcpy(to + MH_FRAME_HEADER, bytes, len);
    mh_buf_added(&ch->out, MH_FRAME_HEADER + len);
    ch->queued_total += MH_FRAME_HEADER + len;
    channel_track_flight(ch);
    return 0;
}

int mh_channel_send(struct mh_channel *ch, enum mh_frame_type type, const void *bytes, size_t len,
                    const int *fds, unsigned fd_count)
{
    int rc = channel_queue(ch, type, bytes, len, fds, fd_count);
    if (rc < 0) {
        for (unsigned i = 0; i < fd_count; i++)
            mh_ctx_close_fd(ch->handle.ctx, fds[i]);
        return rc;
    }
    /* While the kernel is full, or one system call's worth has gathered, the flush need not wait for the
     * turn's end. */
    if (!ch->waiting)
        mh_ctx_defer(ch->handle.ctx, &ch->flush);
    return 0;
}

int mh_channel_send_now(struct mh_channel *ch, enum mh_frame_type type, const void *bytes, size_t len, int fd)
{
    char frame[256];
    assert(len + MH_FRAME_HEADER <= sizeof frame);
    if (!mh_handle_is_open(&ch->handle) || ch->ended || ch->finishing)
        return MH_ECLOSED;
    int rc = channel_write(ch);
    if (rc < 0)
        return rc;
    mh_frame_write(frame, type, (uint32_t)len, 1);
    memcpy(frame + MH_FRAME_HEADER, bytes, len);
    size_t total = MH_FRAME_HEADER + len;
    ssize_t sent = channel_send_fds(ch->fd, frame, total, &fd, 1);
    if (sent < 0)
        return (int)sent;
    ch->queued_total += total;
    ch->sent_total += (uint64_t)sent;
    ch->flight_end = ch->queued_total;
    /* A UNIX socket takes so little whole or not at all; if it ever does not, the rest goes the slow way. */
    if ((size_t)sent < total) {
        rc = mh_buf_append(&ch->out, frame + sent, total - (size_t)sent);
        if (rc < 0)
            mh_channel_end(ch, rc);
        else
            mh_ctx_defer(ch->handle.ctx, &ch->flush);
    }
    return 0;
}

int mh_channel_flush(struct mh_channel *ch, uint64_t timeout_ms)
{
    uint64_t until = uv_hrtime() + timeout_ms * 1000000u;
    for (;;) {
        int rc = mh_handle_is_open(&ch->handle) ? channel_write(ch) : MH_ECLOSED;
        if (rc != -EAGAIN && !channel_error_passes(rc))
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

static int channel_keep_fd(struct mh_channel *ch, int fd)
{
    if (ch->in_fd_count < ch->limits.fds) {
        ch->in_fds[ch->in_fd_count++] = fd;
        return 0;
    }
    mh_ctx_close_fd(ch->handle.ctx, fd);
    return MH_EFDS;
}

static int channel_take_control(struct mh_channel *ch, struct msghdr *msg)
{
    int rc = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        unsigned count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (unsigned i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
            int kept = channel_keep_fd(ch, fd);
            rc = rc < 0 ? rc : kept;
        }
    }
    /* There is room here for as many as the kernel takes in one message: cut off is what this process has no
     * descriptors left for. That is no fault of the peer's, and no reason to lose it. */
    if (rc == 0 && (msg->msg_flags & MSG_CTRUNC))
        rc = channel_keep_fd(ch, FD_LOST);
    return rc;
}

/* How much the next read should have room for. */
static size_t channel_read_room(struct mh_channel *ch)
{
    size_t have = mh_buf_len(&ch->in);
    if (have < MH_FRAME_HEADER)
        return READ_BYTES;
    struct mh_frame_header header;
    memcpy(&header, mh_buf_bytes(&ch->in), sizeof header);
    size_t missing = MH_FRAME_HEADER + (size_t)header.length - have;
    return missing < READ_BYTES ? READ_BYTES : missing > READ_BYTES_LARGE ? READ_BYTES_LARGE : missing;
}

/* Returns bytes read, 0 at the end, or a negative code. */
static ssize_t channel_receive(struct mh_channel *ch)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * 253)]; /* the kernel's own limit per message */
    } control;
    char *to;
    size_t room = channel_read_room(ch);
    int rc = mh_buf_reserve(&ch->in, room, &to);
    if (rc < 0)
        return rc;
    struct iovec iov = {to, room};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got;
    do {
        got = recvmsg(ch->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    rc = channel_take_control(ch, &msg);
    if (rc < 0)
        return rc;
    mh_buf_added(&ch->in, (size_t)got);
    return got;
}

/*
 * The view takes the frame's descriptors from the front of those received, as far as they came. Returns 0, or
 * MH_EFDS if the peer did not send as many.
 */
static int channel_claim_fds(struct mh_channel *ch, struct mh_frame_view *view, int *storage, unsigned count)
{
    unsigned used = 0;
    view->fds = storage;
    view->fd_count = 0;
    view->fds_lost = 0;
    while (view->fd_count + view->fds_lost < count) {
        if (used == ch->in_fd_count) {
            view->fd_count = 0;
            return MH_EFDS;
        }
        int fd = ch->in_fds[used++];
        if (fd == FD_LOST)
            view->fds_lost = count - view->fd_count;
        else
            storage[view->fd_count++] = fd;
    }
    ch->in_fd_count -= used;
    memmove(ch->in_fds, ch->in_fds + used, ch->in_fd_count * sizeof(int));
    return 0;
}

static void channel_close_view_fds(struct mh_channel *ch, struct mh_frame_view *view)
{
    for (unsigned i = 0; i < view->fd_count; i++)
        mh_ctx_close_fd(ch->handle.ctx, view->fds[i]);
}

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

/* Collects complete data frames up to one batch. Returns their number; *error is why parsing stopped for
 * good. */
static unsigned channel_parse(struct mh_channel *ch, size_t *at, struct mh_frame_view *views, int *fds,
                              int *error)
{
    unsigned count = 0;
    unsigned fds_used = 0;
    while (count < BATCH_FRAMES && mh_handle_is_open(&ch->handle)) {
        const char *bytes = mh_buf_bytes(&ch->in) + *at;
        size_t len = mh_buf_len(&ch->in) - *at;
        if (len < MH_FRAME_HEADER)
            return count;
        struct mh_frame_header header;
        *error = mh_frame_read(bytes, ch->limits.frame_bytes, &header);
        if (*error < 0)
            return count;
        if (len < MH_FRAME_HEADER + (size_t)header.length)
            return count;
        /* The hook learns of nothing before the owner has what was sent before it. */
        if (count > 0 && header.type >= MH_FRAME_PONG)
            return count;
        struct mh_frame_view *view = &views[count];
        view->type = (enum mh_frame_type)header.type;
        view->bytes = bytes + MH_FRAME_HEADER;
        view->len = header.length;
        *error = channel_claim_fds(ch, view, fds + fds_used, header.fds);
        if (*error < 0)
            return count;
        *at += MH_FRAME_HEADER + (size_t)header.length;
        if (view->type == MH_FRAME_MESSAGE || view->type == MH_FRAME_INTERNAL) {
            fds_used += view->fd_count;
            count++;
            continue;
        }
        *error = channel_control_frame(ch, view);
        channel_close_view_fds(ch, view);
        if (*error < 0)
            return count;
    }
    return count;
}

/* Hands over all complete frames. Returns 0, or why the peer must be cut off. */
static int channel_deliver(struct mh_channel *ch)
{
    struct mh_frame_view views[BATCH_FRAMES];
    int fds[MH_CHANNEL_FDS *
            4]; /* a batch claims at most what was received: see the limit in mh_channel_open */
    size_t at = 0;
    size_t parsed;
    int error = 0;
    do {
        parsed = at;
        unsigned count = channel_parse(ch, &at, views, fds, &error);
        if (count > 0 && mh_handle_is_open(&ch->handle))
            ch->events->on_frames(ch, views, count);
        for (unsigned i = 0; i < count; i++)
            channel_close_view_fds(ch, &views[i]);
    } while (at > parsed && error == 0 && mh_handle_is_open(&ch->handle));
    mh_buf_take(&ch->in, at);
    if (error == 0 && ch->in_fd_count > 0 && mh_buf_len(&ch->in) == 0)
        error = MH_EFDS; /* descriptors that no frame announced */
    return error;
}

static void channel_readable(struct mh_channel *ch)
{
    ssize_t got = channel_receive(ch);
    if (got == -EAGAIN)
        return;
    if (got < 0 && got != -ECONNRESET) {
        mh_channel_end(ch, (int)got);
        return;
    }
    if (got <= 0) {
        /* The peer ended, perhaps killed in the middle of a frame: the half frame is lost with it. */
        mh_channel_end(ch, mh_buf_len(&ch->in) > 0 ? MH_EPEERGONE : 0);
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
    bool unsent = mh_buf_len(&ch->out) > 0;
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
        if (ch->limits.fds > MH_CHANNEL_FDS * 4)
            ch->limits.fds = MH_CHANNEL_FDS * 4;
        if (ch->limits.fds < MH_FRAME_FDS)
            ch->limits.fds = MH_FRAME_FDS;
        ch->in_fds = mh_malloc(&ctx->alloc, ch->limits.fds * sizeof(int));
        rc = ch->in_fds ? 0 : -ENOMEM;
    }
    if (rc == 0)
        rc = uv_poll_init(ctx->loop, &ch->poll, fd);
    if (rc < 0) {
        if (ch)
            mh_free(&ctx->alloc, ch->in_fds);
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
    size_t frame = MH_FRAME_HEADER + (size_t)ch->limits.frame_bytes;
    mh_buf_init(&ch->in, &ctx->alloc, frame + READ_BYTES_LARGE);
    mh_buf_init(&ch->out, &ctx->alloc, frame + ch->limits.queue_bytes);
    mh_list_init(&ch->out_fds);
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
    return mh_buf_len(&ch->out);
}

bool mh_channel_over_mark(const struct mh_channel *ch)
{
    return mh_buf_len(&ch->out) >= ch->limits.mark_bytes;
}

uint64_t mh_channel_queued_total(const struct mh_channel *ch)
{
    return ch->queued_total;
}

uint64_t mh_channel_sent_total(const struct mh_channel *ch)
{
    return ch->sent_total;
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
