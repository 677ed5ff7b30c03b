/*
 * cluster/share.h - one listening address of the herd, and the rotation of workers that take its connections.
 *
 * Round robin over the workers that have joined, passing over those that are full, draining or stalled. When
 * nobody can take a connection it is parked here and the listener pauses, so that the next ones wait in the
 * kernel's backlog: a bounded queue, and no accepted connection is dropped. When that lasts, the owner is
 * told. Owns the listener and the parked descriptors; borrows the workers, which leave by themselves when
 * they close.
 */
#ifndef MH_CLUSTER_SHARE_H
#define MH_CLUSTER_SHARE_H

#include "base/buf.h"
#include "cluster/worker.h"
#include "net/listener.h"

#define MH_SHARE_PARKED \
    1024u /* what came back at once from lost workers; beyond it, connections are closed and counted */
/* How long parked connections wait until they are tried again: at first, as workers that are merely full have
 * room again in no time, and at most. */
#define MH_SHARE_RETRY_FIRST_MS 1u
#define MH_SHARE_RETRY_MS       10u
#define MH_SHARE_WAITING_MS     1000u /* that long nothing was taken: worth a word */

struct mh_share;

struct mh_share_events {
    /* Accepting failed, see net/listener.h. */
    void (*on_error)(struct mh_share *share, int rc, bool retrying);
    /* Connections wait, and for MH_SHARE_WAITING_MS no worker has taken any; or none waits any more. In turn.
     */
    void (*on_waiting)(struct mh_share *share, bool waiting);
};

struct mh_share_member {
    struct mh_link link;
    struct mh_worker_user user;
    struct mh_share *share;
    struct mh_worker *worker;
};

struct mh_share {
    struct mh_handle handle;
    const struct mh_share_events *events;
    struct mh_listener *listener;
    uint32_t id;
    struct mh_link members; /* struct mh_share_member, next in turn first */
    struct mh_timer *retry;
    uint64_t retry_ms;    /* its present delay */
    struct mh_buf parked; /* descriptors, oldest first */
    uint64_t stuck_ms;    /* since when nothing was taken, while some wait; 0: none waits */
    uint64_t stuck_taken; /* what had been taken by then */
    bool told_waiting;
    uint64_t handed;   /* offers made */
    uint64_t returned; /* those that were not taken */
    uint64_t dropped;  /* connections closed because too many were parked, or the share closed */
};

/* Takes the listening fd, also on failure. Pauses until a worker joins. Returns 0 or a negative code. */
int mh_share_open(struct mh_ctx *ctx, uint32_t id, int fd, const struct mh_share_events *events,
                  struct mh_share **out);

/* The worker takes part in the rotation from now on, last in turn; joining twice is once. Returns 0, -ENOMEM,
 * or MH_ECLOSED. */
int mh_share_join(struct mh_share *share, struct mh_worker *w);

/* Out of the rotation; what it was offered here and has not claimed goes to others. Not a member: does
 * nothing. */
void mh_share_leave(struct mh_share *share, struct mh_worker *w);

bool mh_share_has_members(const struct mh_share *share);

static inline void mh_share_close(struct mh_share *share)
{
    mh_handle_close(&share->handle);
}

#endif
