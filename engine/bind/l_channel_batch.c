/*
 * The frames of one read on their way to the owner of a channel: in as few entries into Lua as its handlers
 * allow.
 */
#include "base/err.h"
#include "bind/box.h"
#include "bind/call.h"
#include "bind/l_channel.h"
#include "ipc/payload.h"

struct frame_batch {
    struct mh_state *state;
    struct mh_box *box;
    struct mh_frame_view *frames;
    unsigned count;
    unsigned next;
    unsigned listed; /* how often the owner may be asked to go on with the list it has; 0: it has none */
    bool no_list;    /* making one has failed */
    int rc;          /* why the peer is to be cut off */
};

static void batch_push_fds(lua_State *L, struct mh_frame_view *frame)
{
    if (frame->fd_count == 0) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, (int)frame->fd_count, 0);
    for (unsigned i = 0; i < frame->fd_count; i++) {
        lua_pushinteger(L, frame->fds[i]);
        lua_rawseti(L, -2, (int)i + 1);
        frame->fds[i] = -1;
    }
}

/* A frame goes to its handler by itself. */
static void batch_call_one(lua_State *L, struct frame_batch *batch)
{
    struct mh_frame_view *frame = &batch->frames[batch->next++];
    batch->rc = mh_payload_check(frame->bytes, frame->len);
    if (batch->rc < 0)
        return;
    lua_getfield(L, 1, frame->type == MH_FRAME_MESSAGE ? "on_message" : "on_internal");
    lua_pushvalue(L, 1);
    lua_pushlstring(L, frame->bytes, frame->len);
    batch_push_fds(L, frame);
    lua_call(L, 3, 1);
}

/* How many of the next frames can go in one list: good messages without descriptors. */
static unsigned batch_run(const struct frame_batch *batch)
{
    unsigned end = batch->next;
    while (end < batch->count && batch->frames[end].type == MH_FRAME_MESSAGE &&
           batch->frames[end].fd_count == 0)
        end++;
    if (end - batch->next < 2)
        return 0;
    for (unsigned i = batch->next; i < end; i++) {
        if (mh_payload_check(batch->frames[i].bytes, batch->frames[i].len) < 0)
            end = i;
    }
    return end - batch->next;
}

/* A run of frames goes to the owner as a list: a loop in Lua that compiles, and one way in for all of them.
 */
static void batch_call_list(lua_State *L, struct frame_batch *batch, unsigned run)
{
    batch->no_list = true; /* unless it is made */
    lua_getfield(L, 1, "on_messages");
    lua_pushvalue(L, 1);
    lua_createtable(L, (int)run, 0);
    for (unsigned i = 0; i < run; i++) {
        const struct mh_frame_view *frame = &batch->frames[batch->next + i];
        lua_pushlstring(L, frame->bytes, frame->len);
        lua_rawseti(L, -2, (int)i + 1);
    }
    batch->no_list = false;
    batch->next += run;
    /* It gets on by a message each time, or something is wrong with it. */
    batch->listed = run - 1;
    lua_call(L, 2, 1);
}

static void batch_call_again(lua_State *L, struct frame_batch *batch)
{
    batch->listed--;
    lua_getfield(L, 1, "on_messages");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
}

static bool batch_goes_on(const struct frame_batch *batch)
{
    return (batch->next < batch->count || batch->listed > 0) && batch->rc == 0 && batch->box->handle &&
           mh_handle_is_open(batch->box->handle);
}

/*
 * One entry into Lua for as many frames as can be handed over in it: it ends early when a handler throws (the
 * rest follows in the next entry), or has queued a tick, which comes before the next message.
 */
static void batch_body(lua_State *L, void *arg)
{
    struct frame_batch *batch = arg;
    lua_settop(L, 0);
    mh_box_push_owner(L, batch->box);
    while (batch_goes_on(batch) && !batch->state->tick_pending) {
        unsigned run = batch->listed > 0 || batch->no_list ? 0 : batch_run(batch);
        if (batch->listed > 0)
            batch_call_again(L, batch);
        else if (run > 0)
            batch_call_list(L, batch, run);
        else
            batch_call_one(L, batch);
        if (lua_toboolean(L, -1))
            batch->listed = 0;
        else if (lua_isboolean(L, -1))
            batch->rc = MH_EPAYLOAD;
        lua_settop(L, 1);
    }
}

void mh_l_channel_deliver(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count)
{
    struct mh_box *box = mh_channel_handle(ch)->owner;
    if (!box)
        return;
    struct frame_batch batch = {.state = box->state, .box = box, .frames = frames, .count = count};
    while (batch_goes_on(&batch) && !box->state->muted)
        mh_call(box->state, batch_body, &batch);
    /* The peer's bytes are the peer's fault: no error of ours for them to end up in uncaughtException. */
    if (batch.rc < 0)
        mh_channel_end(ch, batch.rc);
}
