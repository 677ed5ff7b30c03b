#include "loop/timer.h"

#include <errno.h>

static void timer_uv_closed(uv_handle_t *uv)
{
    struct mh_timer *timer = uv->data;
    mh_handle_closed(&timer->handle);
}

static void timer_close(struct mh_handle *h)
{
    struct mh_timer *timer = mh_of(h, struct mh_timer, handle);
    uv_close((uv_handle_t *)&timer->uv, timer_uv_closed);
}

static void timer_destroy(struct mh_handle *h)
{
    mh_free(&h->ctx->alloc, mh_of(h, struct mh_timer, handle));
}

static const struct mh_handle_class timer_class = {"timer", timer_close, timer_destroy};

int mh_timer_open(struct mh_ctx *ctx, mh_timer_fire_cb on_fire, struct mh_timer **out)
{
    struct mh_timer *timer = mh_zalloc(&ctx->alloc, sizeof *timer);
    if (!timer)
        return -ENOMEM;
    uv_timer_init(ctx->loop, &timer->uv);
    timer->uv.data = timer;
    timer->on_fire = on_fire;
    mh_handle_open(&timer->handle, ctx, &timer_class);
    *out = timer;
    return 0;
}

static void timer_uv_fired(uv_timer_t *uv)
{
    struct mh_timer *timer = uv->data;
    timer->on_fire(timer);
}

void mh_timer_start(struct mh_timer *timer, uint64_t delay_ms, uint64_t repeat_ms)
{
    if (!mh_handle_is_open(&timer->handle))
        return;
    uv_update_time(timer->handle.ctx->loop);
    uv_timer_start(&timer->uv, timer_uv_fired, delay_ms, repeat_ms);
}

void mh_timer_stop(struct mh_timer *timer)
{
    uv_timer_stop(&timer->uv);
}
