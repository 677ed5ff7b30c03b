/*
 * The socket under a datagram handle: how it is made, what it is bound and connected to, its options. Each is
 * a system call or two at once; the loop has no part in them.
 */
#include "net/datagram.h"
#include "net/resolve.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* --- making the socket --------------------------------------------------------------------------------- */

static int datagram_setopt(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

int mh_datagram_socket(const struct sockaddr *address, socklen_t len,
                       const struct mh_datagram_options *options)
{
    static const struct mh_datagram_options defaults;
    if (!options)
        options = &defaults;
    int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int rc = 0;
    if (options->reuse_addr)
        rc = datagram_setopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0 && options->reuse_port)
        rc = datagram_setopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (rc == 0 && address->sa_family == AF_INET6) /* the system's default varies */
        rc = datagram_setopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, options->ipv6_only);
    if (rc == 0 && bind(fd, address, len) < 0)
        rc = -errno;
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

/* --- addresses ----------------------------------------------------------------------------------------- */

/* The port lies at the same place in both families' addresses. */
_Static_assert(offsetof(struct sockaddr_in, sin_port) == offsetof(struct sockaddr_in6, sin6_port),
               "one place");

static in_port_t port_get(const struct sockaddr_storage *address)
{
    struct sockaddr_in in;
    memcpy(&in, address, sizeof in);
    return in.sin_port;
}

static void port_set(struct sockaddr_storage *address, in_port_t port)
{
    memcpy((char *)address + offsetof(struct sockaddr_in, sin_port), &port, sizeof port);
}

/*
 * No peer any more. Linux takes a port that it has chosen itself away along with the peer: have it back, as
 * others know us by it.
 */
static int datagram_disconnect(struct mh_datagram *d)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    struct sockaddr_storage before = {0};
    struct sockaddr_storage after = {0};
    socklen_t len;
    int rc = mh_datagram_address(d, false, &before, &len);
    if (rc == 0 && connect(d->fd, &nobody, sizeof nobody) < 0)
        rc = -errno;
    if (rc == 0)
        rc = mh_datagram_address(d, false, &after, &len);
    if (rc < 0 || (d->family != AF_INET && d->family != AF_INET6) || port_get(&after) != 0)
        return rc;
    port_set(&after, port_get(&before));
    return bind(d->fd, (struct sockaddr *)&after, len) < 0 ? -errno : 0;
}

int mh_datagram_connect(struct mh_datagram *d, const struct sockaddr *to, socklen_t len)
{
    if (!to)
        return datagram_disconnect(d);
    if (to->sa_family != d->family)
        return -EINVAL;
    int rc;
    do
        rc = connect(d->fd, to, len);
    while (rc < 0 && errno == EINTR);
    return rc < 0 ? -errno : 0;
}

int mh_datagram_address(const struct mh_datagram *d, bool peer, struct sockaddr_storage *out, socklen_t *len)
{
    *len = sizeof *out;
    int rc = (peer ? getpeername : getsockname)(d->fd, (struct sockaddr *)out, len);
    return rc < 0 ? -errno : 0;
}

/* --- options ------------------------------------------------------------------------------------------- */

static const struct {
    int lo;
    int hi;
    int level4; /* by family; 0: the same SOL_SOCKET option in both */
    int option4;
    int option6;
} datagram_options[] = {
    [MH_DATAGRAM_TTL] = {1, 255, IPPROTO_IP, IP_TTL, IPV6_UNICAST_HOPS},
    [MH_DATAGRAM_MULTICAST_TTL] = {0, 255, IPPROTO_IP, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS},
    [MH_DATAGRAM_MULTICAST_LOOPBACK] = {0, 1, IPPROTO_IP, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP},
    [MH_DATAGRAM_BROADCAST] = {0, 1, SOL_SOCKET, SO_BROADCAST, SO_BROADCAST},
    [MH_DATAGRAM_RECV_BUFFER] = {0, INT32_MAX, SOL_SOCKET, SO_RCVBUF, SO_RCVBUF},
    [MH_DATAGRAM_SEND_BUFFER] = {0, INT32_MAX, SOL_SOCKET, SO_SNDBUF, SO_SNDBUF},
};

