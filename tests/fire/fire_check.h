/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_CHECK_H
#define S3A_FIRE_CHECK_H

/*
 * Judges what workers wrote down (fire_log.h) by s3atomic-protocol(7) §8:
 *
 * - S1: no two tokens were provably held at the same time.
 * - S2: tokens strictly grow in the order of the grants, and each was granted once.
 * - Once lost or given back, a lock is not held again under that token.
 *
 * What it finds is proven by the lines. What they leave open is nobody's fault.
 */

#include "fire_log.h"

struct fire_verdict {
    unsigned grants;
    unsigned takeovers; /* grants after one that nobody is known to have given back */
    unsigned deletions; /* releases that left no object */
    unsigned failures;  /* attempts that ended without the lock */
    unsigned violations;
};

/* The evidence of the first few violations is written to evidence. False where there is no
 * memory. */
bool fire_check(const struct fire_line *lines, size_t count, FILE *evidence,
                struct fire_verdict *ret_verdict);

#endif
