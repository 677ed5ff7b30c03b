#include "child/child.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>

/* ---- offers ---- */

static struct mh_child_server *child_find(struct mh_child *child, uint32_t share)
{
    for (struct mh_link *l = child->servers.next; l != &child->servers; l = l->next) {
        struct mh_child_server *server = mh_of(l, struct mh_child_server, link);
        if (server->share == share)
            return server;
    }
    return NULL;
}

static void child_offered(struct mh_child *child, struct mh_frame_view *frame)
{
    struct mh_offer offer;
    if (frame->len != sizeof offer || frame->fd_count + frame->fds_lost != 1) {
        mh_channel_end(child->channel, MH_EFRAME);
        return;
    }
    memcpy(&offer, frame->bytes, sizeof offer);
    struct mh_child_server *server = child_find(child, offer.share);
    /* Also without descriptors left to receive it with: another worker may have some, or this one soon. */
    if (!server || server->refusing || frame->fds_lost > 0) {
        mh_health_claim(child->page, offer.slot, offer.ticket, MH_CLAIM_OFFERED, MH_CLAIM_REFUSED);
        return;
    }
    /* Lost: the master has taken it back, as this worker was late. The channel closes our copy. */
    if (!mh_health_claim(child->page, offer.slot, offer.ticket, MH_CLAIM_OFFERED, MH_CLAIM_TAKEN)) {
        child->page->late++;
        return;
    }
    int fd = frame->fds[0];
    frame->fds[0] = -1;
    server->on_accept(server, fd);
}

static void child_control(void *userdata, struct mh_frame_view *frame)
{
    struct mh_child *child = userdata;
    if (!frame)
        child->channel = NULL;
    else if (frame->type == MH_FRAME_OFFER)
        child_offered(child, frame);
}

/* ---- servers ---- */

static void server_uv_closed(uv_handle_t *uv)
{
    struct mh_child_server *server = uv->data;
    mh_handle_closed(&server->handle);
}

static void server_close(struct mh_handle *h)
{
    struct mh_child_server *server = mh_of(h, struct mh_child_server, handle);
    mh_list_remove(&server->link);
    uv_close((uv_handle_t *)&server->keep, server_uv_closed);
}

static void server_destroy(struct mh_handle *h)
{
    mh_free(&h->ctx->alloc, mh_of(h, struct mh_child_server, handle));
}

static const struct mh_handle_class server_class = {"server", server_close, server_destroy};

int mh_child_serve(struct mh_child *child, uint32_t share,
                   void (*on_accept)(struct mh_child_server *server, int fd), struct mh_child_server **out)
{
    struct mh_ctx *ctx = child->handle.ctx;
    struct mh_child_server *server = mh_zalloc(&ctx->alloc, sizeof *server);
    if (!server)
        return -ENOMEM;
    int rc = uv_async_init(ctx->loop, &server->keep, NULL);
    if (rc < 0) {
        mh_free(&ctx->alloc, server);
        return rc;
    }
    server->keep.data = server;
    server->share = share;
    server->on_accept = on_accept;
    mh_list_append(&child->servers, &server->link);
    mh_handle_open(&server->handle, ctx, &server_class);
    *out = server;
    return 0;
}

/* ---- the child ---- */

static void child_beat(struct mh_timer *timer)
{
    struct mh_child *child = timer->handle.owner;
    uint64_t now_ms = uv_now(timer->handle.ctx->loop);
    child->page->lag_ms = now_ms > child->beat_due_ms ? now_ms - child->beat_due_ms : 0;
    child->beat_due_ms = now_ms + MH_CHILD_BEAT_MS;
    child->events->on_beat(child);
}

static void child_close(struct mh_handle *h)
{
    struct mh_child *child = mh_of(h, struct mh_child, handle);
    if (child->channel)
        mh_channel_set_control(child->channel, NULL, NULL);
    child->channel = NULL;
    while (!mh_list_empty(&child->servers))
        mh_list_remove(child->servers.next);
    mh_timer_close(child->beat);
    mh_handle_release(&child->beat->handle);
    h->ctx->own_stats = child->page->stats;
    h->ctx->stats = &h->ctx->own_stats;
    mh_handle_closed(h);
}

static void child_destroy(struct mh_handle *h)
{
    struct mh_child *child = mh_of(h, struct mh_child, handle);
    mh_health_unmap(child->page);
    mh_free(&h->ctx->alloc, child);
}

static const struct mh_handle_class child_class = {"child", child_close, child_destroy};

int mh_child_open(struct mh_ctx *ctx, struct mh_channel *channel, int page_fd,
                  const struct mh_child_events *events, struct mh_child **out)
{
    struct mh_child *child = mh_zalloc(&ctx->alloc, sizeof *child);
    int rc = child ? mh_health_map(page_fd, &child->page) : -ENOMEM;
    mh_ctx_close_fd(ctx, page_fd);
    if (rc == 0)
        rc = mh_timer_open(ctx, child_beat, &child->beat);
    if (rc < 0) {
        if (child)
            mh_health_unmap(child->page);
        mh_free(&ctx->alloc, child);
        return rc;
    }
    child->beat->handle.owner = child;
    mh_timer_start(child->beat, MH_CHILD_BEAT_MS, MH_CHILD_BEAT_MS);
    uv_unref((uv_handle_t *)&child->beat->uv);
    child->beat_due_ms = uv_now(ctx->loop) + MH_CHILD_BEAT_MS;
    child->channel = channel;
    child->events = events;
    mh_list_init(&child->servers);
    child->page->stats = ctx->own_stats; /* connections that are open already will be counted off there */
    ctx->stats = &child->page->stats;
    mh_channel_set_control(channel, child_control, child);
    mh_handle_open(&child->handle, ctx, &child_class);
    *out = child;
    return 0;
}
