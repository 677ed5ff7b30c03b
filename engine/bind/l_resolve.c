/*
 * bind/l_resolve.c - core.resolve(owner, host [, family [, flags]]), for lua/moonherd/net/resolve.lua.
 *
 * The owner hears owner:on_resolved(list) with a list of { address =, family = 4 | 6 }, or
 * owner:on_resolved(nil, message, code, errno); nothing if it closes the request before.
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "net/resolve.h"

#include <limits.h>
#include <netinet/in.h>

#define RESOLVE "resolve"

struct answer {
    int rc;
    const struct addrinfo *found;
};

static int push_answer(lua_State *L, void *arg)
{
    struct answer *answer = arg;
    if (answer->rc < 0)
        return mh_fail(L, answer->rc);
    lua_newtable(L);
    int count = 0;
    for (const struct addrinfo *a = answer->found; a; a = a->ai_next) {
        char text[INET6_ADDRSTRLEN];
        if (uv_ip_name(a->ai_addr, text, sizeof text) != 0)
            continue;
        lua_createtable(L, 0, 2);
        lua_pushstring(L, text);
        lua_setfield(L, -2, "address");
        lua_pushinteger(L, a->ai_family == AF_INET ? 4 : 6);
        lua_setfield(L, -2, "family");
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

static void resolve_done(struct mh_resolve *r, int rc, const struct addrinfo *found)
{
    struct answer answer = {rc, found};
    mh_box_emit(r->handle.owner, "on_resolved", push_answer, &answer);
}

/* core.resolve(owner, host [, 4 or 6 [, flags]]) -> box, or nil, message, code, errno. The flags' values are
 * in core.resolveFlags. */
static int l_resolve_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    const char *host = luaL_checkstring(L, 2);
    int64_t version = lua_isnoneornil(L, 3) ? 0 : mh_arg_integer(L, 3, "family", 0, 6);
    int flags = lua_isnoneornil(L, 4) ? 0 : (int)mh_arg_integer(L, 4, "flags", 0, INT_MAX);
    int family = version == 4 ? AF_INET : version == 6 ? AF_INET6 : AF_UNSPEC;
    struct mh_box *box = mh_box_new(L, st, RESOLVE, 1);
    struct mh_resolve *r;
    int rc = mh_resolve_open(st->ctx, host, family, flags, resolve_done, &r);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &r->handle);
    return 1;
}

/* Stack: ..., core -> the same: core.resolveFlags, by Node's names. */
static void resolve_push_flags(lua_State *L)
{
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, AI_ADDRCONFIG);
    lua_setfield(L, -2, "ADDRCONFIG");
    lua_pushinteger(L, AI_ALL);
    lua_setfield(L, -2, "ALL");
    lua_pushinteger(L, AI_V4MAPPED);
    lua_setfield(L, -2, "V4MAPPED");
    lua_setfield(L, -2, "resolveFlags");
}

void mh_l_resolve_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {{NULL, NULL}};
    static const luaL_Reg functions[] = {{"resolve", l_resolve_new}, {NULL, NULL}};
    mh_box_class(L, st, RESOLVE, methods, NULL);
    mh_state_register(L, st, functions);
    resolve_push_flags(L);
}
