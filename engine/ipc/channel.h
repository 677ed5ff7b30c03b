/*
 * ipc/channel.h - a two-way stream of frames and descriptors between two processes, with ceilings at both
 * ends.
 *
 * uv_poll with sendmsg and recvmsg of our own (outbox.h, inbox.h): libuv's pipe has no ceiling for received
 * descriptors and loses the 65th of a message. What one turn of Lua queues is flushed in one system call at
 * the turn's end; one read delivers its frames in one batch. Ends for exactly one reason. Answers pings
 * itself; knows nothing of what payloads mean.
 */
#ifndef MH_IPC_CHANNEL_H
#define MH_IPC_CHANNEL_H

#include "ipc/frame.h"
#include "loop/handle.h"

struct mh_channel;

/* Each may be set by the name in brackets when a process is forked. */
struct mh_channel_limits {
    uint32_t frame_bytes; /* [frameBytes] largest payload, both ways: 64 MiB */
    size_t queue_bytes;   /* [queueBytes] unsent bytes behind the frame in flight: 64 MiB */
    size_t mark_bytes;    /* [highWaterMark] unsent bytes from which send says "enough": 128 KiB, as Node */
    unsigned fds;         /* [handles] received descriptors that no complete frame has claimed yet: 64 */
};

#define MH_CHANNEL_FRAME_BYTES ((64u << 20) + 64u) /* a string of 64 MiB, and what it is encoded with */
#define MH_CHANNEL_QUEUE_BYTES (MH_CHANNEL_FRAME_BYTES + (size_t)MH_FRAME_HEADER) /* the largest frame */
#define MH_CHANNEL_MARK_BYTES  ((size_t)128 << 10)
#define MH_CHANNEL_FDS         64u

/* All are called from the loop and may close the channel. */
struct mh_channel_events {
    /* MESSAGE and INTERNAL frames, in order. When it closes the channel, the rest of the batch is dropped. */
    void (*on_frames)(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count);
    /*
     * Everything queued is in the kernel, after mh_channel_send had left bytes unsent; or the byte asked for
     * with mh_channel_tell_at is. rc < 0: the peer has gone and all that was queued is lost; what it sent
     * before is still read. So many messages of it, `refused`, were queued since the kernel had last taken
     * all: a write at once would have failed for each.
     */
    void (*on_drain)(struct mh_channel *ch, int rc, unsigned refused);
    /* Once, before the handle closes: 0 for an orderly end by either side, else why the peer was cut off. Not
     * when the owner closes the handle itself. */
    void (*on_end)(struct mh_channel *ch, int reason);
};

/*
 * PONG and OFFER frames, for the one that watches the peer (cluster/worker) or serves it (child/child); and,
 * with frame NULL, the channel's end, after which the channel must not be used.
 */
typedef void (*mh_channel_control_cb)(void *userdata, struct mh_frame_view *frame);

void mh_channel_limits_init(struct mh_channel_limits *limits);

/*
 * Make a socket pair for a channel, both ends close-on-exec; *theirs stays blocking, as Node hands it over.
 * Returns 0 or a negative errno.
 */
int mh_channel_pair(int *ours, int *theirs);

/*
 * Take fd, a UNIX stream socket, also on failure. limits NULL: the defaults. Not reading yet. Returns 0,
 * -ENOMEM, or what uv_poll says of fd (-EEXIST, if it is on the loop already, leaves it to whom it belongs).
 */
int mh_channel_open(struct mh_ctx *ctx, int fd, const struct mh_channel_limits *limits,
                    const struct mh_channel_events *events, struct mh_channel **out);

/* An OFFER without such a hook is a frame of unknown type. userdata must outlive the channel or be unset. */
void mh_channel_set_control(struct mh_channel *ch, mh_channel_control_cb on_control, void *userdata);

void mh_channel_read_start(struct mh_channel *ch);
void mh_channel_read_stop(struct mh_channel *ch);

/*
 * Queue a frame with a copy of the bytes. The descriptors are taken, also on failure, and closed once sent.
 * Flushed at the end of the running callback, see mh_ctx_defer. Returns 0; MH_EFRAMESIZE; MH_EQUEUE, nothing
 * of it queued; MH_ECLOSED; MH_EFDS for more than MH_FRAME_FDS; -ENOMEM.
 */
int mh_channel_send(struct mh_channel *ch, enum mh_frame_type type, const void *bytes, size_t len,
                    const int *fds, unsigned fd_count);

/*
 * Send a small frame with one borrowed descriptor now or not at all: for offers of connections, which another
 * worker can take as well. Returns 0; -EAGAIN when the kernel takes no more now; MH_ECLOSED; another negative
 * errno.
 */
int mh_channel_send_now(struct mh_channel *ch, enum mh_frame_type type, const void *bytes, size_t len,
                        int fd);

/* Bytes queued and unsent. */
size_t mh_channel_pending(const struct mh_channel *ch);

/* Whether the sender should pause: pending has reached the mark. */
bool mh_channel_over_mark(const struct mh_channel *ch);

/* Bytes ever queued and ever handed to the kernel: a frame is written once sent has reached what queued was
 * after it. */
uint64_t mh_channel_queued_total(const struct mh_channel *ch);
uint64_t mh_channel_sent_total(const struct mh_channel *ch);

/* Have on_drain called, once, when sent has reached total. For a message whose sender wants to know. */
void mh_channel_tell_at(struct mh_channel *ch, uint64_t total);

/* Whether something has come that is not read yet: bytes or the end. */
bool mh_channel_has_unread(const struct mh_channel *ch);

/* Loop time at which the peer was last heard of, in ms; when opened at first. */
uint64_t mh_channel_heard_ms(const struct mh_channel *ch);

/*
 * Write what is queued, waiting for a slow peer up to timeout_ms. For a process about to exit; blocks.
 * Returns 0, -ETIMEDOUT, or why the channel cannot be written to.
 */
int mh_channel_flush(struct mh_channel *ch, uint64_t timeout_ms);

/* Take no more frames; write what is queued, then end and close. What came in the read that is being
 * delivered is still delivered. */
void mh_channel_finish(struct mh_channel *ch);

/* Cut the peer off: on_end with the reason, then close. Does nothing after the first end. */
void mh_channel_end(struct mh_channel *ch, int reason);

/* Whether the open channel keeps the loop alive; with unsent bytes it always does. At first it does. */
void mh_channel_set_ref(struct mh_channel *ch, bool ref);
bool mh_channel_has_ref(const struct mh_channel *ch);

/* Borrowed. */
int mh_channel_fd(const struct mh_channel *ch);
struct mh_handle *mh_channel_handle(struct mh_channel *ch);
struct mh_channel *mh_channel_of(struct mh_handle *h);

#endif
