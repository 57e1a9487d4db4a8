/* SPDX-License-Identifier: MIT */
#include "backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "failure.h"
#include "schema.h"

#define CACHE_KIB 8192
#define PROGRESS_MS 100
/* For the gate. A commit takes some milliseconds, a checkpoint at the worst a second. */
#define WAIT_MS 30000
/* Files are taken again until so few are new, but not for ever where they come too fast. */
#define NEW_FILES_ENOUGH 16
#define PASSES_MAX 5
/* Pages of the database that are copied between two looks at who waits. */
#define PAGES_AT_ONCE 512
#define OPEN_DIRECTORIES_MAX 16
#define SUFFIX ".partial-XXXXXX"

bool s3a_backup_goes_on(struct s3a_backup *backup)
{
    uint64_t now_ms = s3a_clock_ms();

    if (backup->status == S3A_OK && backup->options->progress &&
        now_ms >= backup->next_progress_ms) {
        backup->next_progress_ms = now_ms + PROGRESS_MS;
        if (!backup->options->progress(&backup->report, backup->options->user)) {
            backup->status = s3a_error_set(backup->error, S3A_CANCELLED, "copying %s: cancelled",
                                           backup->source.path);
        }
    }
    return backup->status == S3A_OK;
}

bool s3a_backup_failed(struct s3a_backup *backup, const char *what)
{
    backup->status = s3a_error_set_errno(backup->error, errno, "%s, for %s", what, backup->partial);
    return false;
}

bool s3a_backup_sqlite_failed(struct s3a_backup *backup, int rc)
{
    backup->status = s3a_sqlite_error(rc, "copying", backup->source.path, backup->error);
    return false;
}

