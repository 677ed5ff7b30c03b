#include "bind/memory.h"

#include "bind/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECK_EVERY_BYTES (4u << 20)  /* heap growth between two looks at the resident set */
#define SLACK_BYTES       (64u << 20) /* enough for handlers to log and leave in order */
#define HURRY_BYTES       (64u << 20) /* garbage that is nothing to hurry for */
#define HURRY_FACTOR      4           /* times what is alive: a collector in good order never leaves that */
#define HURRY_PAUSE       125         /* percent of what is alive at which a hurried one starts anew */

static size_t memory_read_rss(int statm_fd)
{
    char text[128];
    ssize_t len = statm_fd < 0 ? -1 : pread(statm_fd, text, sizeof text - 1, 0);
    if (len <= 0)
        return 0;
    text[len] = '\0';
    char *second;
    strtoull(text, &second, 10);
    return (size_t)strtoull(second, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

/* Note that the limit was passed by this size, unless it was before. */
static void memory_passed(struct mh_memory_cap *cap, size_t bytes)
{
    if (!cap->passed)
        cap->passed_bytes = bytes;
    cap->passed = true;
}

/* Once the limit was passed, the slack is counted from where that was seen: far above it, perhaps. */
static size_t memory_allowed(const struct mh_memory_cap *cap)
{
    return cap->passed ? cap->passed_bytes + SLACK_BYTES : cap->limit_bytes;
}

/* Whether growing the heap to this size passes the limit; notes it. */
static bool memory_over(struct mh_memory_cap *cap, size_t heap_bytes)
{
    size_t allowed = memory_allowed(cap);
    size_t bytes = heap_bytes;
    if (bytes <= allowed) {
        if (heap_bytes < cap->check_at)
            return false;
        cap->check_at = heap_bytes + CHECK_EVERY_BYTES;
        bytes = memory_read_rss(cap->statm_fd);
    }
    if (bytes <= allowed)
        return false;
    memory_passed(cap, bytes);
    return true;
}

/* ---- the hurried collector ---- */

/* Where the next hurry begins, with so much alive: half way to the limit at the latest. */
static void memory_plan_hurry(struct mh_memory_cap *cap, size_t live_bytes)
{
    size_t at = live_bytes * HURRY_FACTOR;
    if (at < live_bytes + HURRY_BYTES)
        at = live_bytes + HURRY_BYTES;
    size_t half_way = live_bytes + (cap->limit_bytes > live_bytes ? (cap->limit_bytes - live_bytes) / 2 : 0);
    cap->hurry_at = at < half_way ? at : half_way;
}

/*
 * Safe inside an allocation, as it only sets two numbers: a step multiplier of 0 makes the next step, which
 * the next allocation takes, finish the cycle; with the short pause the next cycle is soon.
 */
static void memory_hurry(struct mh_memory_cap *cap)
{
    cap->hurried = true;
    cap->step_mul = lua_gc(cap->L, LUA_GCSETSTEPMUL, 0);
    cap->pause = lua_gc(cap->L, LUA_GCSETPAUSE, HURRY_PAUSE);
}

static void memory_calm(struct mh_memory_cap *cap)
{
    cap->hurried = false;
    lua_gc(cap->L, LUA_GCSETSTEPMUL, cap->step_mul);
    lua_gc(cap->L, LUA_GCSETPAUSE, cap->pause);
}

/* A call into Lua: finalizers may raise. */
static void memory_collect(lua_State *L, void *arg)
{
    (void)arg;
    lua_gc(L, LUA_GCCOLLECT, 0);
}

/* ---- the allocator ---- */

static void *memory_alloc(void *userdata, void *block, size_t old_size, size_t new_size)
{
    struct mh_memory_cap *cap = userdata;
    if (new_size > old_size) {
        size_t grown = cap->heap_bytes + (new_size - old_size);
        if (grown > cap->hurry_at && !cap->hurried)
            memory_hurry(cap);
        if (memory_over(cap, grown))
            return NULL;
    }
    void *moved = cap->inner(cap->inner_userdata, block, old_size, new_size);
    if (moved || new_size == 0) {
        cap->heap_bytes += new_size - old_size;
        /* After a collection the next growth is looked at anew, from its own start. */
        if (cap->heap_bytes + CHECK_EVERY_BYTES < cap->check_at)
            cap->check_at = cap->heap_bytes + CHECK_EVERY_BYTES;
    }
    return moved;
}

/* Put the wrapper around the state's allocator, or take it off: it costs a small message a twentieth. */
static void memory_wrap(struct mh_memory_cap *cap, bool wrap)
{
    cap->heap_bytes = (size_t)lua_gc(cap->L, LUA_GCCOUNT, 0) * 1024 + (size_t)lua_gc(cap->L, LUA_GCCOUNTB, 0);
    lua_setallocf(cap->L, wrap ? memory_alloc : cap->inner, wrap ? cap : cap->inner_userdata);
}

int mh_memory_open(struct mh_state *st)
{
    struct mh_memory_cap *cap = mh_zalloc(&st->ctx->alloc, sizeof *cap);
    if (!cap)
        return -ENOMEM;
    cap->L = st->L;
    cap->statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    cap->inner = lua_getallocf(st->L, &cap->inner_userdata);
    st->memory = cap;
    return 0;
}

void mh_memory_close(struct mh_state *st)
{
    if (!st->memory)
        return;
    if (st->memory->statm_fd >= 0)
        close(st->memory->statm_fd);
    mh_free(&st->ctx->alloc, st->memory);
    st->memory = NULL;
}

/* Look at the resident set as it is now. */
static void memory_note_rss(struct mh_memory_cap *cap)
{
    size_t rss = cap->limit_bytes > 0 ? memory_read_rss(cap->statm_fd) : 0;
    if (rss > cap->limit_bytes)
        memory_passed(cap, rss);
}

void mh_memory_limit(struct mh_state *st, size_t limit_bytes)
{
    struct mh_memory_cap *cap = st->memory;
    if (!cap || cap->limit_bytes == limit_bytes)
        return;
    if (cap->hurried)
        memory_calm(cap);
    if ((cap->limit_bytes > 0) != (limit_bytes > 0))
        memory_wrap(cap, limit_bytes > 0);
    cap->limit_bytes = limit_bytes;
    cap->check_at = 0;
    cap->passed = false;
    cap->told = false;
    memory_plan_hurry(cap, cap->heap_bytes);
    /* Below what there is already: no reason to let an innocent allocation fail. The callback's end tells. */
    if (limit_bytes > 0 && cap->heap_bytes > limit_bytes)
        memory_passed(cap, cap->heap_bytes);
    memory_note_rss(cap);
}

size_t mh_memory_rss(struct mh_state *st)
{
    return st->memory ? memory_read_rss(st->memory->statm_fd) : 0;
}

void mh_memory_check(struct mh_state *st)
{
    if (st->memory)
        memory_note_rss(st->memory);
    mh_call_settle(st);
}

void mh_memory_settle(struct mh_state *st)
{
    struct mh_memory_cap *cap = st->memory;
    if (cap && cap->hurried) {
        /* Nothing of the callback's garbage shall be left, and what is alive be known. */
        memory_calm(cap);
        mh_call(st, memory_collect, NULL);
        memory_plan_hurry(cap, cap->heap_bytes);
    }
    if (!cap || !cap->passed || cap->told)
        return;
    cap->told = true;
    mh_call_handler(st, "on_memory", 0, 0);
}
