/* SPDX-License-Identifier: MIT */
#include "read_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access.h"
#include "assembly.h"
#include "conditions.h"
#include "failure.h"
#include "stored_headers.h"
#include "tags.h"
#include "uploads.h"

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
    uint32_t parts;                  /* that the blob stands for; 0: it is a file */
    bool is_in_flux;                 /* the object is being replaced at this moment */

    /* Of an object of parts: those that are asked for. */
    struct s3a_piece *pieces; /* NULL: there are none to be read */
    size_t piece_count;
    char anchor[S3A_BLOB_ID_SIZE + 1];
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
    answer->checksum_choice = s3a_checksum_value_choice(&answer->checksum);
    copy_text(etag, answer->etag);
    copy_text(blob, reading->blob);
    reading->parts = (uint32_t)s3a_column_number(reading->database, reading->sql, S3A_COLUMN_PARTS);
    answer->part_total = reading->parts;
    answer->tag_count = s3a_tags_count(column(reading, S3A_COLUMN_TAGS));
    answer->modified_ms = s3a_column_number(reading->database, reading->sql, S3A_COLUMN_MODIFIED);
    answer->object_size =
        (uint64_t)s3a_column_number(reading->database, reading->sql, S3A_COLUMN_SIZE);
    return true;
}

/* The part that is asked for is the range. An object that is not made of parts is its only one. */
static int resolve_part(struct reading *reading, bool *ret_is_there)
{
    struct s3a_answer *answer = reading->answer;
    uint32_t number = reading->op->part_number;

    if (reading->parts == 0) {
        answer->range_offset = 0;
        answer->range_size = answer->object_size;
        *ret_is_there = number == 1;
        return SQLITE_OK;
    }
    int rc = s3a_database_query(
        reading->database, S3A_SQL_PART_SPAN,
        S3A_PARAMS(s3a_param_text(s3a_str_of(reading->blob)), s3a_param_number(number)));
    *ret_is_there = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW) {
        struct s3a_str checksum = s3a_column_bytes(reading->database, S3A_SQL_PART_SPAN, 2);
        answer->range_offset = (uint64_t)s3a_column_number(reading->database, S3A_SQL_PART_SPAN, 0);
        answer->range_size = (uint64_t)s3a_column_number(reading->database, S3A_SQL_PART_SPAN, 1);
        rc = s3a_part_checksum_read(checksum, answer) ? SQLITE_OK : SQLITE_CORRUPT;
        s3a_database_reset(reading->database, S3A_SQL_PART_SPAN);
    }
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int resolve(struct reading *reading, enum s3a_code *ret_code)
{
    const struct s3a_op *op = reading->op;
    struct s3a_answer *answer = reading->answer;
    bool is_there = true;
    int rc = SQLITE_OK;

    *ret_code = S3A_CODE_NONE;
    if (op->part_number > 0) {
        rc = resolve_part(reading, &is_there);
        *ret_code = is_there ? S3A_CODE_NONE : S3A_CODE_INVALID_PART_NUMBER;
        /* An empty part has no first and no last byte. */
        answer->http_status = answer->range_size > 0 ? 206 : 200;
    } else if (s3a_range_resolve(&op->range, answer->object_size, &answer->range_offset,
                                 &answer->range_size)) {
        answer->http_status = op->range.kind == S3A_RANGE_NONE ? 200 : 206;
    } else {
        *ret_code = S3A_CODE_INVALID_RANGE;
    }
    return rc;
}

