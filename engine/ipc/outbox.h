/*
 * ipc/outbox.h - the frames and descriptors that wait to leave through a channel's socket.
 *
 *     mh_outbox_add(&out, MH_FRAME_MESSAGE, bytes, len, NULL, 0);
 *     rc = mh_outbox_write(&out, fd);      0: all of it; -EAGAIN: again when fd is writable
 *
 * Bytes leave in as few system calls as descriptors allow: these go along with the first byte of their frame,
 * so a call ends before the next frame that has some. Owns the bytes and the descriptors that wait; knows
 * nothing of loops, borrows the socket for the time of a call.
 */
#ifndef MH_IPC_OUTBOX_H
#define MH_IPC_OUTBOX_H

#include "base/buf.h"
#include "ipc/frame.h"
#include "loop/context.h"

struct mh_outbox {
    struct mh_ctx *ctx; /* borrowed */
    struct mh_buf bytes;
    struct mh_link fds;   /* struct outbox_fds, by the frames they go with */
    size_t queue_bytes;   /* ceiling of what waits behind the frame in flight */
    uint64_t added_total; /* bytes ever added, */
    uint64_t sent_total;  /* and of these, handed to the kernel or lost */
    uint64_t flight_end;  /* where among them the frame that is being sent ends */
    unsigned messages;    /* MESSAGE frames added since nothing waited last */
};

/* Empty. Room for queue_bytes behind a frame of frame_bytes. */
void mh_outbox_init(struct mh_outbox *out, struct mh_ctx *ctx, uint32_t frame_bytes, size_t queue_bytes);

/* Close and free all that waits; initialise it again before further use. */
void mh_outbox_free(struct mh_outbox *out);

/*
 * Add a frame with a copy of the bytes, len up to the frame_bytes of mh_outbox_init. The descriptors are
 * taken if it returns 0. Returns 0; MH_EQUEUE when the ceiling is reached; MH_EFDS for more than
 * MH_FRAME_FDS; -ENOMEM. On error nothing is changed.
 */
int mh_outbox_add(struct mh_outbox *out, enum mh_frame_type type, const void *bytes, size_t len,
                  const int *fds, unsigned fd_count);

/*
 * Write as much as the kernel takes, and close the descriptors that have left. Returns 0 when nothing waits
 * any more; -EAGAIN; or why writing is impossible, perhaps in the middle of a frame: see
 * mh_outbox_error_passes.
 */
int mh_outbox_write(struct mh_outbox *out, int fd);

/*
 * Write all that waits, then a frame with one borrowed descriptor, or not at all. Returns 0; 1 if the kernel
 * took only a part of the frame and the rest waits now; on error nothing of the frame is sent: -EAGAIN,
 * -ENOMEM, or what mh_outbox_write may return.
 */
int mh_outbox_write_now(struct mh_outbox *out, int fd, enum mh_frame_type type, const void *bytes, size_t len,
                        int passed);

/* Whether a failure passes by itself: the kernel holds too many descriptors in flight, or is short of memory.
 */
bool mh_outbox_error_passes(int rc);

/* The peer has gone: what waits has nowhere to go, and counts as sent. Returns `messages`. */
unsigned mh_outbox_lose(struct mh_outbox *out);

/* Bytes that wait. */
static inline size_t mh_outbox_len(const struct mh_outbox *out)
{
    return mh_buf_len(&out->bytes);
}

#endif
