/*
 * test.h - what the C tests share: checks that name their place, a context on a loop of its own, turns with a
 * deadline, open descriptors counted, numbers that are random and the same in every run.
 *
 * Nothing here waits for time to pass: a test turns the loop until what it expects has happened. Only when it
 * never does, a deadline ends the test.
 */
#ifndef MH_TEST_TEST_H
#define MH_TEST_TEST_H

#include "loop/context.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                     \
    do {                                                     \
        if (!(condition))                                    \
            test_fail(__FILE__, __LINE__, "%s", #condition); \
    } while (0)

/* Whole numbers of any kind; says both when they differ. */
#define CHECK_EQ(got, wanted)                                                           \
    do {                                                                                \
        long long got_ = (long long)(got);                                              \
        long long wanted_ = (long long)(wanted);                                        \
        if (got_ != wanted_)                                                            \
            test_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #got, got_, wanted_); \
    } while (0)

#define CHECK_STR(got, wanted) test_check_text(__FILE__, __LINE__, #got, got, wanted)

/* Run one test function and name it, so that a hung or killed run says where it was. */
#define RUN(test)          \
    do {                   \
        test_name = #test; \
        test();            \
    } while (0)

extern const char *test_name;

_Noreturn void test_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void test_check_text(const char *file, int line, const char *what, const char *got, const char *wanted);

/* A context on a loop of its own. */
struct test_loop {
    uv_loop_t loop;
    struct mh_ctx ctx;
    uv_timer_t guard;
};

void test_loop_open(struct test_loop *t);

/* Close every handle, turn the loop to its end, and check that nothing is left of the context. */
void test_loop_close(struct test_loop *t);

/* Settle, then turn the loop until the condition holds. */
#define TURN_UNTIL(t, condition)                                     \
    do {                                                             \
        uint64_t deadline_ = test_deadline();                        \
        mh_ctx_settle(&(t)->ctx);                                    \
        while (!(condition))                                         \
            test_turn(t, deadline_, __FILE__, __LINE__, #condition); \
    } while (0)

uint64_t test_deadline(void);
void test_turn(struct test_loop *t, uint64_t deadline, const char *file, int line, const char *what);

/* Turn until nothing is left to do now: as many turns as bring something, without waiting. */
void test_turn_idle(struct test_loop *t);

/* Valgrind keeps limits of descriptors by itself, and not for those that come with messages. */
bool test_limits_hold(void);

/* Open descriptors of this process. */
int test_count_fds(void);

/* Give every file of the fuzz corpus of that name to the fuzzer's function. */
void test_replay(const char *corpus, int (*fuzz)(const uint8_t *data, size_t size));

/* Xorshift: the state is never 0. Below limit. */
struct test_random {
    uint64_t state;
};

uint32_t test_random(struct test_random *random, uint32_t limit);

#endif
