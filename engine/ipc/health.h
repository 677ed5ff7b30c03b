/*
 * ipc/health.h - one page of memory that a worker and its master share: what the worker is doing, without a
 * message.
 *
 * A sealed memfd of one page, made by the master at fork, mapped by both. The worker writes with plain
 * stores; the master reads, and trusts nothing: every value is copied before use, no index or size is taken
 * from the page. What a dead worker last did stays readable. The claims are the exception to one-way: each is
 * one word that both ends change by compare-and-swap, see cluster/worker.h.
 */
#ifndef MH_IPC_HEALTH_H
#define MH_IPC_HEALTH_H

#include "loop/stats.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MH_HEALTH_BYTES   4096u
#define MH_HEALTH_MAGIC   0x6d686865u /* "mhhe" */
#define MH_HEALTH_VERSION 1u
#define MH_HEALTH_CLAIMS  64u

/* A claim word: ticket << 2 | state. The ticket is new for each offer, so that a late claim of an old one
 * fails. */
enum mh_claim_state { MH_CLAIM_FREE = 0, MH_CLAIM_OFFERED = 1, MH_CLAIM_TAKEN = 2, MH_CLAIM_REFUSED = 3 };

struct mh_health {
    uint32_t magic;
    uint32_t version;
    volatile uint64_t
        busy_since_ms;           /* CLOCK_MONOTONIC, when Lua was entered from an idle loop; 0 when idle */
    volatile uint64_t turns;     /* entries into Lua */
    volatile uint64_t lua_bytes; /* Lua heap, as of the last beat */
    volatile uint64_t lag_ms;    /* by how much the last beat's timer was late */
    volatile uint64_t late;      /* offers that the master had taken back before they were looked at */
    struct mh_stats stats;       /* connections and requests */
    _Atomic uint32_t claims[MH_HEALTH_CLAIMS];
};

/*
 * Make and map a page; *fd is the memfd, for the child, close-on-exec. Returns 0 or a negative errno; where
 * memfd or seals are missing, -ENOSYS.
 */
int mh_health_create(int *fd, struct mh_health **out);

/* Map the page that fd leads to; checks its size and magic. The fd stays the caller's. */
int mh_health_map(int fd, struct mh_health **out);

/* page may be NULL. */
void mh_health_unmap(struct mh_health *page);

/* Change a claim from one state to another, for this ticket only; says whether it was so. */
bool mh_health_claim(struct mh_health *page, uint32_t slot, uint32_t ticket, enum mh_claim_state from,
                     enum mh_claim_state to);

#endif
