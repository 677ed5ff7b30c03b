/*
 * base/list.h - an intrusive, circular, doubly linked list.
 *
 * The head is a link of its own; an unlinked link points to itself, so that removing it twice is harmless.
 */
#ifndef MH_BASE_LIST_H
#define MH_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct mh_link {
    struct mh_link *next;
    struct mh_link *prev;
};

/* The object that contains the link: mh_of(link, struct mh_timer, link). */
#define mh_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static inline void mh_list_init(struct mh_link *link)
{
    link->next = link;
    link->prev = link;
}

static inline bool mh_list_empty(const struct mh_link *head)
{
    return head->next == head;
}

/* Put link before head, that is at the list's end. */
static inline void mh_list_append(struct mh_link *head, struct mh_link *link)
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

static inline void mh_list_remove(struct mh_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    mh_list_init(link);
}

#endif
