/*
 * bind/l_identity.c - users and groups of the host process, for lua/moonherd/process/identity.lua.
 */
#include "bind/args.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "proc/identity.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

#define MOST_GROUPS 65536 /* the kernel takes no more */

static const char *const which_names[] = {"uid", "euid", "gid", "egid", NULL};

/* core.id("uid" | "euid" | "gid" | "egid") -> number */
static int l_identity_get(lua_State *L)
{
    enum mh_identity which = (enum mh_identity)luaL_checkoption(L, 1, NULL, which_names);
    lua_pushnumber(L, mh_identity_get(which));
    return 1;
}

static unsigned identity_arg(lua_State *L, int arg)
{
    return (unsigned)mh_arg_integer(L, arg, "id", 0, UINT32_MAX);
}

/* core.setId(which, number) -> true | nil, message, code, errno */
static int l_identity_set(lua_State *L)
{
    enum mh_identity which = (enum mh_identity)luaL_checkoption(L, 1, NULL, which_names);
    return mh_result(L, mh_identity_set(which, identity_arg(L, 2)));
}

static int identity_push(lua_State *L, int rc, unsigned id)
{
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushnumber(L, id);
    return 1;
}

/* core.userId(name) -> number | nil, message, code (ENOENT: no such user), errno */
static int l_identity_user(lua_State *L)
{
    uid_t uid = 0;
    int rc = mh_identity_user(&mh_state_of(L)->ctx->alloc, luaL_checkstring(L, 1), &uid);
    return identity_push(L, rc, uid);
}

/* core.groupId(name) -> the same for a group */
static int l_identity_group(lua_State *L)
{
    gid_t gid = 0;
    int rc = mh_identity_group(&mh_state_of(L)->ctx->alloc, luaL_checkstring(L, 1), &gid);
    return identity_push(L, rc, gid);
}

/* core.userName(number) -> name | nil, message, code, errno */
static int l_identity_user_name(lua_State *L)
{
    char name[MH_IDENTITY_NAME_BYTES];
    int rc = mh_identity_user_name(&mh_state_of(L)->ctx->alloc, identity_arg(L, 1), name);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_pushstring(L, name);
    return 1;
}

/* core.groups() -> list of the supplementary groups | nil, message, code, errno */
static int l_identity_groups(lua_State *L)
{
    int count = getgroups(0, NULL);
    if (count < 0)
        return mh_fail(L, -errno);
    gid_t *groups = lua_newuserdata(L, ((size_t)count + 1) * sizeof *groups);
    count = getgroups(count, groups);
    if (count < 0)
        return mh_fail(L, -errno);
    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        lua_pushnumber(L, groups[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* core.setGroups(list of numbers) -> true | nil, message, code, errno */
static int l_identity_set_groups(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t count = lua_objlen(L, 1);
    luaL_argcheck(L, count <= MOST_GROUPS, 1, "too many groups");
    gid_t *groups = lua_newuserdata(L, (count + 1) * sizeof *groups);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 1, (int)i + 1);
        groups[i] = identity_arg(L, -1);
        lua_pop(L, 1);
    }
    return mh_result(L, setgroups(count, groups) == 0 ? 0 : -errno);
}

/* core.initGroups(user name, group number) -> true | nil, message, code, errno: the groups that the system
 * gives the user, and that one */
static int l_identity_init_groups(lua_State *L)
{
    const char *user = luaL_checkstring(L, 1);
    return mh_result(L, initgroups(user, identity_arg(L, 2)) == 0 ? 0 : -errno);
}

void mh_l_identity_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {{"id", l_identity_get},
                                         {"setId", l_identity_set},
                                         {"userId", l_identity_user},
                                         {"groupId", l_identity_group},
                                         {"userName", l_identity_user_name},
                                         {"groups", l_identity_groups},
                                         {"setGroups", l_identity_set_groups},
                                         {"initGroups", l_identity_init_groups},
                                         {NULL, NULL}};
    mh_state_register(L, st, functions);
}
