#include "cluster/worker.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TICKETS (1u << 30) /* a claim word has 30 bits for them */

/* ---- offers ---- */

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

/* Remember what signs of life there have been up to now. */
static void worker_note_life(struct mh_worker *w)
{
    w->asleep_ms = uv_now(w->handle.ctx->loop);
    w->asleep_turns = w->page->turns;
    w->asleep_late = w->page->late;
}

enum settle {
    SETTLE_ANSWERED, /* if the worker has answered */
    SETTLE_OVERDUE,  /* in any case, as it should have */
    SETTLE_ALL       /* in any case, which says nothing of it */
};

/*
 * Settle one slot that is out: forget it or give it back.
 *
 * What was not claimed is taken back by compare-and-swap: when that fails the worker has just taken or
 * refused it. A worker that scribbles over its claims can lose its own connections, or keep ours waiting
 * until it is gone; nothing else.
 */
static void worker_settle(struct mh_worker *w, uint32_t slot, enum settle how)
{
    uint32_t word = atomic_load(&w->page->claims[slot]);
    if ((word & 3u) == MH_CLAIM_OFFERED) {
        if (how == SETTLE_ANSWERED)
            return;
        if (how == SETTLE_OVERDUE)
            worker_note_life(w); /* before it can notice that it was late */
        if (atomic_compare_exchange_strong(&w->page->claims[slot], &word, MH_CLAIM_FREE)) {
            w->asleep |= how == SETTLE_OVERDUE;
            worker_give_back(w, slot, false);
            return;
        }
    }
    if ((word & 3u) == MH_CLAIM_REFUSED) {
        worker_give_back(w, slot, true);
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

static bool worker_sleeps(struct mh_worker *w)
{
    if (w->asleep && (w->page->turns != w->asleep_turns || w->page->late != w->asleep_late ||
                      (w->channel && mh_channel_heard_ms(w->channel) > w->asleep_ms)))
        w->asleep = false;
    return w->asleep;
}

/* The page's times are the worker's word: they may lie in the future. */
static bool worker_overdue(uint64_t now_ms, uint64_t since_ms)
{
    return now_ms > since_ms && now_ms - since_ms > MH_WORKER_STALL_MS;
}

bool mh_worker_stalled(struct mh_worker *w)
{
    /* Without this memory a stopped worker would be given a connection to let lie every MH_WORKER_STALL_MS.
     */
    if (worker_sleeps(w))
        return true;
    uint64_t now_ms = uv_now(w->handle.ctx->loop);
    uint64_t busy_since_ms = w->page->busy_since_ms;
    if (busy_since_ms != 0 && worker_overdue(now_ms, busy_since_ms))
        return true;
    return w->outstanding > 0 && worker_overdue(now_ms, worker_oldest_offer_ms(w));
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
        if (w->offers[slot].fd < 0)
            continue;
        bool overdue = worker_overdue(now_ms, w->offers[slot].offered_ms);
        worker_settle(w, slot, lost ? SETTLE_ALL : overdue ? SETTLE_OVERDUE : SETTLE_ANSWERED);
    }
    worker_rest(w);
}

void mh_worker_recall(struct mh_worker *w, const void *home)
{
    for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS && w->outstanding > 0; slot++) {
        if (w->offers[slot].fd >= 0 && w->offers[slot].home == home)
            worker_settle(w, slot, SETTLE_ALL);
    }
    worker_rest(w);
}

unsigned mh_worker_count_offers(const struct mh_worker *w, const void *home)
{
    unsigned count = 0;
    for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS && w->outstanding > 0; slot++)
        count += w->offers[slot].fd >= 0 && w->offers[slot].home == home;
    return count;
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
    while (!mh_list_empty(&w->users)) {
        struct mh_worker_user *user = mh_of(w->users.next, struct mh_worker_user, link);
        user->gone(user);
    }
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
    mh_list_init(&w->users);
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
