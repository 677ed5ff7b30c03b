#include "ipc/inbox.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define READ_BYTES       65536u     /* one read, and so one turn's worth of a busy peer */
#define READ_BYTES_LARGE (1u << 20) /* the same in the middle of a large frame */
#define FD_LOST          (-1)       /* stands for all further descriptors of one message */

int mh_inbox_init(struct mh_inbox *in, struct mh_ctx *ctx, uint32_t frame_bytes, unsigned fd_most)
{
    memset(in, 0, sizeof *in);
    in->fds = mh_malloc(&ctx->alloc, fd_most * sizeof(int));
    if (!in->fds)
        return -ENOMEM;
    in->ctx = ctx;
    in->fd_most = fd_most;
    in->frame_bytes = frame_bytes;
    mh_buf_init(&in->bytes, &ctx->alloc, MH_FRAME_HEADER + (size_t)frame_bytes + READ_BYTES_LARGE);
    return 0;
}

void mh_inbox_free(struct mh_inbox *in)
{
    for (unsigned i = 0; i < in->fd_count; i++)
        mh_ctx_close_fd(in->ctx, in->fds[i]);
    mh_free(&in->ctx->alloc, in->fds);
    mh_buf_free(&in->bytes);
}

/* ---- receiving ---- */

static int inbox_keep_fd(struct mh_inbox *in, int fd)
{
    if (in->fd_count < in->fd_most) {
        in->fds[in->fd_count++] = fd;
        return 0;
    }
    mh_ctx_close_fd(in->ctx, fd);
    return MH_EFDS;
}

static int inbox_take_control(struct mh_inbox *in, struct msghdr *msg)
{
    int rc = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        unsigned count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (unsigned i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
            int kept = inbox_keep_fd(in, fd);
            rc = rc < 0 ? rc : kept;
        }
    }
    /* There is room here for as many as the kernel takes in one message: cut off is what this process has no
     * descriptors left for. That is no fault of the peer's, and no reason to lose it. */
    if (rc == 0 && (msg->msg_flags & MSG_CTRUNC))
        rc = inbox_keep_fd(in, FD_LOST);
    return rc;
}

/* How much the next read should have room for. */
static size_t inbox_read_room(const struct mh_inbox *in)
{
    size_t have = mh_buf_len(&in->bytes);
    if (have < MH_FRAME_HEADER)
        return READ_BYTES;
    struct mh_frame_header header;
    memcpy(&header, mh_buf_bytes(&in->bytes), sizeof header);
    size_t missing = MH_FRAME_HEADER + (size_t)header.length - have;
    return missing < READ_BYTES ? READ_BYTES : missing > READ_BYTES_LARGE ? READ_BYTES_LARGE : missing;
}

ssize_t mh_inbox_receive(struct mh_inbox *in, int fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * 253)]; /* the kernel's own limit per message */
    } control;
    char *to;
    size_t room = inbox_read_room(in);
    int rc = mh_buf_reserve(&in->bytes, room, &to);
    if (rc < 0)
        return rc;
    struct iovec iov = {to, room};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got;
    do {
        got = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    rc = inbox_take_control(in, &msg);
    if (rc < 0)
        return rc;
    mh_buf_added(&in->bytes, (size_t)got);
    return got;
}

/* ---- frames ---- */

/* The view takes the frame's descriptors from the front of those received, as far as they came. */
static int inbox_claim_fds(struct mh_inbox *in, struct mh_frame_view *view, unsigned count)
{
    unsigned used = 0;
    while (view->fd_count + view->fds_lost < count) {
        if (used == in->fd_count) {
            view->fd_count = 0;
            return MH_EFDS;
        }
        int fd = in->fds[used++];
        if (fd == FD_LOST)
            view->fds_lost = count - view->fd_count;
        else
            view->fds[view->fd_count++] = fd;
    }
    in->fd_count -= used;
    memmove(in->fds, in->fds + used, in->fd_count * sizeof(int));
    return 0;
}

/* Returns 1 and the header if the next frame is complete; 0 if more must come; or what is wrong with it. */
static int inbox_peek(const struct mh_inbox *in, struct mh_frame_header *header)
{
    size_t len = mh_buf_len(&in->bytes) - in->read;
    if (len < MH_FRAME_HEADER)
        return 0;
    int rc = mh_frame_read(mh_buf_bytes(&in->bytes) + in->read, in->frame_bytes, header);
    return rc < 0 ? rc : len >= MH_FRAME_HEADER + (size_t)header->length;
}

int mh_inbox_next(struct mh_inbox *in, struct mh_frame_view *views, int *fds)
{
    int count = 0;
    while (count < MH_INBOX_BATCH && (count == 0 || mh_frame_is_data(views[count - 1].type))) {
        struct mh_frame_header header;
        struct mh_frame_view *view = &views[count];
        int rc = inbox_peek(in, &header);
        if (rc <= 0 || (count > 0 && !mh_frame_is_data(header.type)))
            return count > 0 ? count : rc;
        view->type = (enum mh_frame_type)header.type;
        view->bytes = mh_buf_bytes(&in->bytes) + in->read + MH_FRAME_HEADER;
        view->len = header.length;
        view->fds = fds;
        view->fd_count = 0;
        view->fds_lost = 0;
        rc = header.fds > 0 ? inbox_claim_fds(in, view, header.fds) : 0;
        if (rc < 0)
            return count > 0 ? count : rc;
        fds += view->fd_count;
        in->read += MH_FRAME_HEADER + (size_t)header.length;
        count++;
    }
    return count;
}

void mh_inbox_close_fds(struct mh_inbox *in, const struct mh_frame_view *views, int count)
{
    for (int i = 0; i < count; i++)
        for (unsigned k = 0; k < views[i].fd_count; k++)
            mh_ctx_close_fd(in->ctx, views[i].fds[k]);
}

int mh_inbox_done(struct mh_inbox *in)
{
    mh_buf_take(&in->bytes, in->read);
    in->read = 0;
    return in->fd_count > 0 && mh_buf_len(&in->bytes) == 0 ? MH_EFDS : 0;
}
