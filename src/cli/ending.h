/* SPDX-License-Identifier: MIT */
#ifndef S3A_ENDING_H
#define S3A_ENDING_H

/*
 * When CMD has to go. Pure: what is seen of the lock and the time go in, an order comes out.
 *
 *      NONE ──► DANGER (TERM) ──► KILL      before the lease ends, should it come to that
 *       │          └──► LOST
 *       ├─────► LOST (TERM) ────► KILL      the lock went without that warning
 *       └─────► HELD_TOO_LONG (TERM) ─► KILL      before --max-hold is reached
 *
 * Whatever the cause, KILL comes before the lease ends, where that can be foreseen. An order that
 * has been given stands: CMD is ended also where a heartbeat gets through after all,
 * since nobody can say how much of its work a CMD that was sent a TERM has still done.
 */

#include <stdbool.h>
#include <stdint.h>

#include "supervisor.h"

enum s3a_on_lost {
    S3A_ON_LOST_TERM,
    S3A_ON_LOST_KILL,
    S3A_ON_LOST_IGNORE,
};

/* All in milliseconds. */
struct s3a_ending_terms {
    enum s3a_on_lost on_lost;
    uint64_t kill_after_ms; /* from TERM to KILL, where there is as much time */
    uint64_t heartbeat_ms;
    uint64_t max_hold_ms; /* 0: no bound */
};

enum s3a_ending_cause {
    S3A_ENDING_NONE,
    S3A_ENDING_DANGER, /* no heartbeat has got through; the lease will end soon */
    S3A_ENDING_LOST,
    S3A_ENDING_HELD_TOO_LONG,
};

struct s3a_ending {
    struct s3a_ending_terms terms;
    uint64_t good_ms;      /* how long the lease is good after a heartbeat, as far as was seen */
    uint64_t warn_ms;      /* how long before the lease's end it is in danger */
    uint64_t hold_end_ms;  /* when max_hold_ms is reached */
    uint64_t hold_warn_ms; /* and how long before that CMD is ended */
    enum s3a_ending_cause cause;
    uint64_t kill_ms; /* when KILL is due; S3A_NEVER: it is not */
    bool warned;      /* of danger, where it is ignored */
};

struct s3a_ending_sight {
    uint64_t now_ms;
    uint64_t remaining_ms; /* of the lease, without another heartbeat */
    bool lost;
};

/* now_ms: when the lock was granted. */
void s3a_ending_init(struct s3a_ending *ending, const struct s3a_ending_terms *terms,
                     uint64_t now_ms);

/* One look. *ret_news is the cause that is new since the last one, for people to be told. */
struct s3a_order s3a_ending_step(struct s3a_ending *ending, const struct s3a_ending_sight *sight,
                                 enum s3a_ending_cause *ret_news);

#endif
