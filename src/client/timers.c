/* SPDX-License-Identifier: MIT */
#include "timers.h"

static void attach(struct s3a_timer **link, struct s3a_timer *timer)
{
    *link = timer;
    if (timer) {
        timer->link = link;
    }
}

/* Two heaps, neither of which hangs anywhere: the later becomes the first child of the earlier. */
static struct s3a_timer *meld(struct s3a_timer *a, struct s3a_timer *b)
{
    if (!a || !b) {
        return a ? a : b;
    }
    if (b->at_ms < a->at_ms) {
        struct s3a_timer *kept = a;
        a = b;
        b = kept;
    }
    attach(&b->next, a->child);
    attach(&a->child, b);
    a->next = NULL;
    return a;
}

/* The children of a heap that has lost its root become one: in pairs, then from the last. */
static struct s3a_timer *meld_all(struct s3a_timer *first)
{
    struct s3a_timer *pairs = NULL;

    while (first) {
        struct s3a_timer *second = first->next;
        struct s3a_timer *rest = second ? second->next : NULL;
        first->next = NULL;
        if (second) {
            second->next = NULL;
        }
        struct s3a_timer *pair = meld(first, second);
        pair->next = pairs;
        pairs = pair;
        first = rest;
    }
    struct s3a_timer *root = NULL;
    while (pairs) {
        struct s3a_timer *rest = pairs->next;
        pairs->next = NULL;
        root = meld(root, pairs);
        pairs = rest;
    }
    return root;
}

void s3a_timers_clear(struct s3a_timers *timers, struct s3a_timer *timer)
{
    if (!timer->link) {
        return;
    }
    attach(timer->link, timer->next);
    struct s3a_timer *orphans = meld_all(timer->child);
    timer->child = NULL;
    timer->next = NULL;
    timer->link = NULL;
    attach(&timers->root, meld(timers->root, orphans));
}

void s3a_timers_set(struct s3a_timers *timers, struct s3a_timer *timer, uint64_t at_ms)
{
    s3a_timers_clear(timers, timer);
    timer->at_ms = at_ms;
    timer->child = NULL;
    timer->next = NULL;
    attach(&timers->root, meld(timers->root, timer));
}

struct s3a_timer *s3a_timers_pop(struct s3a_timers *timers, uint64_t now_ms)
{
    struct s3a_timer *first = timers->root;

    if (!first || first->at_ms > now_ms) {
        return NULL;
    }
    s3a_timers_clear(timers, first);
    return first;
}

uint64_t s3a_timers_next_ms(const struct s3a_timers *timers)
{
    return timers->root ? timers->root->at_ms : UINT64_MAX;
}
