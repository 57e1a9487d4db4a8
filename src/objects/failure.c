/* SPDX-License-Identifier: MIT */
#include "failure.h"

#include <sqlite3.h>

#include "error.h"

enum s3a_status s3a_sqlite_status(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return S3A_OK;
    case SQLITE_FULL:
        return S3A_FULL;
    case SQLITE_NOMEM:
        return S3A_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return S3A_LATER;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* a table that a statement needs is not there */
    case SQLITE_MISMATCH:
        return S3A_CORRUPT;
    default:
        return S3A_SYSTEM;
    }
}

enum s3a_status s3a_sqlite_error(int rc, const char *what, const char *path,
                                 struct s3a_error *error)
{
    return s3a_error_set(error, s3a_sqlite_status(rc), "%s %s: %s", what, path, sqlite3_errstr(rc));
}

void s3a_succeed(struct s3a_answer *answer, int http_status)
{
    answer->code = S3A_CODE_NONE;
    answer->status = S3A_OK;
    answer->http_status = http_status;
    answer->message = s3a_str_make(NULL, 0);
    answer->condition = s3a_str_make(NULL, 0);
    answer->header = s3a_str_make(NULL, 0);
    answer->etag[0] = '\0';
    answer->modified_ms = S3A_TIME_NONE;
    answer->object_size = 0;
    answer->range_offset = 0;
    answer->range_size = 0;
    answer->headers.count = 0;
    answer->checksum.kind = S3A_CHECKSUM_NONE;
    answer->checksum_choice = (struct s3a_checksum_choice){0};
    s3a_buf_clear(&answer->body);
    answer->entries = NULL;
    answer->entry_count = 0;
    answer->deleted = NULL;
    answer->tags = s3a_str_make(NULL, 0);
    answer->tag_count = 0;
    answer->acl = S3A_ACL_NOT_GIVEN;
    answer->truncated = false;
    answer->next_continuation = s3a_str_make(NULL, 0);
}

void s3a_fail_code(struct s3a_answer *answer, enum s3a_code code)
{
    s3a_succeed(answer, 0);
    s3a_answer_fail(answer, code);
}

void s3a_fail_status(struct s3a_answer *answer, enum s3a_status status, const char *message)
{
    enum s3a_code code =
        status == S3A_CORRUPT ? S3A_CODE_INTERNAL_ERROR : S3A_CODE_SERVICE_UNAVAILABLE;

    s3a_fail_code(answer, code);
    s3a_answer_fail_message(answer, code, "%s", message);
    /* A failed read or write of the disk may go well the next time: S3A_LATER, as 503 says. */
    if (status != S3A_SYSTEM) {
        answer->status = status;
    }
}

void s3a_fail_sqlite(struct s3a_answer *answer, int rc)
{
    s3a_fail_status(answer, s3a_sqlite_status(rc), sqlite3_errstr(rc));
}

void s3a_fail_in_doubt(struct s3a_answer *answer)
{
    s3a_fail_code(answer, S3A_CODE_INTERNAL_ERROR);
    s3a_answer_fail_message(answer, S3A_CODE_INTERNAL_ERROR,
                            "The disk failed during the commit: it is not known whether the write "
                            "was applied.");
    answer->status = S3A_IN_DOUBT;
}
