/*
 * The worker's end: which offers it claims and which it refuses, its page, and the order in which things end.
 * The master here is a bare socket and a page.
 */
#include "base/err.h"
#include "child/child.h"
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct test_loop loop;

struct served {
    struct mh_child_server *server;
    unsigned count;
    int fds[64];
    bool close_in_accept;
};

struct worker {
    struct watch watch; /* of the worker's channel */
    struct mh_child *child;
    struct mh_health *page; /* the master's mapping */
    int master;             /* the master's end of the channel */
    int beats;
    struct served served;
};

static void on_beat(struct mh_child *child)
{
    ((struct worker *)child->handle.owner)->beats++;
}

static const struct mh_child_events child_events = {on_beat};

static void on_accept(struct mh_child_server *server, int fd)
{
    struct served *served = server->handle.owner;
    CHECK(served->count < 64);
    served->fds[served->count++] = fd;
    if (served->close_in_accept)
        mh_handle_close(&server->handle);
}

static void serve(struct worker *w, struct served *served, uint32_t share)
{
    memset(served, 0, sizeof *served);
    CHECK_EQ(mh_child_serve(w->child, share, on_accept, &served->server), 0);
    served->server->handle.owner = served;
}

static void unserve(struct served *served)
{
    while (served->count > 0)
        close(served->fds[--served->count]);
    mh_handle_close(&served->server->handle);
    mh_handle_release(&served->server->handle);
}

static void start(struct worker *w)
{
    int page_fd;
    memset(w, 0, sizeof *w);
    w->master = watch_open(&loop, &w->watch, NULL);
    CHECK_EQ(mh_health_create(&page_fd, &w->page), 0);
    CHECK_EQ(mh_child_open(&loop.ctx, w->watch.ch, page_fd, &child_events, &w->child), 0);
    w->child->handle.owner = w;
    serve(w, &w->served, 7);
}

static void stop(struct worker *w)
{
    unserve(&w->served);
    mh_handle_close(&w->child->handle);
    mh_handle_release(&w->child->handle);
    watch_close(&loop, &w->watch);
    mh_health_unmap(w->page);
    close(w->master);
    test_turn_idle(&loop);
}

/* The master's side of an offer: the word, then the frame. */
static void offer(struct worker *w, uint32_t share, uint32_t slot, uint32_t ticket, int number)
{
    struct mh_offer o = {share, slot, ticket};
    int fd = peer_fd(number);
    if (slot < MH_HEALTH_CLAIMS)
        atomic_store(&w->page->claims[slot], ticket << 2 | MH_CLAIM_OFFERED);
    peer_send_frame(w->master, MH_FRAME_OFFER, &o, sizeof o, &fd, 1);
    close(fd);
}

static unsigned state(const struct worker *w, uint32_t slot)
{
    return atomic_load(&w->page->claims[slot]) & 3u;
}

static void test_claims(void)
{
    struct worker w;
    struct served other;
    start(&w);
    int before = test_count_fds();
    serve(&w, &other, 8);
    offer(&w, 7, 0, 100, 1);
    offer(&w, 8, 1, 101, 2);
    offer(&w, 7, 63, (1u << 30) - 1, 3);
    TURN_UNTIL(&loop, w.served.count == 2 && other.count == 1);
    CHECK_EQ(peer_fd_number(w.served.fds[0]), 1);
    CHECK_EQ(peer_fd_number(other.fds[0]), 2);
    CHECK_EQ(peer_fd_number(w.served.fds[1]), 3);
    CHECK(state(&w, 0) == MH_CLAIM_TAKEN && state(&w, 1) == MH_CLAIM_TAKEN &&
          state(&w, 63) == MH_CLAIM_TAKEN);

    /* Refused: nobody serves it, or not now. */
    w.served.server->refusing = true;
    offer(&w, 7, 2, 102, 4);
    offer(&w, 9, 3, 103, 5);
    test_turn_idle(&loop);
    CHECK(state(&w, 2) == MH_CLAIM_REFUSED && state(&w, 3) == MH_CLAIM_REFUSED);
    w.served.server->refusing = false;

    /* Lost: taken back, offered again under another ticket, no such slot. */
    offer(&w, 7, 4, 104, 6);
    atomic_store(&w.page->claims[4], MH_CLAIM_FREE);
    offer(&w, 7, 5, 105, 7);
    atomic_store(&w.page->claims[5], 106u << 2 | MH_CLAIM_OFFERED);
    offer(&w, 7, MH_HEALTH_CLAIMS, 107, 8);
    offer(&w, 7, UINT32_MAX, 108, 9);
    TURN_UNTIL(&loop, w.page->late == 4);
    CHECK_EQ(w.served.count, 2);
    CHECK_EQ(state(&w, 5), MH_CLAIM_OFFERED); /* that one is still to come */

    /* A server that is gone serves no more. */
    unserve(&other);
    offer(&w, 8, 6, 109, 10);
    test_turn_idle(&loop);
    CHECK_EQ(state(&w, 6), MH_CLAIM_REFUSED);
    CHECK_EQ(test_count_fds(), before + 2);
    CHECK_STR(w.watch.log, ""); /* the owner of the channel hears of none of it */
    stop(&w);
}

