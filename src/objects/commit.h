/* SPDX-License-Identifier: MIT */
#ifndef S3A_COMMIT_H
#define S3A_COMMIT_H

/* Many writes, one commit: each judged by what those before it have left, all durable at once. */

#include "blobs.h"
#include "ledger.h"
#include "objects.h"

/* Writes in one transaction, at the most, and bytes of their bodies after which no more are added:
 * bounds how long the gate is held. */
#define S3A_COMMIT_WRITES_MAX 512
#define S3A_COMMIT_BYTES_ENOUGH (4 * 1024 * 1024)

/* A file that no object needs any more. From malloc(). */
struct s3a_removal {
    struct s3a_list link;
    char blob[S3A_BLOB_ID_SIZE + 1];
    char anchor[S3A_BLOB_ID_SIZE + 1]; /* the file that whoever reads it has a lock on; "": none */
};

struct s3a_commit {
    struct s3a_ledger *ledger;
    const struct s3a_directory *directory;
    bool create_buckets;
    bool as_amazon;

    /* Of the transaction under way: files to be removed once it is applied. */
    struct s3a_list replaced;
    /* Files to be removed now: for whoever looks after files. */
    struct s3a_list garbage;
    /* Files that are gone, whose names the next transaction takes off the record. */
    struct s3a_list removed;
};

void s3a_commit_init(struct s3a_commit *commit, struct s3a_ledger *ledger,
                     const struct s3a_directory *directory,
                     const struct s3a_objects_options *options);
void s3a_commit_fini(struct s3a_commit *commit);

/*
 * Judges and commits all writes of a list, with the gate held: afterwards each answer is what came
 * of it. Where the transaction fails as a whole, each write is tried once more alone, so that none
 * suffers from another.
 */
void s3a_commit_run(struct s3a_commit *commit, struct s3a_list *writes);

/* Takes the names of removed files off the record, where there are any, with the gate held. */
void s3a_commit_tidy(struct s3a_commit *commit);

/* Frees every member of a list. */
void s3a_removals_free(struct s3a_list *removals);

/*
 * One write within the transaction. SQLITE_OK: the answer is what comes of it if the commit is
 * applied, also where it is a refusal; write->is_change says whether the write changed anything.
 * Anything else: the transaction cannot go on.
 */
int s3a_put_object(struct s3a_commit *commit, struct s3a_write *write);
int s3a_delete_object(struct s3a_commit *commit, struct s3a_write *write);
int s3a_delete_objects(struct s3a_commit *commit, struct s3a_write *write);
int s3a_copy_object(struct s3a_commit *commit, struct s3a_write *write);
int s3a_create_upload(struct s3a_commit *commit, struct s3a_write *write);
int s3a_upload_part(struct s3a_commit *commit, struct s3a_write *write);
int s3a_complete_upload(struct s3a_commit *commit, struct s3a_write *write);
int s3a_abort_upload(struct s3a_commit *commit, struct s3a_write *write);
int s3a_create_bucket(struct s3a_commit *commit, struct s3a_write *write);
int s3a_delete_bucket(struct s3a_commit *commit, struct s3a_write *write);

#endif
