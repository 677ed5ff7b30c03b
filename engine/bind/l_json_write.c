/*
 * JSON text from Lua values. Our own and not jansson's: there it would take a tree of its own per value, and
 * its numbers read 0.10000000000000001.
 */
#include "bind/args.h"
#include "bind/l_json.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 512
#define LUA_TCDATA  10 /* LuaJIT's type for FFI values; in none of its headers */

/* Stack slots of the encoder. Its text is a userdata, so that an error on the way leaves nothing behind. */
enum { SLOT_VALUE = 1, SLOT_OPTIONS, SLOT_HELPERS, SLOT_TEXT, SLOT_PATH };

struct writer {
    lua_State *L;
    char *text; /* the userdata at SLOT_TEXT */
    size_t len;
    size_t size;
    int depth;
    int max_depth;
    int indent; /* spaces per level; 0: all on one line */
    bool sort;
    const void **open; /* the tables we are inside of, max_depth at most */
};

/* The path of keys ends where we are; what stands behind is from earlier values. */
static int write_error(struct writer *w, const char *complaint)
{
    lua_pushinteger(w->L, w->depth);
    lua_setfield(w->L, SLOT_PATH, "n");
    return luaL_error(w->L, "%s", complaint);
}

static char *writer_room(struct writer *w, size_t room)
{
    if (w->size - w->len < room) {
        size_t size = w->size * 2 > w->len + room ? w->size * 2 : w->len + room;
        char *bigger = lua_newuserdata(w->L, size);
        memcpy(bigger, w->text, w->len);
        lua_replace(w->L, SLOT_TEXT);
        w->text = bigger;
        w->size = size;
    }
    return w->text + w->len;
}

static void write_bytes(struct writer *w, const char *bytes, size_t len)
{
    memcpy(writer_room(w, len), bytes, len);
    w->len += len;
}

static void write_char(struct writer *w, char c)
{
    *writer_room(w, 1) = c;
    w->len++;
}

static void write_line_break(struct writer *w)
{
    if (w->indent == 0)
        return;
    size_t spaces = (size_t)w->indent * (size_t)w->depth;
    char *at = writer_room(w, spaces + 1);
    at[0] = '\n';
    memset(at + 1, ' ', spaces);
    w->len += spaces + 1;
}

/* Bytes of the UTF-8 sequence at s, 0 if it is none (overlong, surrogate and too large ones included). */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    size_t len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (left < len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
        (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return len;
}

static void write_escape(struct writer *w, unsigned char c)
{
    static const char short_escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *e = short_escapes; *e; e += 2) {
        if ((unsigned char)e[0] == c) {
            write_char(w, '\\');
            write_char(w, e[1]);
            return;
        }
    }
    char text[8];
    write_bytes(w, text, (size_t)snprintf(text, sizeof text, "\\u%04x", c));
}

static void write_string(struct writer *w, const char *bytes, size_t len)
{
    const unsigned char *s = (const unsigned char *)bytes;
    size_t from = 0;
    write_char(w, '"');
    for (size_t i = 0; i < len;) {
        if (s[i] >= 0x80) {
            size_t sequence = utf8_sequence(s + i, len - i);
            if (sequence == 0) {
                char complaint[160];
                snprintf(
                    complaint, sizeof complaint,
                    "a string that is not valid UTF-8 (byte %zu of %zu); encode binary data as base64, say",
                    i + 1, len);
                write_error(w, complaint);
            }
            i += sequence;
        } else if (s[i] < 0x20 || s[i] == '"' || s[i] == '\\') {
            write_bytes(w, bytes + from, i - from);
            write_escape(w, s[i]);
            from = ++i;
        } else {
            i++;
        }
    }
    write_bytes(w, bytes + from, len - from);
    write_char(w, '"');
}

/* A text of 15 digits at most that reads back as the same number, else of more; whole numbers without
 * fraction or exponent. */
