/*
 * What a channel holds back: the ceiling and the mark, drains, finishing, writing now or never, blocking
 * flushes.
 */
#include "base/err.h"
#include "peer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct test_loop loop;

/* Bytes the peer takes without waiting. */
static size_t drain(int peer, size_t at_most)
{
    static char sink[1u << 16];
    size_t got = 0;
    while (got < at_most) {
        size_t want = at_most - got < sizeof sink ? at_most - got : sizeof sink;
        ssize_t rc = recv(peer, sink, want, MSG_DONTWAIT);
        if (rc <= 0)
            break;
        got += (size_t)rc;
    }
    return got;
}

static void drain_until(struct watch *w, int peer, uint64_t sent)
{
    while (mh_channel_sent_total(w->ch) < sent) {
        drain(peer, SIZE_MAX);
        test_turn_idle(&loop);
    }
}

static void limits_of(struct mh_channel_limits *limits, uint32_t frame_bytes, size_t queue_bytes,
                      size_t mark_bytes)
{
    mh_channel_limits_init(limits);
    limits->frame_bytes = frame_bytes;
    limits->queue_bytes = queue_bytes;
    limits->mark_bytes = mark_bytes;
}

/* --- the ceiling --- */

static void test_ceiling(void)
{
    struct mh_channel_limits limits;
    limits_of(&limits, 1u << 20, 1000, 500);
    struct watch w;
    int peer = watch_open(&loop, &w, &limits);
    CHECK_EQ(watch_send(&w, (1u << 20) + 1, 'x'), MH_EFRAMESIZE);
    /* The frame in flight does not count, however large. */
    CHECK_EQ(watch_send(&w, 1u << 20, 'f'), 0);
    CHECK(mh_channel_pending(w.ch) > 1000);
    CHECK_EQ(watch_send(&w, 1000 - 2 * MH_FRAME_HEADER - 2, 'a'), 0);
    CHECK_EQ(watch_send(&w, 3, 'b'), MH_EQUEUE);
    CHECK_EQ(watch_send(&w, 2, 'c'), 0); /* exactly full */
    uint64_t total = mh_channel_queued_total(w.ch);
    int before = test_count_fds();
    int fd = peer_fd(1);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "", 0, &fd, 1), MH_EQUEUE);
    CHECK_EQ(test_count_fds(), before);
    CHECK_EQ(mh_channel_queued_total(w.ch), total); /* nothing of what was refused is queued */
    drain_until(&w, peer, total);
    CHECK_EQ(watch_send(&w, 2, 'd'), 0);
    drain(peer, SIZE_MAX);
    watch_close(&loop, &w);
    close(peer);

    /* Without a queue there is still one frame at a time. */
    limits_of(&limits, 1u << 20, 0, 0);
    peer = watch_open(&loop, &w, &limits);
    CHECK(mh_channel_over_mark(w.ch)); /* a mark of 0 always says: pause */
    CHECK_EQ(watch_send(&w, 1u << 20, 'f'), 0);
    CHECK_EQ(watch_send(&w, 0, 'g'), MH_EQUEUE);
    drain_until(&w, peer, mh_channel_queued_total(w.ch));
    CHECK_EQ(watch_send(&w, 1u << 20, 'h'), 0);
    watch_close(&loop, &w);
    close(peer);
}

/* The same ceiling within one turn, before anything has gone to the kernel. */
static void test_ceiling_before_flush(void)
{
    struct mh_channel_limits limits;
    limits_of(&limits, 1000, 100, 10);
    struct watch w;
    int peer = watch_open(&loop, &w, &limits);
    char payload[1000] = {0};
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, payload, 1000, NULL, 0), 0);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, payload, 42, NULL, 0), 0);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, payload, 43, NULL, 0), MH_EQUEUE);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, payload, 42, NULL, 0), 0);
    CHECK_EQ(mh_channel_sent_total(w.ch), 0);
    mh_ctx_settle(&loop.ctx);
    CHECK_EQ(mh_channel_sent_total(w.ch), 1000 + 42 + 42 + 3 * MH_FRAME_HEADER);
    watch_close(&loop, &w);
    close(peer);
}

