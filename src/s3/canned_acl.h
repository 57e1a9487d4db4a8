/* SPDX-License-Identifier: MIT */
#ifndef S3A_CANNED_ACL_H
#define S3A_CANNED_ACL_H

/*
 * Who, besides those who have a key pair, may do something with a bucket or an object: one of the
 * "canned" access control lists. Source: "Access control list (ACL) overview", Amazon S3 User
 * Guide.
 */

#include <stdbool.h>

#include "str.h"

enum s3a_canned_acl {
    S3A_ACL_NOT_GIVEN, /* of a bucket or an object: as PRIVATE */
    S3A_ACL_PRIVATE,
    S3A_ACL_PUBLIC_READ,        /* anyone may list the bucket; read the object */
    S3A_ACL_PUBLIC_READ_WRITE,  /* ... and put objects into it and delete them */
    S3A_ACL_AUTHENTICATED_READ, /* no more than PRIVATE here, where all who sign are known */
};

/* "public-read". The two that give everything to the bucket's owner are PRIVATE, for there is but
 * one owner. NOT_GIVEN for a name of none of them. */
enum s3a_canned_acl s3a_canned_acl_of(struct s3a_str name);

/* One that S3 has and this server does not: for writing logs, and the like. */
bool s3a_canned_acl_is_foreign(struct s3a_str name);

/* The form in which a store keeps it: the name, "" for PRIVATE and NOT_GIVEN. */
const char *s3a_canned_acl_stored(enum s3a_canned_acl acl);

bool s3a_canned_acl_lets_anyone_read(enum s3a_canned_acl acl);
bool s3a_canned_acl_lets_anyone_write(enum s3a_canned_acl acl);

#endif
