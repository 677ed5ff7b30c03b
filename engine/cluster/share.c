#include "cluster/share.h"

#include "base/err.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static void share_returned(void *home, int fd, struct mh_worker *from, bool refused);

/* ---- choosing ---- */

/*
 * The next worker in turn that can take a connection. `avoid` has just refused one or let it lie. First those
 * that are neither stalled nor to be avoided, then anybody: a stalled worker that wakes up is better than
 * nobody.
 */
static struct mh_share_member *share_choose(struct mh_share *share, const struct mh_worker *avoid, bool any)
{
    for (struct mh_link *l = share->members.next; l != &share->members; l = l->next) {
        struct mh_share_member *member = mh_of(l, struct mh_share_member, link);
        struct mh_worker *w = member->worker;
        if (w->outstanding == MH_HEALTH_CLAIMS)
            mh_worker_sweep(w); /* some may be claimed by now */
        if (mh_worker_can_take(w) && (any || (w != avoid && !mh_worker_stalled(w))))
            return member;
    }
    return NULL;
}

/* Whether somebody can be expected to take connections again in a moment, being merely full now. */
static bool share_hopes(struct mh_share *share, const struct mh_worker *avoid)
{
    for (struct mh_link *l = share->members.next; l != &share->members; l = l->next) {
        struct mh_worker *w = mh_of(l, struct mh_share_member, link)->worker;
        if (w != avoid && w->channel && !w->draining && !mh_worker_stalled(w))
            return true;
    }
    return false;
}

static unsigned share_count(const struct mh_share *share)
{
    unsigned count = 0;
    for (const struct mh_link *l = share->members.next; l != &share->members; l = l->next)
        count++;
    return count;
}

/* Returns whether somebody was offered it; then fd is theirs. */
static bool share_offer(struct mh_share *share, int fd, const struct mh_worker *avoid, bool refused)
{
    for (int pass = 0; pass < 2; pass++) {
        /* A refusal is an answer: asking the same worker again at once would spin. */
        if (pass == 1 && (refused || share_hopes(share, avoid)))
            break;
        for (unsigned tries = share_count(share); tries > 0; tries--) {
            struct mh_share_member *member = share_choose(share, avoid, pass == 1);
            if (!member)
                break;
            mh_list_remove(&member->link);
            mh_list_append(&share->members, &member->link);
            if (mh_worker_offer(member->worker, share->id, fd, share_returned, share) == 0) {
                share->handed++;
                return true;
            }
        }
    }
    return false;
}

/* Nobody serves this connection: its client hears so now, even while a copy lies unread with some worker. */
static void share_drop(struct mh_share *share, int fd)
{
    share->dropped++;
    shutdown(fd, SHUT_RDWR);
    mh_ctx_close_fd(share->handle.ctx, fd);
}

/* Without a worker there is nothing to try: the next that joins serves them. */
static void share_wait(struct mh_share *share)
{
    if (mh_share_has_members(share) && !uv_is_active((uv_handle_t *)&share->retry->uv))
        mh_timer_start(share->retry, share->retry_ms, 0);
}

/* Offers of ours that are out. */
static uint64_t share_outstanding(const struct mh_share *share)
{
    uint64_t count = 0;
    for (const struct mh_link *l = share->members.next; l != &share->members; l = l->next)
        count += mh_worker_count_offers(mh_of(l, struct mh_share_member, link)->worker, share);
    return count;
}

/* A connection has to wait. The time runs from the first that does, and anew from each that is taken. */
static void share_note_wait(struct mh_share *share)
{
    uint64_t taken = share->handed - share->returned - share_outstanding(share);
    if (share->stuck_ms == 0 || share->stuck_taken != taken) {
        share->stuck_ms = uv_now(share->handle.ctx->loop);
        share->stuck_taken = taken;
    }
    share_wait(share);
}

static void share_park(struct mh_share *share, int fd)
{
    if (mh_buf_append(&share->parked, &fd, sizeof fd) < 0) {
        share_drop(share, fd);
        return;
    }
    if (share->listener)
        mh_listener_pause(share->listener);
    share_note_wait(share);
}

/* Try those that wait, oldest first; with none left, the listener goes on. */
static void share_serve_parked(struct mh_share *share)
{
    while (mh_buf_len(&share->parked) > 0) {
        int fd;
        memcpy(&fd, mh_buf_bytes(&share->parked), sizeof fd);
        if (!share_offer(share, fd, NULL, false)) {
            share_wait(share);
            return;
        }
        mh_buf_take(&share->parked, sizeof fd);
        share->retry_ms = MH_SHARE_RETRY_FIRST_MS;
    }
    /* They are not taken yet, only offered. */
    if (share->stuck_ms != 0)
        share_wait(share);
    else
        mh_timer_stop(share->retry);
    if (share->listener && mh_share_has_members(share))
        mh_listener_resume(share->listener);
}

/*
 * Whether what waited is taken now, and whether there is news. One that goes from worker to worker, and is
 * refused by each, waits as one that is not even offered.
 */
static void share_look(struct mh_share *share)
{
    bool parked = mh_buf_len(&share->parked) > 0;
    uint64_t outstanding = share_outstanding(share);
    uint64_t taken = share->handed - share->returned - outstanding;
    bool moved = taken != share->stuck_taken;
    bool over = !parked && (moved || outstanding == 0);
    if (over) {
        share->stuck_ms = 0;
        mh_timer_stop(share->retry);
    } else if (moved) {
        share->stuck_ms = 0;
        share_note_wait(share);
    } else {
        share_wait(share);
    }
    bool stuck = !over && uv_now(share->handle.ctx->loop) - share->stuck_ms >= MH_SHARE_WAITING_MS;
    if (share->told_waiting ? !over : !stuck)
        return;
    share->told_waiting = !share->told_waiting;
    if (share->events->on_waiting)
        share->events->on_waiting(share, share->told_waiting);
}

