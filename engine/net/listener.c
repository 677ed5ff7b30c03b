#include "net/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* --- making the socket --------------------------------------------------------------------------------- */

static int listen_setopt(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

static int listen_configure(int fd, int family, const struct mh_listen_options *options)
{
    int rc = 0;
    if (family == AF_INET || family == AF_INET6)
        rc = listen_setopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0 && family == AF_INET6)
        rc = listen_setopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
                           options->ipv6_only); /* the system's default varies */
    if (rc == 0 && options->reuse_port)
        rc = listen_setopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    return rc;
}

int mh_listen_socket(const struct sockaddr *address, socklen_t len, const struct mh_listen_options *options)
{
    static const struct mh_listen_options defaults;
    if (!options)
        options = &defaults;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int rc = listen_configure(fd, address->sa_family, options);
    if (rc < 0)
        goto fail;
    if (bind(fd, address, len) < 0) {
        rc = -errno;
        goto fail;
    }
    if (!options->bind_only && listen(fd, options->backlog ? options->backlog : MH_LISTENER_BACKLOG) < 0) {
        rc = -errno;
        goto fail;
    }
    return fd;

fail:
    close(fd);
    return rc;
}

int mh_listen_path(const char *path, size_t len, const struct mh_listen_options *options)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (len == 0)
        return -EINVAL;
    if (len >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, len);
    bool in_files = path[0] != '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + in_files);
    int fd = mh_listen_socket((struct sockaddr *)&address, size, options);
    if (fd < 0 || !in_files || !options || !options->path_mode)
        return fd;
    struct stat st;
    if (stat(address.sun_path, &st) == 0 &&
        chmod(address.sun_path, (st.st_mode & 07777) | (mode_t)options->path_mode) == 0)
        return fd;
    int rc = -errno;
    unlink(address.sun_path);
    close(fd);
    return rc;
}

/* --- accepting ----------------------------------------------------------------------------------------- */

static void listener_uv_readable(uv_poll_t *uv, int status, int events);
static void listener_uv_retry(uv_timer_t *uv);

/* Poll, or not, as things are. */
static void listener_update(struct mh_listener *l)
{
    if (!mh_handle_is_open(&l->handle))
        return;
    if (l->wanted && !l->hungry && !l->broken)
        uv_poll_start(&l->poll, UV_READABLE, listener_uv_readable);
    else
        uv_poll_stop(&l->poll);
}

static void listener_feed(struct mh_listener *l)
{
    l->hungry = false;
    mh_list_remove(&l->waiter.link);
    uv_timer_stop(&l->retry);
    listener_update(l);
}

static void listener_fd_closed(struct mh_fd_waiter *waiter)
{
    listener_feed(mh_of(waiter, struct mh_listener, waiter));
}

static void listener_uv_retry(uv_timer_t *uv)
{
    listener_feed(uv->data);
}

/*
 * Out of descriptors or memory: polling on would spin, as the socket stays readable. The timer is for
 * descriptors closed by others: another process (ENFILE), or code that does not tell the context.
 */
static void listener_starve(struct mh_listener *l, int rc)
{
    l->starved++;
    l->hungry = true;
    mh_list_append(&l->handle.ctx->fd_waiters, &l->waiter.link);
    uv_timer_start(&l->retry, listener_uv_retry, MH_LISTENER_RETRY_MS, 0);
    if (uv_has_ref((uv_handle_t *)&l->poll))
        uv_ref((uv_handle_t *)&l->retry);
    else
        uv_unref((uv_handle_t *)&l->retry);
    listener_update(l);
    if (l->told)
        return;
    l->told = true;
    if (l->events->on_error)
        l->events->on_error(l, rc, true);
}

static void listener_break(struct mh_listener *l, int rc)
{
    l->broken = true;
    listener_update(l);
    if (l->events->on_error)
        l->events->on_error(l, rc, false);
}

