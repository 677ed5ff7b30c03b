/*
 * The HTTP request parser and the heads of answers: every probe of request smuggling that we know, cut into
 * reads of every size from one byte up; every limit at the limit and one above; how answers are framed.
 */
#include "fuzz/fuzz_http.c"
#include "net/http_reply.h"
#include "test.h"

#include <errno.h>

#define HOST "Host: a\r\n"

/* What the parser tells of bytes cut into reads of `cut`; the caller frees. */
static char *tale_of(const char *bytes, size_t len, size_t cut)
{
    struct tale tale;
    fuzz_parse(&tale, (const uint8_t *)bytes, len, cut);
    if (tale.bad.code)
        tale_say(&tale, "bad: %u\n", tale.bad.status);
    char *text = tale_text(&tale);
    tale_forget(&tale);
    return text;
}

static void check_bad_bytes(const char *bytes, size_t len, unsigned status)
{
    char wanted[20];
    snprintf(wanted, sizeof wanted, "bad: %u\n", status);
    for (size_t cut = 0; cut <= len; cut++) {
        char *text = tale_of(bytes, len, cut);
        if (!strstr(text, wanted))
            test_fail(__FILE__, __LINE__, "not refused with %u in pieces of %zu: %.*s\ntold: %s", status, cut,
                      (int)len, bytes, text);
        free(text);
    }
}

static void check_bad(const char *request, unsigned status)
{
    check_bad_bytes(request, strlen(request), status);
}

/* The same is told however it is cut, and it contains `part`. */
static void check_told(const char *request, const char *part)
{
    char *whole = tale_of(request, strlen(request), 0);
    if (!strstr(whole, part) || strstr(whole, "bad:"))
        test_fail(__FILE__, __LINE__, "%s\ntold: %s\nwithout: %s", request, whole, part);
    for (size_t cut = 1; cut <= strlen(request); cut++) {
        char *text = tale_of(request, strlen(request), cut);
        CHECK_STR(text, whole);
        free(text);
    }
    free(whole);
}

