#include "net/http_response.h"

#include "base/list.h"

#include <string.h>

static const struct mh_http_fault fault_header_bytes = {"HPE_HEADER_OVERFLOW", "the header is too large", 0};
static const struct mh_http_fault fault_header_count = {"HPE_HEADER_OVERFLOW", "too many header lines", 0};
static const struct mh_http_fault fault_extensions = {"HPE_CHUNK_EXTENSIONS_OVERFLOW",
                                                      "the chunk extensions are too large", 0};
static const struct mh_http_fault fault_fold = {"HPE_INVALID_HEADER_TOKEN", "a folded header", 0};
static const struct mh_http_fault fault_line = {"HPE_INVALID_HEADER_TOKEN", "a malformed header line", 0};
static const struct mh_http_fault fault_status = {"HPE_INVALID_STATUS", "a malformed status line", 0};
static const struct mh_http_fault fault_version = {"HPE_INVALID_VERSION", "neither HTTP/1.0 nor HTTP/1.1", 0};
static const struct mh_http_fault fault_chunked = {"HPE_INVALID_TRANSFER_ENCODING",
                                                   "an encoding of the transfer that is not chunked", 0};
static const struct mh_http_fault fault_cut = {"HPE_INVALID_EOF_STATE", "the answer was cut off", 0};

#define STATUS_LINE_BYTES 12 /* "HTTP/1.1 200" */

static struct mh_http_response *response_of(llhttp_t *llhttp)
{
    return mh_of(llhttp, struct mh_http_response, llhttp);
}

static int response_stop(struct mh_http_response *p, const struct mh_http_fault *fault)
{
    p->fault = *fault;
    return HPE_USER;
}

static int response_tell(struct mh_http_response *p, enum mh_http_step step)
{
    p->step = step;
    return HPE_PAUSED;
}

/* --- llhttp's callbacks: they note, stop or pause, nothing else -------------------------------------- */

static int on_begin(llhttp_t *llhttp)
{
    struct mh_http_response *p = response_of(llhttp);
    p->part = MH_RESPONSE_IN_HEAD;
    p->room_len = 0;
    p->extension_bytes = 0;
    return 0;
}

/* Trailers are kept as lines; of the head, its bytes are. */
static int response_keep(struct mh_http_response *p, const char *bytes, size_t len)
{
    if (p->part != MH_RESPONSE_IN_BODY || len == 0)
        return 0;
    if (len > p->room_bytes - p->room_len)
        return response_stop(p, &fault_header_bytes);
    memcpy(p->room + p->room_len, bytes, len);
    p->room_len += len;
    return 0;
}

static int on_header_field(llhttp_t *llhttp, const char *at, size_t len)
{
    return response_keep(response_of(llhttp), at, len);
}

static int on_header_field_complete(llhttp_t *llhttp)
{
    return response_keep(response_of(llhttp), ":", 1);
}

static int on_header_value(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_response *p = response_of(llhttp);
    /* A value that goes on with white space behind a line's end is a fold, see http_parser.c. */
    if (len > 0 && (at[0] == ' ' || at[0] == '\t') && (at > p->bytes ? at[-1] : p->last) == '\n')
        return response_stop(p, &fault_fold);
    return response_keep(p, at, len);
}

static int on_header_value_complete(llhttp_t *llhttp)
{
    return response_keep(response_of(llhttp), "\r\n", 2);
}

static int on_headers_complete(llhttp_t *llhttp)
{
    struct mh_http_response *p = response_of(llhttp);
    if (llhttp->http_major != 1 || llhttp->http_minor > 1)
        return response_stop(p, &fault_version);
    p->status = llhttp->status_code;
    p->minor = llhttp->http_minor;
    bool switches = p->status == 101;
    if (switches && !llhttp->upgrade)
        return response_stop(p, &fault_status);
    p->upgrade = switches || (p->asked == MH_HTTP_ASKED_CONNECT && p->status >= 200);
    llhttp->upgrade = 0;
    /* These have none, whatever their headers say (RFC 9112, 6.3); llhttp leaves that to us. */
    if (p->asked == MH_HTTP_ASKED_HEAD || p->status < 200 || p->status == 204 || p->status == 304)
        llhttp->flags |= F_SKIPBODY;
    /* Whatever the coding is, the body would end where the connection does, and hide what stands in it. */
    if ((llhttp->flags & F_TRANSFER_ENCODING) && !(llhttp->flags & F_CHUNKED))
        return response_stop(p, &fault_chunked);
    p->keep_alive = llhttp_should_keep_alive(llhttp) && !((llhttp->flags & F_CHUNKED) && p->minor == 0);
    return response_tell(p, MH_HTTP_HEAD);
}

static int on_body(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_response *p = response_of(llhttp);
    if (len == 0)
        return 0;
    p->body = at;
    p->body_len = len;
    return response_tell(p, MH_HTTP_BODY);
}

static int on_chunk_extension(llhttp_t *llhttp, const char *at, size_t len)
{
    (void)at;
    struct mh_http_response *p = response_of(llhttp);
    p->extension_bytes += len;
    return p->extension_bytes > MH_HTTP_RESPONSE_EXTENSIONS ? response_stop(p, &fault_extensions) : 0;
}

static int on_message_complete(llhttp_t *llhttp)
{
    return response_tell(response_of(llhttp), MH_HTTP_END);
}

