/*
 * fuzz_http - the request parser on any bytes, however they are cut into reads:
 *
 *     what it tells does not depend on the cuts; nothing it tells is larger than the limits; the header lines
 * it hands out are lines indeed (no fold, no bare CR or LF), so that who reads them again sees what it saw.
 *
 * The first byte of the input says how it is cut; the rest is the request. test_http.c includes this file and
 * replays the corpus.
 */
#include "net/http_parser.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small, so that inputs reach them. */
static const struct mh_http_limits fuzz_limits = {.header_bytes = 512,
                                                  .url_bytes = 128,
                                                  .header_count = 16,
                                                  .body_bytes = 600,
                                                  .chunk_extension_bytes = 32,
                                                  .require_host = true};

static void fuzz_fail(const char *what)
{
    fprintf(stderr, "http parser: %s\n", what);
    abort();
}

/* What was told, as text. Pieces of body are joined, as cuts may part them. */
struct fuzz_tale {
    struct mh_alloc alloc;
    struct mh_buf text;
    struct mh_buf body;
    unsigned bad; /* the status, or 0; which of several faults is met first may depend on the cuts */
};

static void fuzz_say(struct fuzz_tale *tale, const char *bytes, size_t len)
{
    if (len > 0 && mh_buf_append(&tale->text, bytes, len) < 0)
        abort();
}

static void fuzz_end_body(struct fuzz_tale *tale)
{
    if (mh_buf_len(&tale->body) == 0)
        return;
    fuzz_say(tale, "body:", 5);
    fuzz_say(tale, mh_buf_bytes(&tale->body), mh_buf_len(&tale->body));
    mh_buf_take(&tale->body, mh_buf_len(&tale->body));
    fuzz_say(tale, "\n", 1);
}

/* Every line ends in CR LF, which stand nowhere else, and begins with a name. */
static void fuzz_check_lines(const char *at, size_t len)
{
    const char *end = at + len;
    unsigned count = 0;
    for (const char *c = at; c < end; c++) {
        if (*c == '\0')
            fuzz_fail("a zero byte among the headers");
        if ((*c == '\n') != (c > at && c[-1] == '\r') || (*c == '\r' && (c + 1 == end || c[1] != '\n')))
            fuzz_fail("a line of headers with half an end");
    }
    struct mh_http_field f;
    while (mh_http_next_field(&at, end, &f)) {
        count++;
        if (f.name_len == 0 || memchr(f.name, ' ', f.name_len) || memchr(f.name, '\t', f.name_len))
            fuzz_fail("a header without a name, or a fold");
    }
    if (at != end)
        fuzz_fail("header lines that cannot be walked");
    if (count > fuzz_limits.header_count + 200)
        fuzz_fail("more headers than allowed");
}

static void fuzz_tell_head(struct fuzz_tale *tale, const struct mh_http_parser *p)
{
    char line[200];
    if (p->url_len > fuzz_limits.url_bytes || p->fields_len > fuzz_limits.header_bytes)
        fuzz_fail("a head beyond the limits");
    if (!p->chunked && p->content_length > fuzz_limits.body_bytes)
        fuzz_fail("an announced body beyond the limit");
    fuzz_check_lines(p->fields, p->fields_len);
    int len = snprintf(line, sizeof line,
                       "head: method %d minor %d keep %d whole %d chunked %d upgrade %d expects %d%d %llu ",
                       p->method, p->minor, p->keep_alive, p->whole, p->chunked, p->upgrade, p->expects,
                       p->expects_continue, (unsigned long long)p->content_length);
    fuzz_say(tale, line, (size_t)len);
    fuzz_say(tale, p->url, p->url_len);
    fuzz_say(tale, "\n", 1);
    fuzz_say(tale, p->fields, p->fields_len);
}

