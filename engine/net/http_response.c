#include "net/http_response.h"

#include <string.h>

static const struct mh_http_fault fault_status = {"HPE_INVALID_STATUS", "a malformed status line", 0};
static const struct mh_http_fault fault_cut = {"HPE_INVALID_EOF_STATE", "the answer was cut off", 0};

#define STATUS_LINE_BYTES 12 /* "HTTP/1.1 200" */

static struct mh_http_response *response_of(llhttp_t *llhttp)
{
    return mh_of(mh_http_pull_of(llhttp), struct mh_http_response, pull);
}

/* --- llhttp's callbacks, beside those of http_pull.c -----------------------------------------------------
 */

static int on_begin(llhttp_t *llhttp)
{
    struct mh_http_response *p = response_of(llhttp);
    p->pull.part = MH_HTTP_IN_HEAD;
    p->room_len = 0;
    return 0;
}

static int response_keep_trailer(struct mh_http_pull *pull, const char *bytes, size_t len)
{
    struct mh_http_response *p = mh_of(pull, struct mh_http_response, pull);
    if (len > p->room_bytes - p->room_len)
        return mh_http_pull_stop(pull, &mh_http_fault_header_bytes);
    memcpy(p->room + p->room_len, bytes, len);
    p->room_len += len;
    return 0;
}

static int on_headers_complete(llhttp_t *llhttp)
{
    struct mh_http_response *p = response_of(llhttp);
    if (llhttp->http_major != 1 || llhttp->http_minor > 1)
        return mh_http_pull_stop(&p->pull, &mh_http_fault_version);
    p->status = llhttp->status_code;
    p->minor = llhttp->http_minor;
    bool switches = p->status == 101;
    if (switches && !llhttp->upgrade)
        return mh_http_pull_stop(&p->pull, &fault_status);
    p->upgrade = switches || (p->asked == MH_HTTP_ASKED_CONNECT && p->status >= 200);
    llhttp->upgrade = 0;
    /* These have none, whatever their headers say (RFC 9112, 6.3); llhttp leaves that to us. */
    if (p->asked == MH_HTTP_ASKED_HEAD || p->status < 200 || p->status == 204 || p->status == 304)
        llhttp->flags |= F_SKIPBODY;
    /* Whatever the coding is, the body would end where the connection does, and hide what stands in it. */
    if ((llhttp->flags & F_TRANSFER_ENCODING) && !(llhttp->flags & F_CHUNKED))
        return mh_http_pull_stop(&p->pull, &mh_http_fault_encoding);
    p->keep_alive = llhttp_should_keep_alive(llhttp) && !((llhttp->flags & F_CHUNKED) && p->minor == 0);
    return mh_http_pull_tell(&p->pull, MH_HTTP_HEAD);
}

static int on_body(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_response *p = response_of(llhttp);
    if (len == 0)
        return 0;
    p->body = at;
    p->body_len = len;
    return mh_http_pull_tell(&p->pull, MH_HTTP_BODY);
}

static int on_message_complete(llhttp_t *llhttp)
{
    return mh_http_pull_tell(mh_http_pull_of(llhttp), MH_HTTP_END);
}

static const llhttp_settings_t response_settings = {
    MH_HTTP_PULL_CALLBACKS,
    .on_message_begin = on_begin,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* --- steps -----------------------------------------------------------------------------------------------
 */

static bool response_keep_head(struct mh_http_response *p, const char *end)
{
    size_t len = (size_t)(end - p->pull.head_at);
    if (len > p->room_bytes - p->room_len)
        return false;
    memcpy(p->room + p->room_len, p->pull.head_at, len);
    p->room_len += len;
    return true;
}

/* The head ends before `end`, empty line included. */
static enum mh_http_step response_head(struct mh_http_response *p, const char *end)
{
    if (!response_keep_head(p, end))
        return mh_http_pull_fail(&p->pull, &mh_http_fault_header_bytes);
    const char *head = p->room;
    size_t len = p->room_len;
    const char *line_end = memchr(head, '\n', len);
    if (!line_end || line_end - head < STATUS_LINE_BYTES + 1 || line_end[-1] != '\r' ||
        (size_t)(line_end + 1 - head) > len - 2)
        return mh_http_pull_fail(&p->pull, &fault_status);
    p->reason = head + STATUS_LINE_BYTES;
    p->reason_len = (size_t)(line_end - 1 - p->reason);
    if (p->status < 100 || p->status > 999 || (p->reason_len > 0 && p->reason[0] != ' ') ||
        memchr(p->reason, '\r', p->reason_len))
        return mh_http_pull_fail(&p->pull, &fault_status);
    if (p->reason_len > 0)
        p->reason++, p->reason_len--;
    p->fields = line_end + 1;
    p->fields_len = len - 2 - (size_t)(p->fields - head);
    const struct mh_http_fault *fault =
        mh_http_check_fields(p->fields, p->fields + p->fields_len, MH_HTTP_RESPONSE_FIELDS);
    if (fault)
        return mh_http_pull_fail(&p->pull, fault);
    p->pull.part = MH_HTTP_IN_BODY;
    p->pull.extension_bytes = 0;
    p->pull.extension_most = MH_HTTP_RESPONSE_EXTENSIONS;
    p->room_len = 0; /* the bytes stay until trailers come */
    return MH_HTTP_HEAD;
}

static enum mh_http_step response_end(struct mh_http_response *p)
{
    p->pull.part = MH_HTTP_BETWEEN;
    p->trailers = p->room;
    p->trailers_len = p->room_len;
    const struct mh_http_fault *fault =
        mh_http_check_fields(p->trailers, p->trailers + p->trailers_len, MH_HTTP_RESPONSE_FIELDS);
    return fault ? mh_http_pull_fail(&p->pull, fault) : MH_HTTP_END;
}

enum mh_http_step mh_http_response_parse(struct mh_http_response *p, const char *bytes, size_t len,
                                         size_t *used)
{
    enum mh_http_step step = mh_http_pull(&p->pull, bytes, len, used);
    if (step == MH_HTTP_HEAD)
        return response_head(p, bytes + *used);
    if (step == MH_HTTP_END)
        return response_end(p);
    if (step == MH_HTTP_MORE && p->pull.part == MH_HTTP_IN_HEAD && !response_keep_head(p, bytes + len))
        return mh_http_pull_fail(&p->pull, &mh_http_fault_header_bytes);
    return step;
}

enum mh_http_step mh_http_response_finish(struct mh_http_response *p)
{
    if (p->pull.part == MH_HTTP_BETWEEN)
        return MH_HTTP_MORE;
    llhttp_errno_t rc = llhttp_finish(&p->pull.llhttp);
    if (p->pull.part == MH_HTTP_IN_BODY && (rc == HPE_OK || rc == HPE_PAUSED) && p->pull.step == MH_HTTP_END)
        return response_end(p);
    return mh_http_pull_fail(&p->pull, &fault_cut);
}

void mh_http_response_init(struct mh_http_response *p, char *room, size_t room_bytes)
{
    memset(p, 0, sizeof *p);
    mh_http_pull_init(&p->pull, HTTP_RESPONSE, &response_settings, response_keep_trailer);
    p->room = room;
    p->room_bytes = room_bytes;
}
