/*
 * The layer without a loop: buffers against a model, the list, the counting allocator, error names, the log.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "base/log.h"
#include "test.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <uv.h>

/* --- buf --- */

static struct mh_alloc alloc;

static void test_buf_ceiling(void)
{
    struct mh_buf b;
    char *to = NULL;
    mh_buf_init(&b, &alloc, 1000);
    CHECK_EQ(mh_buf_append(&b, NULL, 0), 0);
    CHECK_EQ(mh_buf_reserve(&b, 1001, &to), MH_ELIMIT);
    CHECK_EQ(mh_buf_reserve(&b, SIZE_MAX, &to), MH_ELIMIT);
    CHECK(!to && b.size == 0);

    char bytes[1000];
    memset(bytes, 'x', sizeof bytes);
    CHECK_EQ(mh_buf_append(&b, bytes, 1000), 0);
    CHECK_EQ(mh_buf_append(&b, bytes, 1), MH_ELIMIT);
    CHECK_EQ(mh_buf_append(&b, bytes, 0), 0);
    CHECK_EQ(mh_buf_len(&b), 1000);
    mh_buf_take(&b, 1);
    CHECK_EQ(mh_buf_append(&b, "y", 1), 0); /* what was taken counts no more */
    CHECK_EQ(mh_buf_append(&b, "y", 1), MH_ELIMIT);
    CHECK_EQ(mh_buf_bytes(&b)[999], 'y');

    mh_buf_free(&b);
    CHECK_EQ(alloc.live, 0);
    CHECK_EQ(mh_buf_append(&b, bytes, 1000), 0); /* usable again, under the same ceiling */
    CHECK_EQ(mh_buf_append(&b, bytes, 1), MH_ELIMIT);
    mh_buf_free(&b);
}

static void test_buf_out_of_memory(void)
{
    struct mh_buf b;
    char *to;
    mh_buf_init(&b, &alloc, SIZE_MAX);
    alloc.fail_in = 1;
    CHECK_EQ(mh_buf_reserve(&b, 1, &to), -ENOMEM);
    CHECK_EQ(mh_buf_append(&b, "first", 5), 0);
    alloc.fail_in = 1;
    char large[4096] = {0};
    CHECK_EQ(mh_buf_append(&b, large, sizeof large), -ENOMEM);
    CHECK(mh_buf_len(&b) == 5 && !memcmp(mh_buf_bytes(&b), "first", 5));
    mh_buf_free(&b);
    CHECK_EQ(alloc.live, 0);
}

/* Once the large message is gone, so is its memory; a small one keeps its own, as the next needs it again. */
static void test_buf_gives_back(void)
{
    struct mh_buf b;
    char *to;
    mh_buf_init(&b, &alloc, SIZE_MAX);
    CHECK_EQ(mh_buf_reserve(&b, MH_BUF_KEEP_BYTES * 8, &to), 0);
    memset(to, 1, MH_BUF_KEEP_BYTES * 8);
    mh_buf_added(&b, MH_BUF_KEEP_BYTES * 8);
    mh_buf_take(&b, MH_BUF_KEEP_BYTES * 8 - 1);
    CHECK_EQ(*mh_buf_bytes(&b), 1);
    mh_buf_take(&b, 1);
    CHECK_EQ(alloc.live, 0);
    CHECK_EQ(mh_buf_append(&b, "small", 5), 0);
    mh_buf_take(&b, 5);
    CHECK_EQ(alloc.live, 1);
    mh_buf_free(&b);
}

