/*
 * A shared address: the rotation, where connections go that a worker does not take, and, in ten thousand
 * random steps, that each connection has exactly one owner.
 */
#include "base/err.h"
#include "herd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHARE 7

static struct test_loop loop;
static struct mh_share *share;
static struct sockaddr_in address;

static void on_error(struct mh_share *s, int rc, bool retrying)
{
    (void)s;
    test_fail(__FILE__, __LINE__, "the share cannot accept: %d, %d", rc, retrying);
}

static int told_waiting; /* +1 for each word that connections wait, -1 for the opposite */
static int waiting_words;

static void on_waiting(struct mh_share *s, bool waiting)
{
    (void)s;
    waiting_words++;
    told_waiting += waiting ? 1 : -1;
}

static void share_closed(struct mh_handle *h)
{
    mh_handle_release(h);
    share = NULL;
}

static const struct mh_share_events share_events = {on_error, on_waiting};

static void open_share(void)
{
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct mh_listen_options options = {.backlog = 1024};
    int fd = mh_listen_socket((struct sockaddr *)&address, sizeof address, &options);
    CHECK(fd >= 0);
    socklen_t len = sizeof address;
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    CHECK_EQ(mh_share_open(&loop.ctx, SHARE, fd, &share_events, &share), 0);
    share->handle.on_closed = share_closed;
}

static void close_share(void)
{
    mh_share_close(share);
    TURN_UNTIL(&loop, !share);
    test_turn_idle(&loop);
}

/* --- clients --- */

static int client(uint16_t *port)
{
    struct sockaddr_in own = {0};
    socklen_t len = sizeof own;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    CHECK_EQ(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&own, &len), 0);
    *port = ntohs(own.sin_port);
    return fd;
}

static uint16_t port_of(int served)
{
    struct sockaddr_in peer = {0};
    socklen_t len = sizeof peer;
    CHECK_EQ(getpeername(served, (struct sockaddr *)&peer, &len), 0);
    return ntohs(peer.sin_port);
}

/* Without linger, so that ten thousand of them leave no ports in TIME_WAIT. */
static void drop_client(int fd)
{
    struct linger reset = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
}

/* Whether the client has been told that its connection is over. */
static bool is_over(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

static unsigned parked(void)
{
    return (unsigned)(mh_buf_len(&share->parked) / sizeof(int));
}

/* --- the rotation --- */

static void test_round_robin(void)
{
    enum { WORKERS = 5, ROUNDS = 7 };
    static struct herd_worker herd[WORKERS];
    int clients[WORKERS * ROUNDS];
    uint16_t ports[WORKERS * ROUNDS];
    open_share();
    for (int i = 0; i < WORKERS; i++) {
        herd_start(&loop, &herd[i], SHARE);
        CHECK_EQ(mh_share_join(share, herd[i].w), 0);
        CHECK_EQ(mh_share_join(share, herd[i].w), 0); /* twice is once */
    }
    for (unsigned i = 0; i < WORKERS * ROUNDS; i++) {
        clients[i] = client(&ports[i]);
        TURN_UNTIL(&loop, share->handed == i + 1);
    }
    for (int i = 0; i < WORKERS; i++) {
        herd_turn(&herd[i]);
        CHECK_EQ(herd[i].taken, ROUNDS);
        for (int k = 0; k < ROUNDS; k++)
            CHECK_EQ(port_of(herd[i].kept[k]), ports[k * WORKERS + i]);
    }
    /* One leaves: the others go on in turn. One comes: it is last. */
    mh_share_leave(share, herd[2].w);
    mh_share_leave(share, herd[2].w);
    static const int order[] = {0, 1, 3, 4, 0, 1, 3, 4, 2, 0, 1, 3, 4, 2};
    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (i == 4)
            CHECK_EQ(mh_share_join(share, herd[2].w), 0);
        unsigned taken = herd[order[i]].taken;
        uint16_t port;
        uint64_t handed = share->handed;
        int fd = client(&port);
        TURN_UNTIL(&loop, share->handed == handed + 1);
        herd_turn(&herd[order[i]]);
        CHECK_EQ(herd[order[i]].taken, taken + 1);
        CHECK_EQ(port_of(herd[order[i]].kept[taken]), port);
        drop_client(fd);
    }
    close_share();
    for (int i = 0; i < WORKERS; i++)
        herd_stop(&loop, &herd[i]);
    for (unsigned i = 0; i < WORKERS * ROUNDS; i++)
        drop_client(clients[i]);
}

