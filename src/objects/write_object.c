/* SPDX-License-Identifier: MIT */
#include "buckets.h"
#include "check.h"
#include "discard.h"
#include "failure.h"
#include "names.h"
#include "stored_headers.h"

static int put_row(struct s3a_commit *commit, struct s3a_write *write, int64_t bucket,
                   struct s3a_str headers)
{
    const struct s3a_spool *body = write->body;
    bool is_file = body->fd >= 0;
    char checksum[S3A_CHECKSUM_STORED_SIZE_MAX + 1];

    s3a_checksum_value_write(&write->op->checksum, checksum);
    return s3a_database_run(
        &commit->ledger->database, S3A_SQL_OBJECT_PUT,
        S3A_PARAMS(s3a_param_number(bucket), s3a_param_bytes(write->op->key),
                   s3a_param_number(commit->ledger->now_ms), s3a_param_number((int64_t)body->size),
                   s3a_param_text(s3a_str_of(write->answer->etag)),
                   is_file ? s3a_param_text(s3a_str_of(body->id)) : s3a_param_null(),
                   s3a_param_text(headers),
                   is_file ? s3a_param_null() : s3a_param_bytes(s3a_buf_str(&body->memory)),
                   s3a_param_text(s3a_str_of(checksum)),
                   s3a_param_text(write->op->tags.data ? write->op->tags : S3A_STR("")),
                   s3a_param_text(s3a_str_of(s3a_canned_acl_stored(write->op->acl)))));
}

static int store(struct s3a_commit *commit, struct s3a_write *write, struct s3a_found *found,
                 struct s3a_str headers)
{
    struct s3a_answer *answer = write->answer;
    int rc = SQLITE_OK;

    if (!found->has_bucket) {
        rc = s3a_bucket_add(commit, write, &found->bucket);
        if (rc != SQLITE_OK || answer->code != S3A_CODE_NONE) {
            return rc;
        }
    }
    answer->http_status = 200;
    answer->modified_ms = commit->ledger->now_ms;
    answer->checksum = write->op->checksum;
    s3a_etag_of_md5(write->body->md5_bytes, answer->etag);
    rc = put_row(commit, write, found->bucket, headers);
    if (rc == SQLITE_OK) {
        rc = s3a_discard_object(commit, found);
    }
    write->is_change = true;
    commit->ledger->is_changed = true;
    return rc;
}

int s3a_put_object(struct s3a_commit *commit, struct s3a_write *write)
{
    const struct s3a_op *op = write->op;
    struct s3a_answer *answer = write->answer;
    struct s3a_found found;
    struct s3a_buf headers;
    int rc;

    s3a_check(write->body != NULL);
    s3a_succeed(answer, 200);
    if (!s3a_names_check(op, answer)) {
        return SQLITE_OK;
    }
    rc = s3a_find_object(&commit->ledger->database, op->bucket, op->key, &found);
    if (rc != SQLITE_OK) {
        return rc;
    }
    if (!found.has_bucket && !commit->create_buckets) {
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (!s3a_write_may_go_on(commit, op, &found, answer)) {
        return SQLITE_OK;
    }
    s3a_buf_init(&headers, 2 * S3A_STORED_HEADERS_SIZE_MAX);
    enum s3a_code code = s3a_stored_headers_encode(&op->headers, &headers);
    if (code == S3A_CODE_NONE) {
        rc = headers.status == S3A_OK ? store(commit, write, &found, s3a_buf_str(&headers))
                                      : SQLITE_NOMEM;
    } else {
        s3a_fail_code(answer, code);
    }
    s3a_buf_fini(&headers);
    return rc;
}

/* The answer is what came of it. */
static int delete_one(struct s3a_commit *commit, struct s3a_write *write, const struct s3a_op *op,
                      struct s3a_answer *answer)
{
    struct s3a_found found;

    s3a_succeed(answer, 204);
    if (!s3a_names_check(op, answer)) {
        return SQLITE_OK;
    }
    int rc = s3a_find_object(&commit->ledger->database, op->bucket, op->key, &found);
    if (rc != SQLITE_OK) {
        return rc;
    }
    if (!found.has_bucket && !commit->create_buckets) {
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (!s3a_write_may_go_on(commit, op, &found, answer) || !found.has_object) {
        return SQLITE_OK;
    }
    rc = s3a_database_run(&commit->ledger->database, S3A_SQL_OBJECT_REMOVE,
                          S3A_PARAMS(s3a_param_number(found.bucket), s3a_param_bytes(op->key)));
    if (rc == SQLITE_OK) {
        rc = s3a_discard_object(commit, &found);
    }
    write->is_change = true;
    commit->ledger->is_changed = true;
    return rc;
}

int s3a_delete_object(struct s3a_commit *commit, struct s3a_write *write)
{
    return delete_one(commit, write, write->op, write->answer);
}

static bool has_other_version(const struct s3a_deletion *deletion)
{
    return deletion->version_id.data && !s3a_str_is(deletion->version_id, "null");
}

/* Each in its turn: the second of two that name the same key finds nothing there. */
static int delete_each(struct s3a_commit *commit, struct s3a_write *write,
                       struct s3a_answer *scratch)
{
    const struct s3a_op *op = write->op;
    struct s3a_op one = {.kind = S3A_OP_DELETE_OBJECT, .bucket = op->bucket};
    struct s3a_deleted *deleted = write->answer->deleted;

    for (size_t i = 0; i < op->deletion_count; i++) {
        const struct s3a_deletion *deletion = &op->deletions[i];
        if (has_other_version(deletion)) {
            deleted[i].code = S3A_CODE_NO_SUCH_VERSION;
            continue;
        }
        one.key = deletion->key;
        one.if_match = deletion->if_match;
        int rc = delete_one(commit, write, &one, scratch);
        if (rc != SQLITE_OK) {
            return rc;
        }
        if (scratch->code == S3A_CODE_NO_SUCH_BUCKET) {
            s3a_fail_code(write->answer, S3A_CODE_NO_SUCH_BUCKET);
            return SQLITE_OK;
        }
        deleted[i].code = scratch->code;
    }
    return SQLITE_OK;
}

int s3a_delete_objects(struct s3a_commit *commit, struct s3a_write *write)
{
    struct s3a_answer *answer = write->answer;
    struct s3a_answer scratch;

    s3a_succeed(answer, 200);
    if (!s3a_names_check(write->op, answer)) {
        return SQLITE_OK;
    }
    answer->deleted =
        s3a_pool_alloc(&answer->pool, write->op->deletion_count * sizeof(answer->deleted[0]));
    if (!answer->deleted) {
        return SQLITE_NOMEM;
    }
    s3a_answer_init(&scratch, 0);
    int rc = delete_each(commit, write, &scratch);
    s3a_answer_fini(&scratch);
    return rc;
}
