#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static void *alloc_libc(void *userdata, void *block, size_t size)
{
    (void)userdata;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

void mh_alloc_init(struct mh_alloc *a, mh_alloc_fn fn, void *userdata)
{
    a->fn = fn ? fn : alloc_libc;
    a->userdata = userdata;
    a->live = 0;
    a->fail_in = 0;
}

void *mh_realloc(struct mh_alloc *a, void *block, size_t size)
{
    if (a->fail_in > 0 && --a->fail_in == 0)
        return NULL;
    void *moved = a->fn(a->userdata, block, size);
    if (moved && !block)
        a->live++;
    return moved;
}

void *mh_malloc(struct mh_alloc *a, size_t size)
{
    return mh_realloc(a, NULL, size);
}

void *mh_zalloc(struct mh_alloc *a, size_t size)
{
    void *block = mh_malloc(a, size);
    if (block)
        memset(block, 0, size);
    return block;
}

char *mh_strndup(struct mh_alloc *a, const char *text, size_t len)
{
    char *copy = mh_malloc(a, len + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void mh_free(struct mh_alloc *a, void *block)
{
    if (!block)
        return;
    a->live--;
    a->fn(a->userdata, block, 0);
}
