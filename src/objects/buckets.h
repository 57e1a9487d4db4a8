/* SPDX-License-Identifier: MIT */
#ifndef S3A_BUCKETS_H
#define S3A_BUCKETS_H

#include "commit.h"

/* Amazon S3's own quota for an account is 10 000. */
#define S3A_BUCKETS_MAX 10000

/* Makes a bucket within the transaction; as the writes of commit.h, with TOO_MANY_BUCKETS in the
 * write's answer where that is so. */
int s3a_bucket_add(struct s3a_commit *commit, struct s3a_write *write, int64_t *ret_bucket);

/* HEAD_BUCKET, GET_ASPECT and DELETE_ASPECT, LIST_BUCKETS: SQLITE_OK, and the answer is filled; or
 * an error. */
int s3a_bucket_head(struct s3a_database *database, const struct s3a_op *op,
                    struct s3a_answer *answer);
int s3a_bucket_aspect(struct s3a_database *database, const struct s3a_op *op,
                      struct s3a_answer *answer);
int s3a_bucket_list_all(struct s3a_database *database, const struct s3a_op *op,
                        struct s3a_answer *answer);

#endif
