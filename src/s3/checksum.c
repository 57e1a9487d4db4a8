/* SPDX-License-Identifier: MIT */
#include "checksum.h"

#include <pthread.h>

/* Each polynomial with its bits in reverse, as it is applied to bytes whose lowest bit comes
 * first. */
#define CRC32_POLYNOMIAL UINT64_C(0xedb88320)
#define CRC32C_POLYNOMIAL UINT64_C(0x82f63b78)
#define CRC64NVME_POLYNOMIAL UINT64_C(0x9a6c9329ac4bc9b5)

struct kind {
    const char *header_name;
    size_t size;
    uint64_t polynomial; /* 0: no CRC */
};

static const struct kind kinds[] = {
    [S3A_CHECKSUM_NONE] = {"", 0, 0},
    [S3A_CHECKSUM_CRC32] = {"x-amz-checksum-crc32", 4, CRC32_POLYNOMIAL},
    [S3A_CHECKSUM_CRC32C] = {"x-amz-checksum-crc32c", 4, CRC32C_POLYNOMIAL},
    [S3A_CHECKSUM_CRC64NVME] = {"x-amz-checksum-crc64nvme", 8, CRC64NVME_POLYNOMIAL},
    [S3A_CHECKSUM_SHA1] = {"x-amz-checksum-sha1", S3A_SHA1_SIZE, 0},
    [S3A_CHECKSUM_SHA256] = {"x-amz-checksum-sha256", S3A_SHA256_SIZE, 0},
};

/* What a byte does to a CRC, by its value. */
static uint64_t tables[S3A_CHECKSUM_CRC64NVME + 1][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill_tables(void)
{
    for (int kind = S3A_CHECKSUM_CRC32; kind <= S3A_CHECKSUM_CRC64NVME; kind++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t crc = byte;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >> 1 ^ (crc & 1 ? kinds[kind].polynomial : 0);
            }
            tables[kind][byte] = crc;
        }
    }
}

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

enum s3a_checksum_kind s3a_checksum_kind_of_name(struct s3a_str name)
{
    for (int kind = S3A_CHECKSUM_CRC32; kind <= S3A_CHECKSUM_SHA256; kind++) {
        if (s3a_str_is_nocase(name, kinds[kind].header_name + strlen(S3A_CHECKSUM_PREFIX))) {
            return (enum s3a_checksum_kind)kind;
        }
    }
    return S3A_CHECKSUM_NONE;
}

size_t s3a_checksum_size(enum s3a_checksum_kind kind)
{
    return kinds[kind].size;
}

enum s3a_status s3a_checksum_init(struct s3a_checksum *checksum, enum s3a_checksum_kind kind)
{
    checksum->kind = kind;
    checksum->crc = kind == S3A_CHECKSUM_CRC64NVME ? UINT64_MAX : UINT32_MAX;
    if (kinds[kind].polynomial == 0) {
        return s3a_digest_init(&checksum->digest,
                               kind == S3A_CHECKSUM_SHA1 ? S3A_DIGEST_SHA1 : S3A_DIGEST_SHA256);
    }
    (void)pthread_once(&tables_once, fill_tables);
    return S3A_OK;
}

void s3a_checksum_add(struct s3a_checksum *checksum, struct s3a_str bytes)
{
    uint64_t crc = checksum->crc;

    if (kinds[checksum->kind].polynomial == 0) {
        s3a_digest_add(&checksum->digest, bytes);
        return;
    }
    const uint64_t *table = tables[checksum->kind];
    for (size_t i = 0; i < bytes.size; i++) {
        crc = crc >> 8 ^ table[(crc ^ (unsigned char)bytes.data[i]) & 0xff];
    }
    checksum->crc = crc;
}

void s3a_checksum_end(struct s3a_checksum *checksum, uint8_t ret_bytes[S3A_CHECKSUM_SIZE_MAX])
{
    size_t size = kinds[checksum->kind].size;

    if (kinds[checksum->kind].polynomial == 0) {
        s3a_digest_end(&checksum->digest, ret_bytes);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        ret_bytes[i] = (uint8_t)(~checksum->crc >> 8 * (size - 1 - i));
    }
}
