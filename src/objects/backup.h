/* SPDX-License-Identifier: MIT */
#ifndef S3A_BACKUP_H
#define S3A_BACKUP_H

/*
 * A copy of a store that others write to, s3a_directory_backup() of s3atomic/upkeep.h.
 *
 * Files never change, but they go once no row names them. So most of them are taken before the
 * moment that the copy is of, again and again until few are left; then, with the gate held, so that
 * nobody commits, a read transaction is begun, and what it names and was not taken yet is pinned: a
 * hard link, or an open descriptor. After that the others go on, and the pages of the database are
 * copied from the transaction.
 *
 *      backup.c           the course of it
 *      backup_files.c     files: taken, pinned, and dropped where the moment did not name them
 *      backup_set.c       which are there
 */

#include <s3atomic/upkeep.h>

#include "blobs.h"
#include "database.h"
#include "directory.h"
#include "gate.h"

/* Files by their names, each with a mark. */
struct s3a_backup_entry {
    uint8_t id[S3A_BLOB_ID_SIZE / 2];
    bool is_used;
    bool is_marked;
    bool is_there; /* the file has its place in the copy */
};

struct s3a_backup_set {
    struct s3a_backup_entry *entries;
    size_t capacity; /* a power of 2, or 0 */
    size_t count;
};

/* Marks it, and adds it where it is missing. Stays where it is until the next one; NULL without
 * memory. */
struct s3a_backup_entry *s3a_backup_set_mark(struct s3a_backup_set *set, const char *id);
void s3a_backup_set_fini(struct s3a_backup_set *set);

/* Files that have gone from the source, perhaps, and are to be copied. */
#define S3A_BACKUP_PINS_MAX 256

struct s3a_backup_pin {
    char id[S3A_BLOB_ID_SIZE + 1];
    int fd;
};

struct s3a_backup {
    const struct s3a_backup_options *options;
    struct s3a_directory source;
    struct s3a_gate gate;
    struct s3a_database database;

    char partial[PATH_MAX]; /* "": not made yet */
    int partial_fd;
    int blobs_fd;
    struct s3a_backup_set set;
    struct s3a_backup_pin pins[S3A_BACKUP_PINS_MAX];
    size_t pin_count;

    struct s3a_backup_report report;
    uint64_t next_progress_ms;
    enum s3a_status status;
    struct s3a_error *error;
};

/* Tells how far it is, now and then. False: it is to end, for whatever reason. */
bool s3a_backup_goes_on(struct s3a_backup *backup);

/* errno, or a result of SQLite, ends it. False, always. */
bool s3a_backup_failed(struct s3a_backup *backup, const char *what);
bool s3a_backup_sqlite_failed(struct s3a_backup *backup, int rc);

/* Each is false where it cannot go on. Takes all files that rows name now; *ret_added: how many of
 * them are new. What is gone by then is left out. */
bool s3a_backup_take_files(struct s3a_backup *backup, size_t *ret_added);

/* The same in a transaction with the gate held: what is not there is missing. Forgets the marks of
 * all others before. */
bool s3a_backup_pin_files(struct s3a_backup *backup);

/* Copies what was pinned, drops what is not marked, and makes all of it durable. */
bool s3a_backup_finish_files(struct s3a_backup *backup);

void s3a_backup_unpin(struct s3a_backup *backup);

#endif
