/* SPDX-License-Identifier: MIT */
#include "canned_acl.h"

static const struct {
    const char *name;
    enum s3a_canned_acl acl;
} rows[] = {
    {"private", S3A_ACL_PRIVATE},
    {"public-read", S3A_ACL_PUBLIC_READ},
    {"public-read-write", S3A_ACL_PUBLIC_READ_WRITE},
    {"authenticated-read", S3A_ACL_AUTHENTICATED_READ},
    {"bucket-owner-read", S3A_ACL_PRIVATE},
    {"bucket-owner-full-control", S3A_ACL_PRIVATE},
};

enum s3a_canned_acl s3a_canned_acl_of(struct s3a_str name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (s3a_str_is(name, rows[i].name)) {
            return rows[i].acl;
        }
    }
    return S3A_ACL_NOT_GIVEN;
}

bool s3a_canned_acl_is_foreign(struct s3a_str name)
{
    return s3a_str_is(name, "aws-exec-read") || s3a_str_is(name, "log-delivery-write");
}

const char *s3a_canned_acl_stored(enum s3a_canned_acl acl)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (acl == rows[i].acl && acl != S3A_ACL_PRIVATE) {
            return rows[i].name;
        }
    }
    return "";
}

bool s3a_canned_acl_lets_anyone_read(enum s3a_canned_acl acl)
{
    return acl == S3A_ACL_PUBLIC_READ || acl == S3A_ACL_PUBLIC_READ_WRITE;
}

bool s3a_canned_acl_lets_anyone_write(enum s3a_canned_acl acl)
{
    return acl == S3A_ACL_PUBLIC_READ_WRITE;
}
