/* SPDX-License-Identifier: MIT */
#include "uploads.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buckets.h"
#include "check.h"
#include "discard.h"
#include "failure.h"
#include "names.h"
#include "random.h"
#include "stored_headers.h"

int s3a_find_upload(struct s3a_database *database, const struct s3a_op *op,
                    struct s3a_upload *ret_upload)
{
    enum s3a_sql sql = S3A_SQL_UPLOAD_FIND;
    int rc = s3a_database_query(database, sql,
                                S3A_PARAMS(s3a_param_text(op->upload_id),
                                           s3a_param_text(op->bucket), s3a_param_bytes(op->key)));

    *ret_upload = (struct s3a_upload){0};
    if (rc != SQLITE_ROW) {
        return rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    ret_upload->is_there = true;
    ret_upload->bucket = s3a_column_number(database, sql, 0);
    struct s3a_str etag = s3a_column_bytes(database, sql, 1);
    bool is_sound = etag.size <= S3A_ETAG_SIZE_MAX;
    if (is_sound && etag.size > 0) {
        memcpy(ret_upload->present_etag, etag.data, etag.size);
    }
    ret_upload->present_ms = s3a_column_number(database, sql, 2);
    is_sound = is_sound && s3a_checksum_choice_read(s3a_column_bytes(database, sql, 3),
                                                    &ret_upload->checksum_choice);
    s3a_database_reset(database, sql);
    return is_sound ? SQLITE_OK : SQLITE_CORRUPT;
}

int s3a_refuse_upload(struct s3a_database *database, const struct s3a_op *op,
                      struct s3a_answer *answer)
{
    struct s3a_found found;
    int rc = s3a_find_object(database, op->bucket, op->key, &found);

    if (rc == SQLITE_OK) {
        s3a_fail_code(answer, found.has_bucket ? S3A_CODE_NO_SUCH_UPLOAD : S3A_CODE_NO_SUCH_BUCKET);
    }
    return rc;
}

/* The time, so that they are in the order of their beginning, and what nobody can guess. */
static void make_id(int64_t now_ms, char ret_id[S3A_BLOB_ID_SIZE + 1])
{
    uint8_t random[10];

    s3a_random_bytes(random, sizeof(random));
    snprintf(ret_id, S3A_BLOB_ID_SIZE + 1, "%012" PRIx64, (uint64_t)now_ms);
    s3a_hex(random, sizeof(random), ret_id + 12);
}

static int add_upload(struct s3a_commit *commit, struct s3a_write *write, struct s3a_found *found,
                      struct s3a_str headers)
{
    struct s3a_answer *answer = write->answer;
    char id[S3A_BLOB_ID_SIZE + 1];
    char choice[S3A_CHECKSUM_CHOICE_SIZE_MAX + 1];
    int rc = SQLITE_OK;

