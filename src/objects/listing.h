/* SPDX-License-Identifier: MIT */
#ifndef S3A_LISTING_H
#define S3A_LISTING_H

#include "database.h"
#include "op.h"

/*
 * LIST_OBJECTS: SQLITE_OK, and the answer is filled; or an error. All of it is seen at one moment.
 *
 * A key that has the delimiter behind the prefix stands for its common prefix, which is one entry;
 * the keys below it are passed over with one step, however many there are. start-after counts
 * before keys are rolled up: a common prefix is listed where any key of it lies behind, unless
 * start-after is that very prefix.
 */
int s3a_object_list(struct s3a_database *database, const struct s3a_op *op,
                    struct s3a_answer *answer);

#endif