static void write_number(struct writer *w, double value)
{
    char text[40];
    int len = 0;
    if (isnan(value) || isinf(value)) {
        write_bytes(w, "null", 4);
        return;
    }
    if (value == floor(value) && fabs(value) < 1e15) {
        len = snprintf(text, sizeof text, "%lld", (long long)value);
    } else if (value == floor(value) && fabs(value) < 1e21) {
        len = snprintf(text, sizeof text, "%.0f", value);
    } else {
        for (int digits = 15; digits <= 17; digits++) {
            len = snprintf(text, sizeof text, "%.*g", digits, value);
            if (strtod(text, NULL) == value)
                break;
        }
    }
    /* A host may have set a locale whose decimal sign is a comma. */
    char *comma = memchr(text, ',', (size_t)len);
    if (comma)
        *comma = '.';
    write_bytes(w, text, (size_t)len);
}

static void write_value(struct writer *w);

/* helpers.is_array[metatable]: the marker of json.array. The table is at the top. */
static bool table_is_marked(lua_State *L)
{
    if (!lua_getmetatable(L, -1))
        return false;
    lua_getfield(L, SLOT_HELPERS, "array");
    bool marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

/* The table at the top: its length if it is a list (keys 1..n only), else -1. An empty one is a list only if
 * marked. */
static int list_length(lua_State *L)
{
    int len = (int)lua_objlen(L, -1);
    int count = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        double key = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
        if (key < 1 || key > len || key != floor(key)) {
            lua_pop(L, 1);
            return -1;
        }
        count++;
    }
    if (count != len) /* a list with holes */
        return -1;
    return len > 0 || table_is_marked(L) ? len : -1;
}

static void write_list(struct writer *w, int len)
{
    lua_State *L = w->L;
    write_char(w, '[');
    for (int i = 1; i <= len; i++) {
        if (i > 1)
            write_char(w, ',');
        write_line_break(w);
        lua_pushinteger(L, i);
        lua_rawseti(L, SLOT_PATH, w->depth);
        lua_rawgeti(L, -1, i);
        if (lua_type(L, -1) == LUA_TFUNCTION)
            write_bytes(w, "null", 4); /* as Node: a list keeps its places */
        else
            write_value(w);
        lua_pop(L, 1);
    }
    w->depth--;
    if (len > 0)
        write_line_break(w);
    write_char(w, ']');
}

/* Key and value are the top two; both are popped. Returns whether a member was written. */
static bool write_member(struct writer *w, bool first)
{
    lua_State *L = w->L;
    if (lua_type(L, -1) == LUA_TFUNCTION) { /* as Node: an object's functions are not data */
        lua_pop(L, 2);
        return false;
    }
    if (!first)
        write_char(w, ',');
    write_line_break(w);
    lua_pushvalue(L, -2);
    lua_rawseti(L, SLOT_PATH, w->depth);
    if (lua_type(L, -2) == LUA_TSTRING) {
        size_t len;
        const char *key = lua_tolstring(L, -2, &len);
        write_string(w, key, len);
    } else if (lua_type(L, -2) == LUA_TNUMBER) {
        write_char(w, '"');
        write_number(w, lua_tonumber(L, -2));
        write_char(w, '"');
    } else {
        char complaint[80];
        snprintf(complaint, sizeof complaint, "a %s as a key", luaL_typename(L, -2));
        write_error(w, complaint);
    }
    write_char(w, ':');
    if (w->indent > 0)
        write_char(w, ' ');
    write_value(w);
    lua_pop(L, 2);
    return true;
}

/* The table's keys in order, as a list made by helpers.keys. */
static void write_object_sorted(struct writer *w)
{
    lua_State *L = w->L;
    bool first = true;
    lua_getfield(L, SLOT_HELPERS, "keys");
    lua_pushvalue(L, -2);
    lua_call(L, 1, 1); /* table keys */
    int count = (int)lua_objlen(L, -1);
    for (int i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        lua_pushvalue(L, -1);
        lua_rawget(L, -4); /* table keys key value */
        if (write_member(w, first))
            first = false;
    }
    lua_pop(L, 1);
    w->depth--;
    if (!first)
        write_line_break(w);
}

