/*
 * net/http_parser.h - llhttp with our strictness: bytes in, one thing at a time out.
 *
 * A pull parser: the caller hands it bytes and is told of the first head, piece of body or end in them, so
 * that no callback runs inside llhttp. It adds what llhttp does not do: the limits, a guard against folded
 * headers (which llhttp before 9.2.1 unfolds, CVE-2024-27982), the rules about Host, and heads kept whole
 * over several reads.
 *
 * Does no I/O and knows no answers. Owns the bytes of a head in the making; borrows the limits.
 */
#ifndef MH_NET_HTTP_PARSER_H
#define MH_NET_HTTP_PARSER_H

#include "base/buf.h"
#include "net/http_limits.h"

#include <llhttp.h>

enum mh_http_step {
    MH_HTTP_MORE, /* all bytes are used, nothing to tell */
    MH_HTTP_HEAD, /* a head is complete; so is the whole request if it has no body */
    MH_HTTP_BODY, /* a piece of body, never empty */
    MH_HTTP_END,  /* the end of a body, trailers included */
    MH_HTTP_BAD,  /* not to be answered but with fault.status; the parser takes nothing more */
};

/* What is wrong with a request. Static texts. */
struct mh_http_fault {
    const char *code;   /* Node's: "HPE_INVALID_METHOD", "HPE_HEADER_OVERFLOW" */
    const char *reason; /* a sentence for a log */
    unsigned status;    /* 400, 413, 414, 431 or 505 */
};

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

    /* Told with MH_HTTP_BAD. */
    struct mh_http_fault fault;

    /* The rest is http_parser.c's. */
    llhttp_t llhttp;
    const struct mh_http_limits *limits;
    enum { MH_HTTP_BETWEEN, MH_HTTP_IN_HEAD, MH_HTTP_IN_BODY } part;
    enum mh_http_step step;
    struct mh_buf head;  /* the beginning of a head that came in several reads */
    const char *bytes;   /* those of the running call */
    const char *head_at; /* where in them the head goes on */
    size_t url_offset;   /* from the head's first byte */
    char last;           /* the byte before `bytes` */
    uint64_t body_bytes;
    size_t extension_bytes;
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
    return p->part != MH_HTTP_BETWEEN;
}

/*
 * Walk header or trailer lines as the parser tells them: *at advances past one line; false at the end.
 * The value has no white space around it.
 */
struct mh_http_field {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};
bool mh_http_next_field(const char **at, const char *end, struct mh_http_field *field);

/* Whether a name is `lower`, which is written in lower case, whatever the name's case. */
bool mh_http_name_is(const char *name, size_t len, const char *lower, size_t lower_len);

/* Whether a list like "keep-alive, Upgrade" has the word, in any case. */
bool mh_http_list_has(const char *list, size_t len, const char *lower, size_t lower_len);

#endif
