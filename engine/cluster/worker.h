/*
 * cluster/worker.h - one worker as its master sees it: channel, health page, heartbeat, and the connections
 * offered.
 *
 * A connection is OFFERED, not given: the master marks a slot of the worker's page, sends the descriptor with
 * a frame, and keeps its own copy. The worker claims the slot by compare-and-swap before it reads a byte.
 * What a stalled, draining or dead worker has not claimed, the master takes back by the same word and offers
 * to another. So each connection has exactly one owner, without a message back and without a hung client.
 *
 * Owns the page, the heartbeat and the copies of offered descriptors. Borrows the channel, and notices its
 * end.
 */
#ifndef MH_CLUSTER_WORKER_H
#define MH_CLUSTER_WORKER_H

#include "ipc/channel.h"
#include "ipc/health.h"
#include "ipc/heartbeat.h"

#define MH_WORKER_STALL_MS \
    100u                       /* a worker that long in one callback, or with an offer that old, is stalled */
#define MH_WORKER_SWEEP_MS 10u /* how often claims are looked at while offers are out */

struct mh_worker;

struct mh_worker_events {
    /* Silence, see ipc/heartbeat.h. */
    void (*on_silent)(struct mh_worker *w, unsigned missed, uint64_t silence_ms);
};

/* Where a connection goes that the worker did not take. Takes fd. refused: by the worker itself. */
typedef void (*mh_worker_return_cb)(void *home, int fd, struct mh_worker *from, bool refused);

/* Somebody who offers to the worker, and hears that it is going. */
struct mh_worker_user {
    struct mh_link link;
    void (*gone)(struct mh_worker_user *user); /* must leave the list */
};

struct mh_worker_offer {
    int fd; /* our copy; -1: the slot is free */
    uint32_t share;
    uint64_t offered_ms;
    mh_worker_return_cb give_back;
    void *home;
};

struct mh_worker {
    struct mh_handle handle;
    struct mh_channel *channel; /* NULL before it is attached and once it has ended */
    const struct mh_worker_events *events;
    struct mh_health *page;
    int page_fd; /* for the child; -1 once closed */
    struct mh_heartbeat heartbeat;
    struct mh_timer *sweep;
    struct mh_link users;  /* struct mh_worker_user */
    bool draining;         /* gets no more connections */
    bool asleep;           /* let an offer lie, and has shown no life since: */
    uint64_t asleep_ms;    /* when, */
    uint64_t asleep_turns; /* and what the page said then */
    uint64_t asleep_late;
    unsigned outstanding;
    uint32_t ticket;
    uint32_t next_slot;
    uint64_t taken;    /* connections it claimed */
    uint64_t returned; /* connections that came back */
    struct mh_worker_offer offers[MH_HEALTH_CLAIMS];
};

/*
 * Make page and timers of a worker that is about to be started: the page's descriptor must exist before the
 * process does. Returns 0 or a negative code; then nothing is open.
 */
int mh_worker_open(struct mh_ctx *ctx, const struct mh_worker_events *events, struct mh_worker **out);

/* The channel to the started worker; borrowed until its end, which is noticed. Once. */
void mh_worker_attach(struct mh_worker *w, struct mh_channel *channel);

/* Close the copy of the page's descriptor, once the child has it. */
void mh_worker_close_page_fd(struct mh_worker *w);

/* Whether it can be offered a connection now. */
bool mh_worker_can_take(struct mh_worker *w);

/*
 * Whether it has been in one callback, or not claimed an offer, for MH_WORKER_STALL_MS; in the latter case,
 * until it shows life: it is heard, enters Lua, or finds the offer that it has lost.
 */
bool mh_worker_stalled(struct mh_worker *w);

/*
 * Offer a connection; on success takes fd, which comes back through give_back if the worker does not take it.
 * Returns 0, or a negative code with fd still the caller's: MH_ELIMIT (all slots out), -EAGAIN, MH_ECLOSED.
 */
int mh_worker_offer(struct mh_worker *w, uint32_t share, int fd, mh_worker_return_cb give_back, void *home);

/* How many offers of this home are out, not yet known to be taken. */
unsigned mh_worker_count_offers(const struct mh_worker *w, const void *home);

/* Look at the claims: forget those taken, give back those refused, and, if it is stalled or gone, those
 * unclaimed. */
void mh_worker_sweep(struct mh_worker *w);

/* Take back, at once, all offers of this home: give_back is called for those not taken, and not again
 * afterwards. */
void mh_worker_recall(struct mh_worker *w, const void *home);

/* No more connections; what it has not claimed goes to others at once. */
void mh_worker_drain(struct mh_worker *w);

static inline void mh_worker_close(struct mh_worker *w)
{
    mh_handle_close(&w->handle);
}

#endif
