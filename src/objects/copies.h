/* SPDX-License-Identifier: MIT */
#ifndef S3A_COPIES_H
#define S3A_COPIES_H

/*
 * Copies. One of a whole object costs a row and nothing else: what is in a file, or in the parts of
 * an upload, is named by two objects from then on, and goes with the last of them. Its ETag stays
 * what it is.
 */

#include "conditions.h"
#include "object_state.h"

/* True where the conditions on the source hold; otherwise the answer says which does not. */
bool s3a_source_may_be_read(const struct s3a_op *op, const struct s3a_present *present,
                            int64_t now_ms, struct s3a_answer *answer);

#endif
