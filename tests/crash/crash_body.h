/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_BODY_H
#define S3A_CRASH_BODY_H

/* Bodies that tell which value they are, and whether they are whole. Most are small, some are
 * larger than what the store keeps in its database. */

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/* No body is larger. */
#define CRASH_BODY_SIZE_MAX (256 * 1024)

/* Replaces what is in buf. large_of: one in so many is large; 0: none. */
void crash_body_write(uint64_t value, unsigned large_of, struct s3a_buf *buf);

/* False where it is no body of ours, not whole, or not what the ETag says: its MD5 in quotes; an
 * ETag of parts is not looked at. */
bool crash_body_read(struct s3a_str body, const char *etag, uint64_t *ret_value);

#endif
