/* SPDX-License-Identifier: MIT */
#ifndef S3A_BLOBS_H
#define S3A_BLOBS_H

/*
 * Large bodies as files. A file is born in DIR/incoming under an id of its own. Before the commit
 * that needs it, it gets a second name, DIR/blobs/XX/ID, and is made durable; after that commit it
 * loses the first one.
 *
 *      incoming/ID ──stage──► incoming/ID + blobs/XX/ID ──commit, settle──► blobs/XX/ID
 *
 * So wherever a crash strikes, whatever has no owner is still named in incoming/, and the database
 * says whether it is needed: see sweep.h. The one who writes a file has it locked with flock(2);
 * that tells a body that is still arriving from one that a dead process has left behind.
 */

#include "directory.h"
#include "str.h"

#define S3A_BLOB_ID_SIZE 32

/* A new file in incoming/, locked, open for reading and writing. */
S3A_MUST_CHECK enum s3a_status s3a_blob_create(const struct s3a_directory *directory,
                                               char ret_id[S3A_BLOB_ID_SIZE + 1], int *ret_fd);

/* Makes the file durable, under both names. One thread at a time. */
S3A_MUST_CHECK enum s3a_status s3a_blob_stage(struct s3a_directory *directory, const char *id,
                                              int fd);

/* A row names it: takes the first name away. False where it is still there. */
bool s3a_blob_settle(const struct s3a_directory *directory, const char *id);

/* No row ever will: takes away both names. False where one is still there. */
bool s3a_blob_discard(const struct s3a_directory *directory, const char *id);

/* No row does any more: takes away the name in blobs/. False where it is still there. What lies on
 * the same shelf must be synced before the name can be taken off the record. */
bool s3a_blob_unlink(const struct s3a_directory *directory, const char *id);

/*
 * The same for one of several files that make an object. Whoever reads it has the first of them
 * locked, which is called its anchor. False where somebody has. The anchor goes before all others,
 * so that nobody begins to read what is not whole any more.
 */
bool s3a_blob_unlink_anchored(const struct s3a_directory *directory, const char *id,
                              const char *anchor);

/* Makes what was unlinked from the shelf of id survive a power loss. */
bool s3a_blob_sync_shelf(const struct s3a_directory *directory, const char *id);

/* For reading. -1 with errno. */
int s3a_blob_open(const struct s3a_directory *directory, const char *id);
/* The same with only the descriptor of blobs/. */
int s3a_blob_open_at(int blobs_fd, const char *id);

/* Locks an anchor for reading. False where its object is about to go, or has gone. */
bool s3a_blob_hold(int fd);

/* Could the store have made that name? Nothing else is ever removed. */
bool s3a_blob_id_is_valid(struct s3a_str id);

#endif
