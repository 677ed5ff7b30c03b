/*
 * bind/l_datagram.c - core.datagramSocket and core.datagram(owner, fd), for lua/moonherd/dgram/.
 *
 * The owner hears:
 *
 *     owner:on_message(bytes, address, port, family)   a whole batch of them in one entry into Lua
 *     owner:on_error(message, code, errno)             receiving failed; it goes on
 *     owner:on_sent(count [, message, code, errno])    of those that were queued, the oldest first
 *     owner:on_closed()
 */
#include "bind/address.h"
#include "bind/args.h"
#include "bind/box.h"
#include "bind/call.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "net/datagram.h"

#include <limits.h>
#include <string.h>

#define DATAGRAM "datagram"

static struct mh_datagram *datagram_of(struct mh_handle *h)
{
    return mh_of(h, struct mh_datagram, handle);
}

static uv_handle_t *datagram_uv(struct mh_handle *h)
{
    return (uv_handle_t *)&datagram_of(h)->poll;
}

/* --- what the owner hears ------------------------------------------------------------------------------ */

struct delivery {
    struct mh_box *box;
    const struct mh_datagram_message *messages;
    unsigned count;
    unsigned next;
};

/* Whether the owner still wants them: a listener may have closed the socket. */
static bool delivery_goes_on(const struct delivery *delivery)
{
    struct mh_handle *h = delivery->box->handle;
    return delivery->next < delivery->count && h && mh_handle_is_open(h);
}

/* Stack: ... owner function -> the same, with the arguments of one call on top */
static int delivery_push(lua_State *L, const struct mh_datagram_message *message)
{
    lua_pushvalue(L, -1);
    lua_pushvalue(L, -3);
    lua_pushlstring(L, message->bytes, message->len);
    const struct sockaddr *from = (const struct sockaddr *)message->from;
    if (from->sa_family != AF_INET && from->sa_family != AF_INET6)
        return 2;
    char text[MH_ADDRESS_TEXT];
    unsigned port = mh_address_text(from, text);
    lua_pushstring(L, text);
    lua_pushinteger(L, (lua_Integer)port);
    lua_pushstring(L, from->sa_family == AF_INET ? "IPv4" : "IPv6");
    return 5;
}

static void delivery_body(lua_State *L, void *arg)
{
    struct delivery *delivery = arg;
    mh_box_push_owner(L, delivery->box);
    lua_getfield(L, -1, "on_message");
    while (delivery_goes_on(delivery)) {
        /* Counted first: one that raises is not delivered again. */
        int count = delivery_push(L, &delivery->messages[delivery->next++]);
        lua_call(L, count, 0);
    }
}

static void datagram_on_batch(struct mh_datagram *d, const struct mh_datagram_message *messages,
                              unsigned count)
{
    struct delivery delivery = {d->handle.owner, messages, count, 0};
    /* Again only after an error: that ended the entry, and the rest is still to come. */
    while (delivery.box && !delivery.box->state->muted && delivery_goes_on(&delivery))
        mh_call(delivery.box->state, delivery_body, &delivery);
}

static int push_failure(lua_State *L, void *arg)
{
    mh_fail(L, *(int *)arg);
    lua_remove(L, -4); /* the nil that a return value would need */
    return 3;
}

static void datagram_on_error(struct mh_datagram *d, int rc)
{
    mh_box_emit(d->handle.owner, "on_error", push_failure, &rc);
}

struct outcome {
    unsigned count;
    int rc;
};

static int push_outcome(lua_State *L, void *arg)
{
    struct outcome *outcome = arg;
    lua_pushinteger(L, (lua_Integer)outcome->count);
    return outcome->rc < 0 ? 1 + push_failure(L, &outcome->rc) : 1;
}

static void datagram_on_sent(struct mh_datagram *d, unsigned count, int rc)
{
    struct outcome outcome = {count, rc};
    mh_box_emit(d->handle.owner, "on_sent", push_outcome, &outcome);
}

static const struct mh_datagram_events datagram_events = {datagram_on_batch, datagram_on_error,
                                                          datagram_on_sent};

/* --- making one ---------------------------------------------------------------------------------------- */

/* core.datagramSocket(address, port, { ipv6Only, reuseAddr, reusePort }) -> bound fd; or nil, message, code,
 * errno */
static int l_datagram_socket(lua_State *L)
{
    struct sockaddr_storage address;
    struct mh_datagram_options options;
    int rc = mh_arg_address(L, 1, &address);
    options.ipv6_only = mh_opt_boolean(L, 3, "ipv6Only", false);
    options.reuse_addr = mh_opt_boolean(L, 3, "reuseAddr", false);
    options.reuse_port = mh_opt_boolean(L, 3, "reusePort", false);
    if (rc >= 0)
        rc = mh_datagram_socket((struct sockaddr *)&address, (socklen_t)rc, &options);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushinteger(L, rc);
    return 1;
}

/* core.datagram(owner, fd) -> box, or nil, message, code, errno. Takes fd, also on failure, and receives from
 * now on. */
static int l_datagram_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int fd = (int)mh_arg_integer(L, 2, "fd", 0, INT_MAX);
    struct mh_box *box = mh_box_new(L, st, DATAGRAM, 1);
    struct mh_datagram *d;
    int rc = mh_datagram_open(st->ctx, fd, &datagram_events, &d);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_datagram_receive_start(d);
    mh_box_adopt(L, box, &d->handle);
    return 1;
}

/* --- methods ------------------------------------------------------------------------------------------- */

