/*
 * Channels: frames in every size and split, each way to end, and closing from every callback. Descriptors and
 * queues have tests of their own.
 */
#include "base/err.h"
#include "fuzz/fuzz_frame.c"
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct test_loop loop;

/* --- frames --- */

static void test_sizes(void)
{
    static const uint32_t sizes[] = {0, 1, 7, 8, 9, 511, 512, 65527, 65528, 65536, 65537, 1000000, 0, 3};
    struct watch a;
    struct watch b;
    watch_open_fd(&loop, &b, watch_open(&loop, &a, NULL), NULL);
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        CHECK_EQ(watch_send(&a, sizes[i], (char)('a' + i)), 0);
        TURN_UNTIL(&loop, b.frames == i + 1);
        CHECK_EQ(b.first_len, sizes[i]);
        CHECK_EQ(b.first[0], sizes[i] ? 'a' + (int)i : 0);
    }
    CHECK_EQ(mh_channel_pending(a.ch), 0);
    CHECK_EQ(mh_channel_queued_total(a.ch), mh_channel_sent_total(a.ch));
    watch_close(&loop, &a);
    TURN_UNTIL(&loop, !b.ch);
    CHECK_STR(b.log, "fex");
    CHECK_EQ(b.reason, 0);
}

/* The largest frame there is arrives, its memory goes again, and one byte more is refused. */
static void test_largest(void)
{
    struct watch a;
    struct watch b;
    watch_open_fd(&loop, &b, watch_open(&loop, &a, NULL), NULL);
    size_t blocks = loop.ctx.alloc.live;
    CHECK_EQ(watch_send(&a, MH_CHANNEL_FRAME_BYTES + 1, 'y'), MH_EFRAMESIZE);
    CHECK_EQ(mh_channel_pending(a.ch), 0);
    CHECK_EQ(watch_send(&a, MH_CHANNEL_FRAME_BYTES, 'x'), 0);
    CHECK(mh_channel_over_mark(a.ch));
    TURN_UNTIL(&loop, b.frames == 1);
    CHECK_EQ(b.first_len, MH_CHANNEL_FRAME_BYTES);
    CHECK_EQ(b.sum, 'x' * ((uint64_t)MH_CHANNEL_FRAME_BYTES * (MH_CHANNEL_FRAME_BYTES + 1) / 2));
    CHECK_EQ(loop.ctx.alloc.live, blocks);
    watch_close(&loop, &a);
    watch_close(&loop, &b);
}

/* Byte by byte: nothing comes before it is whole, and nothing is lost. */
static void test_split(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    char stream[64];
    size_t ends[4];
    size_t len = 0;
    static const char *const payloads[] = {"one", "", "three!!", "4"};
    for (int i = 0; i < 4; i++) {
        len += peer_frame(stream + len, i % 2 ? MH_FRAME_MESSAGE : MH_FRAME_INTERNAL, payloads[i],
                          (uint32_t)strlen(payloads[i]), 0);
        ends[i] = len;
    }
    unsigned whole = 0;
    for (size_t at = 0; at < len; at++) {
        peer_send(peer, stream + at, 1, NULL, 0);
        test_turn_idle(&loop);
        whole += at + 1 == ends[whole];
        CHECK_EQ(w.frames, whole);
    }
    CHECK_EQ(whole, 4);
    CHECK_STR(w.first, "4");
    watch_close(&loop, &w);
    close(peer);
}

/* Thousands in one read, each once and in order, in batches with a limit. */
static void test_many(void)
{
    enum { MANY = 5000, BYTES = MH_FRAME_HEADER + sizeof(uint32_t) };
    static char stream[MANY * BYTES];
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    uint64_t sum = 0;
    uint64_t place = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        mh_frame_write(stream + (size_t)i * BYTES, MH_FRAME_MESSAGE, sizeof i, 0);
        memcpy(stream + (size_t)i * BYTES + MH_FRAME_HEADER, &i, sizeof i);
        for (unsigned b = 0; b < sizeof i; b++)
            sum += ((unsigned char *)&i)[b] * ++place;
    }
    peer_send(peer, stream, sizeof stream, NULL, 0);
    TURN_UNTIL(&loop, w.frames == MANY);
    CHECK_EQ(w.sum, sum);
    CHECK(w.largest_batch > 1 && w.largest_batch <= 64);
    watch_close(&loop, &w);
    close(peer);
}

