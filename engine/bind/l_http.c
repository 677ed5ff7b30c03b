/*
 * bind/l_http.c - core.http(owner, server, fd): connections of an HTTP server, for lua/moonherd/http/.
 *
 * The owner of a connection hears:
 *
 *     owner:on_request(method, url, fields, flags) a request; fields: its header lines, for core.httpHeaders
 *
 *     owner:on_body(bytes)                         a piece of its body
 *
 *     owner:on_received([trailers])                the end of its body
 *
 *     owner:on_flushed()                           after connection:tellFlushed()
 *
 *     owner:on_bad(code, reason, status [, bytes, good])
 *                                                  no request; refuse(status) is the usual answer
 *
 *     owner:on_lost(message, code, errno)          the client is gone
 *
 *     owner:on_timeout()                           no traffic for the time that was set
 *
 *     owner:on_closed()                            the last
 *
 * One crossing into Lua per request and one out, where the answer is written whole: headers are made into
 * tables only when somebody asks for them.
 */
#include "bind/l_http.h"
#include "base/err.h"
#include "bind/address.h"
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/l_stream.h"
#include "net/http.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define HTTP "http"

/* on_request's flags, as lua/moonherd/http/connection.lua knows them. */
enum {
    REQUEST_BODY = 1,
    REQUEST_UPGRADE = 2,
    REQUEST_EXPECT = 4,          /* something that we do not know */
    REQUEST_EXPECT_CONTINUE = 8, /* 100-continue */
    REQUEST_HTTP_1_0 = 16,
};

static struct mh_http *http_of(struct mh_handle *h)
{
    return mh_of(h, struct mh_http, handle);
}

static uv_handle_t *http_uv(struct mh_handle *h)
{
    struct mh_stream *stream = http_of(h)->stream;
    return stream ? &stream->uv.handle : NULL;
}

/* --- what the owner of a connection hears ------------------------------------------------------------ */

static int push_request(lua_State *L, void *arg)
{
    const struct mh_http_parser *p = &((struct mh_http *)arg)->parser;
    int flags = (p->whole ? 0 : REQUEST_BODY) | (p->upgrade ? REQUEST_UPGRADE : 0) |
                (p->minor == 0 ? REQUEST_HTTP_1_0 : 0);
    if (p->expects)
        flags |= p->expects_continue ? REQUEST_EXPECT_CONTINUE : REQUEST_EXPECT;
    lua_pushstring(L, llhttp_method_name((llhttp_method_t)p->method));
    lua_pushlstring(L, p->url, p->url_len);
    lua_pushlstring(L, p->fields, p->fields_len);
    lua_pushinteger(L, flags);
    return 4;
}

static void http_on_request(struct mh_http *c)
{
    mh_box_emit(c->handle.owner, "on_request", push_request, c);
}

static int push_body(lua_State *L, void *arg)
{
    uv_buf_t *body = arg;
    lua_pushlstring(L, body->base, body->len);
    return 1;
}

static void http_on_body(struct mh_http *c, const char *bytes, size_t len)
{
    uv_buf_t body = {(char *)(uintptr_t)bytes, len};
    mh_box_emit(c->handle.owner, "on_body", push_body, &body);
}

static void http_on_received(struct mh_http *c)
{
    const struct mh_buf *trailers = &c->parser.trailers;
    uv_buf_t lines = {mh_buf_len(trailers) > 0 ? mh_buf_bytes(trailers) : NULL, mh_buf_len(trailers)};
    mh_box_emit(c->handle.owner, "on_received", lines.len > 0 ? push_body : NULL, &lines);
}

static void http_on_flushed(struct mh_http *c)
{
    mh_box_emit(c->handle.owner, "on_flushed", NULL, NULL);
}

static int push_fault(lua_State *L, void *arg)
{
    const struct mh_http *c = arg;
    lua_pushstring(L, c->fault.code);
    lua_pushstring(L, c->fault.reason);
    lua_pushinteger(L, (lua_Integer)c->fault.status);
    if (!c->packet)
        return 3;
    lua_pushlstring(L, c->packet, c->packet_len);
    lua_pushinteger(L, (lua_Integer)c->packet_used);
    return 5;
}

static void http_on_bad(struct mh_http *c)
{
    mh_box_emit(c->handle.owner, "on_bad", push_fault, c);
}

