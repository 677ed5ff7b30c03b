/*
 * The parser of answers: where each ends, whatever the cuts; every way to make one answer's bytes pass for
 * another's that we know; the ceilings; what the end of a connection means.
 */
#include "fuzz/fuzz_http_response.c"
#include "test.h"

#define ANY                0u
#define HEAD               ((unsigned)MH_HTTP_ASKED_HEAD)
#define CONNECT            ((unsigned)MH_HTTP_ASKED_CONNECT)
#define ASK(first, second) ((uint8_t)((first) | (second) << 2))

#define OK      "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

static char *tale_of(uint8_t asked, const char *bytes, size_t cut)
{
    struct fuzz f;
    fuzz_parse(&f, asked, (const uint8_t *)bytes, strlen(bytes), cut);
    if (f.tale.bad.code)
        tale_say(&f.tale, "bad: %s\n", f.tale.bad.code);
    char *text = tale_text(&f.tale);
    tale_forget(&f.tale);
    return text;
}

static void check_bad(const char *answer, const char *code)
{
    char wanted[60];
    snprintf(wanted, sizeof wanted, "bad: %s", code);
    for (size_t cut = 0; cut <= strlen(answer); cut++) {
        char *text = tale_of(ANY, answer, cut);
        if (!strstr(text, wanted))
            test_fail(__FILE__, __LINE__, "not refused with %s in pieces of %zu: %s\ntold: %s", code, cut,
                      answer, text);
        free(text);
    }
}

static void check_told(uint8_t asked, const char *answers, const char *wanted)
{
    for (size_t cut = 0; cut <= strlen(answers); cut++) {
        char *text = tale_of(asked, answers, cut);
        CHECK_STR(text, wanted);
        free(text);
    }
}

/* The line that a tale has of a head. */
#define TOLD(status, minor, keep, upgrade, reason) \
    "head: status " #status " minor " #minor " keep " #keep " upgrade " #upgrade " " reason "\n"

