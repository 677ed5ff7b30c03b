#include "base/buf.h"

#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define BUF_FIRST_BYTES 512

void mh_buf_init(struct mh_buf *b, struct mh_alloc *alloc, size_t ceiling)
{
    memset(b, 0, sizeof *b);
    b->alloc = alloc;
    b->ceiling = ceiling;
}

void mh_buf_free(struct mh_buf *b)
{
    mh_free(b->alloc, b->data);
    mh_buf_init(b, b->alloc, b->ceiling);
}

int mh_buf_reserve(struct mh_buf *b, size_t room, char **out)
{
    size_t len = mh_buf_len(b);
    if (room > b->ceiling || len > b->ceiling - room)
        return MH_ELIMIT;
    if (b->size - b->tail < room) {
        /* Half of what is kept must lie free besides the room: else a queue that stays nearly full would be
         * copied for every few bytes added, and copying must stay linear in these. */
        size_t wanted = room + len / 2;
        if (b->size - len >= wanted) {
            memmove(b->data, b->data + b->head, len);
        } else {
            size_t size = b->size ? b->size : BUF_FIRST_BYTES;
            while (size - len < wanted)
                size *= 2;
            char *data = mh_malloc(b->alloc, size);
            if (!data)
                return -ENOMEM;
            if (len > 0)
                memcpy(data, b->data + b->head, len);
            mh_free(b->alloc, b->data);
            b->data = data;
            b->size = size;
        }
        b->head = 0;
        b->tail = len;
    }
    *out = b->data + b->tail;
    return 0;
}

void mh_buf_added(struct mh_buf *b, size_t len)
{
    assert(len <= b->size - b->tail);
    b->tail += len;
}

int mh_buf_append(struct mh_buf *b, const void *bytes, size_t len)
{
    char *to;
    int rc = mh_buf_reserve(b, len, &to);
    if (rc == 0 && len > 0) {
        memcpy(to, bytes, len);
        b->tail += len;
    }
    return rc;
}

void mh_buf_take(struct mh_buf *b, size_t len)
{
    assert(len <= mh_buf_len(b));
    b->head += len;
    if (b->head < b->tail)
        return;
    if (b->size > MH_BUF_KEEP_BYTES)
        mh_buf_free(b);
    b->head = 0;
    b->tail = 0;
}
