#include "bind/spawn_args.h"

#include "bind/args.h"

#include <lauxlib.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

/* The string at the top of the stack as C sees it; what it belongs to keeps it alive. */
static const char *spawn_c_string(lua_State *L, const char *name)
{
    size_t len;
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "%s must be a string, got %s", name, luaL_typename(L, -1));
    const char *text = lua_tolstring(L, -1, &len);
    if (strlen(text) != len)
        luaL_error(L, "%s must not hold a zero byte", name);
    return text;
}

static const char *spawn_field(lua_State *L, int table, const char *name, const char *fallback)
{
    lua_getfield(L, table, name);
    const char *text = lua_isnil(L, -1) ? fallback : spawn_c_string(L, name);
    lua_pop(L, 1);
    return text;
}

/*
 * The list of strings in field `name` as a C array that ends in NULL, after `skip` empty places. The array is
 * left on the Lua stack, as userdata, and lives as long.
 */
static char **spawn_strings(lua_State *L, int table, const char *name, size_t skip)
{
    lua_getfield(L, table, name);
    if (!lua_isnil(L, -1) && !lua_istable(L, -1))
        luaL_error(L, "%s must be a table, got %s", name, luaL_typename(L, -1));
    size_t count = lua_istable(L, -1) ? lua_objlen(L, -1) : 0;
    const char **strings = lua_newuserdata(L, (skip + count + 1) * sizeof *strings);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, -2, (int)i + 1);
        strings[skip + i] = spawn_c_string(L, name);
        lua_pop(L, 1);
    }
    strings[skip + count] = NULL;
    lua_remove(L, -2);
    /* execve wants pointers to what it will not change. */
    return (char **)(void *)strings;
}

/* fds = { [child's number] = ours }; leaves the array on the Lua stack. */
static void spawn_fds(lua_State *L, int table, struct mh_spawn_options *o)
{
    lua_getfield(L, table, "fds");
    luaL_checktype(L, -1, LUA_TTABLE);
    unsigned count = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        count++;
    struct mh_spawn_fd *fds = lua_newuserdata(L, (count + 1) * sizeof *fds);
    lua_insert(L, -2);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        struct mh_spawn_fd *fd = &fds[o->fd_count++];
        fd->child_fd = (int)mh_arg_integer(L, -2, "fds' key", 0, INT_MAX - 1);
        fd->parent_fd = (int)mh_arg_integer(L, -1, "fds' value", 0, INT_MAX);
    }
    lua_pop(L, 1);
    o->fds = fds;
}

static bool spawn_id(lua_State *L, int table, const char *name, uint32_t *id)
{
    int64_t value = mh_opt_integer(L, table, name, 0, UINT32_MAX - 1, -1);
    *id = (uint32_t)value;
    return value >= 0;
}

void mh_spawn_args_read(lua_State *L, int table, struct mh_spawn_options *o)
{
    o->file = spawn_field(L, table, "file", NULL);
    if (!o->file)
        luaL_error(L, "file must be a string, got nil");
    o->cwd = spawn_field(L, table, "cwd", NULL);
    char **argv = spawn_strings(L, table, "args", 1);
    argv[0] = (char *)(uintptr_t)spawn_field(L, table, "argv0", o->file);
    o->argv = argv;
    o->env = spawn_strings(L, table, "env", 0);
    spawn_fds(L, table, o);
    o->detached = mh_opt_boolean(L, table, "detached", false);
    o->set_uid = spawn_id(L, table, "uid", &o->uid);
    o->set_gid = spawn_id(L, table, "gid", &o->gid);
}

void mh_push_signal_name(lua_State *L, int signum)
{
    const char *name = signum == SIGIO ? "IO" : sigabbrev_np(signum); /* glibc's is POLL, Node's this */
    if (name)
        lua_pushfstring(L, "SIG%s", name);
    else
        lua_pushfstring(L, "SIG%d", signum);
}