/* Who is full, draining or stalled is passed over, and is next once it is not. */
static void test_passed_over(void)
{
    static struct herd_worker a;
    static struct herd_worker b;
    int clients[2 * MH_HEALTH_CLAIMS + 10];
    uint16_t port;
    unsigned count = 0;
    open_share();
    herd_start(&loop, &a, SHARE);
    herd_start(&loop, &b, SHARE);
    CHECK_EQ(mh_share_join(share, a.w), 0);
    CHECK_EQ(mh_share_join(share, b.w), 0);

    a.child->page->busy_since_ms = 1;
    for (int i = 0; i < 4; i++) {
        clients[count++] = client(&port);
        TURN_UNTIL(&loop, share->handed == count);
    }
    CHECK(a.w->outstanding == 0 && b.w->outstanding == 4);
    a.child->page->busy_since_ms = 0;
    clients[count++] = client(&port);
    TURN_UNTIL(&loop, share->handed == count);
    CHECK_EQ(a.w->outstanding, 1);

    /* Full: b takes none, a is stalled. One that is merely full is waited for. */
    while (b.w->outstanding < MH_HEALTH_CLAIMS) {
        b.w->offers[0].offered_ms = UINT64_MAX / 2; /* no time passes for b */
        a.child->page->busy_since_ms = 1;
        clients[count++] = client(&port);
        TURN_UNTIL(&loop, share->handed == count);
        for (unsigned slot = 0; slot < MH_HEALTH_CLAIMS; slot++)
            b.w->offers[slot].offered_ms = UINT64_MAX / 2;
    }
    clients[count++] = client(&port);
    TURN_UNTIL(&loop, parked() == 1);
    clients[count++] = client(&port); /* stays in the backlog */
    test_turn_idle(&loop);
    CHECK(parked() == 1 && a.w->outstanding <= 1);
    herd_turn(&b);
    TURN_UNTIL(&loop, parked() == 0 && share->listener->accepted == count);
    herd_turn(&b);
    a.child->page->busy_since_ms = 0;
    herd_turn(&a);
    TURN_UNTIL(&loop, a.w->outstanding == 0 && b.w->outstanding == 0);
    CHECK_EQ(a.taken + b.taken, count);
    close_share();
    herd_stop(&loop, &a);
    herd_stop(&loop, &b);
    while (count > 0)
        drop_client(clients[--count]);
}

/* A stopped worker costs the first connection its wait, and those that come later nothing. */
static void test_stopped_worker(void)
{
    static struct herd_worker a;
    static struct herd_worker b;
    int clients[20];
    uint16_t port;
    open_share();
    herd_start(&loop, &a, SHARE);
    herd_start(&loop, &b, SHARE);
    CHECK_EQ(mh_share_join(share, a.w), 0);
    CHECK_EQ(mh_share_join(share, b.w), 0);
    clients[0] = client(&port);
    TURN_UNTIL(&loop, share->handed == 1);
    CHECK_EQ(a.w->outstanding, 1);
    herd_age(&a);
    TURN_UNTIL(&loop, a.w->outstanding == 0);
    CHECK_EQ(b.w->outstanding, 1);
    for (unsigned i = 1; i < 20; i++) {
        clients[i] = client(&port);
        TURN_UNTIL(&loop, share->handed == i + 2);
        CHECK_EQ(a.w->outstanding, 0);
        herd_turn(&b);
        CHECK_EQ(b.taken, i + 1);
        mh_worker_sweep(b.w);
    }
    herd_turn(&a); /* it wakes, finds what it has lost, and is in turn again */
    CHECK(a.taken == 0 && a.child->page->late == 1);
    uint64_t handed = share->handed;
    int last = client(&port);
    TURN_UNTIL(&loop, share->handed == handed + 1);
    CHECK_EQ(a.w->outstanding, 1);
    /* Alone, a stopped one is still better than nobody. */
    mh_share_leave(share, b.w);
    herd_age(&a);
    TURN_UNTIL(&loop, share->handed == handed + 2);
    CHECK_EQ(a.w->outstanding, 1);
    herd_turn(&a);
    TURN_UNTIL(&loop, a.taken == 1);
    close_share();
    herd_stop(&loop, &a);
    herd_stop(&loop, &b);
    for (int i = 0; i < 20; i++)
        drop_client(clients[i]);
    drop_client(last);
}

/* --- parking --- */

