/*
 * fuzz_http_response - the parser of answers on any bytes, however they are cut into reads:
 *
 *     what it tells does not depend on the cuts; an answer ends where its own header lines say, read by us a
 * second time, and nowhere else; what it gathers fits the room that was lent; the header lines it hands out
 * are lines indeed, so that who reads them again sees what it saw; a parser that was told of the end tells it
 * on.
 *
 * The first byte of the input says how it is cut; the second, two bits for each of the first four answers and
 * again for the next four, what was asked (enum mh_http_asked); the rest are the answers.
 * test_http_response.c includes this file and replays the corpus.
 */
#include "fuzz/http_tale.h"
#include "net/http_response.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small, so that inputs reach it. */
#define FUZZ_ROOM 256

struct fuzz {
    struct tale tale;
    struct mh_http_response parser;
    char *room;
    uint8_t asked; /* the input's second byte, rotated with each answer */
    bool upgraded; /* nothing is to be parsed any more */

    /* of the answer under way */
    bool interim;
    bool until_end; /* its body ends with the connection */
    bool chunked;
    uint64_t length; /* of its body, unless one of these */
    uint64_t body;
};

static void fuzz_ask(struct fuzz *f)
{
    unsigned asked = f->asked & 3;
    f->asked = (uint8_t)(f->asked >> 2 | f->asked << 6);
    f->parser.asked = asked <= MH_HTTP_ASKED_CONNECT ? (enum mh_http_asked)asked : MH_HTTP_ASKED_ANY;
}

static uint64_t fuzz_number(const char *digits, size_t len)
{
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++) {
        if (digits[i] < '0' || digits[i] > '9' || number > (UINT64_MAX - 9) / 10)
            tale_fail("a length that is none");
        number = number * 10 + (uint64_t)(digits[i] - '0');
    }
    return number;
}

/* RFC 9112, 6.3: where the answer ends, by its lines alone. */
static void fuzz_frame(struct fuzz *f)
{
    const struct mh_http_response *p = &f->parser;
    const char *at = p->fields;
    const char *end = at + p->fields_len;
    struct mh_http_field field;
    bool sized = false;
    bool encoded = false;
    f->interim = p->status < 200;
    f->chunked = false;
    f->length = 0;
    f->body = 0;
    while (mh_http_next_field(&at, end, &field)) {
        if (mh_http_name_is(field.name, field.name_len, "transfer-encoding", 17)) {
            /* The last coding of the last line is what counts. */
            const char *last = field.value + field.value_len;
            f->chunked = field.value_len >= 7 && mh_http_name_is(last - 7, 7, "chunked", 7);
            encoded = true;
        } else if (mh_http_name_is(field.name, field.name_len, "content-length", 14)) {
            if (sized)
                tale_fail("two lengths");
            sized = true;
            f->length = fuzz_number(field.value, field.value_len);
        }
    }
    if (encoded && !f->chunked)
        tale_fail("an encoding of the transfer that is not chunked");
    if (sized && encoded)
        tale_fail("a length beside chunks");
    bool none = f->interim || p->status == 204 || p->status == 304 || p->asked == MH_HTTP_ASKED_HEAD;
    f->until_end = !none && !sized && !f->chunked;
    if (none) {
        f->chunked = false;
        f->length = 0;
    }
    if (f->until_end && p->keep_alive)
        tale_fail("a connection that is kept, and must end for the body to end");
}

static void fuzz_head(struct fuzz *f)
{
    const struct mh_http_response *p = &f->parser;
    if (p->status < 100 || p->status > 999 || p->minor > 1)
        tale_fail("a status line out of range");
    if (p->reason_len + p->fields_len > FUZZ_ROOM)
        tale_fail("a head beyond the room");
    tale_say(&f->tale, "head: status %u minor %d keep %d upgrade %d ", p->status, p->minor, p->keep_alive,
             p->upgrade);
    tale_bytes(&f->tale, p->reason, p->reason_len);
    tale_say(&f->tale, "\n");
    tale_lines(&f->tale, p->fields, p->fields_len, MH_HTTP_RESPONSE_FIELDS);
    f->upgraded = p->upgrade;
    if (!p->upgrade)
        fuzz_frame(f);
}