    if (!found->has_bucket) {
        rc = s3a_bucket_add(commit, write, &found->bucket);
        if (rc != SQLITE_OK || answer->code != S3A_CODE_NONE) {
            return rc;
        }
    }
    make_id(commit->ledger->now_ms, id);
    answer->checksum_choice = write->op->checksum_choice;
    s3a_checksum_choice_write(&answer->checksum_choice, choice);
    answer->upload_id = s3a_pool_copy(&answer->pool, s3a_str_of(id));
    if (!answer->upload_id.data) {
        return SQLITE_NOMEM;
    }
    rc = s3a_database_run(
        &commit->ledger->database, S3A_SQL_UPLOAD_ADD,
        S3A_PARAMS(s3a_param_text(s3a_str_of(id)), s3a_param_number(found->bucket),
                   s3a_param_bytes(write->op->key), s3a_param_number(commit->ledger->now_ms),
                   s3a_param_text(headers),
                   found->has_object ? s3a_param_text(s3a_str_of(found->etag)) : s3a_param_null(),
                   found->has_object ? s3a_param_number(found->modified_ms) : s3a_param_null(),
                   s3a_param_text(write->op->tags.data ? write->op->tags : S3A_STR("")),
                   s3a_param_text(s3a_str_of(s3a_canned_acl_stored(write->op->acl))),
                   s3a_param_text(s3a_str_of(choice))));
    write->is_change = true;
    commit->ledger->is_changed = true;
    return rc;
}

int s3a_create_upload(struct s3a_commit *commit, struct s3a_write *write)
{
    const struct s3a_op *op = write->op;
    struct s3a_answer *answer = write->answer;
    struct s3a_found found;
    struct s3a_buf headers;

    s3a_succeed(answer, 200);
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
    s3a_buf_init(&headers, 2 * S3A_STORED_HEADERS_SIZE_MAX);
    enum s3a_code code = s3a_stored_headers_encode(&op->headers, &headers);
    if (code != S3A_CODE_NONE) {
        s3a_fail_code(answer, code);
    } else {
        rc = headers.status == S3A_OK ? add_upload(commit, write, &found, s3a_buf_str(&headers))
                                      : SQLITE_NOMEM;
    }
    s3a_buf_fini(&headers);
    return rc;
}

/* The file of the part that this one takes the place of. */
static int discard_old_part(struct s3a_commit *commit, const struct s3a_op *op)
{
    struct s3a_database *database = &commit->ledger->database;
    char blob[S3A_BLOB_ID_SIZE + 1] = "";
    int rc = s3a_database_query(
        database, S3A_SQL_PART_FIND,
        S3A_PARAMS(s3a_param_text(op->upload_id), s3a_param_number(op->part_number)));

    if (rc == SQLITE_ROW) {
        struct s3a_str found = s3a_column_bytes(database, S3A_SQL_PART_FIND, 0);
        if (found.size == S3A_BLOB_ID_SIZE) {
            memcpy(blob, found.data, found.size);
        }
        s3a_database_reset(database, S3A_SQL_PART_FIND);
        return s3a_discard_file(commit, s3a_str_of(blob));
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* A part has to come with a checksum of the kind that was chosen. */
static bool is_checked_as_chosen(const struct s3a_upload *upload, const struct s3a_op *op,
                                 struct s3a_answer *answer)
{
    enum s3a_checksum_kind chosen = upload->checksum_choice.kind;
    const char *name = s3a_checksum_name(op->checksum.kind);

    if (chosen == S3A_CHECKSUM_NONE || chosen == op->checksum.kind) {
        return true;
    }
    s3a_fail_code(answer, S3A_CODE_INVALID_REQUEST);
    s3a_answer_fail_message(answer, S3A_CODE_INVALID_REQUEST,
                            "Checksum Type mismatch occurred, expected checksum Type: %s, actual "
                            "checksum Type: %s",
                            s3a_checksum_name(chosen), name[0] != '\0' ? name : "null");
    return false;
}

static int put_part(struct s3a_commit *commit, struct s3a_write *write)
{
    const struct s3a_op *op = write->op;
    const struct s3a_spool *body = write->body;
    const struct s3a_answer *answer = write->answer;
    char checksum[S3A_CHECKSUM_STORED_SIZE_MAX + 1];

    s3a_checksum_value_write(&op->checksum, checksum);
    return s3a_database_run(
        &commit->ledger->database, S3A_SQL_PART_PUT,
        S3A_PARAMS(s3a_param_text(op->upload_id), s3a_param_number(op->part_number),
                   s3a_param_number((int64_t)body->size), s3a_param_text(s3a_str_of(answer->etag)),
                   s3a_param_number(answer->modified_ms), s3a_param_text(s3a_str_of(body->id)),
                   s3a_param_text(s3a_str_of(checksum))));
}

int s3a_upload_part(struct s3a_commit *commit, struct s3a_write *write)
{
    const struct s3a_op *op = write->op;
    const struct s3a_spool *body = write->body;
    struct s3a_answer *answer = write->answer;
    struct s3a_database *database = &commit->ledger->database;
    struct s3a_upload upload;

    s3a_check(body != NULL && body->fd >= 0);
    s3a_succeed(answer, 200);
    if (!s3a_names_check(op, answer)) {
        return SQLITE_OK;
    }
    if (op->part_number < 1 || op->part_number > S3A_PARTS_MAX) {
        s3a_fail_code(answer, S3A_CODE_INVALID_ARGUMENT);
        return SQLITE_OK;
    }
    int rc = s3a_find_upload(database, op, &upload);
    if (rc != SQLITE_OK || !upload.is_there) {
        return rc == SQLITE_OK ? s3a_refuse_upload(database, op, answer) : rc;
    }
    if (!is_checked_as_chosen(&upload, op, answer)) {
        return SQLITE_OK;
    }
    answer->modified_ms = commit->ledger->now_ms;
    answer->checksum = op->checksum;
    s3a_etag_of_md5(body->md5_bytes, answer->etag);
    rc = discard_old_part(commit, op);
    if (rc == SQLITE_OK) {
        rc = put_part(commit, write);
    }
    write->is_change = true;
    commit->ledger->is_changed = true;
    return rc;
}

int s3a_abort_upload(struct s3a_commit *commit, struct s3a_write *write)
{
    const struct s3a_op *op = write->op;
    struct s3a_database *database = &commit->ledger->database;
    struct s3a_upload upload;

    s3a_succeed(write->answer, 204);
    if (!s3a_names_check(op, write->answer)) {
        return SQLITE_OK;
    }
    int rc = s3a_find_upload(database, op, &upload);
    if (rc != SQLITE_OK || !upload.is_there) {
        return rc == SQLITE_OK ? s3a_refuse_upload(database, op, write->answer) : rc;
    }
    rc = s3a_discard_parts(commit, op->upload_id, false);
    if (rc == SQLITE_OK) {
        rc = s3a_database_run(database, S3A_SQL_UPLOAD_REMOVE,
                              S3A_PARAMS(s3a_param_text(op->upload_id)));
    }
    write->is_change = true;
    commit->ledger->is_changed = true;
    return rc;
}
