/*
 * net/resolve.h - host names to addresses, through the system's resolver on libuv's thread pool.
 */
#ifndef MH_NET_RESOLVE_H
#define MH_NET_RESOLVE_H

#include "loop/handle.h"

#include <netdb.h>
#include <sys/socket.h>

struct mh_resolve;

/*
 * rc 0: found is a list of at least one address, in the resolver's order, good during the call. Else a
 * negative code of libuv's (UV_EAI_NONAME, UV_EAI_AGAIN, ...). The request closes itself right after.
 */
typedef void (*mh_resolve_cb)(struct mh_resolve *r, int rc, const struct addrinfo *found);

struct mh_resolve {
    struct mh_handle handle;
    uv_getaddrinfo_t uv;
    mh_resolve_cb on_resolved;
};

/*
 * Look host up for stream sockets of family AF_INET, AF_INET6, or AF_UNSPEC for either; flags are
 * getaddrinfo's (AI_ADDRCONFIG, AI_V4MAPPED, AI_ALL). on_resolved comes from the loop, once, or never if the
 * request is closed before; a closed request that is running in the pool is gone only when the system's
 * resolver has answered. Returns 0, -ENOMEM, or -EINVAL for a name that is too long.
 */
int mh_resolve_open(struct mh_ctx *ctx, const char *host, int family, int flags, mh_resolve_cb on_resolved,
                    struct mh_resolve **out);

static inline void mh_resolve_close(struct mh_resolve *r)
{
    mh_handle_close(&r->handle);
}

/*
 * Read a numeric address ("127.0.0.1", "::1", "fe80::1%eth0") without asking anybody. Returns the length of
 * *out, or -EINVAL when text is no such address.
 */
int mh_address_parse(const char *text, unsigned port, struct sockaddr_storage *out);

#endif
