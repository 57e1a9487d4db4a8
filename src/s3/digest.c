/* SPDX-License-Identifier: MIT */

/*
 * The hashes of libcrypto that work in memory of ours. Its newer EVP interface allocates whenever
 * a digest starts, so that every hash could fail, and takes twice as long for what is small.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "digest.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdalign.h>
#include <string.h>

#include "check.h"

#define HMAC_BLOCK_SIZE SHA256_CBLOCK

_Static_assert(sizeof(MD5_CTX) <= S3A_DIGEST_STATE_SIZE, "an MD5 under way fits");
_Static_assert(sizeof(SHA_CTX) <= S3A_DIGEST_STATE_SIZE, "a SHA-1 under way fits");
_Static_assert(sizeof(SHA256_CTX) <= S3A_DIGEST_STATE_SIZE, "a SHA-256 under way fits");
_Static_assert(alignof(MD5_CTX) <= alignof(uint64_t), "an MD5 under way is aligned");
_Static_assert(alignof(SHA_CTX) <= alignof(uint64_t), "a SHA-1 under way is aligned");
_Static_assert(alignof(SHA256_CTX) <= alignof(uint64_t), "a SHA-256 under way is aligned");

static bool start(struct s3a_digest *digest)
{
    switch (digest->kind) {
    case S3A_DIGEST_MD5:
        return MD5_Init((MD5_CTX *)digest->state) == 1;
    case S3A_DIGEST_SHA1:
        return SHA1_Init((SHA_CTX *)digest->state) == 1;
    case S3A_DIGEST_SHA256:
        return SHA256_Init((SHA256_CTX *)digest->state) == 1;
    }
    return false;
}

enum s3a_status s3a_digest_init(struct s3a_digest *digest, enum s3a_digest_kind kind)
{
    digest->kind = kind;
    return start(digest) ? S3A_OK : S3A_SYSTEM;
}

void s3a_digest_fini(struct s3a_digest *digest)
{
    OPENSSL_cleanse(digest, sizeof(*digest));
}

void s3a_digest_add(struct s3a_digest *digest, struct s3a_str bytes)
{
    if (bytes.size == 0) {
        return;
    }
    switch (digest->kind) {
    case S3A_DIGEST_MD5:
        s3a_check(MD5_Update((MD5_CTX *)digest->state, bytes.data, bytes.size) == 1);
        break;
    case S3A_DIGEST_SHA1:
        s3a_check(SHA1_Update((SHA_CTX *)digest->state, bytes.data, bytes.size) == 1);
        break;
    case S3A_DIGEST_SHA256:
        s3a_check(SHA256_Update((SHA256_CTX *)digest->state, bytes.data, bytes.size) == 1);
        break;
    }
}

void s3a_digest_end(struct s3a_digest *digest, uint8_t *ret_bytes)
{
    switch (digest->kind) {
    case S3A_DIGEST_MD5:
        s3a_check(MD5_Final(ret_bytes, (MD5_CTX *)digest->state) == 1);
        break;
    case S3A_DIGEST_SHA1:
        s3a_check(SHA1_Final(ret_bytes, (SHA_CTX *)digest->state) == 1);
        break;
    case S3A_DIGEST_SHA256:
        s3a_check(SHA256_Final(ret_bytes, (SHA256_CTX *)digest->state) == 1);
        break;
    }
    s3a_check(start(digest));
}

static void digest_once(enum s3a_digest_kind kind, struct s3a_str bytes, uint8_t *ret_bytes)
{
    struct s3a_digest digest = {.kind = kind};

    s3a_check(start(&digest));
    s3a_digest_add(&digest, bytes);
    s3a_digest_end(&digest, ret_bytes);
}

void s3a_md5(struct s3a_str bytes, uint8_t ret_md5[S3A_MD5_SIZE])
{
    digest_once(S3A_DIGEST_MD5, bytes, ret_md5);
}

void s3a_sha256(struct s3a_str bytes, uint8_t ret_sha256[S3A_SHA256_SIZE])
{
    digest_once(S3A_DIGEST_SHA256, bytes, ret_sha256);
}

/* SHA-256 over a block that is the key with every byte of it changed by pad, and then the bytes. */
static void keyed_sha256(const uint8_t key[HMAC_BLOCK_SIZE], uint8_t pad, struct s3a_str bytes,
                         uint8_t ret_sha256[S3A_SHA256_SIZE])
{
    SHA256_CTX sha256;
    uint8_t block[HMAC_BLOCK_SIZE];

    for (size_t i = 0; i < sizeof(block); i++) {
        block[i] = key[i] ^ pad;
    }
    s3a_check(SHA256_Init(&sha256) == 1);
    s3a_check(SHA256_Update(&sha256, block, sizeof(block)) == 1);
    s3a_check(bytes.size == 0 || SHA256_Update(&sha256, bytes.data, bytes.size) == 1);
    s3a_check(SHA256_Final(ret_sha256, &sha256) == 1);
    OPENSSL_cleanse(&sha256, sizeof(sha256));
    OPENSSL_cleanse(block, sizeof(block));
}

