/* SPDX-License-Identifier: MIT */

/* How long the checksums of a mebibyte take, and those of a small body. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "checksum.h"
#include "crc.h"

#define LARGE_SIZE ((size_t)1024 * 1024)
#define SMALL_SIZE ((size_t)200)
#define LARGE_TIMES 500
#define SMALL_TIMES 1000000

/* Nobody may leave out what comes to this. */
static volatile uint8_t sink;

static void measure(const char *what, enum s3a_checksum_kind kind, struct s3a_str bytes, int times)
{
    uint8_t value[S3A_CHECKSUM_SIZE_MAX];
    int64_t start = bench_now_ns();

    for (int i = 0; i < times; i++) {
        struct s3a_checksum checksum;
        if (s3a_checksum_init(&checksum, kind) != S3A_OK) {
            fprintf(stderr, "bench_checksum: %s cannot be had\n", what);
            exit(EXIT_FAILURE);
        }
        s3a_checksum_add(&checksum, bytes);
        s3a_checksum_end(&checksum, value);
        sink = value[0];
    }
    bench_print("checksum", what, 1, (uint64_t)times, bench_now_ns() - start, NULL);
}

static void measure_tables(struct s3a_str bytes)
{
    int64_t start = bench_now_ns();

    for (int i = 0; i < LARGE_TIMES; i++) {
        uint64_t state = s3a_crc_begin(S3A_CRC_32);
        sink = (uint8_t)s3a_crc_add_by_tables(S3A_CRC_32, state, (const uint8_t *)bytes.data,
                                              bytes.size);
    }
    bench_print("checksum", "crc32 by tables, 1 MiB", 1, LARGE_TIMES, bench_now_ns() - start, NULL);
}

int main(void)
{
    char *bytes = malloc(LARGE_SIZE);

    if (!bytes) {
        fprintf(stderr, "bench_checksum: out of memory\n");
        return EXIT_FAILURE;
    }
    memset(bytes, 'x', LARGE_SIZE);
    struct s3a_str large = s3a_str_make(bytes, LARGE_SIZE);
    struct s3a_str small = s3a_str_make(bytes, SMALL_SIZE);
    measure("crc32, 1 MiB", S3A_CHECKSUM_CRC32, large, LARGE_TIMES);
    measure("crc32c, 1 MiB", S3A_CHECKSUM_CRC32C, large, LARGE_TIMES);
    measure("crc64nvme, 1 MiB", S3A_CHECKSUM_CRC64NVME, large, LARGE_TIMES);
    measure("sha1, 1 MiB", S3A_CHECKSUM_SHA1, large, LARGE_TIMES);
    measure("sha256, 1 MiB", S3A_CHECKSUM_SHA256, large, LARGE_TIMES);
    measure_tables(large);
    measure("crc32, 200 B", S3A_CHECKSUM_CRC32, small, SMALL_TIMES);
    measure("crc64nvme, 200 B", S3A_CHECKSUM_CRC64NVME, small, SMALL_TIMES);
    free(bytes);
    return EXIT_SUCCESS;
}