static int push_failure(lua_State *L, void *arg)
{
    return mh_push_failure(L, *(int *)arg);
}

static void http_on_lost(struct mh_http *c, int rc)
{
    mh_box_emit(c->handle.owner, "on_lost", push_failure, &rc);
}

static void http_on_timeout(struct mh_http *c)
{
    mh_box_emit(c->handle.owner, "on_timeout", NULL, NULL);
}

static const struct mh_http_events http_events = {
    .on_request = http_on_request,
    .on_body = http_on_body,
    .on_received = http_on_received,
    .on_flushed = http_on_flushed,
    .on_bad = http_on_bad,
    .on_lost = http_on_lost,
    .on_timeout = http_on_timeout,
};

/* --- arguments --------------------------------------------------------------------------------------- */

/*
 * The open connection of a method's first argument; NULL after pushing the failure (4 values). Every request
 * comes by here, so it compares with the class's metatable, which the methods carry, instead of looking that
 * up by name.
 */
static struct mh_http *http_arg(lua_State *L)
{
    struct mh_box *box = lua_touserdata(L, 1);
    if (!box || !lua_getmetatable(L, 1) || !lua_rawequal(L, -1, lua_upvalueindex(2))) {
        luaL_typerror(L, 1, "connection");
        return NULL;
    }
    lua_pop(L, 1);
    if (box->handle && mh_handle_is_open(box->handle))
        return http_of(box->handle);
    mh_fail(L, MH_ECLOSED);
    return NULL;
}

/* --- connections ------------------------------------------------------------------------------------- */

/*
 * core.http(owner, server, fd or stream [, shared [, unread]]) -> box, or nil, message, code, errno. Takes
 * the descriptor, also on failure, or the stream out of its box. shared: see core.stream. unread: bytes that
 * were read from the stream already.
 */
static int l_http_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_box *server = mh_box_check(L, 2, MH_L_HTTP_SERVER);
    bool is_fd = lua_type(L, 3) == LUA_TNUMBER;
    int fd = is_fd ? (int)mh_arg_integer(L, 3, "fd", 0, INT_MAX) : -1;
    bool shared = lua_toboolean(L, 4);
    size_t unread_len;
    const char *unread = luaL_optlstring(L, 5, "", &unread_len);
    struct mh_box *box = mh_box_new(L, st, HTTP, 1);
    struct mh_stream *stream = is_fd ? NULL : mh_l_stream_surrender(L, 3);
    struct mh_http *c;
    int rc = 0;
    if (is_fd) {
        rc = mh_stream_open(st->ctx, fd, NULL, &stream);
        if (rc == 0) {
            stream->shared = shared;
            mh_stream_count(stream);
            mh_stream_nodelay(stream, true);
        }
    }
    if (rc == 0)
        rc = !stream ? MH_ECLOSED : !server->handle ? MH_ECLOSED : 0;
    if (rc < 0) {
        if (stream) {
            mh_stream_close(stream);
            mh_handle_release(&stream->handle);
        }
        return mh_fail(L, rc);
    }
    rc = mh_http_open(mh_of(server->handle, struct mh_http_server, handle), stream, &http_events, &c);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &c->handle);
    if (unread_len > 0)
        mh_http_unread(c, unread, unread_len);
    return 1;
}

/*
 * connection:reply(status, reason, fields, body, flags, keep_max) -> true; or nil, message, code, errno.
 * EINVAL: bytes that have no place in a header; EBADMSG: the body is longer than its Content-Length says, or
 * shorter in a strict answer.
 */
static int l_http_reply(lua_State *L)
{
    struct mh_http_field few[MH_L_HTTP_FEW];
    int status = lua_tointeger(L, 2);
    luaL_argcheck(L, status >= 100 && status <= 999, 2, "not a status");
    int flags = (int)lua_tointeger(L, 6);
    struct mh_http_answer answer = {
        .status = (unsigned)status,
        .whole = (flags & MH_L_HTTP_WHOLE) != 0,
        .no_date = (flags & MH_L_HTTP_NO_DATE) != 0,
        .uncounted = (flags & MH_L_HTTP_UNCOUNTED) != 0,
        .strict = (flags & MH_L_HTTP_STRICT) != 0,
    };
    answer.reason = luaL_optlstring(L, 3, NULL, &answer.reason_len);
    const char *body = luaL_optlstring(L, 5, "", &answer.body_len);
    unsigned keep_max = (unsigned)lua_tointeger(L, 7);
    answer.fields = mh_l_http_fields(L, 4, few, &answer.count);
    struct mh_http *c = http_arg(L);
    return c ? mh_result(L, mh_http_answer(c, &answer, body, keep_max)) : 4;
}

