/* SPDX-License-Identifier: MIT */
#ifndef S3A_ATTRIBUTES_H
#define S3A_ATTRIBUTES_H

/* Tags and ACLs of buckets and objects, which may change while what they belong to stays as it is:
 * neither ETag nor Last-Modified follows them. */

#include "commit.h"

/* GET_..._ACL and GET_..._TAGGING: SQLITE_OK, and the answer is filled; or an error. */
int s3a_attributes_read(struct s3a_database *database, const struct s3a_op *op,
                        struct s3a_answer *answer);

/* PUT_..._ACL, PUT_..._TAGGING and DELETE_..._TAGGING: as the writes of commit.h. */
int s3a_attributes_write(struct s3a_commit *commit, struct s3a_write *write);

#endif
