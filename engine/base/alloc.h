/*
 * base/alloc.h - the engine's allocator: the host's or malloc, counted, and able to fail on order.
 *
 * Every block of one engine comes from its own mh_alloc, so that a test can prove that none is left, and can
 * make the Nth allocation fail. It knows no sizes: it counts blocks, not bytes.
 */
#ifndef MH_BASE_ALLOC_H
#define MH_BASE_ALLOC_H

#include <stddef.h>

/* As realloc(3) and free(3) in one: size 0 frees and returns NULL. */
typedef void *(*mh_alloc_fn)(void *userdata, void *block, size_t size);

struct mh_alloc {
    mh_alloc_fn fn;
    void *userdata;
    size_t live;    /* blocks allocated and not yet freed */
    size_t fail_in; /* the allocation that many calls from now fails; 0 never */
};

/* fn NULL means realloc and free. */
void mh_alloc_init(struct mh_alloc *a, mh_alloc_fn fn, void *userdata);

/* NULL when memory is short; the block's content is undefined. size must not be 0. */
void *mh_malloc(struct mh_alloc *a, size_t size);

/* As mh_malloc, the content zero. */
void *mh_zalloc(struct mh_alloc *a, size_t size);

/* NULL when memory is short, the old block then stands. block may be NULL; size must not be 0. */
void *mh_realloc(struct mh_alloc *a, void *block, size_t size);

/* NULL when memory is short. Copies len bytes and adds a zero byte. */
char *mh_strndup(struct mh_alloc *a, const char *text, size_t len);

/* block may be NULL. */
void mh_free(struct mh_alloc *a, void *block);

#endif
