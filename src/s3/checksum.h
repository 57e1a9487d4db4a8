/* SPDX-License-Identifier: MIT */
#ifndef S3A_CHECKSUM_H
#define S3A_CHECKSUM_H

/*
 * The checksums that a body may be announced with: x-amz-checksum-crc32 and its like. Source:
 * "Checking object integrity", Amazon S3 User Guide.
 */

#include <stdbool.h>

#include "digest.h"

enum s3a_checksum_kind {
    S3A_CHECKSUM_NONE,
    S3A_CHECKSUM_CRC32,
    S3A_CHECKSUM_CRC32C,
    S3A_CHECKSUM_CRC64NVME,
    S3A_CHECKSUM_SHA1,
    S3A_CHECKSUM_SHA256,
};

#define S3A_CHECKSUM_SIZE_MAX S3A_SHA256_SIZE

/* "x-amz-checksum-crc32": its kind. NONE for a name that is none of a checksum known here. */
enum s3a_checksum_kind s3a_checksum_kind_of(struct s3a_str header_name);

/* "x-amz-checksum-crc32"; "" for NONE. */
#define S3A_CHECKSUM_PREFIX "x-amz-checksum-"
const char *s3a_checksum_header(enum s3a_checksum_kind kind);

/* "crc32", as messages say it and stores keep it; and "CRC32", as documents have it. "" for NONE.
 */
const char *s3a_checksum_name(enum s3a_checksum_kind kind);
const char *s3a_checksum_upper_name(enum s3a_checksum_kind kind);

/* "CRC32", in any case: its kind. */
enum s3a_checksum_kind s3a_checksum_kind_of_name(struct s3a_str name);

/* How many bytes it has; what stands in the header is their base64. */
size_t s3a_checksum_size(enum s3a_checksum_kind kind);

/* Can that of a whole be had from those of its parts? See s3a_checksum_join(). */
bool s3a_checksum_is_crc(enum s3a_checksum_kind kind);

/* A checksum under way. */
struct s3a_checksum {
    enum s3a_checksum_kind kind;
    uint64_t crc;
    struct s3a_digest digest;
};

/* S3A_SYSTEM where libcrypto refuses the algorithm. */
S3A_MUST_CHECK enum s3a_status s3a_checksum_init(struct s3a_checksum *checksum,
                                                 enum s3a_checksum_kind kind);
void s3a_checksum_add(struct s3a_checksum *checksum, struct s3a_str bytes);

/* Writes s3a_checksum_size() bytes. It is not to be added to any more. */
void s3a_checksum_end(struct s3a_checksum *checksum, uint8_t ret_bytes[S3A_CHECKSUM_SIZE_MAX]);

/* Of CRCs only: crc, of some bytes, becomes that of them and the others behind them. */
void s3a_checksum_join(enum s3a_checksum_kind kind, uint8_t *crc, const uint8_t *crc_of_others,
                       uint64_t others_size);

#endif