/*
 * Random frames to a peer that reads in random pieces, against a model: a frame is refused exactly when what
 * waits behind the frame being sent would pass the ceiling, and what was accepted arrives, whole and in
 * order.
 */
static void test_random_queue(void)
{
    enum { STEPS = 20000, FRAMES_MAX = 20000 };
    struct test_random random = {11};
    struct mh_channel_limits limits;
    limits_of(&limits, 300000, 20000, 5000);
    struct watch a;
    struct watch b;
    int raw[2];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, raw), 0);
    watch_open_fd(&loop, &a, raw[0], &limits);
    watch_open_fd(&loop, &b, raw[1], &limits);
    mh_channel_read_stop(b.ch);
    static uint64_t ends[FRAMES_MAX]; /* offsets at which the accepted frames end */
    unsigned accepted = 0;
    unsigned refused = 0;
    unsigned flight = 0; /* the first frame not wholly sent */
    uint64_t sum = 0;
    uint64_t place = 0;
    static char payload[300000];
    for (int step = 0; step < STEPS; step++) {
        uint32_t what = test_random(&random, 10);
        if (what < 8) {
            size_t len = test_random(&random, test_random(&random, 50) == 0 ? sizeof payload : 3000);
            char letter = (char)('a' + test_random(&random, 26));
            uint64_t queued = mh_channel_queued_total(a.ch);
            uint64_t sent = mh_channel_sent_total(a.ch);
            while (flight < accepted && ends[flight] <= sent)
                flight++;
            bool full = queued > sent && queued - ends[flight] + MH_FRAME_HEADER + len > limits.queue_bytes;
            memset(payload, letter, len);
            int rc = mh_channel_send(a.ch, MH_FRAME_MESSAGE, payload, len, NULL, 0);
            CHECK_EQ(rc, full ? MH_EQUEUE : 0);
            refused += full;
            CHECK_EQ(mh_channel_over_mark(a.ch), mh_channel_pending(a.ch) >= limits.mark_bytes);
            if (rc == 0) {
                ends[accepted++] = mh_channel_queued_total(a.ch);
                for (size_t i = 0; i < len; i++)
                    sum += (uint64_t)letter * ++place;
            }
        } else if (what == 8) {
            mh_ctx_settle(&loop.ctx);
        } else {
            mh_channel_read_start(b.ch);
            uv_run(&loop.loop, UV_RUN_NOWAIT);
            mh_channel_read_stop(b.ch);
        }
    }
    mh_channel_read_start(b.ch);
    TURN_UNTIL(&loop, b.frames == accepted);
    CHECK_EQ(b.sum, sum);
    CHECK(refused > 100 && accepted > 1000);
    watch_close(&loop, &a);
    watch_close(&loop, &b);
}

/* --- drains --- */

static void test_drain(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    CHECK_EQ(watch_send(&w, 100, 'x'), 0);
    test_turn_idle(&loop);
    CHECK_EQ(w.drains, 0); /* nothing had to wait */
    CHECK_EQ(watch_send(&w, 1u << 20, 'x'), 0);
    CHECK(mh_channel_over_mark(w.ch));
    CHECK_EQ(watch_send(&w, 1u << 20, 'x'), 0);
    drain_until(&w, peer, mh_channel_queued_total(w.ch));
    test_turn_idle(&loop);
    CHECK_EQ(w.drains, 1);
    CHECK_EQ(w.drain_rc, 0);
    CHECK(!mh_channel_over_mark(w.ch));

    /* Asked for a byte: told once when that is written, not when all is. */
    CHECK_EQ(watch_send(&w, 100000, 'x'), 0);
    uint64_t first = mh_channel_queued_total(w.ch);
    CHECK_EQ(watch_send(&w, 2u << 20, 'x'), 0);
    mh_channel_tell_at(w.ch, first);
    while (w.drains == 1) {
        CHECK(drain(peer, 50000) > 0 || mh_channel_sent_total(w.ch) < first);
        test_turn_idle(&loop);
    }
    CHECK(mh_channel_pending(w.ch) > 0 && mh_channel_sent_total(w.ch) >= first);
    mh_channel_tell_at(w.ch, first); /* written long ago: told at the end of this callback */
    CHECK_EQ(w.drains, 2);
    mh_ctx_settle(&loop.ctx);
    CHECK_EQ(w.drains, 3);

    /* The peer goes: what is queued is lost, which is said, unless the end is read first. */
    close(peer);
    TURN_UNTIL(&loop, !w.ch);
    CHECK(w.drains == 3 || (w.drains == 4 && (w.drain_rc == -EPIPE || w.drain_rc == -ECONNRESET)));
    CHECK_EQ(w.refused, 0); /* it had to wait, as a write at once would have */
    CHECK_STR(w.log, "dex");
    CHECK_EQ(w.reason, 0);
}

