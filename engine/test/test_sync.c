/*
 * test_sync - proc/sync: what goes in and comes out, its limits, memory that runs out, and nothing left
 * behind.
 */
#include "proc/sync.h"
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define LARGE_BYTES ((size_t)1 << 20)
#define PIPES       3

static struct mh_alloc alloc;

/* A shell's script, with stdin, stdout and stderr piped. */
struct run {
    struct mh_sync_options options;
    struct mh_sync_pipe pipes[PIPES];
    struct mh_sync_result result;
    enum mh_spawn_step step;
    int rc;
};

static void run_script(struct run *r, const char *script)
{
    static char *const env[] = {(char *)(uintptr_t) "PATH=/usr/bin:/bin", NULL};
    char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script,
                          NULL};
    r->options.spawn = (struct mh_spawn_options){.file = "/bin/sh", .argv = argv, .env = env};
    r->pipes[0].to_child = true;
    for (int i = 0; i < PIPES; i++)
        r->pipes[i].child_fd = i;
    r->rc = mh_sync_run(&alloc, &r->options, r->pipes, PIPES, &r->result, &r->step);
}

static bool came(const struct run *r, int fd, const char *text)
{
    const struct mh_buf *output = &r->pipes[fd].output;
    return mh_buf_len(output) == strlen(text) &&
           (!*text || !memcmp(mh_buf_bytes(output), text, strlen(text)));
}

/* Nothing is left of it. */
static void run_over(struct run *r)
{
    mh_sync_free(r->pipes, PIPES);
    CHECK_EQ(alloc.live, 0);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void check_results(bool by_asking)
{
    struct run r = {.options = {.kill_signal = SIGTERM, .by_asking = by_asking}};
    r.pipes[0].input = "in";
    r.pipes[0].input_bytes = 2;
    run_script(&r, "cat; echo err >&2; exit 3");
    CHECK_EQ(r.rc, 0);
    CHECK_EQ(r.result.error, 0);
    CHECK_EQ(r.result.exit_code, 3);
    CHECK_EQ(r.result.term_signal, 0);
    CHECK(came(&r, 1, "in") && came(&r, 2, "err\n"));
    run_over(&r);

    struct run killed = {.options = {.kill_signal = SIGTERM, .by_asking = by_asking}};
    run_script(&killed, "kill -9 $$");
    CHECK_EQ(killed.result.term_signal, SIGKILL);
    run_over(&killed);
}

static void check_large(bool by_asking)
{
    struct run r = {.options = {.kill_signal = SIGTERM, .by_asking = by_asking}};
    char *text = malloc(LARGE_BYTES);
    memset(text, 'x', LARGE_BYTES);
    r.pipes[0].input = text;
    r.pipes[0].input_bytes = LARGE_BYTES;
    run_script(&r, "exec cat");
    CHECK_EQ(r.result.error, 0);
    CHECK_EQ(mh_buf_len(&r.pipes[1].output), LARGE_BYTES);
    CHECK(!memcmp(mh_buf_bytes(&r.pipes[1].output), text, LARGE_BYTES));
    run_over(&r);
    free(text);
}

static void check_limits(bool by_asking)
{
    struct run late = {.options = {.kill_signal = SIGKILL, .timeout_ms = 10, .by_asking = by_asking}};
    run_script(&late, "exec sleep 600");
    CHECK_EQ(late.rc, 0);
    CHECK_EQ(late.result.error, -ETIMEDOUT);
    CHECK_EQ(late.result.term_signal, SIGKILL);
    run_over(&late);

    struct run much = {.options = {.kill_signal = SIGTERM, .output_bytes = 1000, .by_asking = by_asking}};
    run_script(&much, "exec cat /dev/zero");
    CHECK_EQ(much.result.error, -ENOBUFS);
    CHECK_EQ(much.result.term_signal, SIGTERM);
    CHECK(mh_buf_len(&much.pipes[1].output) > 1000);
    CHECK(mh_buf_len(&much.pipes[1].output) <= 1000 + (64u << 10));
    run_over(&much);
}

static void test_with_pidfd(void)
{
    check_results(false);
    check_large(false);
    check_limits(false);
}

static void test_without_pidfd(void)
{
    check_results(true);
    check_large(true);
    check_limits(true);
}

static void test_unwanted_input(void)
{
    struct run r = {.options = {.kill_signal = SIGTERM}};
    char *text = calloc(1, LARGE_BYTES);
    r.pipes[0].input = text;
    r.pipes[0].input_bytes = LARGE_BYTES;
    run_script(&r, "exit 0");
    CHECK_EQ(r.result.error, -EPIPE);
    CHECK_EQ(r.result.exit_code, 0);
    run_over(&r);
    free(text);
}

static void test_not_started(void)
{
    struct run r = {.options = {.kill_signal = SIGTERM}};
    char *const none[] = {NULL};
    r.options.spawn = (struct mh_spawn_options){.file = "/no/such", .argv = none, .env = none};
    r.rc = mh_sync_run(&alloc, &r.options, r.pipes, 0, &r.result, &r.step);
    CHECK_EQ(r.rc, -ENOENT);
    CHECK_EQ(r.step, MH_SPAWN_EXEC);
    run_over(&r);
}

/* Each allocation fails once: before the start it is not started, later it is killed. */
static void test_out_of_memory(void)
{
    for (size_t nth = 1;; nth++) {
        struct run r = {.options = {.kill_signal = SIGKILL}};
        alloc.fail_in = nth;
        run_script(&r, "echo out; echo err >&2; exec sleep 600 </dev/null >/dev/null 2>&1");
        bool failed = alloc.fail_in == 0;
        if (failed && r.rc == 0)
            CHECK_EQ(r.result.error, -ENOMEM);
        else if (failed)
            CHECK_EQ(r.rc, -ENOMEM);
        run_over(&r);
        if (failed && r.rc == 0)
            break; /* the first of the outputs: those before are all of the start */
        CHECK(failed);
    }
}

int main(void)
{
    mh_alloc_init(&alloc, NULL, NULL);
    int before = test_count_fds();
    RUN(test_with_pidfd);
    RUN(test_without_pidfd);
    RUN(test_unwanted_input);
    RUN(test_not_started);
    RUN(test_out_of_memory);
    CHECK_EQ(test_count_fds(), before);
    return 0;
}
