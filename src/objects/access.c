/* SPDX-License-Identifier: MIT */
#include "access.h"

#include "failure.h"

static enum s3a_code allowed(bool is_allowed)
{
    return is_allowed ? S3A_CODE_NONE : S3A_CODE_ACCESS_DENIED;
}

enum s3a_code s3a_access_to_bucket(const struct s3a_op *op, struct s3a_str bucket_acl)
{
    return allowed(!op->is_anonymous ||
                   s3a_canned_acl_lets_anyone_read(s3a_canned_acl_of(bucket_acl)));
}

enum s3a_code s3a_access_to_object(const struct s3a_op *op, struct s3a_str bucket_acl,
                                   bool has_object, struct s3a_str object_acl)
{
    struct s3a_str acl = has_object ? object_acl : bucket_acl;

    return allowed(!op->is_anonymous || s3a_canned_acl_lets_anyone_read(s3a_canned_acl_of(acl)));
}

bool s3a_access_is_possible(enum s3a_op_kind kind)
{
    switch (kind) {
    case S3A_OP_HEAD_BUCKET:
    case S3A_OP_LIST_OBJECTS:
    case S3A_OP_LIST_VERSIONS:
    case S3A_OP_GET_OBJECT:
    case S3A_OP_HEAD_OBJECT:
    case S3A_OP_PUT_OBJECT:
    case S3A_OP_DELETE_OBJECT:
    case S3A_OP_DELETE_OBJECTS:
        return true;
    default:
        return false;
    }
}

int s3a_access_to_write(struct s3a_commit *commit, struct s3a_write *write)
{
    struct s3a_database *database = &commit->ledger->database;
    enum s3a_canned_acl acl;

    s3a_succeed(write->answer, 200);
    if (!s3a_access_is_possible(write->op->kind)) {
        s3a_fail_code(write->answer, S3A_CODE_ACCESS_DENIED);
        return SQLITE_OK;
    }
    int rc = s3a_database_query(database, S3A_SQL_BUCKET_FIND,
                                S3A_PARAMS(s3a_param_text(write->op->bucket)));
    if (rc == SQLITE_DONE) {
        s3a_fail_code(write->answer,
                      commit->create_buckets ? S3A_CODE_ACCESS_DENIED : S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (rc != SQLITE_ROW) {
        return rc;
    }
    acl = s3a_canned_acl_of(s3a_column_bytes(database, S3A_SQL_BUCKET_FIND, 1));
    s3a_database_reset(database, S3A_SQL_BUCKET_FIND);
    if (!s3a_canned_acl_lets_anyone_write(acl)) {
        s3a_fail_code(write->answer, S3A_CODE_ACCESS_DENIED);
    }
    return SQLITE_OK;
}
