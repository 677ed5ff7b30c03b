/*
 * fuzz/http_tale.h - what an HTTP parser told of its bytes, written down as text, for the fuzzers of both
 * parsers: two tales of the same bytes, cut into reads in different ways, must be the same.
 *
 *     tale_begin(&whole);
 *     tale_body(&whole, p.body, p.body_len);   pieces are joined, as cuts may part them
 *     tale_end_body(&whole);                   before what follows a body
 *     tale_lines(&whole, p.fields, p.fields_len, most);
 *     tale_compare(&whole, &parts);
 *     tale_forget(&whole);
 */
#ifndef MH_FUZZ_HTTP_TALE_H
#define MH_FUZZ_HTTP_TALE_H

#include "net/http_parser.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tale {
    struct mh_alloc alloc;
    struct mh_buf text;
    struct mh_buf body;
    struct mh_http_fault bad; /* its code is NULL while there is none */
};

static inline void tale_fail(const char *what)
{
    fprintf(stderr, "http parser: %s\n", what);
    abort();
}

static inline void tale_begin(struct tale *tale)
{
    mh_alloc_init(&tale->alloc, NULL, NULL);
    mh_buf_init(&tale->text, &tale->alloc, 1u << 24);
    mh_buf_init(&tale->body, &tale->alloc, 1u << 24);
    tale->bad = (struct mh_http_fault){NULL, NULL, 0};
}

static inline void tale_bytes(struct tale *tale, const char *bytes, size_t len)
{
    if (len > 0 && mh_buf_append(&tale->text, bytes, len) < 0)
        abort();
}

static inline void tale_say(struct tale *tale, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void tale_say(struct tale *tale, const char *format, ...)
{
    char line[200];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    tale_bytes(tale, line, (size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
}

static inline void tale_body(struct tale *tale, const char *bytes, size_t len)
{
    if (len == 0)
        tale_fail("an empty piece of body");
    if (mh_buf_append(&tale->body, bytes, len) < 0)
        abort();
}

static inline void tale_end_body(struct tale *tale)
{
    size_t len = mh_buf_len(&tale->body);
    if (len == 0)
        return;
    tale_say(tale, "body:");
    tale_bytes(tale, mh_buf_bytes(&tale->body), len);
    tale_say(tale, "\n");
    mh_buf_take(&tale->body, len);
}

/* Header lines: every line ends in CR LF, which stand nowhere else, and begins with a name. */
static inline void tale_lines(struct tale *tale, const char *at, size_t len, unsigned most)
{
    const char *end = at + len;
    unsigned count = 0;
    tale_bytes(tale, at, len);
    for (const char *c = at; c < end; c++) {
        if (*c == '\0')
            tale_fail("a zero byte among the headers");
        if ((*c == '\n') != (c > at && c[-1] == '\r') || (*c == '\r' && (c + 1 == end || c[1] != '\n')))
            tale_fail("a line of headers with half an end");
    }
    struct mh_http_field f;
    while (mh_http_next_field(&at, end, &f)) {
        count++;
        if (f.name_len == 0 || memchr(f.name, ' ', f.name_len) || memchr(f.name, '\t', f.name_len))
            tale_fail("a header without a name, or a fold");
    }
    if (at != end)
        tale_fail("header lines that cannot be walked");
    if (count > most)
        tale_fail("more headers than allowed");
}

/* A copy of exactly that length, to be freed: reading beyond it is seen. */
static inline char *tale_copy(const uint8_t *bytes, size_t len)
{
    char *copy = malloc(len);
    if (!copy)
        abort();
    memcpy(copy, bytes, len);
    return copy;
}

static inline void tale_bad(struct tale *tale, const struct mh_http_fault *fault)
{
    if (!fault->code || !fault->reason)
        tale_fail("a fault without words");
    tale->bad = *fault;
}

static inline void tale_print(const char *cut, const struct tale *tale)
{
    int len = (int)mh_buf_len(&tale->text);
    fprintf(stderr, "--- %s\n%.*s%s\n", cut, len, len > 0 ? mh_buf_bytes(&tale->text) : "",
            tale->bad.code ? tale->bad.code : "");
}

/* Which of several faults is met first may depend on the cuts. */
static inline void tale_compare(const struct tale *whole, const struct tale *parts)
{
    size_t len = mh_buf_len(&whole->text);
    if (!whole->bad.code == !parts->bad.code && len == mh_buf_len(&parts->text) &&
        (len == 0 || memcmp(mh_buf_bytes(&whole->text), mh_buf_bytes(&parts->text), len) == 0))
        return;
    tale_print("at once", whole);
    tale_print("in pieces", parts);
    tale_fail("what is told depends on how the bytes were cut");
}

/* The text with a zero byte behind it; the caller frees. */
static inline char *tale_text(const struct tale *tale)
{
    size_t len = mh_buf_len(&tale->text);
    char *text = malloc(len + 1);
    if (!text)
        abort();
    if (len > 0)
        memcpy(text, mh_buf_bytes(&tale->text), len);
    text[len] = '\0';
    return text;
}

static inline void tale_forget(struct tale *tale)
{
    mh_buf_free(&tale->text);
    mh_buf_free(&tale->body);
    if (tale->alloc.live != 0)
        tale_fail("memory left behind");
}

#endif
