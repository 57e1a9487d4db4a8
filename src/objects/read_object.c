/* SPDX-License-Identifier: MIT */
#include "read_object.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conditions.h"
#include "failure.h"
#include "stored_headers.h"

/* An object that is replaced again and again between the look at its row and the opening of its
 * file: at some point the store is too busy. */
#define ATTEMPTS_MAX 100

struct reading {
    struct s3a_database *database;
    struct s3a_snapshot *snapshot; /* NULL: not shared */
    const struct s3a_directory *directory;
    const struct s3a_op *op;
    struct s3a_answer *answer;
    enum s3a_sql sql;
    int64_t now_ms;
    char blob[S3A_BLOB_ID_SIZE + 1]; /* "": the body is in the row */
};

static struct s3a_str column(const struct reading *reading, int column)
{
    return s3a_column_bytes(reading->database, reading->sql, column);
}

static void copy_text(struct s3a_str text, char *ret_text)
{
    if (text.size > 0) {
        memcpy(ret_text, text.data, text.size);
    }
    ret_text[text.size] = '\0';
}

/* What the row says of the object. False where it is damaged or there is no memory. */
static bool read_row(struct reading *reading, int *ret_rc)
{
    struct s3a_answer *answer = reading->answer;
    struct s3a_str etag = column(reading, S3A_COLUMN_ETAG);
    struct s3a_str blob = column(reading, S3A_COLUMN_BLOB);
    struct s3a_str headers = s3a_pool_copy(&answer->pool, column(reading, S3A_COLUMN_HEADERS));

    *ret_rc = SQLITE_OK;
    if (etag.size > S3A_ETAG_SIZE_MAX || (blob.size > 0 && !s3a_blob_id_is_valid(blob))) {
        *ret_rc = SQLITE_CORRUPT;
    } else if (!headers.data) {
        *ret_rc = SQLITE_NOMEM;
    } else if (!s3a_stored_headers_decode(headers, &answer->headers) ||
               !s3a_checksum_value_read(column(reading, S3A_COLUMN_CHECKSUMS), &answer->checksum)) {
        *ret_rc = SQLITE_CORRUPT;
    }
    if (*ret_rc != SQLITE_OK) {
        return false;
    }
    copy_text(etag, answer->etag);
    copy_text(blob, reading->blob);
    answer->modified_ms = s3a_column_number(reading->database, reading->sql, S3A_COLUMN_MODIFIED);
    answer->object_size =
        (uint64_t)s3a_column_number(reading->database, reading->sql, S3A_COLUMN_SIZE);
    return true;
}

/* False where the answer is not the object. */
static bool judge(struct reading *reading)
{
    const struct s3a_op *op = reading->op;
    struct s3a_answer *answer = reading->answer;
    struct s3a_present present = {s3a_str_of(answer->etag), answer->modified_ms};
    struct s3a_verdict verdict = s3a_judge_read(op, &present, reading->now_ms);

    if (verdict.code == S3A_CODE_NONE &&
        !s3a_range_resolve(&op->range, answer->object_size, &answer->range_offset,
                           &answer->range_size)) {
        verdict.code = S3A_CODE_INVALID_RANGE;
    }
    if (verdict.code == S3A_CODE_NONE) {
        answer->http_status = op->range.kind == S3A_RANGE_NONE ? 200 : 206;
        return true;
    }
    /* Not s3a_fail_code(): ETag, dates and size of the object belong to these answers. */
    s3a_answer_fail(answer, verdict.code);
    answer->condition = s3a_str_of(verdict.condition);
    answer->range_offset = 0;
    answer->range_size = 0;
    return false;
}

static int read_inline(struct reading *reading)
{
    struct s3a_answer *answer = reading->answer;
    struct s3a_str body = column(reading, S3A_COLUMN_BODY);

    if (body.size != answer->object_size) {
        return SQLITE_CORRUPT;
    }
    if (answer->range_size > 0) {
        s3a_buf_append(&answer->body,
                       s3a_str_make(body.data + answer->range_offset, (size_t)answer->range_size));
    }
    if (answer->body.status == S3A_TOO_LARGE) {
        s3a_fail_status(answer, S3A_TOO_LARGE, "The object is larger than the caller accepts.");
    }
    return answer->body.status == S3A_NO_MEMORY ? SQLITE_NOMEM : SQLITE_OK;
}

/* SQLITE_OK; SQLITE_DONE where the file is gone, since the object was replaced; or an error. */
static int open_file(struct reading *reading)
{
    struct s3a_answer *answer = reading->answer;
    struct stat about;
    int fd = s3a_blob_open(reading->directory, reading->blob);

    if (fd < 0) {
        return errno == ENOENT ? SQLITE_DONE : SQLITE_IOERR;
    }
    if (fstat(fd, &about) != 0 || (uint64_t)about.st_size != answer->object_size) {
        close(fd);
        return SQLITE_CORRUPT;
    }
    answer->file =
        (struct s3a_file){.fd = fd, .offset = answer->range_offset, .size = answer->range_size};
    return SQLITE_OK;
}

/* As open_file(). */
static int read_once(struct reading *reading)
{
    struct s3a_database *database = reading->database;
    const struct s3a_op *op = reading->op;
    int rc = reading->snapshot ? s3a_snapshot_renew(reading->snapshot) : SQLITE_OK;

    if (rc != SQLITE_OK) {
        return rc;
    }
    rc = s3a_database_query(database, reading->sql,
                            S3A_PARAMS(s3a_param_text(op->bucket), s3a_param_bytes(op->key)));
    if (rc != SQLITE_ROW) {
        if (rc == SQLITE_DONE) {
            s3a_fail_code(reading->answer, S3A_CODE_NO_SUCH_BUCKET);
        }
        return rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    bool goes_on = true;
    rc = SQLITE_OK;
    if (s3a_column_is_null(database, reading->sql, S3A_COLUMN_KEY)) {
        s3a_fail_code(reading->answer, S3A_CODE_NO_SUCH_KEY);
        goes_on = false;
    } else {
        goes_on = read_row(reading, &rc) && judge(reading) && op->kind == S3A_OP_GET_OBJECT;
    }
    if (goes_on && reading->blob[0] == '\0') {
        rc = read_inline(reading);
    }
    s3a_database_reset(database, reading->sql);
    return goes_on && reading->blob[0] != '\0' ? open_file(reading) : rc;
}

int s3a_object_read(struct s3a_snapshot *snapshot, bool shares,
                    const struct s3a_directory *directory, const struct s3a_op *op, int64_t now_ms,
                    struct s3a_answer *answer)
{
    struct reading reading = {
        .database = snapshot->database,
        .snapshot = shares ? snapshot : NULL,
        .directory = directory,
        .op = op,
        .answer = answer,
        .sql = op->kind == S3A_OP_GET_OBJECT ? S3A_SQL_OBJECT_GET : S3A_SQL_OBJECT_HEAD,
        .now_ms = now_ms,
    };
    char missing[S3A_BLOB_ID_SIZE + 1] = "";

    for (int i = 0; i < ATTEMPTS_MAX; i++) {
        int rc = read_once(&reading);
        if (rc != SQLITE_DONE) {
            return rc;
        }
        /* Twice the same: nobody has replaced it, the file is lost. */
        if (strcmp(missing, reading.blob) == 0) {
            return SQLITE_CORRUPT;
        }
        memcpy(missing, reading.blob, sizeof(missing));
    }
    return SQLITE_BUSY;
}
