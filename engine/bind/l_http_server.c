/*
 * bind/l_http_server.c - core.httpServer(owner): what the connections of one HTTP server share, for
 * lua/moonherd/http/server.lua.
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/l_http.h"
#include "net/http_server.h"

#include <limits.h>
#include <string.h>

static struct mh_http_server *server_of(struct mh_handle *h)
{
    return mh_of(h, struct mh_http_server, handle);
}

/* core.httpServer(owner) -> box, or nil, message, code, errno */
static int l_server_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_box *box = mh_box_new(L, st, MH_L_HTTP_SERVER, 1);
    struct mh_http_server *server;
    int rc = mh_http_server_open(st->ctx, &server);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &server->handle);
    return 1;
}

/*
 * server:set{ maxHeaderSize =, maxUrlSize =, maxHeadersCount =, maxBodySize =, maxChunkExtensionSize =,
 * maxAhead =, highWaterMark =, headersTimeout =, requestTimeout =, keepAliveTimeout =, timeout =,
 * lingerTimeout =, requireHostHeader =, httpAllowHalfOpen = }: the keys given; times in milliseconds.
 */
static int l_server_set(lua_State *L)
{
    static const struct {
        const char *key;
        size_t offset;
        size_t size;
    } sizes[] = {
#define LIMIT(key, field) \
    {key, offsetof(struct mh_http_limits, field), sizeof(((struct mh_http_limits *)0)->field)}
        LIMIT("maxHeaderSize", header_bytes),
        LIMIT("maxUrlSize", url_bytes),
        LIMIT("maxHeadersCount", header_count),
        LIMIT("maxBodySize", body_bytes),
        LIMIT("maxChunkExtensionSize", chunk_extension_bytes),
        LIMIT("maxAhead", ahead_bytes),
        LIMIT("highWaterMark", high_water_bytes),
        LIMIT("headersTimeout", headers_timeout_ms),
        LIMIT("requestTimeout", request_timeout_ms),
        LIMIT("keepAliveTimeout", keep_alive_timeout_ms),
        LIMIT("timeout", timeout_ms),
        LIMIT("lingerTimeout", linger_ms),
#undef LIMIT
    };
    luaL_checktype(L, 2, LUA_TTABLE);
    struct mh_box *box = mh_box_check(L, 1, MH_L_HTTP_SERVER);
    struct mh_http_limits limits = MH_HTTP_LIMITS_DEFAULT;
    if (box->handle)
        limits = server_of(box->handle)->limits;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int64_t value = mh_opt_integer(L, 2, sizes[i].key, 0, (int64_t)1 << 53, -1);
        char *to = (char *)&limits + sizes[i].offset;
        if (value >= 0 && sizes[i].size == sizeof(uint64_t))
            memcpy(to, &(uint64_t){(uint64_t)value}, sizeof(uint64_t));
        else if (value >= 0)
            memcpy(to, &(unsigned){value < UINT_MAX ? (unsigned)value : UINT_MAX}, sizeof(unsigned));
    }
    limits.require_host = mh_opt_boolean(L, 2, "requireHostHeader", limits.require_host);
    limits.allow_half_open = mh_opt_boolean(L, 2, "httpAllowHalfOpen", limits.allow_half_open);
    if (box->handle) {
        server_of(box->handle)->limits = limits;
        mh_http_server_changed(server_of(box->handle));
    }
    return 0;
}

static int l_server_close_idle(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, MH_L_HTTP_SERVER)->handle;
    if (h)
        mh_http_server_close_idle(server_of(h));
    return 0;
}

static int l_server_close_all(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, MH_L_HTTP_SERVER)->handle;
    if (h)
        mh_http_server_close_all(server_of(h));
    return 0;
}

/* server:drain([quiet_ms]): see net/http_server.h */
static int l_server_drain(lua_State *L)
{
    uint64_t quiet_ms =
        lua_isnoneornil(L, 2) ? UINT64_MAX : (uint64_t)mh_arg_integer(L, 2, "quiet", 0, INT_MAX);
    struct mh_handle *h = mh_box_check(L, 1, MH_L_HTTP_SERVER)->handle;
    if (h)
        mh_http_server_drain(server_of(h), quiet_ms);
    return 0;
}

static int l_server_connections(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, MH_L_HTTP_SERVER)->handle;
    lua_pushinteger(L, h ? (lua_Integer)server_of(h)->connections : 0);
    return 1;
}

void mh_l_http_server_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {
        {"set", l_server_set},     {"closeIdle", l_server_close_idle},    {"closeAll", l_server_close_all},
        {"drain", l_server_drain}, {"connections", l_server_connections}, {NULL, NULL},
    };
    static const luaL_Reg functions[] = {{"httpServer", l_server_new}, {NULL, NULL}};
    mh_box_class(L, st, MH_L_HTTP_SERVER, methods, NULL);
    mh_state_register(L, st, functions);
}
