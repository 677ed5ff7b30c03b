/*
 * Descriptors through a channel: in order and with their frames, or the peer is cut off and none is leaked;
 * and what happens when this process, or the kernel, has no room for them.
 */
#include "base/err.h"
#include "peer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct test_loop loop;

/* Frames with none, one and many descriptors, small and large, to a receiver that keeps them all. */
static void test_in_order(void)
{
    struct mh_channel_limits limits;
    mh_channel_limits_init(&limits);
    limits.fds = 1; /* raised to what one frame may carry */
    struct watch a;
    struct watch b;
    watch_open_fd(&loop, &b, watch_open(&loop, &a, NULL), &limits);
    b.keep_fds = true;
    int before = test_count_fds();
    static char payload[300000];
    unsigned sent = 0;
    for (unsigned i = 0; i < 40; i++) {
        int fds[MH_FRAME_FDS];
        unsigned count = i % 7 == 6 ? MH_FRAME_FDS : i % 3;
        for (unsigned k = 0; k < count; k++)
            fds[k] = peer_fd((int)++sent);
        size_t len = i % 5 == 4 ? sizeof payload : i;
        CHECK_EQ(mh_channel_send(a.ch, MH_FRAME_MESSAGE, payload, len, fds, count), 0);
        if (i % 4 == 0)
            test_turn_idle(&loop);
    }
    TURN_UNTIL(&loop, b.frames == 40);
    CHECK_EQ(b.fds, sent);
    for (unsigned i = 0; i < sent; i++)
        CHECK_EQ(peer_fd_number(b.kept[i]), i + 1);
    CHECK_EQ(test_count_fds(), before + (int)sent); /* the sender's are closed */
    watch_close(&loop, &b);
    watch_close(&loop, &a);
}

/* Whom nobody takes is closed, wherever the frame ends up. */
static void test_not_taken(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    watch_control(&w);
    int fds[3] = {peer_fd(1), peer_fd(2), peer_fd(3)};
    int before = test_count_fds();
    uint64_t number = 0;
    uint32_t version = MH_FRAME_VERSION;
    peer_send_frame(peer, MH_FRAME_MESSAGE, "x", 1, fds, 3);
    peer_send_frame(peer, MH_FRAME_PING, &number, sizeof number, fds, 2);
    peer_send_frame(peer, MH_FRAME_HELLO, &version, sizeof version, fds, 1);
    peer_send_frame(peer, MH_FRAME_PONG, &number, sizeof number, fds, 3);
    TURN_UNTIL(&loop, w.controls == 1);
    CHECK_EQ(w.fds, 6);
    CHECK_EQ(test_count_fds(), before);
    watch_close(&loop, &w);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    close(peer);
}

/* --- peers that lie --- */

/* A good frame, then bytes with descriptors that do not match; ends with the reason and nothing leaks. */
static void check_lie(const void *bytes, size_t len, unsigned fd_count, unsigned repeat, unsigned frames)
{
    int fds[253];
    struct watch w;
    int before = test_count_fds();
    int peer = watch_open(&loop, &w, NULL);
    for (unsigned i = 0; i < fd_count; i++)
        fds[i] = peer_fd(1);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "good", 4, NULL, 0);
    TURN_UNTIL(&loop, w.frames == 1);
    for (unsigned i = 0; i < repeat; i++)
        peer_send(peer, (const char *)bytes + i, repeat > 1 ? 1 : len, fds, fd_count);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.reason, MH_EFDS);
    CHECK_EQ(w.ends, 1);
    CHECK_EQ(w.frames, frames);
    close(peer);
    for (unsigned i = 0; i < fd_count; i++)
        close(fds[i]);
    CHECK_EQ(test_count_fds(), before);
}

static void test_lies(void)
{
    char frame[64];
    size_t len = peer_frame(frame, MH_FRAME_MESSAGE, "payload", 7, 0);
    check_lie(frame, len, 1, 1, 2); /* not declared: the frame itself is none the worse */
    len = peer_frame(frame, MH_FRAME_MESSAGE, "payload", 7, 1);
    check_lie(frame, len, 3, 1, 2); /* more than declared */
    check_lie(frame, len, 0, 1, 1); /* fewer */
    len = peer_frame(frame, MH_FRAME_MESSAGE, "payload", 7, 4);
    check_lie(frame, len, 3, 1, 1);
    len = peer_frame(frame, MH_FRAME_MESSAGE, "payload", 7, 17);
    check_lie(frame, len, 17, 1, 1); /* more than a frame may declare */
    len = peer_frame(frame, MH_FRAME_MESSAGE, "payload", 7, 16);
    check_lie(frame, len - 1, 65, 1, 1);  /* more at once than may wait, */
    check_lie(frame, len - 1, 253, 1, 1); /* as many as the kernel takes, */
    check_lie(frame, len, 16, 5, 1);      /* 16 with each byte of a frame that never ends */
}

