/* SPDX-License-Identifier: MIT */
#include "copies.h"

#include <string.h>

#include "buckets.h"
#include "conditions.h"
#include "discard.h"
#include "failure.h"
#include "names.h"
#include "stored_headers.h"

#define ITSELF                                                                                     \
    "This copy request is illegal because it is trying to copy an object to itself without "       \
    "changing the object's metadata, storage class, website redirect location or encryption "      \
    "attributes."

bool s3a_source_may_be_read(const struct s3a_op *op, const struct s3a_present *present,
                            int64_t now_ms, struct s3a_answer *answer)
{
    static const struct {
        const char *of_a_read;
        const char *of_a_copy;
    } names[] = {{"If-Match", "x-amz-copy-source-If-Match"},
                 {"If-Unmodified-Since", "x-amz-copy-source-If-Unmodified-Since"}};
    const struct s3a_source *source = &op->source;
    const struct s3a_op read = {.if_match = source->if_match,
                                .if_none_match = source->if_none_match,
                                .if_modified_since_ms = source->if_modified_since_ms,
                                .if_unmodified_since_ms = source->if_unmodified_since_ms};
    struct s3a_verdict verdict = s3a_judge_read(&read, present, now_ms);
    const char *condition = source->if_none_match.data ? "x-amz-copy-source-If-None-Match"
                                                       : "x-amz-copy-source-If-Modified-Since";

    if (verdict.code == S3A_CODE_NONE) {
        return true;
    }
    for (size_t i = 0; verdict.condition && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(verdict.condition, names[i].of_a_read) == 0) {
            condition = names[i].of_a_copy;
        }
    }
    s3a_fail_code(answer, S3A_CODE_PRECONDITION_FAILED);
    answer->condition = s3a_str_of(condition);
    return false;
}

/* True where the source may be copied; otherwise the answer says why not. */
static bool judge_source(const struct s3a_commit *commit, const struct s3a_op *op,
                         const struct s3a_found *source, struct s3a_answer *answer)
{
    struct s3a_present present = {s3a_str_of(source->etag), source->modified_ms};
    bool is_itself =
        s3a_str_equal(op->bucket, op->source.bucket) && s3a_str_equal(op->key, op->source.key);

    if (!source->has_object) {
        s3a_fail_code(answer, source->has_bucket ? S3A_CODE_NO_SUCH_KEY : S3A_CODE_NO_SUCH_BUCKET);
        return false;
    }
    if (!s3a_source_may_be_read(op, &present, commit->ledger->now_ms, answer)) {
        return false;
    }
    if (is_itself && !op->replaces_headers) {
        s3a_fail_code(answer, S3A_CODE_INVALID_REQUEST);
        answer->message = S3A_STR(ITSELF);
        return false;
    }
    return true;
}

/* The row once more, under another key: a file, or the parts, are then named by both. */
static int put_row(struct s3a_commit *commit, const struct s3a_op *op, int64_t bucket,
                   const struct s3a_found *source)
{
    struct s3a_param replaced = s3a_param_null();
    struct s3a_param tags = s3a_param_null();
    /* "The ACL metadata is not preserved and is set to private" (CopyObject, API Reference). */
    const char *acl = s3a_canned_acl_stored(op->acl);
    struct s3a_buf headers;
    int rc = SQLITE_OK;

    s3a_buf_init(&headers, 2 * S3A_STORED_HEADERS_SIZE_MAX);
    if (op->replaces_headers) {
        /* What is wrong with them has been found before. */
        if (s3a_stored_headers_encode(&op->headers, &headers) != S3A_CODE_NONE ||
            headers.status != S3A_OK) {
            rc = SQLITE_NOMEM;
        }
        replaced = s3a_param_text(s3a_buf_str(&headers));
    }
    if (op->replaces_tags) {
        tags = s3a_param_text(op->tags.data ? op->tags : S3A_STR(""));
    }
    if (rc == SQLITE_OK) {
        rc = s3a_database_run(&commit->ledger->database, S3A_SQL_OBJECT_COPY,
                              S3A_PARAMS(s3a_param_number(bucket), s3a_param_bytes(op->key),
                                         s3a_param_number(commit->ledger->now_ms),
                                         s3a_param_number(source->bucket),
                                         s3a_param_bytes(op->source.key), replaced, tags,
                                         s3a_param_text(s3a_str_of(acl))));
    }
    s3a_buf_fini(&headers);
    return rc;
}