static bool is_empty(DIR *listing)
{
    const struct dirent *entry;

    do {
        entry = readdir(listing);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return !entry;
}

/* Where the copy is to be there must be nothing, or an empty directory, which it replaces. */
static bool check_target(struct s3a_backup *backup, const char *target)
{
    DIR *listing = opendir(target);
    bool is_free = listing ? is_empty(listing) : errno == ENOENT;

    if (listing) {
        closedir(listing);
    }
    if (!is_free) {
        backup->status = s3a_error_set(backup->error, S3A_CONFLICT,
                                       "%s is there already, and not an empty directory", target);
    }
    return is_free;
}

static int make_below(struct s3a_backup *backup, const char *name)
{
    if (mkdirat(backup->partial_fd, name, 0700) != 0) {
        return -1;
    }
    s3a_directory_give(&backup->source, backup->partial_fd, name);
    return openat(backup->partial_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool make_partial(struct s3a_backup *backup, const char *target)
{
    int size = snprintf(backup->partial, sizeof(backup->partial), "%s" SUFFIX, target);

    if (size < 0 || (size_t)size >= sizeof(backup->partial)) {
        backup->partial[0] = '\0';
        backup->status = s3a_error_set(backup->error, S3A_INVALID, "target: the path is too long");
        return false;
    }
    if (!mkdtemp(backup->partial)) {
        (void)s3a_backup_failed(backup, "making a directory");
        backup->partial[0] = '\0';
        return false;
    }
    backup->partial_fd = open(backup->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (backup->partial_fd < 0) {
        return s3a_backup_failed(backup, "opening it");
    }
    s3a_directory_give(&backup->source, AT_FDCWD, backup->partial);
    int incoming_fd = make_below(backup, "incoming");
    backup->blobs_fd = make_below(backup, "blobs");
    if (incoming_fd < 0 || backup->blobs_fd < 0) {
        (void)s3a_backup_failed(backup, "making directories");
    }
    if (incoming_fd >= 0) {
        close(incoming_fd);
    }
    return backup->status == S3A_OK;
}

/* Others who write let it in between two turns of theirs. One that was stopped inside does not. */
static bool enter_gate(struct s3a_backup *backup)
{
    uint64_t wait_ms = backup->options->wait_ms ? backup->options->wait_ms : WAIT_MS;
    uint64_t start_ms = s3a_clock_ms();

    while (!s3a_gate_try(&backup->gate)) {
        if (!s3a_backup_goes_on(backup)) {
            return false;
        }
        if (s3a_clock_ms() - start_ms >= wait_ms) {
            backup->status =
                s3a_error_set(backup->error, S3A_LATER,
                              "%s/gate could not be had for %" PRIu64
                              " ms: another process holds it, and may have been stopped within",
                              backup->source.path, wait_ms);
            return false;
        }
        poll(NULL, 0, 1);
    }
    return true;
}

/* The moment that the copy is of: nobody commits while what it names is pinned. */
static bool take_the_moment(struct s3a_backup *backup)
{
    sqlite3 *sqlite = backup->database.sqlite;

    if (!enter_gate(backup)) {
        return false;
    }
    int rc = sqlite3_exec(sqlite, "BEGIN; SELECT count(*) FROM store", NULL, NULL, NULL);
    bool goes_on =
        rc == SQLITE_OK ? s3a_backup_pin_files(backup) : s3a_backup_sqlite_failed(backup, rc);
    s3a_gate_leave(&backup->gate);
    return goes_on;
}

/* From the transaction that is open: sqlite3_backup_step() reads within it. */
static bool copy_pages(struct s3a_backup *backup, sqlite3 *copy)
{
    sqlite3_backup *pages = sqlite3_backup_init(copy, "main", backup->database.sqlite, "main");
    int rc = pages ? SQLITE_OK : sqlite3_extended_errcode(copy);
    bool goes_on = true;

    while (rc == SQLITE_OK && goes_on) {
        rc = sqlite3_backup_step(pages, PAGES_AT_ONCE);
        backup->report.pages_in_all = (uint64_t)sqlite3_backup_pagecount(pages);
        backup->report.pages =
            backup->report.pages_in_all - (uint64_t)sqlite3_backup_remaining(pages);
        goes_on = s3a_backup_goes_on(backup);
    }
    int end_rc = sqlite3_backup_finish(pages);
    if (goes_on && rc != SQLITE_DONE) {
        return s3a_backup_sqlite_failed(backup, rc == SQLITE_OK ? end_rc : rc);
    }
    return goes_on;
}

/* What was on its way to be removed is not in the copy. */
static bool copy_database(struct s3a_backup *backup)
{
    char path[PATH_MAX + sizeof("/" S3A_DATABASE_NAME)];
    sqlite3 *copy = NULL;

    snprintf(path, sizeof(path), "%s/" S3A_DATABASE_NAME, backup->partial);
    int fd = openat(backup->partial_fd, S3A_DATABASE_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    0600);
    if (fd < 0) {
        return s3a_backup_failed(backup, "making the database");
    }
    close(fd);
    s3a_directory_give(&backup->source, backup->partial_fd, S3A_DATABASE_NAME);
    int rc = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE, NULL);
    bool goes_on =
        rc == SQLITE_OK ? copy_pages(backup, copy) : s3a_backup_sqlite_failed(backup, rc);
    s3a_database_rollback(&backup->database);
    if (goes_on) {
        rc = sqlite3_exec(copy,
                          "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE;"
                          "DELETE FROM garbage",
                          NULL, NULL, NULL);
        goes_on = rc == SQLITE_OK || s3a_backup_sqlite_failed(backup, rc);
    }
    rc = sqlite3_close(copy);
    return goes_on && (rc == SQLITE_OK || s3a_backup_sqlite_failed(backup, rc));
}

static int sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);

    if (fd >= 0) {
        int sync_errno = errno;
        close(fd);
        errno = sync_errno;
    }
    return result;
}

/* Gives it its name, once it is whole and on the disk. */
static bool publish(struct s3a_backup *backup, const char *target)
{
    char path[PATH_MAX + sizeof("/" S3A_DATABASE_NAME)];
    char copy[PATH_MAX];

    snprintf(path, sizeof(path), "%s/" S3A_DATABASE_NAME, backup->partial);
    snprintf(copy, sizeof(copy), "%s", target);
    if (sync_path(path, 0) != 0 || fsync(backup->partial_fd) != 0) {
        return s3a_backup_failed(backup, "making the copy durable");
    }
    if (rename(backup->partial, target) != 0) {
        return s3a_backup_failed(backup, "giving the copy its name");
    }
    backup->partial[0] = '\0';
    if (sync_path(dirname(copy), O_DIRECTORY) != 0) {
        backup->status =
            s3a_error_set_errno(backup->error, errno, "making the name %s durable", target);
    }
    return backup->status == S3A_OK;
}

static bool copy_store(struct s3a_backup *backup, const char *target)
{
    size_t added = NEW_FILES_ENOUGH + 1;

    if (!check_target(backup, target) || !make_partial(backup, target)) {
        return false;
    }
    for (int i = 0; i < PASSES_MAX && added > NEW_FILES_ENOUGH; i++) {
        if (!s3a_backup_take_files(backup, &added)) {
            return false;
        }
    }
    return take_the_moment(backup) && s3a_backup_finish_files(backup) && copy_database(backup) &&
           publish(backup, target);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static void close_all(struct s3a_backup *backup)
{
    s3a_backup_unpin(backup);
    if (backup->blobs_fd >= 0) {
        close(backup->blobs_fd);
    }
    if (backup->partial_fd >= 0) {
        close(backup->partial_fd);
    }
    if (backup->partial[0] != '\0') {
        (void)nftw(backup->partial, remove_one, OPEN_DIRECTORIES_MAX, FTW_DEPTH | FTW_PHYS);
    }
    s3a_backup_set_fini(&backup->set);
    if (backup->database.sqlite) {
        s3a_database_rollback(&backup->database);
    }
    s3a_database_close(&backup->database);
    s3a_gate_close(&backup->gate);
    s3a_directory_close(&backup->source);
}

/* Without the slashes at its end. */
static enum s3a_status trim_target(const char *target, char ret_target[PATH_MAX],
                                   struct s3a_error *error)
{
    size_t size = target ? strlen(target) : 0;

    while (size > 1 && target[size - 1] == '/') {
        size--;
    }
    if (size == 0 || size >= PATH_MAX) {
        return s3a_error_set(error, S3A_INVALID, "target: the path is %s",
                             size == 0 ? "empty" : "too long");
    }
    memcpy(ret_target, target, size);
    ret_target[size] = '\0';
    return S3A_OK;
}

enum s3a_status s3a_directory_backup(const char *directory, const char *target,
                                     const struct s3a_backup_options *options,
                                     struct s3a_backup_report *ret_report, struct s3a_error *error)
{
    static const struct s3a_backup_options defaults;
    char trimmed[PATH_MAX];
    struct s3a_backup backup = {.options = options ? options : &defaults,
                                .gate = {.fd = -1},
                                .source = {.root_fd = -1, .blobs_fd = -1, .incoming_fd = -1},
                                .partial_fd = -1,
                                .blobs_fd = -1,
                                .error = error};

    s3a_error_clear(error);
    enum s3a_status status = trim_target(target, trimmed, error);
    if (status == S3A_OK) {
        status = s3a_schema_find(directory, error);
    }
    if (status == S3A_OK) {
        status = s3a_directory_open(&backup.source, directory, error);
    }
    if (status == S3A_OK) {
        status = s3a_gate_open(&backup.gate, &backup.source, error);
    }
    if (status == S3A_OK) {
        status = s3a_schema_open(&backup.database, &backup.source, &backup.gate, CACHE_KIB, error);
    }
    if (status == S3A_OK) {
        (void)copy_store(&backup, trimmed);
        status = backup.status;
    }
    close_all(&backup);
    if (ret_report) {
        *ret_report = backup.report;
    }
    return status;
}
