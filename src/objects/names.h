/* SPDX-License-Identifier: MIT */
#ifndef S3A_NAMES_H
#define S3A_NAMES_H

/* The names of an operation, checked once more where they enter the database. */

#include "op.h"

/* True where bucket and, for the kinds that have one, key are names of S3. Otherwise the answer is
 * the error: INVALID_BUCKET_NAME, KEY_TOO_LONG, INVALID_URI. */
bool s3a_names_check(const struct s3a_op *op, struct s3a_answer *answer);

#endif
