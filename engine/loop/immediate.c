#include "loop/immediate.h"

#include <errno.h>

static void immediate_uv_closed(uv_handle_t *uv)
{
    struct mh_immediate *immediate = uv->data;
    if (--immediate->open_uv == 0)
        mh_handle_closed(&immediate->handle);
}

static void immediate_close(struct mh_handle *h)
{
    struct mh_immediate *immediate = mh_of(h, struct mh_immediate, handle);
    uv_close((uv_handle_t *)&immediate->check, immediate_uv_closed);
    uv_close((uv_handle_t *)&immediate->idle, immediate_uv_closed);
}

static void immediate_destroy(struct mh_handle *h)
{
    mh_free(&h->ctx->alloc, mh_of(h, struct mh_immediate, handle));
}

static const struct mh_handle_class immediate_class = {"immediate", immediate_close, immediate_destroy};

int mh_immediate_open(struct mh_ctx *ctx, mh_immediate_cb on_turn, struct mh_immediate **out)
{
    struct mh_immediate *immediate = mh_zalloc(&ctx->alloc, sizeof *immediate);
    if (!immediate)
        return -ENOMEM;
    uv_check_init(ctx->loop, &immediate->check);
    uv_idle_init(ctx->loop, &immediate->idle);
    immediate->check.data = immediate;
    immediate->idle.data = immediate;
    immediate->open_uv = 2;
    immediate->on_turn = on_turn;
    mh_handle_open(&immediate->handle, ctx, &immediate_class);
    *out = immediate;
    return 0;
}

static void immediate_uv_check(uv_check_t *uv)
{
    struct mh_immediate *immediate = uv->data;
    immediate->on_turn(immediate);
}

static void immediate_uv_idle(uv_idle_t *uv)
{
    (void)uv;
}

void mh_immediate_start(struct mh_immediate *immediate, bool ref)
{
    if (!mh_handle_is_open(&immediate->handle))
        return;
    uv_check_start(&immediate->check, immediate_uv_check);
    uv_unref((uv_handle_t *)&immediate->check);
    if (ref)
        uv_idle_start(&immediate->idle, immediate_uv_idle);
    else
        uv_idle_stop(&immediate->idle);
}

void mh_immediate_stop(struct mh_immediate *immediate)
{
    uv_check_stop(&immediate->check);
    uv_idle_stop(&immediate->idle);
}
