/*
 * proc/sync.h - runs a program to its end while the caller waits: what goes in, what comes out, and two
 * limits.
 *
 * Owns the pipes and a wait of its own: the engine's loop does not turn meanwhile, and no callback runs.
 */
#ifndef MH_PROC_SYNC_H
#define MH_PROC_SYNC_H

#include "base/buf.h"
#include "proc/spawn.h"

#include <stdint.h>

/* One of the child's descriptors. Its ends live only during the run. */
struct mh_sync_pipe {
    int child_fd;
    bool to_child;     /* the child reads `input` from it, then the end; else what it writes is collected */
    const char *input; /* borrowed */
    size_t input_bytes;
    struct mh_buf output; /* the run's; freed by mh_sync_free */
    /* the rest is sync.c's */
    int fd; /* our end, -1 once closed */
};

struct mh_sync_options {
    struct mh_spawn_options spawn; /* its fds besides those of the pipes */
    int64_t timeout_ms;            /* 0: none */
    int kill_signal;               /* sent when a limit is reached */
    uint64_t output_bytes;         /* of all pipes together; passed by at most one read. 0: no limit */
    bool by_asking;                /* do without a pidfd even where there is one */
};

struct mh_sync_result {
    pid_t pid;
    int exit_code;   /* -ECHILD: somebody else in this process took the status */
    int term_signal; /* 0 unless a signal ended it */
    /* What went wrong while it ran, 0 if nothing: -ETIMEDOUT, -ENOBUFS (output_bytes), -ENOMEM, or an errno
     * of the pipes (-EPIPE: it did not read all of its input) or of the kill. */
    int error;
};

/*
 * Start it and wait until it has ended and all pipes have. At a limit it gets the signal, the pipes are
 * closed, and only its end is waited for: a child that ignores the signal is waited for as long as it likes.
 * Returns 0 when it ran, whatever became of it; else as mh_spawn, with *step. The outputs are the caller's in
 * both cases.
 */
int mh_sync_run(struct mh_alloc *alloc, const struct mh_sync_options *options, struct mh_sync_pipe *pipes,
                unsigned pipe_count, struct mh_sync_result *result, enum mh_spawn_step *step);

/* Free the outputs. */
void mh_sync_free(struct mh_sync_pipe *pipes, unsigned pipe_count);

#endif
