/*
 * net/http_pull.h - llhttp made to tell one thing at a time: what the parsers of requests (http_parser.h) and
 * of answers (http_response.h) share.
 *
 * llhttp calls back in the middle of its bytes. The callbacks here and in the two parsers do nothing but
 * note, stop or pause, so that their owner reads step after step from a plain loop:
 *
 *     static const llhttp_settings_t settings = {MH_HTTP_PULL_CALLBACKS, .on_body = on_body, ...};
 *     mh_http_pull_init(&p->pull, HTTP_REQUEST, &settings, keep_trailer);
 *     enum mh_http_step step = mh_http_pull(&p->pull, bytes, len, &used);
 *
 * It adds what llhttp does not do for either: a guard against folded headers (which llhttp before 9.2.1
 * unfolds, CVE-2024-27982) and a ceiling for chunk extensions. Owns nothing. Borrows the bytes of the running
 * call.
 */
#ifndef MH_NET_HTTP_PULL_H
#define MH_NET_HTTP_PULL_H

#include "base/list.h"
#include "net/http_field.h"

#include <llhttp.h>

enum mh_http_step {
    MH_HTTP_MORE, /* all bytes are used, nothing to tell */
    MH_HTTP_HEAD, /* a head is complete; so is the whole request if it has no body */
    MH_HTTP_BODY, /* a piece of body, never empty */
    MH_HTTP_END,  /* the end of a body, trailers included */
    MH_HTTP_BAD,  /* says why in `fault`; the parser takes nothing more */
};

/* What is wrong. Static texts. */
struct mh_http_fault {
    const char *code;   /* Node's: "HPE_INVALID_METHOD", "HPE_HEADER_OVERFLOW" */
    const char *reason; /* a sentence for a log */
    unsigned status; /* what a request is answered with: 400, 413, 414, 431, 503 or 505; of no meaning for an
                        answer */
};

/* Where llhttp has no name for it. */
extern const struct mh_http_fault mh_http_fault_header_bytes;
extern const struct mh_http_fault mh_http_fault_header_count;
extern const struct mh_http_fault mh_http_fault_line;
extern const struct mh_http_fault mh_http_fault_version;
extern const struct mh_http_fault mh_http_fault_encoding;

struct mh_http_pull;

/* Gather bytes of trailers, given as lines. Returns 0, or what mh_http_pull_stop returns. */
typedef int (*mh_http_keep_cb)(struct mh_http_pull *pull, const char *bytes, size_t len);

struct mh_http_pull {
    struct mh_http_fault fault; /* told with MH_HTTP_BAD */

    /* The rest is for the two parsers. */
    llhttp_t llhttp;
    mh_http_keep_cb keep;
    enum { MH_HTTP_BETWEEN, MH_HTTP_IN_HEAD, MH_HTTP_IN_BODY } part; /* set by the parser */
    enum mh_http_step step;                                          /* why llhttp paused */
    const char *bytes;                                               /* those of the running call */
    const char *head_at;    /* where in them a head begins or goes on */
    char last;              /* the byte before `bytes` */
    bool length_first;      /* the head had a Content-Length before any Transfer-Encoding */
    size_t extension_bytes; /* of the body under way, counted */
    size_t extension_most;  /* its ceiling; both are set by the parser when a body begins */
};

/* keep is called for the trailers, from inside mh_http_pull. settings is borrowed. */
void mh_http_pull_init(struct mh_http_pull *p, llhttp_type_t type, const llhttp_settings_t *settings,
                       mh_http_keep_cb keep);

/*
 * Parse up to the first callback that tells something; *used says how many of the bytes were taken, or were
 * good. Returns MH_HTTP_MORE, what was told, or MH_HTTP_BAD. After MH_HTTP_MORE in a head, the bytes from
 * head_at on belong to it; they do up to *used after MH_HTTP_HEAD.
 */
enum mh_http_step mh_http_pull(struct mh_http_pull *p, const char *bytes, size_t len, size_t *used);

/* For callbacks, to be returned: refuse what is parsed, or pause with something to tell. */
int mh_http_pull_stop(struct mh_http_pull *p, const struct mh_http_fault *fault);
int mh_http_pull_tell(struct mh_http_pull *p, enum mh_http_step step);

/* Outside of callbacks: refuse. Returns MH_HTTP_BAD. */
enum mh_http_step mh_http_pull_fail(struct mh_http_pull *p, const struct mh_http_fault *fault);

/*
 * Whether a line means to others what it means to llhttp: it ends as lines do, has a name, is no fold, and is
 * no Transfer-Encoding that llhttp takes no notice of. `end` is where mh_http_next_field left off. Returns
 * the fault, or NULL.
 */
const struct mh_http_fault *mh_http_check_field(const struct mh_http_field *f, const char *end);

/* The same of all lines, of which there are `most` at most. */
const struct mh_http_fault *mh_http_check_fields(const char *at, const char *end, unsigned most);

/* The callbacks that both parsers have. */
int mh_http_on_field(llhttp_t *llhttp, const char *at, size_t len);
int mh_http_on_field_complete(llhttp_t *llhttp);
int mh_http_on_value(llhttp_t *llhttp, const char *at, size_t len);
int mh_http_on_value_complete(llhttp_t *llhttp);
int mh_http_on_extension(llhttp_t *llhttp, const char *at, size_t len);

#define MH_HTTP_PULL_CALLBACKS                                                                  \
    .on_header_field = mh_http_on_field, .on_header_field_complete = mh_http_on_field_complete, \
    .on_header_value = mh_http_on_value, .on_header_value_complete = mh_http_on_value_complete, \
    .on_chunk_extension_name = mh_http_on_extension, .on_chunk_extension_value = mh_http_on_extension

static inline struct mh_http_pull *mh_http_pull_of(llhttp_t *llhttp)
{
    return mh_of(llhttp, struct mh_http_pull, llhttp);
}

#endif
