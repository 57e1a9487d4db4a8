/* SPDX-License-Identifier: MIT */
#include "buckets.h"

#include <sqlite3.h>

#include "discard.h"
#include "access.h"
#include "entries.h"
#include "failure.h"
#include "names.h"

/* SQLITE_OK and an id, 0 where there is no such bucket. */
static int find(struct s3a_database *database, struct s3a_str name, int64_t *ret_bucket)
{
    int rc = s3a_database_query(database, S3A_SQL_BUCKET_FIND, S3A_PARAMS(s3a_param_text(name)));

    *ret_bucket = 0;
    if (rc == SQLITE_ROW) {
        *ret_bucket = s3a_column_number(database, S3A_SQL_BUCKET_FIND, 0);
        s3a_database_reset(database, S3A_SQL_BUCKET_FIND);
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The one number of a statement's one row. */
static int read_number(struct s3a_database *database, enum s3a_sql sql,
                       const struct s3a_param *params, int param_count, int64_t *ret_number)
{
    int rc = s3a_database_query(database, sql, params, param_count);

    *ret_number = 0;
    if (rc != SQLITE_ROW) {
        return rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
    }
    *ret_number = s3a_column_number(database, sql, 0);
    s3a_database_reset(database, sql);
    return SQLITE_OK;
}

int s3a_bucket_add(struct s3a_commit *commit, struct s3a_write *write, int64_t *ret_bucket)
{
    struct s3a_database *database = &commit->ledger->database;
    /* One that is made on the way to an object is private, whatever the object is. */
    bool is_asked_for = write->op->kind == S3A_OP_CREATE_BUCKET;
    const char *acl = is_asked_for ? s3a_canned_acl_stored(write->op->acl) : "";
    int64_t count;
    int rc = read_number(database, S3A_SQL_BUCKET_COUNT, S3A_NO_PARAMS, &count);

    *ret_bucket = 0;
    if (rc == SQLITE_OK && count >= S3A_BUCKETS_MAX) {
        s3a_fail_code(write->answer, S3A_CODE_TOO_MANY_BUCKETS);
        return SQLITE_OK;
    }
    if (rc == SQLITE_OK) {
        rc = s3a_database_run(database, S3A_SQL_BUCKET_ADD,
                              S3A_PARAMS(s3a_param_text(write->op->bucket),
                                         s3a_param_number(commit->ledger->now_ms),
                                         s3a_param_text(s3a_str_of(acl))));
    }
    if (rc == SQLITE_OK) {
        *ret_bucket = sqlite3_last_insert_rowid(database->sqlite);
        write->is_change = true;
        commit->ledger->is_changed = true;
    }
    return rc;
}

/* "If you re-create an existing bucket that you already own in us-east-1, Amazon S3 returns 200 OK
 * and resets the bucket access control lists" (CreateBucket, API Reference). */
static int create_again(struct s3a_commit *commit, struct s3a_write *write, int64_t bucket)
{
    const char *acl = s3a_canned_acl_stored(write->op->acl);

    write->is_change = true;
    commit->ledger->is_changed = true;
    return s3a_database_run(&commit->ledger->database, S3A_SQL_BUCKET_SET_ACL,
                            S3A_PARAMS(s3a_param_number(bucket), s3a_param_text(s3a_str_of(acl))));
}

int s3a_create_bucket(struct s3a_commit *commit, struct s3a_write *write)
{
    int64_t bucket;

    s3a_succeed(write->answer, 200);
    if (!s3a_names_check(write->op, write->answer)) {
        return SQLITE_OK;
    }
    int rc = find(&commit->ledger->database, write->op->bucket, &bucket);
    if (rc == SQLITE_OK && bucket != 0 && write->op->accepts_own_bucket) {
        return create_again(commit, write, bucket);
    }
    if (rc == SQLITE_OK && bucket != 0) {
        s3a_fail_code(write->answer, S3A_CODE_BUCKET_ALREADY_OWNED);
        return SQLITE_OK;
    }
    return rc == SQLITE_OK ? s3a_bucket_add(commit, write, &bucket) : rc;
}

int s3a_delete_bucket(struct s3a_commit *commit, struct s3a_write *write)
{
    struct s3a_database *database = &commit->ledger->database;
    int64_t bucket;
    int64_t in_use;

    s3a_succeed(write->answer, 204);
    if (!s3a_names_check(write->op, write->answer)) {
        return SQLITE_OK;
    }
    int rc = find(database, write->op->bucket, &bucket);
    if (rc == SQLITE_OK && bucket == 0) {
        s3a_fail_code(write->answer, S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (rc == SQLITE_OK) {
        rc = read_number(database, S3A_SQL_BUCKET_IN_USE, S3A_PARAMS(s3a_param_number(bucket)),
                         &in_use);
    }
    if (rc == SQLITE_OK && in_use) {
        s3a_fail_code(write->answer, S3A_CODE_BUCKET_NOT_EMPTY);
        return SQLITE_OK;
    }
    if (rc == SQLITE_OK) {
        rc = s3a_discard_uploads(commit, bucket);
    }
    if (rc == SQLITE_OK) {
        rc =
            s3a_database_run(database, S3A_SQL_BUCKET_REMOVE, S3A_PARAMS(s3a_param_number(bucket)));
    }
    write->is_change = true;
    commit->ledger->is_changed = true;
    return rc;
}

int s3a_bucket_head(struct s3a_database *database, const struct s3a_op *op,
                    struct s3a_answer *answer)
{
    enum s3a_sql sql = S3A_SQL_BUCKET_FIND;
    int rc = s3a_database_query(database, sql, S3A_PARAMS(s3a_param_text(op->bucket)));

    if (rc == SQLITE_DONE) {
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (rc == SQLITE_ROW) {
        enum s3a_code code = s3a_access_to_bucket(op, s3a_column_bytes(database, sql, 1));
        s3a_database_reset(database, sql);
        if (code != S3A_CODE_NONE) {
            s3a_fail_code(answer, code);
        }
        return SQLITE_OK;
    }
    return rc;
}

int s3a_bucket_aspect(struct s3a_database *database, const struct s3a_op *op,
                      struct s3a_answer *answer)
{
    const struct s3a_aspect *aspect = op->aspect;
    enum s3a_code code = op->aspect_id.data ? S3A_CODE_NO_SUCH_CONFIGURATION : aspect->code;
    int rc = s3a_bucket_head(database, op, answer);

    if (rc != SQLITE_OK || answer->code != S3A_CODE_NONE) {
        return rc;
    }
    if (op->kind == S3A_OP_DELETE_ASPECT && !op->aspect_id.data) {
        answer->http_status = 204;
    } else if (code != S3A_CODE_NONE) {
        s3a_fail_code(answer, code);
        answer->message = s3a_str_of(op->aspect_id.data ? NULL : aspect->message);
    }
    return SQLITE_OK;
}

int s3a_bucket_list_all(struct s3a_database *database, const struct s3a_op *op,
                        struct s3a_answer *answer)
{
    enum s3a_sql sql = S3A_SQL_BUCKET_LIST;
    uint32_t count_max = op->has_keys_max ? op->keys_max : S3A_BUCKETS_MAX;
    struct s3a_str last = {0};
    bool is_prefix;
    bool has_memory = true;

    if (op->continuation.data &&
        !s3a_token_decode(&answer->pool, op->continuation, &last, &is_prefix)) {
        s3a_fail_code(answer, S3A_CODE_INVALID_ARGUMENT);
        return SQLITE_OK;
    }
    struct s3a_str from = s3a_str_compare(last, op->prefix) > 0 ? last : op->prefix;
    int rc = s3a_database_query(database, sql, S3A_PARAMS(s3a_param_text(from)));
    while (rc == SQLITE_ROW && has_memory) {
        struct s3a_entry entry = {.name = s3a_column_bytes(database, sql, 0),
                                  .modified_ms = s3a_column_number(database, sql, 1)};
        if (!s3a_name_starts_with(entry.name, op->prefix)) {
            break;
        }
        bool is_seen = !op->sees_bucket || op->sees_bucket(op->viewer, entry.name);
        if (is_seen && (!last.data || !s3a_str_equal(entry.name, last))) {
            if (answer->entry_count == count_max) {
                has_memory = count_max == 0 || s3a_entries_truncate(answer);
                break;
            }
            has_memory = s3a_entries_add(answer, &entry);
        }
        rc = s3a_database_next(database, sql);
    }
    s3a_database_reset(database, sql);
    if (!has_memory) {
        return SQLITE_NOMEM;
    }
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}
