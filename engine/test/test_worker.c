/*
 * A worker as its master sees it: offers and their claims, whatever either side does in between.
 */
#include "base/err.h"
#include "herd.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct test_loop loop;

/* Who gets back what was not taken. */
struct home {
    unsigned count;
    unsigned refused;
    int fds[512];
};

static void take_back(void *home, int fd, struct mh_worker *from, bool refused)
{
    struct home *h = home;
    (void)from;
    CHECK(h->count < 512 && fd >= 0);
    h->fds[h->count++] = fd;
    h->refused += refused;
}

static void home_empty(struct home *h)
{
    while (h->count > 0)
        close(h->fds[--h->count]);
    h->refused = 0;
}

static int connection(void)
{
    int pair[2];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    close(pair[1]);
    return pair[0];
}

static int offer(struct herd_worker *h, uint32_t share, struct home *home)
{
    int fd = connection();
    int rc = mh_worker_offer(h->w, share, fd, take_back, home);
    if (rc < 0)
        close(fd);
    return rc;
}

static void test_taken(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    int before = test_count_fds();
    CHECK_EQ(offer(&h, 7, &home), 0);
    CHECK_EQ(h.w->outstanding, 1);
    mh_worker_sweep(h.w);
    CHECK_EQ(h.w->outstanding, 1); /* not answered yet */
    herd_turn(&h);
    CHECK_EQ(h.taken, 1);
    mh_worker_sweep(h.w);
    CHECK(h.w->outstanding == 0 && h.w->taken == 1 && h.w->returned == 0 && home.count == 0);
    CHECK_EQ(test_count_fds(), before + 1); /* the worker's copy alone */

    /* The timer sweeps by itself, and does not keep the loop alive for it. */
    CHECK_EQ(offer(&h, 7, &home), 0);
    herd_turn(&h);
    TURN_UNTIL(&loop, h.w->taken == 2);
    CHECK(!uv_is_active((uv_handle_t *)&h.w->sweep->uv));
    herd_stop(&loop, &h);
}

static void test_refused(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    CHECK_EQ(offer(&h, 8, &home), 0); /* nobody serves that there */
    h.server->refusing = true;
    CHECK_EQ(offer(&h, 7, &home), 0);
    herd_turn(&h);
    CHECK_EQ(h.taken, 0);
    mh_worker_sweep(h.w);
    CHECK(home.count == 2 && home.refused == 2 && h.w->returned == 2 && h.w->outstanding == 0);
    home_empty(&home);
    herd_stop(&loop, &h);
}

/* A stopped worker: what it let lie comes back, what it finds later it has lost. */
static void test_let_lie(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    int before = test_count_fds();
    for (int i = 0; i < 5; i++)
        CHECK_EQ(offer(&h, 7, &home), 0);
    CHECK(!mh_worker_stalled(h.w));
    herd_age(&h);
    CHECK(mh_worker_stalled(h.w));
    mh_worker_sweep(h.w);
    CHECK(home.count == 5 && home.refused == 0 && h.w->outstanding == 0);
    CHECK(mh_worker_stalled(h.w)); /* and stays so, though nothing is out any more */
    CHECK(mh_worker_can_take(h.w));
    home_empty(&home);

    herd_turn(&h);
    CHECK_EQ(h.taken, 0);
    CHECK_EQ(h.child->page->late, 5);
    CHECK_EQ(test_count_fds(), before);
    CHECK(!mh_worker_stalled(h.w)); /* it is awake */
    herd_stop(&loop, &h);
}

static void test_stalled(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    uv_update_time(&loop.loop);
    uint64_t now_ms = uv_now(&loop.loop);
    h.child->page->busy_since_ms = now_ms;
    CHECK(!mh_worker_stalled(h.w));
    h.child->page->busy_since_ms = now_ms - MH_WORKER_STALL_MS - 1;
    CHECK(mh_worker_stalled(h.w));
    h.child->page->busy_since_ms = UINT64_MAX; /* a clock of its own */
    CHECK(!mh_worker_stalled(h.w));
    h.child->page->busy_since_ms = 0;

    /* Each sign of life wakes: a turn into Lua, a word. */
    for (int sign = 0; sign < 2; sign++) {
        CHECK_EQ(offer(&h, 7, &home), 0);
        herd_age(&h);
        mh_worker_sweep(h.w);
        CHECK(mh_worker_stalled(h.w));
        if (sign == 0) {
            h.child->page->turns++;
        } else {
            uint64_t deadline = test_deadline();
            uint64_t number = 1;
            while (mh_channel_heard_ms(h.channel) <= h.w->asleep_ms) { /* the clock counts milliseconds */
                CHECK_EQ(mh_channel_send(h.child_channel, MH_FRAME_PONG, &number, 8, NULL, 0), 0);
                mh_ctx_settle(&h.loop.ctx);
                test_turn(&loop, deadline, __FILE__, __LINE__, "a pong");
            }
        }
        CHECK(!mh_worker_stalled(h.w));
    }
    home_empty(&home);
    herd_stop(&loop, &h);
}