/* What the hook hears comes behind what was sent before it. */
static void test_control_in_order(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    watch_control(&w);
    struct mh_offer offer = {1, 2, 3};
    uint64_t number = 1;
    peer_send_frame(peer, MH_FRAME_MESSAGE, "a", 1, NULL, 0);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "b", 1, NULL, 0);
    peer_send_frame(peer, MH_FRAME_OFFER, &offer, sizeof offer, NULL, 0);
    peer_send_frame(peer, MH_FRAME_INTERNAL, "c", 1, NULL, 0);
    peer_send_frame(peer, MH_FRAME_PONG, &number, sizeof number, NULL, 0);
    peer_send_frame(peer, MH_FRAME_PONG, &number, sizeof number, NULL, 0);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "d", 1, NULL, 0);
    TURN_UNTIL(&loop, w.frames == 4);
    CHECK_STR(w.log, "fcfcf");
    CHECK_EQ(w.controls, 3);
    watch_close(&loop, &w);
    close(peer);
}

static void test_ping(void)
{
    struct mh_channel_limits limits;
    mh_channel_limits_init(&limits);
    limits.queue_bytes = 1000;
    struct watch w;
    int peer = watch_open(&loop, &w, &limits);
    uint64_t number = 0x1122334455667788;
    peer_send_frame(peer, MH_FRAME_PING, &number, sizeof number, NULL, 0);
    test_turn_idle(&loop);
    char answer[MH_FRAME_HEADER + sizeof number];
    peer_read(peer, answer, sizeof answer);
    char wanted[sizeof answer];
    peer_frame(wanted, MH_FRAME_PONG, &number, sizeof number, 0);
    CHECK(!memcmp(answer, wanted, sizeof wanted));
    CHECK_STR(w.log, ""); /* nobody was bothered */

    /* One that pings for ever and never reads: what we hold for it stays below the ceiling. */
    static char pings[1000 * 16];
    for (int i = 0; i < 1000; i++) {
        mh_frame_write(pings + (ptrdiff_t)i * 16, MH_FRAME_PING, 8, 0);
        memcpy(pings + (ptrdiff_t)i * 16 + 8, &number, 8);
    }
    do {
        peer_send(peer, pings, sizeof pings, NULL, 0);
        test_turn_idle(&loop);
        CHECK(mh_channel_pending(w.ch) <= limits.queue_bytes + 2 * 16);
    } while (mh_channel_pending(w.ch) < limits.queue_bytes - 16);
    peer_send(peer, pings, sizeof pings, NULL, 0);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "still there", 11, NULL, 0);
    TURN_UNTIL(&loop, w.frames == 1);
    CHECK(mh_channel_pending(w.ch) <= limits.queue_bytes + 2 * 16);
    watch_close(&loop, &w);
    close(peer);
}

/* --- ends --- */

/* A good frame, then what is given, then perhaps the end of the stream: the frame comes, then the end, once.
 */
static void check_end(const void *bytes, size_t len, bool shut, int reason)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "good", 4, NULL, 0);
    peer_send(peer, bytes, len, NULL, 0);
    if (shut)
        close(peer);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.reason, reason);
    CHECK_EQ(w.ends, 1);
    CHECK_EQ(w.frames, 1);
    CHECK_STR(w.log, "fex");
    if (!shut)
        close(peer);
}

static void check_end_header(uint32_t length, uint8_t type, uint8_t fds, uint16_t magic, int reason)
{
    struct mh_frame_header header = {length, type, fds, magic};
    check_end(&header, sizeof header, false, reason);
    /* The same in the middle of more of it. */
    char longer[100] = {0};
    memcpy(longer, &header, sizeof header);
    check_end(longer, sizeof longer, false, reason);
}

