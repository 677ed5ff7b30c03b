/*
 * bind/l_child.c - core.child(owner, channel, page_fd) and core.serve(owner, child, share), for
 * lua/moonherd/cluster/child.lua.
 *
 *     owner:on_accept(fd)    core.serve: a connection that this worker has claimed
 */
#include "bind/args.h"
#include "bind/box.h"
#include "bind/core.h"
#include "bind/fail.h"
#include "bind/l_channel.h"
#include "child/child.h"

#include <limits.h>

#define CHILD  "child"
#define SERVER "server"

/* The page leads to marks in this engine's state, so that the one door into Lua can set them without a call.
 */
static void child_bind_page(struct mh_state *st, struct mh_health *page)
{
    st->busy_since_ms = page ? &page->busy_since_ms : NULL;
    st->turns = page ? &page->turns : NULL;
}

static void child_beat(struct mh_child *child)
{
    struct mh_box *box = child->handle.owner;
    if (!box)
        return;
    child->page->lua_bytes = (uint64_t)lua_gc(box->state->L, LUA_GCCOUNT, 0) * 1024;
}

static const struct mh_child_events child_events = {child_beat};

static void child_closed(struct mh_handle *h)
{
    struct mh_box *box = h->owner;
    child_bind_page(box->state, NULL);
    mh_box_handle_closed(h);
}

/* core.child(owner, channel, page_fd) -> box | nil, message, code, errno. Takes page_fd. */
static int l_child_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_channel *channel = mh_l_channel_check(L, 2);
    int page_fd = (int)mh_arg_integer(L, 3, "page descriptor", 0, INT_MAX);
    struct mh_box *box = mh_box_new(L, st, CHILD, 1);
    struct mh_child *child;
    int rc = mh_child_open(st->ctx, channel, page_fd, &child_events, &child);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &child->handle);
    child->handle.on_closed = child_closed;
    child_bind_page(st, child->page);
    return 1;
}

static int server_push_fd(lua_State *L, void *arg)
{
    int *fd = arg;
    lua_pushinteger(L, *fd);
    *fd = -1; /* the owner's now */
    return 1;
}

static void server_accepted(struct mh_child_server *server, int fd)
{
    struct mh_ctx *ctx = server->handle.ctx;
    mh_box_emit(server->handle.owner, "on_accept", server_push_fd, &fd);
    mh_ctx_close_fd(ctx, fd); /* nobody was there to take it */
}

/* core.serve(owner, child, share) -> box | nil, message, code, errno */
static int l_server_new(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    uint32_t share = (uint32_t)mh_arg_integer(L, 3, "share", 0, UINT32_MAX);
    struct mh_box *box = mh_box_new(L, st, SERVER, 1);
    struct mh_handle *h = mh_box_open_handle(L, 2, CHILD);
    if (!h)
        return 4;
    struct mh_child_server *server;
    int rc = mh_child_serve(mh_of(h, struct mh_child, handle), share, server_accepted, &server);
    if (rc < 0)
        return mh_fail(L, rc);
    mh_box_adopt(L, box, &server->handle);
    return 1;
}

/* server:refuse(boolean): while true, connections go to other workers */
static int l_server_refuse(lua_State *L)
{
    bool refusing = lua_toboolean(L, 2);
    struct mh_handle *h = mh_box_open_handle(L, 1, SERVER);
    if (!h)
        return 4;
    mh_of(h, struct mh_child_server, handle)->refusing = refusing;
    return 0;
}

static uv_handle_t *server_uv(struct mh_handle *h)
{
    return (uv_handle_t *)&mh_of(h, struct mh_child_server, handle)->keep;
}

/*
 * core.followParent(channel): have the host end this process soon after the one at the other end of the
 * channel is gone, even when it never again looks at its loop; where the host does that.
 */
static int l_child_follow_parent(lua_State *L)
{
    struct mh_state *st = mh_state_of(L);
    struct mh_channel *channel = mh_l_channel_check(L, 1);
    if (st->host.follow_parent)
        st->host.follow_parent(st->host.userdata, mh_channel_fd(channel));
    return 0;
}

void mh_l_child_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg child[] = {{NULL, NULL}};
    static const luaL_Reg server[] = {{"refuse", l_server_refuse}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"child", l_child_new},
                                         {"serve", l_server_new},
                                         {"followParent", l_child_follow_parent},
                                         {NULL, NULL}};
    mh_box_class(L, st, CHILD, child, NULL);
    mh_box_class(L, st, SERVER, server, server_uv);
    mh_state_register(L, st, functions);
}
