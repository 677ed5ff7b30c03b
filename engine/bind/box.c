#include "bind/box.h"

#include "base/err.h"
#include "bind/call.h"
#include "bind/fail.h"

#include <stdio.h>
#include <string.h>

#define CLASS_NAME_BYTES 64

/* Boxes are known by its address. */
static const char box_mark = 0;

static const char *box_metatable_name(char *buffer, const char *name)
{
    snprintf(buffer, CLASS_NAME_BYTES, "moonherd.%s", name);
    return buffer;
}

/* The box at index, of whatever class; NULL for anything else: a method can be called with any value as self.
 */
static struct mh_box *box_at(lua_State *L, int index)
{
    struct mh_box *box = lua_touserdata(L, index);
    bool ours = box && lua_objlen(L, index) == sizeof *box && box->mark == &box_mark;
    return ours ? box : NULL;
}

/* Anchors are reserved when a box is made: luaL_ref may need memory, and opening must not fail after the
 * fact. */
static void box_reserve_anchor(lua_State *L, struct mh_box *box)
{
    lua_pushboolean(L, 0);
    box->anchor = luaL_ref(L, LUA_REGISTRYINDEX);
}

static void box_drop_anchor(struct mh_box *box)
{
    int anchor = box->anchor;
    box->anchor = LUA_NOREF;
    if (!box->state->detached)
        luaL_unref(box->state->L, LUA_REGISTRYINDEX, anchor);
}

static int l_box_gc(lua_State *L)
{
    struct mh_box *box = lua_touserdata(L, 1);
    /* An open box is anchored, so this one is closed, never was opened, or the whole state is being torn
     * down. */
    if (box->handle) {
        struct mh_handle *h = box->handle;
        box->handle = NULL;
        mh_handle_release(h);
    }
    if (box->anchor != LUA_NOREF && !box->state->detached)
        luaL_unref(L, LUA_REGISTRYINDEX, box->anchor);
    box->anchor = LUA_NOREF;
    return 0;
}

static int l_box_close(lua_State *L)
{
    struct mh_box *box = box_at(L, 1);
    if (box && box->handle)
        mh_handle_close(box->handle);
    return 0;
}

static int l_box_is_open(lua_State *L)
{
    struct mh_box *box = box_at(L, 1);
    lua_pushboolean(L, box && box->handle && mh_handle_is_open(box->handle));
    return 1;
}

static uv_handle_t *box_uv(lua_State *L)
{
    struct mh_box *box = mh_box_check(L, 1, lua_tostring(L, lua_upvalueindex(3)));
    mh_box_uv uv = (mh_box_uv)lua_touserdata(L, lua_upvalueindex(2));
    return box->handle && mh_handle_is_open(box->handle) ? uv(box->handle) : NULL;
}

static int l_box_ref(lua_State *L)
{
    uv_handle_t *uv = box_uv(L);
    if (uv)
        uv_ref(uv);
    return 0;
}

static int l_box_unref(lua_State *L)
{
    uv_handle_t *uv = box_uv(L);
    if (uv)
        uv_unref(uv);
    return 0;
}

static int l_box_has_ref(lua_State *L)
{
    uv_handle_t *uv = box_uv(L);
    lua_pushboolean(L, uv && uv_has_ref(uv));
    return 1;
}

static void box_add_ref_methods(lua_State *L, struct mh_state *st, const char *name, mh_box_uv uv)
{
    static const luaL_Reg methods[] = {
        {"ref", l_box_ref}, {"unref", l_box_unref}, {"hasRef", l_box_has_ref}, {NULL, NULL}};
    for (const luaL_Reg *m = methods; m->name; m++) {
        lua_pushlightuserdata(L, st);
        lua_pushlightuserdata(L, (void *)uv);
        lua_pushstring(L, name);
        lua_pushcclosure(L, m->func, 3);
        lua_setfield(L, -2, m->name);
    }
}

