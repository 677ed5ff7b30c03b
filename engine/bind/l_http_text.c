/*
 * bind/l_http_text.c - HTTP as text, for lua/moonherd/http/: header lines into tables, names and values
 * checked, heads of answers, and the tables of statuses and methods.
 */
#include "bind/args.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/l_http.h"
#include "net/http_field.h"
#include "net/http_status.h"

#include <llhttp.h>
#include <string.h>

#define MOST_FIELDS 10000

#define HEAD_BYTES 512 /* of a head, beside its fields and its reason */

struct mh_http_field *mh_l_http_fields(lua_State *L, int index, struct mh_http_field *few, size_t *count)
{
    *count = 0;
    if (lua_isnoneornil(L, index))
        return few;
    luaL_checktype(L, index, LUA_TTABLE);
    size_t len = lua_objlen(L, index);
    luaL_argcheck(L, len % 2 == 0 && len / 2 <= MOST_FIELDS, index, "not a list of names and values");
    struct mh_http_field *fields =
        len / 2 > MH_L_HTTP_FEW ? lua_newuserdata(L, len / 2 * sizeof *fields) : few;
    for (size_t i = 0; i < len; i++) {
        lua_rawgeti(L, index, (int)i + 1);
        /* A number would be made a string that nothing holds. */
        luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, index, "names and values must be strings");
        size_t bytes;
        const char *text = lua_tolstring(L, -1, &bytes);
        struct mh_http_field *f = &fields[i / 2];
        if (i % 2 == 0)
            f->name = text, f->name_len = bytes;
        else
            f->value = text, f->value_len = bytes;
        lua_pop(L, 1);
    }
    *count = len / 2;
    return fields;
}

/* --- headers received -------------------------------------------------------------------------------- */

#define LOWER_BYTES 64

