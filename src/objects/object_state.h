/* SPDX-License-Identifier: MIT */
#ifndef S3A_OBJECT_STATE_H
#define S3A_OBJECT_STATE_H

/* What a key has when a write comes to it, and whether the write may go on. */

#include "commit.h"

struct s3a_found {
    bool has_bucket;
    bool has_object;
    int64_t bucket;
    char etag[S3A_ETAG_SIZE_MAX + 1];
    int64_t modified_ms;
    char blob[S3A_BLOB_ID_SIZE + 1]; /* "": none */
    uint32_t parts;                  /* that blob stands for; 0: it is a file */
};

/* SQLITE_OK, also where there is nothing; or an error. */
int s3a_find_object(struct s3a_database *database, struct s3a_str bucket, struct s3a_str key,
                    struct s3a_found *ret_found);

/* The checksum of an object that is there. SQLITE_OK or an error. */
int s3a_find_checksum(struct s3a_database *database, int64_t bucket, struct s3a_str key,
                      struct s3a_checksum_value *ret_checksum);

/* True where the conditions of the write hold; otherwise the answer says which does not. */
bool s3a_write_may_go_on(const struct s3a_commit *commit, const struct s3a_op *op,
                         const struct s3a_found *found, struct s3a_answer *answer);

/* The MD5 in hexadecimal digits, with quotes. */
void s3a_etag_of_md5(const uint8_t md5[S3A_MD5_SIZE], char ret_etag[S3A_ETAG_SIZE_MAX + 1]);

#endif