/* As many as there are slots, and no more; each slot again once it is free. */
static void test_full(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    for (unsigned i = 0; i < MH_HEALTH_CLAIMS; i++) {
        CHECK(mh_worker_can_take(h.w));
        CHECK_EQ(offer(&h, 7, &home), 0);
    }
    CHECK(!mh_worker_can_take(h.w));
    CHECK_EQ(offer(&h, 7, &home), MH_ELIMIT);
    herd_turn(&h);
    CHECK_EQ(h.taken, MH_HEALTH_CLAIMS);
    for (unsigned round = 0; round < 3; round++) {
        mh_worker_sweep(h.w);
        for (unsigned i = 0; i < MH_HEALTH_CLAIMS; i++)
            CHECK_EQ(offer(&h, 7, &home), 0);
        herd_turn(&h);
    }
    CHECK_EQ(h.taken, 4 * MH_HEALTH_CLAIMS);
    CHECK_EQ(home.count, 0);
    herd_stop(&loop, &h);
}

/* Homes are told apart; a recall gives back at once, and once. */
static void test_recall(void)
{
    struct herd_worker h;
    struct home one = {0};
    struct home two = {0};
    herd_start(&loop, &h, 7);
    for (int i = 0; i < 6; i++)
        CHECK_EQ(offer(&h, 7, i % 2 ? &one : &two), 0);
    mh_worker_recall(h.w, &one);
    CHECK(one.count == 3 && two.count == 0 && h.w->outstanding == 3);
    CHECK(!mh_worker_stalled(h.w)); /* it was not given its time */
    herd_turn(&h);
    CHECK_EQ(h.taken, 3);
    mh_worker_recall(h.w, &two);
    CHECK(one.count == 3 && two.count == 0 && h.w->taken == 3 && h.w->outstanding == 0);
    home_empty(&one);
    herd_stop(&loop, &h);
}

static void test_drain(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    CHECK_EQ(offer(&h, 7, &home), 0);
    herd_turn(&h);
    CHECK_EQ(offer(&h, 7, &home), 0);
    mh_worker_drain(h.w);
    CHECK(home.count == 1 && h.w->taken == 1);
    CHECK(!mh_worker_can_take(h.w));
    CHECK_EQ(offer(&h, 7, &home), MH_ECLOSED);
    home_empty(&home);
    herd_stop(&loop, &h);
}

/* The worker dies, or its channel is cut: what it had claimed is gone with it, the rest comes back. */
static void test_dies(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    int before = test_count_fds();
    CHECK_EQ(offer(&h, 7, &home), 0);
    herd_turn(&h);
    CHECK_EQ(offer(&h, 7, &home), 0);
    CHECK_EQ(offer(&h, 7, &home), 0);
    herd_kill(&h);
    TURN_UNTIL(&loop, !h.channel);
    CHECK(!h.w->channel && home.count == 2 && home.refused == 0 && h.w->taken == 1 && h.w->outstanding == 0);
    CHECK_EQ(offer(&h, 7, &home), MH_ECLOSED);
    CHECK(!mh_worker_can_take(h.w));
    CHECK(!mh_worker_stalled(h.w));
    home_empty(&home);
    herd_stop(&loop, &h);
    CHECK(test_count_fds() <= before);

    /* The worker's handle goes first, its channel lives on: late pongs are no fault. */
    herd_start(&loop, &h, 7);
    CHECK_EQ(offer(&h, 7, &home), 0);
    uint64_t number = 1;
    CHECK_EQ(mh_channel_send(h.child_channel, MH_FRAME_PONG, &number, sizeof number, NULL, 0), 0);
    mh_worker_close(h.w);
    CHECK_EQ(home.count, 1);
    home_empty(&home);
    herd_turn(&h);
    test_turn_idle(&loop);
    CHECK(h.channel && !h.w);
    herd_stop(&loop, &h);
}

/* A worker has no business making offers. */
static void test_offers_from_a_worker(void)
{
    struct herd_worker h;
    struct home home = {0};
    herd_start(&loop, &h, 7);
    CHECK_EQ(offer(&h, 7, &home), 0);
    struct mh_offer lie = {7, 0, 1};
    int before = test_count_fds();
    int fd = connection();
    CHECK_EQ(mh_channel_send_now(h.child_channel, MH_FRAME_OFFER, &lie, sizeof lie, fd), 0);
    close(fd);
    TURN_UNTIL(&loop, !h.channel);
    CHECK_EQ(h.reason, MH_EFRAMETYPE);
    CHECK_EQ(home.count, 1);
    CHECK_EQ(test_count_fds(), before - 1); /* its channel */
    home_empty(&home);
    herd_stop(&loop, &h);
}

