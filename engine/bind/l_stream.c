/*
 * bind/l_stream.c - core.stream(owner, fd), core.connect and core.connectPath, for lua/moonherd/net/.
 *
 * The owner hears:
 *
 *     owner:on_connect([message, code, errno])    nothing when it is connected; connect and connectPath only
 *     owner:on_data(bytes)
 *     owner:on_end()
 *     owner:on_error(message, code, errno, "read" or "write")
 *     owner:on_drain()
 *     owner:on_shutdown([message, code, errno])
 *     owner:on_closed()
 */
#include "bind/l_stream.h"
#include "bind/address.h"
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"

#include <limits.h>

#define STREAM "stream"

#define FEW_PIECES  16 /* of a list of pieces: these need no memory */
#define MOST_PIECES (1 << 20)

static struct mh_stream *stream_of(struct mh_handle *h)
{
    return mh_of(h, struct mh_stream, handle);
}

static uv_handle_t *stream_uv(struct mh_handle *h)
{
    return &stream_of(h)->uv.handle;
}

/* --- what the owner hears ------------------------------------------------------------------------------ */

struct bytes {
    const char *data;
    size_t len;
};

static int push_bytes(lua_State *L, void *arg)
{
    struct bytes *bytes = arg;
    lua_pushlstring(L, bytes->data, bytes->len);
    return 1;
}

static void stream_on_data(struct mh_stream *s, const char *data, size_t len)
{
    struct bytes bytes = {data, len};
    mh_box_emit(s->handle.owner, "on_data", push_bytes, &bytes);
}

static int push_failure(lua_State *L, void *arg)
{
    return mh_push_failure(L, *(int *)arg);
}

static void stream_emit_outcome(struct mh_stream *s, const char *method, int rc)
{
    mh_box_emit(s->handle.owner, method, rc == 0 ? NULL : push_failure, &rc);
}

static void stream_on_connect(struct mh_stream *s, int rc)
{
    stream_emit_outcome(s, "on_connect", rc);
}

static int push_error(lua_State *L, void *arg)
{
    struct mh_stream *s = arg;
    push_failure(L, &s->failure);
    lua_pushstring(L, s->failed_writing ? "write" : "read");
    return 4;
}

static void stream_on_error(struct mh_stream *s, int rc)
{
    (void)rc;
    mh_box_emit(s->handle.owner, "on_error", push_error, s);
}

static void stream_on_shutdown(struct mh_stream *s, int rc)
{
    stream_emit_outcome(s, "on_shutdown", rc);
}

static void stream_on_end(struct mh_stream *s)
{
    mh_box_emit(s->handle.owner, "on_end", NULL, NULL);
}

static void stream_on_drain(struct mh_stream *s)
{
    mh_box_emit(s->handle.owner, "on_drain", NULL, NULL);
}

static const struct mh_stream_events stream_events = {stream_on_connect, stream_on_data,  stream_on_end,
                                                      stream_on_error,   stream_on_drain, stream_on_shutdown};

/* --- making one ---------------------------------------------------------------------------------------- */

static int stream_adopt(lua_State *L, struct mh_box *box, struct mh_stream *s, int rc)
{
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &s->handle);
    return 1;
}

/*
 * core.stream(owner, fd [, shared]) -> box, or nil, message, code, errno. Takes fd, also on failure. shared:
 * another process holds the same socket, so that closing has to end the connection for both.
 */
static int l_stream_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int fd = (int)mh_arg_integer(L, 2, "fd", 0, INT_MAX);
    bool shared = lua_toboolean(L, 3);
    struct mh_box *box = mh_box_new(L, st, STREAM, 1);
    struct mh_stream *s = NULL;
    int rc = mh_stream_open(st->ctx, fd, &stream_events, &s);
    if (rc == 0)
        s->shared = shared;
    return stream_adopt(L, box, s, rc);
}

/* core.tty(owner, fd) -> box around a terminal, or nil, message, code, errno. Takes fd, also on failure. */
static int l_stream_tty(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int fd = (int)mh_arg_integer(L, 2, "fd", 0, INT_MAX);
    struct mh_box *box = mh_box_new(L, st, STREAM, 1);
    struct mh_stream *s = NULL;
    int rc = mh_stream_open_tty(st->ctx, fd, &stream_events, &s);
    return stream_adopt(L, box, s, rc);
}

