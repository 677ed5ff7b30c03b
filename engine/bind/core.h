/*
 * bind/core.h - moonherd.core, the C module beneath lua/moonherd: one function per class, one l_*.c per
 * class.
 */
#ifndef MH_BIND_CORE_H
#define MH_BIND_CORE_H

#include "bind/state.h"

/*
 * Each adds its constructors and functions to the module table at the top of the stack, and registers its box
 * class. Everything in the module is internal: Lua code outside lua/moonherd uses the Node-shaped modules.
 */
#define MH_CORE_PARTS(X)                                                                                    \
    X(engine) /* l_engine.c: run, stop, handlers, exit, ticks, memory limit */                              \
    X(host) /* l_host.c: facts about and acts upon the host process: pid, cwd, environment, clock, write */ \
    X(identity)      /* l_identity.c: users and groups */                                                   \
    X(resources)     /* l_resources.c: processor, memory */                                                 \
    X(json)          /* l_json.c */                                                                         \
    X(timer)         /* l_timer.c: timers and immediates */                                                 \
    X(signal)        /* l_signal.c */                                                                       \
    X(stream)        /* l_stream.c: connected sockets and pipes */                                          \
    X(listener)      /* l_listener.c: listening sockets */                                                  \
    X(file)          /* l_file.c: files and devices, read in the pool */                                    \
    X(terminal)      /* l_terminal.c: size, raw mode */                                                     \
    X(datagram)      /* l_datagram.c: UDP sockets */                                                        \
    X(resolve)       /* l_resolve.c: host names */                                                          \
    X(channel)       /* l_channel.c: channels between processes */                                          \
    X(process)       /* l_process.c: spawn, usage */                                                        \
    X(sync)          /* l_sync.c: spawnSync */                                                              \
    X(fd)            /* l_fd.c: bare descriptors for a child's stdio */                                     \
    X(worker)        /* l_worker.c: workers and shared addresses, the master's side */                      \
    X(child)         /* l_child.c: the worker's side of the same */                                         \
    X(http)          /* l_http.c: connections of an HTTP server */                                          \
    X(http_server)   /* l_http_server.c: what these share */                                                \
    X(http_text)     /* l_http_text.c: headers, heads, statuses, methods */                                 \
    X(http_response) /* l_http_response.c: answers that a client reads */

#define MH_CORE_DECLARE(part) void mh_l_##part##_open(lua_State *L, struct mh_state *st);
MH_CORE_PARTS(MH_CORE_DECLARE)
#undef MH_CORE_DECLARE

/* Push the module table. May raise. */
void mh_core_push(lua_State *L, struct mh_state *st);

#endif