static void test_ends(void)
{
    struct mh_offer offer = {1, 2, 3};
    uint32_t version = MH_FRAME_VERSION + 1;
    size_t len;
    char frame[64];

    check_end_header(0, MH_FRAME_MESSAGE, 0, MH_FRAME_MAGIC + 1, MH_EFRAME);
    check_end_header(0, 0, 0, 0, MH_EFRAME);
    check_end("GET / HTTP/1.1\r\n", 16, false, MH_EFRAME);
    check_end_header(MH_CHANNEL_FRAME_BYTES + 1, MH_FRAME_MESSAGE, 0, MH_FRAME_MAGIC, MH_EFRAMESIZE);
    check_end_header(UINT32_MAX, MH_FRAME_PING, 0, MH_FRAME_MAGIC, MH_EFRAMESIZE);
    check_end_header(0, 0, 0, MH_FRAME_MAGIC, MH_EFRAMETYPE);
    check_end_header(0, MH_FRAME_TYPES, 0, MH_FRAME_MAGIC, MH_EFRAMETYPE);
    check_end_header(0, 255, 0, MH_FRAME_MAGIC, MH_EFRAMETYPE);
    check_end_header(0, MH_FRAME_MESSAGE, MH_FRAME_FDS + 1, MH_FRAME_MAGIC, MH_EFDS);
    check_end_header(0, MH_FRAME_MESSAGE, 1, MH_FRAME_MAGIC, MH_EFDS);
    check_end_header(0, MH_FRAME_PING, 0, MH_FRAME_MAGIC, MH_EFRAME);
    len = peer_frame(frame, MH_FRAME_HELLO, &version, sizeof version, 0);
    check_end(frame, len, false, MH_EVERSION);
    len = peer_frame(frame, MH_FRAME_HELLO, &version, 3, 0);
    check_end(frame, len, false, MH_EFRAME);
    len = peer_frame(frame, MH_FRAME_OFFER, &offer, sizeof offer, 0);
    check_end(frame, len, false, MH_EFRAMETYPE);

    /* The end of the stream, in order or in the middle of something. */
    check_end("", 0, true, 0);
    len = peer_frame(frame, MH_FRAME_MESSAGE, "lost", 4, 0);
    for (size_t cut = 1; cut < len; cut++)
        check_end(frame, cut, true, MH_EPEERGONE);
}

static void test_hello(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    uint32_t version = MH_FRAME_VERSION;
    peer_send_frame(peer, MH_FRAME_HELLO, &version, sizeof version, NULL, 0);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "after", 5, NULL, 0);
    TURN_UNTIL(&loop, w.frames == 1);
    CHECK_STR(w.log, "f");
    watch_close(&loop, &w);
    close(peer);
}

/* A peer that is killed has unread bytes of ours: what it wrote before is still delivered. */
static void test_peer_killed(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    int ready[2];
    CHECK_EQ(pipe2(ready, O_CLOEXEC), 0);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        for (int i = 0; i < 3; i++)
            peer_send_frame(peer, MH_FRAME_MESSAGE, "before", 6, NULL, 0);
        char frame[16];
        size_t len = peer_frame(frame, MH_FRAME_MESSAGE, "half", 4, 0);
        peer_send(peer, frame, len - 1, NULL, 0);
        CHECK_EQ(write(ready[1], "x", 1), 1);
        for (;;)
            pause();
    }
    close(peer);
    char byte;
    CHECK_EQ(read(ready[0], &byte, 1), 1);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "unread", 6, NULL, 0), 0);
    mh_ctx_settle(&loop.ctx);
    CHECK_EQ(mh_channel_pending(w.ch), 0);
    CHECK_EQ(kill(pid, SIGKILL), 0);
    CHECK_EQ(waitpid(pid, NULL, 0), pid);
    /* More than the kernel took: what cannot be written any more is no reason not to read. */
    CHECK_EQ(watch_send(&w, 10, 'x'), 0);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_EQ(w.frames, 3);
    CHECK_STR(w.first, "before");
    CHECK_EQ(w.reason, MH_EPEERGONE);
    CHECK_EQ(w.ends, 1);
    close(ready[0]);
    close(ready[1]);
}