/* core.streamKind(fd) -> "tcp" or "pipe"; or nil, message, code, errno */
static int l_stream_kind(lua_State *L)
{
    int rc = mh_stream_kind((int)mh_arg_integer(L, 1, "fd", 0, INT_MAX));
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushstring(L, rc == 1 ? "tcp" : "pipe");
    return 1;
}

/*
 * core.connect(owner, address, port [, local_address, local_port]) -> box, or nil, message, code, errno.
 * Addresses are numeric. on_connect follows.
 */
static int l_stream_connect(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct sockaddr_storage address;
    struct sockaddr_storage local;
    bool from = !lua_isnoneornil(L, 4);
    int rc = mh_arg_address(L, 2, &address);
    if (rc >= 0 && from)
        rc = mh_arg_address(L, 4, &local);
    struct mh_box *box = mh_box_new(L, st, STREAM, 1);
    struct mh_stream *s = NULL;
    if (rc >= 0)
        rc = mh_stream_connect(st->ctx, (struct sockaddr *)&address, from ? (struct sockaddr *)&local : NULL,
                               &stream_events, &s);
    return stream_adopt(L, box, s, rc);
}

/* core.connectPath(owner, path) -> box, or nil, message, code, errno. on_connect follows. */
static int l_stream_connect_path(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    size_t len;
    const char *path = luaL_checklstring(L, 2, &len);
    struct mh_box *box = mh_box_new(L, st, STREAM, 1);
    struct mh_stream *s = NULL;
    int rc = mh_stream_connect_path(st->ctx, path, len, &stream_events, &s);
    return stream_adopt(L, box, s, rc);
}

struct mh_box *mh_l_stream_new(lua_State *L, struct mh_state *st, int owner)
{
    return mh_box_new(L, st, STREAM, owner);
}

void mh_l_stream_adopt(lua_State *L, struct mh_box *box, struct mh_stream *s)
{
    s->events = &stream_events;
    mh_box_adopt(L, box, &s->handle);
}

struct mh_stream *mh_l_stream_surrender(lua_State *L, int index)
{
    struct mh_box *box = mh_box_check(L, index, STREAM);
    if (!box->handle || !mh_handle_is_open(box->handle))
        return NULL;
    return stream_of(mh_box_surrender(box));
}

/* --- methods ------------------------------------------------------------------------------------------- */

/* The pieces of the list at `list`, in memory of Lua's when they are many. They live as long as the list. */
static uv_buf_t *stream_list(lua_State *L, int list, uv_buf_t *few, unsigned *count)
{
    size_t len = lua_objlen(L, list);
    luaL_argcheck(L, len <= MOST_PIECES, list, "too many pieces");
    uv_buf_t *pieces = len > FEW_PIECES ? lua_newuserdata(L, len * sizeof *pieces) : few;
    for (size_t i = 0; i < len; i++) {
        lua_rawgeti(L, list, (int)i + 1);
        if (lua_type(L, -1) != LUA_TSTRING) /* a number would be made a string that nothing holds */
            luaL_error(L, "piece %d of the list must be a string, got %s", (int)i + 1, luaL_typename(L, -1));
        size_t piece;
        pieces[i].base = (char *)lua_tolstring(L, -1, &piece);
        pieces[i].len = piece;
        lua_pop(L, 1);
    }
    *count = (unsigned)len;
    return pieces;
}

/* stream:write(bytes or list of them) -> true, pending bytes; or nil, message, code, errno */
static int l_stream_write(lua_State *L)
{
    uv_buf_t few[FEW_PIECES];
    uv_buf_t *pieces = few;
    unsigned count = 1;
    if (lua_istable(L, 2)) {
        pieces = stream_list(L, 2, few, &count);
    } else {
        size_t len;
        few[0].base = (char *)luaL_checklstring(L, 2, &len);
        few[0].len = len;
    }
    struct mh_handle *h = mh_box_open_handle(L, 1, STREAM);
    if (!h)
        return 4;
    int rc = mh_stream_write(stream_of(h), pieces, count);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushboolean(L, 1);
    lua_pushinteger(L, (lua_Integer)mh_stream_pending(stream_of(h)));
    return 2;
}

