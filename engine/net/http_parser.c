#include "net/http_parser.h"

#include <string.h>

/* Statuses as Node's where Node has one. */
static const struct mh_http_fault fault_trailers = {"HPE_HEADER_OVERFLOW", "the trailers are too large", 431};
static const struct mh_http_fault fault_url = {"HPE_URL_OVERFLOW", "the request target is too long", 414};
static const struct mh_http_fault fault_body = {"HPE_BODY_OVERFLOW", "the body is too large", 413};
static const struct mh_http_fault fault_request_line = {"HPE_UNEXPECTED_SPACE",
                                                        "more than one space in the request line", 400};
static const struct mh_http_fault fault_host_missing = {"HPE_MISSING_HOST", "HTTP/1.1 without Host", 400};
static const struct mh_http_fault fault_host_twice = {"HPE_DUPLICATE_HOST", "more than one Host", 400};
static const struct mh_http_fault fault_memory = {"HPE_INTERNAL", "not enough memory", 503};

static struct mh_http_parser *parser_of(llhttp_t *llhttp)
{
    return mh_of(mh_http_pull_of(llhttp), struct mh_http_parser, pull);
}

/* --- llhttp's callbacks, beside those of http_pull.c -----------------------------------------------------
 */

static int on_begin(llhttp_t *llhttp)
{
    struct mh_http_parser *p = parser_of(llhttp);
    p->pull.part = MH_HTTP_IN_HEAD;
    p->url_len = 0;
    mh_buf_take(&p->trailers, mh_buf_len(&p->trailers));
    return 0;
}

static int on_url(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_parser *p = parser_of(llhttp);
    if (p->url_len == 0)
        p->url_offset = mh_buf_len(&p->head) + (size_t)(at - p->pull.head_at);
    p->url_len += len;
    return p->url_len > p->limits->url_bytes ? mh_http_pull_stop(&p->pull, &fault_url) : 0;
}

static int parser_keep_trailer(struct mh_http_pull *pull, const char *bytes, size_t len)
{
    struct mh_http_parser *p = mh_of(pull, struct mh_http_parser, pull);
    if (mh_buf_len(&p->trailers) + len > p->limits->header_bytes)
        return mh_http_pull_stop(pull, &fault_trailers);
    return mh_buf_append(&p->trailers, bytes, len) < 0 ? mh_http_pull_stop(pull, &fault_memory) : 0;
}

static int on_headers_complete(llhttp_t *llhttp)
{
    struct mh_http_parser *p = parser_of(llhttp);
    if (llhttp->http_major != 1)
        return mh_http_pull_stop(&p->pull, &mh_http_fault_version);
    p->method = llhttp->method;
    p->minor = llhttp->http_minor;
    p->chunked = (llhttp->flags & F_CHUNKED) != 0;
    p->content_length = llhttp->content_length;
    p->whole = !p->chunked && p->content_length == 0;
    /* With a body of its own it is an ordinary request: where the other protocol would begin is then too
     * easily disputed. Our pauses replace llhttp's own for upgrades. */
    p->upgrade = llhttp->upgrade && (p->whole || p->method == HTTP_CONNECT);
    llhttp->upgrade = 0;
    /* HTTP/1.0 has no chunks; what says so all the same is read, and its connection ends (RFC 9112, 6.1). */
    p->keep_alive = llhttp_should_keep_alive(llhttp) && !(p->chunked && p->minor == 0);
    if (!p->chunked && p->content_length > p->limits->body_bytes)
        return mh_http_pull_stop(&p->pull, &fault_body);
    /* A bodiless request is told at its end, which is the same place, to spare a pause; but one that llhttp
     * is about to refuse for its Transfer-Encoding must get there. */
    return p->whole ? 0 : mh_http_pull_tell(&p->pull, MH_HTTP_HEAD);
}

static int on_body(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_parser *p = parser_of(llhttp);
    /* Resumed at the end of its bytes, llhttp tells what it has told already: nothing. */
    if (len == 0)
        return 0;
    p->body_bytes += len;
    if (p->body_bytes > p->limits->body_bytes)
        return mh_http_pull_stop(&p->pull, &fault_body);
    p->body = at;
    p->body_len = len;
    return mh_http_pull_tell(&p->pull, MH_HTTP_BODY);
}

static int on_message_complete(llhttp_t *llhttp)
{
    struct mh_http_pull *pull = mh_http_pull_of(llhttp);
    return mh_http_pull_tell(pull, pull->part == MH_HTTP_IN_HEAD ? MH_HTTP_HEAD : MH_HTTP_END);
}

static const llhttp_settings_t parser_settings = {
    MH_HTTP_PULL_CALLBACKS, .on_message_begin = on_begin,
    .on_url = on_url,       .on_headers_complete = on_headers_complete,
    .on_body = on_body,     .on_message_complete = on_message_complete,
};

/* --- steps -----------------------------------------------------------------------------------------------
 */

