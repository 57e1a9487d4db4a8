/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blobs.h"
#include "digest.h"
#include "error.h"
#include "fsck.h"
#include "name.h"
#include "op.h"

#define CHUNK_SIZE 65536
#define MD5_HEX_SIZE (2 * S3A_MD5_SIZE)
#define BUCKET_SIZE 64

/* One row, taken out of the database so that nobody's log has to grow while its file is read. */
struct body {
    int64_t row; /* or the part's number */
    char id[S3A_BLOB_ID_SIZE + 1];
    char upload[S3A_BLOB_ID_SIZE + 1];
    char etag[S3A_ETAG_SIZE_MAX + 1];
    uint64_t size;
    char bucket[BUCKET_SIZE];
    char key[S3A_KEY_SIZE_MAX + 1];
    size_t key_size;
};

/* A statement that gives the next one after another. */
struct walk {
    struct s3a_fsck *fsck;
    sqlite3_stmt *statement;
};

static bool open_walk(struct s3a_fsck *fsck, const char *sql, struct walk *ret_walk)
{
    *ret_walk = (struct walk){.fsck = fsck};
    int rc = sqlite3_prepare_v2(fsck->database.sqlite, sql, -1, &ret_walk->statement, NULL);
    return rc == SQLITE_OK || s3a_fsck_failed(fsck, rc);
}

static void copy_column(sqlite3_stmt *statement, int at, char *ret_text, size_t size,
                        size_t *ret_size)
{
    const void *data = sqlite3_column_blob(statement, at);
    size_t given = (size_t)sqlite3_column_bytes(statement, at);
    size_t taken = given < size - 1 ? given : size - 1;

    if (taken > 0) {
        memcpy(ret_text, data, taken);
    }
    ret_text[taken] = '\0';
    if (ret_size) {
        *ret_size = taken;
    }
}

/* The columns of all walks: row, blob, size, etag, bucket, key, upload. 1: there is one. 0: no
 * more, or it cannot go on. */
static int next_row(struct walk *walk, struct body *ret_body)
{
    sqlite3_stmt *statement = walk->statement;
    int rc = sqlite3_step(statement);

    if (rc == SQLITE_ROW) {
        *ret_body = (struct body){.row = sqlite3_column_int64(statement, 0),
                                  .size = (uint64_t)sqlite3_column_int64(statement, 2)};
        copy_column(statement, 1, ret_body->id, sizeof(ret_body->id), NULL);
        copy_column(statement, 3, ret_body->etag, sizeof(ret_body->etag), NULL);
        copy_column(statement, 4, ret_body->bucket, sizeof(ret_body->bucket), NULL);
        copy_column(statement, 5, ret_body->key, sizeof(ret_body->key), &ret_body->key_size);
        copy_column(statement, 6, ret_body->upload, sizeof(ret_body->upload), NULL);
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        (void)s3a_fsck_failed(walk->fsck, rc);
    }
    return rc == SQLITE_ROW;
}

static void report(struct s3a_fsck *fsck, const struct body *body, enum s3a_finding_kind kind,
                   const char *text)
{
    char file[S3A_BLOB_ID_SIZE + 16];
    struct s3a_finding finding = {.kind = kind,
                                  .bucket = body->bucket[0] ? body->bucket : NULL,
                                  .key = body->bucket[0] ? body->key : NULL,
                                  .key_size = body->key_size};

    if (body->id[0] != '\0') {
        snprintf(file, sizeof(file), "blobs/%.2s/%s", body->id, body->id);
        finding.file = file;
    }
    s3a_fsck_found(fsck, &finding, "%s", text);
}

/* Of "\"0123...\"": its digits, where it is the MD5 of the bytes and not something else. */
static bool md5_of_etag(const char *etag, char ret_md5[MD5_HEX_SIZE + 1])
{
    size_t start = etag[0] == '"';
    size_t size = strspn(etag + start, "0123456789abcdef");

    if (size != MD5_HEX_SIZE || (etag[start + size] != '\0' && etag[start + size] != '"')) {
        return false;
    }
    memcpy(ret_md5, etag + start, size);
    ret_md5[size] = '\0';
    return true;
}