/* Push the field's name in lower case. */
static void push_lower(lua_State *L, const struct mh_http_field *f)
{
    char small[LOWER_BYTES];
    char *lower = f->name_len <= sizeof small ? small : lua_newuserdata(L, f->name_len);
    for (size_t i = 0; i < f->name_len; i++) {
        char c = f->name[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    lua_pushlstring(L, lower, f->name_len);
    if (lower != small)
        lua_remove(L, -2);
}

/* Of these, the first one counts and the others are dropped (Node's list). */
static bool is_single(const struct mh_http_field *f)
{
    static const char *const names[] = {
        "age",           "authorization", "content-length", "content-type",        "etag",
        "expires",       "from",          "host",           "if-modified-since",   "if-unmodified-since",
        "last-modified", "location",      "max-forwards",   "proxy-authorization", "referer",
        "retry-after",   "server",        "user-agent"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (mh_http_name_is(f->name, f->name_len, names[i], strlen(names[i])))
            return true;
    }
    return false;
}

/* Stack: table, name, earlier value -> table. Joins a repeated field's value to the earlier one; `all`: even
 * where only the first one counts. */
static void join_value(lua_State *L, const struct mh_http_field *f, bool all)
{
    if (!all && is_single(f)) {
        lua_pop(L, 2);
        return;
    }
    lua_pushstring(L, mh_http_name_is(f->name, f->name_len, "cookie", 6) ? "; " : ", ");
    lua_pushlstring(L, f->value, f->value_len);
    lua_concat(L, 3);
    lua_rawset(L, -3);
}

/* Stack: table, name -> table. set-cookie is always a list. */
static void add_cookie(lua_State *L, const struct mh_http_field *f)
{
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_createtable(L, 1, 0);
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_pushlstring(L, f->value, f->value_len);
    lua_rawseti(L, -2, (int)lua_objlen(L, -2) + 1);
    lua_pop(L, 2);
}

/* core.httpHeaders(fields, join_all) -> { name = value }: names in lower case, repeated ones joined as Node
 * does */
static int l_http_headers(lua_State *L)
{
    size_t len;
    const char *at = luaL_checklstring(L, 1, &len);
    const char *end = at + len;
    bool join_all = lua_toboolean(L, 2);
    struct mh_http_field f;
    lua_createtable(L, 0, 8);
    while (mh_http_next_field(&at, end, &f)) {
        push_lower(L, &f);
        if (mh_http_name_is(f.name, f.name_len, "set-cookie", 10)) {
            add_cookie(L, &f);
            continue;
        }
        lua_pushvalue(L, -1);
        lua_rawget(L, -3);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushlstring(L, f.value, f.value_len);
            lua_rawset(L, -3);
        } else {
            join_value(L, &f, join_all);
        }
    }
    return 1;
}

/* core.httpRawHeaders(fields) -> { name, value, name, value, ... } as received */
static int l_http_raw_headers(lua_State *L)
{
    size_t len;
    const char *at = luaL_checklstring(L, 1, &len);
    const char *end = at + len;
    struct mh_http_field f;
    int n = 0;
    lua_newtable(L);
    while (mh_http_next_field(&at, end, &f)) {
        lua_pushlstring(L, f.name, f.name_len);
        lua_rawseti(L, -2, ++n);
        lua_pushlstring(L, f.value, f.value_len);
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

/* core.httpIsName(text), core.httpIsValue(text) -> whether it may stand in a header */
static int l_http_is_name(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    lua_pushboolean(L, mh_http_valid_name(text, len));
    return 1;
}

static int l_http_is_value(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    lua_pushboolean(L, mh_http_valid_value(text, len));
    return 1;
}

/* core.httpStatuses() -> { [200] = "OK", ... } */
static int l_http_statuses(lua_State *L)
{
    lua_newtable(L);
    for (unsigned status = mh_http_next_status(0); status != 0; status = mh_http_next_status(status)) {
        lua_pushstring(L, mh_http_status_text(status));
        lua_rawseti(L, -2, (int)status);
    }
    return 1;
}

/* core.httpMethods() -> { "DELETE", "GET", ... } as the parser knows them */
static int l_http_methods(lua_State *L)
{
    int n = 0;
    lua_newtable(L);
#define METHOD(number, name, text) \
    lua_pushliteral(L, #text);     \
    lua_rawseti(L, -2, ++n);
    HTTP_METHOD_MAP(METHOD)
#undef METHOD
    return 1;
}

/* --- answers ----------------------------------------------------------------------------------------- */

/*
 * core.httpHead(status, reason, fields, flags, body_bytes, version_minor, is_head, keep_alive) -> head, body,
 * keeps; or nil, message, code, errno as reply. body: "none", "chunked" or "plain", which says how to send
 * it; keeps: whether the connection lives on. For an answer on a stream that is no connection of ours.
 */
static int l_http_head(lua_State *L)
{
    struct mh_http_field few[MH_L_HTTP_FEW] = {{0}};
    int flags = (int)lua_tointeger(L, 4);
    struct mh_http_answer answer = {
        .status = (unsigned)mh_arg_integer(L, 1, "status", 100, 999),
        .whole = (flags & MH_L_HTTP_WHOLE) != 0,
        .no_date = (flags & MH_L_HTTP_NO_DATE) != 0,
        .uncounted = (flags & MH_L_HTTP_UNCOUNTED) != 0,
        .strict = (flags & MH_L_HTTP_STRICT) != 0,
        .body_len = (size_t)mh_arg_integer(L, 5, "bytes", 0, (int64_t)1 << 53),
    };
    struct mh_http_terms terms = {
        .minor = (uint8_t)mh_arg_integer(L, 6, "minor", 0, 1),
        .head = lua_toboolean(L, 7),
        .keep_alive = lua_toboolean(L, 8),
    };
    answer.reason = luaL_optlstring(L, 2, NULL, &answer.reason_len);
    answer.fields = mh_l_http_fields(L, 3, few, &answer.count);
    struct mh_state *st = mh_state_of(L);
    struct mh_http_date date = {0};
    struct mh_http_framing framing;
    size_t most = HEAD_BYTES + answer.reason_len;
    for (size_t i = 0; i < answer.count; i++)
        most += answer.fields[i].name_len + answer.fields[i].value_len + 4;
    /* Nothing below may raise as long as the buffer holds memory. */
    char *head = lua_newuserdata(L, most);
    struct mh_buf out;
    mh_buf_init(&out, &st->ctx->alloc, most);
    int rc = mh_http_reply_head(&out, &date, &terms, &answer, &framing);
    if (rc < 0)
        return mh_fail(L, rc);
    size_t len = mh_buf_len(&out);
    memcpy(head, mh_buf_bytes(&out), len);
    mh_buf_free(&out);
    lua_pushlstring(L, head, len);
    lua_pushstring(L, framing.bodyless ? "none" : framing.chunked ? "chunked" : "plain");
    lua_pushboolean(L, framing.keep_alive);
    return 3;
}

void mh_l_http_text_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {
        {"httpHead", l_http_head},
        {"httpHeaders", l_http_headers},
        {"httpRawHeaders", l_http_raw_headers},
        {"httpIsName", l_http_is_name},
        {"httpIsValue", l_http_is_value},
        {"httpStatuses", l_http_statuses},
        {"httpMethods", l_http_methods},
        {NULL, NULL},
    };
    mh_state_register(L, st, functions);
}
