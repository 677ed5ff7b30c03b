#include "net/http_parser.h"

#include "base/list.h"

#include <string.h>

/* What is wrong, where llhttp has no name for it. Statuses as Node's where Node has one. */
static const struct mh_http_fault fault_header_bytes = {"HPE_HEADER_OVERFLOW", "the header is too large",
                                                        431};
static const struct mh_http_fault fault_header_count = {"HPE_HEADER_OVERFLOW", "too many header lines", 431};
static const struct mh_http_fault fault_trailers = {"HPE_HEADER_OVERFLOW", "the trailers are too large", 431};
static const struct mh_http_fault fault_url = {"HPE_URL_OVERFLOW", "the request target is too long", 414};
static const struct mh_http_fault fault_body = {"HPE_BODY_OVERFLOW", "the body is too large", 413};
static const struct mh_http_fault fault_extensions = {"HPE_CHUNK_EXTENSIONS_OVERFLOW",
                                                      "the chunk extensions are too large", 413};
static const struct mh_http_fault fault_request_line = {"HPE_UNEXPECTED_SPACE",
                                                        "more than one space in the request line", 400};
static const struct mh_http_fault fault_fold = {"HPE_INVALID_HEADER_TOKEN", "a folded header", 400};
static const struct mh_http_fault fault_line = {"HPE_INVALID_HEADER_TOKEN", "a malformed header line", 400};
static const struct mh_http_fault fault_host_missing = {"HPE_MISSING_HOST", "HTTP/1.1 without Host", 400};
static const struct mh_http_fault fault_host_twice = {"HPE_DUPLICATE_HOST", "more than one Host", 400};
static const struct mh_http_fault fault_encoding = {"HPE_INVALID_TRANSFER_ENCODING",
                                                    "an empty Transfer-Encoding", 400};
static const struct mh_http_fault fault_version = {"HPE_INVALID_VERSION", "neither HTTP/1.0 nor HTTP/1.1",
                                                   505};
static const struct mh_http_fault fault_memory = {"HPE_INTERNAL", "not enough memory", 503};

static struct mh_http_parser *parser_of(llhttp_t *llhttp)
{
    return mh_of(llhttp, struct mh_http_parser, llhttp);
}

static int parser_stop(struct mh_http_parser *p, const struct mh_http_fault *fault)
{
    p->fault = *fault;
    return HPE_USER;
}

static int parser_tell(struct mh_http_parser *p, enum mh_http_step step)
{
    p->step = step;
    return HPE_PAUSED;
}

/* --- llhttp's callbacks: they note, stop or pause, nothing else -------------------------------------- */

static int on_method(llhttp_t *llhttp, const char *at, size_t len)
{
    (void)len;
    struct mh_http_parser *p = parser_of(llhttp);
    if (p->part == MH_HTTP_BETWEEN) {
        p->part = MH_HTTP_IN_HEAD;
        p->head_at = at;
        p->url_len = 0;
        mh_buf_take(&p->trailers, mh_buf_len(&p->trailers));
    }
    return 0;
}

static int on_url(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_parser *p = parser_of(llhttp);
    if (p->url_len == 0)
        p->url_offset = mh_buf_len(&p->head) + (size_t)(at - p->head_at);
    p->url_len += len;
    return p->url_len > p->limits->url_bytes ? parser_stop(p, &fault_url) : 0;
}

/* The trailers are kept as lines; the head is, as it came. */
static int parser_keep_trailer(struct mh_http_parser *p, const char *bytes, size_t len)
{
    if (len == 0)
        return 0;
    if (mh_buf_len(&p->trailers) + len > p->limits->header_bytes)
        return parser_stop(p, &fault_trailers);
    return mh_buf_append(&p->trailers, bytes, len) < 0 ? parser_stop(p, &fault_memory) : 0;
}

static int on_header_field(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_parser *p = parser_of(llhttp);
    return p->part == MH_HTTP_IN_BODY ? parser_keep_trailer(p, at, len) : 0;
}

static int on_header_field_complete(llhttp_t *llhttp)
{
    struct mh_http_parser *p = parser_of(llhttp);
    return p->part == MH_HTTP_IN_BODY ? parser_keep_trailer(p, ":", 1) : 0;
}

static int on_header_value(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_parser *p = parser_of(llhttp);
    /* White space before a value is no part of it, so a value that goes on with white space behind a line's
     * end is a fold; one that merely goes on in the next read has another byte before it. */
    if (len > 0 && (at[0] == ' ' || at[0] == '\t') && (at > p->bytes ? at[-1] : p->last) == '\n')
        return parser_stop(p, &fault_fold);
    return p->part == MH_HTTP_IN_BODY ? parser_keep_trailer(p, at, len) : 0;
}

