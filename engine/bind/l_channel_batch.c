/*
 * The frames of one read on their way to the owner of a channel: in as few entries into Lua as its handlers
 * allow.
 */
#include "base/err.h"
#include "bind/box.h"
#include "bind/call.h"
#include "bind/codec.h"
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

/* Pushes what is in the frame. Returns 0, or why its sender is to be cut off. */
static int batch_push_value(lua_State *L, struct frame_batch *batch, const struct mh_frame_view *frame)
{
    int rc = mh_payload_check(frame->bytes, frame->len);
    return rc < 0 ? rc : mh_codec_decode(L, batch->state, frame->bytes, frame->len);
}

/* A frame goes to its handler by itself. */
static void batch_call_one(lua_State *L, struct frame_batch *batch)
{
    struct mh_frame_view *frame = &batch->frames[batch->next++];
    lua_getfield(L, 1, frame->type == MH_FRAME_MESSAGE ? "on_message" : "on_internal");
    lua_pushvalue(L, 1);
    batch->rc = batch_push_value(L, batch, frame);
    if (batch->rc < 0)
        return;
    batch_push_fds(L, frame);
    lua_pushinteger(L, frame->len);
    lua_call(L, 4, 0);
}

/* How many of the next frames are messages without descriptors. */
static unsigned batch_run(const struct frame_batch *batch)
{
    unsigned end = batch->next;
    while (end < batch->count && batch->frames[end].type == MH_FRAME_MESSAGE &&
           batch->frames[end].fd_count == 0)
        end++;
    return end - batch->next;
}

/*
 * A run of frames goes to the owner as a list: a loop in Lua that compiles, and one way in for all of them.
 * It ends before a frame that is no message; that one is looked at again, by itself. Returns whether there
 * was a list.
 */
static bool batch_call_list(lua_State *L, struct frame_batch *batch)
{
    unsigned run = batch->no_list ? 0 : batch_run(batch);
    unsigned count = 0;
    size_t bytes = 0;
    if (run < 2)
        return false;
    batch->no_list = true; /* unless it is made */
    lua_getfield(L, 1, "on_messages");
    lua_pushvalue(L, 1);
    lua_createtable(L, (int)run, 0);
    for (; count < run; count++) {
        const struct mh_frame_view *frame = &batch->frames[batch->next + count];
        if (batch_push_value(L, batch, frame) < 0)
            break;
        lua_rawseti(L, 4, (int)count + 1);
        bytes += frame->len;
    }
    lua_settop(L, 4);
    batch->no_list = count < run;
    if (count == 0)
        return false;
    batch->next += count;
    /* It gets on by a message each time, or something is wrong with it. */
    batch->listed = count - 1;
    lua_pushinteger(L, (lua_Integer)count);
    lua_pushinteger(L, (lua_Integer)bytes);
    lua_call(L, 4, 1);
    return true;
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

/* A script that cannot go on is told nothing, and what it had queued as ticks will never run. */
static bool batch_is_heard(const struct mh_state *st)
{
    return !st->muted && !st->dead;
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
        if (batch->listed > 0)
            batch_call_again(L, batch);
        else if (!batch_call_list(L, batch)) {
            lua_settop(L, 1);
            batch_call_one(L, batch);
        }
        /* True: the owner is through its list. */
        if (lua_toboolean(L, 2))
            batch->listed = 0;
        lua_settop(L, 1);
    }
}

void mh_l_channel_deliver(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count)
{
    struct mh_box *box = mh_channel_handle(ch)->owner;
    if (!box)
        return;
    struct frame_batch batch = {.state = box->state, .box = box, .frames = frames, .count = count};
    while (batch_goes_on(&batch) && batch_is_heard(box->state))
        mh_call(box->state, batch_body, &batch);
    /* The peer's bytes are the peer's fault: no error of ours for them to end up in uncaughtException. */
    if (batch.rc < 0)
        mh_channel_end(ch, batch.rc);
}