/* connection:write(bytes) -> true, unsent bytes; or nil, message, code, errno */
static int l_http_write(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);
    struct mh_http *c = http_arg(L);
    if (!c)
        return 4;
    int rc = mh_http_write(c, bytes, len);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushboolean(L, 1);
    lua_pushinteger(L, (lua_Integer)mh_http_pending(c));
    return 2;
}

/* connection:finish([trailers [, strict]]) -> true; or nil, message, code, errno. EBADMSG: strict, and the
 * body is shorter than announced. */
static int l_http_finish(lua_State *L)
{
    struct mh_http_field few[MH_L_HTTP_FEW];
    size_t count;
    bool strict = lua_toboolean(L, 3);
    struct mh_http_field *fields = mh_l_http_fields(L, 2, few, &count);
    struct mh_http *c = http_arg(L);
    return c ? mh_result(L, mh_http_finish(c, fields, count, strict)) : 4;
}

/* connection:interim(status [, fields]) -> true; or nil, message, code, errno */
static int l_http_interim(lua_State *L)
{
    struct mh_http_field few[MH_L_HTTP_FEW];
    size_t count;
    int status = (int)mh_arg_integer(L, 2, "status", 100, 199);
    struct mh_http_field *fields = mh_l_http_fields(L, 3, few, &count);
    struct mh_http *c = http_arg(L);
    return c ? mh_result(L, mh_http_interim(c, (unsigned)status, fields, count)) : 4;
}

/* connection:raw(bytes) -> true; or nil, message, code, errno */
static int l_http_raw(lua_State *L)
{
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);
    struct mh_http *c = http_arg(L);
    return c ? mh_result(L, mh_http_raw(c, bytes, len)) : 4;
}

static int l_http_refuse(lua_State *L)
{
    int status = (int)mh_arg_integer(L, 2, "status", 400, 599);
    struct mh_http *c = http_arg(L);
    if (c)
        mh_http_refuse(c, (unsigned)status);
    return 0;
}

/* connection:reject(status): as refuse, for what can be read as a request */
static int l_http_reject(lua_State *L)
{
    int status = (int)mh_arg_integer(L, 2, "status", 400, 599);
    struct mh_http *c = http_arg(L);
    if (c)
        mh_http_reject(c, (unsigned)status);
    return 0;
}

/* connection:end_(): end our side when all is written, close when the client's has ended */
static int l_http_end(lua_State *L)
{
    struct mh_http *c = http_arg(L);
    if (c)
        mh_http_end(c);
    return 0;
}

/* connection:spend(): answers say that they are the last; what has come already is still told */
static int l_http_spend(lua_State *L)
{
    struct mh_http *c = http_arg(L);
    if (c)
        mh_http_spend(c);
    return 0;
}

/* connection:left() -> bytes of the body that were announced and not written yet */
static int l_http_left(lua_State *L)
{
    struct mh_http *c = http_arg(L);
    lua_pushnumber(L, c ? (lua_Number)c->body_left : 0);
    return 1;
}

static int l_http_flow(lua_State *L)
{
    bool on = lua_toboolean(L, 2);
    struct mh_http *c = http_arg(L);
    if (c)
        mh_http_flow(c, on);
    return 0;
}

static int l_http_tell_flushed(lua_State *L)
{
    struct mh_http *c = http_arg(L);
    if (c)
        mh_http_tell_flushed(c);
    return 0;
}

static int l_http_pending(lua_State *L)
{
    struct mh_http *c = http_arg(L);
    lua_pushinteger(L, c ? (lua_Integer)mh_http_pending(c) : 0);
    return 1;
}

/* connection:counts() -> bytes read, bytes written, requests; nothing when closed */
static int l_http_counts(lua_State *L)
{
    struct mh_http *c = http_arg(L);
    if (!c || !c->stream)
        return 0;
    lua_pushnumber(L, (lua_Number)c->stream->bytes_read);
    lua_pushnumber(L, (lua_Number)c->stream->bytes_written);
    lua_pushnumber(L, (lua_Number)c->requests);
    return 3;
}

