/*
 * net/http_limits.h - every ceiling and clock of an HTTP/1.1 server, by name.
 *
 * One struct per server, shared by its connections and changeable while they live: a changed value counts
 * from the next time it is looked at. What a client reaches is answered with the status named here, then
 * closed.
 */
#ifndef MH_NET_HTTP_LIMITS_H
#define MH_NET_HTTP_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mh_http_limits {
    size_t header_bytes;   /* a head, from its method to its empty line, both counted: 431; trailers too */
    size_t url_bytes;      /* the request target: 414; unless told, no more than header_bytes allow */
    unsigned header_count; /* header lines of a head, or of trailers: 431 */
    uint64_t body_bytes;   /* a request's body, chunked or not: 413 */
    size_t chunk_extension_bytes; /* chunk extensions of one body: 413 */
    size_t ahead_bytes;      /* bytes read of what the client sent before its request was answered; more waits
                                in the kernel */
    size_t high_water_bytes; /* unsent bytes from which on a writer is told to wait, and no further request of
                                the same connection is taken up */

    /* Milliseconds; 0 means for ever. */
    uint64_t headers_timeout_ms;    /* from a head's first byte (or the connection's start) to its end: 408 */
    uint64_t request_timeout_ms;    /* from a head's first byte to the body's last: 408 */
    uint64_t keep_alive_timeout_ms; /* from an answer to the next request: closed without a word */
    uint64_t timeout_ms;            /* without a byte in either direction: the owner is told, who decides */
    uint64_t linger_ms;             /* from our last byte until the client ends its side */

    bool require_host;    /* 400 unless an HTTP/1.1 head has exactly one Host */
    bool allow_half_open; /* a client that ends its side is answered; else it has given up */
};

#define MH_HTTP_LIMITS_DEFAULT                                                                       \
    {                                                                                                \
        .header_bytes = 16384, .url_bytes = SIZE_MAX, .header_count = 2000, .body_bytes = 64u << 20, \
        .chunk_extension_bytes = 16384, .ahead_bytes = 65536, .high_water_bytes = 65536,             \
        .headers_timeout_ms = 60000, .request_timeout_ms = 300000, .keep_alive_timeout_ms = 5000,    \
        .timeout_ms = 0, .linger_ms = 5000, .require_host = true, .allow_half_open = false           \
    }

#endif
