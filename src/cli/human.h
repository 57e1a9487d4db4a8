/* SPDX-License-Identifier: MIT */
#ifndef S3A_HUMAN_H
#define S3A_HUMAN_H

/* Values as people read them. Each writes into a buffer of S3A_HUMAN_SIZE bytes and returns it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define S3A_HUMAN_SIZE 32

/* "20ms", "0.3s", "12s", "3m05s", "2h10m", "5d04h"; "0s" for nothing and less. */
const char *s3a_human_duration(int64_t ms, char ret_text[S3A_HUMAN_SIZE]);

/* "512 B", "1.5 KiB", "20 MiB". */
const char *s3a_human_bytes(uint64_t bytes, char ret_text[S3A_HUMAN_SIZE]);

/* "2026-01-31T23:59:59Z", of milliseconds since 1970. */
const char *s3a_human_time(int64_t ms, char ret_text[S3A_HUMAN_SIZE]);

/*
 * Makes text fit for a terminal, in place: control characters, those that turn the direction of
 * text, and bytes that are not UTF-8 become '?'. What others have written into a bucket must not
 * steer somebody's terminal.
 */
void s3a_human_clean(char *text);

/* Columns that the text takes, one a character. */
size_t s3a_human_columns(const char *text);

/* Bytes of the well-formed UTF-8 sequence at text (RFC 3629, section 4), which ends with a NUL;
 * 0 where there is none. */
size_t s3a_human_utf8_size(const char *text);

#endif
