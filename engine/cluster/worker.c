#include "cluster/worker.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TICKETS (1u << 30) /* a claim word has 30 bits for them */

/* ---- offers ---- */

static uint32_t worker_claim_state(const struct mh_worker *w, uint32_t slot)
{
    return atomic_load(&w->page->claims[slot]) & 3u;
}

/*
 * Take back what the worker has not claimed. The word is ours to change only by compare-and-swap with the
 * very ticket: losing the race means the worker has the connection. A worker that scribbles over its claims
 * can lose its own connections, or keep ours waiting until it is gone; nothing else.
 */
static bool worker_revoke(struct mh_worker *w, uint32_t slot)
{
    uint32_t word = atomic_load(&w->page->claims[slot]);
    return (word & 3u) == MH_CLAIM_OFFERED &&
           atomic_compare_exchange_strong(&w->page->claims[slot], &word, MH_CLAIM_FREE);
}

/* The slot's descriptor leaves the table. */
static int worker_free_slot(struct mh_worker *w, uint32_t slot)
{
    int fd = w->offers[slot].fd;
    w->offers[slot].fd = -1;
    w->outstanding--;
    return fd;
}

static void worker_give_back(struct mh_worker *w, uint32_t slot, bool refused)
{
    struct mh_worker_offer offer = w->offers[slot];
    int fd = worker_free_slot(w, slot);
    w->returned++;
    offer.give_back(offer.home, fd, w, refused);
}

/* Settle one slot that is out: keep it waiting, forget it, or give it back. revoke: do not wait for the
 * worker. */
static void worker_settle(struct mh_worker *w, uint32_t slot, bool revoke)
{
    uint32_t state = worker_claim_state(w, slot);
    if (state == MH_CLAIM_OFFERED && !revoke)
        return;
    if (state == MH_CLAIM_REFUSED || (state == MH_CLAIM_OFFERED && worker_revoke(w, slot))) {
        worker_give_back(w, slot, state == MH_CLAIM_REFUSED);
        return;
    }
    w->taken++;
    mh_ctx_close_fd(w->handle.ctx, worker_free_slot(w, slot));
}

static uint64_t worker_oldest_offer_ms(const struct mh_worker *w)
{
    uint64_t oldest = UINT64_MAX;
    for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS; slot++) {
        if (w->offers[slot].fd >= 0 && w->offers[slot].offered_ms < oldest)
            oldest = w->offers[slot].offered_ms;
    }
    return oldest;
}

bool mh_worker_stalled(struct mh_worker *w)
{
    uint64_t now_ms = uv_now(w->handle.ctx->loop);
    uint64_t busy_since_ms = w->page->busy_since_ms;
    if (busy_since_ms != 0 && now_ms > busy_since_ms + MH_WORKER_STALL_MS)
        return true;
    return w->outstanding > 0 && now_ms > worker_oldest_offer_ms(w) + MH_WORKER_STALL_MS;
}

static void worker_rest(struct mh_worker *w)
{
    if (w->outstanding == 0 && w->sweep)
        mh_timer_stop(w->sweep);
}

void mh_worker_sweep(struct mh_worker *w)
{
    bool lost = !w->channel || w->draining;
    uint64_t now_ms = uv_now(w->handle.ctx->loop);
    for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS && w->outstanding > 0; slot++) {
        if (w->offers[slot].fd >= 0)
            worker_settle(w, slot, lost || now_ms > w->offers[slot].offered_ms + MH_WORKER_STALL_MS);
    }
    worker_rest(w);
}

void mh_worker_recall(struct mh_worker *w, const void *home)
{
    for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS && w->outstanding > 0; slot++) {
        if (w->offers[slot].fd >= 0 && w->offers[slot].home == home)
            worker_settle(w, slot, true);
    }
    worker_rest(w);
}

static void worker_sweep_due(struct mh_timer *timer)
{
    struct mh_worker *w = timer->handle.owner;
    struct mh_ctx *ctx = timer->handle.ctx;
    mh_worker_sweep(w);
    mh_ctx_settle(ctx);
}

bool mh_worker_can_take(struct mh_worker *w)
{
    return w->channel && !w->draining && w->outstanding < MH_HEALTH_CLAIMS;
}

static uint32_t worker_find_slot(struct mh_worker *w)
{
    uint32_t slot = w->next_slot;
    while (w->offers[slot].fd >= 0)
        slot = (slot + 1) % MH_HEALTH_CLAIMS;
    w->next_slot = (slot + 1) % MH_HEALTH_CLAIMS;
    return slot;
}

