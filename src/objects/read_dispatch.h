/* SPDX-License-Identifier: MIT */
#ifndef S3A_READ_DISPATCH_H
#define S3A_READ_DISPATCH_H

#include "handle.h"

/* Which function answers which kind of read. SQLITE_OK, and the answer is filled; or an error. The
 * turn has a reader. */
int s3a_read_dispatch(struct s3a_objects *objects, struct s3a_read_turn *turn,
                      const struct s3a_op *op, struct s3a_answer *answer);

#endif
