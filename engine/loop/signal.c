#include "loop/signal.h"

#include <errno.h>
#include <signal.h>

static void signal_uv_closed(uv_handle_t *uv)
{
    struct mh_signal *watcher = uv->data;
    mh_handle_closed(&watcher->handle);
}

static void signal_close(struct mh_handle *h)
{
    struct mh_signal *watcher = mh_of(h, struct mh_signal, handle);
    uv_close((uv_handle_t *)&watcher->uv, signal_uv_closed);
}

static void signal_destroy(struct mh_handle *h)
{
    mh_free(&h->ctx->alloc, mh_of(h, struct mh_signal, handle));
}

static const struct mh_handle_class signal_class = {"signal", signal_close, signal_destroy};

static void signal_uv_fired(uv_signal_t *uv, int signum)
{
    struct mh_signal *watcher = uv->data;
    (void)signum;
    watcher->on_signal(watcher);
}

int mh_signal_open(struct mh_ctx *ctx, int signum, mh_signal_cb on_signal, struct mh_signal **out)
{
    /* libuv would find out itself, but only after its handle must be closed asynchronously. */
    if (signum <= 0 || signum >= NSIG || signum == SIGKILL || signum == SIGSTOP)
        return -EINVAL;
    struct mh_signal *watcher = mh_zalloc(&ctx->alloc, sizeof *watcher);
    if (!watcher)
        return -ENOMEM;
    int rc = uv_signal_init(ctx->loop, &watcher->uv);
    if (rc < 0) {
        mh_free(&ctx->alloc, watcher);
        return rc;
    }
    watcher->uv.data = watcher;
    watcher->signum = signum;
    watcher->on_signal = on_signal;
    uv_unref((uv_handle_t *)&watcher->uv);
    mh_handle_open(&watcher->handle, ctx, &signal_class);
    rc = uv_signal_start(&watcher->uv, signal_uv_fired, signum);
    if (rc < 0) {
        mh_signal_close(watcher);
        mh_handle_release(&watcher->handle);
        return rc;
    }
    *out = watcher;
    return 0;
}