/* False where the answer is not the object. */
static bool judge(struct reading *reading, int *ret_rc)
{
    struct s3a_answer *answer = reading->answer;
    struct s3a_present present = {s3a_str_of(answer->etag), answer->modified_ms};
    struct s3a_verdict verdict = s3a_judge_read(reading->op, &present, reading->now_ms);

    *ret_rc = SQLITE_OK;
    if (verdict.code == S3A_CODE_NONE) {
        *ret_rc = resolve(reading, &verdict.code);
    }
    if (verdict.code == S3A_CODE_NONE || *ret_rc != SQLITE_OK) {
        return *ret_rc == SQLITE_OK;
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
static int open_file(struct reading *reading, const char *blob, uint64_t size, uint64_t offset)
{
    struct s3a_answer *answer = reading->answer;
    struct stat about;
    int fd = s3a_blob_open(reading->directory, blob);

    if (fd < 0) {
        return errno == ENOENT ? SQLITE_DONE : SQLITE_IOERR;
    }
    if (fstat(fd, &about) != 0 || (uint64_t)about.st_size != size) {
        close(fd);
        return SQLITE_CORRUPT;
    }
    answer->file = (struct s3a_file){.fd = fd, .offset = offset, .size = answer->range_size};
    return SQLITE_OK;
}

/* The body of an object of parts; as open_file(). */
static int open_parts(struct reading *reading)
{
    struct s3a_answer *answer = reading->answer;
    struct s3a_piece *pieces = reading->pieces;

    reading->pieces = NULL;
    if (reading->piece_count <= 1) {
        /* From one file: it need not be held. */
        int rc = pieces ? open_file(reading, pieces->blob, pieces->size,
                                    answer->range_offset - pieces->start)
                        : SQLITE_OK;
        free(pieces);
        return rc;
    }
    switch (s3a_assembly_new(reading->directory, reading->anchor, pieces, reading->piece_count,
                             answer->range_offset, answer->range_size, &answer->stream)) {
    case S3A_ASSEMBLED:
        return SQLITE_OK;
    case S3A_ASSEMBLED_NOT:
        reading->is_in_flux = true;
        return SQLITE_DONE;
    case S3A_ASSEMBLED_NO_MEMORY:
        return SQLITE_NOMEM;
    case S3A_ASSEMBLED_BADLY:
        break;
    }
    return SQLITE_IOERR;
}

static int open_body(struct reading *reading)
{
    return reading->parts > 0 ? open_parts(reading)
                              : open_file(reading, reading->blob, reading->answer->object_size,
                                          reading->answer->range_offset);
}

static bool read_piece(struct reading *reading, struct s3a_piece *ret_piece)
{
    struct s3a_database *database = reading->database;
    struct s3a_str blob = s3a_column_bytes(database, S3A_SQL_PARTS_WITHIN, 2);

    ret_piece->start = (uint64_t)s3a_column_number(database, S3A_SQL_PARTS_WITHIN, 0);
    ret_piece->size = (uint64_t)s3a_column_number(database, S3A_SQL_PARTS_WITHIN, 1);
    if (!s3a_blob_id_is_valid(blob)) {
        return false;
    }
    copy_text(blob, ret_piece->blob);
    return true;
}

/* Do they cover what is asked for, without a gap? */
static bool is_covered(const struct reading *reading)
{
    const struct s3a_answer *answer = reading->answer;
    uint64_t place = answer->range_offset;

    for (size_t i = 0; i < reading->piece_count; i++) {
        const struct s3a_piece *piece = &reading->pieces[i];
        if (i > 0 ? piece->start != place : piece->start > place) {
            return false;
        }
        place = piece->start + piece->size;
    }
    return place >= answer->range_offset + answer->range_size;
}

/* Within the row's transaction: which files is it? */
static int find_pieces(struct reading *reading)
{
    struct s3a_database *database = reading->database;
    const struct s3a_answer *answer = reading->answer;
    struct s3a_param id = s3a_param_text(s3a_str_of(reading->blob));
    bool is_sound = true;

    if (answer->range_size == 0) {
        return SQLITE_OK;
    }
    reading->pieces = calloc(reading->parts, sizeof(reading->pieces[0]));
    if (!reading->pieces) {
        return SQLITE_NOMEM;
    }
    int rc = s3a_database_query(
        database, S3A_SQL_PARTS_WITHIN,
        S3A_PARAMS(id, s3a_param_number((int64_t)answer->range_offset),
                   s3a_param_number((int64_t)(answer->range_offset + answer->range_size))));
    while (rc == SQLITE_ROW && is_sound) {
        is_sound = reading->piece_count < reading->parts &&
                   read_piece(reading, &reading->pieces[reading->piece_count]);
        reading->piece_count++;
        rc = s3a_database_next(database, S3A_SQL_PARTS_WITHIN);
    }
    s3a_database_reset(database, S3A_SQL_PARTS_WITHIN);
    if (rc != SQLITE_DONE || !is_sound || !is_covered(reading)) {
        return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_CORRUPT : rc;
    }
    rc = s3a_database_query(database, S3A_SQL_PART_FIND, S3A_PARAMS(id, s3a_param_number(1)));
    if (rc == SQLITE_ROW) {
        struct s3a_str blob = s3a_column_bytes(database, S3A_SQL_PART_FIND, 0);
        is_sound = s3a_blob_id_is_valid(blob);
        if (is_sound) {
            copy_text(blob, reading->anchor);
        }
        s3a_database_reset(database, S3A_SQL_PART_FIND);
        return is_sound ? SQLITE_OK : SQLITE_CORRUPT;
    }
    return rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
}

/* What the row says it is, is to be read. SQLITE_OK or an error. */
static int read_body(struct reading *reading)
{
    if (reading->op->kind != S3A_OP_GET_OBJECT) {
        return SQLITE_OK;
    }
    if (reading->blob[0] == '\0') {
        return read_inline(reading);
    }
    return reading->parts > 0 ? find_pieces(reading) : SQLITE_OK;
}

/* The rest of what GET_ATTRIBUTES asks for. */
static int read_attributes(struct reading *reading)
{
    const struct s3a_op *op = reading->op;
    bool lists = op->kind == S3A_OP_GET_ATTRIBUTES && op->attributes & S3A_ATTRIBUTE_PARTS &&
                 reading->parts > 0 &&
                 reading->answer->checksum_choice.type == S3A_CHECKSUM_COMPOSITE;

    return lists ? s3a_list_object_parts(reading->database, op, s3a_str_of(reading->blob),
                                         reading->answer)
                 : SQLITE_OK;
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
    bool goes_on = false;
    rc = SQLITE_OK;
    bool has_object = !s3a_column_is_null(database, reading->sql, S3A_COLUMN_KEY);
    enum s3a_code code =
        s3a_access_to_object(op, column(reading, S3A_COLUMN_BUCKET_ACL), has_object,
                             has_object ? column(reading, S3A_COLUMN_ACL) : S3A_STR(""));
    if (code != S3A_CODE_NONE || !has_object) {
        s3a_fail_code(reading->answer, code != S3A_CODE_NONE ? code : S3A_CODE_NO_SUCH_KEY);
    } else {
        goes_on = read_row(reading, &rc) && judge(reading, &rc);
    }
    if (goes_on) {
        rc = read_body(reading);
    }
    if (goes_on && rc == SQLITE_OK) {
        rc = read_attributes(reading);
    }
    s3a_database_reset(database, reading->sql);
    goes_on = goes_on && rc == SQLITE_OK && op->kind == S3A_OP_GET_OBJECT;
    return goes_on && reading->blob[0] != '\0' ? open_body(reading) : rc;
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
        free(reading.pieces);
        reading.pieces = NULL;
        reading.piece_count = 0;
        if (rc != SQLITE_DONE) {
            return rc;
        }
        if (reading.is_in_flux) {
            reading.is_in_flux = false;
            continue;
        }
        /* Twice the same: nobody has replaced it, the file is lost. */
        if (strcmp(missing, reading.blob) == 0) {
            return SQLITE_CORRUPT;
        }
        memcpy(missing, reading.blob, sizeof(missing));
    }
    return SQLITE_BUSY;
}
