#include "loop/context.h"

#include "loop/handle.h"

#include <string.h>
#include <unistd.h>

void mh_ctx_init(struct mh_ctx *ctx, uv_loop_t *loop, const struct mh_alloc *alloc, const struct mh_log *log)
{
    memset(ctx, 0, sizeof *ctx);
    ctx->loop = loop;
    ctx->alloc = *alloc;
    ctx->log = *log;
    ctx->stats = &ctx->own_stats;
    mh_list_init(&ctx->handles);
    mh_list_init(&ctx->deferred);
    mh_list_init(&ctx->fd_waiters);
}

void mh_ctx_free(struct mh_ctx *ctx)
{
    mh_free(&ctx->alloc, ctx->read_buffer);
    ctx->read_buffer = NULL;
    mh_free(&ctx->alloc, ctx->batch_buffer);
    ctx->batch_buffer = NULL;
}

char *mh_ctx_read_buffer(struct mh_ctx *ctx)
{
    if (!ctx->read_buffer)
        ctx->read_buffer = mh_malloc(&ctx->alloc, MH_CTX_READ_BYTES);
    return ctx->read_buffer;
}

char *mh_ctx_batch_buffer(struct mh_ctx *ctx)
{
    if (!ctx->batch_buffer)
        ctx->batch_buffer = mh_malloc(&ctx->alloc, (size_t)MH_CTX_BATCH_SLOTS * MH_CTX_BATCH_BYTES);
    return ctx->batch_buffer;
}

void mh_ctx_defer(struct mh_ctx *ctx, struct mh_deferred *work)
{
    if (mh_list_empty(&work->link))
        mh_list_append(&ctx->deferred, &work->link);
}

void mh_ctx_settle(struct mh_ctx *ctx)
{
    /* Only what is queued now: work that defers itself again waits for the next round, or this would never
     * end. */
    struct mh_link round;
    mh_list_init(&round);
    while (!mh_list_empty(&ctx->deferred)) {
        struct mh_link *link = ctx->deferred.next;
        mh_list_remove(link);
        mh_list_append(&round, link);
    }
    while (!mh_list_empty(&round)) {
        struct mh_deferred *work = mh_of(round.next, struct mh_deferred, link);
        mh_list_remove(&work->link);
        work->run(work);
    }
}

void mh_ctx_fd_closed(struct mh_ctx *ctx)
{
    while (!mh_list_empty(&ctx->fd_waiters)) {
        struct mh_fd_waiter *waiter = mh_of(ctx->fd_waiters.next, struct mh_fd_waiter, link);
        mh_list_remove(&waiter->link);
        waiter->wake(waiter);
    }
}

void mh_ctx_close_fd(struct mh_ctx *ctx, int fd)
{
    if (fd < 0)
        return;
    close(fd);
    mh_ctx_fd_closed(ctx);
}

void mh_ctx_close_handles(struct mh_ctx *ctx)
{
    /*
     * Closing one handle may close others or, for those that hold nothing on the loop, end at once and leave
     * the list: take one after the other from a list of their own, and look again if new ones have come.
     */
    for (bool found = true; found;) {
        found = false;
        struct mh_link round;
        mh_list_init(&round);
        while (!mh_list_empty(&ctx->handles)) {
            struct mh_link *link = ctx->handles.next;
            mh_list_remove(link);
            mh_list_append(&round, link);
        }
        while (!mh_list_empty(&round)) {
            struct mh_handle *h = mh_of(round.next, struct mh_handle, link);
            mh_list_remove(&h->link);
            mh_list_append(&ctx->handles, &h->link);
            if (h->state == MH_HANDLE_OPEN) {
                mh_handle_close(h);
                found = true;
            }
        }
    }
}