static int on_header_value_complete(llhttp_t *llhttp)
{
    struct mh_http_parser *p = parser_of(llhttp);
    return p->part == MH_HTTP_IN_BODY ? parser_keep_trailer(p, "\r\n", 2) : 0;
}

static int on_headers_complete(llhttp_t *llhttp)
{
    struct mh_http_parser *p = parser_of(llhttp);
    if (llhttp->http_major != 1)
        return parser_stop(p, &fault_version);
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
        return parser_stop(p, &fault_body);
    /* A bodiless request is told at its end, which is the same place, to spare a pause; but one that llhttp
     * is about to refuse for its Transfer-Encoding must get there. */
    return p->whole ? 0 : parser_tell(p, MH_HTTP_HEAD);
}

static int on_body(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_parser *p = parser_of(llhttp);
    /* Resumed at the end of its bytes, llhttp tells what it has told already: nothing. */
    if (len == 0)
        return 0;
    p->body_bytes += len;
    if (p->body_bytes > p->limits->body_bytes)
        return parser_stop(p, &fault_body);
    p->body = at;
    p->body_len = len;
    return parser_tell(p, MH_HTTP_BODY);
}

static int on_chunk_extension(llhttp_t *llhttp, const char *at, size_t len)
{
    (void)at;
    struct mh_http_parser *p = parser_of(llhttp);
    p->extension_bytes += len;
    return p->extension_bytes > p->limits->chunk_extension_bytes ? parser_stop(p, &fault_extensions) : 0;
}

static int on_message_complete(llhttp_t *llhttp)
{
    struct mh_http_parser *p = parser_of(llhttp);
    return parser_tell(p, p->part == MH_HTTP_IN_HEAD ? MH_HTTP_HEAD : MH_HTTP_END);
}

static const llhttp_settings_t parser_settings = {
    .on_method = on_method,
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_chunk_extension_name = on_chunk_extension,
    .on_chunk_extension_value = on_chunk_extension,
    .on_message_complete = on_message_complete,
};

/* --- header lines ------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool mh_http_next_field(const char **at, const char *end, struct mh_http_field *field)
{
    const char *line = *at;
    if (line >= end)
        return false;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    const char *colon = stop ? memchr(line, ':', (size_t)(stop - line)) : NULL;
    if (!colon)
        return false;
    const char *value = colon + 1;
    const char *tail = stop[-1] == '\r' ? stop - 1 : stop;
    while (value < tail && is_blank(*value))
        value++;
    while (tail > value && is_blank(tail[-1]))
        tail--;
    *field = (struct mh_http_field){line, (size_t)(colon - line), value, (size_t)(tail - value)};
    *at = stop + 1;
    return true;
}

static bool same_in_any_case(const char *text, const char *lower, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c != lower[i])
            return false;
    }
    return true;
}

bool mh_http_name_is(const char *name, size_t len, const char *lower, size_t lower_len)
{
    return len == lower_len && same_in_any_case(name, lower, len);
}

bool mh_http_list_has(const char *list, size_t len, const char *lower, size_t lower_len)
{
    const char *at = list;
    const char *end = list + len;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        while (at < stop && is_blank(*at))
            at++;
        const char *tail = stop;
        while (tail > at && is_blank(tail[-1]))
            tail--;
        if (mh_http_name_is(at, (size_t)(tail - at), lower, lower_len))
            return true;
        at = stop + 1;
    }
    return false;
}

/*
 * What can be said only of a whole head: its lines, Host, Expect. Reads the lines itself, so whatever it
 * would split in another way than llhttp did is refused. Returns the fault, or NULL.
 */
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
        if (at - f.name < 2 || at[-2] != '\r' || memchr(f.value, '\r', f.value_len))
            return &fault_line;
        if (f.name_len == 0 || is_blank(f.name[0]))
            return &fault_fold;
        count++;
        if (mh_http_name_is(f.name, f.name_len, "host", 4)) {
            hosts++;
        } else if (mh_http_name_is(f.name, f.name_len, "expect", 6)) {
            p->expects_continue = !p->expects && mh_http_name_is(f.value, f.value_len, "100-continue", 12);
            p->expects = true;
        } else if (f.value_len == 0 && mh_http_name_is(f.name, f.name_len, "transfer-encoding", 17)) {
            /* llhttp takes no notice of it, others may. */
            return &fault_encoding;
        }
    }
    if (at != end)
        return &fault_line;
    if (count > p->limits->header_count)
        return &fault_header_count;
    if (hosts > 1)
        return &fault_host_twice;
    if (hosts == 0 && p->minor == 1 && p->limits->require_host)
        return &fault_host_missing;
    return NULL;
}

