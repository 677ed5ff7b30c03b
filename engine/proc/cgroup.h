/*
 * proc/cgroup.h - how much memory the control groups of this process allow, versions 1 and 2.
 *
 * A limit counts wherever it stands between the group of the process and the root: a parent's holds for all
 * below it. As far as the process can see, that is: in a container the root is the container's own.
 */
#ifndef MH_PROC_CGROUP_H
#define MH_PROC_CGROUP_H

#include <stdint.h>

#define MH_CGROUP_NO_LIMIT UINT64_MAX

struct mh_cgroup_memory {
    uint64_t limit_bytes; /* the smallest, soft ones included; MH_CGROUP_NO_LIMIT without any */
    uint64_t left_bytes;  /* until the first of the limits is met */
};

/* Reads below `root`, which is "" for the system's own files. What cannot be read sets no limit. */
void mh_cgroup_memory_read(const char *root, struct mh_cgroup_memory *out);

#endif