/* accept(2) passes on errors of the connection it was about to hand out: those say nothing of the next one.
 */
static bool accept_error_is_clients(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM: /* a firewall rule */
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

static void listener_accept_failed(struct mh_listener *l, int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK)
        return;
    if (error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS)
        listener_starve(l, -error);
    else
        listener_break(l, -error);
}

static void listener_uv_readable(uv_poll_t *uv, int status, int events)
{
    struct mh_listener *l = uv->data;
    (void)events;
    if (status < 0) {
        listener_break(l, status);
        return;
    }
    for (int i = 0; i < MH_LISTENER_ACCEPT_BATCH && uv_is_active((uv_handle_t *)uv); i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            l->accepted++;
            l->told = false;
            l->events->on_accept(l, fd);
        } else if (!accept_error_is_clients(errno)) {
            listener_accept_failed(l, errno);
            return;
        }
    }
}

void mh_listener_pause(struct mh_listener *l)
{
    l->wanted = false;
    listener_update(l);
}

void mh_listener_resume(struct mh_listener *l)
{
    l->wanted = true;
    listener_update(l);
}

/* --- life ---------------------------------------------------------------------------------------------- */

static void listener_uv_closed(uv_handle_t *uv)
{
    struct mh_listener *l = uv->data;
    if (--l->open_uv == 0)
        mh_handle_closed(&l->handle);
}

static void listener_remove_path(struct mh_listener *l)
{
    struct stat st;
    if (l->path && lstat(l->path, &st) == 0 && st.st_dev == l->path_device && st.st_ino == l->path_inode)
        unlink(l->path);
}

static void listener_close(struct mh_handle *h)
{
    struct mh_listener *l = mh_of(h, struct mh_listener, handle);
    mh_list_remove(&l->waiter.link);
    uv_close((uv_handle_t *)&l->retry, listener_uv_closed);
    uv_close((uv_handle_t *)&l->poll, listener_uv_closed);
    listener_remove_path(l);
    /* At once, not in the callback: whoever waits for the address may have it now. */
    int fd = l->fd;
    l->fd = -1;
    mh_ctx_close_fd(h->ctx, fd);
}

static void listener_destroy(struct mh_handle *h)
{
    struct mh_listener *l = mh_of(h, struct mh_listener, handle);
    mh_free(&h->ctx->alloc, l->path);
    mh_free(&h->ctx->alloc, l);
}

static const struct mh_handle_class listener_class = {"listener", listener_close, listener_destroy};

int mh_listener_open(struct mh_ctx *ctx, int fd, const struct mh_listener_events *events,
                     struct mh_listener **out)
{
    int rc = -ENOMEM;
    struct mh_listener *l = mh_zalloc(&ctx->alloc, sizeof *l);
    if (!l)
        goto fail;
    rc = uv_poll_init(ctx->loop, &l->poll, fd);
    if (rc < 0)
        goto fail;
    uv_timer_init(ctx->loop, &l->retry);
    l->poll.data = l;
    l->retry.data = l;
    l->open_uv = 2;
    l->fd = fd;
    l->events = events;
    mh_list_init(&l->waiter.link);
    l->waiter.wake = listener_fd_closed;
    mh_handle_open(&l->handle, ctx, &listener_class);
    mh_listener_resume(l);
    *out = l;
    return 0;

fail:
    mh_free(&ctx->alloc, l);
    if (rc != -EEXIST)
        mh_ctx_close_fd(ctx, fd);
    return rc;
}

int mh_listener_own_path(struct mh_listener *l, const char *path)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return -errno;
    char *copy = mh_strndup(&l->handle.ctx->alloc, path, strlen(path));
    if (!copy)
        return -ENOMEM;
    mh_free(&l->handle.ctx->alloc, l->path);
    l->path = copy;
    l->path_device = st.st_dev;
    l->path_inode = st.st_ino;
    return 0;
}
