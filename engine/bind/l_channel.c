/*
 * bind/l_channel.c - core.channelPair and core.channel(owner, fd, limits), for lua/moonherd/channel.lua.
 *
 * The owner hears, in this order:
 *
 *     owner:on_message(value, fds, bytes)       a user's message, its size; fds: descriptors it owns now
 *     owner:on_messages(values, count, bytes)   several of them, without descriptors; the size of all
 *     owner:on_internal(value, fds, bytes)      a message of the library's own
 *     owner:on_drain(code, refused)             all is in the kernel after some had to wait, or what tellAt
 *                                               names is; with a code it is lost, as the peer is gone, and
 *                                               so many messages of it had not had to wait before
 *     owner:on_end(code, message)               nil after an orderly end, else why the peer was cut off
 *     owner:on_closed()
 *
 * on_messages returns true when it is through the list, and nil when ticks come before the next one. Then,
 * and after an error, it is called without a list, and goes on behind the message in which it was
 * interrupted.
 */
#include "bind/l_channel.h"
#include "base/err.h"
#include "bind/args.h"
#include "bind/box.h"
#include "bind/codec.h"
#include "bind/core.h"
#include "bind/fail.h"

#include <limits.h>

#define MAX_FRAME_BYTES (1u << 30)

struct mh_channel *mh_l_channel_check(lua_State *L, int index)
{
    struct mh_handle *h = mh_box_check(L, index, MH_L_CHANNEL)->handle;
    if (!h || !mh_handle_is_open(h))
        luaL_argerror(L, index, "the channel is closed");
    return mh_channel_of(h);
}

static int channel_push_reason(lua_State *L, void *arg)
{
    int reason = *(int *)arg;
    if (reason == 0)
        return 0;
    mh_push_err_name(L, reason);
    lua_pushstring(L, mh_strerror(reason));
    return 2;
}

struct channel_loss {
    int rc;
    unsigned refused;
};

static int channel_push_loss(lua_State *L, void *arg)
{
    struct channel_loss *loss = arg;
    if (loss->rc == 0)
        return 0;
    mh_push_err_name(L, loss->rc);
    lua_pushinteger(L, loss->refused);
    return 2;
}

static void channel_on_drain(struct mh_channel *ch, int rc, unsigned refused)
{
    struct channel_loss loss = {rc, refused};
    mh_box_emit(mh_channel_handle(ch)->owner, "on_drain", channel_push_loss, &loss);
}

static void channel_on_end(struct mh_channel *ch, int reason)
{
    mh_box_emit(mh_channel_handle(ch)->owner, "on_end", channel_push_reason, &reason);
}

static const struct mh_channel_events channel_events = {mh_l_channel_deliver, channel_on_drain,
                                                        channel_on_end};

/* core.channelPair() -> ours, theirs: descriptors | nil, message, code, errno */
static int l_channel_pair(lua_State *L)
{
    int ours;
    int theirs;
    int rc = mh_channel_pair(&ours, &theirs);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushinteger(L, ours);
    lua_pushinteger(L, theirs);
    return 2;
}

/*
 * core.channel(owner, fd, limits) -> box | nil, message, code, errno. Takes fd. limits: frameBytes,
 * queueBytes, highWaterMark, handles, all optional, see ipc/channel.h. Not reading yet.
 */
static int l_channel_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int fd = (int)mh_arg_integer(L, 2, "fd", 0, INT_MAX);
    struct mh_channel_limits limits = {
        .frame_bytes =
            (uint32_t)mh_opt_integer(L, 3, "frameBytes", 1, MAX_FRAME_BYTES, MH_CHANNEL_FRAME_BYTES),
        .queue_bytes =
            (size_t)mh_opt_integer(L, 3, "queueBytes", 0, (int64_t)1 << 40, (int64_t)MH_CHANNEL_QUEUE_BYTES),
        .mark_bytes = (size_t)mh_opt_integer(L, 3, "highWaterMark", 0, (int64_t)1 << 40,
                                             (int64_t)MH_CHANNEL_MARK_BYTES),
        .fds = (unsigned)mh_opt_integer(L, 3, "handles", 1, MH_CHANNEL_FDS * 4, MH_CHANNEL_FDS),
    };
    struct mh_box *box = mh_box_new(L, st, MH_L_CHANNEL, 1);
    struct mh_channel *ch;
    int rc = mh_channel_open(st->ctx, fd, &limits, &channel_events, &ch);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, mh_channel_handle(ch));
    return 1;
}

/* Reads a list of descriptors at index into fds; returns their number. Raises on anything else. */
static unsigned channel_read_fds(lua_State *L, int index, int *fds)
{
    if (lua_isnoneornil(L, index))
        return 0;
    luaL_checktype(L, index, LUA_TTABLE);
    size_t count = lua_objlen(L, index);
    if (count > MH_FRAME_FDS)
        luaL_error(L, "at most %d descriptors travel with a message", (int)MH_FRAME_FDS);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (int)i + 1);
        fds[i] = (int)mh_arg_integer(L, lua_gettop(L), "descriptor", 0, INT_MAX);
        lua_pop(L, 1);
    }
    return (unsigned)count;
}

