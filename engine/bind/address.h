/*
 * bind/address.h - socket addresses as Lua sees them.
 */
#ifndef MH_BIND_ADDRESS_H
#define MH_BIND_ADDRESS_H

#include <lua.h>
#include <sys/socket.h>

/*
 * Push { address =, family = "IPv4" | "IPv6", port = }; for a UNIX socket { family = "unix", path = } without
 * path when it has no name; { family = "unknown" } for any other.
 */
void mh_push_address(lua_State *L, const struct sockaddr_storage *address, socklen_t len);

#define MH_ADDRESS_TEXT 64

/* The numeric address as text, a link-local one with its interface ("fe80::1%eth0"); the port of it. IPv4 or
 * IPv6 only. */
unsigned mh_address_text(const struct sockaddr *address, char text[MH_ADDRESS_TEXT]);

/*
 * The numeric address at stack index `host` and the port behind it, as a sockaddr. Raises when either is of
 * the wrong type. Returns its length, or -EINVAL when the text is no numeric address.
 */
int mh_arg_address(lua_State *L, int host, struct sockaddr_storage *out);

#endif
