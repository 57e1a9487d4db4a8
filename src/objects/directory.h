/* SPDX-License-Identifier: MIT */
#ifndef S3A_DIRECTORY_H
#define S3A_DIRECTORY_H

/* The directory that a store lives in: made, opened, and known by its full path. */

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include <s3atomic/status.h>

struct s3a_directory {
    char path[PATH_MAX]; /* absolute, without symbolic links */
    int root_fd;
    int blobs_fd;
    int incoming_fd;
    /* Of blobs/XX: the name of that shelf is durable. For s3a_blob_stage(). */
    bool has_durable_shelf[256];
    uid_t owner;
    gid_t group;
};

/*
 * Opens path, and makes it and what it consists of where that is missing: its parent must exist.
 * S3A_INVALID: an empty path, or one that is longer than SQLite can take. S3A_UNSUPPORTED: it lies
 * on a network file system, where neither the locks nor the shared memory of SQLite reach the other
 * machines. S3A_SYSTEM, S3A_FULL.
 */
S3A_MUST_CHECK enum s3a_status s3a_directory_open(struct s3a_directory *directory, const char *path,
                                                  struct s3a_error *error);

/* All zero is not accepted: only what s3a_directory_open() has filled, also where it failed. */
void s3a_directory_close(struct s3a_directory *directory);

/*
 * Gives what was just made to the owner of the directory, where that is somebody else and we are
 * root: otherwise one command that root runs would lock the owner out of the store. SQLite does the
 * same for what it makes. at_fd and name as in fchownat(2).
 */
void s3a_directory_give(const struct s3a_directory *directory, int at_fd, const char *name);

/* Makes the names in the directory, and its own above it, survive a power loss. */
S3A_MUST_CHECK enum s3a_status s3a_directory_sync(const struct s3a_directory *directory,
                                                  struct s3a_error *error);

/* "DIR/name" into memory of PATH_MAX bytes; false where it does not fit. */
bool s3a_directory_join(const struct s3a_directory *directory, const char *name,
                        char ret_path[PATH_MAX]);

#endif
