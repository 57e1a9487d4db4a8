/* SPDX-License-Identifier: MIT */
#ifndef S3A_DELETE_PROBE_H
#define S3A_DELETE_PROBE_H

/*
 * Does the store honour If-Match on DELETE (§5)? Not every store does, and one that does not would
 * delete the lock of a successor. It is found out once for each client and bucket, at a scratch key
 * of the bucket, which is deleted again: an object is put there, and a DELETE under an ETag that it
 * does not have must be refused. Loop's thread.
 */

#include <stdbool.h>

/* How many buckets are known; those asked about longest ago are forgotten first. */
#define S3A_DELETE_PROBES_MAX 16

/* All clients use the same one, so that even one that is killed leaves one object at the most. */
#define S3A_DELETE_PROBE_KEY ".s3atomic/delete.probe"

struct s3a_client;

enum s3a_delete_probe_state {
    S3A_DELETE_UNKNOWN, /* not asked yet, or without a clear answer */
    S3A_DELETE_ASKED,
    S3A_DELETE_HONOURED,
    S3A_DELETE_NOT_HONOURED,
};

struct s3a_delete_probe {
    char bucket[64]; /* "": free */
    enum s3a_delete_probe_state state;
};

/* Asks where that is not known; without memory for it, it stays unknown. */
void s3a_delete_probe_begin(struct s3a_client *client, const char *bucket);

enum s3a_delete_probe_state s3a_delete_probe_state(const struct s3a_client *client,
                                                   const char *bucket);

#endif
