/* SPDX-License-Identifier: MIT */
#ifndef S3A_CHUNKS_H
#define S3A_CHUNKS_H

/*
 * A body in chunks of S3's own ("aws-chunked"), as SDKs send what they cannot hash beforehand: each
 * chunk may be signed, and a checksum may follow the last one.
 *
 *      400;chunk-signature=0055...\r\n  <1 024 bytes>\r\n      signed
 *      400\r\n  <1 024 bytes>\r\n                              not signed
 *      0;chunk-signature=b6c6...\r\n
 *      x-amz-checksum-crc32c:sOO8/Q==\r\n                      where a trailer was announced
 *      x-amz-trailer-signature:d81f...\r\n                     where that is signed, too
 *      \r\n
 *
 * Source: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple
 * Chunks" and "... Including Trailing Headers", Amazon S3 API Reference.
 */

#include "sigv4.h"

/* A line that is longer is none of ours: a size, an extension and a signature; or a checksum. */
#define S3A_CHUNK_LINE_SIZE_MAX 512

enum s3a_chunks_state {
    S3A_CHUNKS_SIZE,     /* in the line before a chunk */
    S3A_CHUNKS_DATA,     /* in its bytes */
    S3A_CHUNKS_DATA_END, /* in the line break behind them */
    S3A_CHUNKS_TRAILER,  /* in a line behind the last chunk */
    S3A_CHUNKS_DONE,
};

struct s3a_chunks {
    enum s3a_chunks_state state;
    bool is_signed;
    bool has_trailer;
    uint64_t left; /* of the chunk */
    uint64_t size; /* of what came out so far */
    char line[S3A_CHUNK_LINE_SIZE_MAX];
    size_t line_size;

    /* The checksum behind the last chunk: name and value as they came. */
    char trailer[S3A_CHUNK_LINE_SIZE_MAX];
    size_t trailer_size;
    bool is_trailer_signed; /* ... and its signature has come and is right */

    /* signed only */
    uint8_t key[S3A_SHA256_SIZE];
    char date[S3A_DATE_BASIC_SIZE];
    char scope[S3A_SIGV4_SCOPE_SIZE_MAX];
    size_t scope_size;
    char signature[S3A_SHA256_HEX_SIZE]; /* the one before, which the next one is signed with */
    char announced[S3A_SHA256_HEX_SIZE]; /* the one that the chunk should have */
    struct s3a_digest digest;            /* of the chunk's bytes */
};

/* Does x-amz-content-sha256 say that the body comes in chunks? */
bool s3a_chunks_are_announced(struct s3a_str payload_hash);

/*
 * claim was verified with key, which is then the claim's. S3A_CODE_NONE; NOT_IMPLEMENTED for a way
 * to sign chunks that is not known here; INTERNAL_ERROR. Call fini in any case.
 */
enum s3a_code s3a_chunks_init(struct s3a_chunks *chunks, const struct s3a_sigv4_claim *claim,
                              const struct s3a_sigv4_key *key);

/* All zero is accepted. */
void s3a_chunks_fini(struct s3a_chunks *chunks);

/*
 * Takes from the front of *bytes what it understands at once, and sets *ret_content to the bytes of
 * the body among that, a view of *bytes (empty where there are none). Call it until *bytes is
 * empty. S3A_CODE_NONE; SIGNATURE_DOES_NOT_MATCH; INVALID_REQUEST for what are no chunks, and for
 * bytes behind their end. What came out must not be believed before s3a_chunks_end().
 */
enum s3a_code s3a_chunks_take(struct s3a_chunks *chunks, struct s3a_str *bytes,
                              struct s3a_str *ret_content);

/* No more bytes. S3A_CODE_NONE, or INCOMPLETE_BODY where the end of the chunks has not come. */
enum s3a_code s3a_chunks_end(const struct s3a_chunks *chunks);

/* "x-amz-checksum-crc32c" and its value; data NULL where none came. After the end only. */
struct s3a_header s3a_chunks_trailer(const struct s3a_chunks *chunks);

#endif
