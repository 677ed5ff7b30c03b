/*
 * bind/l_file.c - core.file(owner, fd): reads a file or a device, for lua/moonherd/process/stdin.lua.
 *
 * The owner hears:
 *
 *     owner:on_data(bytes)
 *     owner:on_end()
 *     owner:on_error(message, code, errno, "read")
 *     owner:on_closed()
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "net/file.h"

#include <limits.h>

#define NAME "file"

static struct mh_file *file_of(struct mh_handle *h)
{
    return mh_of(h, struct mh_file, handle);
}

struct bytes {
    const char *data;
    size_t len;
};

static int push_bytes(lua_State *L, void *arg)
{
    struct bytes *bytes = arg;
    lua_pushlstring(L, bytes->data, bytes->len);
    return 1;
}

static int push_error(lua_State *L, void *arg)
{
    mh_push_failure(L, *(int *)arg);
    lua_pushliteral(L, "read");
    return 4;
}

static void file_on_data(struct mh_file *f, const char *data, size_t len)
{
    struct bytes bytes = {data, len};
    mh_box_emit(f->handle.owner, "on_data", push_bytes, &bytes);
}

static void file_on_end(struct mh_file *f)
{
    mh_box_emit(f->handle.owner, "on_end", NULL, NULL);
}

static void file_on_error(struct mh_file *f, int rc)
{
    mh_box_emit(f->handle.owner, "on_error", push_error, &rc);
}

static const struct mh_file_events file_events = {file_on_data, file_on_end, file_on_error};

/* core.file(owner, fd) -> box | nil, message, code (EINVAL: neither file nor device), errno. Borrows fd. */
static int l_file_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    int fd = (int)mh_arg_integer(L, 2, "fd", 0, INT_MAX);
    struct mh_box *box = mh_box_new(L, st, NAME, 1);
    struct mh_file *f;
    int rc = mh_file_open(st->ctx, fd, &file_events, &f);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &f->handle);
    return 1;
}

static int l_file_read_start(lua_State *L)
{
    struct mh_handle *h = mh_box_open_handle(L, 1, NAME);
    return h ? mh_result(L, mh_file_read_start(file_of(h))) : 4;
}

static int l_file_read_stop(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, NAME)->handle;
    if (h)
        mh_file_read_stop(file_of(h));
    return 0;
}

/* A read that is under way is waited for. */
static int l_file_has_ref(lua_State *L)
{
    struct mh_handle *h = mh_box_check(L, 1, NAME)->handle;
    lua_pushboolean(L, h && file_of(h)->busy);
    return 1;
}

void mh_l_file_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg methods[] = {{"readStart", l_file_read_start},
                                       {"readStop", l_file_read_stop},
                                       {"hasRef", l_file_has_ref},
                                       {NULL, NULL}};
    static const luaL_Reg functions[] = {{"file", l_file_new}, {NULL, NULL}};
    mh_box_class(L, st, NAME, methods, NULL);
    mh_state_register(L, st, functions);
}
