/* SPDX-License-Identifier: MIT */
#ifndef S3A_HOLDER_H
#define S3A_HOLDER_H

/* What is known of a lock, for people and for programs. */

#include <stdio.h>

#include <s3atomic/lock.h>

#include "table.h"

/* The columns of `s3atomic status`. */
extern const char *const s3a_holder_titles[S3A_TABLE_COLUMNS_MAX];

/* One row; now_ms: the wall clock. False where there is no memory. */
bool s3a_holder_add_row(struct s3a_table *table, const struct s3a_lock_info *info, int64_t now_ms);

/* The same and more as one JSON object on a line. */
void s3a_holder_print_json(FILE *out, const char *bucket, const struct s3a_lock_info *info);

#endif
