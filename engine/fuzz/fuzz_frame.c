/*
 * fuzz_frame - a channel against a peer that sends anything: the frames it delivers are those that a plain
 * parser finds in the same bytes, up to the first that is wrong; it ends once; no descriptor and no block is
 * left.
 *
 * The input says how the bytes are cut and which pieces carry descriptors. Each step begins with one byte:
 *
 *     0x80 | fds << 6 | n   n (0 to 63) bytes of the input as they are, with `fds` (0 or 1) descriptors
 *     sent << 5 | declared << 3 | type   a frame with a right header: a length byte and the payload follow;
 * it declares 0 to 3 descriptors and is sent with 0 to 3
 *
 * test_channel.c includes this file and replays the corpus.
 */
#include "base/err.h"
#include "ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_STREAM_BYTES 8192
#define FUZZ_FRAME_BYTES  300

struct fuzz {
    uv_loop_t loop;
    struct mh_ctx ctx;
    struct mh_channel *channel;
    int peer;
    bool opened;
    bool any_fds;
    int ends;
    int reason;
    unsigned frames;
    unsigned sum; /* of what was delivered: type, length and bytes of each frame */

    /* what was sent so far */
    unsigned char stream[FUZZ_STREAM_BYTES];
    size_t stream_len;
};

#define FUZZ_CHECK(condition)                                                   \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "fuzz_frame, line %d: %s\n", __LINE__, #condition); \
            abort();                                                            \
        }                                                                       \
    } while (0)

static unsigned fuzz_add(unsigned sum, unsigned type, const void *bytes, uint32_t len)
{
    const unsigned char *at = bytes;
    sum = sum * 31 + type;
    sum = sum * 31 + len;
    for (uint32_t i = 0; i < len; i++)
        sum = sum * 31 + at[i];
    return sum;
}

static void fuzz_frames(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count)
{
    struct fuzz *f = mh_channel_handle(ch)->owner;
    FUZZ_CHECK(f->ends == 0 && count > 0);
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = 0; k < frames[i].fd_count; k++)
            FUZZ_CHECK(fcntl(frames[i].fds[k], F_GETFD) >= 0);
        FUZZ_CHECK(frames[i].fds_lost == 0);
        f->frames++;
        f->sum = fuzz_add(f->sum, frames[i].type, frames[i].bytes, frames[i].len);
    }
}

static void fuzz_end(struct mh_channel *ch, int reason)
{
    struct fuzz *f = mh_channel_handle(ch)->owner;
    f->ends++;
    f->reason = reason;
}

static void fuzz_closed(struct mh_handle *h)
{
    struct fuzz *f = h->owner;
    f->channel = NULL;
    mh_handle_release(h);
}

static const struct mh_channel_events fuzz_events = {fuzz_frames, NULL, fuzz_end};

static void fuzz_open(struct fuzz *f)
{
    if (!f->opened) {
        struct mh_alloc alloc;
        struct mh_log log = {NULL, NULL, MH_LOG_ERROR};
        mh_alloc_init(&alloc, NULL, NULL);
        FUZZ_CHECK(uv_loop_init(&f->loop) == 0);
        mh_ctx_init(&f->ctx, &f->loop, &alloc, &log);
        f->opened = true;
    }
    struct mh_channel_limits limits;
    mh_channel_limits_init(&limits);
    limits.frame_bytes = FUZZ_FRAME_BYTES;
    limits.fds = MH_FRAME_FDS;
    int pair[2];
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    f->peer = pair[1];
    FUZZ_CHECK(mh_channel_open(&f->ctx, pair[0], &limits, &fuzz_events, &f->channel) == 0);
    mh_channel_handle(f->channel)->owner = f;
    mh_channel_handle(f->channel)->on_closed = fuzz_closed;
    mh_channel_read_start(f->channel);
    f->any_fds = false;
    f->ends = 0;
    f->frames = 0;
    f->sum = 0;
    f->stream_len = 0;
}

static void fuzz_send(struct fuzz *f, const void *bytes, size_t len, unsigned fds)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * 3)];
    } control;
    if (len == 0 || len > FUZZ_STREAM_BYTES - f->stream_len)
        return;
    struct iovec iov = {(void *)(uintptr_t)bytes, len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fds > 0) {
        int give[3] = {2, 2, 2}; /* not the peer: held by the channel it would never end */
        memset(&control, 0, sizeof control);
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(sizeof(int) * fds);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int) * fds);
        memcpy(CMSG_DATA(&control.header), give, sizeof(int) * fds);
        f->any_fds = true;
    }
    ssize_t sent = sendmsg(f->peer, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        memcpy(f->stream + f->stream_len, bytes, (size_t)sent);
        f->stream_len += (size_t)sent;
    }
}

