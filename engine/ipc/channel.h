/*
 * ipc/channel.h - a two-way stream of frames and descriptors between two processes, with ceilings at both ends.
 *
 * uv_poll with sendmsg and recvmsg of our own: libuv's pipe has no ceiling for received descriptors and loses the 65th
 * of a message. What one turn of Lua queues is flushed in one system call at the turn's end; one read delivers its
 * frames in one batch. Ends in exactly one reason. Knows nothing of what payloads mean.
 */
#ifndef MH_IPC_CHANNEL_H
#define MH_IPC_CHANNEL_H

#include "base/buf.h"
#include "base/list.h"
#include "ipc/frame.h"
#include "loop/handle.h"

struct mh_channel;

/* One frame of a batch. Bytes live during the call. fds are taken by whoever sets them to -1; the rest is closed. */
struct mh_frame_view {
    uint8_t type;
    const char *bytes;
    uint32_t len;
    int *fds;
    unsigned fd_count;
};

struct mh_channel_limits {
    size_t frame_bytes; /* largest payload, both ways; default 64 MiB */
    size_t queue_bytes; /* unsent bytes above the frame in flight; default 64 MiB */
    size_t mark_bytes;  /* high-water mark: send says "enough" from here on; default 128 KiB, as Node */
    unsigned fds;       /* received descriptors not yet claimed by a frame; default 64 */
    unsigned batch;     /* frames handed over per turn at most; default 1024 */
};

struct mh_channel_events {
    /* Frames in order. Called from the loop; may close the channel, the rest of the batch is then dropped. */
    void (*on_frames)(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count);
    /* All bytes queued so far are in the kernel, after send had said that the mark was passed or a callback waits. */
    void (*on_drain)(struct mh_channel *ch);
    /* Once, before closed: reason 0 for the peer's or our own orderly end, else a negative code (MH_EFRAME, ...). */
    void (*on_end)(struct mh_channel *ch, int reason);
};

/* Fill limits with the defaults. */
void mh_channel_limits_init(struct mh_channel_limits *limits);

/*
 * Make a socket pair for a channel: both ends close-on-exec, ours non-blocking, the child's blocking as Node hands it
 * over. Returns 0 or a negative errno.
 */
int mh_channel_pair(int *ours, int *theirs);

/* Take fd, also on failure. limits NULL: defaults. Reading starts with mh_channel_read_start. */
int mh_channel_open(struct mh_ctx *ctx, int fd, const struct mh_channel_limits *limits,
                    const struct mh_channel_events *events, struct mh_channel **out);

void mh_channel_read_start(struct mh_channel *ch);
void mh_channel_read_stop(struct mh_channel *ch);

/*
 * Queue a frame with copies of the bytes; fds are taken, closed once sent, also on failure. Flushed at the end of the
 * running callback. Returns 0; MH_EFRAMESIZE; MH_EQUEUE (the ceiling; nothing is queued); MH_ECLOSED; -ENOMEM.
 */
int mh_channel_send(struct mh_channel *ch, uint8_t type, const void *bytes, size_t len, const int *fds,
                    unsigned fd_count);

/*
 * Send a small frame with one borrowed descriptor now or not at all: for offers of connections, which another worker
 * can take. Flushes what is queued first. Returns 0; -EAGAIN when the kernel does not take it all now; MH_ECLOSED.
 */
int mh_channel_send_now(struct mh_channel *ch, uint8_t type, const void *bytes, size_t len, int fd);

/* Unsent bytes. */
size_t mh_channel_queued(const struct mh_channel *ch);

/* Bytes ever queued, and ever handed to the kernel: a message is written once sent_total has reached what
 * queued_total was after its send. */
uint64_t mh_channel_queued_total(const struct mh_channel *ch);
uint64_t mh_channel_sent_total(const struct mh_channel *ch);

/* Write what is queued, waiting up to timeout_ms for a slow peer. For a process about to exit. Returns 0, -ETIMEDOUT. */
int mh_channel_flush(struct mh_channel *ch, uint64_t timeout_ms);

/* Stop taking frames, close when what is queued is written. */
void mh_channel_end(struct mh_channel *ch);

uv_handle_t *mh_channel_uv(struct mh_channel *ch);

/* Descriptor number, borrowed. */
int mh_channel_fd(const struct mh_channel *ch);

/* The handle is the first member of the opaque struct. */
static inline struct mh_handle *mh_channel_handle(struct mh_channel *ch)
{
    return (struct mh_handle *)ch;
}

#endif
