/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "name.h"

#define LONGEST "a23456789-123456789-123456789-123456789-123456789-123456789-123"

static void accepts_the_buckets_that_s3_accepts(void **state)
{
    (void)state;
    const char *good[] = {
        "abc",       "a.b",       "1-2",      "my-bucket.v2", LONGEST,
        "192.168.5", "1.2.3.4.5", "1.2.3.a",  "1111.2.3.4",   "data--use1-az4--x-s3",
        "xn-a",      "sthre-e",   "a-s3alia", "amzn-s3-demo", "a.-b"};
    struct s3a_error error;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(s3a_bucket_check(s3a_str_of(good[i]), &error), S3A_OK);
        assert_string_equal(error.message, "");
    }
}

static void names_the_rule_that_a_bucket_breaks(void **state)
{
    (void)state;
    static const struct {
        const char *bucket;
        const char *message;
    } table[] = {
        {"", "bucket name \"\": it must have 3 to 63 characters"},
        {"ab", "bucket name \"ab\": it must have 3 to 63 characters"},
        {LONGEST "4", "bucket name \"" LONGEST "4\": it must have 3 to 63 characters"},
        {"Abc",
         "bucket name \"Abc\": only lower-case letters, digits, '.' and '-' may stand in it"},
        {"a_b",
         "bucket name \"a_b\": only lower-case letters, digits, '.' and '-' may stand in it"},
        {"a/b",
         "bucket name \"a/b\": only lower-case letters, digits, '.' and '-' may stand in it"},
        {"a\nb\xff", "bucket name \"a?b?\": only lower-case letters, digits, '.' and '-' may stand "
                     "in it"},
        {"a..b", "bucket name \"a..b\": two dots may not stand side by side"},
        {".ab", "bucket name \".ab\": it must begin and end with a letter or a digit"},
        {"-ab", "bucket name \"-ab\": it must begin and end with a letter or a digit"},
        {"ab.", "bucket name \"ab.\": it must begin and end with a letter or a digit"},
        {"ab-", "bucket name \"ab-\": it must begin and end with a letter or a digit"},
        {"192.168.5.4", "bucket name \"192.168.5.4\": it may not look like an IP address"},
        {"999.999.999.999", "bucket name \"999.999.999.999\": it may not look like an IP address"},
        {"xn--a", "bucket name \"xn--a\": names that begin with \"xn--\" are reserved"},
        {"sthree-a", "bucket name \"sthree-a\": names that begin with \"sthree-\" are reserved"},
        {"amzn-s3-demo-a",
         "bucket name \"amzn-s3-demo-a\": names that begin with \"amzn-s3-demo-\" are reserved"},
        {"a-s3alias", "bucket name \"a-s3alias\": names that end with \"-s3alias\" are reserved"},
        {"a--ol-s3", "bucket name \"a--ol-s3\": names that end with \"--ol-s3\" are reserved"},
        {"abc.mrap", "bucket name \"abc.mrap\": names that end with \".mrap\" are reserved"},
        {"a--table-s3",
         "bucket name \"a--table-s3\": names that end with \"--table-s3\" are reserved"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_error error;
        assert_int_equal(s3a_bucket_check(s3a_str_of(table[i].bucket), &error), S3A_INVALID);
        assert_string_equal(error.message, table[i].message);
    }
}

static void a_long_name_is_shown_in_part(void **state)
{
    (void)state;
    char name[5000];
    struct s3a_error error;

    memset(name, 'b', sizeof(name));
    assert_int_equal(s3a_bucket_check(s3a_str_make(name, sizeof(name)), &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "bbb...\": it must have 3 to 63"));
    assert_int_equal(s3a_key_check(s3a_str_make(name, sizeof(name)), &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "bbb...\": it has 5000 bytes, and at most 1024"));
}

static void a_key_is_any_text_of_some_length(void **state)
{
    (void)state;
    char longest[1025];
    struct s3a_error error;

    memset(longest, '/', sizeof(longest));
    assert_int_equal(s3a_key_check(s3a_str_make(longest, 1024), &error), S3A_OK);
    assert_int_equal(s3a_key_check(s3a_str_make(longest, 1025), &error), S3A_INVALID);
    assert_int_equal(s3a_key_check(S3A_STR("a"), NULL), S3A_OK);
    assert_int_equal(s3a_key_check(S3A_STR("../\n \xc3\xa9"), NULL), S3A_OK);
    assert_int_equal(s3a_key_check(S3A_STR(""), &error), S3A_INVALID);
    assert_string_equal(error.message, "key: it may not be empty");
    assert_int_equal(s3a_key_check(S3A_STR("a\0b"), &error), S3A_INVALID);
    assert_string_equal(error.message, "key \"a?b\": it may not hold a NUL byte");
    assert_int_equal(s3a_key_check(S3A_STR("a\xff"), &error), S3A_INVALID);
    assert_string_equal(error.message, "key \"a?\": it is not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_the_buckets_that_s3_accepts),
        cmocka_unit_test(names_the_rule_that_a_bucket_breaks),
        cmocka_unit_test(a_long_name_is_shown_in_part),
        cmocka_unit_test(a_key_is_any_text_of_some_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
