/*
 * net/http_parser.h - llhttp with our strictness: bytes in, one thing at a time out.
 *
 * A pull parser (http_pull.h): the caller hands it bytes and is told of the first head, piece of body or end
 * in them. It adds what llhttp does not do: the limits, the rules about Host, and heads kept whole over
 * several reads.
 *
 * Does no I/O and knows no answers. Owns the bytes of a head in the making; borrows the limits.
 */
#ifndef MH_NET_HTTP_PARSER_H
#define MH_NET_HTTP_PARSER_H

#include "base/buf.h"
#include "net/http_limits.h"
#include "net/http_pull.h"

struct mh_http_parser {
    /* Told with MH_HTTP_HEAD. Pointers live until the next call. */
    uint8_t method; /* HTTP_GET, ... */
    uint8_t minor;  /* HTTP/1.minor */
    bool keep_alive;
    bool whole;   /* no body follows */
    bool chunked; /* the body's length is not known beforehand */
    bool upgrade; /* asks for another protocol, or is CONNECT */
    bool expects;
    bool expects_continue; /* Expect: 100-continue, and nothing else expected */
    uint64_t content_length;
    const char *url;
    size_t url_len;
    const char *fields; /* header lines as received, each ended by CR LF */
    size_t fields_len;

    /* Told with MH_HTTP_BODY. Lives as long as the bytes given. */
    const char *body;
    size_t body_len;

    /* Told with MH_HTTP_END: trailer lines, each ended by CR LF, until the next head begins. */
    struct mh_buf trailers;

    /* Its fault is told with MH_HTTP_BAD. */
    struct mh_http_pull pull;

    /* The rest is http_parser.c's. */
    const struct mh_http_limits *limits;
    struct mh_buf head; /* the beginning of a head that came in several reads */
    size_t url_offset;  /* from the head's first byte */
    uint64_t body_bytes;
};

/* limits is borrowed. */
void mh_http_parser_init(struct mh_http_parser *p, struct mh_alloc *alloc,
                         const struct mh_http_limits *limits);

/* Frees what it holds; it can be initialised again. */
void mh_http_parser_free(struct mh_http_parser *p);

/*
 * Parse up to the first thing to tell; *used says how many of the bytes were taken. Call again with the rest,
 * even if that is empty, until it answers MH_HTTP_MORE. Bytes must not be NULL. Not after MH_HTTP_BAD.
 */
enum mh_http_step mh_http_parse(struct mh_http_parser *p, const char *bytes, size_t len, size_t *used);

/* Whether a request has begun and is not complete. */
static inline bool mh_http_parser_midway(const struct mh_http_parser *p)
{
    return p->pull.part != MH_HTTP_BETWEEN;
}

#endif