/* True where the ETag is no MD5. */
static bool has_etag(struct s3a_digest *md5, const char *etag)
{
    uint8_t bytes[S3A_MD5_SIZE];
    char is[MD5_HEX_SIZE + 1];
    char was[MD5_HEX_SIZE + 1];

    s3a_digest_end(md5, bytes);
    s3a_hex(bytes, sizeof(bytes), is);
    return !md5_of_etag(etag, was) || strcmp(is, was) == 0;
}

/* 1: as it was stored. 0: not. -1 with errno: it cannot be read, or nobody wants it to be. */
static int compare_content(struct s3a_fsck *fsck, int fd, const char *etag)
{
    char chunk[CHUNK_SIZE];
    struct s3a_digest md5;
    ssize_t size = 1;

    if (s3a_digest_init(&md5, S3A_DIGEST_MD5) != S3A_OK) {
        errno = ENOTSUP;
        return -1;
    }
    while (size != 0 && s3a_fsck_goes_on(fsck)) {
        size = read(fd, chunk, sizeof(chunk));
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            s3a_digest_fini(&md5);
            return -1;
        }
        s3a_digest_add(&md5, s3a_str_make(chunk, (size_t)size));
        fsck->report.bytes_read += (uint64_t)size;
    }
    return has_etag(&md5, etag);
}

/* NULL where nothing is wrong with it. */
static const char *look_at_file(struct s3a_fsck *fsck, const struct body *body,
                                enum s3a_finding_kind *ret_kind)
{
    struct stat about;
    const char *text = NULL;
    int fd = s3a_blob_open(&fsck->directory, body->id);

