#include "ipc/heartbeat.h"

#include <string.h>

static void heartbeat_ping(struct mh_heartbeat *hb)
{
    if (!hb->channel)
        return;
    /*
     * A ping the queue has no room for is not sent, and so not answered: a worker that lets the queue run
     * full is as silent as one that does not read.
     */
    hb->number++;
    mh_channel_send(hb->channel, MH_FRAME_PING, &hb->number, sizeof hb->number, NULL, 0);
}

static void heartbeat_beat(struct mh_timer *timer)
{
    struct mh_heartbeat *hb = timer->handle.owner;
    struct mh_ctx *ctx = timer->handle.ctx;
    uint64_t now_ms = uv_now(ctx->loop);
    /* A master that was itself held up has not read the answers that may be waiting: that round is forgiven.
     */
    bool forgiven = now_ms > hb->due_ms + hb->interval_ms / 2;
    hb->due_ms = now_ms + hb->interval_ms;
    uint64_t heard_ms = hb->channel ? mh_channel_heard_ms(hb->channel) : 0;
    if (heard_ms >= hb->pinged_ms) {
        hb->missed = 0;
        hb->reported = false;
        hb->pinged_ms = now_ms;
    } else if (!forgiven && !(hb->channel && mh_channel_has_unread(hb->channel))) {
        hb->missed++; /* an answer that waits to be read is one */
    }
    heartbeat_ping(hb);
    if (hb->missed >= hb->misses && !hb->reported) {
        hb->reported = true;
        /* Without a channel nothing is known of when the peer was last heard, only of when it was last asked.
         */
        hb->on_silent(hb, hb->missed, now_ms - (hb->channel ? heard_ms : hb->pinged_ms));
    }
    mh_ctx_settle(ctx);
}

int mh_heartbeat_open(struct mh_heartbeat *hb, struct mh_ctx *ctx, mh_heartbeat_silent_cb on_silent,
                      void *userdata)
{
    memset(hb, 0, sizeof *hb);
    int rc = mh_timer_open(ctx, heartbeat_beat, &hb->timer);
    if (rc < 0)
        return rc;
    hb->timer->handle.owner = hb;
    uv_unref((uv_handle_t *)&hb->timer->uv);
    hb->on_silent = on_silent;
    hb->userdata = userdata;
    return 0;
}

void mh_heartbeat_start(struct mh_heartbeat *hb, uint64_t interval_ms, unsigned misses)
{
    hb->misses = misses;
    if (!hb->timer || hb->interval_ms == interval_ms)
        return;
    hb->interval_ms = interval_ms;
    mh_timer_start(hb->timer, interval_ms, interval_ms);
    uint64_t now_ms = uv_now(hb->timer->handle.ctx->loop);
    hb->due_ms = now_ms + interval_ms;
    if (hb->missed == 0) {
        hb->pinged_ms = now_ms;
        heartbeat_ping(hb);
    }
}

void mh_heartbeat_stop(struct mh_heartbeat *hb)
{
    hb->interval_ms = 0;
    hb->missed = 0;
    hb->reported = false;
    if (hb->timer)
        mh_timer_stop(hb->timer);
}

void mh_heartbeat_close(struct mh_heartbeat *hb)
{
    struct mh_timer *timer = hb->timer;
    if (!timer)
        return;
    hb->timer = NULL;
    hb->channel = NULL;
    mh_timer_close(timer);
    mh_handle_release(&timer->handle);
}
