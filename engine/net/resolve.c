#include "net/resolve.h"

#include <errno.h>
#include <netinet/in.h>

int mh_address_parse(const char *text, unsigned port, struct sockaddr_storage *out)
{
    if (uv_ip4_addr(text, (int)port, (struct sockaddr_in *)out) == 0)
        return sizeof(struct sockaddr_in);
    if (uv_ip6_addr(text, (int)port, (struct sockaddr_in6 *)out) == 0)
        return sizeof(struct sockaddr_in6);
    return -EINVAL;
}

/* Cancelled or not, libuv calls back: what is left to do happens there. */
static void resolve_close(struct mh_handle *h)
{
    struct mh_resolve *r = mh_of(h, struct mh_resolve, handle);
    uv_cancel((uv_req_t *)&r->uv);
}

static void resolve_destroy(struct mh_handle *h)
{
    mh_free(&h->ctx->alloc, mh_of(h, struct mh_resolve, handle));
}

static const struct mh_handle_class resolve_class = {"resolve", resolve_close, resolve_destroy};

static void resolve_uv_done(uv_getaddrinfo_t *uv, int status, struct addrinfo *found)
{
    struct mh_resolve *r = mh_of(uv, struct mh_resolve, uv);
    r->handle.ctx->pool_requests--;
    if (mh_handle_is_open(&r->handle)) {
        if (status == 0 && !found)
            status = UV_EAI_NONAME;
        r->on_resolved(r, status, found);
    }
    uv_freeaddrinfo(found);
    /* The request is done, and cancelling it would be a misuse: enter the closing state by hand. */
    r->handle.state = MH_HANDLE_CLOSING;
    mh_handle_closed(&r->handle);
}

int mh_resolve_open(struct mh_ctx *ctx, const char *host, int family, int flags, mh_resolve_cb on_resolved,
                    struct mh_resolve **out)
{
    struct addrinfo hints = {.ai_flags = flags, .ai_family = family, .ai_socktype = SOCK_STREAM};
    struct mh_resolve *r = mh_zalloc(&ctx->alloc, sizeof *r);
    if (!r)
        return -ENOMEM;
    int rc = uv_getaddrinfo(ctx->loop, &r->uv, resolve_uv_done, host, NULL, &hints);
    if (rc < 0) {
        mh_free(&ctx->alloc, r);
        return rc;
    }
    ctx->pool_requests++;
    r->on_resolved = on_resolved;
    mh_handle_open(&r->handle, ctx, &resolve_class);
    *out = r;
    return 0;
}
