/*
 * bind/l_channel.h - for the bindings that are given a channel box: the worker's and the child's.
 */
#ifndef MH_BIND_L_CHANNEL_H
#define MH_BIND_L_CHANNEL_H

#include "ipc/channel.h"

#include <lua.h>

#define MH_L_CHANNEL "channel"

/* The open channel in the box at index; raises otherwise. */
struct mh_channel *mh_l_channel_check(lua_State *L, int index);

/* Hand frames to the owner of a channel's box, and cut the peer off for those that are no messages. */
void mh_l_channel_deliver(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count);

#endif
