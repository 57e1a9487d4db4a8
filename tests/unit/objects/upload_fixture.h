/* SPDX-License-Identifier: MIT */
#ifndef S3A_UPLOAD_FIXTURE_H
#define S3A_UPLOAD_FIXTURE_H

/* Uploads in parts, in one line for each step. */

#include "store_fixture.h"
#include "uploads.h"

/* An upload, and the parts that have come to it. */
struct upload {
    char key[64];
    struct s3a_checksum_choice choice;
    char checksums[8][S3A_CHECKSUM_TEXT_SIZE_MAX + 1];
    char id[S3A_BLOB_ID_SIZE + 1];
    size_t count;
    struct s3a_listed_part parts[8];
    char etags[8][S3A_ETAG_SIZE_MAX + 1];
};

void upload_begin(struct store *store, struct upload *upload, const char *key);

/* The same, to be checked by that. */
void upload_begin_checked(struct store *store, struct upload *upload, const char *key,
                          struct s3a_checksum_choice choice);

/* size bytes made of text, as body_make() makes them; it is listed behind those before. */
void upload_add(struct store *store, struct upload *upload, uint32_t number, const char *text,
                size_t size);

struct s3a_op upload_op(enum s3a_op_kind kind, const struct upload *upload);

/* All that are listed. */
struct s3a_op upload_complete_op(const struct upload *upload);
enum s3a_code upload_complete(struct store *store, const struct upload *upload);

/* An object of two parts: 5 MiB of 'a' and so on, and 1000 bytes of 'b'. */
void upload_make(struct store *store, struct upload *upload, const char *key);
/* The same, checked by CRC32. */
void upload_make_checked(struct store *store, struct upload *upload, const char *key,
                         enum s3a_checksum_type type);
#define MADE_SIZE (S3A_PART_SIZE_MIN + 1000)

/* What comes of an operation. */
enum s3a_code store_code(struct store *store, const struct s3a_op *op);

/* Bytes of an object from one place to another, wherever they are, and what is in its answer.
 * ret_answer may be NULL. */
void assert_bytes(struct store *store, const struct s3a_op *op, struct s3a_str expected,
                  struct s3a_answer *ret_answer);

#endif
