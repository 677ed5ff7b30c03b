/*
 * base/buf.h - a growable run of bytes with a ceiling that must be named.
 *
 * Bytes are added at the end and taken from the front; what was taken is reclaimed when the buffer next needs
 * room. Once empty, a buffer grown past MH_BUF_KEEP_BYTES gives its memory back: one large message must not
 * cost its size for the rest of a connection's life.
 */
#ifndef MH_BASE_BUF_H
#define MH_BASE_BUF_H

#include "base/alloc.h"

#include <stddef.h>

#define MH_BUF_KEEP_BYTES ((size_t)256 << 10)

struct mh_buf {
    struct mh_alloc *alloc; /* borrowed */
    char *data;
    size_t head;    /* first byte not yet taken */
    size_t tail;    /* one past the last byte */
    size_t size;    /* bytes allocated */
    size_t ceiling; /* bytes it may hold at most */
};

void mh_buf_init(struct mh_buf *b, struct mh_alloc *alloc, size_t ceiling);

/* Frees the memory; the buffer is empty and usable again. */
void mh_buf_free(struct mh_buf *b);

static inline size_t mh_buf_len(const struct mh_buf *b)
{
    return b->tail - b->head;
}

static inline char *mh_buf_bytes(const struct mh_buf *b)
{
    return b->data + b->head;
}

/*
 * Make room for at least `room` more bytes behind the last one and point *out at it; the caller writes there
 * and calls mh_buf_added. Returns 0; MH_ELIMIT over the ceiling; -ENOMEM. On error the buffer is unchanged.
 */
int mh_buf_reserve(struct mh_buf *b, size_t room, char **out);

void mh_buf_added(struct mh_buf *b, size_t len);

/* Append a copy of len bytes. Errors as mh_buf_reserve. */
int mh_buf_append(struct mh_buf *b, const void *bytes, size_t len);

/* Drop len bytes from the front; len is at most mh_buf_len. Pointers to the buffer's bytes are stale
 * afterwards. */
void mh_buf_take(struct mh_buf *b, size_t len);

#endif