static void fuzz_end(struct fuzz *f, bool finished)
{
    const struct mh_http_response *p = &f->parser;
    if (f->until_end != finished)
        tale_fail("an answer that ends in the wrong place");
    if (!f->until_end && !f->chunked && f->body != f->length)
        tale_fail("a body of another length than announced");
    if (p->trailers_len > (f->chunked ? FUZZ_ROOM : 0))
        tale_fail("trailers beyond the room, or without chunks");
    tale_say(&f->tale, "end\n");
    tale_lines(&f->tale, p->trailers, p->trailers_len, FUZZ_ROOM / 4);
    if (!f->interim)
        fuzz_ask(f);
}

static void fuzz_tell(struct fuzz *f, enum mh_http_step step, bool finished)
{
    const struct mh_http_response *p = &f->parser;
    switch (step) {
    case MH_HTTP_HEAD:
        tale_end_body(&f->tale);
        fuzz_head(f);
        break;
    case MH_HTTP_BODY:
        f->body += p->body_len;
        tale_body(&f->tale, p->body, p->body_len);
        break;
    case MH_HTTP_END:
        tale_end_body(&f->tale);
        fuzz_end(f, finished);
        break;
    case MH_HTTP_BAD:
        tale_bad(&f->tale, &p->pull.fault);
        break;
    case MH_HTTP_MORE:
        break;
    }
}

/* All that these bytes of one read have to tell. */
static void fuzz_read(struct fuzz *f, const uint8_t *bytes, size_t len)
{
    char *piece = tale_copy(bytes, len);
    size_t done = 0;
    enum mh_http_step step;
    do {
        size_t used;
        step = mh_http_response_parse(&f->parser, piece + done, len - done, &used);
        if (used > len - done)
            tale_fail("more bytes used than given");
        done += used;
        if (step == MH_HTTP_MORE && done != len)
            tale_fail("asked for more, with bytes left");
        fuzz_tell(f, step, false);
    } while (step != MH_HTTP_MORE && step != MH_HTTP_BAD && !f->upgraded);
    if (f->upgraded) {
        tale_say(&f->tale, "then:");
        tale_bytes(&f->tale, piece + done, len - done);
    }
    free(piece);
}

/* Parse bytes that come in reads of `cut` bytes, or all at once for 0, and write down what is told. */
static void fuzz_parse(struct fuzz *f, uint8_t asked, const uint8_t *bytes, size_t size, size_t cut)
{
    memset(f, 0, sizeof *f);
    tale_begin(&f->tale);
    f->room = malloc(FUZZ_ROOM); /* for itself, so that writing beyond it is seen */
    if (!f->room)
        abort();
    mh_http_response_init(&f->parser, f->room, FUZZ_ROOM);
    f->asked = asked;
    fuzz_ask(f);
    for (size_t at = 0; at < size && !f->tale.bad.code;) {
        size_t len = cut == 0 || cut > size - at ? size - at : cut;
        if (f->upgraded)
            tale_bytes(&f->tale, (const char *)bytes + at, len);
        else
            fuzz_read(f, bytes + at, len);
        at += len;
    }
    if (!f->tale.bad.code && !f->upgraded) {
        fuzz_tell(f, mh_http_response_finish(&f->parser), true);
        if (!f->tale.bad.code && mh_http_response_finish(&f->parser) != MH_HTTP_MORE)
            tale_fail("an end that is told twice");
    }
    /* How much of a body is told before it turns out bad depends on the cuts. */
    if (!f->tale.bad.code)
        tale_end_body(&f->tale);
    free(f->room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct fuzz whole;
    struct fuzz parts;
    fuzz_parse(&whole, data[1], data + 2, size - 2, 0);
    fuzz_parse(&parts, data[1], data + 2, size - 2, 1 + data[0] % 64);
    tale_compare(&whole.tale, &parts.tale);
    tale_forget(&whole.tale);
    tale_forget(&parts.tale);
    return 0;
}
