/*
 * proc/usage.h - what a process uses, as /proc tells it: memory, processor, state, descriptors.
 *
 * Cheap enough for a master to read of every worker each second: two small files, no allocation.
 */
#ifndef MH_PROC_USAGE_H
#define MH_PROC_USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mh_usage {
    char state; /* R running or runnable, S asleep, D in a device, T stopped, t traced, Z dead, ... */
    pid_t ppid;
    unsigned threads;
    uint64_t rss_bytes;
    uint64_t user_ns; /* all threads; in steps of a clock tick, 10 ms */
    uint64_t system_ns;
    uint64_t start_ms; /* since the machine started; with the pid it names a process for good */
    bool has_sched;    /* the kernel keeps the two below */
    uint64_t run_ns;   /* main thread: on a processor, exactly */
    uint64_t wait_ns;  /* main thread: ready to run, but without a processor */
    int fds;           /* open descriptors; -1: not asked for, or not ours to see */
};

/* Of the calling process with pid 0. Counting descriptors may cost a read per hundred of them. Returns 0;
 * -ESRCH; other errno. */
int mh_usage_read(pid_t pid, bool count_fds, struct mh_usage *out);

#endif
