/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "str.h"

static void compares_bytes_and_letters(void **state)
{
    (void)state;
    assert_true(s3a_str_is(S3A_STR("abc"), "abc"));
    assert_false(s3a_str_is(S3A_STR("abc"), "abcd"));
    assert_true(s3a_str_equal(s3a_str_make(NULL, 0), S3A_STR("")));
    assert_true(s3a_str_is_nocase(S3A_STR("X-Amz-\xc3"), "x-aMZ-\xc3"));
    assert_false(s3a_str_is_nocase(S3A_STR("[@"), "{`"));
    assert_true(s3a_str_starts_with(S3A_STR("bytes=1"), "bytes="));
    assert_false(s3a_str_starts_with(S3A_STR("byte"), "bytes="));
    assert_true(s3a_str_starts_with_nocase(S3A_STR("Bytes=1"), "bytes="));
    assert_true(s3a_str_ends_with(S3A_STR("a.lock"), ".lock"));
    assert_false(s3a_str_ends_with(S3A_STR("lock"), ".lock"));
}

static void orders_as_keys_are_ordered(void **state)
{
    (void)state;
    assert_true(s3a_str_compare(S3A_STR("a"), S3A_STR("b")) < 0);
    assert_true(s3a_str_compare(S3A_STR("a"), S3A_STR("aa")) < 0);
    assert_true(s3a_str_compare(S3A_STR("\xff"), S3A_STR("a")) > 0);
    assert_int_equal(s3a_str_compare(s3a_str_make(NULL, 0), S3A_STR("")), 0);
}

static void cuts_at_separators(void **state)
{
    (void)state;
    struct s3a_str rest = S3A_STR("a,,b");

    assert_str(s3a_str_split(&rest, ','), "a");
    assert_str(s3a_str_split(&rest, ','), "");
    assert_non_null(rest.data);
    assert_str(s3a_str_split(&rest, ','), "b");
    assert_null(rest.data);
    assert_int_equal(s3a_str_find(S3A_STR("abc"), 'c'), 2);
    assert_int_equal(s3a_str_find(S3A_STR("abc"), 'x'), 3);
    assert_str(s3a_str_trim(S3A_STR(" \ta b\t ")), "a b");
    assert_str(s3a_str_trim(S3A_STR("  ")), "");
    assert_int_equal(s3a_str_skip(S3A_STR("abc"), 9).size, 0);
}

static void reads_numbers_and_nothing_else(void **state)
{
    (void)state;
    uint64_t value = 42;

    assert_true(s3a_str_to_uint64(S3A_STR("0"), 0, &value));
    assert_int_equal(value, 0);
    assert_true(s3a_str_to_uint64(S3A_STR("18446744073709551615"), UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(s3a_str_to_uint64(S3A_STR("100"), 100, &value));
    value = 42;
    const char *bad[] = {"",
                         "-1",
                         "+1",
                         " 1",
                         "1 ",
                         "0x1",
                         "1e3",
                         "101",
                         "1000",
                         "18446744073709551616",
                         "99999999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(s3a_str_to_uint64(s3a_str_of(bad[i]), 100, &value));
        assert_int_equal(value, 42);
    }
    assert_false(s3a_str_to_uint64(S3A_STR("18446744073709551616"), UINT64_MAX, &value));
    assert_false(s3a_str_to_uint64(S3A_STR("5"), 4, &value));
}

static void knows_utf8_from_other_bytes(void **state)
{
    (void)state;
    const char *good[] = {"",
                          "abc",
                          "\xc3\xa9",
                          "\xe2\x82\xac",
                          "\xf0\x9f\x94\x92",
                          "\xf4\x8f\xbf\xbf",
                          "\xee\x80\x80"};
    const char *bad[] = {"\x80",         "\xc3",      "\xc0\xaf",         "\xe0\x80\x80",
                         "\xed\xa0\x80", "\xe2\x82",  "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
                         "\xff",         "a\xc3\x28", "\xf0\x9f\x94",     "\xe2\x28\xa1"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(s3a_str_is_utf8(s3a_str_of(good[i])));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(s3a_str_is_utf8(s3a_str_of(bad[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_bytes_and_letters),
        cmocka_unit_test(orders_as_keys_are_ordered),
        cmocka_unit_test(cuts_at_separators),
        cmocka_unit_test(reads_numbers_and_nothing_else),
        cmocka_unit_test(knows_utf8_from_other_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