/* The peer has gone, and this side does not know it yet: what it queues now is refused, and counted. */
static void test_refused(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    CHECK_EQ(watch_send(&w, 100, 'x'), 0);
    close(peer);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "one", 3, NULL, 0), 0);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_INTERNAL, "no user's", 9, NULL, 0), 0);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "", 0, NULL, 0), 0);
    mh_ctx_settle(&loop.ctx);
    CHECK_EQ(w.drains, 1);
    CHECK(w.drain_rc == -EPIPE || w.drain_rc == -ECONNRESET);
    CHECK_EQ(w.refused, 2);
    CHECK_EQ(mh_channel_pending(w.ch), 0);
    CHECK_EQ(watch_send(&w, 10, 'x'), 0);
    CHECK_EQ(w.refused, 1);

    /* To finish is no reason to keep it to itself. */
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "last", 4, NULL, 0), 0);
    mh_channel_finish(w.ch);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.drains, 3);
    CHECK_EQ(w.refused, 1);
    CHECK_STR(w.log, "dex");
    CHECK_EQ(w.reason, 0);
}

/* --- finish --- */

static void test_finish(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    CHECK_EQ(watch_send(&w, 1u << 20, 'x'), 0);
    CHECK_EQ(watch_send(&w, 10, 'y'), 0);
    mh_channel_finish(w.ch);
    mh_channel_finish(w.ch);
    CHECK_EQ(watch_send(&w, 0, 'z'), MH_ECLOSED);
    CHECK_EQ(mh_channel_send_now(w.ch, MH_FRAME_OFFER, "", 0, peer), MH_ECLOSED);
    mh_channel_read_start(w.ch); /* no more */
    peer_send_frame(peer, MH_FRAME_MESSAGE, "unheard", 7, NULL, 0);
    test_turn_idle(&loop);
    CHECK_STR(w.log, "");
    size_t got = 0;
    while (w.ch) {
        got += drain(peer, SIZE_MAX);
        test_turn_idle(&loop);
    }
    got += drain(peer, SIZE_MAX);
    CHECK_EQ(got, (1u << 20) + 10 + 2 * MH_FRAME_HEADER);
    CHECK_STR(w.log, "dex");
    CHECK_EQ(w.reason, 0);
    close(peer);

    peer = watch_open(&loop, &w, NULL); /* with nothing queued: at the end of the callback */
    mh_channel_finish(w.ch);
    CHECK_STR(w.log, "");
    TURN_UNTIL(&loop, !w.ch);
    CHECK_STR(w.log, "ex");
    close(peer);

    peer = watch_open(&loop, &w, NULL); /* to a peer that goes instead of reading */
    CHECK_EQ(watch_send(&w, 1u << 20, 'x'), 0);
    mh_channel_finish(w.ch);
    test_turn_idle(&loop);
    close(peer);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.ends, 1);

    peer = watch_open(&loop, &w, NULL); /* to one that neither reads nor goes: the owner closes */
    CHECK_EQ(watch_send(&w, 1u << 20, 'x'), 0);
    mh_channel_finish(w.ch);
    test_turn_idle(&loop);
    watch_close(&loop, &w);
    CHECK_STR(w.log, "x");
    close(peer);
}

/* --- now or never --- */

