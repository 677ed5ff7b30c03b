/*
 * net/http_reply.h - writes the head of an answer: status line, fields, and what HTTP says must stand beside
 * them.
 *
 * The one place that decides how an answer's body is framed and whether its connection lives on. It refuses
 * bytes that would end a line, so no answer can be split in two, whatever its fields hold. Does no I/O.
 */
#ifndef MH_NET_HTTP_REPLY_H
#define MH_NET_HTTP_REPLY_H

#include "base/buf.h"
#include "net/http_field.h"

#include <stdint.h>
#include <time.h>

/* The Date line of the running second, so that it is written once a second and not once per answer. */
struct mh_http_date {
    time_t second;
    char line[40];
    size_t len;
};

/* Write the line of a second since 1970. */
void mh_http_date_set(struct mh_http_date *date, time_t second);

/* What the request says about its answer. */
struct mh_http_terms {
    uint8_t minor;       /* HTTP/1.minor of the request */
    bool head;           /* method HEAD: no body, whatever the fields say */
    bool keep_alive;     /* both sides would keep the connection */
    uint64_t timeout_ms; /* for Keep-Alive, in whole seconds; 0 leaves the line out */
    unsigned max;        /* requests that may still come, for Keep-Alive; 0 leaves it out */
};

/* What the application says. Texts are borrowed during the call. */
struct mh_http_answer {
    unsigned status; /* 100 to 999 */
    const char *reason;
    size_t reason_len;                  /* of reason; NULL: the usual text of the status */
    const struct mh_http_field *fields; /* in the order of the wire */
    size_t count;
    bool no_date;
    bool whole;     /* the body is all there is: body_len counts it, and Content-Length can be said */
    bool uncounted; /* but shall not be */
    bool strict;    /* a whole body that is shorter than its Content-Length is refused */
    size_t body_len;
};

/* How the body that follows is to be sent. */
struct mh_http_framing {
    bool bodyless; /* nothing may follow, whatever the application writes */
    bool chunked;
    bool keep_alive; /* the connection lives on after this answer */
    bool counted;    /* exactly `length` bytes follow */
    uint64_t length;
};

/*
 * Append the head to out. Returns 0 and tells the framing; -EINVAL for bytes that have no place in a field;
 * -EBADMSG when a Content-Length of the application's is no number or less than the length of a whole body;
 * errors of mh_buf_reserve. On error nothing was appended.
 */
int mh_http_reply_head(struct mh_buf *out, struct mh_http_date *date, const struct mh_http_terms *terms,
                       const struct mh_http_answer *answer, struct mh_http_framing *framing);

/* Append an interim answer (1xx): its fields and nothing else. Errors as above. */
int mh_http_reply_interim(struct mh_buf *out, unsigned status, const struct mh_http_field *fields,
                          size_t count);

/* The head of a chunk of len > 0 bytes, written to `to`, which has room for MH_HTTP_CHUNK_HEAD. Returns its
 * length. */
#define MH_HTTP_CHUNK_HEAD 20
size_t mh_http_chunk_head(char *to, size_t len);

/* Append the end of a chunked body, with trailer fields. Errors as above. */
int mh_http_reply_trailers(struct mh_buf *out, const struct mh_http_field *fields, size_t count);

#endif