/* --- closing --- */

/* From every callback; afterwards nothing is told any more but the closing itself. */
static void test_close_in_callbacks(void)
{
    static const struct {
        enum peer_close_in where;
        const char *log;
    } cases[] = {
        {CLOSE_IN_FRAMES, "fx"}, {CLOSE_IN_CONTROL, "fcx"}, {CLOSE_IN_END, "fcfex"}, {CLOSE_IN_DRAIN, "dx"}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct watch w;
        int peer = watch_open(&loop, &w, NULL);
        int before = test_count_fds();
        watch_control(&w);
        w.close_in = cases[i].where;
        if (cases[i].where == CLOSE_IN_DRAIN) {
            CHECK_EQ(watch_send(&w, 1u << 20, 'x'), 0);
            CHECK(mh_channel_pending(w.ch) > 0);
            static char sink[(1u << 20) + MH_FRAME_HEADER];
            size_t got = 0;
            while (got < sizeof sink) {
                ssize_t rc = recv(peer, sink, sizeof sink, MSG_DONTWAIT);
                CHECK(rc > 0 || errno == EAGAIN);
                got += rc > 0 ? (size_t)rc : 0;
                test_turn_idle(&loop);
            }
        } else {
            /* All of it in one read, the second data frame with a descriptor; then bytes that are no frame.
             */
            struct mh_offer offer = {1, 2, 3};
            int fd = peer_fd(1);
            peer_send_frame(peer, MH_FRAME_MESSAGE, "a", 1, NULL, 0);
            peer_send_frame(peer, MH_FRAME_OFFER, &offer, sizeof offer, NULL, 0);
            peer_send_frame(peer, MH_FRAME_MESSAGE, "b", 1, &fd, 1);
            peer_send(peer, "garbage and more", 16, NULL, 0);
            close(fd);
        }
        TURN_UNTIL(&loop, !w.ch);
        CHECK_STR(w.log, cases[i].log);
        CHECK_EQ(test_count_fds(), before - 1);
        close(peer);
    }
}

static void test_close_with_all_in_flight(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    int before = test_count_fds();
    int fds[4] = {peer_fd(1), peer_fd(2), peer_fd(3), peer_fd(4)};
    /* Received and waiting for the rest of the frame; queued and not sent. */
    char frame[16];
    size_t len = peer_frame(frame, MH_FRAME_MESSAGE, "ab", 2, 2);
    peer_send(peer, frame, len - 1, fds, 2);
    CHECK_EQ(watch_send(&w, 4u << 20, 'x'), 0);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "cd", 2, fds + 2, 2), 0);
    test_turn_idle(&loop);
    CHECK_EQ(test_count_fds(), before + 2 + 2 + 2);
    close(fds[0]);
    close(fds[1]);
    watch_close(&loop, &w);
    CHECK_STR(w.log, "x");
    close(peer);
    CHECK_EQ(test_count_fds(), before - 2);
}

static void test_use_after_end(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    int before = test_count_fds();
    mh_channel_end(w.ch, MH_EPAYLOAD);
    mh_channel_end(w.ch, MH_EFRAME);
    CHECK_EQ(w.reason, MH_EPAYLOAD);
    int fd = peer_fd(1);
    CHECK_EQ(mh_channel_send(w.ch, MH_FRAME_MESSAGE, "x", 1, &fd, 1), MH_ECLOSED);
    CHECK_EQ(test_count_fds(), before);
    CHECK_EQ(mh_channel_send_now(w.ch, MH_FRAME_OFFER, "x", 1, peer), MH_ECLOSED);
    CHECK_EQ(mh_channel_flush(w.ch, 1000), MH_ECLOSED);
    mh_channel_finish(w.ch);
    mh_channel_read_stop(w.ch);
    mh_channel_read_start(w.ch);
    mh_channel_tell_at(w.ch, 1);
    mh_channel_set_ref(w.ch, true);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_STR(w.log, "ex");
    close(peer);
}

