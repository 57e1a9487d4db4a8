/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "error.h"
#include "failure.h"

#define TEXT_OF(macro) TEXT(macro)
#define TEXT(value) #value

/*
 * buckets.name and objects.key are compared byte by byte, which is the order of S3.
 *
 * objects: a body of up to S3A_INLINE_SIZE_MAX bytes stands in body; a larger one is the file that
 * blob names. body comes last, so that whoever does not want it need not read it. A table with an
 * index, not one tree WITHOUT ROWID: measured on two cores with bodies of 200 bytes, new keys in
 * random order come in at 36 000/s instead of 21 000/s, rewriting 4 KiB at 40 000/s instead of
 * 34 000/s, reading is the same, and a page of 1 000 keys of 1 000 000 takes 0.45 ms, not 0.17 ms.
 *
 * garbage: files that no object needs any more. A name is put here by the commit that takes the
 * object's row away, and taken out after the file is gone.
 *
 * store: one row; see store_clock.h. commits counts what was ever committed, which tells after an
 * error whether a commit has happened.
 */
static const char tables[] =
    "CREATE TABLE store (id INTEGER PRIMARY KEY CHECK (id = 1), boot_id TEXT NOT NULL,"
    " offset_ms INTEGER NOT NULL, high_ms INTEGER NOT NULL, commits INTEGER NOT NULL) STRICT;"

    "INSERT INTO store VALUES (1, '', 0, 0, 0);"

    "CREATE TABLE buckets (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " created_ms INTEGER NOT NULL) STRICT;"

    "CREATE TABLE objects (bucket INTEGER NOT NULL, key BLOB NOT NULL,"
    " modified_ms INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, blob TEXT,"
    " headers TEXT NOT NULL, body BLOB, PRIMARY KEY (bucket, key)) STRICT;"

    "CREATE INDEX objects_by_blob ON objects (blob) WHERE blob IS NOT NULL;"

    "CREATE TABLE garbage (blob TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"

    "PRAGMA application_id = " TEXT_OF(S3A_APPLICATION_ID) ";"
                                                           "PRAGMA user_version = " TEXT_OF(
                                                               S3A_SCHEMA_VERSION) ";";

