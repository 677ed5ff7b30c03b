/*
 * bind/l_fd.c - bare descriptors, for what is handed to a child: made, duplicated and closed here, owned by
 * Lua code in between. All are close-on-exec.
 */
#include "bind/args.h"
#include "bind/core.h"
#include "bind/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int fd_arg(lua_State *L)
{
    return (int)mh_arg_integer(L, 1, "fd", 0, INT_MAX);
}

static int fd_push(lua_State *L, int fd)
{
    if (fd < 0)
        return mh_fail(L, -errno);
    lua_pushinteger(L, fd);
    return 1;
}

/* core.socketpair() -> ours, theirs: a stream for a child's stdio, our end non-blocking, the child's
 * blocking. */
static int l_fd_socketpair(lua_State *L)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return mh_fail(L, -errno);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    lua_pushinteger(L, pair[0]);
    lua_pushinteger(L, pair[1]);
    return 2;
}

/* core.openNull() -> fd of the null device, to read and write */
static int l_fd_open_null(lua_State *L)
{
    return fd_push(L, open("/dev/null", O_RDWR | O_CLOEXEC));
}

/* core.dup(fd) -> another descriptor of the same open file */
static int l_fd_dup(lua_State *L)
{
    return fd_push(L, fcntl(fd_arg(L), F_DUPFD_CLOEXEC, 3));
}

/*
 * core.dupToRead(fd) -> a descriptor to read the same from. A pipe or a terminal is opened anew, so that
 * it can be read without waiting and others who have it, as the shell that started us, do not notice.
 */
static int l_fd_dup_to_read(lua_State *L)
{
    int fd = fd_arg(L);
    char path[64];
    struct stat st;
    if (fstat(fd, &st) < 0)
        return mh_fail(L, -errno);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool anew = S_ISFIFO(st.st_mode) || isatty(fd);
    int copy = anew ? open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    /* Another user's cannot be opened, but read. */
    return fd_push(L, copy >= 0 ? copy : fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

/* core.closeOnExec(fd) -> true: children will not have it. For descriptors that came with the process. */
static int l_fd_close_on_exec(lua_State *L)
{
    return mh_result(L, fcntl(fd_arg(L), F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0);
}

/* core.closeFd(fd) */
static int l_fd_close(lua_State *L)
{
    int fd = fd_arg(L);
    mh_ctx_close_fd(mh_state_of(L)->ctx, fd);
    return 0;
}

/*
 * core.fdKind(fd) -> "server", "socket" or "dgram", and "unix" or "inet": what sort of socket it is; nil for
 * anything else, and for what is not open.
 */
static int l_fd_kind(lua_State *L)
{
    int fd = fd_arg(L);
    int type;
    int domain;
    int listening = 0;
    socklen_t len = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 || (type != SOCK_STREAM && type != SOCK_DGRAM))
        return 0;
    len = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0)
        return 0;
    len = sizeof listening;
    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len);
    lua_pushstring(L, type == SOCK_DGRAM ? "dgram" : listening ? "server" : "socket");
    lua_pushstring(L, domain == AF_UNIX ? "unix" : "inet");
    return 2;
}

/* core.readable(fd) -> whether a read would not wait: there are bytes, or the end. */
static int l_fd_readable(lua_State *L)
{
    struct pollfd ask = {fd_arg(L), POLLIN, 0};
    lua_pushboolean(L, poll(&ask, 1, 0) > 0);
    return 1;
}

void mh_l_fd_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {
        {"socketpair", l_fd_socketpair}, {"openNull", l_fd_open_null},        {"dup", l_fd_dup},
        {"dupToRead", l_fd_dup_to_read}, {"closeOnExec", l_fd_close_on_exec}, {"closeFd", l_fd_close},
        {"fdKind", l_fd_kind},           {"readable", l_fd_readable},         {NULL, NULL}};
    mh_state_register(L, st, functions);
}
