/* SPDX-License-Identifier: MIT */
#include "object_state.h"

#include <string.h>

#include "conditions.h"
#include "failure.h"

static bool copy_text(struct s3a_str text, char *ret_text, size_t size_max)
{
    if (text.size > size_max) {
        return false;
    }
    if (text.size > 0) {
        memcpy(ret_text, text.data, text.size);
    }
    ret_text[text.size] = '\0';
    return true;
}

int s3a_find_object(struct s3a_database *database, struct s3a_str bucket, struct s3a_str key,
                    struct s3a_found *ret_found)
{
    enum s3a_sql sql = S3A_SQL_OBJECT_STATE;
    bool is_sound = true;
    int rc =
        s3a_database_query(database, sql, S3A_PARAMS(s3a_param_text(bucket), s3a_param_bytes(key)));

    memset(ret_found, 0, sizeof(*ret_found));
    if (rc != SQLITE_ROW) {
        return rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    ret_found->has_bucket = true;
    ret_found->bucket = s3a_column_number(database, sql, S3A_COLUMN_BUCKET);
    ret_found->has_object = !s3a_column_is_null(database, sql, S3A_COLUMN_KEY);
    if (ret_found->has_object) {
        ret_found->modified_ms = s3a_column_number(database, sql, S3A_COLUMN_MODIFIED);
        ret_found->parts = (uint32_t)s3a_column_number(database, sql, S3A_COLUMN_PARTS);
        is_sound = copy_text(s3a_column_bytes(database, sql, S3A_COLUMN_ETAG), ret_found->etag,
                             S3A_ETAG_SIZE_MAX) &&
                   copy_text(s3a_column_bytes(database, sql, S3A_COLUMN_BLOB), ret_found->blob,
                             S3A_BLOB_ID_SIZE);
    }
    s3a_database_reset(database, sql);
    return is_sound ? SQLITE_OK : SQLITE_CORRUPT;
}

int s3a_find_checksum(struct s3a_database *database, int64_t bucket, struct s3a_str key,
                      struct s3a_checksum_value *ret_checksum)
{
    enum s3a_sql sql = S3A_SQL_OBJECT_CHECKSUMS;
    int rc = s3a_database_query(database, sql,
                                S3A_PARAMS(s3a_param_number(bucket), s3a_param_bytes(key)));

    *ret_checksum = (struct s3a_checksum_value){0};
    if (rc != SQLITE_ROW) {
        return rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    bool is_sound = s3a_checksum_value_read(s3a_column_bytes(database, sql, 0), ret_checksum);
    s3a_database_reset(database, sql);
    return is_sound ? SQLITE_OK : SQLITE_CORRUPT;
}

static struct s3a_verdict judge_as_amazon(const struct s3a_op *op,
                                          const struct s3a_present *present)
{
    return op->kind == S3A_OP_DELETE_OBJECT ? s3a_judge_delete_as_amazon(op, present)
                                            : s3a_judge_put_as_amazon(op, present);
}

bool s3a_write_may_go_on(const struct s3a_commit *commit, const struct s3a_op *op,
                         const struct s3a_found *found, struct s3a_answer *answer)
{
    struct s3a_present present = {s3a_str_of(found->etag), found->modified_ms};
    const struct s3a_present *there = found->has_object ? &present : NULL;
    struct s3a_verdict verdict =
        commit->as_amazon ? judge_as_amazon(op, there) : s3a_judge_write(op, there);

    if (verdict.code == S3A_CODE_NONE) {
        return true;
    }
    s3a_fail_code(answer, verdict.code);
    answer->condition = s3a_str_of(verdict.condition);
    answer->header = s3a_str_of(verdict.header);
    return false;
}

void s3a_etag_of_md5(const uint8_t md5[S3A_MD5_SIZE], char ret_etag[S3A_ETAG_SIZE_MAX + 1])
{
    ret_etag[0] = '"';
    s3a_hex(md5, S3A_MD5_SIZE, ret_etag + 1);
    memcpy(ret_etag + 1 + 2 * S3A_MD5_SIZE, "\"", 2);
}
