/* SPDX-License-Identifier: MIT */
#ifndef S3A_CLOCK_H
#define S3A_CLOCK_H

/* The one place that reads a clock. */

#include <stdint.h>
#include <time.h>

/* Milliseconds that never go back and that count while the machine sleeps (CLOCK_BOOTTIME, else
 * CLOCK_MONOTONIC). For every duration and deadline. */
uint64_t s3a_clock_ms(void);

/* The same in microseconds, for measuring. */
uint64_t s3a_clock_us(void);

/* The present by the clock that condition variables wait by: CLOCK_MONOTONIC. */
struct timespec s3a_clock_wait(void);

/* Wall clock, milliseconds since 1970. For people and for HTTP dates only: it may jump. */
int64_t s3a_clock_wall_ms(void);

#endif
