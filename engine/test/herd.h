/*
 * herd.h - for the tests of workers and shares: masters and children in one process, each on a loop of its
 * own, so that a test says who moves next. A child that is not turned is a stopped process.
 */
#ifndef MH_TEST_HERD_H
#define MH_TEST_HERD_H

#include "child/child.h"
#include "cluster/share.h"
#include "test.h"

#define HERD_KEPT 4096

struct herd_worker {
    /* the master's side */
    struct mh_worker *w; /* NULL once closed */
    struct mh_channel *channel;
    int reason; /* of the channel's end */
    int silences;

    /* the child's side */
    struct test_loop loop;
    struct mh_channel *child_channel; /* NULL once ended */
    struct mh_child *child;
    struct mh_child_server *server;
    int kept[HERD_KEPT]; /* connections it has taken, in order */
    unsigned taken;
    int beats;
};

/* A worker on the master's context and its child, joined by a channel. The child serves `share`. */
void herd_start(struct test_loop *master, struct herd_worker *h, uint32_t share);

/* Turn the child's loop as long as that brings something. */
void herd_turn(struct herd_worker *h);

/* The child dies as a process does: everything of it is closed at once, also connections it holds. */
void herd_kill(struct herd_worker *h);

/* Close the master's side too, and wait. */
void herd_stop(struct test_loop *master, struct herd_worker *h);

/* Make the worker's offers older than the time after which it is stalled. */
void herd_age(struct herd_worker *h);

#endif