static int channel_send(lua_State *L, enum mh_frame_type type)
{
    struct mh_state *st = mh_state_of(L);
    int fds[MH_FRAME_FDS];
    luaL_checkany(L, 2);
    lua_settop(L, 3);
    unsigned fd_count = channel_read_fds(L, 3, fds);
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (!h) {
        for (unsigned i = 0; i < fd_count; i++)
            mh_ctx_close_fd(st->ctx, fds[i]);
        return 4;
    }
    if (mh_codec_encode(L, st, 2) < 0) {
        lua_pushnil(L);
        lua_insert(L, -2);
        lua_pushliteral(L, "ERR_IPC_UNSENDABLE");
        return 3;
    }
    size_t len;
    const char *bytes = lua_tolstring(L, -1, &len);
    struct mh_channel *ch = mh_channel_of(h);
    int rc = mh_channel_send(ch, type, bytes, len, fds, fd_count);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushboolean(L, !mh_channel_over_mark(ch));
    lua_pushnumber(L, (lua_Number)mh_channel_queued_total(ch));
    return 2;
}

/*
 * channel:send(value, fds) -> more, total | nil, message, code, errno. more is false from the high-water
 * mark on; total is what sent() will have reached when this message is written. ERR_IPC_UNSENDABLE when the
 * value cannot be encoded (then fds are still the caller's); on any other failure fds are closed, as on
 * success once sent.
 */
static int l_channel_send(lua_State *L)
{
    return channel_send(L, MH_FRAME_MESSAGE);
}

/* channel:sendInternal(value, fds): the same, for the peer's on_internal. */
static int l_channel_send_internal(lua_State *L)
{
    return channel_send(L, MH_FRAME_INTERNAL);
}

/* channel:sent() -> bytes handed to the kernel so far */
static int l_channel_sent(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (!h)
        return 4;
    lua_pushnumber(L, (lua_Number)mh_channel_sent_total(mh_channel_of(h)));
    return 1;
}

/* channel:tellAt(total): have on_drain called once sent() has reached it. */
static int l_channel_tell_at(lua_State *L)
{
    lua_Number total = luaL_checknumber(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (h)
        mh_channel_tell_at(mh_channel_of(h), (uint64_t)total);
    return 0;
}

/* channel:pending() -> unsent bytes */
static int l_channel_pending(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (!h)
        return 4;
    lua_pushnumber(L, (lua_Number)mh_channel_pending(mh_channel_of(h)));
    return 1;
}

/* channel:hello(): as the child's first frame, says which version of the wire this end speaks. */
static int l_channel_hello(lua_State *L)
{
    uint32_t version = MH_FRAME_VERSION;
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (!h)
        return 4;
    return mh_result(L, mh_channel_send(mh_channel_of(h), MH_FRAME_HELLO, &version, sizeof version, NULL, 0));
}

static int l_channel_read_start(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (h)
        mh_channel_read_start(mh_channel_of(h));
    return 0;
}

static int l_channel_read_stop(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (h)
        mh_channel_read_stop(mh_channel_of(h));
    return 0;
}

/* channel:finish(): write what is queued, then end and close. */
static int l_channel_finish(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (h)
        mh_channel_finish(mh_channel_of(h));
    return 0;
}

/* channel:flush(timeout_ms) -> true | nil, message, code, errno: blocks; for a process about to exit. */
static int l_channel_flush(lua_State *L)
{
    uint64_t timeout_ms = (uint64_t)mh_arg_integer(L, 2, "timeout", 0, INT_MAX);
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (!h)
        return 4;
    return mh_result(L, mh_channel_flush(mh_channel_of(h), timeout_ms));
}

static int l_channel_ref(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (h)
        mh_channel_set_ref(mh_channel_of(h), true);
    return 0;
}

static int l_channel_unref(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (h)
        mh_channel_set_ref(mh_channel_of(h), false);
    return 0;
}

static int l_channel_has_ref(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, MH_L_CHANNEL)->handle;
    lua_pushboolean(L, h && mh_channel_has_ref(mh_channel_of(h)));
    return 1;
}

static int l_channel_fd(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, MH_L_CHANNEL);
    if (!h)
        return 4;
    lua_pushinteger(L, mh_channel_fd(mh_channel_of(h)));
    return 1;
}

void mh_l_channel_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {
        {"send", l_channel_send},
        {"sendInternal", l_channel_send_internal},
        {"sent", l_channel_sent},
        {"tellAt", l_channel_tell_at},
        {"pending", l_channel_pending},
        {"hello", l_channel_hello},
        {"readStart", l_channel_read_start},
        {"readStop", l_channel_read_stop},
        {"finish", l_channel_finish},
        {"flush", l_channel_flush},
        {"ref", l_channel_ref},
        {"unref", l_channel_unref},
        {"hasRef", l_channel_has_ref},
        {"fd", l_channel_fd},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"channelPair", l_channel_pair}, {"channel", l_channel_new}, {NULL, NULL}};
    mh_codec_init(L, st);
    /* core.null: what stands for JSON's null in a message, as string.buffer carries it. */
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    mh_box_class(L, st, MH_L_CHANNEL, methods, NULL);
    mh_state_register(L, st, functions);
}
