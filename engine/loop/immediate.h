/*
 * loop/immediate.h - a callback once per turn of the loop, after its I/O, that keeps the loop from sleeping.
 */
#ifndef MH_LOOP_IMMEDIATE_H
#define MH_LOOP_IMMEDIATE_H

#include "loop/handle.h"

struct mh_immediate;

/* Called from the loop's check phase while started; may stop or close. */
typedef void (*mh_immediate_cb)(struct mh_immediate *immediate);

struct mh_immediate {
    struct mh_handle handle;
    uv_check_t check;
    uv_idle_t idle; /* its mere being active makes the loop poll without waiting */
    int open_uv;    /* uv handles whose close callback is still to come */
    mh_immediate_cb on_turn;
};

/* Stopped at first. Returns 0 or -ENOMEM. */
int mh_immediate_open(struct mh_ctx *ctx, mh_immediate_cb on_turn, struct mh_immediate **out);

/* ref false: runs when the loop turns anyway, but neither hurries it nor keeps it alive. */
void mh_immediate_start(struct mh_immediate *immediate, bool ref);

void mh_immediate_stop(struct mh_immediate *immediate);

#endif