    *ret_kind = S3A_FINDING_MISSING;
    if (fd < 0 && errno == ENOENT) {
        return "the file is missing";
    }
    if (fd < 0 || fstat(fd, &about) != 0) {
        fsck->status = s3a_error_set_errno(fsck->error, errno, "open %s/blobs/%.2s/%s",
                                           fsck->directory.path, body->id, body->id);
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    if ((uint64_t)about.st_size != body->size) {
        *ret_kind = S3A_FINDING_SIZE;
        text = "the file is not as long as was stored";
    } else if (!fsck->options->sizes_only) {
        *ret_kind = S3A_FINDING_CONTENT;
        int result = compare_content(fsck, fd, body->etag);
        text = result < 0    ? "the file cannot be read"
               : result == 0 ? "the content is not what was stored"
                             : NULL;
    }
    close(fd);
    return fsck->status == S3A_OK ? text : NULL;
}

/* Not replaced in the meantime? */
static bool is_named(struct s3a_fsck *fsck, const char *id, bool *ret_named)
{
    int rc = s3a_database_query(&fsck->database, S3A_SQL_BLOB_IN_USE,
                                S3A_PARAMS(s3a_param_text(s3a_str_of(id))));

    if (rc != SQLITE_ROW) {
        return s3a_fsck_failed(fsck, rc);
    }
    *ret_named = s3a_column_number(&fsck->database, S3A_SQL_BLOB_IN_USE, 0);
    s3a_database_reset(&fsck->database, S3A_SQL_BLOB_IN_USE);
    return true;
}

static bool check_file(struct s3a_fsck *fsck, const struct body *body)
{
    enum s3a_finding_kind kind = S3A_FINDING_DATABASE;
    bool has_name = s3a_blob_id_is_valid(s3a_str_of(body->id));
    const char *text = has_name ? look_at_file(fsck, body, &kind) : "the file's name is none";
    bool is_needed = true;

    if (text && !is_named(fsck, body->id, &is_needed)) {
        return false;
    }
    if (text && is_needed) {
        report(fsck, body, kind, text);
    }
    fsck->report.files++;
    return s3a_fsck_goes_on(fsck);
}

/* Files in the order of their names; a file that several objects share is looked at once. Names of
 * another length are left out, for the next one could not be asked for: the tables' rules tell. */
static const char next_file[] =
    "SELECT o.rowid, o.blob, o.size, o.etag, b.name, o.key, NULL FROM objects AS o"
    " LEFT JOIN buckets AS b ON b.id = o.bucket WHERE length(o.blob) = 32 AND o.parts IS NULL"
    " AND (o.blob, o.rowid) > (?1, ?2) ORDER BY o.blob, o.rowid LIMIT 1";

static const char next_part[] =
    "SELECT p.number, p.blob, p.size, p.etag, b.name, o.key, p.upload FROM parts AS p"
    " LEFT JOIN objects AS o ON o.blob = p.upload AND o.parts IS NOT NULL"
    " LEFT JOIN buckets AS b ON b.id = o.bucket"
    " WHERE length(p.upload) = 32 AND length(p.blob) = 32 AND (p.upload, p.number) > (?1, ?2) "
    "ORDER BY p.upload, p.number LIMIT 1";

static bool walk_files(struct s3a_fsck *fsck, const char *sql, bool are_parts)
{
    struct body last = {.row = are_parts ? 0 : INT64_MIN};
    struct body body;
    struct walk walk;
    bool goes_on = open_walk(fsck, sql, &walk);

    while (goes_on) {
        const char *after = are_parts ? last.upload : last.id;
        sqlite3_bind_text(walk.statement, 1, after, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(walk.statement, 2, last.row);
        int has_one = next_row(&walk, &body);
        sqlite3_reset(walk.statement);
        if (!has_one) {
            break;
        }
        bool is_same = strcmp(body.id, last.id) == 0 && body.size == last.size &&
                       strcmp(body.etag, last.etag) == 0;
        goes_on = is_same || check_file(fsck, &body);
        last = body;
    }
    sqlite3_finalize(walk.statement);
    return fsck->status == S3A_OK;
}

/* Bodies that stand in the database. */
static const char inline_bodies[] =
    "SELECT o.rowid, NULL, o.size, o.etag, b.name, o.key, NULL, o.body FROM objects AS o"
    " LEFT JOIN buckets AS b ON b.id = o.bucket WHERE o.rowid > ?1 AND o.body IS NOT NULL"
    " ORDER BY o.rowid LIMIT 1";

static bool walk_inline(struct s3a_fsck *fsck)
{
    int64_t last = INT64_MIN;
    struct walk walk;
    struct body body;
    bool goes_on = open_walk(fsck, inline_bodies, &walk);

    while (goes_on) {
        struct s3a_digest md5;
        sqlite3_bind_int64(walk.statement, 1, last);
        if (!next_row(&walk, &body)) {
            break;
        }
        size_t size = (size_t)sqlite3_column_bytes(walk.statement, 7);
        if (s3a_digest_init(&md5, S3A_DIGEST_MD5) != S3A_OK) {
            fsck->status = s3a_error_set(fsck->error, S3A_SYSTEM, "MD5 is not available");
            break;
        }
        s3a_digest_add(&md5, s3a_str_make(sqlite3_column_blob(walk.statement, 7), size));
        if (!has_etag(&md5, body.etag)) {
            report(fsck, &body, S3A_FINDING_CONTENT, "the content is not what was stored");
        }
        fsck->report.bytes_read += size;
        last = body.row;
        sqlite3_reset(walk.statement);
        goes_on = s3a_fsck_goes_on(fsck);
    }
    sqlite3_finalize(walk.statement);
    return fsck->status == S3A_OK;
}

bool s3a_fsck_bodies(struct s3a_fsck *fsck)
{
    bool goes_on = fsck->options->sizes_only || walk_inline(fsck);

    return goes_on && walk_files(fsck, next_file, false) && walk_files(fsck, next_part, true);
}
