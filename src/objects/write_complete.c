/* SPDX-License-Identifier: MIT */
#include "uploads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "digest.h"
#include "discard.h"
#include "failure.h"
#include "names.h"
#include "part_sums.h"

/* A part as it is stored. */
struct stored {
    uint32_t number;
    bool is_listed;
    struct s3a_part_sum sum;
    char etag[S3A_ETAG_SIZE_MAX + 1];
    char blob[S3A_BLOB_ID_SIZE + 1];
};

struct completion {
    struct s3a_commit *commit;
    struct s3a_write *write;
    struct s3a_upload upload;
    struct s3a_found found;
    struct stored *parts; /* all of the upload, in order */
    size_t count;
    uint64_t size; /* of those that are listed, together */
    char etag[S3A_ETAG_SIZE_MAX + 1];
    struct s3a_checksum_value checksum;
};

static bool copy_text(struct s3a_str text, char *ret_text, size_t size_max)
{
    if (text.size > size_max || text.size == 0) {
        return false;
    }
    memcpy(ret_text, text.data, text.size);
    ret_text[text.size] = '\0';
    return true;
}

static int load_parts(struct completion *completion)
{
    struct s3a_database *database = &completion->commit->ledger->database;
    enum s3a_sql sql = S3A_SQL_PARTS_OF;

    completion->parts = calloc(S3A_PARTS_MAX, sizeof(completion->parts[0]));
    if (!completion->parts) {
        return SQLITE_NOMEM;
    }
    int rc = s3a_database_query(
        database, sql,
        S3A_PARAMS(s3a_param_text(completion->write->op->upload_id), s3a_param_number(0)));
    while (rc == SQLITE_ROW) {
        struct stored *part = &completion->parts[completion->count];
        if (completion->count == S3A_PARTS_MAX ||
            !copy_text(s3a_column_bytes(database, sql, S3A_PART_ETAG), part->etag,
                       S3A_ETAG_SIZE_MAX) ||
            !copy_text(s3a_column_bytes(database, sql, S3A_PART_BLOB), part->blob,
                       S3A_BLOB_ID_SIZE) ||
            !s3a_checksum_value_read(s3a_column_bytes(database, sql, S3A_PART_CHECKSUMS),
                                     &part->sum.checksum)) {
            s3a_database_reset(database, sql);
            return SQLITE_CORRUPT;
        }
        part->number = (uint32_t)s3a_column_number(database, sql, S3A_PART_NUMBER);
        part->sum.size = (uint64_t)s3a_column_number(database, sql, S3A_PART_SIZE);
        completion->count++;
        rc = s3a_database_next(database, sql);
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static struct s3a_str without_quotes(struct s3a_str etag)
{
    etag = s3a_str_trim(etag);
    if (etag.size >= 2 && etag.data[0] == '"' && etag.data[etag.size - 1] == '"') {
        return s3a_str_make(etag.data + 1, etag.size - 2);
    }
    return etag;
}

/* Are all that are listed there, as they are listed, and large enough? */
static enum s3a_code match_parts(struct completion *completion)
{
    const struct s3a_op *op = completion->write->op;
    bool is_small = false;
    size_t at = 0;

    for (size_t i = 0; i < op->part_count; i++) {
        const struct s3a_listed_part *listed = &op->parts[i];
        while (at < completion->count && completion->parts[at].number < listed->number) {
            at++;
        }
        struct stored *part = &completion->parts[at];
        if (at == completion->count || part->number != listed->number ||
            !s3a_str_equal(without_quotes(listed->etag), without_quotes(s3a_str_of(part->etag)))) {
            return S3A_CODE_INVALID_PART;
        }
        part->is_listed = true;
        completion->size += part->sum.size;
        is_small |= part->sum.size < S3A_PART_SIZE_MIN && i + 1 < op->part_count;
    }
    return is_small ? S3A_CODE_ENTITY_TOO_SMALL : S3A_CODE_NONE;
}

/* The checksum of the whole. Where the request is not right about it, the answer says so. */
static enum s3a_code sum_parts(struct completion *completion)
{
    const struct s3a_op *op = completion->write->op;
    struct s3a_part_sums sums;
    enum s3a_code code =
        s3a_part_sums_begin(&sums, op, &completion->upload.checksum_choice,
                            completion->commit->as_amazon, completion->write->answer);
    size_t at = 0;

    for (size_t i = 0; code == S3A_CODE_NONE && i < op->part_count; i++) {
        while (!completion->parts[at].is_listed) {
            at++;
        }
        code = s3a_part_sums_add(&sums, &op->parts[i], &completion->parts[at++].sum);
    }
    return code == S3A_CODE_NONE ? s3a_part_sums_end(&sums, &completion->checksum) : code;
}

static int digit(char byte)
{
    return byte >= '0' && byte <= '9'   ? byte - '0'
           : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                                        : -1;
}

static bool decode_md5(struct s3a_str etag, uint8_t ret_md5[S3A_MD5_SIZE])
{
    etag = without_quotes(etag);
    for (size_t i = 0; etag.size == 2 * S3A_MD5_SIZE && i < S3A_MD5_SIZE; i++) {
        int high = digit(etag.data[2 * i]);
        int low = digit(etag.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ret_md5[i] = (uint8_t)(high << 4 | low);
    }
    return etag.size == 2 * S3A_MD5_SIZE;
}

/* The MD5 of the MD5s of the parts, and how many there are. SQLITE_DONE: one of the list is none.
 */
static int make_etag(struct completion *completion)
{
    const struct s3a_op *op = completion->write->op;
    struct s3a_digest digest;
    uint8_t md5[S3A_MD5_SIZE];
    char hex[2 * S3A_MD5_SIZE + 1];
    bool is_sound = true;

    if (s3a_digest_init(&digest, S3A_DIGEST_MD5) != S3A_OK) {
        return SQLITE_NOMEM;
    }
    for (size_t i = 0; is_sound && i < op->part_count; i++) {
        is_sound = decode_md5(op->parts[i].etag, md5);
        if (is_sound) {
            s3a_digest_add(&digest, s3a_str_make(md5, sizeof(md5)));
        }
    }
    s3a_digest_end(&digest, md5);
    s3a_digest_fini(&digest);
    s3a_hex(md5, sizeof(md5), hex);
    snprintf(completion->etag, sizeof(completion->etag), "\"%s-%zu\"", hex, op->part_count);
    return is_sound ? SQLITE_OK : SQLITE_DONE;
}

static void fail_condition(struct s3a_answer *answer, enum s3a_code code, const char *condition)
{
    s3a_fail_code(answer, code);
    answer->condition = s3a_str_of(condition);
}

/*
 * Amazon S3 judges a condition by the whole of the upload: what was at the key when it began must
 * not have been taken away since (If-None-Match), and must not have been replaced (If-Match), even
 * where the condition holds again. Both are as was measured there.
 */
static bool may_go_on(struct completion *completion)
{
    const struct s3a_op *op = completion->write->op;
    const struct s3a_upload *upload = &completion->upload;
    const struct s3a_found *found = &completion->found;
    struct s3a_answer *answer = completion->write->answer;

    if (!s3a_write_may_go_on(completion->commit, op, found, answer)) {
        return false;
    }
    if (op->if_none_match.data && upload->present_etag[0] != '\0' && !found->has_object) {
        fail_condition(answer, S3A_CODE_CONDITIONAL_REQUEST_CONFLICT, "If-None-Match");
        return false;
    }
    if (op->if_match.data && (upload->present_ms != found->modified_ms ||
                              strcmp(upload->present_etag, found->etag) != 0)) {
        fail_condition(answer, S3A_CODE_CONDITIONAL_REQUEST_CONFLICT, "If-Match");
        return false;
    }
    return true;
}

/* Those that are listed get their numbers and their places in the object, the others go. */
static int place_parts(struct completion *completion)
{
    struct s3a_database *database = &completion->commit->ledger->database;
    struct s3a_param id = s3a_param_text(completion->write->op->upload_id);
    uint64_t start = 0;
    int64_t number = 0;
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < completion->count; i++) {
        const struct stored *part = &completion->parts[i];
        if (part->is_listed) {
            number++;
            rc = s3a_database_run(database, S3A_SQL_PART_PLACE,
                                  S3A_PARAMS(id, s3a_param_number(part->number),
                                             s3a_param_number(number),
                                             s3a_param_number((int64_t)start)));
            start += part->sum.size;
            continue;
        }
        rc = s3a_discard_file(completion->commit, s3a_str_of(part->blob));
        if (rc == SQLITE_OK) {
            rc = s3a_database_run(database, S3A_SQL_PART_REMOVE,
                                  S3A_PARAMS(id, s3a_param_number(part->number)));
        }
    }
    return rc;
}

static void succeed(struct completion *completion, int64_t modified_ms)
{
    struct s3a_answer *answer = completion->write->answer;

    answer->modified_ms = modified_ms;
    answer->checksum = completion->checksum;
    strcpy(answer->etag, completion->etag);
}

static int store(struct completion *completion)
{
    struct s3a_ledger *ledger = completion->commit->ledger;
    const struct s3a_op *op = completion->write->op;
    struct s3a_param id = s3a_param_text(op->upload_id);
    char checksum[S3A_CHECKSUM_STORED_SIZE_MAX + 1];

    s3a_checksum_value_write(&completion->checksum, checksum);
    succeed(completion, ledger->now_ms);
    completion->write->is_change = true;
    ledger->is_changed = true;
    int rc = place_parts(completion);
    if (rc == SQLITE_OK) {
        rc = s3a_database_run(&ledger->database, S3A_SQL_UPLOAD_PUT,
                              S3A_PARAMS(id, s3a_param_number(ledger->now_ms),
                                         s3a_param_number((int64_t)completion->size),
                                         s3a_param_text(s3a_str_of(completion->etag)),
                                         s3a_param_number((int64_t)op->part_count),
                                         s3a_param_text(s3a_str_of(checksum))));
    }
    if (rc == SQLITE_OK) {
        rc = s3a_database_run(&ledger->database, S3A_SQL_UPLOAD_REMOVE, S3A_PARAMS(id));
    }
    return rc == SQLITE_OK ? s3a_discard_object(completion->commit, &completion->found) : rc;
}

/* Completed already? That is known where the object is still the one that the upload has become. */
static int repeat(struct completion *completion)
{
    const struct s3a_op *op = completion->write->op;
    const struct s3a_found *found = &completion->found;

    if (found->parts > 0 && s3a_str_is(op->upload_id, found->blob) &&
        strcmp(found->etag, completion->etag) == 0) {
        int rc = s3a_find_checksum(&completion->commit->ledger->database, found->bucket, op->key,
                                   &completion->checksum);
        succeed(completion, found->modified_ms);
        return rc;
    }
    return s3a_refuse_upload(&completion->commit->ledger->database, op, completion->write->answer);
}

static int complete(struct completion *completion)
{
    const struct s3a_op *op = completion->write->op;
    struct s3a_answer *answer = completion->write->answer;
    struct s3a_database *database = &completion->commit->ledger->database;
    int rc = s3a_find_upload(database, op, &completion->upload);

    if (rc == SQLITE_OK) {
        rc = s3a_find_object(database, op->bucket, op->key, &completion->found);
    }
    if (rc == SQLITE_OK) {
        rc = make_etag(completion);
    }
    /* That there is no such upload is more than that something is wrong with the list. */
    if ((rc == SQLITE_OK || rc == SQLITE_DONE) && !completion->upload.is_there) {
        return repeat(completion);
    }
    if (rc == SQLITE_DONE) {
        s3a_fail_code(answer, S3A_CODE_INVALID_PART);
        return SQLITE_OK;
    }
    if (rc == SQLITE_OK) {
        rc = load_parts(completion);
    }
    if (rc != SQLITE_OK) {
        return rc;
    }
    enum s3a_code code = match_parts(completion);
    if (code == S3A_CODE_NONE && op->has_object_size && op->object_size != completion->size) {
        code = S3A_CODE_INVALID_REQUEST;
    }
    if (code != S3A_CODE_NONE) {
        s3a_fail_code(answer, code);
        return SQLITE_OK;
    }
    if (sum_parts(completion) != S3A_CODE_NONE) {
        return SQLITE_OK;
    }
    return may_go_on(completion) ? store(completion) : SQLITE_OK;
}

int s3a_complete_upload(struct s3a_commit *commit, struct s3a_write *write)
{
    struct completion completion = {.commit = commit, .write = write};

    s3a_check(write->op->part_count > 0 && write->op->part_count <= S3A_PARTS_MAX);
    s3a_succeed(write->answer, 200);
    if (!s3a_names_check(write->op, write->answer)) {
        return SQLITE_OK;
    }
    int rc = complete(&completion);
    free(completion.parts);
    return rc;
}
