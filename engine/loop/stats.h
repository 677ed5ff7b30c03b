/*
 * loop/stats.h - what an engine counts about its connections and requests.
 *
 * Reached through mh_ctx.stats: the context's own, or, in a worker, a part of the page its master reads.
 * Plain stores by the engine's thread; a reader in another process may see a value torn from its neighbours,
 * never from itself.
 */
#ifndef MH_LOOP_STATS_H
#define MH_LOOP_STATS_H

#include <stdint.h>

#define MH_STATS_REQUEST_BYTES 160

struct mh_stats {
    uint64_t connections;                      /* open now */
    uint64_t requests;                         /* begun, ever */
    uint64_t in_flight;                        /* begun and not yet answered */
    char last_request[MH_STATS_REQUEST_BYTES]; /* method and URL of the latest, cut, zero-ended */
};

#endif