static int l_http_set_timeout(lua_State *L)
{
    uint64_t ms = (uint64_t)mh_arg_integer(L, 2, "timeout", 0, INT_MAX);
    struct mh_http *c = http_arg(L);
    if (c)
        mh_http_set_timeout(c, ms);
    return 0;
}

/* connection:address(peer) -> as mh_push_address */
static int l_http_address(lua_State *L)
{
    struct sockaddr_storage address;
    socklen_t len;
    bool peer = lua_toboolean(L, 2);
    struct mh_http *c = http_arg(L);
    if (!c)
        return 4;
    int rc = c->stream ? mh_stream_address(c->stream, peer, &address, &len) : MH_ECLOSED;
    if (rc < 0)
        return mh_fail(L, rc);
    mh_push_address(L, &address, len);
    return 1;
}

static int l_http_nodelay(lua_State *L)
{
    bool on = lua_toboolean(L, 2);
    struct mh_http *c = http_arg(L);
    return c ? mh_result(L, c->stream ? mh_stream_nodelay(c->stream, on) : MH_ECLOSED) : 4;
}

/* connection:keepalive(on, delay_s) */
static int l_http_keepalive(lua_State *L)
{
    bool on = lua_toboolean(L, 2);
    unsigned delay_s = lua_isnoneornil(L, 3) ? 0 : (unsigned)mh_arg_integer(L, 3, "delay", 0, 32767);
    struct mh_http *c = http_arg(L);
    return c ? mh_result(L, c->stream ? mh_stream_keepalive(c->stream, on, delay_s) : MH_ECLOSED) : 4;
}

/* connection:reset(): close, so that a TCP peer sees a reset */
static int l_http_reset(lua_State *L)
{
    struct mh_http *c = http_arg(L);
    if (c && c->stream)
        mh_stream_reset(c->stream);
    return 0;
}

/*
 * connection:release(owner) -> stream box of that owner, bytes behind the head. Only inside on_request; the
 * connection closes itself.
 */
static int l_http_release(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    luaL_checktype(L, 2, LUA_TTABLE);
    struct mh_http *c = http_arg(L);
    if (!c)
        return 4;
    if (!c->feeding || !c->stream)
        return luaL_error(L, "connection:release: only while its request is being told");
    lua_pushlstring(L, c->packet + c->packet_used, c->packet_len - c->packet_used);
    struct mh_box *box = mh_l_stream_new(L, st, 2);
    mh_l_stream_adopt(L, box, mh_http_release(c));
    lua_insert(L, -2);
    return 2;
}

/* Give every method of the connection's class its metatable, for http_arg. */
static void http_add_methods(lua_State *L, struct mh_state *st, const luaL_Reg *methods)
{
    luaL_getmetatable(L, "moonherd." HTTP);
    lua_getfield(L, -1, "__index");
    for (const luaL_Reg *m = methods; m->name; m++) {
        lua_pushlightuserdata(L, st);
        lua_pushvalue(L, -3);
        lua_pushcclosure(L, m->func, 2);
        lua_setfield(L, -2, m->name);
    }
    lua_pop(L, 2);
}

void mh_l_http_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg none[] = {{NULL, NULL}};
    static const luaL_Reg methods[] = {
        {"reply", l_http_reply},     {"write", l_http_write},     {"finish", l_http_finish},
        {"interim", l_http_interim}, {"raw", l_http_raw},         {"refuse", l_http_refuse},
        {"reject", l_http_reject},   {"end_", l_http_end},        {"spend", l_http_spend},
        {"left", l_http_left},       {"flow", l_http_flow},       {"tellFlushed", l_http_tell_flushed},
        {"pending", l_http_pending}, {"counts", l_http_counts},   {"setTimeout", l_http_set_timeout},
        {"address", l_http_address}, {"nodelay", l_http_nodelay}, {"keepalive", l_http_keepalive},
        {"reset", l_http_reset},     {"release", l_http_release}, {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"http", l_http_new}, {NULL, NULL}};
    mh_box_class(L, st, HTTP, none, http_uv);
    http_add_methods(L, st, methods);
    mh_state_register(L, st, functions);
}