/* RFC 2104. */
void s3a_hmac_sha256(struct s3a_str key, struct s3a_str bytes, uint8_t ret_mac[S3A_SHA256_SIZE])
{
    uint8_t block[HMAC_BLOCK_SIZE] = {0};
    uint8_t inner[S3A_SHA256_SIZE];

    if (key.size > sizeof(block)) {
        s3a_sha256(key, block);
    } else if (key.size > 0) {
        memcpy(block, key.data, key.size);
    }
    keyed_sha256(block, 0x36, bytes, inner);
    keyed_sha256(block, 0x5c, s3a_str_make(inner, sizeof(inner)), ret_mac);
    OPENSSL_cleanse(block, sizeof(block));
}

void s3a_hex(const uint8_t *bytes, size_t size, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_hex[2 * size] = '\0';
}

bool s3a_equal_secret(struct s3a_str a, struct s3a_str b)
{
    return a.size == b.size && (a.size == 0 || CRYPTO_memcmp(a.data, b.data, a.size) == 0);
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void s3a_base64_encode(struct s3a_buf *buf, struct s3a_str bytes)
{
    const uint8_t *in = (const uint8_t *)bytes.data;

    for (size_t at = 0; at < bytes.size; at += 3) {
        size_t left = bytes.size - at;
        uint32_t group = (uint32_t)in[at] << 16 | (left > 1 ? (uint32_t)in[at + 1] << 8 : 0) |
                         (left > 2 ? in[at + 2] : 0);
        char out[4] = {base64_digits[group >> 18], base64_digits[group >> 12 & 63],
                       left > 1 ? base64_digits[group >> 6 & 63] : '=',
                       left > 2 ? base64_digits[group & 63] : '='};
        s3a_buf_append(buf, s3a_str_make(out, sizeof(out)));
    }
}

/* What a digit stands for, or 64. */
static uint32_t base64_value(char digit)
{
    return (uint32_t)s3a_str_find(s3a_str_make(base64_digits, 64), digit);
}

bool s3a_base64_decode(struct s3a_str text, uint8_t *ret_bytes, size_t size)
{
    if (text.size % 4 != 0 || text.size / 4 != (size + 2) / 3) {
        return false;
    }
    for (size_t at = 0; at < size; at += 3) {
        size_t left = size - at < 3 ? size - at : 3;
        const char *in = text.data + at / 3 * 4;
        uint32_t group = 0;
        for (size_t i = 0; i < 4; i++) {
            uint32_t value = base64_value(in[i]);
            if (i > left) {
                value = in[i] == '=' ? 0 : 64;
            }
            if (value == 64) {
                return false;
            }
            group = group << 6 | value;
        }
        for (size_t i = 0; i < 3; i++) {
            uint8_t byte = (uint8_t)(group >> (16 - 8 * i));
            if (i < left) {
                ret_bytes[at + i] = byte;
            } else if (byte != 0) {
                return false; /* bits that the padding should have left at zero */
            }
        }
    }
    return true;
}