static void test_smuggling(void)
{
    static const char *const probes[] = {
        /* a CR alone is no line's end (CVE-2023-30589) */
        "POST / HTTP/1.1\r\n" HOST "X-Abc:\rxTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "X: a\rTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\rHost: a\r\n\r\n",
        /* nor is an LF alone */
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: y\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X: a\r\n\nY: b\r\n\r\n",
        /* folds (CVE-2024-27982) */
        "POST / HTTP/1.1\r\n" HOST " Content-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "\tContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "X: a\r\n Content-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "X: a\r\n\tb\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "X:\r\n b\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n , identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n Host: a\r\n\r\n",
        /* white space where none may be */
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "Content-Length : 5\r\n\r\nhello",
        "GET / HTTP/1.1\r\n" HOST "X Y: a\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n",
        "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n",
        /* two lengths */
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n\r\nhello",
        /* lengths that are none */
        "POST / HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: -5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5a\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 5 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999999\r\n\r\nhello",
        /* encodings that are not chunked at the end */
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunkedchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
        /* chunks */
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5;a\nb\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5;a=\"\n\"\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n 5\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nX : a\r\n\r\n",
        "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n: a\r\n\r\n",
        /* Host */
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nhOsT: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        /* request lines */
        "GET  / HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/1.1 \r\n" HOST "\r\n",
        "GET /a b HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/1.2\r\n" HOST "\r\n",
        "GET / HTTP/3.0\r\n" HOST "\r\n",
        "GET / http/1.1\r\n" HOST "\r\n",
        "GET / HTTP/11\r\n" HOST "\r\n",
        "get / HTTP/1.1\r\n" HOST "\r\n",
        "NOSUCH / HTTP/1.1\r\n" HOST "\r\n",
        "GET / FTP/1.1\r\n" HOST "\r\n",
        "\x16\x03\x01\x02",
        "HTTP/1.1 200 OK\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        check_bad(probes[i], 400);
    static const char zero[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
    check_bad_bytes(zero, sizeof zero - 1, 400);
    static const char zero_name[] = "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n";
    check_bad_bytes(zero_name, sizeof zero_name - 1, 400);
    check_bad("GET / HTTP/2.0\r\n" HOST "\r\n", 505);
    check_bad("GET / HTTP/0.9\r\n" HOST "\r\n", 505);
    check_bad("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400);
}

static void test_requests(void)
{
    check_told("GET / HTTP/1.1\r\n" HOST "\r\n",
               "minor 1 keep 1 whole 1 chunked 0 upgrade 0 expects 00 0 /\n");
    check_told("\r\n\r\nGET /x?y HTTP/1.1\r\n" HOST "\r\n", "/x?y\nHost: a\r\n");
    check_told("GET / HTTP/1.0\r\n\r\n", "minor 0 keep 0 whole 1");
    check_told("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "minor 0 keep 1 whole 1");
    check_told("GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", "minor 1 keep 0");
    check_told("GET / HTTP/1.1\r\n" HOST "X:\r\nY: \t \r\nZ: a \r\n\r\n", "X:\r\nY: \t \r\nZ: a \r\n");
    check_told("POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\n" HOST "\r\n",
               "body:hello\nend\nhead:");
    check_told("POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\nGET /2 HTTP/1.1\r\n" HOST "\r\n", "/2\n");
    check_told("POST / HTTP/1.1\r\n" HOST
               "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n"
               "GET /2 HTTP/1.1\r\n" HOST "\r\n",
               "body:hello world\nend\nhead:");
    check_told("POST / HTTP/1.1\r\n" HOST
               "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\nZ:\r\n\r\n",
               "body:a\nend\nX:y\r\nZ:\r\n");
    check_told("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               "minor 0 keep 0");
    check_told("PUT / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
               "expects 11 1");
    check_told("PUT / HTTP/1.1\r\n" HOST "Expect: tea\r\nContent-Length: 1\r\n\r\nx", "expects 10 1");
    check_told("GET / HTTP/1.1\r\n" HOST "Connection: upgrade\r\nUpgrade: x\r\n\r\n", "upgrade 1");
    check_told("GET / HTTP/1.1\r\n" HOST "Upgrade: x\r\n\r\n", "upgrade 0");
    /* with a body it is an ordinary request */
    check_told("POST / HTTP/1.1\r\n" HOST
               "Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 1\r\n\r\nxGET /2 HTTP/1.1\r\n" HOST
               "\r\n",
               "upgrade 0");
    check_told("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", "upgrade 1 expects 00 0 a:1\n");
    check_told("M-SEARCH * HTTP/1.1\r\n" HOST "\r\n", "*\n");
    check_told("GET http://a/b HTTP/1.1\r\n" HOST "\r\n", "http://a/b\n");
}

/* prefix, `count` times fill, suffix */
static char *grown(const char *prefix, const char *fill, size_t count, const char *suffix)
{
    char *text = malloc(strlen(prefix) + strlen(fill) * count + strlen(suffix) + 1);
    CHECK(text);
    strcpy(text, prefix);
    char *at = text + strlen(text);
    for (size_t i = 0; i < count; i++, at += strlen(fill))
        memcpy(at, fill, strlen(fill));
    strcpy(at, suffix);
    return text;
}

/* `at_limit` times the filling passes, once more is refused. */
static void check_limit(const char *prefix, const char *fill, size_t at_limit, const char *suffix,
                        unsigned status)
{
    char *passes = grown(prefix, fill, at_limit, suffix);
    char *fails = grown(prefix, fill, at_limit + 1, suffix);
    check_told(passes, "head:");
    check_bad(fails, status);
    free(passes);
    free(fails);
}

static void test_limits(void)
{
    const struct mh_http_limits *l = &fuzz_limits;
    const char *begin = "GET / HTTP/1.1\r\n" HOST "X: ";
    check_limit(begin, "x", l->header_bytes - strlen(begin) - 4, "\r\n\r\n", 431);
    check_limit("GET ", "/", l->url_bytes, " HTTP/1.1\r\n" HOST "\r\n", 414);
    check_limit("GET / HTTP/1.1\r\n" HOST, "X: y\r\n", l->header_count - 1, "\r\n", 431);
    const char *chunked = "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n";
    char text[200];
    snprintf(text, sizeof text, "%s1;", chunked);
    check_limit(text, "x", l->chunk_extension_bytes, "\r\na\r\n0\r\n\r\n", 413);
    check_limit(chunked, "1\r\na\r\n", l->body_bytes, "0\r\n\r\n", 413);
    snprintf(text, sizeof text, "%s0\r\nX:", chunked);
    check_limit(text, "x", l->header_bytes - 4, "\r\n\r\n", 431);
    snprintf(text, sizeof text, "%s0\r\n", chunked);
    check_limit(text, "X: y\r\n", l->header_count, "\r\n", 431);

    /* Refused at once, before a byte of it. */
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n",
             (int)l->body_bytes + 1);
    check_bad(text, 413);
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", (int)l->body_bytes);
    check_told(text, "head:");

    /* A head without end is refused as soon as it is too long. */
    char *endless = grown("GET / HTTP/1.1\r\nX: ", "x", l->header_bytes, "");
    check_bad(endless, 431);
    free(endless);
    char *url = grown("GET /", "x", l->url_bytes, "");
    check_bad(url, 414);
    free(url);
}

/* --- answers ----------------------------------------------------------------------------------------- */

static struct mh_http_field field(const char *name, const char *value)
{
    return (struct mh_http_field){name, strlen(name), value, strlen(value)};
}

struct reply {
    struct mh_http_terms terms;
    struct mh_http_answer answer;
    struct mh_http_field fields[4];
    struct mh_http_framing framing;
    char text[1000];
    int rc;
};

static struct reply plain_reply(void)
{
    struct reply r = {.terms = {.minor = 1, .keep_alive = true, .timeout_ms = 5999},
                      .answer = {.status = 200, .no_date = true, .whole = true, .body_len = 5}};
    return r;
}

static void write_reply(struct reply *r)
{
    struct mh_alloc alloc;
    struct mh_buf out;
    struct mh_http_date date = {0};
    mh_alloc_init(&alloc, NULL, NULL);
    mh_buf_init(&out, &alloc, 1u << 20);
    r->answer.fields = r->fields;
    r->rc = mh_http_reply_head(&out, &date, &r->terms, &r->answer, &r->framing);
    snprintf(r->text, sizeof r->text, "%.*s", (int)mh_buf_len(&out),
             mh_buf_len(&out) ? mh_buf_bytes(&out) : "");
    mh_buf_free(&out);
    CHECK_EQ(alloc.live, 0);
}

#define KEEP "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"

static void check_reply(struct reply r, const char *wanted, bool keep_alive, bool chunked)
{
    write_reply(&r);
    CHECK_EQ(r.rc, 0);
    CHECK_STR(r.text, wanted);
    CHECK_EQ(r.framing.keep_alive, keep_alive);
    CHECK_EQ(r.framing.chunked, chunked);
}

static void test_reply_framing(void)
{
    struct reply r = plain_reply();
    check_reply(r, "HTTP/1.1 200 OK\r\n" KEEP "Content-Length: 5\r\n\r\n", true, false);
    r.answer.whole = false;
    check_reply(r, "HTTP/1.1 200 OK\r\n" KEEP "Transfer-Encoding: chunked\r\n\r\n", true, true);
    r.answer.whole = r.answer.uncounted = true;
    check_reply(r, "HTTP/1.1 200 OK\r\n" KEEP "Transfer-Encoding: chunked\r\n\r\n", true, true);

    r = plain_reply();
    r.terms.keep_alive = false;
    check_reply(r, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n", false, false);
    r = plain_reply();
    r.terms.max = 7;
    check_reply(r,
                "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5, "
                "max=7\r\nContent-Length: 5\r\n\r\n",
                true, false);
    r.terms.timeout_ms = 999; /* not for as long as a second: the client had better not rely on it */
    r.terms.max = 0;
    check_reply(
        r, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=0\r\nContent-Length: 5\r\n\r\n",
        true, false);
    r.terms.timeout_ms = 0;
    check_reply(r, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n", true, false);

    r = plain_reply();
    r.terms.head = true;
    check_reply(r, "HTTP/1.1 200 OK\r\n" KEEP "\r\n", true, false);
    r = plain_reply();
    r.answer.status = 204;
    check_reply(r, "HTTP/1.1 204 No Content\r\n" KEEP "\r\n", true, false);
    r.answer.status = 304;
    check_reply(r, "HTTP/1.1 304 Not Modified\r\n" KEEP "\r\n", true, false);
    r = plain_reply();
    r.answer.reason = "Fine";
    r.answer.reason_len = 4;
    r.answer.status = 299;
    check_reply(r, "HTTP/1.1 299 Fine\r\n" KEEP "Content-Length: 5\r\n\r\n", true, false);
    r.answer.reason = NULL;
    check_reply(r, "HTTP/1.1 299 unknown\r\n" KEEP "Content-Length: 5\r\n\r\n", true, false);
}

static void test_reply_http_1_0(void)
{
    struct reply r = plain_reply();
    r.terms.minor = 0;
    check_reply(r, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false, false);
    r.answer.count = 1;
    r.fields[0] = field("content-length", "5");
    check_reply(r, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n" KEEP "\r\n", true, false);
    r.fields[0] = field("Transfer-Encoding", "chunked");
    check_reply(r, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false, false);
}

static void test_reply_fields(void)
{
    struct reply r = plain_reply();
    r.answer.count = 1;
    r.fields[0] = field("Connection", "Close");
    check_reply(r, "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 5\r\n\r\n", false, false);
    r.fields[0] = field("Connection", "keep-alive");
    check_reply(r, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n", true, false);
    r.terms.keep_alive = false; /* and so it must not promise */
    check_reply(r, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n", false, false);

    r = plain_reply();
    r.answer.count = 2;
    r.fields[0] = field("X", "1");
    r.fields[1] = field("Content-Length", "5");
    check_reply(r, "HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 5\r\n" KEEP "\r\n", true, false);
    r.fields[1] = field("Transfer-Encoding", "gzip, chunked");
    check_reply(r, "HTTP/1.1 200 OK\r\nX: 1\r\nTransfer-Encoding: gzip, chunked\r\n" KEEP "\r\n", true, true);
    r.fields[1] = field("Transfer-Encoding", "gzip"); /* ends with the connection */
    check_reply(r, "HTTP/1.1 200 OK\r\nX: 1\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n", false,
                false);
    r.fields[0] = field("Content-Length", "5"); /* never both */
    r.fields[1] = field("Transfer-Encoding", "chunked");
    check_reply(r, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" KEEP "\r\n", true, true);
    r.answer.status = 204; /* which has neither */
    check_reply(r, "HTTP/1.1 204 No Content\r\n" KEEP "\r\n", true, false);

    r = plain_reply();
    r.answer.count = 1;
    r.fields[0] = field("Keep-Alive", "timeout=9");
    check_reply(
        r, "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=9\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n",
        true, false);
    r.answer.no_date = false;
    r.fields[0] = field("Date", "now");
    check_reply(r, "HTTP/1.1 200 OK\r\nDate: now\r\n" KEEP "Content-Length: 5\r\n\r\n", true, false);
    r.answer.count = 0;
    write_reply(&r);
    CHECK_EQ(strstr(r.text, " GMT\r\n") - strstr(r.text, "Date: "), 31);
}

static void test_reply_refuses(void)
{
    static const char *const names[] = {"", "X Y", "X:", "X\r\nY", "X\n", "X\t", "\x80", "(x)"};
    static const char *const values[] = {"a\r\nX: y", "a\n", "a\r", "\x01", "a\x7f"};
    struct reply r = plain_reply();
    r.answer.count = 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        r.fields[0] = field(names[i], "v");
        write_reply(&r);
        CHECK_EQ(r.rc, -EINVAL);
        CHECK_STR(r.text, "");
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        r.fields[0] = field("X", values[i]);
        write_reply(&r);
        CHECK_EQ(r.rc, -EINVAL);
    }
    r.fields[0] = (struct mh_http_field){"X", 1, "a\0b", 3};
    write_reply(&r);
    CHECK_EQ(r.rc, -EINVAL);
    r = plain_reply();
    r.answer.reason = "OK\r\nX: y";
    r.answer.reason_len = strlen(r.answer.reason);
    write_reply(&r);
    CHECK_EQ(r.rc, -EINVAL);

    static const char *const lengths[] = {"", "4", "+5", "5 ", "0x5", "99999999999999999999"};
    r = plain_reply();
    r.answer.count = 1;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        r.fields[0] = field("Content-Length", lengths[i]);
        write_reply(&r);
        CHECK_EQ(r.rc, -EBADMSG);
    }
    r.fields[0] = field("Content-Length", "6");
    check_reply(r, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n", false, false);
    r.answer.strict = true;
    write_reply(&r);
    CHECK_EQ(r.rc, -EBADMSG);
    r.fields[0] = r.fields[1] = field("Content-Length", "5");
    r.answer.count = 2;
    write_reply(&r);
    CHECK_EQ(r.rc, -EBADMSG);
}

/* Our calendar against the C library's, over leap years and centuries. */
static void test_dates(void)
{
    struct mh_http_date date;
    for (time_t at = 0; at < (time_t)86400 * 366 * 300; at += 86400 * 11 + 12345) {
        char wanted[60];
        struct tm tm;
        gmtime_r(&at, &tm);
        strftime(wanted, sizeof wanted, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
        mh_http_date_set(&date, at);
        CHECK_EQ(date.len, strlen(wanted));
        date.line[date.len] = '\0';
        CHECK_STR(date.line, wanted);
    }
}

static void test_chunk_heads(void)
{
    char head[MH_HTTP_CHUNK_HEAD + 1];
    static const struct {
        size_t len;
        const char *text;
    } cases[] = {{1, "1\r\n"},
                 {15, "f\r\n"},
                 {16, "10\r\n"},
                 {65536, "10000\r\n"},
                 {SIZE_MAX, "ffffffffffffffff\r\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        head[mh_http_chunk_head(head, cases[i].len)] = '\0';
        CHECK_STR(head, cases[i].text);
    }
}

static void test_corpus(void)
{
    test_replay(MH_TEST_CORPUS "/http", LLVMFuzzerTestOneInput);
}

int main(void)
{
    RUN(test_smuggling);
    RUN(test_requests);
    RUN(test_limits);
    RUN(test_reply_framing);
    RUN(test_reply_http_1_0);
    RUN(test_reply_fields);
    RUN(test_reply_refuses);
    RUN(test_dates);
    RUN(test_chunk_heads);
    RUN(test_corpus);
    return 0;
}
