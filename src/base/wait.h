/* SPDX-License-Identifier: MIT */
#ifndef S3A_WAIT_H
#define S3A_WAIT_H

/* Condition variables that wait for a time: by CLOCK_MONOTONIC, which nobody sets. */

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* For pthread_cond_timedwait() with a time from below. */
void s3a_wait_init(pthread_cond_t *cond);

/* So many milliseconds from now, none where ms is negative; INT64_MAX: for ever. */
struct timespec s3a_wait_until(int64_t ms);

#endif
