/*
 * bind/l_http_response.c - core.httpResponses(header_bytes): a parser of answers, for lua/moonherd/http/. It
 * is on no loop and owns nothing but its own memory, which is Lua's.
 */
#include "bind/args.h"
#include "bind/core.h"
#include "net/http_response.h"

#include <string.h>

#define RESPONSES "moonherd.http_responses"

#define MOST_HEADER_BYTES (64 << 20)

static struct mh_http_response *responses_check(lua_State *L)
{
    return luaL_checkudata(L, 1, RESPONSES);
}

/* core.httpResponses(header_bytes) -> parser */
static int l_responses_new(lua_State *L)
{
    size_t room = (size_t)mh_arg_integer(L, 1, "bytes", 1, MOST_HEADER_BYTES);
    struct mh_http_response *p = lua_newuserdata(L, sizeof *p + room);
    mh_http_response_init(p, (char *)(p + 1), room);
    luaL_getmetatable(L, RESPONSES);
    lua_setmetatable(L, -2);
    return 1;
}

/* parser:asked("HEAD"): the method of the request whose answer comes next */
static int l_responses_asked(lua_State *L)
{
    struct mh_http_response *p = responses_check(L);
    const char *method = luaL_checkstring(L, 2);
    p->asked = strcmp(method, "HEAD") == 0      ? MH_HTTP_ASKED_HEAD
               : strcmp(method, "CONNECT") == 0 ? MH_HTTP_ASKED_CONNECT
                                                : MH_HTTP_ASKED_ANY;
    return 0;
}

static int push_step(lua_State *L, struct mh_http_response *p, enum mh_http_step step, size_t next)
{
    static const char *const names[] = {[MH_HTTP_MORE] = "more",
                                        [MH_HTTP_HEAD] = "head",
                                        [MH_HTTP_BODY] = "body",
                                        [MH_HTTP_END] = "end",
                                        [MH_HTTP_BAD] = "bad"};
    lua_pushstring(L, names[step]);
    lua_pushinteger(L, (lua_Integer)next);
    switch (step) {
    case MH_HTTP_HEAD:
        lua_pushinteger(L, (lua_Integer)p->status);
        lua_pushlstring(L, p->reason, p->reason_len);
        lua_pushlstring(L, p->fields, p->fields_len);
        lua_pushinteger(L, p->minor);
        lua_pushboolean(L, p->keep_alive);
        lua_pushboolean(L, p->upgrade);
        return 8;
    case MH_HTTP_BODY:
        lua_pushlstring(L, p->body, p->body_len);
        return 3;
    case MH_HTTP_END:
        lua_pushlstring(L, p->trailers, p->trailers_len);
        return 3;
    case MH_HTTP_BAD:
        lua_pushstring(L, p->pull.fault.code);
        lua_pushstring(L, p->pull.fault.reason);
        return 4;
    default:
        return 2;
    }
}

/*
 * parser:parse(bytes, from) -> step, next, ...: the first thing in bytes[from..], and where to go on.
 *
 *     "more", next            all is read
 *     "head", next, status, reason, fields, minor, keep_alive, upgrade
 *     "body", next, bytes
 *     "end", next, trailers
 *     "bad", next, code, reason      the parser is of no use any more
 */
static int l_responses_parse(lua_State *L)
{
    struct mh_http_response *p = responses_check(L);
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);
    size_t from = (size_t)mh_arg_integer(L, 3, "from", 1, (int64_t)len + 1) - 1;
    size_t used;
    enum mh_http_step step = mh_http_response_parse(p, bytes + from, len - from, &used);
    return push_step(L, p, step, from + used + 1);
}

/* parser:finish() -> "more", "end" or "bad", as parse: the peer has ended its side */
static int l_responses_finish(lua_State *L)
{
    struct mh_http_response *p = responses_check(L);
    return push_step(L, p, mh_http_response_finish(p), 1);
}

void mh_l_http_response_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {{"asked", l_responses_asked},
                                       {"parse", l_responses_parse},
                                       {"finish", l_responses_finish},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"httpResponses", l_responses_new}, {NULL, NULL}};
    luaL_newmetatable(L, RESPONSES);
    lua_newtable(L);
    mh_state_register(L, st, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    mh_state_register(L, st, functions);
}