static const llhttp_settings_t response_settings = {
    .on_message_begin = on_begin,
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

/* --- steps ------------------------------------------------------------------------------------------- */

static enum mh_http_step response_fail(struct mh_http_response *p, const struct mh_http_fault *fault)
{
    p->fault = *fault;
    return MH_HTTP_BAD;
}

static bool response_keep_head(struct mh_http_response *p, const char *end)
{
    size_t len = (size_t)(end - p->head_at);
    if (len > p->room_bytes - p->room_len)
        return false;
    memcpy(p->room + p->room_len, p->head_at, len);
    p->room_len += len;
    return true;
}

/* Lines that we would cut in another way than llhttp did are refused. Returns the fault, or NULL. */
static const struct mh_http_fault *response_check_fields(const char *at, const char *end)
{
    unsigned count = 0;
    struct mh_http_field f;
    while (mh_http_next_field(&at, end, &f)) {
        if (at - f.name < 2 || at[-2] != '\r' || memchr(f.value, '\r', f.value_len))
            return &fault_line;
        if (f.name_len == 0 || f.name[0] == ' ' || f.name[0] == '\t')
            return &fault_fold;
        /* llhttp takes no notice of it, others may. */
        if (f.value_len == 0 && mh_http_name_is(f.name, f.name_len, "transfer-encoding", 17))
            return &fault_chunked;
        if (++count > MH_HTTP_RESPONSE_FIELDS)
            return &fault_header_count;
    }
    return at == end ? NULL : &fault_line;
}

/* The head ends before `end`, empty line included. */
static enum mh_http_step response_head(struct mh_http_response *p, const char *end)
{
    if (!response_keep_head(p, end))
        return response_fail(p, &fault_header_bytes);
    const char *head = p->room;
    size_t len = p->room_len;
    const char *line_end = memchr(head, '\n', len);
    if (!line_end || line_end - head < STATUS_LINE_BYTES + 1 || line_end[-1] != '\r' ||
        (size_t)(line_end + 1 - head) > len - 2)
        return response_fail(p, &fault_status);
    p->reason = head + STATUS_LINE_BYTES;
    p->reason_len = (size_t)(line_end - 1 - p->reason);
    if (p->status < 100 || p->status > 999 || (p->reason_len > 0 && p->reason[0] != ' ') ||
        memchr(p->reason, '\r', p->reason_len))
        return response_fail(p, &fault_status);
    if (p->reason_len > 0)
        p->reason++, p->reason_len--;
    p->fields = line_end + 1;
    p->fields_len = len - 2 - (size_t)(p->fields - head);
    const struct mh_http_fault *fault = response_check_fields(p->fields, p->fields + p->fields_len);
    if (fault)
        return response_fail(p, fault);
    p->part = MH_RESPONSE_IN_BODY;
    p->room_len = 0; /* the bytes stay until trailers come */
    return MH_HTTP_HEAD;
}

static enum mh_http_step response_end(struct mh_http_response *p)
{
    p->part = MH_RESPONSE_BETWEEN;
    p->trailers = p->room;
    p->trailers_len = p->room_len;
    const struct mh_http_fault *fault = response_check_fields(p->trailers, p->trailers + p->trailers_len);
    return fault ? response_fail(p, fault) : MH_HTTP_END;
}

enum mh_http_step mh_http_response_parse(struct mh_http_response *p, const char *bytes, size_t len,
                                         size_t *used)
{
    size_t blank = 0;
    /* llhttp passes over blank lines before an answer, and does not say where its head begins. */
    while (p->part == MH_RESPONSE_BETWEEN && blank < len && (bytes[blank] == '\r' || bytes[blank] == '\n'))
        blank++;
    p->bytes = bytes;
    p->head_at = bytes + blank;
    p->fault.code = NULL;
    *used = len;
    llhttp_errno_t rc = llhttp_execute(&p->llhttp, p->head_at, len - blank);
    if (rc == HPE_OK) {
        if (len > 0)
            p->last = bytes[len - 1];
        if (p->part == MH_RESPONSE_IN_HEAD && !response_keep_head(p, bytes + len))
            return response_fail(p, &fault_header_bytes);
        return MH_HTTP_MORE;
    }
    if (rc != HPE_PAUSED) {
        if (!p->fault.code)
            p->fault = (struct mh_http_fault){llhttp_errno_name(rc), llhttp_get_error_reason(&p->llhttp), 0};
        return MH_HTTP_BAD;
    }
    const char *pos = llhttp_get_error_pos(&p->llhttp);
    *used = (size_t)(pos - bytes);
    if (*used > 0)
        p->last = pos[-1];
    llhttp_resume(&p->llhttp);
    if (p->step == MH_HTTP_HEAD)
        return response_head(p, pos);
    return p->step == MH_HTTP_END ? response_end(p) : p->step;
}

enum mh_http_step mh_http_response_finish(struct mh_http_response *p)
{
    if (p->part == MH_RESPONSE_BETWEEN)
        return MH_HTTP_MORE;
    llhttp_errno_t rc = llhttp_finish(&p->llhttp);
    if (p->part == MH_RESPONSE_IN_BODY && (rc == HPE_OK || rc == HPE_PAUSED) && p->step == MH_HTTP_END)
        return response_end(p);
    return response_fail(p, &fault_cut);
}

void mh_http_response_init(struct mh_http_response *p, char *room, size_t room_bytes)
{
    memset(p, 0, sizeof *p);
    llhttp_init(&p->llhttp, HTTP_RESPONSE, &response_settings);
    p->room = room;
    p->room_bytes = room_bytes;
}