static void test_parking(void)
{
    static struct herd_worker a;
    static struct herd_worker b;
    int clients[4];
    uint16_t ports[4];
    open_share();
    for (int i = 0; i < 3; i++)
        clients[i] = client(&ports[i]);
    test_turn_idle(&loop);
    CHECK_EQ(share->listener->accepted, 0); /* without workers they wait in the backlog */
    CHECK(!mh_share_has_members(share));
    herd_start(&loop, &a, SHARE);
    CHECK_EQ(mh_share_join(share, a.w), 0);
    TURN_UNTIL(&loop, a.w->outstanding == 3);
    /* It leaves with its offers unclaimed: they are parked, oldest first, and the listener pauses. */
    mh_share_leave(share, a.w);
    CHECK_EQ(parked(), 3);
    clients[3] = client(&ports[3]);
    test_turn_idle(&loop);
    CHECK_EQ(share->listener->accepted, 3);
    herd_turn(&a);
    CHECK(a.taken == 0 && a.child->page->late == 3);
    herd_start(&loop, &b, SHARE);
    CHECK_EQ(mh_share_join(share, b.w), 0);
    CHECK_EQ(parked(), 0);
    TURN_UNTIL(&loop, b.w->outstanding == 4);
    herd_turn(&b);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(port_of(b.kept[i]), ports[i]);
    CHECK_EQ(share->dropped, 0);

    /* Refused by the only one: parked and tried again until it is taken. */
    b.server->refusing = true;
    uint16_t port;
    int fd = client(&port);
    TURN_UNTIL(&loop, b.w->outstanding == 1);
    herd_turn(&b);
    TURN_UNTIL(&loop, b.w->returned == 1);
    b.server->refusing = false;
    uint64_t deadline = test_deadline();
    while (b.taken < 5) {
        test_turn(&loop, deadline, __FILE__, __LINE__, "the refused connection");
        herd_turn(&b);
    }
    CHECK_EQ(port_of(b.kept[4]), port);
    drop_client(fd);

    /* What is parked when the share closes: those clients hear of it at once. */
    mh_share_leave(share, b.w);
    CHECK_EQ(mh_share_join(share, a.w), 0);
    fd = client(&port);
    TURN_UNTIL(&loop, a.w->outstanding == 1);
    close_share();
    CHECK_EQ(a.w->outstanding, 0);
    CHECK(is_over(fd)); /* though a has a copy that it has not looked at */
    herd_turn(&a);
    CHECK_EQ(a.taken, 0);
    drop_client(fd);
    herd_stop(&loop, &a);
    herd_stop(&loop, &b);
    for (int i = 0; i < 4; i++)
        drop_client(clients[i]);
}

/* Nobody takes what waits: that is told once, and once that it is over. */
static void test_waiting(void)
{
    static struct herd_worker a;
    uint16_t port;
    open_share();
    told_waiting = waiting_words = 0;
    herd_start(&loop, &a, SHARE);
    CHECK_EQ(mh_share_join(share, a.w), 0);

    /* Refused again and again it is tried again and again: no news before the time is up. */
    a.server->refusing = true;
    int fd = client(&port);
    uint64_t deadline = test_deadline();
    while (a.w->returned < 5) {
        test_turn(&loop, deadline, __FILE__, __LINE__, "refusals");
        herd_turn(&a);
    }
    CHECK_EQ(waiting_words, 0);
    CHECK(share->stuck_ms != 0);
    share->stuck_ms = 1;
    uint64_t returned = a.w->returned;
    while (a.w->returned < returned + 5 || waiting_words == 0) {
        test_turn(&loop, deadline, __FILE__, __LINE__, "the word");
        herd_turn(&a);
    }
    CHECK(told_waiting == 1 && waiting_words == 1);
    a.server->refusing = false;
    while (told_waiting == 1) {
        test_turn(&loop, deadline, __FILE__, __LINE__, "the good word");
        herd_turn(&a);
    }
    CHECK(told_waiting == 0 && waiting_words == 2 && a.taken == 1);

    /* A moment's waiting long after is a moment's. */
    a.server->refusing = true;
    int other = client(&port);
    returned = a.w->returned;
    while (a.w->returned < returned + 3) {
        test_turn(&loop, deadline, __FILE__, __LINE__, "refusals");
        herd_turn(&a);
    }
    CHECK_EQ(waiting_words, 2);
    close_share();
    herd_stop(&loop, &a);
    drop_client(fd);
    drop_client(other);
}

