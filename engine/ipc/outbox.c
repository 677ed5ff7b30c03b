#include "ipc/outbox.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Descriptors that leave with the byte at this offset of all that was ever added. */
struct outbox_fds {
    struct mh_link link;
    uint64_t offset;
    unsigned count;
    int fds[MH_FRAME_FDS];
};

void mh_outbox_init(struct mh_outbox *out, struct mh_ctx *ctx, uint32_t frame_bytes, size_t queue_bytes)
{
    memset(out, 0, sizeof *out);
    out->ctx = ctx;
    out->queue_bytes = queue_bytes;
    mh_buf_init(&out->bytes, &ctx->alloc, MH_FRAME_HEADER + (size_t)frame_bytes + queue_bytes);
    mh_list_init(&out->fds);
}

static struct outbox_fds *outbox_first_fds(struct mh_outbox *out)
{
    return mh_list_empty(&out->fds) ? NULL : mh_of(out->fds.next, struct outbox_fds, link);
}

static void outbox_drop_fds(struct mh_outbox *out, struct outbox_fds *record)
{
    for (unsigned i = 0; i < record->count; i++)
        mh_ctx_close_fd(out->ctx, record->fds[i]);
    mh_list_remove(&record->link);
    mh_free(&out->ctx->alloc, record);
}

static void outbox_drop_all_fds(struct mh_outbox *out)
{
    for (struct outbox_fds *record; (record = outbox_first_fds(out));)
        outbox_drop_fds(out, record);
}

void mh_outbox_free(struct mh_outbox *out)
{
    outbox_drop_all_fds(out);
    mh_buf_free(&out->bytes);
}

/* ---- adding ---- */

/* Keep flight_end at or behind `sent`, at the end of a frame. Frames are skipped by their headers, so these
 * must still be there: called before bytes up to `sent` are taken. */
static void outbox_track_flight(struct mh_outbox *out, uint64_t sent)
{
    while (out->flight_end < sent) {
        struct mh_frame_header header;
        memcpy(&header, mh_buf_bytes(&out->bytes) + (out->flight_end - out->sent_total), sizeof header);
        out->flight_end += MH_FRAME_HEADER + header.length;
    }
}

static int outbox_add_fds(struct mh_outbox *out, const int *fds, unsigned fd_count)
{
    if (fd_count > MH_FRAME_FDS)
        return MH_EFDS;
    struct outbox_fds *record = mh_malloc(&out->ctx->alloc, sizeof *record);
    if (!record)
        return -ENOMEM;
    record->offset = out->added_total;
    record->count = fd_count;
    memcpy(record->fds, fds, sizeof(int) * fd_count);
    mh_list_append(&out->fds, &record->link);
    return 0;
}

int mh_outbox_add(struct mh_outbox *out, enum mh_frame_type type, const void *bytes, size_t len,
                  const int *fds, unsigned fd_count)
{
    size_t waiting = mh_outbox_len(out);
    if (waiting > 0) {
        /* The frame whose first byte is next is as good as in flight. */
        outbox_track_flight(out, out->sent_total + 1);
        if (out->added_total - out->flight_end + MH_FRAME_HEADER + len > out->queue_bytes)
            return MH_EQUEUE;
    }
    char *to;
    int rc = mh_buf_reserve(&out->bytes, MH_FRAME_HEADER + len, &to);
    if (rc == 0 && fd_count > 0)
        rc = outbox_add_fds(out, fds, fd_count);
    if (rc < 0)
        return rc;
    mh_frame_write(to, type, (uint32_t)len, fd_count);
    if (len > 0)
        memcpy(to + MH_FRAME_HEADER, bytes, len);
    mh_buf_added(&out->bytes, MH_FRAME_HEADER + len);
    out->added_total += MH_FRAME_HEADER + len;
    out->messages += type == MH_FRAME_MESSAGE;
    return 0;
}

/* ---- writing ---- */

/* The bytes that may go in the next system call, and the descriptors that go with them or NULL. */
static size_t outbox_next_piece(struct mh_outbox *out, struct outbox_fds **record)
{
    struct outbox_fds *first = outbox_first_fds(out);
    *record = NULL;
    if (!first)
        return mh_outbox_len(out);
    if (first->offset > out->sent_total)
        return (size_t)(first->offset - out->sent_total);
    *record = first;
    /* Up to the next record: the kernel attaches descriptors to a system call's first byte. */
    if (first->link.next != &out->fds) {
        struct outbox_fds *second = mh_of(first->link.next, struct outbox_fds, link);
        return (size_t)(second->offset - out->sent_total);
    }
    return mh_outbox_len(out);
}

/* Plain bytes: send(2) has less to copy and check than sendmsg(2), and this is the path of every message. */
static ssize_t outbox_send(int fd, const void *bytes, size_t len)
{
    ssize_t sent;
    do {
        sent = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static ssize_t outbox_send_fds(int fd, const void *bytes, size_t len, const int *fds, unsigned fd_count)
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

/* The first `len` bytes are with the kernel. */
static void outbox_sent(struct mh_outbox *out, size_t len)
{
    if (len == mh_outbox_len(out)) {
        out->flight_end = out->added_total;
        out->messages = 0;
    } else {
        outbox_track_flight(out, out->sent_total + len);
    }
    out->sent_total += len;
    mh_buf_take(&out->bytes, len);
}

int mh_outbox_write(struct mh_outbox *out, int fd)
{
    while (mh_outbox_len(out) > 0) {
        struct outbox_fds *record;
        size_t len = outbox_next_piece(out, &record);
        const char *bytes = mh_buf_bytes(&out->bytes);
        ssize_t sent = record ? outbox_send_fds(fd, bytes, len, record->fds, record->count)
                              : outbox_send(fd, bytes, len);
        if (sent < 0)
            return (int)sent;
        if (record)
            outbox_drop_fds(out, record);
        outbox_sent(out, (size_t)sent);
    }
    return 0;
}

int mh_outbox_write_now(struct mh_outbox *out, int fd, enum mh_frame_type type, const void *bytes, size_t len,
                        int passed)
{
    size_t total = MH_FRAME_HEADER + len;
    char *frame;
    int rc = mh_outbox_write(out, fd);
    if (rc < 0)
        return rc;
    rc = mh_buf_reserve(&out->bytes, total, &frame);
    if (rc < 0)
        return rc;
    mh_frame_write(frame, type, (uint32_t)len, 1);
    if (len > 0)
        memcpy(frame + MH_FRAME_HEADER, bytes, len);
    ssize_t sent = outbox_send_fds(fd, frame, total, &passed, 1);
    if (sent < 0)
        return (int)sent;
    /* A UNIX socket takes so little whole or not at all; if it ever does not, the rest goes the slow way. */
    mh_buf_added(&out->bytes, total);
    out->added_total += total;
    outbox_sent(out, (size_t)sent);
    return mh_outbox_len(out) > 0;
}

bool mh_outbox_error_passes(int rc)
{
    return rc == -ETOOMANYREFS || rc == -ENOBUFS || rc == -ENOMEM;
}

unsigned mh_outbox_lose(struct mh_outbox *out)
{
    unsigned messages = out->messages;
    mh_buf_take(&out->bytes, mh_outbox_len(out));
    out->sent_total = out->added_total;
    out->flight_end = out->added_total;
    out->messages = 0;
    outbox_drop_all_fds(out);
    return messages;
}
