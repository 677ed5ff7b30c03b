/*
 * The floor of serving HTTP over keep-alive: epoll, one read, one write of a fixed answer. What was asked is
 * not looked at, so it is no server; it shows what the kernel alone costs.
 *
 *     http        prints "port N" and serves until it is ended
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256 };

static const char ANSWER[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Type: text/plain\r\n"
                             "Content-Length: 14\r\n"
                             "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
                             "Connection: keep-alive\r\n"
                             "\r\n"
                             "Hello, world!\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int listen_anywhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 511) < 0)
        fail("listen");
    if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        fail("getsockname");
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void add(int loop, int fd)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &wanted) < 0)
        fail("epoll_ctl");
}

static void accept_all(int loop, int listener)
{
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        add(loop, fd);
    }
    if (errno != EAGAIN)
        fail("accept4");
}

static void answer(int fd)
{
    char request[8192];
    ssize_t count = read(fd, request, sizeof request);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count <= 0 || write(fd, ANSWER, sizeof ANSWER - 1) != sizeof ANSWER - 1)
        close(fd);
}

int main(void)
{
    struct epoll_event events[EVENTS];
    int listener = listen_anywhere();
    int loop = epoll_create1(EPOLL_CLOEXEC);
    if (loop < 0)
        fail("epoll_create1");
    add(loop, listener);
    for (;;) {
        int count = epoll_wait(loop, events, EVENTS, -1);
        if (count < 0 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) {
                accept_all(loop, listener);
            } else {
                answer(events[i].data.fd);
            }
        }
    }
}
