/* SPDX-License-Identifier: MIT */
#ifndef S3A_ACCESS_H
#define S3A_ACCESS_H

/*
 * What may be done by anyone, without a signature: what the ACLs of the bucket and the object say,
 * judged in the same transaction as the operation.
 */

#include "commit.h"

/* A read of a bucket: HEAD_BUCKET, LIST_OBJECTS, LIST_VERSIONS. acl: as it is stored. */
enum s3a_code s3a_access_to_bucket(const struct s3a_op *op, struct s3a_str bucket_acl);

/* A read of an object. has_object false: may it be known that there is none? */
enum s3a_code s3a_access_to_object(const struct s3a_op *op, struct s3a_str bucket_acl,
                                   bool has_object, struct s3a_str object_acl);

/* Is it one of the operations that an ACL here can let anyone do? */
bool s3a_access_is_possible(enum s3a_op_kind kind);

/* A write of any kind: as the writes of commit.h. The answer is a failure where it may not be. */
int s3a_access_to_write(struct s3a_commit *commit, struct s3a_write *write);

#endif
