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
        assert_int_equal(s3a_checksum_value_type(&back), S3A_CHECKSUM_FULL_OBJECT);
    }
}

static void a_checksum_of_parts_is_told_as_such(void **state)
{
    (void)state;
    struct s3a_checksum_value value;

    assert_true(s3a_checksum_value_read(S3A_STR("sha1=Kq5sNclPz7QV2+lfQIuc6R7oRu0=-3"), &value));
    assert_string_equal(value.text, "Kq5sNclPz7QV2+lfQIuc6R7oRu0=-3");
    assert_int_equal(s3a_checksum_value_type(&value), S3A_CHECKSUM_COMPOSITE);
    assert_str(s3a_checksum_value_digest(&value), "Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
}

static void one_of_parts_is_made(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0, 1, 2, 3};
    uint8_t back[S3A_CHECKSUM_SIZE_MAX];
    struct s3a_checksum_value value;
    struct s3a_checksum_choice choice;

    s3a_checksum_value_set_composite(&value, S3A_CHECKSUM_CRC32, bytes, 10000);
    assert_string_equal(value.text, "AAECAw==-10000");
    assert_true(s3a_checksum_value_bytes(&value, back));
    assert_memory_equal(back, bytes, sizeof(bytes));
    choice = s3a_checksum_value_choice(&value);
    assert_int_equal(choice.kind, S3A_CHECKSUM_CRC32);
    assert_int_equal(choice.type, S3A_CHECKSUM_COMPOSITE);
    value.kind = S3A_CHECKSUM_NONE;
    choice = s3a_checksum_value_choice(&value);
    assert_int_equal(choice.type, S3A_CHECKSUM_TYPE_NOT_GIVEN);
}

static void a_header_is_read_strictly(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "bad",
                                        "AAECAw=",
                                        "AAECAx==",
                                        "AAECAwQ=",
                                        "AAECAw==-",
                                        "AAECAw==-a",
                                        "AAECAw==-1-2",
                                        "-1",
                                        "AAECAw== ",
                                        "AAECAw==-99999999999",
                                        "AAECAw==-111111111111111111111111111111111111111111111"};
    struct s3a_checksum_value value;

    assert_true(s3a_checksum_value_parse(&value, S3A_CHECKSUM_CRC32, S3A_STR("AAECAw==")));
    assert_string_equal(value.text, "AAECAw==");
    assert_true(s3a_checksum_value_parse(&value, S3A_CHECKSUM_CRC32, S3A_STR("AAECAw==-3")));
    assert_string_equal(value.text, "AAECAw==-3");
    assert_int_equal(value.kind, S3A_CHECKSUM_CRC32);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(s3a_checksum_value_parse(&value, S3A_CHECKSUM_CRC32, s3a_str_of(wrong[i])));
        assert_int_equal(value.kind, S3A_CHECKSUM_NONE);
    }
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
        cmocka_unit_test(one_of_parts_is_made),
        cmocka_unit_test(a_header_is_read_strictly),
        cmocka_unit_test(none_is_stored_as_nothing),
        cmocka_unit_test(what_is_damaged_is_not_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
