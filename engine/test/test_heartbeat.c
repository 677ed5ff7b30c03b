/*
 * The heartbeat: what counts as silence and what as life. Time is real and intervals are short; nothing is
 * expected before its time, and nothing by a certain time.
 */
#include "base/err.h"
#include "ipc/heartbeat.h"
#include "peer.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INTERVAL_MS 20

static struct test_loop loop;

struct silence {
    int times;
    unsigned missed;
    uint64_t silence_ms;
    bool close;
};

static void on_silent(struct mh_heartbeat *hb, unsigned missed, uint64_t silence_ms)
{
    struct silence *silence = hb->userdata;
    silence->times++;
    silence->missed = missed;
    silence->silence_ms = silence_ms;
    if (silence->close)
        mh_heartbeat_close(hb);
}

static int open_watched(struct watch *w, struct mh_heartbeat *hb, struct silence *silence)
{
    test_turn_idle(&loop); /* what was closed before is gone */
    int peer = watch_open(&loop, w, NULL);
    memset(hb, 0xa5, sizeof *hb); /* it may lie anywhere */
    memset(silence, 0, sizeof *silence);
    CHECK_EQ(mh_heartbeat_open(hb, &loop.ctx, on_silent, silence), 0);
    mh_channel_set_ref(w->ch, false);
    CHECK(!uv_loop_alive(&loop.loop)); /* nor does the timer once it runs */
    hb->channel = w->ch;
    return peer;
}

static void close_watched(struct watch *w, struct mh_heartbeat *hb, int peer)
{
    mh_heartbeat_close(hb);
    mh_heartbeat_close(hb);
    watch_close(&loop, w);
    close(peer);
}

/* Let time pass without the loop, as a long callback does. */
static void hold_up(uint64_t ms)
{
    uint64_t until = uv_hrtime() + ms * 1000000;
    while (uv_hrtime() < until)
        ;
}

/* A peer that reads its pings and says nothing. */
static void test_silence(void)
{
    struct watch w;
    struct mh_heartbeat hb;
    struct silence silence;
    int peer = open_watched(&w, &hb, &silence);
    uint64_t began = uv_hrtime();
    mh_heartbeat_start(&hb, INTERVAL_MS, 3);
    CHECK(!uv_loop_alive(&loop.loop) || mh_channel_pending(w.ch) > 0);
    TURN_UNTIL(&loop, silence.times == 1);
    CHECK_EQ(silence.missed, 3);
    CHECK(silence.silence_ms >= 3 * INTERVAL_MS);
    CHECK(uv_hrtime() - began >= 3 * (uint64_t)INTERVAL_MS * 1000000 - 1000000);
    CHECK(hb.number >= 4); /* asked each time */
    char frame[MH_FRAME_HEADER + 8];
    for (uint64_t number = 1; number <= hb.number; number++) {
        char wanted[sizeof frame];
        peer_frame(wanted, MH_FRAME_PING, &number, 8, 0);
        peer_read(peer, frame, sizeof frame);
        CHECK(!memcmp(frame, wanted, sizeof frame));
    }
    /* Once per silence, however long that lasts. */
    uint64_t number = hb.number;
    TURN_UNTIL(&loop, hb.number >= number + 5);
    CHECK_EQ(silence.times, 1);
    CHECK(hb.missed > 3);
    /* Any word ends it; the next is a new one. */
    peer_send_frame(peer, MH_FRAME_INTERNAL, "", 0, NULL, 0);
    TURN_UNTIL(&loop, hb.missed == 0);
    TURN_UNTIL(&loop, silence.times == 2);
    close_watched(&w, &hb, peer);
}

/* Answers by another channel, in C, keep it quiet; so does any other frame. */
static void test_life(void)
{
    struct watch w;
    struct watch other;
    struct mh_heartbeat hb;
    struct silence silence;
    int peer = open_watched(&w, &hb, &silence);
    watch_open_fd(&loop, &other, peer, NULL);
    mh_heartbeat_start(&hb, INTERVAL_MS, 1);
    TURN_UNTIL(&loop, hb.number >= 8);
    CHECK_EQ(silence.times, 0);
    CHECK_EQ(hb.missed, 0);
    CHECK_STR(other.log, ""); /* its owner was not bothered */
    watch_close(&loop, &other);
    TURN_UNTIL(&loop, !w.ch);
    hb.channel = NULL;
    mh_heartbeat_close(&hb);

    peer = open_watched(&w, &hb, &silence);
    mh_heartbeat_start(&hb, INTERVAL_MS, 1);
    while (hb.number < 8) {
        peer_send_frame(peer, MH_FRAME_MESSAGE, "busy", 4, NULL, 0);
        TURN_UNTIL(&loop, w.frames > 0);
        w.frames = 0;
    }
    CHECK_EQ(silence.times, 0);
    close_watched(&w, &hb, peer);
}

