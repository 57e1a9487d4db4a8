/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "checksum.h"

/* "123456789" is what the catalogues of CRCs give a check value for. */
static const struct {
    enum s3a_checksum_kind kind;
    const char *header;
    const char *of_nothing;
    const char *of_digits;
} rows[] = {
    {S3A_CHECKSUM_CRC32, "x-amz-checksum-crc32", "00000000", "cbf43926"},
    {S3A_CHECKSUM_CRC32C, "x-amz-checksum-crc32c", "00000000", "e3069283"},
    {S3A_CHECKSUM_CRC64NVME, "x-amz-checksum-crc64nvme", "0000000000000000", "ae8b14860a799888"},
    {S3A_CHECKSUM_SHA1, "x-amz-checksum-sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
     "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
    {S3A_CHECKSUM_SHA256, "x-amz-checksum-sha256",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void assert_checksum(struct s3a_checksum *checksum, const char *expected)
{
    uint8_t bytes[S3A_CHECKSUM_SIZE_MAX];
    char hex[2 * S3A_CHECKSUM_SIZE_MAX + 1];

    s3a_checksum_end(checksum, bytes);
    s3a_hex(bytes, s3a_checksum_size(checksum->kind), hex);
    assert_string_equal(hex, expected);
}

static void each_has_its_name_and_its_value(void **state)
{
    (void)state;
    struct s3a_checksum checksum;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        assert_int_equal(s3a_checksum_kind_of(s3a_str_of(rows[i].header)), rows[i].kind);
        assert_int_equal(s3a_checksum_init(&checksum, rows[i].kind), S3A_OK);
        assert_checksum(&checksum, rows[i].of_nothing);
        assert_int_equal(s3a_checksum_init(&checksum, rows[i].kind), S3A_OK);
        s3a_checksum_add(&checksum, S3A_STR("123456789"));
        assert_checksum(&checksum, rows[i].of_digits);
    }
}

static void pieces_make_the_same_whole(void **state)
{
    (void)state;
    struct s3a_checksum checksum;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        assert_int_equal(s3a_checksum_init(&checksum, rows[i].kind), S3A_OK);
        s3a_checksum_add(&checksum, S3A_STR("1"));
        s3a_checksum_add(&checksum, s3a_str_make(NULL, 0));
        s3a_checksum_add(&checksum, S3A_STR("2345"));
        s3a_checksum_add(&checksum, S3A_STR("6789"));
        assert_checksum(&checksum, rows[i].of_digits);
    }
}

static void every_value_of_a_byte_counts(void **state)
{
    (void)state;
    char bytes[256];
    struct s3a_checksum checksum;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (char)i;
    }
    /* computed with Python's zlib */
    assert_int_equal(s3a_checksum_init(&checksum, S3A_CHECKSUM_CRC32), S3A_OK);
    s3a_checksum_add(&checksum, s3a_str_make(bytes, sizeof(bytes)));
    assert_checksum(&checksum, "29058c73");
}

static void other_names_are_of_no_checksum(void **state)
{
    (void)state;
    static const char *const names[] = {"", "x-amz-checksum-", "x-amz-checksum-type",
                                        "x-amz-checksum-crc32d", "content-md5"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(s3a_checksum_kind_of(s3a_str_of(names[i])), S3A_CHECKSUM_NONE);
    }
    assert_int_equal(s3a_checksum_size(S3A_CHECKSUM_NONE), 0);
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_int_equal(s3a_checksum_kind_of_name(S3A_STR("CRC64NVME")), S3A_CHECKSUM_CRC64NVME);
    assert_int_equal(s3a_checksum_kind_of_name(S3A_STR("sha1")), S3A_CHECKSUM_SHA1);
    assert_int_equal(s3a_checksum_kind_of_name(S3A_STR("MD5")), S3A_CHECKSUM_NONE);
    assert_int_equal(s3a_checksum_kind_of_name(S3A_STR("")), S3A_CHECKSUM_NONE);
    assert_string_equal(s3a_checksum_header(S3A_CHECKSUM_CRC32C), "x-amz-checksum-crc32c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_name_and_its_value),
        cmocka_unit_test(pieces_make_the_same_whole),
        cmocka_unit_test(every_value_of_a_byte_counts),
        cmocka_unit_test(other_names_are_of_no_checksum),
        cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
