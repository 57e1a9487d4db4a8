/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "failure.h"
#include "schema_tables.h"

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

static bool is_older(const struct marks *marks)
{
    return marks->application_id == S3A_APPLICATION_ID && marks->version == 1 && marks->tables > 0;
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
static int change_tables(struct s3a_database *database)
{
    struct marks marks;
    int rc = sqlite3_exec(database->sqlite,
                          "PRAGMA auto_vacuum = NONE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE",
                          NULL, NULL, NULL);

    if (rc == SQLITE_OK) {
        rc = read_marks(database, &marks);
    }
    if (rc == SQLITE_OK && is_new(&marks)) {
        rc = sqlite3_exec(database->sqlite, s3a_schema_new, NULL, NULL, NULL);
    } else if (rc == SQLITE_OK && is_older(&marks)) {
        rc = sqlite3_exec(database->sqlite, s3a_schema_from_1, NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(database->sqlite, "COMMIT", NULL, NULL, NULL);
    }
    s3a_database_rollback(database);
    return rc;
}

/* Makes the tables, or brings those of an older format up to this one: all of it or nothing. */
static enum s3a_status set_up(struct s3a_database *database, struct s3a_gate *gate,
                              const char *path, struct s3a_error *error)
{
    if (!s3a_gate_enter_within(gate, S3A_OPEN_WAIT_MS)) {
        return s3a_error_set(error, S3A_LATER,
                             "%s cannot be set up: another process holds the gate beside it", path);
    }
    int rc = change_tables(database);
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
    if (rc == SQLITE_OK && (is_new(&marks) || is_older(&marks))) {
        status = s3a_directory_sync(directory, error);
        if (status == S3A_OK) {
            status = set_up(database, gate, path, error);
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

enum s3a_status s3a_schema_find(const char *directory, struct s3a_error *error)
{
    char path[PATH_MAX];
    struct stat about;

    if (!directory || directory[0] == '\0') {
        return s3a_error_set(error, S3A_INVALID, "directory: the path is empty");
    }
    int size = snprintf(path, sizeof(path), "%s/" S3A_DATABASE_NAME, directory);
    if (size < 0 || (size_t)size >= sizeof(path)) {
        return s3a_error_set(error, S3A_INVALID, "directory: the path is too long");
    }
    if (stat(path, &about) == 0) {
        return S3A_OK;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return s3a_error_set(error, S3A_NOT_FOUND, "there is no store in %s", directory);
    }
    return s3a_error_set_errno(error, errno, "%s", path);
}
