/*
 * fuzz_http - the request parser on any bytes, however they are cut into reads:
 *
 *     what it tells does not depend on the cuts; nothing it tells is larger than the limits; the header lines
 * it hands out are lines indeed (no fold, no bare CR or LF), so that who reads them again sees what it saw.
 *
 * The first byte of the input says how it is cut; the rest is the request. test_http.c includes this file and
 * replays the corpus.
 */
#include "fuzz/http_tale.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small, so that inputs reach them. */
static const struct mh_http_limits fuzz_limits = {.header_bytes = 512,
                                                  .url_bytes = 128,
                                                  .header_count = 16,
                                                  .body_bytes = 600,
                                                  .chunk_extension_bytes = 32,
                                                  .require_host = true};

static void fuzz_tell_head(struct tale *tale, const struct mh_http_parser *p)
{
    if (p->url_len > fuzz_limits.url_bytes || p->fields_len > fuzz_limits.header_bytes)
        tale_fail("a head beyond the limits");
    if (!p->chunked && p->content_length > fuzz_limits.body_bytes)
        tale_fail("an announced body beyond the limit");
    tale_say(tale, "head: method %d minor %d keep %d whole %d chunked %d upgrade %d expects %d%d %llu ",
             p->method, p->minor, p->keep_alive, p->whole, p->chunked, p->upgrade, p->expects,
             p->expects_continue, (unsigned long long)p->content_length);
    tale_bytes(tale, p->url, p->url_len);
    tale_say(tale, "\n");
    tale_lines(tale, p->fields, p->fields_len, fuzz_limits.header_count);
}

/* Parse bytes that come in reads of `cut` bytes, or all at once for 0, and write down what is told. */
static void fuzz_parse(struct tale *tale, const uint8_t *bytes, size_t size, size_t cut)
{
    struct mh_http_parser p;
    tale_begin(tale);
    mh_http_parser_init(&p, &tale->alloc, &fuzz_limits);
    enum mh_http_step step = MH_HTTP_MORE;
    uint64_t body = 0;
    for (size_t at = 0; at < size && step != MH_HTTP_BAD;) {
        size_t len = cut == 0 || cut > size - at ? size - at : cut;
        char *piece = tale_copy(bytes + at, len);
        size_t done = 0;
        do {
            size_t used;
            step = mh_http_parse(&p, piece + done, len - done, &used);
            if (used > len - done)
                tale_fail("more bytes used than given");
            done += used;
            if (step == MH_HTTP_HEAD || step == MH_HTTP_END)
                tale_end_body(tale);
            if (step == MH_HTTP_HEAD) {
                body = 0;
                fuzz_tell_head(tale, &p);
            } else if (step == MH_HTTP_BODY) {
                body += p.body_len;
                if (body > fuzz_limits.body_bytes)
                    tale_fail("a body beyond the limit");
                tale_body(tale, p.body, p.body_len);
            } else if (step == MH_HTTP_END) {
                size_t trailers = mh_buf_len(&p.trailers);
                if (!p.chunked && body != p.content_length)
                    tale_fail("a body of another length than announced");
                if (trailers > fuzz_limits.header_bytes)
                    tale_fail("trailers beyond the limit");
                tale_say(tale, "end\n");
                if (trailers > 0)
                    tale_lines(tale, mh_buf_bytes(&p.trailers), trailers, fuzz_limits.header_count);
            } else if (step == MH_HTTP_BAD) {
                if (p.pull.fault.status < 400)
                    tale_fail("a fault without a status");
                tale_bad(tale, &p.pull.fault);
            } else if (done != len) {
                tale_fail("asked for more, with bytes left");
            }
        } while (step != MH_HTTP_MORE && step != MH_HTTP_BAD);
        free(piece);
        at += len;
    }
    /* How much of a body is told before it turns out bad depends on the cuts. */
    if (step != MH_HTTP_BAD)
        tale_end_body(tale);
    mh_http_parser_free(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct tale whole;
    struct tale parts;
    fuzz_parse(&whole, data + 1, size - 1, 0);
    fuzz_parse(&parts, data + 1, size - 1, 1 + data[0] % 64);
    tale_compare(&whole, &parts);
    tale_forget(&whole);
    tale_forget(&parts);
    return 0;
}
