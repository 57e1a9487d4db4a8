/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "crc.h"

/* "123456789" is what the catalogues of CRCs give a check value for. */
static const struct {
    enum s3a_crc_kind kind;
    uint64_t of_digits;
} rows[] = {
    {S3A_CRC_32, UINT64_C(0xcbf43926)},
    {S3A_CRC_32C, UINT64_C(0xe3069283)},
    {S3A_CRC_64_NVME, UINT64_C(0xae8b14860a799888)},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))
#define SIZE 1500

/* Bit by bit, as the catalogues define it. */
static uint64_t slow(enum s3a_crc_kind kind, const uint8_t *bytes, size_t size)
{
    static const uint64_t polynomials[] = {UINT64_C(0xedb88320), UINT64_C(0x82f63b78),
                                           UINT64_C(0x9a6c9329ac4bc9b5)};
    uint64_t ones = UINT64_MAX >> (64 - s3a_crc_width(kind));
    uint64_t state = ones;

    for (size_t i = 0; i < size; i++) {
        state ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            state = state >> 1 ^ (state & 1 ? polynomials[kind] : 0);
        }
    }
    return state ^ ones;
}

static uint64_t fast(enum s3a_crc_kind kind, const uint8_t *bytes, size_t size)
{
    return s3a_crc_end(kind, s3a_crc_add(kind, s3a_crc_begin(kind), bytes, size));
}

static uint8_t *make_bytes(void)
{
    uint8_t *bytes = malloc(SIZE);
    uint32_t value = 1;

    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++) {
        value = value * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(value >> 24);
    }
    return bytes;
}

static void the_digits_have_the_value_of_the_catalogue(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        assert_true(fast(rows[i].kind, (const uint8_t *)"123456789", 9) == rows[i].of_digits);
        assert_true(fast(rows[i].kind, NULL, 0) == 0);
    }
}

static void every_size_comes_to_what_single_bits_come_to(void **state)
{
    (void)state;
    uint8_t *bytes = make_bytes();

    for (size_t i = 0; i < ROW_COUNT; i++) {
        for (size_t size = 0; size < SIZE; size += size < 300 ? 1 : 37) {
            enum s3a_crc_kind kind = rows[i].kind;
            uint64_t expected = slow(kind, bytes, size);
            uint64_t begin = s3a_crc_begin(kind);
            assert_true(fast(kind, bytes, size) == expected);
            assert_true(s3a_crc_end(kind, s3a_crc_add_by_tables(kind, begin, bytes, size)) ==
                        expected);
        }
    }
    free(bytes);
}

static void it_makes_no_difference_where_the_bytes_lie_and_are_cut(void **state)
{
    (void)state;
    uint8_t *bytes = make_bytes();

    for (size_t i = 0; i < ROW_COUNT; i++) {
        for (size_t cut = 0; cut < 700; cut += 13) {
            enum s3a_crc_kind kind = rows[i].kind;
            uint64_t crc = s3a_crc_add(kind, s3a_crc_begin(kind), bytes + 1, cut);
            crc = s3a_crc_add(kind, crc, bytes + 1 + cut, 1400 - cut);
            assert_true(s3a_crc_end(kind, crc) == slow(kind, bytes + 1, 1400));
        }
    }
    free(bytes);
}

static void the_check_of_a_whole_comes_from_those_of_its_parts(void **state)
{
    (void)state;
    uint8_t *bytes = make_bytes();

    for (size_t i = 0; i < ROW_COUNT; i++) {
        enum s3a_crc_kind kind = rows[i].kind;
        for (size_t cut = 0; cut <= SIZE; cut += 75) {
            uint64_t first = fast(kind, bytes, cut);
            uint64_t second = fast(kind, bytes + cut, SIZE - cut);
            assert_true(s3a_crc_join(kind, first, second, SIZE - cut) == fast(kind, bytes, SIZE));
        }
    }
    free(bytes);
}

/* 5 GiB of zeros behind one byte: computed in pieces of 1 MiB, which are all the same. */
static void parts_may_be_as_large_as_they_are(void **state)
{
    (void)state;
    const uint64_t piece = 1024 * 1024;
    uint8_t *zeros = calloc(1, piece);

    assert_non_null(zeros);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        enum s3a_crc_kind kind = rows[i].kind;
        uint64_t of_piece = fast(kind, zeros, piece);
        uint64_t one_by_one = fast(kind, (const uint8_t *)"a", 1);
        uint64_t of_zeros = 0;
        for (int n = 0; n < 5 * 1024; n++) {
            one_by_one = s3a_crc_join(kind, one_by_one, of_piece, piece);
            of_zeros = s3a_crc_join(kind, of_zeros, of_piece, piece);
        }
        uint64_t first = fast(kind, (const uint8_t *)"a", 1);
        assert_true(s3a_crc_join(kind, first, of_zeros, 5 * 1024 * piece) == one_by_one);
    }
    free(zeros);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digits_have_the_value_of_the_catalogue),
        cmocka_unit_test(every_size_comes_to_what_single_bits_come_to),
        cmocka_unit_test(it_makes_no_difference_where_the_bytes_lie_and_are_cut),
        cmocka_unit_test(the_check_of_a_whole_comes_from_those_of_its_parts),
        cmocka_unit_test(parts_may_be_as_large_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