static void test_ends(void)
{
    check_told(ANY, OK "Content-Length: 5\r\n\r\nhello" OK "Content-Length: 0\r\n\r\n",
               TOLD(200, 1, 1, 0, "OK") "Content-Length: 5\r\nbody:hello\nend\n" TOLD(
                   200, 1, 1, 0, "OK") "Content-Length: 0\r\nend\n");
    check_told(ANY, OK "\r\nto the end", TOLD(200, 1, 0, 0, "OK") "body:to the end\nend\n");
    check_told(ANY, CHUNKED "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\nHTTP/1.1 204\r\n\r\n",
               TOLD(200, 1, 1, 0, "OK") "Transfer-Encoding: chunked\r\nbody:hello!\nend\nX:y\r\n" TOLD(
                   204, 1, 1, 0, "") "end\n");
    check_told(ANY, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
               TOLD(200, 0, 1, 0, "OK") "Connection: keep-alive\r\nContent-Length: 1\r\nbody:x\nend\n");
    /* HTTP/1.0 has no chunks: they are read, and the connection is not kept */
    check_told(ANY,
               "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               TOLD(200, 0, 0, 0, "OK") "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nend\n");
    check_told(ANY, "", "");
}

/* Those that have none, whatever their lines say. */
static void test_no_body(void)
{
    check_told(ASK(HEAD, ANY), OK "Content-Length: 5\r\n\r\n" OK "Content-Length: 2\r\n\r\nhi",
               TOLD(200, 1, 1, 0, "OK") "Content-Length: 5\r\nend\n" TOLD(
                   200, 1, 1, 0, "OK") "Content-Length: 2\r\nbody:hi\nend\n");
    check_told(ASK(HEAD, HEAD), CHUNKED "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
               TOLD(200, 1, 1, 0, "OK") "Transfer-Encoding: chunked\r\nend\n" TOLD(
                   304, 1, 1, 0, "Not Modified") "Content-Length: 9\r\nend\n");
    /* heads before the answer proper, of the same request */
    check_told(ASK(HEAD, ANY),
               "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nHTTP/1.1 103\r\n\r\n" OK
               "Content-Length: 5\r\n\r\n",
               TOLD(100, 1, 1, 0, "Continue") "Content-Length: 5\r\nend\n" TOLD(
                   103, 1, 1, 0, "") "end\n" TOLD(200, 1, 1, 0, "OK") "Content-Length: 5\r\nend\n");
}

static void test_upgrades(void)
{
    check_told(ANY, "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nHTTP/1.1 ",
               TOLD(101, 1, 1, 1, "Go") "Connection: Upgrade\r\nUpgrade: x\r\nthen:HTTP/1.1 ");
    check_told(ASK(CONNECT, ANY), OK "Content-Length: 5\r\n\r\n\x16\x03",
               TOLD(200, 1, 1, 1, "OK") "Content-Length: 5\r\nthen:\x16\x03");
    check_told(ASK(CONNECT, ANY), "HTTP/1.1 100 Continue\r\n\r\n" OK "\r\nx",
               TOLD(100, 1, 1, 0, "Continue") "end\n" TOLD(200, 1, 0, 1, "OK") "then:x");
    check_bad("HTTP/1.1 101 Go\r\n\r\n", "HPE_INVALID_STATUS");
}

/* Blank lines before an answer are no part of it. */
static void test_blank_lines(void)
{
    check_told(ANY, "\r\n\r\nHTTP/1.1 204 A\r\n\r\n\r\nHTTP/1.1 204 B\r\n\r\n\r\n",
               TOLD(204, 1, 1, 0, "A") "end\n" TOLD(204, 1, 1, 0, "B") "end\n");
}

static void test_smuggling(void)
{
    static const struct {
        const char *answer;
        const char *code; /* NULL: any, llhttp has many names for it */
    } probes[] = {
        /* lines that others would cut elsewhere */
        {OK "X: a\rContent-Length: 5\r\n\r\nhello", NULL},
        {OK "X: a\n\r\n", NULL},
        {"HTTP/1.1 200 OK\n\r\n", NULL},
        {"HTTP/1.1 200 O\rK\r\n\r\n", NULL},
        {OK "X: a\r\n Content-Length: 5\r\n\r\nhello", NULL},
        {OK "X:\r\n\tb\r\n\r\n", NULL},
        {OK " X: a\r\n\r\n", NULL},
        {OK "X : a\r\n\r\n", NULL},
        {OK ": a\r\n\r\n", NULL},
        {CHUNKED "0\r\nX: a\r\n b\r\n\r\n", NULL},
        {CHUNKED "0\r\n: a\r\n\r\n", NULL},
        /* lengths */
        {OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", NULL},
        {OK "Content-Length: 5, 5\r\n\r\nhello", NULL},
        {OK "Content-Length: +5\r\n\r\nhello", NULL},
        {OK "Content-Length: \r\n\r\nhello", NULL},
        {OK "Content-Length: 99999999999999999999999\r\n\r\nhello", NULL},
        {OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NULL},
        {OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", NULL},
        /* encodings that are not chunked at the end */
        {OK "Transfer-Encoding: identity\r\n\r\n", "HPE_INVALID_TRANSFER_ENCODING"},
        {OK "Transfer-Encoding: gzip\r\n\r\n", "HPE_INVALID_TRANSFER_ENCODING"},
        {OK "Transfer-Encoding: chunked, gzip\r\n\r\n", "HPE_INVALID_TRANSFER_ENCODING"},
        {OK "Transfer-Encoding:\r\n\r\n", "HPE_INVALID_TRANSFER_ENCODING"},
        {OK "Transfer-Encoding: \r\nContent-Length: 5\r\n\r\nhello", "HPE_INVALID_TRANSFER_ENCODING"},
        /* chunks */
        {CHUNKED "5\r\nhelloXX0\r\n\r\n", NULL},
        {CHUNKED "5\nhello\r\n0\r\n\r\n", NULL},
        {CHUNKED "0x5\r\nhello\r\n0\r\n\r\n", NULL},
        {CHUNKED "5;a\nb\r\nhello\r\n0\r\n\r\n", NULL},
        /* status lines */
        {"HTTP/1.1 2 OK\r\n\r\n", NULL},
        {"HTTP/1.1 2000 OK\r\n\r\n", NULL},
        {"HTTP/1.1 020 OK\r\n\r\n", NULL},
        {"HTTP/1.1  200 OK\r\n\r\n", NULL},
        {"HTTP/1.1 200OK\r\n\r\n", NULL},
        {"HTTP/1.2 200 OK\r\n\r\n", "HPE_INVALID_VERSION"},
        {"HTTP/2.0 200 OK\r\n\r\n", "HPE_INVALID_VERSION"},
        {"HTTP 200 OK\r\n\r\n", NULL},
        {"ICY 200 OK\r\n\r\n", NULL},
    };
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        check_bad(probes[i].answer, probes[i].code ? probes[i].code : "HPE_");
}

static void test_cut_off(void)
{
    static const char *const answers[] = {"H",
                                          "HTTP/1.1 200 OK\r\nX",
                                          OK "Content-Length: 5\r\n\r\nhell",
                                          OK "Content-Length: 5\r\n\r\n",
                                          CHUNKED,
                                          CHUNKED "5\r\nhello\r\n",
                                          CHUNKED "0\r\n",
                                          CHUNKED "0\r\nX: y\r\n"};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        check_bad(answers[i], "HPE_INVALID_EOF_STATE");
}

/* A head of `len` bytes, or trailers of `len` as they are kept. */
static void check_room(const char *before, size_t len, bool fits)
{
    char answer[3 * FUZZ_ROOM];
    int at = snprintf(answer, sizeof answer, "%sX:", before);
    memset(answer + at, 'x', len);
    memcpy(answer + at + len, "\r\n\r\n", 5);
    if (!fits)
        return check_bad(answer, "HPE_HEADER_OVERFLOW");
    for (size_t cut = 0; cut <= strlen(answer); cut++) {
        char *text = tale_of(ASK(HEAD, ANY) * (strcmp(before, OK) == 0), answer, cut);
        CHECK(strstr(text, "end\n") && !strstr(text, "bad"));
        free(text);
    }
}

static void test_room(void)
{
    size_t head = FUZZ_ROOM - strlen(OK "X:\r\n\r\n");
    check_room(OK, head, true);
    check_room(OK, head + 1, false);
    size_t trailers = FUZZ_ROOM - strlen("X:\r\n");
    check_room(CHUNKED "0\r\n", trailers, true);
    check_room(CHUNKED "0\r\n", trailers + 1, false);
}

/* Beyond what the fuzzer's room would hold. */
static enum mh_http_step step_of(char *room, size_t room_bytes, const char *bytes, size_t len,
                                 const char **code)
{
    struct mh_http_response p;
    size_t used = 0;
    enum mh_http_step step;
    mh_http_response_init(&p, room, room_bytes);
    do {
        size_t more;
        step = mh_http_response_parse(&p, bytes + used, len - used, &more);
        used += more;
    } while (step != MH_HTTP_MORE && step != MH_HTTP_BAD);
    *code = p.pull.fault.code;
    return step;
}

static void test_ceilings(void)
{
    static char room[16 << 10];
    static char bytes[64 << 10];
    const char *code;
    for (unsigned most = MH_HTTP_RESPONSE_FIELDS; most <= MH_HTTP_RESPONSE_FIELDS + 1; most++) {
        size_t len = (size_t)snprintf(bytes, sizeof bytes, OK);
        for (unsigned i = 0; i < most; i++)
            len += (size_t)snprintf(bytes + len, sizeof bytes - len, "X:y\r\n");
        len += (size_t)snprintf(bytes + len, sizeof bytes - len, "\r\n");
        enum mh_http_step step = step_of(room, sizeof room, bytes, len, &code);
        CHECK_EQ(step, most == MH_HTTP_RESPONSE_FIELDS ? MH_HTTP_MORE : MH_HTTP_BAD);
        if (step == MH_HTTP_BAD)
            CHECK_STR(code, "HPE_HEADER_OVERFLOW");
    }
    for (size_t most = MH_HTTP_RESPONSE_EXTENSIONS; most <= MH_HTTP_RESPONSE_EXTENSIONS + 1; most++) {
        size_t len = (size_t)snprintf(bytes, sizeof bytes, CHUNKED "5;");
        memset(bytes + len, 'a', most);
        len += most;
        len += (size_t)snprintf(bytes + len, sizeof bytes - len, "\r\nhello\r\n0\r\n\r\n");
        enum mh_http_step step = step_of(room, sizeof room, bytes, len, &code);
        CHECK_EQ(step, most == MH_HTTP_RESPONSE_EXTENSIONS ? MH_HTTP_MORE : MH_HTTP_BAD);
        if (step == MH_HTTP_BAD)
            CHECK_STR(code, "HPE_CHUNK_EXTENSIONS_OVERFLOW");
    }
}

static void test_corpus(void)
{
    test_replay(MH_TEST_CORPUS "/http_response", LLVMFuzzerTestOneInput);
}

int main(void)
{
    RUN(test_ends);
    RUN(test_no_body);
    RUN(test_upgrades);
    RUN(test_blank_lines);
    RUN(test_smuggling);
    RUN(test_cut_off);
    RUN(test_room);
    RUN(test_ceilings);
    RUN(test_corpus);
    return 0;
}