static bool trailers_are_named(const struct mh_http_parser *p)
{
    size_t len = mh_buf_len(&p->trailers);
    const char *at = len > 0 ? mh_buf_bytes(&p->trailers) : NULL;
    const char *end = len > 0 ? at + len : NULL;
    struct mh_http_field f;
    while (len > 0 && mh_http_next_field(&at, end, &f)) {
        if (f.name_len == 0)
            return false;
    }
    return true;
}

/* --- steps ------------------------------------------------------------------------------------------- */

static enum mh_http_step parser_fail(struct mh_http_parser *p, const struct mh_http_fault *fault)
{
    p->fault = *fault;
    return MH_HTTP_BAD;
}

/* Keep what these bytes have of a head that is not complete. */
static const struct mh_http_fault *parser_keep_head(struct mh_http_parser *p, const char *end)
{
    size_t len = (size_t)(end - p->head_at);
    if (mh_buf_len(&p->head) + len > p->limits->header_bytes)
        return &fault_header_bytes;
    return mh_buf_append(&p->head, p->head_at, len) < 0 ? &fault_memory : NULL;
}

/* The head ends before `end`. */
static enum mh_http_step parser_head(struct mh_http_parser *p, const char *end)
{
    const struct mh_http_fault *fault = NULL;
    const char *head = p->head_at;
    size_t len = (size_t)(end - head);
    if (mh_buf_len(&p->head) > 0) {
        fault = parser_keep_head(p, end);
        if (fault)
            return parser_fail(p, fault);
        head = mh_buf_bytes(&p->head);
        len = mh_buf_len(&p->head);
        /* The bytes stay where they are until something is appended. */
        mh_buf_take(&p->head, len);
    } else if (len > p->limits->header_bytes) {
        return parser_fail(p, &fault_header_bytes);
    }
    const char *line_end = memchr(head, '\n', len);
    /* Behind the request line, and without the empty line at the end. */
    if (!line_end || (size_t)(line_end + 1 - head) > len - 2)
        return parser_fail(p, &fault_line);
    p->url = head + p->url_offset;
    /* llhttp passes more spaces than one, and others would cut the line elsewhere. */
    if (p->url_offset != strlen(llhttp_method_name((llhttp_method_t)p->method)) + 1 ||
        line_end != p->url + p->url_len + strlen(" HTTP/1.1\r"))
        return parser_fail(p, &fault_request_line);
    p->fields = line_end + 1;
    p->fields_len = len - 2 - (size_t)(p->fields - head);
    fault = parser_check_fields(p);
    if (fault)
        return parser_fail(p, fault);
    p->part = p->whole ? MH_HTTP_BETWEEN : MH_HTTP_IN_BODY;
    p->body_bytes = 0;
    p->extension_bytes = 0;
    return MH_HTTP_HEAD;
}

enum mh_http_step mh_http_parse(struct mh_http_parser *p, const char *bytes, size_t len, size_t *used)
{
    const struct mh_http_fault *fault;
    p->bytes = bytes;
    p->head_at = bytes;
    p->fault.code = NULL;
    *used = len;
    llhttp_errno_t rc = llhttp_execute(&p->llhttp, bytes, len);
    if (rc == HPE_OK) {
        if (len > 0)
            p->last = bytes[len - 1];
        if (p->part == MH_HTTP_IN_HEAD) {
            fault = parser_keep_head(p, bytes + len);
            if (fault)
                return parser_fail(p, fault);
        }
        return MH_HTTP_MORE;
    }
    if (rc != HPE_PAUSED) {
        if (!p->fault.code)
            p->fault =
                (struct mh_http_fault){llhttp_errno_name(rc), llhttp_get_error_reason(&p->llhttp), 400};
        return MH_HTTP_BAD;
    }
    const char *pos = llhttp_get_error_pos(&p->llhttp);
    *used = (size_t)(pos - bytes);
    if (*used > 0)
        p->last = pos[-1];
    llhttp_resume(&p->llhttp);
    if (p->step == MH_HTTP_HEAD)
        return parser_head(p, pos);
    if (p->step == MH_HTTP_END) {
        p->part = MH_HTTP_BETWEEN;
        if (!trailers_are_named(p))
            return parser_fail(p, &fault_line);
    }
    return p->step;
}

void mh_http_parser_init(struct mh_http_parser *p, struct mh_alloc *alloc,
                         const struct mh_http_limits *limits)
{
    memset(p, 0, sizeof *p);
    llhttp_init(&p->llhttp, HTTP_REQUEST, &parser_settings);
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
