/*
 * bind/l_listener.c - core.listenSocket, core.listenPath and core.listener(owner, fd), for lua/moonherd/net/.
 *
 * The owner hears:
 *
 *     owner:on_accept(fd)                                 the descriptor is the owner's
 *     owner:on_error(message, code, errno, retrying)      see net/listener.h
 *     owner:on_closed()
 */
#include "bind/address.h"
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "net/listener.h"
#include "net/resolve.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define LISTENER "listener"

#define MODE_MAX 0777

static struct mh_listener *listener_of(struct mh_handle *h)
{
    return mh_of(h, struct mh_listener, handle);
}

static uv_handle_t *listener_uv(struct mh_handle *h)
{
    return (uv_handle_t *)&listener_of(h)->poll;
}

/* --- sockets ------------------------------------------------------------------------------------------- */

static void listener_options(lua_State *L, int table, struct mh_listen_options *out)
{
    out->backlog = (int)mh_opt_integer(L, table, "backlog", 0, INT_MAX, 0);
    out->ipv6_only = mh_opt_boolean(L, table, "ipv6Only", false);
    out->reuse_port = mh_opt_boolean(L, table, "reusePort", false);
    out->bind_only = mh_opt_boolean(L, table, "bindOnly", false);
    out->path_mode = (int)mh_opt_integer(L, table, "mode", 0, MODE_MAX, 0);
}

static int listener_push_fd(lua_State *L, int rc)
{
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushinteger(L, rc);
    return 1;
}

/* core.listenSocket(address, port, { backlog, ipv6Only, reusePort, bindOnly }) -> fd; or nil, message, code,
 * errno */
static int l_listener_socket(lua_State *L)
{
    struct sockaddr_storage address;
    struct mh_listen_options options;
    int rc = mh_arg_address(L, 1, &address);
    listener_options(L, 3, &options);
    if (rc >= 0)
        rc = mh_listen_socket((struct sockaddr *)&address, (socklen_t)rc, &options);
    return listener_push_fd(L, rc);
}

/* core.listenPath(path, { backlog, mode }) -> fd; or nil, message, code, errno */
static int l_listener_path(lua_State *L)
{
    struct mh_listen_options options;
    size_t len;
    const char *path = luaL_checklstring(L, 1, &len);
    listener_options(L, 2, &options);
    return listener_push_fd(L, mh_listen_path(path, len, &options));
}

/* core.listenFd(fd, { backlog }) -> fd; or nil, message, code, errno: have a bound socket listen, fd stays
 * the caller's */
static int l_listener_fd_listen(lua_State *L)
{
    int fd = (int)mh_arg_integer(L, 1, "fd", 0, INT_MAX);
    struct mh_listen_options options;
    listener_options(L, 2, &options);
    int rc = listen(fd, options.backlog ? options.backlog : MH_LISTENER_BACKLOG);
    return listener_push_fd(L, rc < 0 ? -errno : fd);
}

/* core.fdAddress(fd [, peer]) -> the address a socket is bound or connected to, as mh_push_address; or nil,
 * ... */
static int l_listener_fd_address(lua_State *L)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    int fd = (int)mh_arg_integer(L, 1, "fd", 0, INT_MAX);
    bool peer = lua_toboolean(L, 2);
    if ((peer ? getpeername : getsockname)(fd, (struct sockaddr *)&address, &len) < 0)
        return mh_fail(L, -errno);
    mh_push_address(L, &address, len);
    return 1;
}

/* core.isIP(text) -> 4, 6 or 0 */
static int l_listener_is_ip(lua_State *L)
{
    struct sockaddr_storage address;
    size_t len = 0;
    const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &len) : "";
    bool empty_zone = len > 0 && text[len - 1] == '%'; /* which the parser lets pass */
    bool numeric = strlen(text) == len && !empty_zone && mh_address_parse(text, 0, &address) > 0;
    lua_pushinteger(L, !numeric ? 0 : address.ss_family == AF_INET ? 4 : 6);
    return 1;
}

/* --- listeners ----------------------------------------------------------------------------------------- */

static int push_fd(lua_State *L, void *arg)
{
    lua_pushinteger(L, *(int *)arg);
    return 1;
}

static void listener_on_accept(struct mh_listener *l, int fd)
{
    struct mh_box *box = l->handle.owner;
    if (!box || box->state->muted) {
        mh_ctx_close_fd(l->handle.ctx, fd); /* Lua is not there any more to take it */
        return;
    }
    mh_box_emit(box, "on_accept", push_fd, &fd);
}

struct failure {
    int rc;
    bool retrying;
};

static int push_failure(lua_State *L, void *arg)
{
    struct failure *failure = arg;
    int count = mh_push_failure(L, failure->rc);
    lua_pushboolean(L, failure->retrying);
    return count + 1;
}

static void listener_on_error(struct mh_listener *l, int rc, bool retrying)
{
    struct failure failure = {rc, retrying};
    mh_box_emit(l->handle.owner, "on_error", push_failure, &failure);
}

static const struct mh_listener_events listener_events = {listener_on_accept, listener_on_error};

/*
 * core.listener(owner, fd [, path]) -> box, or nil, message, code, errno. Takes fd, also on failure, and
 * accepts from now on. path: the UNIX socket's file, removed at close.
 */
static int l_listener_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int fd = (int)mh_arg_integer(L, 2, "fd", 0, INT_MAX);
    const char *path = luaL_optstring(L, 3, NULL);
    struct mh_box *box = mh_box_new(L, st, LISTENER, 1);
    struct mh_listener *l;
    int rc = mh_listener_open(st->ctx, fd, &listener_events, &l);
    if (rc < 0)
        return mh_fail(L, rc);
    if (path)
        mh_listener_own_path(l, path); /* a file that is gone or hidden is nothing that we could remove */
    mh_box_adopt(L, box, &l->handle);
    return 1;
}

static int l_listener_pause(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, LISTENER)->handle;
    if (h)
        mh_listener_pause(listener_of(h));
    return 0;
}

static int l_listener_resume(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, LISTENER)->handle;
    if (h)
        mh_listener_resume(listener_of(h));
    return 0;
}

/* listener:fd() -> the descriptor, borrowed */
static int l_listener_fd(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, LISTENER);
    return h ? listener_push_fd(L, listener_of(h)->fd) : 4;
}

/* listener:counts() -> connections accepted, times that descriptors or memory had run out */
static int l_listener_counts(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, LISTENER);
    if (!h)
        return 4;
    lua_pushnumber(L, (lua_Number)listener_of(h)->accepted);
    lua_pushnumber(L, (lua_Number)listener_of(h)->starved);
    return 2;
}

void mh_l_listener_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {{"pause", l_listener_pause},
                                       {"resume", l_listener_resume},
                                       {"fd", l_listener_fd},
                                       {"counts", l_listener_counts},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"listenSocket", l_listener_socket},
                                         {"listenPath", l_listener_path},
                                         {"listenFd", l_listener_fd_listen},
                                         {"listener", l_listener_new},
                                         {"isIP", l_listener_is_ip},
                                         {"fdAddress", l_listener_fd_address},
                                         {NULL, NULL}};
    mh_box_class(L, st, LISTENER, methods, listener_uv);
    mh_state_register(L, st, functions);
}