/* Half a frame holds its descriptors until the peer goes; then they are closed. */
static void test_peer_goes(void)
{
    int before = test_count_fds();
    int fds[2] = {peer_fd(1), peer_fd(2)};
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    char frame[64];
    size_t len = peer_frame(frame, MH_FRAME_MESSAGE, "payload", 7, 2);
    peer_send(peer, frame, len - 1, fds, 2);
    test_turn_idle(&loop);
    close(peer);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.reason, MH_EPEERGONE);
    CHECK_EQ(w.fds, 0);
    close(fds[0]);
    close(fds[1]);
    CHECK_EQ(test_count_fds(), before);
}

static void test_refused_to_send(void)
{
    for (size_t nth = 0; nth <= 2; nth++) {
        struct watch w;
        int peer = watch_open(&loop, &w, NULL);
        int before = test_count_fds();
        int fds[MH_FRAME_FDS + 1];
        unsigned count = nth == 0 ? MH_FRAME_FDS + 1 : 1;
        for (unsigned i = 0; i < count; i++)
            fds[i] = peer_fd(1);
        loop.ctx.alloc.fail_in = nth;
        int rc = mh_channel_send(w.ch, MH_FRAME_MESSAGE, "x", 1, fds, count);
        CHECK_EQ(rc, nth == 0 ? (int)MH_EFDS : -ENOMEM);
        CHECK_EQ(mh_channel_pending(w.ch), 0);
        CHECK_EQ(test_count_fds(), before);
        /* Nothing of it is in the way. */
        CHECK_EQ(watch_send(&w, 2, 'x'), 0);
        char got[MH_FRAME_HEADER + 2];
        char wanted[sizeof got];
        peer_read(peer, got, sizeof got);
        peer_frame(wanted, MH_FRAME_MESSAGE, "xx", 2, 0);
        CHECK(!memcmp(got, wanted, sizeof got));
        watch_close(&loop, &w);
        close(peer);
    }
}

/* A descriptor that somebody closed while it was queued: the sender's fault, and the sender hears of it. */
static void test_closed_while_queued(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    int fd = peer_fd(1);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "x", 1, &fd, 1), 0);
    CHECK_EQ(watch_send(&w, 0, 'x'), 0);
    CHECK(w.ch && !w.ends);
    fd = peer_fd(2);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "x", 1, &fd, 1), 0);
    close(fd);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.reason, -EBADF);
    close(peer);
}

/* --- no room --- */

/* Fill the table of descriptors so that exactly `room` more fit; undone by giving what it returned. */
struct full {
    struct rlimit limit;
    int count;
    int fds[1024];
};

static void fill(struct full *full, int room)
{
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &full->limit), 0);
    struct rlimit low = {200, full->limit.rlim_max};
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
    for (full->count = 0; (full->fds[full->count] = dup(2)) >= 0; full->count++)
        CHECK(full->count < 1000);
    CHECK_EQ(errno, EMFILE);
    for (; room > 0; room--)
        close(full->fds[--full->count]);
}

static void unfill(struct full *full)
{
    while (full->count > 0)
        close(full->fds[--full->count]);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &full->limit), 0);
}

/*
 * A process full of descriptors loses those that come, not the peer nor the frames: each says how many it
 * lost, and later ones are matched to their frames again. The second frame is in two parts, its descriptors
 * lost with the first; a third follows in the same read as the rest of it.
 */