void mh_box_class(lua_State *L, struct mh_state *st, const char *name, const luaL_Reg *methods, mh_box_uv uv)
{
    static const luaL_Reg common[] = {{"close", l_box_close}, {"isOpen", l_box_is_open}, {NULL, NULL}};
    char buffer[CLASS_NAME_BYTES];
    luaL_newmetatable(L, box_metatable_name(buffer, name));
    lua_newtable(L);
    mh_state_register(L, st, common);
    mh_state_register(L, st, methods);
    if (uv)
        box_add_ref_methods(L, st, name, uv);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, l_box_gc);
    lua_setfield(L, -2, "__gc");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pop(L, 1);
}

struct mh_box *mh_box_new(lua_State *L, struct mh_state *st, const char *name, int owner)
{
    char buffer[CLASS_NAME_BYTES];
    luaL_checktype(L, owner, LUA_TTABLE);
    struct mh_box *box = lua_newuserdata(L, sizeof *box);
    box->handle = NULL;
    box->state = st;
    box->anchor = LUA_NOREF;
    box->name = name;
    box->mark = &box_mark;
    luaL_getmetatable(L, box_metatable_name(buffer, name));
    lua_setmetatable(L, -2);
    lua_pushvalue(L, owner);
    lua_setfenv(L, -2);
    box_reserve_anchor(L, box);
    return box;
}

void mh_box_handle_closed(struct mh_handle *h)
{
    struct mh_box *box = h->owner;
    /* The handle's memory goes when this callback returns; the box must not lead to it even inside on_closed.
     */
    box->handle = NULL;
    mh_handle_release(h);
    mh_box_emit(box, "on_closed", NULL, NULL);
    box_drop_anchor(box);
}

void mh_box_adopt(lua_State *L, struct mh_box *box, struct mh_handle *handle)
{
    box->handle = handle;
    handle->owner = box;
    handle->boxed = true;
    handle->on_closed = mh_box_handle_closed;
    lua_pushvalue(L, -1);
    lua_rawseti(L, LUA_REGISTRYINDEX, box->anchor);
}

struct mh_box *mh_box_check(lua_State *L, int index, const char *name)
{
    /* Every method begins here, and luaL_checkudata is slow: it looks the class up by its name, which has to
     * be put together. It is left to say what is wrong. */
    struct mh_box *box = box_at(L, index);
    if (box && (box->name == name || strcmp(box->name, name) == 0))
        return box;
    char buffer[CLASS_NAME_BYTES];
    return luaL_checkudata(L, index, box_metatable_name(buffer, name));
}

struct mh_handle *mh_box_open_handle(lua_State *L, int index, const char *name)
{
    struct mh_box *box = mh_box_check(L, index, name);
    if (box->handle && mh_handle_is_open(box->handle))
        return box->handle;
    mh_fail(L, MH_ECLOSED);
    return NULL;
}

void mh_box_push_self(lua_State *L, struct mh_box *box)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, box->anchor);
}

void mh_box_push_owner(lua_State *L, struct mh_box *box)
{
    mh_box_push_self(L, box);
    lua_getfenv(L, -1);
    lua_remove(L, -2);
}

struct box_event {
    struct mh_box *box;
    const char *method;
    mh_box_push push;
    void *arg;
};

static void box_emit_body(lua_State *L, void *arg)
{
    struct box_event *event = arg;
    lua_rawgeti(L, LUA_REGISTRYINDEX, event->box->anchor);
    lua_getfenv(L, -1); /* box owner */
    lua_getfield(L, -1, event->method);
    if (lua_isnil(L, -1))
        return;
    lua_pushvalue(L, -2); /* box owner function owner */
    int count = event->push ? event->push(L, event->arg) : 0;
    if (count >= 0)
        lua_call(L, count + 1, 0);
}

void mh_box_emit(struct mh_box *box, const char *method, mh_box_push push, void *arg)
{
    /* A box without anchor was closed, or surrendered its handle, by an earlier callback of the same event.
     */
    if (!box || box->anchor == LUA_NOREF)
        return;
    struct box_event event = {box, method, push, arg};
    mh_call(box->state, box_emit_body, &event);
}

struct mh_handle *mh_box_surrender(struct mh_box *box)
{
    struct mh_handle *h = box->handle;
    box->handle = NULL;
    h->owner = NULL;
    h->boxed = false;
    h->on_closed = NULL;
    box_drop_anchor(box);
    return h;
}
