#include "net/datagram.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>

#define SEND_BATCH 32

/* --- receiving ----------------------------------------------------------------------------------------- */

/* What one recvmmsg fills. */
struct batch {
    struct mmsghdr headers[MH_DATAGRAM_BATCH];
    struct iovec pieces[MH_DATAGRAM_BATCH];
    struct sockaddr_storage from[MH_DATAGRAM_BATCH];
    struct mh_datagram_message messages[MH_DATAGRAM_BATCH];
};

static void batch_init(struct batch *batch, char *buffer)
{
    memset(batch->headers, 0, sizeof batch->headers);
    for (unsigned i = 0; i < MH_DATAGRAM_BATCH; i++) {
        batch->pieces[i].iov_base = buffer + (size_t)i * MH_CTX_BATCH_BYTES;
        batch->pieces[i].iov_len = MH_CTX_BATCH_BYTES;
        struct msghdr *header = &batch->headers[i].msg_hdr;
        header->msg_iov = &batch->pieces[i];
        header->msg_iovlen = 1;
        header->msg_name = &batch->from[i];
        header->msg_namelen = sizeof batch->from[i];
    }
}

/* Receive once. Returns how many there were, or a negative errno. */
static int batch_receive(struct batch *batch, int fd)
{
    int count;
    do
        count = recvmmsg(fd, batch->headers, MH_DATAGRAM_BATCH, MSG_DONTWAIT, NULL);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return -errno;
    for (int i = 0; i < count; i++) {
        struct mh_datagram_message *message = &batch->messages[i];
        message->bytes = batch->pieces[i].iov_base;
        message->len = batch->headers[i].msg_len;
        message->from = &batch->from[i];
        if (batch->headers[i].msg_hdr.msg_namelen == 0) /* a nameless UNIX socket */
            batch->from[i].ss_family = AF_UNSPEC;
    }
    return count;
}

static bool datagram_wants_more(const struct mh_datagram *d)
{
    return mh_handle_is_open(&d->handle) && d->receiving;
}

static void datagram_receive(struct mh_datagram *d)
{
    struct batch batch;
    char *buffer = mh_ctx_batch_buffer(d->handle.ctx);
    if (!buffer) {
        d->events->on_error(d, -ENOMEM);
        return;
    }
    for (int turn = 0; turn < MH_DATAGRAM_TURN && datagram_wants_more(d); turn++) {
        batch_init(&batch, buffer);
        int count = batch_receive(&batch, d->fd);
        if (count == -EAGAIN || count == -EWOULDBLOCK)
            return;
        if (count < 0) {
            d->events->on_error(d, count);
            return;
        }
        d->events->on_batch(d, batch.messages, (unsigned)count);
        if (count < (int)MH_DATAGRAM_BATCH)
            return;
    }
}

/* --- sending ------------------------------------------------------------------------------------------- */

/* Stands before each queued datagram; copied in and out, as records are not aligned. */
struct record {
    size_t len;
    socklen_t to_len; /* 0: to the peer of a connected socket */
    union {
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } to;
};

static void datagram_poll(struct mh_datagram *d);

static int datagram_queue(struct mh_datagram *d, const uv_buf_t *pieces, unsigned count,
                          const struct sockaddr *to, socklen_t len)
{
    struct record record = {.to_len = to ? len : 0};
    if (record.to_len > sizeof record.to)
        return -EINVAL;
    if (to)
        memcpy(&record.to, to, len);
    for (unsigned i = 0; i < count; i++)
        record.len += pieces[i].len;
    char *at;
    int rc = mh_buf_reserve(&d->queue, sizeof record + record.len, &at);
    if (rc < 0)
        return rc == MH_ELIMIT ? MH_EQUEUE : rc;
    memcpy(at, &record, sizeof record);
    at += sizeof record;
    for (unsigned i = 0; i < count; i++) {
        if (pieces[i].len > 0)
            memcpy(at, pieces[i].base, pieces[i].len);
        at += pieces[i].len;
    }
    mh_buf_added(&d->queue, sizeof record + record.len);
    d->queued++;
    d->queued_bytes += record.len;
    datagram_poll(d);
    return 1;
}