/* Past what may be parked, connections are closed, counted, and their clients told. */
static void test_parking_ceiling(void)
{
    static struct herd_worker a;
    int clients[4];
    uint16_t port;
    open_share();
    share->parked.ceiling = 2 * sizeof(int);
    herd_start(&loop, &a, SHARE);
    CHECK_EQ(mh_share_join(share, a.w), 0);
    for (unsigned i = 0; i < 4; i++) {
        clients[i] = client(&port);
        TURN_UNTIL(&loop, a.w->outstanding == i + 1);
    }
    herd_kill(&a);
    TURN_UNTIL(&loop, !a.w->channel);
    CHECK(parked() == 2 && share->dropped == 2);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(is_over(clients[i]), i >= 2);
    close_share();
    CHECK(is_over(clients[0]) && is_over(clients[1]));
    herd_stop(&loop, &a);
    for (int i = 0; i < 4; i++)
        drop_client(clients[i]);
}

/* --- ends --- */

/* Workers and share close in any order, also all at once with the engine. */
static void test_close_orders(void)
{
    int before = test_count_fds();
    for (int order = 0; order < 4; order++) {
        static struct herd_worker a;
        static struct herd_worker b;
        int clients[2];
        uint16_t port;
        herd_start(&loop, &a, SHARE);
        open_share();
        herd_start(&loop, &b, SHARE);
        CHECK_EQ(mh_share_join(share, a.w), 0);
        CHECK_EQ(mh_share_join(share, b.w), 0);
        for (unsigned i = 0; i < 2; i++) {
            clients[i] = client(&port);
            TURN_UNTIL(&loop, share->handed == i + 1);
        }
        if (order == 0) {
            mh_worker_close(a.w); /* its connection goes to b, it itself out of the rotation */
            CHECK(!a.w && b.w->outstanding == 2);
            CHECK(mh_share_has_members(share));
            mh_worker_close(b.w);
            CHECK(!mh_share_has_members(share) && parked() == 2);
            close_share();
        } else if (order == 1) {
            close_share();
            mh_worker_close(a.w);
            mh_worker_close(b.w);
        } else if (order == 2) {
            mh_ctx_close_handles(&loop.ctx); /* oldest first: a, the share, b */
            TURN_UNTIL(&loop, mh_ctx_idle(&loop.ctx));
        } else {
            herd_kill(&b);
            mh_worker_close(a.w);
            mh_ctx_close_handles(&loop.ctx);
            TURN_UNTIL(&loop, mh_ctx_idle(&loop.ctx));
        }
        herd_stop(&loop, &a);
        herd_stop(&loop, &b);
        for (int i = 0; i < 2; i++)
            drop_client(clients[i]);
    }
    CHECK_EQ(test_count_fds(), before);
}

static void test_open_fails(void)
{
    int before = test_count_fds();
    for (size_t nth = 1; nth <= 3; nth++) {
        struct sockaddr_in any = {.sin_family = AF_INET};
        int fd = mh_listen_socket((struct sockaddr *)&any, sizeof any, NULL);
        CHECK(fd >= 0);
        loop.ctx.alloc.fail_in = nth;
        struct mh_share *failed;
        CHECK_EQ(mh_share_open(&loop.ctx, SHARE, fd, &share_events, &failed), -ENOMEM);
        test_turn_idle(&loop);
        CHECK(mh_ctx_idle(&loop.ctx));
    }
    CHECK_EQ(test_count_fds(), before);

    static struct herd_worker a;
    open_share();
    herd_start(&loop, &a, SHARE);
    loop.ctx.alloc.fail_in = 1;
    CHECK_EQ(mh_share_join(share, a.w), -ENOMEM);
    CHECK(!mh_share_has_members(share));
    close_share();
    herd_stop(&loop, &a);
}

/* --- everything at once --- */

#define WORKERS 6

struct model_client {
    int fd;
    uint16_t port;
    int owner; /* index of the worker that took it; -1 none yet */
    bool lost; /* its owner died */
};

static struct model_client *clients_by_port[65536];

/* What a child has taken since we last looked belongs to it now, and belonged to nobody before. */
static void note_owners(struct herd_worker *h, int index, unsigned *seen)
{
    for (; *seen < h->taken; ++*seen) {
        struct model_client *c = clients_by_port[port_of(h->kept[*seen])];
        CHECK(c);
        if (c->owner != -1)
            test_fail(__FILE__, __LINE__, "port %d has two owners, %d and %d", c->port, c->owner, index);
        c->owner = index;
    }
}

