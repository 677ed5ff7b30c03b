/*
 * ipc/inbox.h - the bytes and descriptors that have come through a channel's socket, until they are frames.
 *
 *     got = mh_inbox_receive(&in, fd);
 *     while ((count = mh_inbox_next(&in, views, fds)) > 0) {
 *         ...
 *         mh_inbox_close_fds(&in, views, count);   those that nobody has kept
 *     }
 *     rc = mh_inbox_done(&in);                     the bytes of the views are gone
 *
 * Everything a peer sends comes in here, so all is held against a ceiling, and a descriptor against the frame
 * that says it has one. Owns the bytes and the descriptors that no frame has claimed yet; borrows the socket
 * for the time of a call.
 */
#ifndef MH_IPC_INBOX_H
#define MH_IPC_INBOX_H

#include "base/buf.h"
#include "ipc/frame.h"
#include "loop/context.h"

#define MH_INBOX_BATCH 64 /* frames told at once */

struct mh_inbox {
    struct mh_ctx *ctx; /* borrowed */
    struct mh_buf bytes;
    size_t read; /* of these, told as frames since the last mh_inbox_done */
    int *fds;    /* fd_most places */
    unsigned fd_count;
    unsigned fd_most;     /* ceiling of descriptors that no complete frame has claimed */
    uint32_t frame_bytes; /* ceiling of a payload */
};

/* Empty. Returns 0 or -ENOMEM, and then there is nothing to free. */
int mh_inbox_init(struct mh_inbox *in, struct mh_ctx *ctx, uint32_t frame_bytes, unsigned fd_most);

/* Close and free all that is here. */
void mh_inbox_free(struct mh_inbox *in);

/*
 * Read once, without waiting. Returns the number of bytes; 0 at the end; -EAGAIN; MH_EFDS when the peer has
 * sent more descriptors than may wait; -ENOMEM; or another negative errno.
 */
ssize_t mh_inbox_receive(struct mh_inbox *in, int fd);

/*
 * Tell the next complete frames: MESSAGE and INTERNAL frames as far as they follow one another,
 * MH_INBOX_BATCH at most, or one frame of another type. views has room for MH_INBOX_BATCH; fds for fd_most,
 * it gets the descriptors, which are the caller's to close. Returns the number of frames; 0 if more must come
 * first; or what is wrong with the next one: as mh_frame_read, or MH_EFDS if the peer did not send all its
 * descriptors.
 */
int mh_inbox_next(struct mh_inbox *in, struct mh_frame_view *views, int *fds);

/* Close what is left in views: places that are -1 were taken. */
void mh_inbox_close_fds(struct mh_inbox *in, const struct mh_frame_view *views, int count);

/* Drop the frames told. Returns 0, or MH_EFDS if descriptors are left that no frame announces. */
int mh_inbox_done(struct mh_inbox *in);

/* Whether a frame has begun and is not complete. */
static inline bool mh_inbox_midway(const struct mh_inbox *in)
{
    return mh_buf_len(&in->bytes) > 0;
}

#endif