static void write_object(struct writer *w)
{
    lua_State *L = w->L;
    write_char(w, '{');
    if (w->sort) {
        write_object_sorted(w);
    } else {
        bool first = true;
        lua_pushnil(L);
        while (lua_next(L, -2)) {
            lua_pushvalue(L, -2); /* the key stays for lua_next */
            lua_insert(L, -2);
            if (write_member(w, first))
                first = false;
        }
        w->depth--;
        if (!first)
            write_line_break(w);
    }
    write_char(w, '}');
}

static void write_table(struct writer *w)
{
    lua_State *L = w->L;
    const void *self = lua_topointer(L, -1);
    for (int i = 0; i < w->depth; i++) {
        if (w->open[i] == self)
            write_error(w, "a table that contains itself");
    }
    if (w->depth == w->max_depth) {
        char complaint[64];
        snprintf(complaint, sizeof complaint, "tables nested deeper than %d levels", w->max_depth);
        write_error(w, complaint);
    }
    luaL_checkstack(L, 12, "json.encode");
    w->open[w->depth++] = self;
    int len = list_length(L);
    if (len >= 0)
        write_list(w, len);
    else
        write_object(w);
}

/* Of the FFI's values, 64-bit integers: helpers.digits knows them. */
static void write_cdata(struct writer *w)
{
    lua_State *L = w->L;
    lua_getfield(L, SLOT_HELPERS, "digits");
    lua_pushvalue(L, -2);
    lua_call(L, 1, 1);
    size_t len;
    const char *digits = lua_tolstring(L, -1, &len);
    if (digits)
        write_bytes(w, digits, len);
    else
        write_error(w, "a cdata that is no 64-bit integer");
    lua_pop(L, 1);
}

/* The value at the top, which stays there. */
static void write_value(struct writer *w)
{
    lua_State *L = w->L;
    size_t len;
    switch (lua_type(L, -1)) {
    case LUA_TNIL:
        write_bytes(w, "null", 4);
        return;
    case LUA_TBOOLEAN:
        if (lua_toboolean(L, -1))
            write_bytes(w, "true", 4);
        else
            write_bytes(w, "false", 5);
        return;
    case LUA_TNUMBER:
        write_number(w, lua_tonumber(L, -1));
        return;
    case LUA_TSTRING: {
        const char *bytes = lua_tolstring(L, -1, &len);
        write_string(w, bytes, len);
        return;
    }
    case LUA_TTABLE:
        write_table(w);
        return;
    case LUA_TCDATA:
        write_cdata(w);
        return;
    case LUA_TLIGHTUSERDATA:
        if (!lua_touserdata(L, -1)) { /* json.null */
            write_bytes(w, "null", 4);
            return;
        }
    }
    char complaint[80];
    snprintf(complaint, sizeof complaint, "a %s", luaL_typename(L, -1));
    write_error(w, complaint);
}

int mh_l_json_encode(lua_State *L)
{
    lua_settop(L, SLOT_PATH);
    luaL_checktype(L, SLOT_HELPERS, LUA_TTABLE);
    luaL_checktype(L, SLOT_PATH, LUA_TTABLE);
    struct writer w = {.L = L, .size = FIRST_BYTES};
    w.max_depth = (int)mh_opt_integer(L, SLOT_OPTIONS, "depth", 1, MH_L_JSON_DEPTH, MH_L_JSON_DEPTH);
    w.indent = (int)mh_opt_integer(L, SLOT_OPTIONS, "indent", 0, 10, 0);
    w.sort = mh_opt_boolean(L, SLOT_OPTIONS, "sort", false);
    w.text = lua_newuserdata(L, FIRST_BYTES);
    lua_replace(L, SLOT_TEXT);
    w.open = lua_newuserdata(L, sizeof *w.open * (size_t)w.max_depth);
    lua_pushvalue(L, SLOT_VALUE);
    write_value(&w);
    lua_pushlstring(L, w.text, w.len);
    return 1;
}