/* A libc allocator that counts what is copied into new blocks. */
static void *counting_alloc(void *userdata, void *block, size_t size)
{
    size_t *bytes = userdata;
    *bytes += size;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

/*
 * A queue that stays nearly as long as its buffer: a byte in, a byte out. Were it copied whenever it meets
 * the buffer's end, that would be a hundred thousand bytes for each. Memory may grow to a few times what is
 * kept.
 */
static void test_buf_stays_linear(void)
{
    size_t allocated = 0;
    struct mh_alloc counting;
    struct mh_buf b;
    mh_alloc_init(&counting, counting_alloc, &allocated);
    mh_buf_init(&b, &counting, SIZE_MAX);
    enum { KEPT = 130000, ROUNDS = 1000000 };
    char *to;
    CHECK_EQ(mh_buf_reserve(&b, KEPT, &to), 0);
    memset(to, 'x', KEPT);
    mh_buf_added(&b, KEPT);
    size_t compactions = 0;
    for (int i = 0; i < ROUNDS; i++) {
        size_t head = b.head;
        CHECK_EQ(mh_buf_append(&b, "x", 1), 0);
        compactions += b.head < head;
        mh_buf_take(&b, 1);
    }
    CHECK(b.size <= 8 * KEPT);
    CHECK(allocated <= 16 * KEPT);
    CHECK(compactions <= ROUNDS / (KEPT / 2) + 1);
    mh_buf_free(&b);
    CHECK_EQ(counting.live, 0);
}

/* Whatever is added and taken, in pieces of any size, the bytes are those of a plain array. */
static void test_buf_model(void)
{
    enum { CEILING = 5000, STREAM = 400000 };
    struct test_random random = {42};
    struct mh_buf b;
    mh_buf_init(&b, &alloc, CEILING);
    char *stream = malloc(STREAM);
    CHECK(stream);
    for (int i = 0; i < STREAM; i++)
        stream[i] = (char)test_random(&random, 256);
    size_t head = 0;
    size_t tail = 0;
    while (tail < STREAM - CEILING) {
        size_t len = test_random(&random, test_random(&random, 10) == 0 ? CEILING + 100 : 300);
        bool fits = tail - head + len <= CEILING;
        int rc = 0;
        switch (test_random(&random, 4)) {
        case 0:
            rc = mh_buf_append(&b, stream + tail, len);
            CHECK_EQ(rc, fits ? 0 : MH_ELIMIT);
            tail += rc == 0 ? len : 0;
            break;
        case 1: { /* room for more than is then added, as a read has it */
            char *to;
            rc = mh_buf_reserve(&b, len, &to);
            CHECK_EQ(rc, fits ? 0 : MH_ELIMIT);
            size_t used = rc == 0 ? test_random(&random, (uint32_t)len + 1) : 0;
            if (used > 0)
                memcpy(to, stream + tail, used);
            if (rc == 0)
                mh_buf_added(&b, used);
            tail += used;
            break;
        }
        case 2:
            alloc.fail_in = 1; /* may or may not need memory; the content stands either way */
            rc = mh_buf_append(&b, stream + tail, len);
            alloc.fail_in = 0;
            CHECK(fits ? rc == 0 || rc == -ENOMEM : rc == MH_ELIMIT);
            tail += rc == 0 ? len : 0;
            break;
        default:
            len = len < tail - head ? len : tail - head;
            mh_buf_take(&b, len);
            head += len;
        }
        CHECK_EQ(mh_buf_len(&b), tail - head);
        CHECK(tail == head || !memcmp(mh_buf_bytes(&b), stream + head, tail - head));
    }
    free(stream);
    mh_buf_free(&b);
    CHECK_EQ(alloc.live, 0);
}

/* --- list --- */

struct item {
    int number;
    struct mh_link link;
};

static int list_digits(struct mh_link *head)
{
    int digits = 0;
    for (struct mh_link *l = head->next; l != head; l = l->next) {
        CHECK(l->next->prev == l && l->prev->next == l);
        digits = digits * 10 + mh_of(l, struct item, link)->number;
    }
    return digits;
}

static void test_list(void)
{
    struct mh_link head;
    struct item items[5];
    mh_list_init(&head);
    CHECK(mh_list_empty(&head));
    for (int i = 0; i < 5; i++) {
        items[i].number = i + 1;
        mh_list_init(&items[i].link);
        mh_list_remove(&items[i].link); /* of one that is in no list: harmless */
        mh_list_append(&head, &items[i].link);
    }
    CHECK_EQ(list_digits(&head), 12345);
    mh_list_remove(&items[0].link);
    mh_list_remove(&items[2].link);
    mh_list_remove(&items[2].link);
    mh_list_remove(&items[4].link);
    CHECK_EQ(list_digits(&head), 24);
    CHECK(mh_list_empty(&items[2].link));
    mh_list_append(&head, &items[2].link);
    CHECK_EQ(list_digits(&head), 243);
    while (!mh_list_empty(&head))
        mh_list_remove(head.next);
    CHECK_EQ(list_digits(&head), 0);
}

/* --- alloc --- */

static void test_alloc(void)
{
    struct mh_alloc a;
    mh_alloc_init(&a, NULL, NULL);
    mh_free(&a, NULL);
    CHECK_EQ(a.live, 0);
    char *block = mh_realloc(&a, NULL, 10);
    char *zero = mh_zalloc(&a, 100);
    char *text = mh_strndup(&a, "moonherd", 4);
    CHECK(block && zero && text);
    CHECK_EQ(a.live, 3);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(zero[i], 0);
    CHECK_STR(text, "moon");
    memcpy(block, "123456789", 10);
    block = mh_realloc(&a, block, 100000);
    CHECK_STR(block, "123456789");
    CHECK_EQ(a.live, 3);

    /* The third call from now fails, once; a failed realloc leaves the block and the count alone. */
    a.fail_in = 3;
    char *other = mh_malloc(&a, 1);
    block = mh_realloc(&a, block, 1000);
    CHECK(other && block);
    CHECK(!mh_realloc(&a, block, 100000));
    CHECK_STR(block, "123456789");
    CHECK_EQ(a.live, 4);
    a.fail_in = 1;
    CHECK(!mh_zalloc(&a, 8));
    a.fail_in = 1;
    CHECK(!mh_strndup(&a, "x", 1));
    a.fail_in = 1;
    mh_free(&a, other); /* freeing is no allocation */
    CHECK_EQ(a.fail_in, 1);
    CHECK(!mh_malloc(&a, 1));
    mh_free(&a, block);
    mh_free(&a, zero);
    mh_free(&a, text);
    CHECK_EQ(a.live, 0);
}

/* --- err, log --- */

static void test_err(void)
{
#define ERR_CHECK(name, value, code, text) \
    CHECK_EQ(name, value);                 \
    CHECK_STR(mh_err_name(name), code);    \
    CHECK_STR(mh_strerror(name), text);    \
    CHECK((int)name < (int)UV_ERRNO_MAX);
    MH_ERRORS(ERR_CHECK)
#undef ERR_CHECK
    CHECK_STR(mh_err_name(-ECONNRESET), "ECONNRESET");
    CHECK_STR(mh_err_name(-EAGAIN), "EAGAIN");
    CHECK_STR(mh_strerror(-ENOENT), "No such file or directory");
    const int unknown[] = {1, ENOENT, -4000, -4999, -6000, INT_MAX, INT_MIN, -INT_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        CHECK_STR(mh_err_name(unknown[i]), "EUNKNOWN");
        CHECK_STR(mh_strerror(unknown[i]), "unknown error");
    }
}

struct lines {
    int count;
    char last[2000];
};

static void keep_line(void *userdata, enum mh_log_level level, const char *line)
{
    struct lines *lines = userdata;
    (void)level;
    lines->count++;
    snprintf(lines->last, sizeof lines->last, "%s", line);
}

static void test_log(void)
{
    struct lines lines = {0};
    struct mh_log log = {keep_line, &lines, MH_LOG_WARN};
    mh_log(&log, MH_LOG_INFO, "too talkative");
    CHECK_EQ(lines.count, 0);
    mh_log(&log, MH_LOG_WARN, "%s %d", "worker", 7);
    CHECK_STR(lines.last, "worker 7");
    mh_log(&log, MH_LOG_ERROR, "%1500s", "x");
    CHECK_EQ(strlen(lines.last), 999);
    log.fn = NULL;
    mh_log(&log, MH_LOG_ERROR, "dropped");
    CHECK_EQ(lines.count, 2);
}

int main(void)
{
    mh_alloc_init(&alloc, NULL, NULL);
    RUN(test_buf_ceiling);
    RUN(test_buf_out_of_memory);
    RUN(test_buf_gives_back);
    RUN(test_buf_stays_linear);
    RUN(test_buf_model);
    RUN(test_list);
    RUN(test_alloc);
    RUN(test_err);
    RUN(test_log);
    return 0;
}