static void test_random_steps(void)
{
    enum { STEPS = 10000, LIVE = 300 };
    static struct herd_worker herd[WORKERS];
    static struct model_client clients[LIVE];
    unsigned seen[WORKERS] = {0};
    bool alive[WORKERS] = {false};
    struct test_random random = {2024};
    unsigned count = 0;
    unsigned served = 0;
    unsigned deaths = 0;
    open_share();
    for (int step = 0; step < STEPS; step++) {
        int i = (int)test_random(&random, WORKERS);
        struct herd_worker *h = &herd[i];
        switch (test_random(&random, 24)) {
        case 0:
            if (!alive[i]) {
                herd_start(&loop, h, SHARE);
                alive[i] = true;
                seen[i] = 0;
                CHECK_EQ(mh_share_join(share, h->w), 0);
            }
            break;
        case 1: /* dies with all it holds */
            if (alive[i]) {
                for (unsigned c = 0; c < count; c++)
                    clients[c].lost |= clients[c].owner == i;
                herd_stop(&loop, h);
                alive[i] = false;
                deaths++;
            }
            break;
        case 2:
            if (alive[i] && test_random(&random, 2))
                mh_share_leave(share, h->w);
            else if (alive[i])
                CHECK_EQ(mh_share_join(share, h->w), 0);
            break;
        case 3:
            if (alive[i])
                h->server->refusing = !h->server->refusing;
            break;
        case 4:
            if (alive[i] && test_random(&random, 8) == 0)
                mh_worker_drain(h->w);
            break;
        case 5:
            if (alive[i])
                herd_age(h);
            break;
        case 6:
            if (alive[i])
                mh_worker_sweep(h->w);
            break;
        case 7:
            if (alive[i])
                h->child->page->busy_since_ms = test_random(&random, 2);
            break;
        case 8: /* a client has been served: it and the worker's end go */
            if (count > 0) {
                struct model_client *c = &clients[test_random(&random, count)];
                if (c->owner < 0 && !c->lost)
                    break;
                if (c->owner >= 0 && !c->lost) {
                    for (unsigned k = 0; k < herd[c->owner].taken; k++) {
                        int *fd = &herd[c->owner].kept[k];
                        if (*fd >= 0 && port_of(*fd) == c->port) {
                            close(*fd);
                            *fd = -1;
                        }
                    }
                }
                CHECK(!c->lost || is_over(c->fd));
                clients_by_port[c->port] = NULL;
                drop_client(c->fd);
                *c = clients[--count];
                clients_by_port[clients[count].port] = NULL;
                if (c != &clients[count])
                    clients_by_port[c->port] = c;
                served++;
            }
            break;
        case 9:
        case 10:
        case 11:
        case 12:
            if (count < LIVE) {
                struct model_client *c = &clients[count];
                c->fd = client(&c->port);
                CHECK(!clients_by_port[c->port]);
                c->owner = -1;
                c->lost = false;
                clients_by_port[c->port] = c;
                count++;
            }
            break;
        case 13:
        case 14:
        case 15:
        case 16:
        case 17:
            test_turn_idle(&loop);
            break;
        default:
            if (alive[i]) {
                herd_turn(h);
                note_owners(h, i, &seen[i]);
            }
        }
        CHECK_EQ(share->dropped, 0);
    }
    /* In the end, with one sound worker, everybody who waits is served. */
    for (int i = 0; i < WORKERS; i++) {
        if (alive[i]) {
            for (unsigned c = 0; c < count; c++)
                clients[c].lost |= clients[c].owner == i;
            herd_stop(&loop, &herd[i]);
        }
    }
    herd_start(&loop, &herd[0], SHARE);
    seen[0] = 0;
    CHECK_EQ(mh_share_join(share, herd[0].w), 0);
    unsigned waiting = 0;
    for (unsigned c = 0; c < count; c++)
        waiting += clients[c].owner == -1;
    uint64_t deadline = test_deadline();
    while (herd[0].taken < waiting) {
        test_turn(&loop, deadline, __FILE__, __LINE__, "all clients to be served");
        herd_turn(&herd[0]);
    }
    note_owners(&herd[0], 0, &seen[0]);
    for (unsigned c = 0; c < count; c++) {
        CHECK(clients[c].owner >= 0);
        CHECK_EQ(is_over(clients[c].fd), clients[c].lost);
        clients_by_port[clients[c].port] = NULL;
        drop_client(clients[c].fd);
    }
    CHECK(served > 100 && deaths > 20);
    close_share();
    herd_stop(&loop, &herd[0]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_loop_open(&loop);
    int before = test_count_fds();
    RUN(test_round_robin);
    RUN(test_passed_over);
    RUN(test_stopped_worker);
    RUN(test_parking);
    RUN(test_waiting);
    RUN(test_parking_ceiling);
    RUN(test_close_orders);
    RUN(test_open_fails);
    RUN(test_random_steps);
    CHECK_EQ(test_count_fds(), before);
    test_loop_close(&loop);
    return 0;
}