/* Without room for the descriptor: refused, so that another has it, and the worker lives. */
static void test_full_table(void)
{
    struct worker w;
    if (!test_limits_hold())
        return;
    start(&w);
    test_turn_idle(&loop);
    struct rlimit limit;
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {3, limit.rlim_max};
    offer(&w, 7, 0, 1, 1);
    offer(&w, 7, 1, 2, 2);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    TURN_UNTIL(&loop, state(&w, 1) != MH_CLAIM_OFFERED);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK(state(&w, 0) == MH_CLAIM_REFUSED && state(&w, 1) == MH_CLAIM_REFUSED);
    CHECK_EQ(w.served.count, 0);
    offer(&w, 7, 2, 3, 3);
    TURN_UNTIL(&loop, w.served.count == 1);
    CHECK_EQ(peer_fd_number(w.served.fds[0]), 3);
    stop(&w);
}

static void test_bad_offers(void)
{
    struct mh_offer o = {7, 0, 1};
    for (int way = 0; way < 4; way++) {
        struct worker w;
        start(&w);
        int fds[2] = {peer_fd(1), peer_fd(2)};
        uint32_t len = way == 0 ? sizeof o - 1 : way == 1 ? 0 : sizeof o;
        unsigned count = way == 2 ? 0 : way == 3 ? 2 : 1;
        peer_send_frame(w.master, MH_FRAME_OFFER, &o, len, fds, count);
        close(fds[0]);
        close(fds[1]);
        TURN_UNTIL(&loop, !w.watch.ch);
        CHECK_EQ(w.watch.reason, MH_EFRAME);
        CHECK(!w.child->channel); /* the child has noticed */
        CHECK_EQ(w.served.count, 0);
        stop(&w);
    }
}

static void test_page(void)
{
    struct worker w;
    loop.ctx.own_stats.connections = 5;
    start(&w);
    CHECK_EQ(w.page->stats.connections, 5); /* those open before count on */
    loop.ctx.stats->connections++;
    loop.ctx.stats->requests = 9;
    CHECK_EQ(w.page->stats.connections, 6);
    TURN_UNTIL(&loop, w.beats == 1);
    CHECK(w.page->lag_ms < 60000);
    stop(&w);
    CHECK(loop.ctx.stats == &loop.ctx.own_stats);
    CHECK(loop.ctx.stats->connections == 6 && loop.ctx.stats->requests == 9);
    memset(&loop.ctx.own_stats, 0, sizeof loop.ctx.own_stats);
}

