/* SPDX-License-Identifier: MIT */
#ifndef S3A_BUF_H
#define S3A_BUF_H

/*
 * A bounded builder of bytes. Appending never has to be checked call by call: the first failure
 * (out of memory, or more than size_max bytes) sticks in status, later appends do nothing, and
 * the one who uses the result asks once. data always ends with a NUL that size does not count,
 * once anything was appended; s3a_buf_text() gives "" before that.
 */

#include <stdarg.h>

#include <s3atomic/status.h>

#include "str.h"

struct s3a_buf {
    char *data;
    size_t size;
    size_t capacity;
    size_t size_max;
    enum s3a_status status; /* S3A_OK, S3A_NO_MEMORY or S3A_TOO_LARGE */
};

/* No allocation yet. */
void s3a_buf_init(struct s3a_buf *buf, size_t size_max);

/* Frees the bytes; the builder is as after init, with the same bound. */
void s3a_buf_fini(struct s3a_buf *buf);

/* Forgets content and failure, keeps the memory. */
void s3a_buf_clear(struct s3a_buf *buf);

void s3a_buf_append(struct s3a_buf *buf, struct s3a_str bytes);
void s3a_buf_append_text(struct s3a_buf *buf, const char *text);
void s3a_buf_append_byte(struct s3a_buf *buf, char byte);
void s3a_buf_append_format(struct s3a_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void s3a_buf_append_uint64(struct s3a_buf *buf, uint64_t value);

/* Lower-case hexadecimal digits. */
void s3a_buf_append_hex(struct s3a_buf *buf, const void *bytes, size_t size);

/* Room for at least size more bytes at the end, for a reader that fills memory itself; NULL where
 * that fails. s3a_buf_added() then says how many were written. */
char *s3a_buf_reserve(struct s3a_buf *buf, size_t size);
void s3a_buf_added(struct s3a_buf *buf, size_t size);

struct s3a_str s3a_buf_str(const struct s3a_buf *buf);
const char *s3a_buf_text(const struct s3a_buf *buf);

/* Gives the bytes away, to be freed with free(); the builder is empty after. NULL where nothing
 * was ever appended or the builder has failed. */
char *s3a_buf_take(struct s3a_buf *buf, size_t *ret_size);

#endif