static void share_retry_due(struct mh_timer *timer)
{
    struct mh_share *share = timer->handle.owner;
    struct mh_ctx *ctx = timer->handle.ctx;
    share->retry_ms = share->retry_ms * 2 < MH_SHARE_RETRY_MS ? share->retry_ms * 2 : MH_SHARE_RETRY_MS;
    share_serve_parked(share);
    share_look(share);
    mh_ctx_settle(ctx);
}

static void share_returned(void *home, int fd, struct mh_worker *from, bool refused)
{
    struct mh_share *share = home;
    share->returned++;
    if (!mh_handle_is_open(&share->handle))
        share_drop(share, fd);
    else if (share_offer(share, fd, from, refused))
        share_note_wait(share);
    else
        share_park(share, fd);
}

static void share_accepted(struct mh_listener *listener, int fd)
{
    struct mh_share *share = listener->handle.owner;
    if (mh_buf_len(&share->parked) > 0 || !share_offer(share, fd, NULL, false))
        share_park(share, fd);
}

static void share_listener_error(struct mh_listener *listener, int rc, bool retrying)
{
    struct mh_share *share = listener->handle.owner;
    if (share->events->on_error)
        share->events->on_error(share, rc, retrying);
}

static const struct mh_listener_events share_listener_events = {share_accepted, share_listener_error};

/* ---- members ---- */

static struct mh_share_member *share_find(const struct mh_share *share, const struct mh_worker *w)
{
    for (struct mh_link *l = share->members.next; l != &share->members; l = l->next) {
        struct mh_share_member *member = mh_of(l, struct mh_share_member, link);
        if (member->worker == w)
            return member;
    }
    return NULL;
}

bool mh_share_has_members(const struct mh_share *share)
{
    return !mh_list_empty(&share->members);
}

static void share_worker_gone(struct mh_worker_user *user)
{
    const struct mh_share_member *member = mh_of(user, struct mh_share_member, user);
    mh_share_leave(member->share, member->worker);
}

int mh_share_join(struct mh_share *share, struct mh_worker *w)
{
    if (share_find(share, w))
        return 0;
    if (!mh_handle_is_open(&share->handle) || !mh_handle_is_open(&w->handle))
        return MH_ECLOSED;
    struct mh_share_member *member = mh_malloc(&share->handle.ctx->alloc, sizeof *member);
    if (!member)
        return -ENOMEM;
    member->share = share;
    member->worker = w;
    member->user.gone = share_worker_gone;
    mh_list_append(&w->users, &member->user.link);
    mh_list_append(&share->members, &member->link);
    share_serve_parked(share);
    return 0;
}

void mh_share_leave(struct mh_share *share, struct mh_worker *w)
{
    struct mh_share_member *member = share_find(share, w);
    if (!member)
        return;
    mh_list_remove(&member->link);
    mh_list_remove(&member->user.link);
    mh_free(&share->handle.ctx->alloc, member);
    mh_worker_recall(w, share);
    if (!mh_share_has_members(share) && share->listener)
        mh_listener_pause(share->listener);
}

/* ---- life cycle ---- */

static void share_close(struct mh_handle *h)
{
    struct mh_share *share = mh_of(h, struct mh_share, handle);
    while (mh_share_has_members(share)) {
        struct mh_share_member *member = mh_of(share->members.next, struct mh_share_member, link);
        mh_share_leave(share, member->worker);
    }
    while (mh_buf_len(&share->parked) > 0) {
        int fd;
        memcpy(&fd, mh_buf_bytes(&share->parked), sizeof fd);
        mh_buf_take(&share->parked, sizeof fd);
        share_drop(share, fd);
    }
    mh_listener_close(share->listener);
    mh_handle_release(&share->listener->handle);
    share->listener = NULL;
    mh_timer_close(share->retry);
    mh_handle_release(&share->retry->handle);
    share->retry = NULL;
    mh_handle_closed(h);
}

static void share_destroy(struct mh_handle *h)
{
    struct mh_share *share = mh_of(h, struct mh_share, handle);
    mh_buf_free(&share->parked);
    mh_free(&h->ctx->alloc, share);
}

static const struct mh_handle_class share_class = {"share", share_close, share_destroy};

int mh_share_open(struct mh_ctx *ctx, uint32_t id, int fd, const struct mh_share_events *events,
                  struct mh_share **out)
{
    struct mh_share *share = mh_zalloc(&ctx->alloc, sizeof *share);
    int rc = share ? mh_timer_open(ctx, share_retry_due, &share->retry) : -ENOMEM;
    if (rc < 0) {
        mh_free(&ctx->alloc, share);
        mh_ctx_close_fd(ctx, fd);
        return rc;
    }
    rc = mh_listener_open(ctx, fd, &share_listener_events, &share->listener);
    if (rc < 0) {
        mh_timer_close(share->retry);
        mh_handle_release(&share->retry->handle);
        mh_free(&ctx->alloc, share);
        return rc;
    }
    share->listener->handle.owner = share;
    mh_listener_pause(share->listener);
    share->retry->handle.owner = share;
    share->events = events;
    share->id = id;
    share->retry_ms = MH_SHARE_RETRY_FIRST_MS;
    mh_list_init(&share->members);
    mh_buf_init(&share->parked, &ctx->alloc, MH_SHARE_PARKED * sizeof(int));
    mh_handle_open(&share->handle, ctx, &share_class);
    *out = share;
    return 0;
}
