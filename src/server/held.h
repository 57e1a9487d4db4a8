/* SPDX-License-Identifier: MIT */
#ifndef S3A_HELD_H
#define S3A_HELD_H

/* The exchanges of a front that are held back: each until a time, or until faults are lifted. */

#include "exchange.h"

#define S3A_HELD_FOR_EVER UINT64_MAX

/* Its connection is to be suspended. */
void s3a_held_add(struct s3a_exchange *exchange, uint64_t until_ms);

/* How long until the next one is to be released, at most max_ms. */
uint64_t s3a_held_wait_ms(const struct s3a_front *front, uint64_t max_ms);

/* Releases those whose time has come: to their time, by lifted faults, or because the front is
 * closing. */
void s3a_held_release(struct s3a_front *front);

#endif
