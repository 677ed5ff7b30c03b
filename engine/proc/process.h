/*
 * proc/process.h - a child process: its pid, its signals, and its exit, told once.
 *
 * Watched through a pidfd of its own, so that a thousand children cost no more per death than one, whatever
 * the host does with SIGCHLD, and a signal never meets a stranger who was given the pid. Where the kernel has
 * no pidfd (valgrind), through one SIGCHLD watcher per context and waitpid for each child, with a slow timer
 * behind it.
 */
#ifndef MH_PROC_PROCESS_H
#define MH_PROC_PROCESS_H

#include "loop/handle.h"
#include "proc/spawn.h"

#include <sys/types.h>

struct mh_process;

/*
 * Called from the loop, once: exit_code or term_signal is set. The process closes by itself afterwards. Not
 * called when the process was closed before: the child then goes on unwatched.
 */
typedef void (*mh_process_exit_cb)(struct mh_process *process);

struct mh_process {
    struct mh_handle handle;
    pid_t pid;
    bool exited;
    int exit_code;   /* 0 to 255; -ECHILD: somebody else in this process took the status; 0 if by a signal */
    int term_signal; /* 0 unless a signal ended it */
    mh_process_exit_cb on_exit;
    /* the rest is process.c's */
    union {
        uv_handle_t handle;
        uv_poll_t poll;   /* of the pidfd */
        uv_timer_t timer; /* without one */
    } uv;
    int pidfd;           /* -1: none, watched by signal and timer */
    bool in_reaper;      /* watched by signal, with the others of this context */
    struct mh_link link; /* there */
};

struct mh_process_options {
    struct mh_spawn_options spawn;
    bool by_signal; /* do without a pidfd even where there is one */
};

/* Spawn and watch; errors and *step as mh_spawn. The open process keeps the loop alive (mh_process_uv to
 * unref). */
int mh_process_open(struct mh_ctx *ctx, const struct mh_process_options *options, mh_process_exit_cb on_exit,
                    struct mh_process **out, enum mh_spawn_step *step);

/* Send a signal; 0 only asks. Returns 0; -ESRCH once the exit was told; -EINVAL; -EPERM. */
int mh_process_kill(struct mh_process *process, int signum);

uv_handle_t *mh_process_uv(struct mh_process *process);

/* Watch no longer. The child lives on; it stays a zombie after its end until this process ends too. */
static inline void mh_process_close(struct mh_process *process)
{
    mh_handle_close(&process->handle);
}

#endif