static void test_open_fails(void)
{
    static const struct mh_worker_events events;
    int before = test_count_fds();
    for (size_t nth = 1; nth <= 3; nth++) {
        struct mh_worker *w;
        loop.ctx.alloc.fail_in = nth;
        CHECK_EQ(mh_worker_open(&loop.ctx, &events, &w), -ENOMEM);
        test_turn_idle(&loop);
        CHECK(mh_ctx_idle(&loop.ctx));
    }
    CHECK_EQ(test_count_fds(), before);
}

/* --- the hostile page --- */

/* Whatever a worker writes into its page, the master neither crashes nor leaks nor waits for ever. */
static void test_hostile_page(void)
{
    struct test_random random = {5};
    struct herd_worker h;
    struct home home = {0};
    int before = test_count_fds();
    herd_start(&loop, &h, 7);
    for (int step = 0; step < 3000; step++) {
        uint32_t *words = (uint32_t *)(void *)h.child->page;
        for (int i = 0; i < 20; i++)
            words[test_random(&random, sizeof(struct mh_health) / 4)] =
                test_random(&random, 4) ? test_random(&random, UINT32_MAX) : test_random(&random, 4);
        offer(&h, 7, &home);
        switch (test_random(&random, 8)) {
        case 0:
            herd_age(&h);
            mh_worker_sweep(h.w);
            break;
        case 1:
            mh_worker_recall(h.w, &home);
            break;
        case 2:
            herd_turn(&h); /* claims on what it made of its page */
            while (h.taken > 0)
                close(h.kept[--h.taken]);
            break;
        default:
            mh_worker_sweep(h.w);
            mh_worker_stalled(h.w);
        }
        home_empty(&home);
        unsigned held = 0;
        for (unsigned slot = 0; slot < MH_HEALTH_CLAIMS; slot++)
            held += h.w->offers[slot].fd >= 0;
        CHECK_EQ(held, h.w->outstanding);
    }
    mh_worker_recall(h.w, &home);
    CHECK_EQ(h.w->outstanding, 0);
    home_empty(&home);
    herd_stop(&loop, &h);
    CHECK_EQ(test_count_fds(), before);
}

/* --- the race --- */

/* A worker on another thread that answers each offer at once, by the page alone. */
struct racer {
    struct mh_health *page;
    _Atomic bool done;
    unsigned taken;
    unsigned refused;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    while (!atomic_load(&r->done)) {
        for (uint32_t slot = 0; slot < MH_HEALTH_CLAIMS; slot++) {
            uint32_t word = atomic_load(&r->page->claims[slot]);
            if ((word & 3u) != MH_CLAIM_OFFERED)
                continue;
            bool refuse = word >> 2 & 1;
            if (mh_health_claim(r->page, slot, word >> 2, MH_CLAIM_OFFERED,
                                refuse ? MH_CLAIM_REFUSED : MH_CLAIM_TAKEN)) {
                r->taken += !refuse;
                r->refused += refuse;
            }
        }
    }
    return NULL;
}

/* The master takes back at the very moment the worker answers: each connection has one owner in the end. */
static void test_race(void)
{
    enum { OFFERS = 20000 };
    struct herd_worker h;
    struct home home = {0};
    struct racer racer = {0};
    herd_start(&loop, &h, 7);
    racer.page = h.child->page;
    mh_channel_read_stop(h.child_channel);
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, NULL, race, &racer), 0);
    unsigned offers = 0;
    unsigned returned = 0;
    unsigned refused = 0;
    static char sink[1u << 16];
    while (offers < OFFERS) {
        CHECK_EQ(offer(&h, 7, &home), 0);
        /* The frames are nobody's here; never so many that one is not sent, whose slot would be seen all the
         * same. */
        while (recv(mh_channel_fd(h.child_channel), sink, sizeof sink, MSG_DONTWAIT) > 0)
            ;
        offers++;
        if (offers % 3)
            mh_worker_recall(h.w, &home);
        else
            mh_worker_sweep(h.w);
        if (!mh_worker_can_take(h.w))
            mh_worker_recall(h.w, &home);
        returned += home.count;
        refused += home.refused;
        home_empty(&home);
    }
    mh_worker_recall(h.w, &home);
    atomic_store(&racer.done, true);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    returned += home.count;
    refused += home.refused;
    home_empty(&home);
    CHECK_EQ(h.w->taken, racer.taken);
    CHECK_EQ(refused, racer.refused);
    CHECK_EQ(returned + h.w->taken, OFFERS);
    herd_stop(&loop, &h);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_loop_open(&loop);
    int before = test_count_fds();
    RUN(test_taken);
    RUN(test_refused);
    RUN(test_let_lie);
    RUN(test_stalled);
    RUN(test_full);
    RUN(test_recall);
    RUN(test_drain);
    RUN(test_dies);
    RUN(test_offers_from_a_worker);
    RUN(test_open_fails);
    RUN(test_hostile_page);
    RUN(test_race);
    CHECK_EQ(test_count_fds(), before);
    test_loop_close(&loop);
    return 0;
}