/* stream:shutdown() -> true; on_shutdown follows when all is written. */
static int l_stream_shutdown(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, STREAM);
    return h ? mh_result(L, mh_stream_shutdown(stream_of(h))) : 4;
}

/* stream:reset(): close, so that a TCP peer sees a reset. */
static int l_stream_reset(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, STREAM)->handle;
    if (h)
        mh_stream_reset(stream_of(h));
    return 0;
}

static int l_stream_read_start(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, STREAM);
    return h ? mh_result(L, mh_stream_read_start(stream_of(h))) : 4;
}

static int l_stream_read_stop(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, STREAM)->handle;
    if (h)
        mh_stream_read_stop(stream_of(h));
    return 0;
}

/* stream:ceiling(bytes): what may wait to be sent at most, see mh_stream_write */
static int l_stream_ceiling(lua_State *L)
{
    size_t bytes = (size_t)mh_arg_integer(L, 2, "bytes", 0, (int64_t)1 << 50);
    struct mh_handle *h = mh_box_check(L, 1, STREAM)->handle;
    if (h)
        stream_of(h)->queue_ceiling = bytes;
    return 0;
}

/* stream:count(): it counts as a connection of a server from now on */
static int l_stream_count(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, STREAM)->handle;
    if (h)
        mh_stream_count(stream_of(h));
    return 0;
}

/* stream:pending() -> bytes accepted and not yet in the kernel; 0 when closed */
static int l_stream_pending(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, STREAM)->handle;
    lua_pushinteger(L, h ? (lua_Integer)mh_stream_pending(stream_of(h)) : 0);
    return 1;
}

/* stream:address(peer) -> as mh_push_address */
static int l_stream_address(lua_State *L)
{
    struct sockaddr_storage address;
    socklen_t len;
    bool peer = lua_toboolean(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, STREAM);
    if (!h)
        return 4;
    int rc = mh_stream_address(stream_of(h), peer, &address, &len);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_push_address(L, &address, len);
    return 1;
}

static int l_stream_nodelay(lua_State *L)
{
    bool on = lua_toboolean(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, STREAM);
    return h ? mh_result(L, mh_stream_nodelay(stream_of(h), on)) : 4;
}

/* stream:keepalive(on, delay_s) */
static int l_stream_keepalive(lua_State *L)
{
    bool on = lua_toboolean(L, 2);
    unsigned delay_s = lua_isnoneornil(L, 3) ? 0 : (unsigned)mh_arg_integer(L, 3, "delay", 0, 32767);
    struct mh_handle *h = mh_box_open_handle(L, 1, STREAM);
    return h ? mh_result(L, mh_stream_keepalive(stream_of(h), on, delay_s)) : 4;
}

/* stream:fd() -> the descriptor, borrowed; nil when closed */
static int l_stream_fd(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, STREAM);
    if (!h)
        return 4;
    lua_pushinteger(L, mh_stream_fd(stream_of(h)));
    return 1;
}

/* stream:release(): close this copy of a descriptor; the connection goes on at whoever has another. */
static int l_stream_release(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, STREAM)->handle;
    if (!h)
        return 0;
    stream_of(h)->shared = false;
    mh_stream_close(stream_of(h));
    return 0;
}

void mh_l_stream_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {
        {"write", l_stream_write},         {"shutdown", l_stream_shutdown},
        {"reset", l_stream_reset},         {"readStart", l_stream_read_start},
        {"readStop", l_stream_read_stop},  {"pending", l_stream_pending},
        {"ceiling", l_stream_ceiling},     {"count", l_stream_count},
        {"address", l_stream_address},     {"nodelay", l_stream_nodelay},
        {"keepalive", l_stream_keepalive}, {"fd", l_stream_fd},
        {"release", l_stream_release},     {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"stream", l_stream_new},
                                         {"tty", l_stream_tty},
                                         {"streamKind", l_stream_kind},
                                         {"connect", l_stream_connect},
                                         {"connectPath", l_stream_connect_path},
                                         {NULL, NULL}};
    mh_box_class(L, st, STREAM, methods, stream_uv);
    mh_state_register(L, st, functions);
}