/* --- reading, references --- */

static void test_pause(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    mh_channel_read_stop(w.ch);
    CHECK(!mh_channel_has_unread(w.ch));
    peer_send_frame(peer, MH_FRAME_MESSAGE, "later", 5, NULL, 0);
    close(peer);
    test_turn_idle(&loop);
    CHECK_STR(w.log, "");
    CHECK(mh_channel_has_unread(w.ch));
    mh_channel_read_start(w.ch);
    TURN_UNTIL(&loop, !w.ch);
    CHECK_STR(w.log, "fex");
    CHECK_EQ(w.reason, 0);
}

static void test_ref(void)
{
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    CHECK(mh_channel_has_ref(w.ch) && uv_loop_alive(&loop.loop));
    mh_channel_set_ref(w.ch, false);
    CHECK(!mh_channel_has_ref(w.ch) && !uv_loop_alive(&loop.loop));
    /* What is unsent keeps the loop alive all the same, until it is sent. */
    CHECK_EQ(watch_send(&w, 1u << 20, 'x'), 0);
    CHECK(uv_loop_alive(&loop.loop));
    static char sink[1u << 16];
    while (mh_channel_pending(w.ch) > 0) {
        while (recv(peer, sink, sizeof sink, MSG_DONTWAIT) > 0)
            ;
        uv_run(&loop.loop, UV_RUN_NOWAIT);
    }
    CHECK(!uv_loop_alive(&loop.loop));
    /* Unreferenced is not deaf. */
    peer_send_frame(peer, MH_FRAME_MESSAGE, "heard", 5, NULL, 0);
    TURN_UNTIL(&loop, w.frames == 1);
    mh_channel_set_ref(w.ch, true);
    CHECK(uv_loop_alive(&loop.loop));
    watch_close(&loop, &w);
    close(peer);
}

/* --- opening --- */

static void test_open_fails(void)
{
    static const struct mh_channel_events none;
    struct mh_channel *ch;
    int before = test_count_fds();
    for (size_t nth = 1; nth <= 2; nth++) {
        loop.ctx.alloc.fail_in = nth;
        CHECK_EQ(mh_channel_open(&loop.ctx, peer_fd(1), NULL, &none, &ch), -ENOMEM);
    }
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    CHECK(mh_channel_open(&loop.ctx, file, NULL, &none, &ch) < 0); /* no socket: epoll takes no files */
    CHECK_EQ(test_count_fds(), before);
    CHECK(mh_ctx_idle(&loop.ctx));

    /* One that is a channel already stays one. */
    struct watch w;
    int peer = watch_open(&loop, &w, NULL);
    test_turn_idle(&loop);
    CHECK_EQ(mh_channel_open(&loop.ctx, mh_channel_fd(w.ch), NULL, &none, &ch), -EEXIST);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "good", 4, NULL, 0);
    TURN_UNTIL(&loop, w.frames == 1);
    watch_close(&loop, &w);
    close(peer);
}

static void test_corpus(void)
{
    test_replay(MH_TEST_CORPUS "/frame", LLVMFuzzerTestOneInput);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    RUN(test_corpus); /* it keeps its loop */
    test_loop_open(&loop);
    int before = test_count_fds();
    RUN(test_sizes);
    RUN(test_largest);
    RUN(test_split);
    RUN(test_many);
    RUN(test_control_in_order);
    RUN(test_ping);
    RUN(test_ends);
    RUN(test_hello);
    RUN(test_peer_killed);
    RUN(test_close_in_callbacks);
    RUN(test_close_with_all_in_flight);
    RUN(test_use_after_end);
    RUN(test_pause);
    RUN(test_ref);
    RUN(test_open_fails);
    CHECK_EQ(test_count_fds(), before);
    test_loop_close(&loop);
    return 0;
}
