/*
 * loop/signal.h - a watcher of one signal.
 *
 * The signal's disposition belongs to the process: opening a watcher is the host's or the script's explicit
 * wish, and closing the last one of a signal restores the default action (libuv does both).
 */
#ifndef MH_LOOP_SIGNAL_H
#define MH_LOOP_SIGNAL_H

#include "loop/handle.h"

struct mh_signal;

/* Called from the loop, never in signal context; may close the watcher. */
typedef void (*mh_signal_cb)(struct mh_signal *watcher);

struct mh_signal {
    struct mh_handle handle;
    uv_signal_t uv;
    int signum;
    mh_signal_cb on_signal;
};

/* Watches from now on; does not keep the loop alive. Returns 0, -EINVAL (SIGKILL, SIGSTOP, no such signal),
 * -ENOMEM. */
int mh_signal_open(struct mh_ctx *ctx, int signum, mh_signal_cb on_signal, struct mh_signal **out);

static inline void mh_signal_close(struct mh_signal *watcher)
{
    mh_handle_close(&watcher->handle);
}

#endif
