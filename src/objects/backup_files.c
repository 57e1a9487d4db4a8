/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup.h"
#include "digest.h"
#include "error.h"

#define CHUNK_SIZE 65536
/* "XX/ID" */
#define NAME_SIZE (3 + S3A_BLOB_ID_SIZE)
/* Names that are read in one transaction. */
#define PAGE_ROWS 256
#define TEXT_OF(macro) TEXT(macro)
#define TEXT(value) #value

static void name_of(const char *id, char ret_name[NAME_SIZE + 1])
{
    snprintf(ret_name, NAME_SIZE + 1, "%.2s/%s", id, id);
}

/* Opens the place in the copy for a file, and makes its shelf. -1 with errno. */
static int create(struct s3a_backup *backup, const char *id)
{
    char name[NAME_SIZE + 1];
    char shelf[3] = {id[0], id[1], '\0'};

    name_of(id, name);
    int fd = openat(backup->blobs_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT && mkdirat(backup->blobs_fd, shelf, 0700) == 0) {
        s3a_directory_give(&backup->source, backup->blobs_fd, shelf);
        fd = openat(backup->blobs_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    if (fd >= 0) {
        s3a_directory_give(&backup->source, backup->blobs_fd, name);
    }
    return fd;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return -1;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

/* 0, or -1 with errno. Where nobody wants it any more, too: then the status says so. */
static int copy_bytes(struct s3a_backup *backup, int from, int to)
{
    char chunk[CHUNK_SIZE];
    ssize_t size;

    do {
        size = read(from, chunk, sizeof(chunk));
        if (size < 0 && errno == EINTR) {
            size = 1;
            continue;
        }
        if (size < 0 || write_all(to, chunk, (size_t)size) != 0 || !s3a_backup_goes_on(backup)) {
            return -1;
        }
        backup->report.bytes_copied += (uint64_t)size;
    } while (size > 0);
    return fsync(to);
}

/* Closes from. */
static bool copy_file(struct s3a_backup *backup, const char *id, int from)
{
    int to = create(backup, id);
    bool is_copied = to >= 0 && copy_bytes(backup, from, to) == 0;

    if (!is_copied && backup->status == S3A_OK) {
        (void)s3a_backup_failed(backup, "copying a file");
    }
    if (to >= 0) {
        close(to);
    }
    close(from);
    backup->report.files += is_copied;
    return is_copied;
}

/* 1: it is there now, or pinned. 0: it is gone from the source. -1: it cannot go on. */
static int take(struct s3a_backup *backup, const char *id, bool may_pin)
{
    char name[NAME_SIZE + 1];
    char shelf[3] = {id[0], id[1], '\0'};

    name_of(id, name);
    if (!backup->options->copy) {
        int result = linkat(backup->source.blobs_fd, name, backup->blobs_fd, name, 0);
        if (result != 0 && errno == ENOENT &&
            (mkdirat(backup->blobs_fd, shelf, 0700) == 0 || errno == EEXIST)) {
            s3a_directory_give(&backup->source, backup->blobs_fd, shelf);
            result = linkat(backup->source.blobs_fd, name, backup->blobs_fd, name, 0);
        }
        backup->report.files += result == 0;
        backup->report.files_linked += result == 0;
        if (result == 0 || errno == ENOENT) {
            return result == 0;
        }
        /* Another file system, or one without links: they are copied. */
    }
    int fd = s3a_blob_open(&backup->source, id);
    if (fd < 0) {
        return errno == ENOENT ? 0 : (s3a_backup_failed(backup, "opening a file") ? 1 : -1);
    }
    if (may_pin && backup->pin_count < S3A_BACKUP_PINS_MAX) {
        struct s3a_backup_pin *pin = &backup->pins[backup->pin_count++];
        memcpy(pin->id, id, sizeof(pin->id));
        pin->fd = fd;
        return 1;
    }
    return copy_file(backup, id, fd) ? 1 : -1;
}

static bool take_one(struct s3a_backup *backup, const char *id, bool is_last, size_t *ret_added)
{
    if (!s3a_blob_id_is_valid(s3a_str_of(id))) {
        backup->status =
            s3a_error_set(backup->error, S3A_CORRUPT, "%s is damaged: s3atomic fsck tells more",
                          backup->source.path);
        return false;
    }
    struct s3a_backup_entry *entry = s3a_backup_set_mark(&backup->set, id);
    if (!entry) {
        backup->status = s3a_error_set_no_memory(backup->error);
        return false;
    }
    if (entry->is_there) {
        return true;
    }
    ++*ret_added;
    int result = take(backup, id, is_last);
    entry->is_there = result > 0;
    if (result == 0 && is_last) {
        backup->status = s3a_error_set(backup->error, S3A_CORRUPT,
                                       "%s/blobs/%.2s/%s is missing: s3atomic fsck tells more",
                                       backup->source.path, id, id);
    }
    return result >= 0 && backup->status == S3A_OK;
}

/* Some at a time, so that between them the log may begin anew. */
static const char *const pages[] = {
    "SELECT DISTINCT blob FROM objects WHERE blob IS NOT NULL AND parts IS NULL AND blob > ?1"
    " ORDER BY blob LIMIT " TEXT_OF(PAGE_ROWS),
    "SELECT DISTINCT blob FROM parts WHERE blob > ?1 ORDER BY blob LIMIT " TEXT_OF(PAGE_ROWS),
};

/* One page of names; how many there were, or -1. */
static int read_page(struct s3a_backup *backup, sqlite3_stmt *statement, const char *after,
                     char ret_ids[PAGE_ROWS][S3A_BLOB_ID_SIZE + 1])
{
    int count = 0;
    int rc = sqlite3_bind_text(statement, 1, after, -1, SQLITE_TRANSIENT);

    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    while (rc == SQLITE_ROW && count < PAGE_ROWS) {
        snprintf(ret_ids[count++], S3A_BLOB_ID_SIZE + 1, "%s",
                 (const char *)sqlite3_column_text(statement, 0));
        rc = sqlite3_step(statement);
    }
    sqlite3_reset(statement);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        (void)s3a_backup_sqlite_failed(backup, rc);
        return -1;
    }
    return count;
}

static bool take_all(struct s3a_backup *backup, const char *sql, bool is_last, size_t *ret_added)
{
    char ids[PAGE_ROWS][S3A_BLOB_ID_SIZE + 1];
    char after[S3A_BLOB_ID_SIZE + 1] = "";
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(backup->database.sqlite, sql, -1, &statement, NULL);
    int count = rc == SQLITE_OK ? PAGE_ROWS : 0;

    if (rc != SQLITE_OK) {
        return s3a_backup_sqlite_failed(backup, rc);
    }
    while (count == PAGE_ROWS) {
        count = read_page(backup, statement, after, ids);
        for (int i = 0; i < count; i++) {
            if (!take_one(backup, ids[i], is_last, ret_added) || !s3a_backup_goes_on(backup)) {
                count = -1;
            }
        }
        if (count > 0) {
            memcpy(after, ids[count - 1], sizeof(after));
        }
    }
    sqlite3_finalize(statement);
    return count >= 0;
}

bool s3a_backup_take_files(struct s3a_backup *backup, size_t *ret_added)
{
    *ret_added = 0;
    return take_all(backup, pages[0], false, ret_added) &&
           take_all(backup, pages[1], false, ret_added);
}

bool s3a_backup_pin_files(struct s3a_backup *backup)
{
    size_t added = 0;

    for (size_t i = 0; i < backup->set.capacity; i++) {
        backup->set.entries[i].is_marked = false;
    }
    return take_all(backup, pages[0], true, &added) && take_all(backup, pages[1], true, &added);
}

void s3a_backup_unpin(struct s3a_backup *backup)
{
    while (backup->pin_count > 0) {
        close(backup->pins[--backup->pin_count].fd);
    }
}

/* Taken before, and replaced before the moment that the copy is of; or gone before it was taken. */
static void drop_others(struct s3a_backup *backup)
{
    char id[S3A_BLOB_ID_SIZE + 1];
    char name[NAME_SIZE + 1];

    for (size_t i = 0; i < backup->set.capacity; i++) {
        const struct s3a_backup_entry *entry = &backup->set.entries[i];
        if (entry->is_there && !entry->is_marked) {
            s3a_hex(entry->id, sizeof(entry->id), id);
            name_of(id, name);
            backup->report.files -= unlinkat(backup->blobs_fd, name, 0) == 0;
        }
    }
}

static bool sync_shelves(struct s3a_backup *backup)
{
    char shelf[3];

    for (unsigned i = 0; i < 256; i++) {
        snprintf(shelf, sizeof(shelf), "%02x", i);
        int fd = openat(backup->blobs_fd, shelf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) {
            continue;
        }
        bool is_synced = fd >= 0 && fsync(fd) == 0;
        if (!is_synced) {
            (void)s3a_backup_failed(backup, "making a directory durable");
        }
        if (fd >= 0) {
            close(fd);
        }
        if (!is_synced) {
            return false;
        }
    }
    return fsync(backup->blobs_fd) == 0 || s3a_backup_failed(backup, "making blobs/ durable");
}

bool s3a_backup_finish_files(struct s3a_backup *backup)
{
    while (backup->pin_count > 0) {
        const struct s3a_backup_pin *pin = &backup->pins[--backup->pin_count];
        if (!copy_file(backup, pin->id, pin->fd)) {
            return false;
        }
    }
    drop_others(backup);
    return sync_shelves(backup);
}
