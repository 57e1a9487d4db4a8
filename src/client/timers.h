/* SPDX-License-Identifier: MIT */
#ifndef S3A_TIMERS_H
#define S3A_TIMERS_H

/*
 * Timers, the earliest first: a pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986) with its
 * links inside the timers, so that setting one needs no memory and cannot fail. One thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct s3a_timer {
    uint64_t at_ms;
    void (*fire)(struct s3a_timer *timer); /* set by the owner; the timer is no longer set then */
    struct s3a_timer *child;
    struct s3a_timer *next;
    struct s3a_timer **link; /* what points at this one; NULL: not set */
};

struct s3a_timers {
    struct s3a_timer *root;
};

/* Sets it, or sets it anew. */
void s3a_timers_set(struct s3a_timers *timers, struct s3a_timer *timer, uint64_t at_ms);

/* Harmless where it is not set. */
void s3a_timers_clear(struct s3a_timers *timers, struct s3a_timer *timer);

/* The earliest, taken out, where its time has come; NULL otherwise. */
struct s3a_timer *s3a_timers_pop(struct s3a_timers *timers, uint64_t now_ms);

/* When the earliest is due; UINT64_MAX where there is none. */
uint64_t s3a_timers_next_ms(const struct s3a_timers *timers);

#endif