int mh_worker_offer(struct mh_worker *w, uint32_t share, int fd, mh_worker_return_cb give_back, void *home)
{
    if (!w->channel || w->draining || !mh_handle_is_open(&w->handle))
        return MH_ECLOSED;
    if (w->outstanding == MH_HEALTH_CLAIMS)
        return MH_ELIMIT;
    uint32_t slot = worker_find_slot(w);
    w->ticket = (w->ticket + 1) % TICKETS;
    struct mh_offer offer = {share, slot, w->ticket};
    atomic_store(&w->page->claims[slot], w->ticket << 2 | MH_CLAIM_OFFERED);
    int rc = mh_channel_send_now(w->channel, MH_FRAME_OFFER, &offer, sizeof offer, fd);
    if (rc < 0) {
        atomic_store(&w->page->claims[slot], MH_CLAIM_FREE);
        return rc;
    }
    w->offers[slot] = (struct mh_worker_offer){fd, share, uv_now(w->handle.ctx->loop), give_back, home};
    if (w->outstanding++ == 0)
        mh_timer_start(w->sweep, MH_WORKER_SWEEP_MS, MH_WORKER_SWEEP_MS);
    return 0;
}

void mh_worker_drain(struct mh_worker *w)
{
    w->draining = true;
    mh_worker_sweep(w);
}

/* ---- life cycle ---- */

static void worker_control(void *userdata, struct mh_frame_view *frame)
{
    struct mh_worker *w = userdata;
    if (frame) {
        /* A pong needs nothing more: the channel has noted that the worker was heard. An offer is not a
         * worker's to make; its descriptor is closed by the channel. */
        if (frame->type != MH_FRAME_PONG)
            mh_channel_end(w->channel, MH_EFRAMETYPE);
        return;
    }
    w->channel = NULL;
    w->heartbeat.channel = NULL;
    mh_worker_sweep(w);
}

static void worker_silent(struct mh_heartbeat *hb, unsigned missed, uint64_t silence_ms)
{
    struct mh_worker *w = hb->userdata;
    if (w->events->on_silent)
        w->events->on_silent(w, missed, silence_ms);
}

static void worker_drop_timer(struct mh_timer **timer)
{
    if (!*timer)
        return;
    mh_timer_close(*timer);
    mh_handle_release(&(*timer)->handle);
    *timer = NULL;
}

static void worker_close(struct mh_handle *h)
{
    struct mh_worker *w = mh_of(h, struct mh_worker, handle);
    if (w->channel)
        mh_channel_set_control(w->channel, NULL, NULL);
    w->channel = NULL;
    mh_worker_sweep(w);
    mh_heartbeat_close(&w->heartbeat);
    worker_drop_timer(&w->sweep);
    mh_worker_close_page_fd(w);
    mh_handle_closed(h);
}

static void worker_destroy(struct mh_handle *h)
{
    struct mh_worker *w = mh_of(h, struct mh_worker, handle);
    /* Claimed ones whose claim no sweep has seen, and offers whose worker left a scribbled page. */
    for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS; slot++)
        mh_ctx_close_fd(h->ctx, w->offers[slot].fd);
    mh_health_unmap(w->page);
    mh_free(&h->ctx->alloc, w);
}

static const struct mh_handle_class worker_class = {"worker", worker_close, worker_destroy};

int mh_worker_open(struct mh_ctx *ctx, const struct mh_worker_events *events, struct mh_worker **out)
{
    struct mh_worker *w = mh_zalloc(&ctx->alloc, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->page_fd = -1;
    for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS; slot++)
        w->offers[slot].fd = -1;
    int rc = mh_health_create(&w->page_fd, &w->page);
    if (rc == 0)
        rc = mh_timer_open(ctx, worker_sweep_due, &w->sweep);
    if (rc == 0)
        rc = mh_heartbeat_open(&w->heartbeat, ctx, worker_silent, w);
    if (rc < 0) {
        worker_drop_timer(&w->sweep);
        if (w->page_fd >= 0)
            mh_ctx_close_fd(ctx, w->page_fd);
        mh_health_unmap(w->page);
        mh_free(&ctx->alloc, w);
        return rc;
    }
    w->sweep->handle.owner = w;
    uv_unref((uv_handle_t *)&w->sweep->uv);
    w->events = events;
    mh_handle_open(&w->handle, ctx, &worker_class);
    *out = w;
    return 0;
}

void mh_worker_attach(struct mh_worker *w, struct mh_channel *channel)
{
    w->channel = channel;
    w->heartbeat.channel = channel;
    mh_channel_set_control(channel, worker_control, w);
}

void mh_worker_close_page_fd(struct mh_worker *w)
{
    mh_ctx_close_fd(w->handle.ctx, w->page_fd);
    w->page_fd = -1;
}
