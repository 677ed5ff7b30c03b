/*
 * bind/memory.h - counts and caps the Lua heap.
 *
 * A loop that allocates never returns to a timer that could check the process's size, so the check sits in a
 * wrapper around LuaJIT's own allocator: every few megabytes of growth it compares the Lua heap, and the
 * process's resident set, with the limit. Over the limit one allocation fails, which Lua sees as "not enough
 * memory"; some slack is then given, so that the error can be caught, logged and the process left in order.
 *
 * LuaJIT paces its collector by the number of allocations, not by their size: a worker that makes a few
 * strings of megabytes in each turn would pass any limit by garbage alone (10 MB alive, 1.6 GB garbage were
 * measured). So under a limit, where the heap has outgrown by far what was alive, the collector is hurried.
 */
#ifndef MH_BIND_MEMORY_H
#define MH_BIND_MEMORY_H

#include "bind/state.h"

struct mh_memory_cap {
    lua_State *L;    /* borrowed */
    lua_Alloc inner; /* LuaJIT's own allocator */
    void *inner_userdata;
    size_t heap_bytes;   /* Lua's, counted while there is a limit */
    size_t limit_bytes;  /* 0: none */
    size_t check_at;     /* heap_bytes at which the resident set is looked at next */
    size_t passed_bytes; /* the size that passed the limit: Lua heap or resident set */
    size_t hurry_at;     /* heap_bytes at which the collector is hurried */
    int pause, step_mul; /* of the collector, while it is hurried */
    bool hurried;
    bool passed;  /* the limit was passed */
    bool told;    /* the handler knows */
    int statm_fd; /* /proc/self/statm; -1 if it cannot be read */
};

/* Make ready to cap an owned state; its allocator is wrapped while there is a limit. Returns 0 or -ENOMEM. */
int mh_memory_open(struct mh_state *st);

/* After lua_close. */
void mh_memory_close(struct mh_state *st);

/* Set the limit for Lua heap and resident set alike, in bytes; 0 lifts it. */
void mh_memory_limit(struct mh_state *st, size_t limit_bytes);

/* The process's resident set in bytes, 0 if unknown. */
size_t mh_memory_rss(struct mh_state *st);

/* Look at the resident set now (a timer's job); tells the on_memory handler, once, if the limit is passed. */
void mh_memory_check(struct mh_state *st);

/* At the end of a callback: end a hurry that began in it, tell the on_memory handler of a limit passed in it.
 */
void mh_memory_settle(struct mh_state *st);

#endif
