/* SPDX-License-Identifier: MIT */
#include "crc.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "crc_fold.h"

/* Bytes that tables take in one step. */
#define STEP 8

/* Each polynomial with its bits in reverse, as it is applied to bytes whose lowest bit comes
 * first. */
static const struct {
    unsigned width;
    uint64_t polynomial;
} kinds[S3A_CRC_COUNT] = {
    [S3A_CRC_32] = {32, UINT64_C(0xedb88320)},
    [S3A_CRC_32C] = {32, UINT64_C(0x82f63b78)},
    [S3A_CRC_64_NVME] = {64, UINT64_C(0x9a6c9329ac4bc9b5)},
};

struct table {
    /* What a byte does to a state, by its value, where [i] more bytes follow it. */
    uint64_t after[STEP][256];
    struct s3a_crc_fold fold;
};

static struct table tables[S3A_CRC_COUNT];
static bool can_fold;
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

/* A polynomial times x: a state's lowest bit is its highest power. */
static uint64_t times_x(enum s3a_crc_kind kind, uint64_t value)
{
    return value >> 1 ^ (value & 1 ? kinds[kind].polynomial : 0);
}

static uint64_t product(enum s3a_crc_kind kind, uint64_t a, uint64_t b)
{
    uint64_t sum = 0;

    for (unsigned bit = kinds[kind].width; bit-- > 0;) {
        sum ^= a >> bit & 1 ? b : 0;
        b = times_x(kind, b);
    }
    return sum;
}

/* x to the power of exponent. */
static uint64_t power_of_x(enum s3a_crc_kind kind, uint64_t exponent)
{
    uint64_t one = UINT64_C(1) << (kinds[kind].width - 1);
    uint64_t square = times_x(kind, one);
    uint64_t power = one;

    for (; exponent > 0; exponent >>= 1) {
        power = exponent & 1 ? product(kind, power, square) : power;
        square = product(kind, square, square);
    }
    return power;
}

static void fill_fold(enum s3a_crc_kind kind, struct s3a_crc_fold *fold)
{
    unsigned shift = 64 - kinds[kind].width;

    /* One less than the distance: a product of two reversed numbers comes out times x. */
    fold->far_low = power_of_x(kind, 512 + 64 - 1) << shift;
    fold->far_high = power_of_x(kind, 512 - 1) << shift;
    fold->near_low = power_of_x(kind, 128 + 64 - 1) << shift;
    fold->near_high = power_of_x(kind, 128 - 1) << shift;
}

static void fill_tables(void)
{
    for (int kind = 0; kind < S3A_CRC_COUNT; kind++) {
        struct table *table = &tables[kind];
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t state = byte;
            for (int bit = 0; bit < 8; bit++) {
                state = times_x((enum s3a_crc_kind)kind, state);
            }
            table->after[0][byte] = state;
        }
        for (int i = 1; i < STEP; i++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                uint64_t state = table->after[i - 1][byte];
                table->after[i][byte] = state >> 8 ^ table->after[0][state & 0xff];
            }
        }
        fill_fold((enum s3a_crc_kind)kind, &table->fold);
    }
    can_fold = s3a_crc_can_fold();
}

static const struct table *table_of(enum s3a_crc_kind kind)
{
    (void)pthread_once(&tables_once, fill_tables);
    return &tables[kind];
}

unsigned s3a_crc_width(enum s3a_crc_kind kind)
{
    return kinds[kind].width;
}

uint64_t s3a_crc_begin(enum s3a_crc_kind kind)
{
    return UINT64_MAX >> (64 - kinds[kind].width);
}

uint64_t s3a_crc_end(enum s3a_crc_kind kind, uint64_t state)
{
    return state ^ s3a_crc_begin(kind);
}

static uint64_t add_bytes(const struct table *table, uint64_t state, const uint8_t *bytes,
                          size_t size)
{
    for (size_t i = 0; i < size; i++) {
        state = state >> 8 ^ table->after[0][(state ^ bytes[i]) & 0xff];
    }
    return state;
}

static uint64_t read_lowest_first(const uint8_t *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof(value));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

static uint64_t add_by_tables(const struct table *table, uint64_t state, const uint8_t *bytes,
                              size_t size)
{
    const uint64_t(*after)[256] = table->after;

    for (; size >= STEP; size -= STEP, bytes += STEP) {
        uint64_t next = state ^ read_lowest_first(bytes);
        state = after[7][next & 0xff] ^ after[6][next >> 8 & 0xff] ^ after[5][next >> 16 & 0xff] ^
                after[4][next >> 24 & 0xff] ^ after[3][next >> 32 & 0xff] ^
                after[2][next >> 40 & 0xff] ^ after[1][next >> 48 & 0xff] ^ after[0][next >> 56];
    }
    return add_bytes(table, state, bytes, size);
}

uint64_t s3a_crc_add_by_tables(enum s3a_crc_kind kind, uint64_t state, const uint8_t *bytes,
                               size_t size)
{
    return add_by_tables(table_of(kind), state, bytes, size);
}

uint64_t s3a_crc_add(enum s3a_crc_kind kind, uint64_t state, const uint8_t *bytes, size_t size)
{
    const struct table *table = table_of(kind);

    if (can_fold && size >= S3A_CRC_FOLD_SIZE_MIN) {
        uint8_t rest[S3A_CRC_FOLDED_SIZE];
        size_t done = s3a_crc_fold(&table->fold, state, bytes, size, rest);
        state = add_by_tables(table, 0, rest, sizeof(rest));
        bytes += done;
        size -= done;
    }
    return add_by_tables(table, state, bytes, size);
}

uint64_t s3a_crc_join(enum s3a_crc_kind kind, uint64_t crc, uint64_t crc_of_others,
                      uint64_t others_size)
{
    /* What is inverted before and after cancels out. A size is below 2 to the power of 61. */
    return product(kind, crc, power_of_x(kind, 8 * others_size)) ^ crc_of_others;
}
