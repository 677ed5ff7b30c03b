/*
 * loop/context.h - what every object on one engine's loop shares: loop, allocator, log, and who is open.
 *
 * Owns the list of open handles; borrows the loop. One context belongs to one engine and is used by one
 * thread.
 */
#ifndef MH_LOOP_CONTEXT_H
#define MH_LOOP_CONTEXT_H

#include "base/alloc.h"
#include "base/list.h"
#include "base/log.h"
#include "loop/stats.h"

#include <stdbool.h>
#include <uv.h>

#define MH_CTX_READ_BYTES  (64u << 10)
#define MH_CTX_BATCH_SLOTS 32u         /* datagrams that the batch buffer holds, */
#define MH_CTX_BATCH_BYTES (64u << 10) /* each as large as any can be */

struct mh_ctx {
    uv_loop_t *loop; /* borrowed from the engine or its host */
    struct mh_alloc alloc;
    struct mh_log log;
    struct mh_link handles;    /* open and closing struct mh_handle, oldest first */
    struct mh_link deferred;   /* struct mh_deferred waiting for the running callback's end */
    struct mh_link fd_waiters; /* struct mh_fd_waiter: wants to know when a descriptor was closed */
    struct mh_reaper *reaper;  /* proc/process.c's: children without a pidfd; NULL while there are none */
    bool closing;              /* the engine is closing: open nothing new */
    bool exiting;              /* the process ends when the running callback does: what is to be sent, now */
    unsigned pool_requests;    /* at work on libuv's threads: the context must outlive them */
    char *read_buffer;         /* MH_CTX_READ_BYTES, lent to one read at a time; NULL until the first */
    char *batch_buffer;        /* MH_CTX_BATCH_SLOTS times MH_CTX_BATCH_BYTES; NULL until the first */
    struct mh_stats *stats;    /* own_stats, or a part of the health page */
    struct mh_stats own_stats;
};

/*
 * Work that must happen once, after the outermost callback into Lua has returned and before the loop turns
 * on: a channel flushes there all that one turn of Lua has queued, with one system call.
 */
struct mh_deferred {
    struct mh_link link;
    /* Unlinked before it is called; may defer again, for the next round. */
    void (*run)(struct mh_deferred *work);
};

/* Somebody who ran out of descriptors and waits for one to be closed. */
struct mh_fd_waiter {
    struct mh_link link;
    void (*wake)(struct mh_fd_waiter *waiter); /* unlinked before it is called */
};

/* loop is borrowed and must outlive the context. alloc and log are copied. */
void mh_ctx_init(struct mh_ctx *ctx, uv_loop_t *loop, const struct mh_alloc *alloc, const struct mh_log *log);

/* Free what the context itself holds; all handles are gone. */
void mh_ctx_free(struct mh_ctx *ctx);

/*
 * The buffer that all streams of the loop read through, MH_CTX_READ_BYTES long, or NULL when memory is short.
 * Its bytes are good until the reading callback returns; a stream at rest therefore costs no buffer.
 */
char *mh_ctx_read_buffer(struct mh_ctx *ctx);

/* The same for datagrams, in slots of MH_CTX_BATCH_BYTES: of one that is not used, no page is ever touched.
 */
char *mh_ctx_batch_buffer(struct mh_ctx *ctx);

/* Queue work for the end of the running callback; twice is once. Outside a callback: run at mh_ctx_settle. */
void mh_ctx_defer(struct mh_ctx *ctx, struct mh_deferred *work);

/* Run all deferred work. Called at the end of each outermost callback (bind/call, or a C event with no Lua in
 * it). */
void mh_ctx_settle(struct mh_ctx *ctx);

/* A descriptor of this process was closed: wake those who wait for room. */
void mh_ctx_fd_closed(struct mh_ctx *ctx);

/* close(2) for descriptors that a peer can make us hold: closes, then mh_ctx_fd_closed. fd < 0 is ignored. */
void mh_ctx_close_fd(struct mh_ctx *ctx, int fd);

/* Close every open handle. They are gone when the loop has run their callbacks and mh_ctx_idle says so. */
void mh_ctx_close_handles(struct mh_ctx *ctx);

static inline bool mh_ctx_idle(const struct mh_ctx *ctx)
{
    return mh_list_empty(&ctx->handles);
}

#endif
