/*
 * The floor of starting a process: posix_spawn of a program that does nothing, and its end waited for, one
 * after the other.
 *
 *     spawn TIMES PROGRAM [ARGUMENTS]        prints "ms_each N"
 */

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static void spawn_and_wait(char **argv)
{
    pid_t child;
    int status;
    int code = posix_spawnp(&child, argv[0], NULL, NULL, argv, environ);
    if (code != 0) {
        fprintf(stderr, "cannot start %s: %s\n", argv[0], strerror(code));
        exit(1);
    }
    if (waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "%s failed\n", argv[0]);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: spawn TIMES PROGRAM [ARGUMENTS]\n");
        return 2;
    }
    long times = strtol(argv[1], NULL, 10);
    spawn_and_wait(argv + 2);
    double started = now_ms();
    for (long i = 0; i < times; i++) {
        spawn_and_wait(argv + 2);
    }
    printf("ms_each %.4f\n", (now_ms() - started) / (double)times);
    return 0;
}
