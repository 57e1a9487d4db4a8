/* SPDX-License-Identifier: MIT */
#ifndef S3A_NOW_H
#define S3A_NOW_H

/* The command's only look at a clock. */

#include <stdint.h>

#define S3A_NEVER UINT64_MAX

/* Milliseconds of a clock that never jumps and counts suspend: CLOCK_BOOTTIME. */
uint64_t s3a_now_ms(void);

/* Milliseconds since 1970 by the wall clock, for people. */
int64_t s3a_now_wall_ms(void);

/*
 * An alarm: a descriptor that poll() finds readable from the given time of s3a_now_ms() on;
 * S3A_NEVER switches it off. -1: there is none, with errno.
 */
int s3a_alarm_open(void);
void s3a_alarm_set(int alarm, uint64_t at_ms);

#endif
