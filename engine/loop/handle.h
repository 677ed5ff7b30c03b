/*
 * loop/handle.h - the head of every object that lives on the loop.
 *
 * A handle is open, closing, then closed, in that order and once. Two pins keep its memory: the loop's,
 * dropped when the last libuv callback of the object has run, and the owner's (a parent object or a Lua box),
 * dropped with mh_handle_release. Memory goes when both are gone, in whichever order. Put it first in the
 * object's struct.
 *
 *     open     allocate, start everything that can fail, then mh_handle_open, which cannot
 *
 *     close    mh_handle_close calls class->close, which starts uv_close on what it holds; asynchronous, and
 *              once however often it is called
 *
 *     closed   the object's last uv close callback calls mh_handle_closed, which tells the owner, once
 *
 *     release  the owner lets go; it must have closed the handle or be ready never to hear of it again
 */
#ifndef MH_LOOP_HANDLE_H
#define MH_LOOP_HANDLE_H

#include "base/list.h"
#include "loop/context.h"

#include <stdbool.h>
#include <stdint.h>

enum mh_handle_state { MH_HANDLE_OPEN = 1, MH_HANDLE_CLOSING, MH_HANDLE_CLOSED };

struct mh_handle;

struct mh_handle_class {
    const char *name;                     /* for leak reports and error messages: "timer" */
    void (*close)(struct mh_handle *h);   /* begin to close; ends in mh_handle_closed, now or later */
    void (*destroy)(struct mh_handle *h); /* free the memory; the handle is closed and nobody holds it */
};

/* Tells the owner that the handle is closed. The handle is still readable during the call. */
typedef void (*mh_handle_closed_cb)(struct mh_handle *h);

#define MH_HANDLE_MAGIC 0x6d68646cu /* "mhdl" */

struct mh_handle {
    uint32_t magic;
    enum mh_handle_state state;
    bool loop_pin;
    bool owner_pin;
    bool boxed; /* the owner is a box of bind/ */
    const struct mh_handle_class *class;
    struct mh_ctx *ctx;
    struct mh_link link;           /* in ctx->handles until closed */
    uint64_t opened_ms;            /* in the loop's time */
    void *owner;                   /* the owner's own pointer, for its callbacks; NULL once released */
    mh_handle_closed_cb on_closed; /* the owner's; may be NULL */
};

/* The object becomes open: both pins are set and it joins the context's list. */
void mh_handle_open(struct mh_handle *h, struct mh_ctx *ctx, const struct mh_handle_class *class);

/* Begin to close; does nothing unless open. */
void mh_handle_close(struct mh_handle *h);

/* For the class: the last libuv callback has run. Calls on_closed, then drops the loop's pin. */
void mh_handle_closed(struct mh_handle *h);

/* For the owner: let go. The handle must not be used afterwards; no callback of it reaches the owner any
 * more. */
void mh_handle_release(struct mh_handle *h);

static inline bool mh_handle_is_open(const struct mh_handle *h)
{
    return h->state == MH_HANDLE_OPEN;
}

#endif
