/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "checksum_value.h"

static void a_value_is_base64_and_comes_back_from_the_store(void **state)
{
    (void)state;
    static const struct {
        enum s3a_checksum_kind kind;
        const char *stored;
    } table[] = {
        {S3A_CHECKSUM_CRC32, "crc32=AAECAw=="},
        {S3A_CHECKSUM_CRC64NVME, "crc64nvme=AAECAwQFBgc="},
        {S3A_CHECKSUM_SHA256, "sha256=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
    };
    uint8_t bytes[S3A_CHECKSUM_SIZE_MAX];
    char stored[S3A_CHECKSUM_STORED_SIZE_MAX + 1];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_checksum_value value;
        struct s3a_checksum_value back;
        s3a_checksum_value_set(&value, table[i].kind, bytes);
        s3a_checksum_value_write(&value, stored);
        assert_string_equal(stored, table[i].stored);
        assert_true(s3a_checksum_value_read(s3a_str_of(stored), &back));
        assert_int_equal(back.kind, table[i].kind);
        assert_string_equal(back.text, value.text);
        assert_string_equal(s3a_checksum_value_type(&back), "FULL_OBJECT");
    }
}

static void a_checksum_of_parts_is_told_as_such(void **state)
{
    (void)state;
    struct s3a_checksum_value value;

    assert_true(s3a_checksum_value_read(S3A_STR("sha1=Kq5sNclPz7QV2+lfQIuc6R7oRu0=-3"), &value));
    assert_string_equal(value.text, "Kq5sNclPz7QV2+lfQIuc6R7oRu0=-3");
    assert_string_equal(s3a_checksum_value_type(&value), "COMPOSITE");
}

static void none_is_stored_as_nothing(void **state)
{
    (void)state;
    struct s3a_checksum_value value = {0};
    char stored[S3A_CHECKSUM_STORED_SIZE_MAX + 1];

    s3a_checksum_value_write(&value, stored);
    assert_string_equal(stored, "");
    assert_true(s3a_checksum_value_read(s3a_str_of(stored), &value));
    assert_int_equal(value.kind, S3A_CHECKSUM_NONE);
}

/* It would stand in a header. */
static void what_is_damaged_is_not_given_out(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "crc32",
        "crc33=AAAA",
        "=AAAA",
        "crc32=",
        "crc32=AA\r\nB: c",
        "crc32=A A",
        "sha1=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct s3a_checksum_value value;

    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        assert_false(s3a_checksum_value_read(s3a_str_of(damaged[i]), &value));
        assert_int_equal(value.kind, S3A_CHECKSUM_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_base64_and_comes_back_from_the_store),
        cmocka_unit_test(a_checksum_of_parts_is_told_as_such),
        cmocka_unit_test(none_is_stored_as_nothing),
        cmocka_unit_test(what_is_damaged_is_not_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
