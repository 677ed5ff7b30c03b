/*
 * bind/spawn_args.h - what core.spawn and core.spawnSync have in common: the table that says what to start.
 *
 *     file    program; without a slash looked for in env's PATH      cwd       where it starts; nil: here
 *     args    list of its arguments, argv[0] not among them          argv0     file unless given
 *     env     list of "NAME=value": its whole environment            detached  in a session of its own
 *     fds     { [its number] = our number }; it has no others        uid, gid  numbers
 */
#ifndef MH_BIND_SPAWN_ARGS_H
#define MH_BIND_SPAWN_ARGS_H

#include "proc/spawn.h"

#include <lua.h>

/*
 * Read the table at the absolute index `table` into zeroed options, which borrow its strings and what is left
 * on the Lua stack (three values). Raises for what is wrong.
 */
void mh_spawn_args_read(lua_State *L, int table, struct mh_spawn_options *options);

/* Push "SIGTERM"; numbers without a name (real time) as "SIG34". */
void mh_push_signal_name(lua_State *L, int signum);

#endif