/* Parse bytes that come in reads of `cut` bytes, or all at once for 0, and write down what is told. */
static void fuzz_parse(struct fuzz_tale *tale, const uint8_t *bytes, size_t size, size_t cut)
{
    struct mh_http_parser p;
    mh_alloc_init(&tale->alloc, NULL, NULL);
    tale->bad = 0;
    mh_buf_init(&tale->text, &tale->alloc, 1u << 24);
    mh_buf_init(&tale->body, &tale->alloc, 1u << 24);
    mh_http_parser_init(&p, &tale->alloc, &fuzz_limits);
    enum mh_http_step step = MH_HTTP_MORE;
    uint64_t body = 0;
    for (size_t at = 0; at < size && step != MH_HTTP_BAD;) {
        size_t len = cut == 0 || cut > size - at ? size - at : cut;
        /* A copy of exactly that length: reading beyond it is seen. */
        char *piece = malloc(len);
        if (!piece)
            abort();
        memcpy(piece, bytes + at, len);
        size_t done = 0;
        do {
            size_t used;
            step = mh_http_parse(&p, piece + done, len - done, &used);
            if (used > len - done)
                fuzz_fail("more bytes used than given");
            done += used;
            if (step == MH_HTTP_HEAD || step == MH_HTTP_END)
                fuzz_end_body(tale);
            if (step == MH_HTTP_HEAD) {
                body = 0;
                fuzz_tell_head(tale, &p);
            } else if (step == MH_HTTP_BODY) {
                body += p.body_len;
                if (p.body_len == 0 || body > fuzz_limits.body_bytes)
                    fuzz_fail("an empty piece of body, or one beyond the limit");
                if (mh_buf_append(&tale->body, p.body, p.body_len) < 0)
                    abort();
            } else if (step == MH_HTTP_END) {
                size_t trailers = mh_buf_len(&p.trailers);
                if (trailers > fuzz_limits.header_bytes)
                    fuzz_fail("trailers beyond the limit");
                fuzz_say(tale, "end\n", 4);
                if (trailers > 0) {
                    fuzz_check_lines(mh_buf_bytes(&p.trailers), trailers);
                    fuzz_say(tale, mh_buf_bytes(&p.trailers), trailers);
                }
            } else if (step == MH_HTTP_BAD) {
                if (!p.fault.code || !p.fault.reason || p.fault.status < 400)
                    fuzz_fail("a fault without words");
                tale->bad = p.fault.status;
            } else if (done != len) {
                fuzz_fail("asked for more, with bytes left");
            }
        } while (step != MH_HTTP_MORE && step != MH_HTTP_BAD);
        free(piece);
        at += len;
    }
    /* How much of a body is told before it turns out bad depends on the cuts. */
    if (step != MH_HTTP_BAD)
        fuzz_end_body(tale);
    mh_http_parser_free(&p);
}

static void fuzz_forget(struct fuzz_tale *tale)
{
    mh_buf_free(&tale->text);
    mh_buf_free(&tale->body);
    if (tale->alloc.live != 0)
        fuzz_fail("memory left behind");
}

static int fuzz_same(const struct fuzz_tale *a, const struct fuzz_tale *b)
{
    size_t len = mh_buf_len(&a->text);
    return (a->bad == 0) == (b->bad == 0) && len == mh_buf_len(&b->text) &&
           (len == 0 || memcmp(mh_buf_bytes(&a->text), mh_buf_bytes(&b->text), len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct fuzz_tale whole;
    struct fuzz_tale parts;
    fuzz_parse(&whole, data + 1, size - 1, 0);
    fuzz_parse(&parts, data + 1, size - 1, 1 + data[0] % 64);
    if (!fuzz_same(&whole, &parts)) {
        fprintf(stderr, "--- at once, %u\n%.*s\n--- in pieces of %d, %u\n%.*s\n", whole.bad,
                (int)mh_buf_len(&whole.text), mh_buf_bytes(&whole.text), 1 + data[0] % 64, parts.bad,
                (int)mh_buf_len(&parts.text), mh_buf_bytes(&parts.text));
        fuzz_fail("what is told depends on how the bytes were cut");
    }
    fuzz_forget(&whole);
    fuzz_forget(&parts);
    return 0;
}
