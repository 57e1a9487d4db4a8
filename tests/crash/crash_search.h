/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_SEARCH_H
#define S3A_CRASH_SEARCH_H

/*
 * The search for an order, one key at a time: goes through calls and returns as time does, and
 * keeps every state that the register can be in, each with the pending operations that have had
 * their moment on the way there. A return is what makes an operation need its moment: states in
 * which it has not had it yet are carried on, through other pending writes if need be, until it
 * has. When no state is left, there is no order. ("Just-in-time linearization": G. Lowe, Testing
 * for linearizability, 2017.)
 *
 * What changes nothing has its moment as soon as a state allows it, for it is in nobody's way.
 */

#include <stdbool.h>
#include <stddef.h>

#include "crash_history.h"

/* Operations of one key that are pending at one time, and states that are followed. */
#define CRASH_PENDING_MAX 256
#define CRASH_STATES_MAX 4096

#define CRASH_NEVER UINT64_MAX

/* An operation, and what was found out about it. */
struct crash_move {
    const struct crash_op *op;
    uint64_t deadline_ns;      /* it has had its moment by then; CRASH_NEVER: that is not known */
    struct crash_move *author; /* of what it expects; NULL: nobody */
    bool is_used;              /* what it writes is expected or was read by somebody */
    bool is_left_out;          /* it is not looked at */
    bool is_past;              /* its moment is behind every state there is */
};

enum crash_finding {
    CRASH_ORDER_FOUND,
    CRASH_NO_ORDER,
    CRASH_UNDECIDED,
    CRASH_NO_MEMORY,
};

/* The moves of one key, in the order of their calls. *ret_stuck is the one whose return leaves no
 * state, or too many. */
enum crash_finding crash_search(struct crash_move *moves, size_t count,
                                const struct crash_move **ret_stuck);

#endif
