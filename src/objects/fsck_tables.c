/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "failure.h"
#include "fsck.h"
#include "schema.h"

static struct s3a_str column(sqlite3_stmt *statement, int at)
{
    const void *data = sqlite3_column_blob(statement, at);

    return s3a_str_make(data, (size_t)sqlite3_column_bytes(statement, at));
}

/* What PRAGMA integrity_check says, one row for each complaint, or "ok". */
static bool take_complaint(struct s3a_fsck *fsck, sqlite3_stmt *statement)
{
    struct s3a_finding finding = {.kind = S3A_FINDING_DATABASE, .file = S3A_DATABASE_NAME};
    struct s3a_str text = column(statement, 0);

    if (!s3a_str_is(text, "ok")) {
        s3a_fsck_found(fsck, &finding, "the database is damaged: %.*s", S3A_STR_ARG(text));
    }
    return true;
}

/* A row that breaks a rule: what is wrong, bucket, key. */
static bool take_breach(struct s3a_fsck *fsck, sqlite3_stmt *statement)
{
    struct s3a_finding finding = {.kind = S3A_FINDING_DATABASE, .file = S3A_DATABASE_NAME};
    struct s3a_str text = column(statement, 0);

    finding.bucket = (const char *)sqlite3_column_text(statement, 1);
    if (sqlite3_column_type(statement, 2) != SQLITE_NULL) {
        finding.key = (const char *)sqlite3_column_text(statement, 2);
        finding.key_size = (size_t)sqlite3_column_bytes(statement, 2);
    }
    s3a_fsck_found(fsck, &finding, "%.*s", S3A_STR_ARG(text));
    return true;
}

/*
 * Each asks for rows that must not be: a text, and the bucket and key that suffer. CAST: a key is
 * bytes, of which sqlite3_column_text() makes no copy in another encoding, but with a NUL.
 */
#define SUFFERER "b.name, CAST(o.key AS TEXT) FROM objects AS o"
#define ITS_BUCKET " LEFT JOIN buckets AS b ON b.id = o.bucket"

static const char *const rules[] = {
    "SELECT 'the record of the store''s clock is missing', NULL, NULL"
    " WHERE (SELECT count(*) FROM store) <> 1",

    "SELECT 'an object is in a bucket that does not exist', " SUFFERER ITS_BUCKET
    " WHERE b.id IS NULL",

    "SELECT 'an object has both a body and a file, or neither', " SUFFERER ITS_BUCKET
    " WHERE (o.body IS NULL) = (o.blob IS NULL)",

    "SELECT 'the body is not as long as was stored', " SUFFERER ITS_BUCKET
    " WHERE o.body IS NOT NULL AND length(o.body) <> o.size",

    "SELECT 'the name of a file is none: ' || o.blob, " SUFFERER ITS_BUCKET
    " WHERE o.blob IS NOT NULL AND (length(o.blob) <> 32 OR o.blob GLOB '*[^0-9a-f]*')",

    "SELECT 'the name of a file of a part is none: ' || blob, NULL, NULL FROM parts"
    " WHERE length(blob) <> 32 OR blob GLOB '*[^0-9a-f]*' OR length(upload) <> 32",

    "SELECT 'an upload is for a bucket that does not exist', NULL, CAST(u.key AS TEXT)"
    " FROM uploads AS u WHERE NOT EXISTS (SELECT 1 FROM buckets WHERE id = u.bucket)",

    "SELECT DISTINCT 'a part belongs to no upload and to no object: ' || p.upload, NULL, NULL"
    " FROM parts AS p WHERE NOT EXISTS (SELECT 1 FROM uploads WHERE id = p.upload)"
    " AND NOT EXISTS (SELECT 1 FROM objects WHERE blob = p.upload AND parts IS NOT NULL)",

    /* Numbered from 1 on, one beginning where the one before it ends. */
    "SELECT 'its parts do not make up the object', " SUFFERER ITS_BUCKET
    " WHERE o.parts IS NOT NULL AND ((SELECT count(*) FROM parts WHERE upload = o.blob) <> o.parts"
    " OR (SELECT coalesce(sum(size), 0) FROM parts WHERE upload = o.blob) <> o.size"
    " OR EXISTS (SELECT 1 FROM (SELECT number, start,"
    "  row_number() OVER (ORDER BY number) AS nth,"
    "  coalesce(sum(size) OVER (ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),"
    "   0) AS before FROM parts WHERE upload = o.blob)"
    "  WHERE number <> nth OR start IS NOT before))",

    "SELECT 'a file that is needed is on record as not needed: ' || o.blob, " SUFFERER ITS_BUCKET
    " WHERE o.blob IS NOT NULL AND o.parts IS NULL AND o.blob IN (SELECT file FROM garbage)",

    "SELECT 'a file that a part needs is on record as not needed: ' || blob, NULL, NULL"
    " FROM parts WHERE blob IN (SELECT file FROM garbage)",
};

static bool take_counts(struct s3a_fsck *fsck, sqlite3_stmt *statement)
{
    fsck->report.buckets = (uint64_t)sqlite3_column_int64(statement, 0);
    fsck->report.objects = (uint64_t)sqlite3_column_int64(statement, 1);
    fsck->report.uploads = (uint64_t)sqlite3_column_int64(statement, 2);
    fsck->report.files_in_all = (uint64_t)sqlite3_column_int64(statement, 3);
    return true;
}

static const char counts[] =
    "SELECT (SELECT count(*) FROM buckets), (SELECT count(*) FROM objects),"
    " (SELECT count(*) FROM uploads),"
    " (SELECT count(DISTINCT blob) FROM objects WHERE blob IS NOT NULL AND parts IS NULL)"
    " + (SELECT count(*) FROM parts)";

static bool check_all(struct s3a_fsck *fsck)
{
    bool goes_on = s3a_fsck_query(fsck, "PRAGMA integrity_check", S3A_NO_PARAMS, take_complaint);

    /* In a damaged file the rest may find anything. */
    if (!goes_on || fsck->report.damages > 0) {
        return goes_on;
    }
    for (size_t i = 0; goes_on && i < sizeof(rules) / sizeof(rules[0]); i++) {
        goes_on = s3a_fsck_query(fsck, rules[i], S3A_NO_PARAMS, take_breach);
    }
    return goes_on && s3a_fsck_query(fsck, counts, S3A_NO_PARAMS, take_counts);
}

/* SQLite looks in now and then. */
static int look_in(void *arg)
{
    return !s3a_fsck_goes_on(arg);
}

#define STEPS_BETWEEN_LOOKS 100000

bool s3a_fsck_tables(struct s3a_fsck *fsck)
{
    sqlite3 *sqlite = fsck->database.sqlite;
    int rc = sqlite3_exec(sqlite, "BEGIN", NULL, NULL, NULL);

    if (rc != SQLITE_OK) {
        return s3a_fsck_failed(fsck, rc);
    }
    sqlite3_progress_handler(sqlite, STEPS_BETWEEN_LOOKS, look_in, fsck);
    bool goes_on = check_all(fsck);
    sqlite3_progress_handler(sqlite, 0, NULL, NULL);
    s3a_database_rollback(&fsck->database);
    return goes_on;
}