/* What lies at the agreed descriptor is not trusted to be a page; it is closed whatever it is. */
static void test_bad_pages(void)
{
    struct watch w;
    struct mh_child *child;
    int peer = watch_open(&loop, &w, NULL);
    int before = test_count_fds();
    int pair[2];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CHECK_EQ(mh_child_open(&loop.ctx, w.ch, peer_fd(100), &child_events, &child), -EINVAL); /* too small */
    CHECK_EQ(mh_child_open(&loop.ctx, w.ch, peer_fd(8192), &child_events, &child), -EINVAL);
    CHECK_EQ(mh_child_open(&loop.ctx, w.ch, peer_fd(4096), &child_events, &child),
             MH_EVERSION); /* all zero */
    CHECK(mh_child_open(&loop.ctx, w.ch, pair[0], &child_events, &child) < 0);
    close(pair[1]);
    CHECK(mh_child_open(&loop.ctx, w.ch, open("/dev/null", O_RDWR), &child_events, &child) < 0);
    CHECK_EQ(mh_child_open(&loop.ctx, w.ch, 9999, &child_events, &child), -EBADF);
    struct mh_health *page;
    int fd;
    CHECK_EQ(mh_health_create(&fd, &page), 0);
    page->version++;
    CHECK_EQ(mh_child_open(&loop.ctx, w.ch, dup(fd), &child_events, &child), MH_EVERSION);
    page->version--;
    for (size_t nth = 1; nth <= 2; nth++) {
        loop.ctx.alloc.fail_in = nth;
        CHECK_EQ(mh_child_open(&loop.ctx, w.ch, dup(fd), &child_events, &child), -ENOMEM);
    }
    /* It can be neither shrunk nor grown, by whomever. */
    CHECK(ftruncate(fd, 0) < 0 && errno == EPERM);
    CHECK(ftruncate(fd, 8192) < 0 && errno == EPERM);
    CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) < 0);
    mh_health_unmap(page);
    mh_health_unmap(NULL);
    close(fd);
    CHECK_EQ(test_count_fds(), before);
    test_turn_idle(&loop);
    watch_close(&loop, &w);
    close(peer);
}

/* Child, server and channel end in any order. */
static void test_ends(void)
{
    int before = test_count_fds();
    for (int order = 0; order < 4; order++) {
        struct worker w;
        start(&w);
        offer(&w, 7, 0, 1, 1);
        offer(&w, 7, 1, 2, 2);
        if (order == 0) { /* inside its own callback; the other offer is refused */
            w.served.close_in_accept = true;
            TURN_UNTIL(&loop, w.served.count == 1 && state(&w, 1) == MH_CLAIM_REFUSED);
        } else if (order == 1) { /* the child first: nobody is there for offers any more */
            mh_handle_close(&w.child->handle);
            TURN_UNTIL(&loop, !w.watch.ch);
            CHECK_EQ(w.watch.reason, MH_EFRAMETYPE);
            CHECK_EQ(state(&w, 0), MH_CLAIM_OFFERED);
        } else if (order == 2) { /* the channel first */
            watch_close(&loop, &w.watch);
            CHECK(!w.child->channel);
        } else {
            mh_ctx_close_handles(&loop.ctx);
            TURN_UNTIL(&loop, mh_ctx_idle(&loop.ctx));
        }
        stop(&w);
    }
    CHECK_EQ(test_count_fds(), before);
}

/* A server keeps the loop alive while it is referenced, the child itself does not. */
static void test_ref(void)
{
    struct worker w;
    test_turn_idle(&loop);
    start(&w);
    mh_channel_set_ref(w.watch.ch, false);
    CHECK(uv_loop_alive(&loop.loop));
    uv_unref((uv_handle_t *)&w.served.server->keep);
    CHECK(!uv_loop_alive(&loop.loop));
    uv_ref((uv_handle_t *)&w.served.server->keep);
    CHECK(uv_loop_alive(&loop.loop));
    stop(&w);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_loop_open(&loop);
    struct worker first; /* an async handle: libuv keeps descriptors from the first on */
    start(&first);
    stop(&first);
    int before = test_count_fds();
    RUN(test_claims);
    RUN(test_full_table);
    RUN(test_bad_offers);
    RUN(test_page);
    RUN(test_bad_pages);
    RUN(test_ends);
    RUN(test_ref);
    CHECK_EQ(test_count_fds(), before);
    test_loop_close(&loop);
    return 0;
}
