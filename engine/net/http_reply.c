#include "net/http_reply.h"

#include "net/http_status.h"

#include <errno.h>
#include <string.h>

/* --- writing ----------------------------------------------------------------------------------------- */

static char *put(char *to, const char *bytes, size_t len)
{
    memcpy(to, bytes, len);
    return to + len;
}

#define PUT(to, literal) put((to), (literal), sizeof(literal) - 1)

static char *put_number(char *to, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return put(to, digits + at, sizeof digits - at);
}

static char *put_field(char *to, const struct mh_http_field *f)
{
    to = put(to, f->name, f->name_len);
    to = PUT(to, ": ");
    to = put(to, f->value, f->value_len);
    return PUT(to, "\r\n");
}

static char *put_two(char *to, unsigned n)
{
    *to++ = (char)('0' + n / 10 % 10);
    *to++ = (char)('0' + n % 10);
    return to;
}

/*
 * By hand: strftime follows the process's locale, and gmtime_r reads its time zone. The calendar is counted
 * from 1 March 0000, so that the leap day is a year's last; 719468 days later is 1 January 1970, a Thursday.
 */
void mh_http_date_set(struct mh_http_date *date, time_t second)
{
    static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    date->second = second;
    unsigned long day = (unsigned long)second / 86400;
    unsigned clock = (unsigned)((unsigned long)second % 86400);
    unsigned long since = day + 719468;
    unsigned long era = since / 146097; /* of 400 years */
    unsigned long day_of_era = since % 146097;
    unsigned long year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = (unsigned)(day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
    unsigned march_month = (5 * day_of_year + 2) / 153;
    unsigned month = march_month < 10 ? march_month + 2 : march_month - 10; /* 0: January */
    unsigned long year = era * 400 + year_of_era + (month < 2);
    char *to = PUT(date->line, "Date: ");
    to = put(to, days[day % 7], 3);
    to = PUT(to, ", ");
    to = put_two(to, day_of_year - (153 * march_month + 2) / 5 + 1);
    *to++ = ' ';
    to = put(to, months[month], 3);
    *to++ = ' ';
    to = put_two(to, (unsigned)(year / 100));
    to = put_two(to, (unsigned)year);
    *to++ = ' ';
    to = put_two(to, clock / 3600);
    *to++ = ':';
    to = put_two(to, clock / 60 % 60);
    *to++ = ':';
    to = put_two(to, clock % 60);
    to = PUT(to, " GMT\r\n");
    date->len = (size_t)(to - date->line);
}

/* --- deciding ---------------------------------------------------------------------------------------- */

/* What the application's own fields say. */
struct said {
    bool connection, close, upgrade;
    bool keep_alive_line;
    bool date;
    bool encoding, chunked;
    bool counted;
    bool trailer;
    uint64_t length;
    size_t bytes; /* all fields, written */
};

static int read_length(const struct mh_http_field *f, uint64_t *out)
{
    uint64_t n = 0;
    if (f->value_len == 0 || f->value_len > 18)
        return -EBADMSG;
    for (size_t i = 0; i < f->value_len; i++) {
        if (f->value[i] < '0' || f->value[i] > '9')
            return -EBADMSG;
        n = n * 10 + (uint64_t)(f->value[i] - '0');
    }
    *out = n;
    return 0;
}

#define IS(f, literal)  mh_http_name_is((f)->name, (f)->name_len, (literal), sizeof(literal) - 1)
#define HAS(f, literal) mh_http_list_has((f)->value, (f)->value_len, (literal), sizeof(literal) - 1)

static int said_read(struct said *said, const struct mh_http_field *fields, size_t count)
{
    memset(said, 0, sizeof *said);
    for (size_t i = 0; i < count; i++) {
        const struct mh_http_field *f = &fields[i];
        if (!mh_http_valid_name(f->name, f->name_len) || !mh_http_valid_value(f->value, f->value_len))
            return -EINVAL;
        said->bytes += f->name_len + f->value_len + 4;
        switch (f->name_len) {
        case 4:
            said->date = said->date || IS(f, "date");
            break;
        case 7:
            said->trailer = said->trailer || IS(f, "trailer");
            break;
        case 10:
            if (IS(f, "connection")) {
                said->connection = true;
                said->close = said->close || HAS(f, "close");
                said->upgrade = said->upgrade || HAS(f, "upgrade");
            } else if (IS(f, "keep-alive")) {
                said->keep_alive_line = true;
            }
            break;
        case 14:
            if (IS(f, "content-length")) {
                if (said->counted || read_length(f, &said->length) < 0)
                    return -EBADMSG;
                said->counted = true;
            }
            break;
        case 17:
            if (IS(f, "transfer-encoding")) {
                said->encoding = true;
                said->chunked = HAS(f, "chunked");
            }
            break;
        default:
            break;
        }
    }
    return 0;
}

/* Fields of the application's that would lie about what really happens. */
static bool is_left_out(const struct mh_http_field *f, const struct said *said,
                        const struct mh_http_framing *framing, unsigned status)
{
    if (f->name_len == 10 && said->connection && !framing->keep_alive && !said->close && !said->upgrade)
        return IS(f, "connection") || IS(f, "keep-alive");
    if (f->name_len == 14)
        return (said->encoding || status == 204 || status < 200) && IS(f, "content-length");
    if (f->name_len == 17)
        return !(framing->chunked || (said->encoding && !said->chunked)) && IS(f, "transfer-encoding");
    return false;
}

/* Decide the framing. minor 0 knows no chunks. */
static int decide(const struct mh_http_terms *terms, const struct mh_http_answer *answer, struct said *said,
                  struct mh_http_framing *framing)
{
    bool without = answer->status == 204 || answer->status == 304 || answer->status < 200;
    memset(framing, 0, sizeof *framing);
    framing->bodyless = terms->head || without;
    framing->keep_alive = terms->keep_alive && !said->close;
    /* Both would leave the choice to the reader: the encoding wins, as it would there (RFC 9112, 6.2). */
    if (said->encoding && (terms->minor == 0 || without))
        said->encoding = said->chunked = false;
    if (said->encoding) {
        framing->chunked = said->chunked;
        framing->keep_alive = framing->keep_alive && (said->chunked || framing->bodyless);
    } else if (said->counted) {
        framing->counted = !framing->bodyless;
        framing->length = said->length;
        if (framing->counted && answer->whole && answer->body_len != said->length) {
            if (answer->strict || answer->body_len > said->length)
                return -EBADMSG;
            framing->keep_alive = false; /* the client waits for the rest, until the end tells it */
        }
    } else if (framing->bodyless) {
        /* HTTP/1.0 lives on only beside a length of the application's (as in Node). */
        framing->keep_alive = framing->keep_alive && terms->minor == 1;
    } else if (terms->minor == 0) {
        framing->keep_alive = false;
    } else if (answer->whole && !answer->uncounted && !said->trailer) {
        framing->counted = true;
        framing->length = answer->body_len;
    } else {
        framing->chunked = true;
    }
    return 0;
}

#define STATUS_LINE_BYTES 32 /* "HTTP/1.1 200 ", CR LF, the empty line */
#define AUTOMATIC_BYTES \
    240 /* Date, Connection, Keep-Alive, Content-Length or Transfer-Encoding, at their longest */

static char *put_status_line(char *to, const struct mh_http_answer *answer, const char *reason,
                             size_t reason_len)
{
    to = PUT(to, "HTTP/1.1 ");
    to = put_number(to, answer->status);
    *to++ = ' ';
    to = put(to, reason, reason_len);
    return PUT(to, "\r\n");
}

static char *put_connection(char *to, const struct mh_http_terms *terms, const struct said *said,
                            const struct mh_http_framing *framing)
{
    if (!framing->keep_alive)
        return said->close || said->upgrade ? to : PUT(to, "Connection: close\r\n");
    if (said->connection)
        return to;
    to = PUT(to, "Connection: keep-alive\r\n");
    if (terms->timeout_ms == 0 || said->keep_alive_line)
        return to;
    to = PUT(to, "Keep-Alive: timeout=");
    to = put_number(to, terms->timeout_ms / 1000);
    if (terms->max > 0) {
        to = PUT(to, ", max=");
        to = put_number(to, terms->max);
    }
    return PUT(to, "\r\n");
}

int mh_http_reply_head(struct mh_buf *out, struct mh_http_date *date, const struct mh_http_terms *terms,
                       const struct mh_http_answer *answer, struct mh_http_framing *framing)
{
    struct said said;
    int rc = said_read(&said, answer->fields, answer->count);
    if (rc == 0)
        rc = decide(terms, answer, &said, framing);
    const char *reason = answer->reason;
    size_t reason_len = answer->reason_len;
    if (!reason) {
        reason = mh_http_status_text(answer->status);
        reason_len = strlen(reason);
    } else if (!mh_http_valid_value(reason, reason_len)) {
        rc = -EINVAL;
    }
    char *start;
    if (rc == 0)
        rc = mh_buf_reserve(out, STATUS_LINE_BYTES + reason_len + said.bytes + AUTOMATIC_BYTES, &start);
    if (rc != 0)
        return rc;

    char *to = put_status_line(start, answer, reason, reason_len);
    for (size_t i = 0; i < answer->count; i++) {
        if (!is_left_out(&answer->fields[i], &said, framing, answer->status))
            to = put_field(to, &answer->fields[i]);
    }
    if (!answer->no_date && !said.date) {
        time_t now = time(NULL);
        if (now != date->second || date->len == 0)
            mh_http_date_set(date, now);
        to = put(to, date->line, date->len);
    }
    to = put_connection(to, terms, &said, framing);
    if (framing->chunked && !said.encoding) {
        to = PUT(to, "Transfer-Encoding: chunked\r\n");
    } else if (framing->counted && !said.counted) {
        to = PUT(to, "Content-Length: ");
        to = put_number(to, framing->length);
        to = PUT(to, "\r\n");
    }
    to = PUT(to, "\r\n");
    mh_buf_added(out, (size_t)(to - start));
    return 0;
}

/* Reserve for and check a run of fields behind `extra` other bytes. */
static int reserve_fields(struct mh_buf *out, size_t extra, const struct mh_http_field *fields, size_t count,
                          char **to)
{
    size_t bytes = extra;
    for (size_t i = 0; i < count; i++) {
        if (!mh_http_valid_name(fields[i].name, fields[i].name_len) ||
            !mh_http_valid_value(fields[i].value, fields[i].value_len))
            return -EINVAL;
        bytes += fields[i].name_len + fields[i].value_len + 4;
    }
    return mh_buf_reserve(out, bytes, to);
}

int mh_http_reply_interim(struct mh_buf *out, unsigned status, const struct mh_http_field *fields,
                          size_t count)
{
    const char *reason = mh_http_status_text(status);
    char *start;
    int rc = reserve_fields(out, STATUS_LINE_BYTES + strlen(reason), fields, count, &start);
    if (rc < 0)
        return rc;
    struct mh_http_answer answer = {.status = status};
    char *to = put_status_line(start, &answer, reason, strlen(reason));
    for (size_t i = 0; i < count; i++)
        to = put_field(to, &fields[i]);
    to = PUT(to, "\r\n");
    mh_buf_added(out, (size_t)(to - start));
    return 0;
}

size_t mh_http_chunk_head(char *to, size_t len)
{
    static const char hex[] = "0123456789abcdef";
    char digits[2 * sizeof len];
    size_t at = sizeof digits;
    do {
        digits[--at] = hex[len & 15];
        len >>= 4;
    } while (len > 0);
    size_t count = sizeof digits - at;
    memcpy(to, digits + at, count);
    to[count] = '\r';
    to[count + 1] = '\n';
    return count + 2;
}

int mh_http_reply_trailers(struct mh_buf *out, const struct mh_http_field *fields, size_t count)
{
    char *start;
    int rc = reserve_fields(out, 5, fields, count, &start);
    if (rc < 0)
        return rc;
    char *to = PUT(start, "0\r\n");
    for (size_t i = 0; i < count; i++)
        to = put_field(to, &fields[i]);
    to = PUT(to, "\r\n");
    mh_buf_added(out, (size_t)(to - start));
    return 0;
}