static void test_full_table(void)
{
    if (!test_limits_hold())
        return;
    for (int room = 0; room < 4; room++) {
        struct watch w;
        struct full full;
        int peer = watch_open(&loop, &w, NULL);
        w.keep_fds = true;
        test_turn_idle(&loop);
        int fds[3] = {peer_fd(1), peer_fd(2), peer_fd(3)};
        char frame[64];
        size_t len = peer_frame(frame, MH_FRAME_MESSAGE, "second", 6, 3);
        fill(&full, room);
        peer_send_frame(peer, MH_FRAME_MESSAGE, "first", 5, NULL, 0);
        peer_send(peer, frame, 10, fds, 3);
        TURN_UNTIL(&loop, w.frames == 1);
        test_turn_idle(&loop);
        unfill(&full);
        int later = peer_fd(4);
        peer_send(peer, frame + 10, len - 10, NULL, 0);
        peer_send_frame(peer, MH_FRAME_MESSAGE, "third", 5, &later, 1);
        TURN_UNTIL(&loop, w.frames == 3);
        CHECK_EQ(w.fds_lost, 3 - room);
        CHECK_EQ(w.fds, room + 1);
        for (int i = 0; i < room; i++)
            CHECK_EQ(peer_fd_number(w.kept[i]), i + 1);
        CHECK_EQ(peer_fd_number(w.kept[room]), 4);
        CHECK_STR(w.first, "third");
        watch_close(&loop, &w);
        for (int i = 0; i < 3; i++)
            close(fds[i]);
        close(later);
        close(peer);
    }
}

/*
 * The kernel counts descriptors in flight per user and refuses more than RLIMIT_NOFILE of an unprivileged
 * one: sending waits until they are received, and nothing is lost or out of order.
 */
static void in_flight_limit(void)
{
    enum { FRAMES = 60 };
    struct rlimit low = {40, 40};
    struct watch w;
    test_loop_open(&loop);
    int peer = watch_open(&loop, &w, NULL);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
    CHECK(geteuid() != 0 || setresuid(65534, 65534, 65534) == 0);
    for (int i = 0; i < FRAMES; i++) {
        int fd = peer_fd(i + 1);
        CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, &i, sizeof i, &fd, 1), 0);
        mh_ctx_settle(&loop.ctx);
        if (mh_channel_pending(w.ch) > 0)
            break; /* the kernel has said ETOOMANYREFS */
        if (i == FRAMES - 1)
            _exit(77); /* this kernel does not count, or we may do anything */
    }
    uint64_t queued = mh_channel_queued_total(w.ch);
    /* What is behind waits too, and a blocking flush gives up in time. */
    CHECK_EQ(watch_send(&w, 4, 'x'), 0);
    CHECK_EQ(mh_channel_flush(w.ch, 1), -ETIMEDOUT);
    uint64_t deadline = test_deadline();
    size_t got = 0;
    int next = 1;
    while (got < queued + MH_FRAME_HEADER + 4) {
        union {
            struct cmsghdr header;
            char room[CMSG_SPACE(sizeof(int))];
        } control;
        char bytes[MH_FRAME_HEADER + 4];
        struct iovec iov = {bytes, sizeof bytes};
        struct msghdr msg = {
            .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
        ssize_t rc = recvmsg(peer, &msg, MSG_DONTWAIT);
        if (rc < 0) {
            CHECK_EQ(errno, EAGAIN);
            test_turn(&loop, deadline, __FILE__, __LINE__, "descriptors");
            continue;
        }
        got += (size_t)rc;
        if (msg.msg_controllen > 0) {
            int fd;
            memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
            CHECK_EQ(peer_fd_number(fd), next++);
            close(fd);
        }
    }
    CHECK_EQ(mh_channel_pending(w.ch), 0);
    CHECK_STR(w.log, "d");
    watch_close(&loop, &w);
    close(peer);
    test_loop_close(&loop);
}

static void test_in_flight_limit(void)
{
    if (!test_limits_hold())
        return;
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        in_flight_limit();
        _exit(0);
    }
    int status;
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        fprintf(stderr, "%s: skipped, descriptors in flight are not limited here\n", test_name);
    else
        CHECK_EQ(status, 0);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    RUN(test_in_flight_limit); /* before there is a loop of ours: it forks */
    test_loop_open(&loop);
    int before = test_count_fds();
    RUN(test_in_order);
    RUN(test_not_taken);
    RUN(test_lies);
    RUN(test_peer_goes);
    RUN(test_refused_to_send);
    RUN(test_closed_while_queued);
    RUN(test_full_table);
    CHECK_EQ(test_count_fds(), before);
    test_loop_close(&loop);
    return 0;
}
