/* SPDX-License-Identifier: MIT */
#ifndef S3A_DURATION_H
#define S3A_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* A hundred years; nothing longer can be written. */
#define S3A_DURATION_MAX_MS (INT64_C(100) * 366 * 24 * 3600 * 1000)

/* For messages about durations that could not be read. */
#define S3A_DURATION_EXAMPLES "2.5, 500ms, 10s, 5m or 1h"

/*
 * A decimal number, with a fraction or without, and its unit: ms, s, m or h; seconds where there
 * is none. Parts of a millisecond are rounded up, so that only nothing becomes 0. False leaves
 * *ret_ms alone.
 */
bool s3a_duration_parse(const char *text, int64_t *ret_ms);

#endif