/* A round in which the asking side itself was late counts for nothing. */
static void test_forgiven(void)
{
    struct watch w;
    struct mh_heartbeat hb;
    struct silence silence;
    int peer = open_watched(&w, &hb, &silence);
    mh_heartbeat_start(&hb, INTERVAL_MS, 1);
    for (int round = 0; round < 3; round++) {
        uint64_t number = hb.number;
        hold_up(2 * INTERVAL_MS);
        TURN_UNTIL(&loop, hb.number > number);
        CHECK_EQ(hb.missed, 0);
    }
    TURN_UNTIL(&loop, silence.times == 1); /* but not for ever */
    close_watched(&w, &hb, peer);
}

/* Nor is an answer that waits to be read no answer: the channel may be paused, or the loop just too late. */
static void test_unread(void)
{
    struct watch w;
    struct mh_heartbeat hb;
    struct silence silence;
    int peer = open_watched(&w, &hb, &silence);
    mh_channel_read_stop(w.ch);
    peer_send_frame(peer, MH_FRAME_MESSAGE, "kept waiting", 12, NULL, 0);
    mh_heartbeat_start(&hb, INTERVAL_MS, 1);
    TURN_UNTIL(&loop, hb.number >= 5);
    CHECK_EQ(hb.missed, 0);
    mh_channel_read_start(w.ch);
    TURN_UNTIL(&loop, silence.times == 1);
    CHECK_EQ(w.frames, 1);
    close_watched(&w, &hb, peer);
}

static void test_other_interval(void)
{
    struct watch w;
    struct mh_heartbeat hb;
    struct silence silence;
    int peer = open_watched(&w, &hb, &silence);
    mh_heartbeat_start(&hb, INTERVAL_MS, 1000);
    TURN_UNTIL(&loop, hb.missed == 2);
    mh_heartbeat_start(&hb, INTERVAL_MS, 1000); /* the same again changes nothing */
    CHECK_EQ(hb.missed, 2);
    mh_heartbeat_start(&hb, INTERVAL_MS / 2, 1000); /* what was missed stays missed */
    CHECK_EQ(hb.missed, 2);
    TURN_UNTIL(&loop, hb.missed == 4);
    CHECK_EQ(silence.times, 0);
    mh_heartbeat_start(&hb, INTERVAL_MS / 2, 4); /* fewer misses: told at the next beat */
    TURN_UNTIL(&loop, silence.times == 1);
    CHECK(silence.missed >= 4);

    mh_heartbeat_stop(&hb);
    uint64_t number = hb.number;
    hold_up(INTERVAL_MS);
    test_turn_idle(&loop);
    CHECK_EQ(hb.number, number);
    mh_heartbeat_start(&hb, INTERVAL_MS / 2, 2); /* and from the start */
    CHECK_EQ(hb.missed, 0);
    TURN_UNTIL(&loop, silence.times == 2);
    CHECK_EQ(silence.missed, 2);
    close_watched(&w, &hb, peer);
}

/* With its queue full there is nothing to answer: as silent as one that does not read. */
static void test_full_queue(void)
{
    struct watch w;
    struct mh_heartbeat hb;
    struct silence silence;
    int peer = open_watched(&w, &hb, &silence);
    int size = 4096;
    CHECK_EQ(setsockopt(mh_channel_fd(w.ch), SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
    CHECK_EQ(watch_send(&w, MH_CHANNEL_FRAME_BYTES, 'x'), 0);
    while (watch_send(&w, MH_CHANNEL_FRAME_BYTES / 4, 'x') == 0)
        ;
    while (watch_send(&w, 0, 'x') == 0)
        ;
    CHECK_EQ(watch_send(&w, 0, 'x'), MH_EQUEUE);
    mh_heartbeat_start(&hb, INTERVAL_MS, 2);
    TURN_UNTIL(&loop, silence.times == 1);
    close_watched(&w, &hb, peer);
}

static void test_ends(void)
{
    struct watch w;
    struct mh_heartbeat hb;
    struct silence silence;
    int peer = open_watched(&w, &hb, &silence);
    silence.close = true; /* inside its own callback */
    mh_heartbeat_start(&hb, INTERVAL_MS, 1);
    TURN_UNTIL(&loop, silence.times == 1);
    mh_heartbeat_start(&hb, INTERVAL_MS, 1); /* of one that is closed: nothing */
    mh_heartbeat_stop(&hb);
    test_turn_idle(&loop);
    CHECK_EQ(silence.times, 1);
    close_watched(&w, &hb, peer);

    /* Without a channel nobody is heard, and the silence counts from when the last ping should have gone. */
    peer = open_watched(&w, &hb, &silence);
    mh_heartbeat_start(&hb, INTERVAL_MS, 2);
    watch_close(&loop, &w);
    hb.channel = NULL;
    TURN_UNTIL(&loop, silence.times == 1);
    CHECK(silence.silence_ms >= 2 * INTERVAL_MS && silence.silence_ms < 3600 * 1000);
    close_watched(&w, &hb, peer);

    loop.ctx.alloc.fail_in = 1;
    CHECK(mh_heartbeat_open(&hb, &loop.ctx, on_silent, &silence) < 0);
    mh_heartbeat_close(&hb);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_loop_open(&loop);
    RUN(test_silence);
    RUN(test_life);
    RUN(test_forgiven);
    RUN(test_unread);
    RUN(test_other_interval);
    RUN(test_full_queue);
    RUN(test_ends);
    test_loop_close(&loop);
    return 0;
}
