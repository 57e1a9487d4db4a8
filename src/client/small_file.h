/* SPDX-License-Identifier: MIT */
#ifndef S3A_SMALL_FILE_H
#define S3A_SMALL_FILE_H

/* A file of the user's that is read whole: settings, tokens. */

#include <s3atomic/status.h>

#include "pool.h"
#include "str.h"

/* The text lives in pool. S3A_NOT_FOUND: there is none; S3A_TOO_LARGE: more than size_max bytes;
 * S3A_SYSTEM, S3A_NO_MEMORY. The error names the path. */
S3A_MUST_CHECK enum s3a_status s3a_small_file_read(struct s3a_pool *pool, const char *path,
                                                   size_t size_max, struct s3a_str *ret_text,
                                                   struct s3a_error *error);

#endif
