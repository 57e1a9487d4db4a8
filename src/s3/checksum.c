/* SPDX-License-Identifier: MIT */
#include "checksum.h"

#include <string.h>

#include "check.h"
#include "crc.h"

enum algorithm {
    IS_NONE,
    IS_CRC,
    IS_DIGEST,
};

struct kind {
    const char *upper_name;
    const char *header_name;
    size_t size;
    enum algorithm algorithm;
    enum s3a_crc_kind crc;
    enum s3a_digest_kind digest;
};

static const struct kind kinds[] = {
    [S3A_CHECKSUM_NONE] = {.upper_name = "", .header_name = ""},
    [S3A_CHECKSUM_CRC32] = {"CRC32", "x-amz-checksum-crc32", 4, IS_CRC, .crc = S3A_CRC_32},
    [S3A_CHECKSUM_CRC32C] = {"CRC32C", "x-amz-checksum-crc32c", 4, IS_CRC, .crc = S3A_CRC_32C},
    [S3A_CHECKSUM_CRC64NVME] = {"CRC64NVME", "x-amz-checksum-crc64nvme", 8, IS_CRC,
                                .crc = S3A_CRC_64_NVME},
    [S3A_CHECKSUM_SHA1] = {"SHA1", "x-amz-checksum-sha1", S3A_SHA1_SIZE, IS_DIGEST,
                           .digest = S3A_DIGEST_SHA1},
    [S3A_CHECKSUM_SHA256] = {"SHA256", "x-amz-checksum-sha256", S3A_SHA256_SIZE, IS_DIGEST,
                             .digest = S3A_DIGEST_SHA256},
};

enum s3a_checksum_kind s3a_checksum_kind_of(struct s3a_str header_name)
{
    for (int kind = S3A_CHECKSUM_CRC32; kind <= S3A_CHECKSUM_SHA256; kind++) {
        if (s3a_str_is(header_name, kinds[kind].header_name)) {
            return (enum s3a_checksum_kind)kind;
        }
    }
    return S3A_CHECKSUM_NONE;
}

const char *s3a_checksum_header(enum s3a_checksum_kind kind)
{
    return kinds[kind].header_name;
}

const char *s3a_checksum_name(enum s3a_checksum_kind kind)
{
    return kind == S3A_CHECKSUM_NONE ? "" : kinds[kind].header_name + strlen(S3A_CHECKSUM_PREFIX);
}

const char *s3a_checksum_upper_name(enum s3a_checksum_kind kind)
{
    return kinds[kind].upper_name;
}

enum s3a_checksum_kind s3a_checksum_kind_of_name(struct s3a_str name)
{
    for (int kind = S3A_CHECKSUM_CRC32; kind <= S3A_CHECKSUM_SHA256; kind++) {
        if (s3a_str_is_nocase(name, kinds[kind].upper_name)) {
            return (enum s3a_checksum_kind)kind;
        }
    }
    return S3A_CHECKSUM_NONE;
}

size_t s3a_checksum_size(enum s3a_checksum_kind kind)
{
    return kinds[kind].size;
}

bool s3a_checksum_is_crc(enum s3a_checksum_kind kind)
{
    return kinds[kind].algorithm == IS_CRC;
}

enum s3a_status s3a_checksum_init(struct s3a_checksum *checksum, enum s3a_checksum_kind kind)
{
    checksum->kind = kind;
    checksum->crc = s3a_crc_begin(kinds[kind].crc);
    return kinds[kind].algorithm == IS_DIGEST
               ? s3a_digest_init(&checksum->digest, kinds[kind].digest)
               : S3A_OK;
}

void s3a_checksum_add(struct s3a_checksum *checksum, struct s3a_str bytes)
{
    const struct kind *kind = &kinds[checksum->kind];

    if (kind->algorithm == IS_DIGEST) {
        s3a_digest_add(&checksum->digest, bytes);
    } else if (bytes.size > 0) {
        checksum->crc =
            s3a_crc_add(kind->crc, checksum->crc, (const uint8_t *)bytes.data, bytes.size);
    }
}

/* Highest byte first, as checksums are written. */
static void write_crc(uint64_t crc, size_t size, uint8_t *ret_bytes)
{
    for (size_t i = 0; i < size; i++) {
        ret_bytes[i] = (uint8_t)(crc >> 8 * (size - 1 - i));
    }
}

static uint64_t read_crc(const uint8_t *bytes, size_t size)
{
    uint64_t crc = 0;

    for (size_t i = 0; i < size; i++) {
        crc = crc << 8 | bytes[i];
    }
    return crc;
}

void s3a_checksum_end(struct s3a_checksum *checksum, uint8_t ret_bytes[S3A_CHECKSUM_SIZE_MAX])
{
    const struct kind *kind = &kinds[checksum->kind];

    if (kind->algorithm == IS_DIGEST) {
        s3a_digest_end(&checksum->digest, ret_bytes);
    } else {
        write_crc(s3a_crc_end(kind->crc, checksum->crc), kind->size, ret_bytes);
    }
}

void s3a_checksum_join(enum s3a_checksum_kind kind, uint8_t *crc, const uint8_t *crc_of_others,
                       uint64_t others_size)
{
    size_t size = kinds[kind].size;

    s3a_check(s3a_checksum_is_crc(kind));
    write_crc(s3a_crc_join(kinds[kind].crc, read_crc(crc, size), read_crc(crc_of_others, size),
                           others_size),
              size, crc);
}
