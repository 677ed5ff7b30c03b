#include "test.h"

#include <dirent.h>
#include <stdarg.h>
#include <string.h>

#define DEADLINE_MS 30000

const char *test_name = "main";

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: %s: ", file, line, test_name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

void test_check_text(const char *file, int line, const char *what, const char *got, const char *wanted)
{
    if (!got || strcmp(got, wanted) != 0)
        test_fail(file, line, "%s is\n  \"%s\", not\n  \"%s\"", what, got ? got : "(null)", wanted);
}

static void guard_fired(uv_timer_t *timer)
{
    (void)timer;
}

void test_loop_open(struct test_loop *t)
{
    struct mh_alloc alloc;
    struct mh_log log = {NULL, NULL, MH_LOG_ERROR};
    mh_alloc_init(&alloc, NULL, NULL);
    CHECK_EQ(uv_loop_init(&t->loop), 0);
    mh_ctx_init(&t->ctx, &t->loop, &alloc, &log);
    uv_timer_init(&t->loop, &t->guard);
}

void test_loop_close(struct test_loop *t)
{
    mh_ctx_close_handles(&t->ctx);
    mh_ctx_settle(&t->ctx);
    uv_close((uv_handle_t *)&t->guard, NULL);
    uv_run(&t->loop, UV_RUN_DEFAULT);
    CHECK(mh_ctx_idle(&t->ctx));
    mh_ctx_free(&t->ctx);
    CHECK_EQ(t->ctx.alloc.live, 0);
    CHECK_EQ(uv_loop_close(&t->loop), 0);
}

uint64_t test_deadline(void)
{
    return uv_hrtime() + DEADLINE_MS * (uint64_t)1000000;
}

void test_turn(struct test_loop *t, uint64_t deadline, const char *file, int line, const char *what)
{
    if (uv_hrtime() > deadline)
        test_fail(file, line, "waited in vain for %s", what);
    /* It keeps the poll from ending at once for want of handles, and from lasting for ever. */
    uv_timer_start(&t->guard, guard_fired, 10, 10);
    uv_run(&t->loop, UV_RUN_ONCE);
    uv_timer_stop(&t->guard);
}

void test_turn_idle(struct test_loop *t)
{
    mh_ctx_settle(&t->ctx);
    /* What is readable now is read in the first turns, what that brings in the next. */
    for (int i = 0; i < 10; i++)
        uv_run(&t->loop, UV_RUN_NOWAIT);
}

bool test_limits_hold(void)
{
    const char *preload = getenv("LD_PRELOAD");
    bool hold = !preload || !strstr(preload, "vgpreload");
    if (!hold)
        fprintf(stderr, "%s: left out under valgrind\n", test_name);
    return hold;
}

int test_count_fds(void)
{
    int count = -1; /* the one that looks */
    DIR *dir = opendir("/proc/self/fd");
    CHECK(dir);
    for (const struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

void test_replay(const char *corpus, int (*fuzz)(const uint8_t *data, size_t size))
{
    static uint8_t data[1u << 20];
    int count = 0;
    DIR *dir = opendir(corpus);
    CHECK(dir);
    for (const struct dirent *entry; (entry = readdir(dir));) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", corpus, entry->d_name);
        FILE *file = fopen(path, "rb");
        CHECK(file);
        test_name = entry->d_name;
        fuzz(data, fread(data, 1, sizeof data, file));
        fclose(file);
        count++;
    }
    closedir(dir);
    CHECK(count > 0);
}

uint32_t test_random(struct test_random *random, uint32_t limit)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return (uint32_t)((random->state >> 32) % limit);
}

#ifdef __SANITIZE_THREAD__

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* LuaJIT moves memory by mremap, which ThreadSanitizer does not follow; without, it copies. */
__attribute__((visibility("default"))) void *mremap(void *old, size_t old_size, size_t new_size, int flags,
                                                    ...)
{
    (void)old;
    (void)old_size;
    (void)new_size;
    (void)flags;
    errno = ENOMEM;
    return MAP_FAILED;
}

/*
 * ThreadSanitizer follows descriptors by the calls of libc that make and close them. libuv closes by a bare
 * system call, and the next owner of the number, on another thread, then looks as if it raced with the last
 * one: here that call becomes one that is seen. Not instrumented, as spawned children pass through it on our
 * memory.
 */
__attribute__((visibility("default"), no_sanitize("thread"))) long syscall(long number, ...)
{
    static long (*real)(long, ...);
    long args[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        args[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_close)
        return close((int)args[0]);
    if (!real)
        real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return real(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

#endif
