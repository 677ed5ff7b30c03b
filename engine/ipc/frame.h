/*
 * ipc/frame.h - the native wire between two moonherds: header, types, limits.
 *
 * Every frame is an 8-byte header and its payload, host byte order (both ends are on one machine):
 *
 *     u32 length   payload bytes
 *     u8  type     enum mh_frame_type
 *     u8  fds      descriptors that belong to this frame, sent along with its first byte
 *     u16 magic    MH_FRAME_MAGIC: bytes that are no frame are seen at once, not after a gigabyte
 *
 * Types are never reused: a dead one keeps its number. A change that an older peer would misread raises
 * MH_FRAME_VERSION, which HELLO carries.
 */
#ifndef MH_IPC_FRAME_H
#define MH_IPC_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define MH_FRAME_VERSION 1
#define MH_FRAME_MAGIC   0x6d68u
#define MH_FRAME_HEADER  8u
#define MH_FRAME_FDS     16u /* descriptors of one frame at most */

enum mh_frame_type {
    MH_FRAME_HELLO = 1,    /* u32 version; the first frame of the child */
    MH_FRAME_MESSAGE = 2,  /* a user's message: string.buffer payload */
    MH_FRAME_INTERNAL = 3, /* a message of the library's own Lua to its like: string.buffer payload */
    MH_FRAME_PING = 4,     /* u64 number; answered by the loop in C */
    MH_FRAME_PONG = 5,     /* u64 number of the ping */
    MH_FRAME_OFFER = 6,    /* struct mh_offer and one descriptor: a connection to claim */
    MH_FRAME_TYPES = 7     /* one past the last */
};

struct mh_frame_header {
    uint32_t length;
    uint8_t type;
    uint8_t fds;
    uint16_t magic;
};

/* A frame as it was received. Bytes live during the call that tells it. Whoever keeps a descriptor sets its
 * place to -1; the rest is closed. */
struct mh_frame_view {
    enum mh_frame_type type;
    const char *bytes;
    uint32_t len;
    int *fds;
    unsigned fd_count;
    unsigned fds_lost; /* further ones that came with it, while this process had no descriptors left */
};

/* A connection offered to a worker: which listening address it came by, and which word of the page claims it.
 */
struct mh_offer {
    uint32_t share;
    uint32_t slot;
    uint32_t ticket;
};

/*
 * Read a header from MH_FRAME_HEADER bytes and check it against max_bytes. Returns 0; MH_EFRAME for a wrong
 * magic; MH_EFRAMESIZE; MH_EFRAMETYPE; MH_EFDS for too many descriptors. *out is filled except for MH_EFRAME.
 */
int mh_frame_read(const char *bytes, uint32_t max_bytes, struct mh_frame_header *out);

/* Whether a frame is for the owner of the channel; the others are for the engine. */
static inline bool mh_frame_is_data(unsigned type)
{
    return type == MH_FRAME_MESSAGE || type == MH_FRAME_INTERNAL;
}

/* Write a header's MH_FRAME_HEADER bytes. */
void mh_frame_write(char *bytes, enum mh_frame_type type, uint32_t length, unsigned fds);

#endif
