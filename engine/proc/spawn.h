/*
 * proc/spawn.h - starts a program: exactly the descriptors named, default signals, errors that say which step
 * failed.
 *
 * Neither fork nor libuv's spawn: the child borrows our memory until it executes, so that a host of many
 * gigabytes waits no longer than a small one, and it keeps no descriptor that was not asked for. Knows
 * nothing of the loop.
 */
#ifndef MH_PROC_SPAWN_H
#define MH_PROC_SPAWN_H

#include "base/alloc.h"

#include <stdbool.h>
#include <sys/types.h>

/* The child's descriptor child_fd is a duplicate of ours parent_fd. */
struct mh_spawn_fd {
    int child_fd;
    int parent_fd;
};

/* All borrowed for the call. */
struct mh_spawn_options {
    const char *file;  /* without a slash: looked for in the PATH of env */
    char *const *argv; /* ends in NULL; argv[0] included */
    char *const *env;  /* "NAME=value", ends in NULL: the child's whole environment */
    const char *cwd;   /* NULL: ours */
    const struct mh_spawn_fd
        *fds; /* any order, numbers may overlap; child_fd at most once each; others are closed */
    unsigned fd_count;
    bool detached; /* leader of a new session */
    bool set_uid;
    bool set_gid;
    uid_t uid; /* either one also drops the supplementary groups */
    gid_t gid;
};

/* Where it failed. */
enum mh_spawn_step {
    MH_SPAWN_START, /* memory, descriptors or processes ran out before there was a child */
    MH_SPAWN_STDIO, /* placing the descriptors */
    MH_SPAWN_SESSION,
    MH_SPAWN_CWD,
    MH_SPAWN_GID,
    MH_SPAWN_UID,
    MH_SPAWN_EXEC
};

/* "start", "stdio", "session", "cwd", "gid", "uid", "exec" */
const char *mh_spawn_step_name(enum mh_spawn_step step);

/*
 * Returns when the program runs (or could not): 0 and its pid, which the caller must wait for; else a
 * negative errno and the step, and no child is left. -ENOENT and -EACCES of MH_SPAWN_EXEC are execvp's.
 */
int mh_spawn(struct mh_alloc *alloc, const struct mh_spawn_options *options, pid_t *pid,
             enum mh_spawn_step *step);

#endif