int mh_datagram_send(struct mh_datagram *d, const uv_buf_t *pieces, unsigned count, const struct sockaddr *to,
                     socklen_t len)
{
    if (!mh_handle_is_open(&d->handle))
        return MH_ECLOSED;
    if (to && to->sa_family != d->family)
        return -EINVAL;
    if (d->queued > 0) /* in order */
        return datagram_queue(d, pieces, count, to, len);
    /* uv_buf_t is an iovec on every UNIX, by libuv's word. */
    struct msghdr header = {.msg_name = (void *)to,
                            .msg_namelen = len,
                            .msg_iov = (struct iovec *)(void *)pieces,
                            .msg_iovlen = count};
    ssize_t sent;
    do
        sent = sendmsg(d->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return 0;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
        return datagram_queue(d, pieces, count, to, len);
    return -errno;
}

/* Point up to SEND_BATCH headers at the queue's first records. */
static unsigned datagram_gather(struct mh_datagram *d, struct mmsghdr *headers, struct iovec *pieces,
                                struct record *records)
{
    char *at = mh_buf_bytes(&d->queue);
    unsigned count = 0;
    memset(headers, 0, SEND_BATCH * sizeof *headers);
    for (; count < SEND_BATCH && count < d->queued; count++) {
        struct record *record = &records[count];
        memcpy(record, at, sizeof *record);
        pieces[count] = (struct iovec){at + sizeof *record, record->len};
        struct msghdr *header = &headers[count].msg_hdr;
        header->msg_name = record->to_len > 0 ? &record->to : NULL;
        header->msg_namelen = record->to_len;
        header->msg_iov = &pieces[count];
        header->msg_iovlen = 1;
        at += sizeof *record + record->len;
    }
    return count;
}

/* The first count records have left the queue. */
static void datagram_dequeue(struct mh_datagram *d, const struct record *records, unsigned count, int rc)
{
    for (unsigned i = 0; i < count; i++) {
        mh_buf_take(&d->queue, sizeof records[i] + records[i].len);
        d->queued_bytes -= records[i].len;
    }
    d->queued -= count;
    d->events->on_sent(d, count, rc);
}

static void datagram_flush(struct mh_datagram *d)
{
    struct mmsghdr headers[SEND_BATCH];
    struct iovec pieces[SEND_BATCH];
    struct record records[SEND_BATCH];
    for (int turn = 0; turn < MH_DATAGRAM_TURN && mh_handle_is_open(&d->handle) && d->queued > 0; turn++) {
        unsigned count = datagram_gather(d, headers, pieces, records);
        int sent = sendmmsg(d->fd, headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            datagram_dequeue(d, records, (unsigned)sent, 0);
        else if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS && errno != EINTR)
            datagram_dequeue(d, records, 1, -errno);
        else
            break;
    }
    if (mh_handle_is_open(&d->handle))
        datagram_poll(d);
}

/* --- the loop ------------------------------------------------------------------------------------------ */

/*
 * libuv gives up polling when a socket has an error to tell (a peer's "no such port"). For UDP that says
 * nothing of the socket: take what would keep us awake, and go on. The error itself is left for the receiver,
 * unless nobody receives.
 */
static void datagram_drop_errors(struct mh_datagram *d)
{
    int error;
    socklen_t len = sizeof error;
    if (!d->receiving)
        getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    char control[512];
    struct msghdr header;
    do
        header = (struct msghdr){.msg_control = control, .msg_controllen = sizeof control};
    while (recvmsg(d->fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0);
}

static void datagram_uv_ready(uv_poll_t *uv, int status, int events)
{
    struct mh_datagram *d = uv->data;
    if (status < 0) {
        datagram_drop_errors(d);
        datagram_poll(d);
        events = UV_READABLE | UV_WRITABLE;
    }
    if (events & UV_WRITABLE && d->queued > 0)
        datagram_flush(d);
    if (events & UV_READABLE && datagram_wants_more(d))
        datagram_receive(d);
}

/* Poll for what is wanted now. */
static void datagram_poll(struct mh_datagram *d)
{
    int events = (d->receiving ? UV_READABLE : 0) | (d->queued > 0 ? UV_WRITABLE : 0);
    if (events)
        uv_poll_start(&d->poll, events, datagram_uv_ready);
    else
        uv_poll_stop(&d->poll);
}

int mh_datagram_receive_start(struct mh_datagram *d)
{
    if (!mh_handle_is_open(&d->handle))
        return MH_ECLOSED;
    d->receiving = true;
    datagram_poll(d);
    return 0;
}

void mh_datagram_receive_stop(struct mh_datagram *d)
{
    d->receiving = false;
    if (mh_handle_is_open(&d->handle))
        datagram_poll(d);
}

/* --- life ---------------------------------------------------------------------------------------------- */

static void datagram_uv_closed(uv_handle_t *uv)
{
    struct mh_datagram *d = uv->data;
    mh_handle_closed(&d->handle);
}

static void datagram_close(struct mh_handle *h)
{
    struct mh_datagram *d = mh_of(h, struct mh_datagram, handle);
    uv_close((uv_handle_t *)&d->poll, datagram_uv_closed);
    /* At once, not in the callback: whoever waits for the address may have it now. */
    int fd = d->fd;
    d->fd = -1;
    mh_ctx_close_fd(h->ctx, fd);
}

static void datagram_destroy(struct mh_handle *h)
{
    struct mh_datagram *d = mh_of(h, struct mh_datagram, handle);
    mh_buf_free(&d->queue);
    mh_free(&h->ctx->alloc, d);
}

static const struct mh_handle_class datagram_class = {"datagram", datagram_close, datagram_destroy};

/* Returns the family of the datagram socket fd, or a negative errno. */
static int datagram_family(int fd)
{
    int type;
    int family;
    socklen_t len = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0)
        return errno == ENOTSOCK ? -EINVAL : -errno;
    if (type != SOCK_DGRAM)
        return -EINVAL;
    len = sizeof family;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) < 0 ? -errno : family;
}

int mh_datagram_open(struct mh_ctx *ctx, int fd, const struct mh_datagram_events *events,
                     struct mh_datagram **out)
{
    struct mh_datagram *d = NULL;
    int family = datagram_family(fd);
    int rc = family;
    if (rc < 0)
        goto fail;
    rc = -ENOMEM;
    d = mh_zalloc(&ctx->alloc, sizeof *d);
    if (!d)
        goto fail;
    rc = uv_poll_init(ctx->loop, &d->poll, fd); /* makes it non-blocking */
    if (rc < 0)
        goto fail;
    d->poll.data = d;
    d->fd = fd;
    d->family = family;
    d->events = events;
    mh_buf_init(&d->queue, &ctx->alloc, MH_DATAGRAM_QUEUE_BYTES);
    mh_handle_open(&d->handle, ctx, &datagram_class);
    *out = d;
    return 0;

fail:
    mh_free(&ctx->alloc, d);
    if (rc != -EEXIST)
        mh_ctx_close_fd(ctx, fd);
    return rc;
}
