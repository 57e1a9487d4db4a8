/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "blobs.h"
#include "error.h"
#include "fsck.h"

#define FILE_SIZE 64

static bool fail(struct s3a_fsck *fsck, const char *name)
{
    fsck->status = s3a_error_set_errno(fsck->error, errno, "%s/%s", fsck->directory.path, name);
    return false;
}

/* NULL where it cannot be read: errno says why. */
static DIR *open_listing(int at_fd, const char *name)
{
    int fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *listing = fd < 0 ? NULL : fdopendir(fd);

    if (!listing && fd >= 0) {
        close(fd);
    }
    return listing;
}

static bool is_there(int at_fd, const char *name)
{
    return faccessat(at_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool ask(struct s3a_fsck *fsck, enum s3a_sql sql, const char *id, bool *ret_answer)
{
    int rc = s3a_database_query(&fsck->database, sql, S3A_PARAMS(s3a_param_text(s3a_str_of(id))));

    if (rc != SQLITE_ROW) {
        return s3a_fsck_failed(fsck, rc);
    }
    *ret_answer = s3a_column_number(&fsck->database, sql, 0);
    s3a_database_reset(&fsck->database, sql);
    return true;
}

/*
 * A file in blobs/ that no row names. Its writer, if there is one, still has the name in incoming/:
 * that is looked for first, for once it is gone the row is there, or the file is gone as well. One
 * on record as not needed is for whoever sweeps.
 */
static bool look_at_blob(struct s3a_fsck *fsck, const char *shelf, const char *id)
{
    char name[S3A_BLOB_ID_SIZE + 4];
    char file[FILE_SIZE];
    struct s3a_finding finding = {.kind = S3A_FINDING_LEFTOVER, .file = file};
    bool is_needed = false;
    bool is_garbage = false;

    snprintf(name, sizeof(name), "%.2s/%.32s", shelf, id);
    snprintf(file, sizeof(file), "blobs/%s", name);
    if (is_there(fsck->directory.incoming_fd, id)) {
        return true;
    }
    if (!ask(fsck, S3A_SQL_BLOB_IN_USE, id, &is_needed) ||
        (!is_needed && !ask(fsck, S3A_SQL_IS_GARBAGE, id, &is_garbage))) {
        return false;
    }
    if (is_needed || !is_there(fsck->directory.blobs_fd, name)) {
        return true;
    }
    if (fsck->options->repair && !is_garbage) {
        finding.is_removed =
            s3a_blob_unlink(&fsck->directory, id) && s3a_blob_sync_shelf(&fsck->directory, id);
    }
    s3a_fsck_found(fsck, &finding,
                   is_garbage ? "a file of an object that was replaced or removed"
                              : "a file that nothing needs");
    return true;
}

static bool look_at_shelf(struct s3a_fsck *fsck, const char *shelf)
{
    DIR *listing = open_listing(fsck->directory.blobs_fd, shelf);
    const struct dirent *entry;
    bool goes_on = true;

    if (!listing) {
        return fail(fsck, "blobs");
    }
    while (goes_on && (entry = readdir(listing))) {
        if (s3a_blob_id_is_valid(s3a_str_of(entry->d_name)) &&
            strncmp(entry->d_name, shelf, 2) == 0) {
            goes_on = look_at_blob(fsck, shelf, entry->d_name) && s3a_fsck_goes_on(fsck);
        }
    }
    closedir(listing);
    return goes_on;
}

static bool look_at_shelves(struct s3a_fsck *fsck)
{
    DIR *listing = open_listing(fsck->directory.blobs_fd, ".");
    const struct dirent *entry;
    bool goes_on = true;

    if (!listing) {
        return fail(fsck, "blobs");
    }
    while (goes_on && (entry = readdir(listing))) {
        if (strlen(entry->d_name) == 2 && strspn(entry->d_name, "0123456789abcdef") == 2) {
            goes_on = look_at_shelf(fsck, entry->d_name);
        }
    }
    closedir(listing);
    return goes_on;
}

/* The one who writes a file has a lock on it. */
static bool is_written(const struct s3a_directory *directory, const char *id)
{
    int fd = openat(directory->incoming_fd, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool is_locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

    if (fd >= 0) {
        close(fd);
    }
    return is_locked;
}

static bool look_at_incoming(struct s3a_fsck *fsck)
{
    DIR *listing = open_listing(fsck->directory.incoming_fd, ".");
    const struct dirent *entry;
    char file[FILE_SIZE];

    if (!listing) {
        return fail(fsck, "incoming");
    }
    while ((entry = readdir(listing)) && s3a_fsck_goes_on(fsck)) {
        struct s3a_finding finding = {.kind = S3A_FINDING_LEFTOVER, .file = file};
        snprintf(file, sizeof(file), "incoming/%.32s", entry->d_name);
        if (s3a_blob_id_is_valid(s3a_str_of(entry->d_name)) &&
            !is_written(&fsck->directory, entry->d_name) &&
            is_there(fsck->directory.incoming_fd, entry->d_name)) {
            s3a_fsck_found(fsck, &finding, "a body whose writer is gone");
        }
    }
    closedir(listing);
    return fsck->status == S3A_OK;
}

bool s3a_fsck_leftovers(struct s3a_fsck *fsck)
{
    return look_at_incoming(fsck) && look_at_shelves(fsck);
}

uint64_t s3a_fsck_count_waiting(struct s3a_fsck *fsck)
{
    DIR *listing = open_listing(fsck->directory.incoming_fd, ".");
    const struct dirent *entry;
    uint64_t count = 0;

    if (!listing) {
        (void)fail(fsck, "incoming");
        return 0;
    }
    while ((entry = readdir(listing))) {
        count += s3a_blob_id_is_valid(s3a_str_of(entry->d_name));
    }
    closedir(listing);
    int rc = s3a_database_query(&fsck->database, S3A_SQL_GARBAGE_COUNT, S3A_NO_PARAMS);
    if (rc == SQLITE_ROW) {
        count += (uint64_t)s3a_column_number(&fsck->database, S3A_SQL_GARBAGE_COUNT, 0);
        s3a_database_reset(&fsck->database, S3A_SQL_GARBAGE_COUNT);
    } else {
        (void)s3a_fsck_failed(fsck, rc);
    }
    return count;
}
