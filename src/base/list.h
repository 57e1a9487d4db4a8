/* SPDX-License-Identifier: MIT */
#ifndef S3A_LIST_H
#define S3A_LIST_H

/*
 * A doubly linked ring with its links inside the members: no allocation, and a member leaves
 * without being searched for. An initialised link that is in no list points at itself.
 */

#include <stdbool.h>
#include <stddef.h>

struct s3a_list {
    struct s3a_list *next;
    struct s3a_list *prev;
};

#define s3a_list_entry(link, type, member) ((type *)((char *)(link)-offsetof(type, member)))

static inline void s3a_list_init(struct s3a_list *list)
{
    list->next = list;
    list->prev = list;
}

static inline bool s3a_list_is_empty(const struct s3a_list *list)
{
    return list->next == list;
}

static inline void s3a_list_append(struct s3a_list *list, struct s3a_list *link)
{
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

/* Harmless on a link that is in no list. */
static inline void s3a_list_remove(struct s3a_list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    s3a_list_init(link);
}

/* The first member, taken out; NULL where there is none. */
static inline struct s3a_list *s3a_list_pop(struct s3a_list *list)
{
    struct s3a_list *link = list->next;
    if (link == list) {
        return NULL;
    }
    s3a_list_remove(link);
    return link;
}

/* Moves all members of from to the end of to. */
static inline void s3a_list_move(struct s3a_list *to, struct s3a_list *from)
{
    if (s3a_list_is_empty(from)) {
        return;
    }
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    s3a_list_init(from);
}

#endif
