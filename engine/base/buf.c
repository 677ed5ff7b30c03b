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
        /* Reclaim the front when that alone frees half the buffer, so that copying stays linear in bytes
         * added. */
        if (b->head >= b->size / 2 && b->size - len >= room) {
            memmove(b->data, b->data + b->head, len);
        } else {
            size_t size = b->size ? b->size : BUF_FIRST_BYTES;
            while (size - len < room)
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
    if (b->head == b->tail) {
        b->head = 0;
        b->tail = 0;
    }
}
