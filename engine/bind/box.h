/*
 * bind/box.h - a Lua object around a handle of the engine.
 *
 * A box is a userdata with a metatable per class and one pointer, NULL once the handle is closed. Its
 * environment table is its OWNER: the Lua object that the box serves (a Socket, a ChildProcess). The engine
 * tells the owner what happens by calling its methods, found by name through the owner's metatable:
 *
 *     owner:on_data(bytes)            -- mh_box_emit(box, "on_data", push, arg)
 *     owner:on_closed()               -- every box, once, when the handle is gone
 *
 * so there is no closure per object and no list of registry references, and cycles through the owner stay
 * collectable. While the handle is open the box sits in the registry, so that an open handle keeps its owner
 * alive.
 */
#ifndef MH_BIND_BOX_H
#define MH_BIND_BOX_H

#include "bind/state.h"
#include "loop/handle.h"

struct mh_box {
    struct mh_handle *handle; /* NULL: not open yet, or closed */
    struct mh_state *state;
    int anchor;       /* registry reference while open, else LUA_NOREF */
    const char *name; /* of its class */
    const void *mark; /* says that this userdata is a box at all */
};

/*
 * Make the class: metatable "moonherd.NAME" with the methods (each with the state as upvalue), plus the
 * methods every box has: close(), ref(), unref(), hasRef() where `uv` says how to find the uv handle,
 * isOpen(). May raise.
 */
typedef uv_handle_t *(*mh_box_uv)(struct mh_handle *h);
void mh_box_class(lua_State *L, struct mh_state *st, const char *name, const luaL_Reg *methods, mh_box_uv uv);

/* Push a new, closed box of the class. The owner is the table at `owner`; `name` is kept. May raise. */
struct mh_box *mh_box_new(lua_State *L, struct mh_state *st, const char *name, int owner);

/*
 * The box at the top of the stack takes the open handle: sets handle->owner to the box and handle->on_closed,
 * and anchors. Cannot raise (the anchor's slot was reserved by mh_box_new).
 */
void mh_box_adopt(lua_State *L, struct mh_box *box, struct mh_handle *handle);

/* What mh_box_adopt sets as on_closed; a class that has something of its own to do then sets its own, and
 * ends with this. */
void mh_box_handle_closed(struct mh_handle *handle);

/* The box of class `name` at index; raises if it is anything else. box->handle may be NULL. */
struct mh_box *mh_box_check(lua_State *L, int index, const char *name);

/* As mh_box_check, and NULL is no answer: returns the open handle, or NULL after pushing nil, message, code,
 * errno (the caller returns 4). */
struct mh_handle *mh_box_open_handle(lua_State *L, int index, const char *name);

/* Pushes the arguments of an event and returns how many; negative: there is no event after all. Runs
 * protected; may raise. */
typedef int (*mh_box_push)(lua_State *L, void *arg);

/* Call owner:method(...) through bind/call. Does nothing if the owner has no such method. push NULL: no
 * arguments. */
void mh_box_emit(struct mh_box *box, const char *method, mh_box_push push, void *arg);

/* Push an open box. */
void mh_box_push_self(lua_State *L, struct mh_box *box);

/* Push the owner of an open box. For a class that enters Lua by itself, to hand over several events at once.
 */
void mh_box_push_owner(lua_State *L, struct mh_box *box);

/*
 * Let go of the handle without closing it (it gets another owner, as when http takes over a stream's handle).
 * Returns it; the box is closed from now on. The owner pin passes to the caller. on_closed is not called.
 */
struct mh_handle *mh_box_surrender(struct mh_box *box);

#endif
