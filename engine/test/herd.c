#include "herd.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- the master's side --- */

static void master_frames(struct mh_channel *ch, struct mh_frame_view *frames, unsigned count)
{
    (void)ch;
    (void)frames;
    (void)count;
}

static void master_end(struct mh_channel *ch, int reason)
{
    struct herd_worker *h = mh_channel_handle(ch)->owner;
    h->reason = reason;
}

static void master_closed(struct mh_handle *handle)
{
    struct herd_worker *h = handle->owner;
    h->channel = NULL;
    mh_handle_release(handle);
}

static const struct mh_channel_events master_channel_events = {master_frames, NULL, master_end};

static void worker_silent(struct mh_worker *w, unsigned missed, uint64_t silence_ms)
{
    (void)missed;
    (void)silence_ms;
    ((struct herd_worker *)w->handle.owner)->silences++;
}

static void worker_closed(struct mh_handle *handle)
{
    struct herd_worker *h = handle->owner;
    h->w = NULL;
    mh_handle_release(handle);
}

static const struct mh_worker_events worker_events = {worker_silent};

/* --- the child's side --- */

static void child_end(struct mh_channel *ch, int reason)
{
    (void)ch;
    (void)reason;
}

static void child_channel_closed(struct mh_handle *handle)
{
    struct herd_worker *h = handle->owner;
    h->child_channel = NULL;
    mh_handle_release(handle);
}

static const struct mh_channel_events child_channel_events = {master_frames, NULL, child_end};

static void child_beat(struct mh_child *child)
{
    ((struct herd_worker *)child->handle.owner)->beats++;
}

static const struct mh_child_events child_events = {child_beat};

static void child_accept(struct mh_child_server *server, int fd)
{
    struct herd_worker *h = server->handle.owner;
    CHECK(h->taken < HERD_KEPT);
    h->kept[h->taken++] = fd;
}

void herd_start(struct test_loop *master, struct herd_worker *h, uint32_t share)
{
    int pair[2];
    memset(h, 0, sizeof *h);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);

    CHECK_EQ(mh_channel_open(&master->ctx, pair[0], NULL, &master_channel_events, &h->channel), 0);
    mh_channel_handle(h->channel)->owner = h;
    mh_channel_handle(h->channel)->on_closed = master_closed;
    CHECK_EQ(mh_worker_open(&master->ctx, &worker_events, &h->w), 0);
    h->w->handle.owner = h;
    h->w->handle.on_closed = worker_closed;
    int page = dup(h->w->page_fd);
    mh_worker_close_page_fd(h->w);
    mh_worker_attach(h->w, h->channel);
    mh_channel_read_start(h->channel);

    test_loop_open(&h->loop);
    CHECK_EQ(mh_channel_open(&h->loop.ctx, pair[1], NULL, &child_channel_events, &h->child_channel), 0);
    mh_channel_handle(h->child_channel)->owner = h;
    mh_channel_handle(h->child_channel)->on_closed = child_channel_closed;
    CHECK_EQ(mh_child_open(&h->loop.ctx, h->child_channel, page, &child_events, &h->child), 0);
    h->child->handle.owner = h;
    CHECK_EQ(mh_child_serve(h->child, share, child_accept, &h->server), 0);
    h->server->handle.owner = h;
    mh_channel_read_start(h->child_channel);
    herd_turn(h);
}

void herd_turn(struct herd_worker *h)
{
    test_turn_idle(&h->loop);
    while (h->child_channel && mh_channel_has_unread(h->child_channel))
        test_turn_idle(&h->loop);
}

void herd_kill(struct herd_worker *h)
{
    if (!h->child)
        return;
    for (unsigned i = 0; i < h->taken; i++) {
        if (h->kept[i] >= 0)
            close(h->kept[i]);
    }
    mh_ctx_close_handles(&h->loop.ctx);
    mh_handle_release(&h->server->handle);
    mh_handle_release(&h->child->handle);
    h->child = NULL;
    test_loop_close(&h->loop);
}

void herd_stop(struct test_loop *master, struct herd_worker *h)
{
    herd_kill(h);
    if (h->w)
        mh_worker_close(h->w);
    if (h->channel)
        mh_handle_close(mh_channel_handle(h->channel));
    TURN_UNTIL(master, !h->w && !h->channel);
}

void herd_age(struct herd_worker *h)
{
    for (unsigned slot = 0; slot < MH_HEALTH_CLAIMS; slot++)
        h->w->offers[slot].offered_ms -= 2 * (uint64_t)MH_WORKER_STALL_MS;
}