/* What can be said only of a whole head: its lines, Host, Expect. Returns the fault, or NULL. */
static const struct mh_http_fault *parser_check_fields(struct mh_http_parser *p)
{
    const char *at = p->fields;
    const char *end = at + p->fields_len;
    unsigned count = 0;
    unsigned hosts = 0;
    p->expects = false;
    p->expects_continue = false;
    struct mh_http_field f;
    while (mh_http_next_field(&at, end, &f)) {
        const struct mh_http_fault *fault = mh_http_check_field(&f, at);
        if (fault)
            return fault;
        count++;
        if (mh_http_name_is(f.name, f.name_len, "host", 4)) {
            hosts++;
        } else if (mh_http_name_is(f.name, f.name_len, "expect", 6)) {
            p->expects_continue = !p->expects && mh_http_name_is(f.value, f.value_len, "100-continue", 12);
            p->expects = true;
        }
    }
    if (at != end)
        return &mh_http_fault_line;
    if (count > p->limits->header_count)
        return &mh_http_fault_header_count;
    if (hosts > 1)
        return &fault_host_twice;
    if (hosts == 0 && p->minor == 1 && p->limits->require_host)
        return &fault_host_missing;
    return NULL;
}

/* Keep what these bytes have of a head that is not complete. */
static const struct mh_http_fault *parser_keep_head(struct mh_http_parser *p, const char *end)
{
    size_t len = (size_t)(end - p->pull.head_at);
    if (mh_buf_len(&p->head) + len > p->limits->header_bytes)
        return &mh_http_fault_header_bytes;
    return mh_buf_append(&p->head, p->pull.head_at, len) < 0 ? &fault_memory : NULL;
}

/* The head ends before `end`. */
static enum mh_http_step parser_head(struct mh_http_parser *p, const char *end)
{
    const struct mh_http_fault *fault = NULL;
    const char *head = p->pull.head_at;
    size_t len = (size_t)(end - head);
    if (mh_buf_len(&p->head) > 0) {
        fault = parser_keep_head(p, end);
        if (fault)
            return mh_http_pull_fail(&p->pull, fault);
        head = mh_buf_bytes(&p->head);
        len = mh_buf_len(&p->head);
        /* The bytes stay where they are until something is appended. */
        mh_buf_take(&p->head, len);
    } else if (len > p->limits->header_bytes) {
        return mh_http_pull_fail(&p->pull, &mh_http_fault_header_bytes);
    }
    const char *line_end = memchr(head, '\n', len);
    /* Behind the request line, and without the empty line at the end. */
    if (!line_end || (size_t)(line_end + 1 - head) > len - 2)
        return mh_http_pull_fail(&p->pull, &mh_http_fault_line);
    p->url = head + p->url_offset;
    /* llhttp passes more spaces than one, and others would cut the line elsewhere. */
    if (p->url_offset != strlen(llhttp_method_name((llhttp_method_t)p->method)) + 1 ||
        line_end != p->url + p->url_len + strlen(" HTTP/1.1\r"))
        return mh_http_pull_fail(&p->pull, &fault_request_line);
    p->fields = line_end + 1;
    p->fields_len = len - 2 - (size_t)(p->fields - head);
    fault = parser_check_fields(p);
    if (fault)
        return mh_http_pull_fail(&p->pull, fault);
    p->pull.part = p->whole ? MH_HTTP_BETWEEN : MH_HTTP_IN_BODY;
    p->body_bytes = 0;
    p->pull.extension_bytes = 0;
    p->pull.extension_most = p->limits->chunk_extension_bytes;
    return MH_HTTP_HEAD;
}

static enum mh_http_step parser_end(struct mh_http_parser *p)
{
    size_t len = mh_buf_len(&p->trailers);
    p->pull.part = MH_HTTP_BETWEEN;
    if (len == 0)
        return MH_HTTP_END;
    const char *lines = mh_buf_bytes(&p->trailers);
    const struct mh_http_fault *fault = mh_http_check_fields(lines, lines + len, p->limits->header_count);
    return fault ? mh_http_pull_fail(&p->pull, fault) : MH_HTTP_END;
}

enum mh_http_step mh_http_parse(struct mh_http_parser *p, const char *bytes, size_t len, size_t *used)
{
    enum mh_http_step step = mh_http_pull(&p->pull, bytes, len, used);
    if (step == MH_HTTP_HEAD)
        return parser_head(p, bytes + *used);
    if (step == MH_HTTP_END)
        return parser_end(p);
    if (step == MH_HTTP_MORE && p->pull.part == MH_HTTP_IN_HEAD) {
        const struct mh_http_fault *fault = parser_keep_head(p, bytes + len);
        if (fault)
            return mh_http_pull_fail(&p->pull, fault);
    }
    return step;
}

void mh_http_parser_init(struct mh_http_parser *p, struct mh_alloc *alloc,
                         const struct mh_http_limits *limits)
{
    memset(p, 0, sizeof *p);
    mh_http_pull_init(&p->pull, HTTP_REQUEST, &parser_settings, parser_keep_trailer);
    p->limits = limits;
    /* Our own checks come first, with the limits of the moment; these ceilings only stand behind them. */
    mh_buf_init(&p->head, alloc, SIZE_MAX / 4);
    mh_buf_init(&p->trailers, alloc, SIZE_MAX / 4);
}

void mh_http_parser_free(struct mh_http_parser *p)
{
    mh_buf_free(&p->head);
    mh_buf_free(&p->trailers);
}
