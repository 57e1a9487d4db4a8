/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "checksum_choice.h"

static const enum s3a_checksum_kind all[] = {S3A_CHECKSUM_CRC32, S3A_CHECKSUM_CRC32C,
                                             S3A_CHECKSUM_CRC64NVME, S3A_CHECKSUM_SHA1,
                                             S3A_CHECKSUM_SHA256};

#define COUNT (sizeof(all) / sizeof(all[0]))

static void only_what_can_be_joined_is_of_a_whole(void **state)
{
    (void)state;
    static const bool composite[] = {true, true, false, true, true};
    static const bool full[] = {true, true, true, false, false};

    for (size_t i = 0; i < COUNT; i++) {
        struct s3a_checksum_choice choice = {all[i], S3A_CHECKSUM_COMPOSITE};
        assert_int_equal(s3a_checksum_choice_is_valid(&choice), composite[i]);
        choice.type = S3A_CHECKSUM_FULL_OBJECT;
        assert_int_equal(s3a_checksum_choice_is_valid(&choice), full[i]);
        choice.type = s3a_checksum_type_default(all[i]);
        assert_true(s3a_checksum_choice_is_valid(&choice));
        choice.type = S3A_CHECKSUM_TYPE_NOT_GIVEN;
        assert_false(s3a_checksum_choice_is_valid(&choice));
    }
    struct s3a_checksum_choice none = {S3A_CHECKSUM_NONE, S3A_CHECKSUM_FULL_OBJECT};
    assert_false(s3a_checksum_choice_is_valid(&none));
    none.type = S3A_CHECKSUM_COMPOSITE;
    assert_false(s3a_checksum_choice_is_valid(&none));
}

static void what_is_stored_comes_back(void **state)
{
    (void)state;
    char stored[S3A_CHECKSUM_CHOICE_SIZE_MAX + 1];
    struct s3a_checksum_choice back;

    for (size_t i = 0; i < COUNT; i++) {
        struct s3a_checksum_choice choice = {all[i], s3a_checksum_type_default(all[i])};
        s3a_checksum_choice_write(&choice, stored);
        assert_true(s3a_checksum_choice_read(s3a_str_of(stored), &back));
        assert_int_equal(back.kind, choice.kind);
        assert_int_equal(back.type, choice.type);
    }
    s3a_checksum_choice_write(&(struct s3a_checksum_choice){0}, stored);
    assert_string_equal(stored, "");
    assert_true(s3a_checksum_choice_read(S3A_STR(""), &back));
    assert_int_equal(back.kind, S3A_CHECKSUM_NONE);
    s3a_checksum_choice_write(
        &(struct s3a_checksum_choice){S3A_CHECKSUM_CRC32, S3A_CHECKSUM_FULL_OBJECT}, stored);
    assert_string_equal(stored, "crc32=FULL_OBJECT");
}

static void what_is_damaged_is_none(void **state)
{
    (void)state;
    static const char *const damaged[] = {"crc32",     "crc32=",           "=COMPOSITE",
                                          "=",         "crc33=COMPOSITE",  "crc32=composite",
                                          "COMPOSITE", "sha1=FULL_OBJECT", "crc32=COMPOSITE "};
    struct s3a_checksum_choice choice;

    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        assert_false(s3a_checksum_choice_read(s3a_str_of(damaged[i]), &choice));
        assert_int_equal(choice.kind, S3A_CHECKSUM_NONE);
        assert_int_equal(choice.type, S3A_CHECKSUM_TYPE_NOT_GIVEN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_can_be_joined_is_of_a_whole),
        cmocka_unit_test(what_is_stored_comes_back),
        cmocka_unit_test(what_is_damaged_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