static int read_number(struct s3a_database *database, const char *sql, int *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(database->sqlite, sql, -1, &statement, NULL);

    *ret_number = 0;
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    if (rc == SQLITE_ROW) {
        *ret_number = sqlite3_column_int(statement, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return rc;
}

/* What kind of file is it? */
struct marks {
    int application_id;
    int version;
    int tables;
};

static int read_marks(struct s3a_database *database, struct marks *ret_marks)
{
    int rc = read_number(database, "PRAGMA application_id", &ret_marks->application_id);

    if (rc == SQLITE_OK) {
        rc = read_number(database, "PRAGMA user_version", &ret_marks->version);
    }
    if (rc == SQLITE_OK) {
        rc = read_number(database, "SELECT count(*) FROM sqlite_schema", &ret_marks->tables);
    }
    return rc;
}

/* All of one moment: others may be making the tables meanwhile. */
static int read_marks_at_once(struct s3a_database *database, struct marks *ret_marks)
{
    int rc = sqlite3_exec(database->sqlite, "BEGIN", NULL, NULL, NULL);

    if (rc == SQLITE_OK) {
        rc = read_marks(database, ret_marks);
    }
    s3a_database_rollback(database);
    return rc;
}

static bool is_new(const struct marks *marks)
{
    return marks->application_id == 0 && marks->version == 0 && marks->tables == 0;
}

static enum s3a_status judge_marks(const struct marks *marks, const char *path,
                                   struct s3a_error *error)
{
    if (marks->application_id != S3A_APPLICATION_ID) {
        return s3a_error_set(error, S3A_FORMAT, "%s is a database of some other program", path);
    }
    if (marks->version > S3A_SCHEMA_VERSION) {
        return s3a_error_set(error, S3A_UNSUPPORTED,
                             "%s was made by a newer version of s3atomic (format %d, this one "
                             "knows %d): update this program",
                             path, marks->version, S3A_SCHEMA_VERSION);
    }
    if (marks->version != S3A_SCHEMA_VERSION || marks->tables == 0) {
        return s3a_error_set(error, S3A_CORRUPT, "%s is damaged: its tables are missing", path);
    }
    return S3A_OK;
}

/* Others may be doing the same at this moment, so everything is looked at again inside. */
static int create_tables(struct s3a_database *database)
{
    struct marks marks;
    int rc = sqlite3_exec(database->sqlite,
                          "PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE",
                          NULL, NULL, NULL);

    if (rc == SQLITE_OK) {
        rc = read_marks(database, &marks);
    }
    if (rc == SQLITE_OK && is_new(&marks)) {
        rc = sqlite3_exec(database->sqlite, tables, NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(database->sqlite, "COMMIT", NULL, NULL, NULL);
    }
    s3a_database_rollback(database);
    return rc;
}

static enum s3a_status create(struct s3a_database *database, struct s3a_gate *gate,
                              const char *path, struct s3a_error *error)
{
    if (!s3a_gate_enter_within(gate, S3A_OPEN_WAIT_MS)) {
        return s3a_error_set(error, S3A_LATER,
                             "%s cannot be set up: another process holds the gate beside it", path);
    }
    int rc = create_tables(database);
    /* From the log into the database: so that it has its pages when the disk fills up later. */
    (void)sqlite3_wal_checkpoint_v2(database->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    s3a_gate_leave(gate);
    return rc == SQLITE_OK ? S3A_OK : s3a_sqlite_error(rc, "setting up", path, error);
}

/* An empty file that only its owner may read; SQLite takes that over for what it puts beside it.
 * One that is there is not opened: to close it again would drop the locks that SQLite has on it
 * elsewhere in this process (fcntl(2)). */
static enum s3a_status create_file(const char *path, const struct s3a_directory *directory,
                                   struct s3a_error *error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        return errno == EEXIST ? S3A_OK : s3a_error_set_errno(error, errno, "open %s", path);
    }
    close(fd);
    s3a_directory_give(directory, directory->root_fd, S3A_DATABASE_NAME);
    return S3A_OK;
}

/* Whatever recovery found in the log is readable from now on, also what was written by a process
 * that died before it could sync it. */
static enum s3a_status sync_log(const struct s3a_directory *directory, struct s3a_error *error)
{
    int fd = openat(directory->root_fd, S3A_DATABASE_NAME "-wal", O_RDONLY | O_CLOEXEC);
    enum s3a_status status = S3A_OK;

    if (fd < 0) {
        return errno == ENOENT ? S3A_OK
                               : s3a_error_set_errno(error, errno, "open %s/%s", directory->path,
                                                     S3A_DATABASE_NAME "-wal");
    }
    if (fdatasync(fd) != 0) {
        status = s3a_error_set_errno(error, errno, "fdatasync %s/%s", directory->path,
                                     S3A_DATABASE_NAME "-wal");
    }
    close(fd);
    return status;
}

/* SQLite says nothing where a file system has no shared memory for the log: it then goes on with
 * another kind of journal, with which readers would wait for writers. */
static enum s3a_status ensure_log(struct s3a_database *database, const char *path,
                                  struct s3a_error *error)
{
    sqlite3_stmt *statement = NULL;
    bool is_wal = false;
    int rc =
        sqlite3_prepare_v2(database->sqlite, "PRAGMA journal_mode = WAL", -1, &statement, NULL);

    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    if (rc == SQLITE_ROW) {
        is_wal = sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    if (rc != SQLITE_OK) {
        return s3a_sqlite_error(rc, "opening", path, error);
    }
    return is_wal ? S3A_OK
                  : s3a_error_set(error, S3A_UNSUPPORTED,
                                  "%s: this file system has no shared memory for a write-ahead log",
                                  path);
}

static enum s3a_status check(struct s3a_database *database, const struct s3a_directory *directory,
                             struct s3a_gate *gate, const char *path, struct s3a_error *error)
{
    struct marks marks;
    enum s3a_status status = S3A_OK;
    int rc = read_marks_at_once(database, &marks);

    /* Whoever made the directory may not have lived to sync it. */
    if (rc == SQLITE_OK && is_new(&marks)) {
        status = s3a_directory_sync(directory, error);
        if (status == S3A_OK) {
            status = create(database, gate, path, error);
        }
        if (status != S3A_OK) {
            return status;
        }
        rc = read_marks_at_once(database, &marks);
    }
    if (rc != SQLITE_OK) {
        return s3a_sqlite_error(rc, "opening", path, error);
    }
    status = judge_marks(&marks, path, error);
    return status == S3A_OK ? ensure_log(database, path, error) : status;
}

enum s3a_status s3a_schema_open(struct s3a_database *database,
                                const struct s3a_directory *directory, struct s3a_gate *gate,
                                int cache_kib, struct s3a_error *error)
{
    char path[PATH_MAX];

    *database = (struct s3a_database){0};
    if (!s3a_directory_join(directory, S3A_DATABASE_NAME, path)) {
        return s3a_error_set(error, S3A_INVALID, "%s: the path is too long", directory->path);
    }
    enum s3a_status status = create_file(path, directory, error);
    if (status != S3A_OK) {
        return status;
    }
    int rc = s3a_database_open(database, path, cache_kib);
    if (rc != SQLITE_OK) {
        return s3a_sqlite_error(rc, "opening", path, error);
    }
    status = check(database, directory, gate, path, error);
    if (status == S3A_OK) {
        status = sync_log(directory, error);
    }
    if (status != S3A_OK) {
        s3a_database_close(database);
    }
    return status;
}
