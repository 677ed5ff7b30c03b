#include "loop/handle.h"

#include <assert.h>
#include <stddef.h>

void mh_handle_open(struct mh_handle *h, struct mh_ctx *ctx, const struct mh_handle_class *class)
{
    h->magic = MH_HANDLE_MAGIC;
    h->state = MH_HANDLE_OPEN;
    h->loop_pin = true;
    h->owner_pin = true;
    h->class = class;
    h->ctx = ctx;
    h->boxed = false;
    h->opened_ms = uv_now(ctx->loop);
    h->owner = NULL;
    h->on_closed = NULL;
    mh_list_append(&ctx->handles, &h->link);
}

void mh_handle_close(struct mh_handle *h)
{
    assert(h->magic == MH_HANDLE_MAGIC);
    if (h->state != MH_HANDLE_OPEN)
        return;
    h->state = MH_HANDLE_CLOSING;
    h->class->close(h);
}

static void handle_unpin(struct mh_handle *h)
{
    if (h->loop_pin || h->owner_pin)
        return;
    h->magic = 0;
    h->class->destroy(h);
}

void mh_handle_closed(struct mh_handle *h)
{
    assert(h->magic == MH_HANDLE_MAGIC && h->state == MH_HANDLE_CLOSING);
    h->state = MH_HANDLE_CLOSED;
    mh_list_remove(&h->link);
    if (h->on_closed)
        h->on_closed(h);
    h->loop_pin = false;
    handle_unpin(h);
}

void mh_handle_release(struct mh_handle *h)
{
    assert(h->magic == MH_HANDLE_MAGIC && h->owner_pin);
    h->owner = NULL;
    h->boxed = false;
    h->on_closed = NULL;
    h->owner_pin = false;
    handle_unpin(h);
}
