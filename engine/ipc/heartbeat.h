/*
 * ipc/heartbeat.h - tells whether the far end of a channel is still alive.
 *
 * Sends a ping every interval; the far loop answers it in C; any frame received counts as life. It decides
 * nothing: it reports silence, Lua policy decides. Borrows the channel; owns one timer.
 */
#ifndef MH_IPC_HEARTBEAT_H
#define MH_IPC_HEARTBEAT_H

#include "ipc/channel.h"
#include "loop/timer.h"

struct mh_heartbeat;

/* `missed` pings in a row were not answered for silence_ms. Once per silence, from the loop. */
typedef void (*mh_heartbeat_silent_cb)(struct mh_heartbeat *hb, unsigned missed, uint64_t silence_ms);

struct mh_heartbeat {
    struct mh_channel *channel; /* borrowed; NULL stops the pings */
    struct mh_timer *timer;
    mh_heartbeat_silent_cb on_silent;
    void *userdata;
    uint64_t interval_ms;
    unsigned misses;    /* that make a silence */
    unsigned missed;    /* in a row, up to now */
    uint64_t pinged_ms; /* when the first ping not yet answered was queued; 0 before the first */
    uint64_t due_ms;    /* when the timer should fire next */
    uint64_t number;    /* of the last ping */
    bool reported;
};

/* Opens the timer, stopped; the channel is set afterwards. Returns 0 or -ENOMEM. */
int mh_heartbeat_open(struct mh_heartbeat *hb, struct mh_ctx *ctx, mh_heartbeat_silent_cb on_silent,
                      void *userdata);

/* Ping every interval_ms (> 0), call silence after `misses` (> 0) unanswered ones. Restarts a running watch,
 * whose tally it keeps. Does not keep the loop alive. */
void mh_heartbeat_start(struct mh_heartbeat *hb, uint64_t interval_ms, unsigned misses);

void mh_heartbeat_stop(struct mh_heartbeat *hb);

/* Stops and lets go of the timer; the struct may go at once. Idempotent. */
void mh_heartbeat_close(struct mh_heartbeat *hb);

#endif