/* The address at `index`, port behind it, when it is given. Returns its length, 0 for none, or -EINVAL. */
static int datagram_target(lua_State *L, int index, struct sockaddr_storage *out)
{
    return lua_isnoneornil(L, index) ? 0 : mh_arg_address(L, index, out);
}

/* datagram:send(bytes [, address, port]) -> true, queued; or nil, message, code, errno. queued: on_sent
 * follows. */
static int l_datagram_send(lua_State *L)
{
    struct sockaddr_storage to;
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);
    int rc = datagram_target(L, 3, &to);
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    if (!h)
        return 4;
    if (rc >= 0) {
        uv_buf_t piece = uv_buf_init((char *)bytes, (unsigned)len);
        rc = mh_datagram_send(datagram_of(h), &piece, 1, rc > 0 ? (struct sockaddr *)&to : NULL,
                              (socklen_t)rc);
    }
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushboolean(L, 1);
    lua_pushboolean(L, rc == 1);
    return 2;
}

/* datagram:connect([address, port]) -> true: to this one only; without: to nobody */
static int l_datagram_connect(lua_State *L)
{
    struct sockaddr_storage to;
    int rc = datagram_target(L, 2, &to);
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    if (!h)
        return 4;
    if (rc >= 0)
        rc = mh_datagram_connect(datagram_of(h), rc > 0 ? (struct sockaddr *)&to : NULL, (socklen_t)rc);
    return mh_result(L, rc);
}

/* datagram:address(peer) -> as mh_push_address */
static int l_datagram_address(lua_State *L)
{
    struct sockaddr_storage address;
    socklen_t len;
    bool peer = lua_toboolean(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    if (!h)
        return 4;
    int rc = mh_datagram_address(datagram_of(h), peer, &address, &len);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_push_address(L, &address, len);
    return 1;
}

static const char *const option_names[] = {
    "ttl", "multicastTTL", "multicastLoopback", "broadcast", "recvBufferSize", "sendBufferSize", NULL};

/* datagram:set(name, value) -> true; an on or off is 1 or 0 */
static int l_datagram_set(lua_State *L)
{
    int option = luaL_checkoption(L, 2, NULL, option_names);
    int value = (int)mh_arg_integer(L, 3, "value", INT_MIN, INT_MAX);
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    return h ? mh_result(L, mh_datagram_set(datagram_of(h), (enum mh_datagram_option)option, value)) : 4;
}

/* datagram:get("recvBufferSize" or "sendBufferSize") -> bytes */
static int l_datagram_get(lua_State *L)
{
    int option = luaL_checkoption(L, 2, NULL, option_names);
    luaL_argcheck(L, option == MH_DATAGRAM_RECV_BUFFER || option == MH_DATAGRAM_SEND_BUFFER, 2,
                  "only buffer sizes can be asked");
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    int value;
    if (!h)
        return 4;
    int rc = mh_datagram_get(datagram_of(h), (enum mh_datagram_option)option, &value);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushinteger(L, value);
    return 1;
}

/* datagram:multicastInterface(interface) -> true */
static int l_datagram_multicast_interface(lua_State *L)
{
    const char *interface = luaL_checkstring(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    return h ? mh_result(L, mh_datagram_multicast_interface(datagram_of(h), interface)) : 4;
}

/* datagram:membership(join, group [, interface [, source]]) -> true */
static int l_datagram_membership(lua_State *L)
{
    bool join = lua_toboolean(L, 2);
    const char *group = luaL_checkstring(L, 3);
    const char *interface = luaL_optstring(L, 4, NULL);
    const char *source = luaL_optstring(L, 5, NULL);
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    return h ? mh_result(L, mh_datagram_membership(datagram_of(h), join, group, interface, source)) : 4;
}

/* datagram:queue() -> bytes and datagrams that wait to be sent */
static int l_datagram_queue(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, DATAGRAM)->handle;
    lua_pushinteger(L, h ? (lua_Integer)datagram_of(h)->queued_bytes : 0);
    lua_pushinteger(L, h ? (lua_Integer)datagram_of(h)->queued : 0);
    return 2;
}

/* datagram:ceiling(bytes): what may wait to be sent at most, headers included */
static int l_datagram_ceiling(lua_State *L)
{
    size_t bytes = (size_t)mh_arg_integer(L, 2, "bytes", 0, (int64_t)1 << 50);
    struct mh_handle *h = mh_box_check(L, 1, DATAGRAM)->handle;
    if (h)
        datagram_of(h)->queue.ceiling = bytes;
    return 0;
}

/* datagram:fd() -> the descriptor, borrowed */
static int l_datagram_fd(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, DATAGRAM);
    if (!h)
        return 4;
    lua_pushinteger(L, datagram_of(h)->fd);
    return 1;
}

void mh_l_datagram_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {
        {"send", l_datagram_send},
        {"connect", l_datagram_connect},
        {"address", l_datagram_address},
        {"set", l_datagram_set},
        {"get", l_datagram_get},
        {"multicastInterface", l_datagram_multicast_interface},
        {"membership", l_datagram_membership},
        {"queue", l_datagram_queue},
        {"ceiling", l_datagram_ceiling},
        {"fd", l_datagram_fd},
        {NULL, NULL},
    };
    static const luaL_Reg functions[] = {
        {"datagramSocket", l_datagram_socket}, {"datagram", l_datagram_new}, {NULL, NULL}};
    mh_box_class(L, st, DATAGRAM, methods, datagram_uv);
    mh_state_register(L, st, functions);
}
