/*
 * loop/timer.h - one shot or repeated timer.
 */
#ifndef MH_LOOP_TIMER_H
#define MH_LOOP_TIMER_H

#include "loop/handle.h"

struct mh_timer;

/* Called from the loop; may stop, restart or close the timer. */
typedef void (*mh_timer_fire_cb)(struct mh_timer *timer);

struct mh_timer {
    struct mh_handle handle;
    uv_timer_t uv;
    mh_timer_fire_cb on_fire;
};

/* A stopped timer. Returns 0 or -ENOMEM. */
int mh_timer_open(struct mh_ctx *ctx, mh_timer_fire_cb on_fire, struct mh_timer **out);

/* Fire after delay_ms, then every repeat_ms unless that is 0. Restarts a running timer. Counts from now, not
 * from the loop's cached time, so that a long callback does not shorten the delay. */
void mh_timer_start(struct mh_timer *timer, uint64_t delay_ms, uint64_t repeat_ms);

void mh_timer_stop(struct mh_timer *timer);

static inline void mh_timer_close(struct mh_timer *timer)
{
    mh_handle_close(&timer->handle);
}

#endif
