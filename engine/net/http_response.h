/*
 * net/http_response.h - llhttp reading responses, as strictly as http_parser.h reads requests: a client that
 * keeps its connections must never take one answer's bytes for another's.
 *
 * A pull parser with the steps of http_pull.h. Allocates nothing: heads and trailers are gathered in room
 * that the caller lends, whose size is their ceiling.
 */
#ifndef MH_NET_HTTP_RESPONSE_H
#define MH_NET_HTTP_RESPONSE_H

#include "net/http_pull.h"

#include <stdint.h>

#define MH_HTTP_RESPONSE_FIELDS     2000  /* header lines of a head, at most */
#define MH_HTTP_RESPONSE_EXTENSIONS 16384 /* bytes of chunk extensions of a body, at most */

/* What the request was that is answered: it decides where the answer ends. */
enum mh_http_asked { MH_HTTP_ASKED_ANY, MH_HTTP_ASKED_HEAD, MH_HTTP_ASKED_CONNECT };

struct mh_http_response {
    enum mh_http_asked asked; /* the caller's, to be set before each answer begins */

    /* Told with MH_HTTP_HEAD. Pointers live until the next call. */
    unsigned status; /* 100 to 999; below 200, but for 101, another head follows after MH_HTTP_END */
    uint8_t minor;
    bool keep_alive;
    bool upgrade; /* what follows is no HTTP any more; nothing is to be parsed after it */
    const char *reason;
    size_t reason_len;
    const char *fields; /* header lines as received, each ended by CR LF */
    size_t fields_len;

    /* Told with MH_HTTP_BODY. Lives as long as the bytes given. */
    const char *body;
    size_t body_len;

    /* Told with MH_HTTP_END: trailer lines, each ended by CR LF, until the next call. */
    const char *trailers;
    size_t trailers_len;

    /* Its fault is told with MH_HTTP_BAD. */
    struct mh_http_pull pull;

    /* The rest is http_response.c's. */
    char *room;
    size_t room_bytes;
    size_t room_len;
};

/* The room is borrowed, for as long as the parser lives. */
void mh_http_response_init(struct mh_http_response *p, char *room, size_t room_bytes);

/* As mh_http_parse. */
enum mh_http_step mh_http_response_parse(struct mh_http_response *p, const char *bytes, size_t len,
                                         size_t *used);

/*
 * The peer has ended its side. MH_HTTP_END: that was the end of the body; MH_HTTP_MORE: nothing was under
 * way; MH_HTTP_BAD: the answer was cut off.
 */
enum mh_http_step mh_http_response_finish(struct mh_http_response *p);

#endif
