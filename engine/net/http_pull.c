#include "net/http_pull.h"

#include <string.h>

const struct mh_http_fault mh_http_fault_header_bytes = {"HPE_HEADER_OVERFLOW", "Header overflow", 431};
const struct mh_http_fault mh_http_fault_header_count = {"HPE_HEADER_OVERFLOW", "too many header lines", 431};
const struct mh_http_fault mh_http_fault_line = {"HPE_INVALID_HEADER_TOKEN", "a malformed header line", 400};
const struct mh_http_fault mh_http_fault_version = {"HPE_INVALID_VERSION", "neither HTTP/1.0 nor HTTP/1.1",
                                                    505};
const struct mh_http_fault mh_http_fault_encoding = {"HPE_INVALID_TRANSFER_ENCODING",
                                                     "a Transfer-Encoding that does not end in chunked", 400};
static const struct mh_http_fault fault_fold = {"HPE_INVALID_HEADER_TOKEN", "a folded header", 400};
static const struct mh_http_fault fault_length_second = {
    "HPE_INVALID_CONTENT_LENGTH", "Content-Length can't be present with Transfer-Encoding", 400};
static const struct mh_http_fault fault_encoding_second = {
    "HPE_INVALID_TRANSFER_ENCODING", "Transfer-Encoding can't be present with Content-Length", 400};
static const struct mh_http_fault fault_extensions = {"HPE_CHUNK_EXTENSIONS_OVERFLOW",
                                                      "the chunk extensions are too large", 413};

int mh_http_pull_stop(struct mh_http_pull *p, const struct mh_http_fault *fault)
{
    p->fault = *fault;
    return HPE_USER;
}

int mh_http_pull_tell(struct mh_http_pull *p, enum mh_http_step step)
{
    p->step = step;
    return HPE_PAUSED;
}

enum mh_http_step mh_http_pull_fail(struct mh_http_pull *p, const struct mh_http_fault *fault)
{
    p->fault = *fault;
    return MH_HTTP_BAD;
}

/* --- llhttp's callbacks: trailers are kept as lines; the head is, as it came -----------------------------
 */

static int pull_keep(struct mh_http_pull *p, const char *bytes, size_t len)
{
    return p->part == MH_HTTP_IN_BODY && len > 0 ? p->keep(p, bytes, len) : 0;
}

int mh_http_on_field(llhttp_t *llhttp, const char *at, size_t len)
{
    return pull_keep(mh_http_pull_of(llhttp), at, len);
}

int mh_http_on_field_complete(llhttp_t *llhttp)
{
    return pull_keep(mh_http_pull_of(llhttp), ":", 1);
}

int mh_http_on_value(llhttp_t *llhttp, const char *at, size_t len)
{
    struct mh_http_pull *p = mh_http_pull_of(llhttp);
    /* White space before a value is no part of it, so a value that goes on with white space behind a line's
     * end is a fold; one that merely goes on in the next read has another byte before it. */
    if (len > 0 && (at[0] == ' ' || at[0] == '\t') && (at > p->bytes ? at[-1] : p->last) == '\n')
        return mh_http_pull_stop(p, &fault_fold);
    return pull_keep(p, at, len);
}

int mh_http_on_value_complete(llhttp_t *llhttp)
{
    struct mh_http_pull *p = mh_http_pull_of(llhttp);
    if ((llhttp->flags & (F_CONTENT_LENGTH | F_TRANSFER_ENCODING)) == F_CONTENT_LENGTH)
        p->length_first = true;
    return pull_keep(p, "\r\n", 2);
}

int mh_http_on_extension(llhttp_t *llhttp, const char *at, size_t len)
{
    (void)at;
    struct mh_http_pull *p = mh_http_pull_of(llhttp);
    p->extension_bytes += len;
    return p->extension_bytes > p->extension_most ? mh_http_pull_stop(p, &fault_extensions) : 0;
}

/* --- header lines, read again ----------------------------------------------------------------------------
 */

const struct mh_http_fault *mh_http_check_field(const struct mh_http_field *f, const char *end)
{
    if (end - f->name < 2 || end[-2] != '\r' || memchr(f->value, '\r', f->value_len))
        return &mh_http_fault_line;
    if (f->name_len == 0 || f->name[0] == ' ' || f->name[0] == '\t')
        return &fault_fold;
    if (f->value_len == 0 && mh_http_name_is(f->name, f->name_len, "transfer-encoding", 17))
        return &mh_http_fault_encoding;
    return NULL;
}

const struct mh_http_fault *mh_http_check_fields(const char *at, const char *end, unsigned most)
{
    unsigned count = 0;
    struct mh_http_field f;
    while (mh_http_next_field(&at, end, &f)) {
        const struct mh_http_fault *fault = mh_http_check_field(&f, at);
        if (fault)
            return fault;
        if (++count > most)
            return &mh_http_fault_header_count;
    }
    return at == end ? NULL : &mh_http_fault_line;
}

/* --- steps -----------------------------------------------------------------------------------------------
 */

/* What llhttp refused. Of a length and an encoding for one body the second is wrong: llhttp 9, and so Node,
 * says which one that is, llhttp 8 does not. */
static struct mh_http_fault pull_fault(const struct mh_http_pull *p, llhttp_errno_t rc)
{
    if (rc == HPE_UNEXPECTED_CONTENT_LENGTH && (p->llhttp.flags & F_TRANSFER_ENCODING))
        return p->length_first ? fault_encoding_second : fault_length_second;
    return (struct mh_http_fault){llhttp_errno_name(rc), llhttp_get_error_reason(&p->llhttp), 400};
}

enum mh_http_step mh_http_pull(struct mh_http_pull *p, const char *bytes, size_t len, size_t *used)
{
    size_t blank = 0;
    /* llhttp passes over blank lines between messages, and does not say where the next head begins. */
    while (p->part == MH_HTTP_BETWEEN && blank < len && (bytes[blank] == '\r' || bytes[blank] == '\n'))
        blank++;
    p->bytes = bytes;
    p->head_at = bytes + blank;
    p->fault.code = NULL;
    if (p->part == MH_HTTP_BETWEEN)
        p->length_first = false;
    llhttp_errno_t rc = llhttp_execute(&p->llhttp, p->head_at, len - blank);
    *used = len;
    const char *pos = llhttp_get_error_pos(&p->llhttp);
    if (rc == HPE_OK) {
        if (len > 0)
            p->last = bytes[len - 1];
        return MH_HTTP_MORE;
    }
    if (rc != HPE_PAUSED) {
        if (!p->fault.code)
            p->fault = pull_fault(p, rc);
        if (pos >= bytes && pos < bytes + len)
            *used = (size_t)(pos - bytes);
        return MH_HTTP_BAD;
    }
    *used = (size_t)(pos - bytes);
    if (*used > 0)
        p->last = pos[-1];
    llhttp_resume(&p->llhttp);
    return p->step;
}

void mh_http_pull_init(struct mh_http_pull *p, llhttp_type_t type, const llhttp_settings_t *settings,
                       mh_http_keep_cb keep)
{
    memset(p, 0, sizeof *p);
    llhttp_init(&p->llhttp, type, settings);
    p->keep = keep;
}