int mh_datagram_set(struct mh_datagram *d, enum mh_datagram_option option, int value)
{
    if (value < datagram_options[option].lo || value > datagram_options[option].hi)
        return -EINVAL;
    int level = datagram_options[option].level4;
    if (d->family != AF_INET6 || level == SOL_SOCKET)
        return datagram_setopt(d->fd, level, datagram_options[option].option4, value);
    return datagram_setopt(d->fd, IPPROTO_IPV6, datagram_options[option].option6, value);
}

int mh_datagram_get(const struct mh_datagram *d, enum mh_datagram_option option, int *out)
{
    socklen_t len = sizeof *out;
    int name = datagram_options[option].option4;
    return getsockopt(d->fd, SOL_SOCKET, name, out, &len) < 0 ? -errno : 0;
}

/* --- multicast ----------------------------------------------------------------------------------------- */

/* The index of an IPv6 interface: what stands behind the % of "::%eth0" or "::%2". 0: the system's choice. */
static int interface_index(const char *interface, unsigned *out)
{
    struct sockaddr_storage address;
    *out = 0;
    if (!interface)
        return 0;
    if (mh_address_parse(interface, 0, &address) < 0 || address.ss_family != AF_INET6)
        return -EINVAL;
    *out = ((struct sockaddr_in6 *)&address)->sin6_scope_id;
    return 0;
}

static int parse_ip4(const char *text, struct in_addr *out)
{
    struct sockaddr_storage address;
    out->s_addr = INADDR_ANY;
    if (!text)
        return 0;
    if (mh_address_parse(text, 0, &address) < 0 || address.ss_family != AF_INET)
        return -EINVAL;
    *out = ((struct sockaddr_in *)&address)->sin_addr;
    return 0;
}

int mh_datagram_multicast_interface(struct mh_datagram *d, const char *interface)
{
    struct in_addr ip4 = {0};
    unsigned index = 0;
    int rc = d->family == AF_INET6 ? interface_index(interface, &index) : parse_ip4(interface, &ip4);
    if (rc == 0 && d->family == AF_INET6)
        rc = datagram_setopt(d->fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)index);
    else if (rc == 0 && setsockopt(d->fd, IPPROTO_IP, IP_MULTICAST_IF, &ip4, sizeof ip4) < 0)
        rc = -errno;
    return rc;
}

static int membership_ip4(int fd, bool join, const char *group, const char *interface, const char *source)
{
    struct ip_mreq_source any;
    struct ip_mreq plain;
    int rc = parse_ip4(group, &plain.imr_multiaddr);
    if (rc == 0)
        rc = parse_ip4(interface, &plain.imr_interface);
    if (rc == 0 && source)
        rc = parse_ip4(source, &any.imr_sourceaddr);
    if (rc < 0)
        return rc;
    if (source) {
        any.imr_multiaddr = plain.imr_multiaddr;
        any.imr_interface = plain.imr_interface;
        int option = join ? IP_ADD_SOURCE_MEMBERSHIP : IP_DROP_SOURCE_MEMBERSHIP;
        return setsockopt(fd, IPPROTO_IP, option, &any, sizeof any) < 0 ? -errno : 0;
    }
    int option = join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;
    return setsockopt(fd, IPPROTO_IP, option, &plain, sizeof plain) < 0 ? -errno : 0;
}

static int membership_ip6(int fd, bool join, const char *group, const char *interface, const char *source)
{
    struct group_source_req request = {0};
    int rc = interface_index(interface, &request.gsr_interface);
    if (rc < 0)
        return rc;
    if (mh_address_parse(group, 0, &request.gsr_group) < 0 || request.gsr_group.ss_family != AF_INET6)
        return -EINVAL;
    if (source) {
        if (mh_address_parse(source, 0, &request.gsr_source) < 0 || request.gsr_source.ss_family != AF_INET6)
            return -EINVAL;
        int option = join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP;
        return setsockopt(fd, IPPROTO_IPV6, option, &request, sizeof request) < 0 ? -errno : 0;
    }
    struct ipv6_mreq plain = {((struct sockaddr_in6 *)&request.gsr_group)->sin6_addr, request.gsr_interface};
    int option = join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP;
    return setsockopt(fd, IPPROTO_IPV6, option, &plain, sizeof plain) < 0 ? -errno : 0;
}

int mh_datagram_membership(struct mh_datagram *d, bool join, const char *group, const char *interface,
                           const char *source)
{
    if (d->family == AF_INET6)
        return membership_ip6(d->fd, join, group, interface, source);
    return membership_ip4(d->fd, join, group, interface, source);
}
