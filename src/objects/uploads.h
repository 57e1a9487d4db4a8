/* SPDX-License-Identifier: MIT */
#ifndef S3A_UPLOADS_H
#define S3A_UPLOADS_H

/*
 * Uploads in parts. Each part is a file of its own from the beginning to the end: to complete an
 * upload copies nothing, however large it is. It makes one row of an object, and the rows of the
 * parts say which files it consists of.
 *
 *      CREATE_UPLOAD       uploads: id
 *      UPLOAD_PART         parts:   id, number ──► file
 *      COMPLETE_UPLOAD     objects: blob = id      the row of uploads goes
 *      ABORT_UPLOAD        all rows go, the files are garbage
 */

#include "object_state.h"

/* "Minimum part size 5 MiB, no minimum for the last part" (Amazon S3 User Guide, qfacts). */
#define S3A_PART_SIZE_MIN (UINT64_C(5) * 1024 * 1024)

struct s3a_upload {
    bool is_there;
    int64_t bucket;
    char present_etag[S3A_ETAG_SIZE_MAX + 1]; /* of the object that was there then; "": none */
    int64_t present_ms;
    struct s3a_checksum_choice checksum_choice;
};

/* The upload that op names, of its bucket and its key. SQLITE_OK or an error. */
int s3a_find_upload(struct s3a_database *database, const struct s3a_op *op,
                    struct s3a_upload *ret_upload);

/* There is no such upload: what is the answer? SQLITE_OK or an error. */
int s3a_refuse_upload(struct s3a_database *database, const struct s3a_op *op,
                      struct s3a_answer *answer);

/* Reads: SQLITE_OK, and the answer is filled; or an error. */
int s3a_list_parts(struct s3a_database *database, const struct s3a_op *op,
                   struct s3a_answer *answer);
int s3a_list_uploads(struct s3a_database *database, const struct s3a_op *op,
                     struct s3a_answer *answer);

/* A part is read, not the object: its checksum takes the place of that one in the answer, where
 * both are of a kind. False where what is stored is damaged. */
bool s3a_part_checksum_read(struct s3a_str stored, struct s3a_answer *answer);

/* The parts of an object, for GET_ATTRIBUTES: into the entries of the answer. */
int s3a_list_object_parts(struct s3a_database *database, const struct s3a_op *op,
                          struct s3a_str upload_id, struct s3a_answer *answer);

#endif