static int store(struct s3a_commit *commit, struct s3a_write *write, const struct s3a_found *source,
                 struct s3a_found *target)
{
    struct s3a_answer *answer = write->answer;
    int rc = SQLITE_OK;

    if (!target->has_bucket) {
        rc = s3a_bucket_add(commit, write, &target->bucket);
        if (rc != SQLITE_OK || answer->code != S3A_CODE_NONE) {
            return rc;
        }
    }
    strcpy(answer->etag, source->etag);
    answer->modified_ms = commit->ledger->now_ms;
    write->is_change = true;
    commit->ledger->is_changed = true;
    rc = put_row(commit, write->op, target->bucket, source);
    if (rc == SQLITE_OK) {
        rc = s3a_find_checksum(&commit->ledger->database, target->bucket, write->op->key,
                               &answer->checksum);
    }
    return rc == SQLITE_OK ? s3a_discard_object(commit, target) : rc;
}

/* Headers that an object cannot keep are refused before anything else is looked at. */
static bool check(const struct s3a_op *op, struct s3a_answer *answer)
{
    struct s3a_op source = {
        .kind = S3A_OP_GET_OBJECT, .bucket = op->source.bucket, .key = op->source.key};
    struct s3a_buf headers;
    enum s3a_code code = S3A_CODE_NONE;

    if (!s3a_names_check(op, answer) || !s3a_names_check(&source, answer)) {
        return false;
    }
    if (op->replaces_headers) {
        s3a_buf_init(&headers, 2 * S3A_STORED_HEADERS_SIZE_MAX);
        code = s3a_stored_headers_encode(&op->headers, &headers);
        s3a_buf_fini(&headers);
    }
    if (code != S3A_CODE_NONE) {
        s3a_fail_code(answer, code);
    }
    return code == S3A_CODE_NONE;
}

/* A copy has the checksum of its source; another one would have to be computed. */
static int judge_checksum(struct s3a_commit *commit, const struct s3a_op *op, int64_t bucket,
                          struct s3a_answer *answer)
{
    enum s3a_checksum_kind wanted = op->checksum_choice.kind;
    struct s3a_checksum_value checksum;

    if (wanted == S3A_CHECKSUM_NONE) {
        return SQLITE_OK;
    }
    int rc = s3a_find_checksum(&commit->ledger->database, bucket, op->source.key, &checksum);
    if (rc == SQLITE_OK && checksum.kind != wanted) {
        s3a_answer_fail_message(answer, S3A_CODE_NOT_IMPLEMENTED,
                                "x-amz-checksum-algorithm: a copy has the checksum of its source, "
                                "which has none of that kind");
    }
    return rc;
}

int s3a_copy_object(struct s3a_commit *commit, struct s3a_write *write)
{
    const struct s3a_op *op = write->op;
    struct s3a_answer *answer = write->answer;
    struct s3a_database *database = &commit->ledger->database;
    struct s3a_found source;
    struct s3a_found target;

    s3a_succeed(answer, 200);
    if (!check(op, answer)) {
        return SQLITE_OK;
    }
    int rc = s3a_find_object(database, op->source.bucket, op->source.key, &source);
    if (rc == SQLITE_OK) {
        rc = s3a_find_object(database, op->bucket, op->key, &target);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    if (!target.has_bucket && !commit->create_buckets) {
        s3a_fail_code(answer, S3A_CODE_NO_SUCH_BUCKET);
        return SQLITE_OK;
    }
    if (!judge_source(commit, op, &source, answer) ||
        !s3a_write_may_go_on(commit, op, &target, answer)) {
        return SQLITE_OK;
    }
    rc = judge_checksum(commit, op, source.bucket, answer);
    if (rc != SQLITE_OK || answer->code != S3A_CODE_NONE) {
        return rc;
    }
    return store(commit, write, &source, &target);
}
