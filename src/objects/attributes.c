/* SPDX-License-Identifier: MIT */
#include "attributes.h"

#include "failure.h"
#include "names.h"

/* The columns of ATTRIBUTES_GET. */
enum column {
    COLUMN_BUCKET,
    COLUMN_BUCKET_ACL,
    COLUMN_BUCKET_TAGS,
    COLUMN_KEY,
    COLUMN_ACL,
    COLUMN_TAGS,
};

static bool is_of_object(const struct s3a_op *op)
{
    return s3a_op_target(op->kind) == S3A_TARGET_OBJECT;
}

/*
 * SQLITE_ROW: it is there, the columns are valid, and S3A_SQL_ATTRIBUTES_GET is to be reset.
 * SQLITE_OK: it is not, which the answer says.
 */
static int find(struct s3a_database *database, const struct s3a_op *op, struct s3a_answer *answer)
{
    struct s3a_str key = is_of_object(op) ? op->key : S3A_STR("");
    int rc = s3a_database_query(database, S3A_SQL_ATTRIBUTES_GET,
                                S3A_PARAMS(s3a_param_text(op->bucket), s3a_param_bytes(key)));

    if (rc == SQLITE_DONE) {
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (rc == SQLITE_ROW && is_of_object(op) &&
        s3a_column_is_null(database, S3A_SQL_ATTRIBUTES_GET, COLUMN_KEY)) {
        s3a_database_reset(database, S3A_SQL_ATTRIBUTES_GET);
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_KEY);
        return SQLITE_OK;
    }
    return rc;
}

static bool is_acl(enum s3a_op_kind kind)
{
    return kind == S3A_OP_GET_BUCKET_ACL || kind == S3A_OP_GET_OBJECT_ACL ||
           kind == S3A_OP_PUT_BUCKET_ACL || kind == S3A_OP_PUT_OBJECT_ACL;
}

int s3a_attributes_read(struct s3a_database *database, const struct s3a_op *op,
                        struct s3a_answer *answer)
{
    enum s3a_sql sql = S3A_SQL_ATTRIBUTES_GET;
    bool is_object = is_of_object(op);
    int rc = find(database, op, answer);

    if (rc != SQLITE_ROW) {
        return rc;
    }
    rc = SQLITE_OK;
    if (is_acl(op->kind)) {
        answer->acl = s3a_canned_acl_of(
            s3a_column_bytes(database, sql, is_object ? COLUMN_ACL : COLUMN_BUCKET_ACL));
    } else if (!is_object && s3a_column_is_null(database, sql, COLUMN_BUCKET_TAGS)) {
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_TAG_SET);
    } else {
        answer->tags = s3a_pool_copy(
            &answer->pool,
            s3a_column_bytes(database, sql, is_object ? COLUMN_TAGS : COLUMN_BUCKET_TAGS));
        rc = answer->tags.data ? SQLITE_OK : SQLITE_NOMEM;
    }
    s3a_database_reset(database, sql);
    return rc;
}

/* What is to be written where. */
static int set(struct s3a_database *database, const struct s3a_op *op, int64_t bucket)
{
    struct s3a_param id = s3a_param_number(bucket);
    struct s3a_param key = s3a_param_bytes(op->key);
    struct s3a_param acl = s3a_param_text(s3a_str_of(s3a_canned_acl_stored(op->acl)));
    struct s3a_param tags = s3a_param_text(op->tags.data ? op->tags : S3A_STR(""));

    switch (op->kind) {
    case S3A_OP_PUT_BUCKET_ACL:
        return s3a_database_run(database, S3A_SQL_BUCKET_SET_ACL, S3A_PARAMS(id, acl));
    case S3A_OP_PUT_BUCKET_TAGGING:
        return s3a_database_run(database, S3A_SQL_BUCKET_SET_TAGS, S3A_PARAMS(id, tags));
    case S3A_OP_DELETE_BUCKET_TAGGING:
        return s3a_database_run(database, S3A_SQL_BUCKET_SET_TAGS,
                                S3A_PARAMS(id, s3a_param_null()));
    case S3A_OP_PUT_OBJECT_ACL:
        return s3a_database_run(database, S3A_SQL_OBJECT_SET_ACL, S3A_PARAMS(id, key, acl));
    case S3A_OP_PUT_OBJECT_TAGGING:
    case S3A_OP_DELETE_OBJECT_TAGGING:
        return s3a_database_run(database, S3A_SQL_OBJECT_SET_TAGS, S3A_PARAMS(id, key, tags));
    default:
        return SQLITE_MISUSE;
    }
}

static int http_status_of(enum s3a_op_kind kind)
{
    return kind == S3A_OP_DELETE_OBJECT_TAGGING || kind == S3A_OP_DELETE_BUCKET_TAGGING ||
                   kind == S3A_OP_PUT_BUCKET_TAGGING
               ? 204
               : 200;
}

int s3a_attributes_write(struct s3a_commit *commit, struct s3a_write *write)
{
    struct s3a_database *database = &commit->ledger->database;
    const struct s3a_op *op = write->op;

    s3a_succeed(write->answer, http_status_of(op->kind));
    if (!s3a_names_check(op, write->answer)) {
        return SQLITE_OK;
    }
    int rc = find(database, op, write->answer);
    if (rc != SQLITE_ROW) {
        return rc;
    }
    int64_t bucket = s3a_column_number(database, S3A_SQL_ATTRIBUTES_GET, COLUMN_BUCKET);
    s3a_database_reset(database, S3A_SQL_ATTRIBUTES_GET);
    write->is_change = true;
    commit->ledger->is_changed = true;
    return set(database, op, bucket);
}
