/* SPDX-License-Identifier: MIT */
#ifndef S3A_BODY_H
#define S3A_BODY_H

/*
 * The body of a request on its way in: into the store's spool, and past the digests that it was
 * announced with. Nothing of it is visible before the write that it belongs to.
 */

#include "checksum_value.h"
#include "chunks.h"
#include "code.h"
#include "digest.h"
#include "op.h"
#include "spool.h"

/* Bodies that nobody asked for. */
#define S3A_BODY_SMALL_SIZE_MAX S3A_INLINE_SIZE_MAX

struct s3a_body {
    struct s3a_spool spool;
    bool is_spooled; /* spool is there */
    bool is_hashed;  /* sha256 is there */
    struct s3a_digest sha256;
    char sha256_announced[S3A_SHA256_HEX_SIZE];
    bool has_md5;
    uint8_t md5_announced[S3A_MD5_SIZE];
    struct s3a_checksum checksum; /* kind NONE: none was announced */
    bool is_checksum_announced;   /* by a header; else the chunks will */
    uint8_t checksum_announced[S3A_CHECKSUM_SIZE_MAX];
    bool is_in_chunks; /* chunks is there */
    struct s3a_chunks chunks;
    uint64_t size_announced;
    const char *message; /* what is wrong; NULL: the code says it */
};

/*
 * payload_hash is what the signature says of the body: 64 hexadecimal digits or UNSIGNED-PAYLOAD.
 * content_md5: the header, data NULL where there is none. S3A_CODE_NONE; INVALID_DIGEST,
 * INVALID_ARGUMENT (a hash that is none), NOT_IMPLEMENTED (signed chunk by chunk), INTERNAL_ERROR.
 * Call fini in any case.
 */
enum s3a_code s3a_body_init(struct s3a_body *body, struct s3a_objects *objects,
                            struct s3a_str payload_hash, struct s3a_str content_md5);

/* How a body in chunks was announced. */
struct s3a_body_chunks {
    const struct s3a_sigv4_claim *claim; /* of the request, verified with key */
    const struct s3a_sigv4_key *key;
    struct s3a_str size;    /* x-amz-decoded-content-length; data NULL: none */
    struct s3a_str trailer; /* x-amz-trailer: the name of what follows the chunks; or data NULL */
};

/*
 * The same for a body that comes in chunks (s3a_chunks_are_announced()). S3A_CODE_NONE;
 * MISSING_CONTENT_LENGTH, INVALID_DIGEST, NOT_IMPLEMENTED, INTERNAL_ERROR.
 */
enum s3a_code s3a_body_init_chunks(struct s3a_body *body, struct s3a_objects *objects,
                                   const struct s3a_body_chunks *announced,
                                   struct s3a_str content_md5);

/*
 * The body was announced with a header x-amz-checksum-..., too. Names of other headers are passed
 * over. S3A_CODE_NONE; INVALID_REQUEST for a checksum that is not known here, for a value that is
 * none and for more than one; INTERNAL_ERROR.
 */
enum s3a_code s3a_body_expect(struct s3a_body *body, const struct s3a_header *header);

/* S3A_CODE_NONE; SERVICE_UNAVAILABLE where the store cannot take it (no space left, ...); of chunks
 * INVALID_REQUEST and SIGNATURE_DOES_NOT_MATCH, too. */
enum s3a_code s3a_body_append(struct s3a_body *body, struct s3a_str bytes);

/* All of it is there. S3A_CODE_NONE, BAD_DIGEST, INCOMPLETE_BODY or XAMZ_CONTENT_SHA256_MISMATCH.
 */
enum s3a_code s3a_body_end(struct s3a_body *body);

/* The checksum that it was announced with, after its end: kind NONE where there was none. */
struct s3a_checksum_value s3a_body_checksum(const struct s3a_body *body);

/* What was in it, after its end: text, in pool. S3A_CODE_NONE or SERVICE_UNAVAILABLE. All zero is
 * accepted: nothing was in it. */
enum s3a_code s3a_body_read(const struct s3a_body *body, struct s3a_pool *pool,
                            struct s3a_str *ret_text);

/* All zero is accepted. */
void s3a_body_fini(struct s3a_body *body);

#endif
