/*
 * The floor of an IPC round trip: two processes, a socket pair, epoll at both ends, 80 bytes and no meaning.
 *
 *     roundtrip TRIPS        prints "us_per_trip N"
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 80, WARM_UP = 10 /* of a hundred */ };

static double now_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int watch(int fd)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
    int loop = epoll_create1(EPOLL_CLOEXEC);
    if (loop < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, fd, &wanted) < 0)
        fail("epoll");
    return loop;
}

/* Waits for a message; 0 at the end of the channel. */
static int receive(int loop, int fd, char *message)
{
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(loop, &event, 1, -1) < 0 && errno != EINTR)
            fail("epoll_wait");
        ssize_t count = read(fd, message, 65536);
        if (count >= 0)
            return count > 0;
        if (errno != EAGAIN && errno != EINTR)
            fail("read");
    }
}

static void echo(int fd)
{
    static char message[65536];
    int loop = watch(fd);
    while (receive(loop, fd, message)) {
        if (write(fd, message, MESSAGE_BYTES) != MESSAGE_BYTES)
            fail("write");
    }
}

int main(int argc, char **argv)
{
    static char message[65536];
    long trips = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    long warm_up = trips * WARM_UP / 100;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        fail("socketpair");
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        close(pair[0]);
        echo(pair[1]);
        _exit(0);
    }
    close(pair[1]);
    int loop = watch(pair[0]);
    memset(message, 'x', MESSAGE_BYTES);
    double started = now_us();
    for (long trip = -warm_up; trip < trips; trip++) {
        if (trip == 0)
            started = now_us();
        if (write(pair[0], message, MESSAGE_BYTES) != MESSAGE_BYTES)
            fail("write");
        if (!receive(loop, pair[0], message))
            fail("echo");
    }
    printf("us_per_trip %.4f\n", (now_us() - started) / (double)trips);
    close(pair[0]);
    waitpid(child, NULL, 0);
    return 0;
}
