/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_JUDGE_H
#define S3A_CRASH_JUDGE_H

/*
 * Is a history linearizable? That is: can each operation be given one moment between its call and
 * its return, so that in the order of these moments every answer is what a single register per key
 * would have given, empty at first? An operation without an answer has its moment at any time after
 * its call, or never.
 *
 * To find out is exponential in general. Here each value is written once, and a value is followed
 * by what names it in If-Match, so that there is next to no choice: a million operations take
 * seconds. crash_search.h says how.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "crash_history.h"

struct crash_judgement {
    unsigned keys;
    unsigned violations;  /* keys whose history is not linearizable */
    unsigned undecided;   /* keys with more possibilities than are followed: nothing is proven */
    unsigned unknown;     /* operations without an answer */
    unsigned took_effect; /* and those of them that others have seen */
};

/* Sorts the history by key and time. Evidence goes to out. False without memory. */
bool crash_judge(struct crash_op *ops, size_t count, FILE *out,
                 struct crash_judgement *ret_judgement);

#endif
