#include "bind/address.h"

#include "bind/args.h"
#include "net/resolve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

static void push_ip(lua_State *L, const char *family, const struct sockaddr *address, in_port_t port)
{
    char text[INET6_ADDRSTRLEN];
    uv_ip_name(address, text, sizeof text);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, text);
    lua_setfield(L, -2, "address");
    lua_pushstring(L, family);
    lua_setfield(L, -2, "family");
    lua_pushinteger(L, ntohs(port));
    lua_setfield(L, -2, "port");
}

static void push_unix(lua_State *L, const struct sockaddr_un *address, socklen_t len)
{
    size_t name =
        len > offsetof(struct sockaddr_un, sun_path) ? len - offsetof(struct sockaddr_un, sun_path) : 0;
    lua_createtable(L, 0, 2);
    lua_pushliteral(L, "unix");
    lua_setfield(L, -2, "family");
    if (name == 0)
        return;
    if (address->sun_path[0] != '\0')
        name = strnlen(address->sun_path,
                       name); /* a path ends at its zero byte, an abstract name has its length */
    lua_pushlstring(L, address->sun_path, name);
    lua_setfield(L, -2, "path");
}

void mh_push_address(lua_State *L, const struct sockaddr_storage *address, socklen_t len)
{
    switch (address->ss_family) {
    case AF_INET:
        push_ip(L, "IPv4", (const struct sockaddr *)address, ((const struct sockaddr_in *)address)->sin_port);
        break;
    case AF_INET6:
        push_ip(L, "IPv6", (const struct sockaddr *)address,
                ((const struct sockaddr_in6 *)address)->sin6_port);
        break;
    case AF_UNIX:
        push_unix(L, (const struct sockaddr_un *)address, len);
        break;
    default:
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "unknown");
        lua_setfield(L, -2, "family");
    }
}

int mh_arg_address(lua_State *L, int host, struct sockaddr_storage *out)
{
    const char *text = luaL_checkstring(L, host);
    unsigned port = (unsigned)mh_arg_integer(L, host + 1, "port", 0, 65535);
    return mh_address_parse(text, port, out);
}
