#include "proc/process.h"

#include "loop/signal.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often a child without a pidfd is asked for, lest a host that takes SIGCHLD for itself hides its end. */
#define FALLBACK_POLL_MS 500

/* Those without a pidfd share one SIGCHLD watcher; it lives in the context while there are any. */
struct mh_reaper {
    struct mh_signal *watcher; /* NULL if it could not be had: the timers will do */
    struct mh_link processes;
    size_t users; /* processes whose timer is not closed yet: the reaper outlives every callback into it */
};

static void process_reap(struct mh_process *p);

/* --- the reaper -------------------------------------------------------------------------------------- */

static void reaper_signalled(struct mh_signal *watcher)
{
    struct mh_reaper *reaper = watcher->handle.owner;
    /* An exit callback may open and close others: each that is here now is asked once, from a list of its
     * own. */
    struct mh_link round;
    mh_list_init(&round);
    while (!mh_list_empty(&reaper->processes)) {
        struct mh_link *link = reaper->processes.next;
        mh_list_remove(link);
        mh_list_append(&round, link);
    }
    while (!mh_list_empty(&round)) {
        struct mh_link *link = round.next;
        mh_list_remove(link);
        mh_list_append(&reaper->processes, link);
        process_reap(mh_of(link, struct mh_process, link));
    }
}

static struct mh_reaper *reaper_open(struct mh_ctx *ctx)
{
    struct mh_reaper *reaper = mh_zalloc(&ctx->alloc, sizeof *reaper);
    if (!reaper)
        return NULL;
    mh_list_init(&reaper->processes);
    if (mh_signal_open(ctx, SIGCHLD, reaper_signalled, &reaper->watcher) == 0)
        reaper->watcher->handle.owner = reaper;
    else
        reaper->watcher = NULL;
    return reaper;
}

static void reaper_join(struct mh_ctx *ctx, struct mh_process *p)
{
    if (!ctx->reaper)
        ctx->reaper = reaper_open(ctx);
    if (!ctx->reaper)
        return; /* no memory: its timer will do */
    ctx->reaper->users++;
    p->in_reaper = true;
    mh_list_append(&ctx->reaper->processes, &p->link);
}

static void reaper_leave(struct mh_ctx *ctx)
{
    struct mh_reaper *reaper = ctx->reaper;
    if (--reaper->users > 0)
        return;
    ctx->reaper = NULL;
    if (reaper->watcher) {
        mh_signal_close(reaper->watcher);
        mh_handle_release(&reaper->watcher->handle);
    }
    mh_free(&ctx->alloc, reaper);
}

/* --- the handle -------------------------------------------------------------------------------------- */

static void process_uv_closed(uv_handle_t *uv)
{
    struct mh_process *p = uv->data;
    struct mh_ctx *ctx = p->handle.ctx;
    mh_ctx_close_fd(ctx, p->pidfd);
    p->pidfd = -1;
    if (p->in_reaper)
        reaper_leave(ctx);
    mh_handle_closed(&p->handle);
}

static void process_close(struct mh_handle *h)
{
    struct mh_process *p = mh_of(h, struct mh_process, handle);
    mh_list_remove(&p->link);
    uv_close(&p->uv.handle, process_uv_closed);
}

static void process_destroy(struct mh_handle *h)
{
    mh_free(&h->ctx->alloc, mh_of(h, struct mh_process, handle));
}

static const struct mh_handle_class process_class = {"process", process_close, process_destroy};

/* --- the exit ---------------------------------------------------------------------------------------- */

static void process_exited(struct mh_process *p, int exit_code, int term_signal)
{
    p->exited = true;
    p->exit_code = exit_code;
    p->term_signal = term_signal;
    p->on_exit(p);
    mh_process_close(p);
}

/* Take the exit status if there is one, and tell. */
static void process_reap(struct mh_process *p)
{
    siginfo_t info = {0};
    int rc;
    if (p->exited || !mh_handle_is_open(&p->handle))
        return;
    do {
        rc = p->pidfd >= 0 ? waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED | WNOHANG)
                           : waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG);
    } while (rc < 0 && errno == EINTR);
    if (rc < 0)
        process_exited(p, -ECHILD,
                       0); /* reaped by the host, or by the kernel where the host ignores SIGCHLD */
    else if (info.si_pid == 0)
        return; /* still running */
    else if (info.si_code == CLD_EXITED)
        process_exited(p, info.si_status, 0);
    else
        process_exited(p, 0, info.si_status);
}

static void process_polled(uv_poll_t *uv, int status, int events)
{
    (void)status;
    (void)events;
    process_reap(uv->data);
}

static void process_timer_fired(uv_timer_t *uv)
{
    process_reap(uv->data);
}

/* --- opening ----------------------------------------------------------------------------------------- */

static bool process_watch_pidfd(struct mh_ctx *ctx, struct mh_process *p)
{
    int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
    if (fd < 0)
        return false;
    if (uv_poll_init(ctx->loop, &p->uv.poll, fd) < 0) {
        close(fd);
        return false;
    }
    p->pidfd = fd;
    uv_poll_start(&p->uv.poll, UV_READABLE, process_polled);
    return true;
}

/* Cannot fail, as the child runs already. The timer is also what keeps the loop alive for it. */
static void process_watch_signal(struct mh_ctx *ctx, struct mh_process *p)
{
    reaper_join(ctx, p);
    uv_timer_init(ctx->loop, &p->uv.timer);
    uv_timer_start(&p->uv.timer, process_timer_fired, FALLBACK_POLL_MS, FALLBACK_POLL_MS);
}

int mh_process_open(struct mh_ctx *ctx, const struct mh_process_options *options, mh_process_exit_cb on_exit,
                    struct mh_process **out, enum mh_spawn_step *step)
{
    *step = MH_SPAWN_START;
    struct mh_process *p = mh_zalloc(&ctx->alloc, sizeof *p);
    if (!p)
        return -ENOMEM;
    int rc = mh_spawn(&ctx->alloc, &options->spawn, &p->pid, step);
    if (rc < 0) {
        mh_free(&ctx->alloc, p);
        return rc;
    }
    p->on_exit = on_exit;
    p->pidfd = -1;
    mh_list_init(&p->link);
    if (options->by_signal || !process_watch_pidfd(ctx, p))
        process_watch_signal(ctx, p);
    p->uv.handle.data = p;
    mh_handle_open(&p->handle, ctx, &process_class);
    *out = p;
    return 0;
}

int mh_process_kill(struct mh_process *p, int signum)
{
    if (p->exited || !mh_handle_is_open(&p->handle))
        return -ESRCH;
    /* Without a pidfd the pid is the child's all the same until we wait for it, which we have not. */
    long rc =
        p->pidfd >= 0 ? syscall(SYS_pidfd_send_signal, p->pidfd, signum, NULL, 0) : kill(p->pid, signum);
    return rc < 0 ? -errno : 0;
}

uv_handle_t *mh_process_uv(struct mh_process *p)
{
    return &p->uv.handle;
}
