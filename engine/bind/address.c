#include "bind/address.h"

#include "bind/args.h"
#include "net/resolve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

unsigned mh_address_text(const struct sockaddr *address, char text[MH_ADDRESS_TEXT])
{
    uv_ip_name(address, text, MH_ADDRESS_TEXT);
    if (address->sa_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)address)->sin_port);
    const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
    size_t len = strlen(text);
    size_t room = MH_ADDRESS_TEXT - len - 1;
    /* Without its interface nobody could answer to it. */
    if (IN6_IS_ADDR_LINKLOCAL(&ip6->sin6_addr) &&
        uv_if_indextoiid(ip6->sin6_scope_id, text + len + 1, &room) == 0)
        text[len] = '%';
    return ntohs(ip6->sin6_port);
}

static void push_ip(lua_State *L, const char *family, const struct sockaddr *address)
{
    char text[MH_ADDRESS_TEXT];
    unsigned port = mh_address_text(address, text);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, text);
    lua_setfield(L, -2, "address");
    lua_pushstring(L, family);
    lua_setfield(L, -2, "family");
    lua_pushinteger(L, (lua_Integer)port);
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
        push_ip(L, "IPv4", (const struct sockaddr *)address);
        break;
    case AF_INET6:
        push_ip(L, "IPv6", (const struct sockaddr *)address);
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
