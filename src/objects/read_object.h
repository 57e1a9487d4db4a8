/* SPDX-License-Identifier: MIT */
#ifndef S3A_READ_OBJECT_H
#define S3A_READ_OBJECT_H

#include "blobs.h"
#include "op.h"
#include "snapshot.h"

/*
 * GET_OBJECT and HEAD_OBJECT at that time of the store's clock: SQLITE_OK, and the answer is
 * filled; or an error. Within the snapshot where shares is set, which then stays open; else in a
 * transaction of its own.
 */
int s3a_object_read(struct s3a_snapshot *snapshot, bool shares,
                    const struct s3a_directory *directory, const struct s3a_op *op, int64_t now_ms,
                    struct s3a_answer *answer);

#endif
