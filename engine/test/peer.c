#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static void watch_note(struct watch *w, char letter)
{
    size_t len = strlen(w->log);
    if (len > 0 && w->log[len - 1] == letter)
        return;
    CHECK(len + 1 < sizeof w->log);
    w->log[len] = letter;
}

static struct watch *watch_of(struct mh_channel *ch)
{
    struct watch *w = mh_channel_handle(ch)->owner;
    CHECK(w && w->ch == ch);
    return w;
}

static void watch_close_in(struct watch *w, enum peer_close_in where)
{
    if (w->close_in == where)
        mh_handle_close(mh_channel_handle(w->ch));
}

static void watch_take_fds(struct watch *w, struct mh_frame_view *frame)
{
    for (unsigned i = 0; i < frame->fd_count; i++) {
        if (w->keep_fds) {
            CHECK(w->fds < sizeof w->kept / sizeof w->kept[0]);
            w->kept[w->fds] = frame->fds[i];
            frame->fds[i] = -1;
        }
        w->fds++;
    }
    w->fds_lost += frame->fds_lost;
}

static void watch_frames(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count)
{
    struct watch *w = watch_of(ch);
    CHECK(count > 0 && mh_handle_is_open(mh_channel_handle(ch)));
    watch_note(w, 'f');
    if (count > w->largest_batch)
        w->largest_batch = count;
    for (unsigned i = 0; i < count; i++) {
        CHECK(frames[i].type == MH_FRAME_MESSAGE || frames[i].type == MH_FRAME_INTERNAL);
        w->frames++;
        for (uint32_t at = 0; at < frames[i].len; at++)
            w->sum += (unsigned char)frames[i].bytes[at] * (++w->bytes);
        uint32_t len = frames[i].len < sizeof w->first ? frames[i].len : (uint32_t)sizeof w->first;
        memset(w->first, 0, sizeof w->first);
        memcpy(w->first, frames[i].bytes, len);
        w->first_len = frames[i].len;
        watch_take_fds(w, &frames[i]);
    }
    watch_close_in(w, CLOSE_IN_FRAMES);
}

static void watch_drain(struct mh_channel *ch, int rc, unsigned refused)
{
    struct watch *w = watch_of(ch);
    watch_note(w, 'd');
    w->drains++;
    w->drain_rc = rc;
    w->refused = refused;
    watch_close_in(w, CLOSE_IN_DRAIN);
}

static void watch_end(struct mh_channel *ch, int reason)
{
    struct watch *w = watch_of(ch);
    watch_note(w, 'e');
    w->ends++;
    w->reason = reason;
    watch_close_in(w, CLOSE_IN_END);
}

static void watch_closed(struct mh_handle *h)
{
    struct watch *w = h->owner;
    watch_note(w, 'x');
    w->ch = NULL;
    mh_handle_release(h);
}

static void watch_controlled(void *userdata, struct mh_frame_view *frame)
{
    struct watch *w = userdata;
    if (!frame)
        return;
    watch_note(w, 'c');
    w->controls++;
    watch_take_fds(w, frame);
    watch_close_in(w, CLOSE_IN_CONTROL);
}

static const struct mh_channel_events watch_events = {watch_frames, watch_drain, watch_end};

void watch_open_fd(struct test_loop *t, struct watch *w, int fd, const struct mh_channel_limits *limits)
{
    memset(w, 0, sizeof *w);
    CHECK_EQ(mh_channel_open(&t->ctx, fd, limits, &watch_events, &w->ch), 0);
    struct mh_handle *h = mh_channel_handle(w->ch);
    h->owner = w;
    h->on_closed = watch_closed;
    mh_channel_read_start(w->ch);
}

int watch_open(struct test_loop *t, struct watch *w, const struct mh_channel_limits *limits)
{
    int ours;
    int theirs;
    CHECK_EQ(mh_channel_pair(&ours, &theirs), 0);
    watch_open_fd(t, w, ours, limits);
    return theirs;
}

void watch_close(struct test_loop *t, struct watch *w)
{
    if (w->ch)
        mh_handle_close(mh_channel_handle(w->ch));
    TURN_UNTIL(t, !w->ch);
    for (unsigned i = 0; w->keep_fds && i < w->fds; i++)
        close(w->kept[i]);
}

void watch_control(struct watch *w)
{
    mh_channel_set_control(w->ch, watch_controlled, w);
}

int watch_send(struct watch *w, size_t len, char letter)
{
    char *bytes = malloc(len ? len : 1);
    CHECK(bytes);
    memset(bytes, letter, len);
    struct mh_ctx *ctx = mh_channel_handle(w->ch)->ctx;
    int rc = mh_channel_send(w->ch, MH_FRAME_MESSAGE, bytes, len, NULL, 0);
    free(bytes);
    mh_ctx_settle(ctx);
    return rc;
}

size_t peer_frame(char *to, int type, const void *payload, uint32_t payload_len, unsigned fds)
{
    mh_frame_write(to, (enum mh_frame_type)type, payload_len, fds);
    if (payload_len > 0)
        memcpy(to + MH_FRAME_HEADER, payload, payload_len);
    return MH_FRAME_HEADER + payload_len;
}

void peer_send(int fd, const void *bytes, size_t len, const int *fds, unsigned fd_count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * 253)];
    } control = {{0}};
    size_t sent = 0;
    do {
        struct iovec iov = {(char *)(uintptr_t)bytes + sent, len - sent};
        struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
        if (sent == 0 && fd_count > 0) {
            msg.msg_control = &control;
            msg.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
            control.header.cmsg_level = SOL_SOCKET;
            control.header.cmsg_type = SCM_RIGHTS;
            control.header.cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
            memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * fd_count);
        }
        ssize_t rc = sendmsg(fd, &msg, MSG_NOSIGNAL);
        if (rc < 0)
            test_fail(__FILE__, __LINE__, "sendmsg: %s", strerror(errno));
        sent += (size_t)rc;
    } while (sent < len);
}

void peer_send_frame(int fd, int type, const void *payload, uint32_t payload_len, const int *fds,
                     unsigned fd_count)
{
    char *frame = malloc(MH_FRAME_HEADER + payload_len);
    CHECK(frame);
    peer_send(fd, frame, peer_frame(frame, type, payload, payload_len, fd_count), fds, fd_count);
    free(frame);
}

void peer_read(int fd, void *bytes, size_t len)
{
    size_t got = 0;
    while (got < len) {
        ssize_t rc = recv(fd, (char *)bytes + got, len - got, 0);
        CHECK(rc > 0);
        got += (size_t)rc;
    }
}

int peer_fd(int number)
{
    int fd = memfd_create("peer", MFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQ(ftruncate(fd, number), 0);
    return fd;
}

int peer_fd_number(int fd)
{
    return (int)lseek(fd, 0, SEEK_END);
}