/* One step of the input; returns the bytes it took. */
static size_t fuzz_step(struct fuzz *f, const uint8_t *data, size_t size)
{
    uint8_t op = data[0];
    if (op & 0x80) {
        size_t len = op & 0x3f;
        len = len < size - 1 ? len : size - 1;
        fuzz_send(f, data + 1, len, op >> 6 & 1);
        return 1 + len;
    }
    if (size < 2)
        return size;
    size_t len = data[1] < size - 2 ? data[1] : size - 2;
    char frame[MH_FRAME_HEADER + 255];
    mh_frame_write(frame, (enum mh_frame_type)(op & 7), (uint32_t)len, op >> 3 & 3);
    memcpy(frame + MH_FRAME_HEADER, data + 2, len);
    fuzz_send(f, frame, MH_FRAME_HEADER + len, op >> 5 & 3);
    return 2 + len;
}

static void fuzz_turn(struct fuzz *f)
{
    char sink[256];
    /* Nothing sent is left unread when the kernel says so. */
    do {
        uv_run(&f->loop, UV_RUN_NOWAIT);
        while (recv(f->peer, sink, sizeof sink, MSG_DONTWAIT) > 0) /* pongs */
            ;
    } while (f->channel && mh_channel_has_unread(f->channel));
}

/* What a plain reading of the stream finds: frames for the owner up to the first fault; *error is that fault.
 */
static unsigned fuzz_model(const struct fuzz *f, unsigned *sum, int *error)
{
    size_t at = 0;
    unsigned frames = 0;
    *sum = 0;
    *error = 0;
    while (f->stream_len - at >= MH_FRAME_HEADER) {
        struct mh_frame_header header;
        memcpy(&header, f->stream + at, sizeof header);
        bool typed = header.type >= 1 && header.type < MH_FRAME_TYPES;
        *error = header.magic != MH_FRAME_MAGIC     ? MH_EFRAME
                 : header.length > FUZZ_FRAME_BYTES ? MH_EFRAMESIZE
                 : !typed                           ? MH_EFRAMETYPE
                 : header.fds > MH_FRAME_FDS        ? MH_EFDS
                                                    : 0;
        if (*error < 0 || f->stream_len - at - MH_FRAME_HEADER < header.length)
            return frames;
        const unsigned char *bytes = f->stream + at + MH_FRAME_HEADER;
        uint32_t version = 0;
        if (header.type == MH_FRAME_HELLO && header.length == sizeof version)
            memcpy(&version, bytes, sizeof version);
        if (header.fds > 0 && !f->any_fds)
            *error = MH_EFDS;
        else if (header.type == MH_FRAME_OFFER)
            *error = MH_EFRAMETYPE;
        else if (header.type == MH_FRAME_PING)
            *error = header.length == sizeof(uint64_t) ? 0 : MH_EFRAME;
        else if (header.type == MH_FRAME_HELLO)
            *error = header.length != sizeof version ? MH_EFRAME
                     : version != MH_FRAME_VERSION   ? MH_EVERSION
                                                     : 0;
        if (*error < 0)
            return frames;
        if (header.type == MH_FRAME_MESSAGE || header.type == MH_FRAME_INTERNAL) {
            frames++;
            *sum = fuzz_add(*sum, header.type, bytes, header.length);
        }
        at += MH_FRAME_HEADER + header.length;
    }
    return frames;
}

static int fuzz_count_fds(void)
{
    int low = dup(2); /* the lowest free one: higher, if any below it was leaked */
    close(low);
    return low;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz fuzz;
    struct fuzz *f = &fuzz;
    if (!f->opened) {
        fuzz_open(f);
        mh_handle_close(mh_channel_handle(f->channel));
        fuzz_turn(f);
        close(f->peer);
    }
    int before = fuzz_count_fds();
    fuzz_open(f);
    for (size_t at = 0; at < size && f->channel && f->ends == 0;) {
        at += fuzz_step(f, data + at, size - at);
        /* Whether pieces meet in one read is up to the input too. */
        if (at < size && data[at] & 1)
            fuzz_turn(f);
    }
    fuzz_turn(f);
    unsigned sum;
    int error;
    unsigned frames = fuzz_model(f, &sum, &error);
    FUZZ_CHECK(f->ends <= 1 && f->frames <= frames);
    if (!f->any_fds) {
        FUZZ_CHECK(f->frames == frames && f->sum == sum);
        FUZZ_CHECK(f->ends == (error < 0) && (error == 0 || f->reason == error));
    } else if (error < 0) {
        FUZZ_CHECK(f->ends == 1); /* if not for this, for its descriptors */
    }
    close(f->peer);
    while (f->channel && f->ends == 0)
        uv_run(&f->loop, UV_RUN_NOWAIT);
    while (f->channel)
        uv_run(&f->loop, UV_RUN_NOWAIT);
    FUZZ_CHECK(f->ends == 1);
    FUZZ_CHECK(mh_ctx_idle(&f->ctx) && f->ctx.alloc.live == 0);
    FUZZ_CHECK(fuzz_count_fds() == before);
    return 0;
}
