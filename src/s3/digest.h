/* SPDX-License-Identifier: MIT */
#ifndef S3A_DIGEST_H
#define S3A_DIGEST_H

/* MD5, SHA-1, SHA-256 and HMAC-SHA-256 of libcrypto, and their printed forms. Nothing here
 * allocates but the buffers it writes to; any thread may call any of it. */

#include "buf.h"
#include "str.h"

#define S3A_MD5_SIZE 16
#define S3A_SHA1_SIZE 20
#define S3A_SHA256_SIZE 32
#define S3A_SHA256_HEX_SIZE 64

enum s3a_digest_kind {
    S3A_DIGEST_MD5,
    S3A_DIGEST_SHA1, /* for checksums of others only */
    S3A_DIGEST_SHA256,
};

#define S3A_DIGEST_STATE_SIZE 128

/* A digest under way. It may be copied. */
struct s3a_digest {
    enum s3a_digest_kind kind;
    uint64_t state[S3A_DIGEST_STATE_SIZE / sizeof(uint64_t)]; /* libcrypto's */
};

/* S3A_SYSTEM where libcrypto refuses the algorithm. */
S3A_MUST_CHECK enum s3a_status s3a_digest_init(struct s3a_digest *digest,
                                               enum s3a_digest_kind kind);

/* Leaves no trace of what was added. All zero is accepted. */
void s3a_digest_fini(struct s3a_digest *digest);
void s3a_digest_add(struct s3a_digest *digest, struct s3a_str bytes);

/* Writes S3A_MD5_SIZE, S3A_SHA1_SIZE or S3A_SHA256_SIZE bytes; the digest starts afresh. */
void s3a_digest_end(struct s3a_digest *digest, uint8_t *ret_bytes);

/* In one go. */
void s3a_md5(struct s3a_str bytes, uint8_t ret_md5[S3A_MD5_SIZE]);
void s3a_sha256(struct s3a_str bytes, uint8_t ret_sha256[S3A_SHA256_SIZE]);
void s3a_hmac_sha256(struct s3a_str key, struct s3a_str bytes, uint8_t ret_mac[S3A_SHA256_SIZE]);

/* Lower-case digits and a NUL: ret_hex has room for 2 * size + 1. */
void s3a_hex(const uint8_t *bytes, size_t size, char *ret_hex);

/* The same bytes, in a time that does not depend on them. Sizes that differ are not equal. */
bool s3a_equal_secret(struct s3a_str a, struct s3a_str b);

/* Base64 with padding (RFC 4648, section 4). */
void s3a_base64_encode(struct s3a_buf *buf, struct s3a_str bytes);

/* False for anything that is not exactly size bytes in base64; *ret_bytes is then undefined. */
bool s3a_base64_decode(struct s3a_str text, uint8_t *ret_bytes, size_t size);

#endif
