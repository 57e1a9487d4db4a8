/* SPDX-License-Identifier: MIT */
#ifndef S3A_RIGHTS_H
#define S3A_RIGHTS_H

/* What somebody may do, once it is known who he is. */

#include <s3atomic/status.h>

#include "op.h"
#include "pool.h"

/* Names and patterns of buckets that one key pair is limited to. */
#define S3A_RIGHTS_BUCKETS_MAX 1024

/* All zero: everything. */
struct s3a_rights {
    bool read_only;
    const struct s3a_str *buckets; /* "jobs", or "ci-*" for all that begin so */
    size_t bucket_count;           /* 0: all buckets */
};

/* Is it the name of a bucket, or the beginning of one with a '*' behind it? */
bool s3a_rights_pattern_is_valid(struct s3a_str pattern);

/* May what is in that bucket be seen at all? */
bool s3a_rights_cover(const struct s3a_rights *rights, struct s3a_str bucket);

/* May an operation of that kind be done to that bucket? What is about no bucket may be done by all:
 * what a listing of the buckets shows is for s3a_rights_cover() to say. */
bool s3a_rights_allow(const struct s3a_rights *rights, enum s3a_op_kind kind,
                      struct s3a_str bucket);

/* A copy with its texts in pool. False: there is no memory. */
bool s3a_rights_copy(const struct s3a_rights *rights, struct s3a_pool *pool,
                     struct s3a_rights *ret_rights);

#endif