static void test_send_now(void)
{
    struct watch a;
    struct watch b;
    int fds[2];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    watch_open_fd(&loop, &a, fds[0], NULL);
    watch_open_fd(&loop, &b, fds[1], NULL);
    watch_control(&b);
    b.keep_fds = true;
    int fd = peer_fd(7);
    struct mh_offer offer = {1, 2, 3};

    /* What is queued goes first. */
    CHECK_EQ(mh_channel_send(a.ch, MH_FRAME_MESSAGE, "first", 5, NULL, 0), 0);
    CHECK_EQ(mh_channel_send_now(a.ch, MH_FRAME_OFFER, &offer, sizeof offer, fd), 0);
    CHECK_EQ(mh_channel_pending(a.ch), 0);
    TURN_UNTIL(&loop, b.controls == 1);
    CHECK_STR(b.log, "fc");
    CHECK_EQ(peer_fd_number(b.kept[0]), 7);
    close(b.kept[0]);
    b.keep_fds = false;

    /* Until the kernel is full; what did not go is not queued, and the descriptor stays ours. */
    mh_channel_read_stop(b.ch);
    unsigned sent = 0;
    int rc;
    while ((rc = mh_channel_send_now(a.ch, MH_FRAME_OFFER, &offer, sizeof offer, fd)) == 0)
        sent++;
    CHECK_EQ(rc, -EAGAIN);
    CHECK(sent > 0);
    CHECK_EQ(mh_channel_pending(a.ch), 0);
    CHECK_EQ(peer_fd_number(fd), 7);
    /* Behind something queued, it does not overtake. */
    CHECK_EQ(watch_send(&a, 10, 'x'), 0);
    CHECK_EQ(mh_channel_send_now(a.ch, MH_FRAME_OFFER, &offer, sizeof offer, fd), -EAGAIN);
    mh_channel_read_start(b.ch);
    TURN_UNTIL(&loop, b.controls == (int)sent + 1 && b.frames == 2);
    CHECK_EQ(mh_channel_send_now(a.ch, MH_FRAME_OFFER, &offer, sizeof offer, fd), 0);
    TURN_UNTIL(&loop, b.controls == (int)sent + 2);
    CHECK_STR(b.log, "fcfc");
    CHECK_EQ(b.fds, sent + 2);
    CHECK_EQ(a.drains, 1);

    watch_close(&loop, &b);
    rc = mh_channel_send_now(a.ch, MH_FRAME_OFFER, &offer, sizeof offer, fd);
    CHECK(rc == -EPIPE || rc == -ECONNRESET);
    close(fd);
    TURN_UNTIL(&loop, !a.ch);
}

/* --- flush --- */

struct reader {
    int fd;
    size_t wanted;
};

static void *read_slowly(void *arg)
{
    struct reader *reader = arg;
    static char sink[4096];
    for (size_t got = 0; got < reader->wanted;) {
        ssize_t rc = recv(reader->fd, sink, sizeof sink, 0);
        CHECK(rc > 0);
        got += (size_t)rc;
    }
    return NULL;
}

static void test_flush(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    CHECK_EQ(mh_channel_flush(w.ch, 0), 0);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "x", 1, NULL, 0), 0);
    CHECK_EQ(mh_channel_flush(w.ch, 0), 0);
    CHECK_EQ(watch_send(&w, 3u << 20, 'x'), 0);
    CHECK_EQ(mh_channel_flush(w.ch, 0), -ETIMEDOUT);
    CHECK_EQ(mh_channel_flush(w.ch, 1), -ETIMEDOUT);

    struct reader reader = {peer, (size_t)mh_channel_queued_total(w.ch)};
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    CHECK_EQ(mh_channel_flush(w.ch, UINT32_MAX), 0);
    CHECK_EQ(mh_channel_pending(w.ch), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    test_turn_idle(&loop);
    CHECK_EQ(w.drains, 1); /* the loop still says so */

    CHECK_EQ(watch_send(&w, 3u << 20, 'x'), 0);
    close(peer);
    int rc = mh_channel_flush(w.ch, 60000);
    CHECK(rc == -EPIPE || rc == -ECONNRESET);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.ends, 1);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_loop_open(&loop);
    int before = test_count_fds();
    RUN(test_ceiling);
    RUN(test_ceiling_before_flush);
    RUN(test_random_queue);
    RUN(test_drain);
    RUN(test_refused);
    RUN(test_finish);
    RUN(test_send_now);
    RUN(test_flush);
    CHECK_EQ(test_count_fds(), before);
    test_loop_close(&loop);
    return 0;
}
