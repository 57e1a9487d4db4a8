/* SPDX-License-Identifier: MIT */
#include "human.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

static char text[S3A_HUMAN_SIZE];

static void durations_have_two_parts_at_the_most(void **state)
{
    (void)state;
    assert_string_equal(s3a_human_duration(-1, text), "0s");
    assert_string_equal(s3a_human_duration(0, text), "0s");
    assert_string_equal(s3a_human_duration(340, text), "0.3s");
    assert_string_equal(s3a_human_duration(9999, text), "9.9s");
    assert_string_equal(s3a_human_duration(10000, text), "10s");
    assert_string_equal(s3a_human_duration(59999, text), "59s");
    assert_string_equal(s3a_human_duration(185000, text), "3m05s");
    assert_string_equal(s3a_human_duration(7800000, text), "2h10m");
    assert_string_equal(s3a_human_duration(446400000, text), "5d04h");
    assert_true(strlen(s3a_human_duration(INT64_MAX, text)) < S3A_HUMAN_SIZE - 1);
}

static void what_is_there_for_an_instant_is_not_nothing(void **state)
{
    (void)state;
    assert_string_equal(s3a_human_duration(1, text), "1ms");
    assert_string_equal(s3a_human_duration(99, text), "99ms");
    assert_string_equal(s3a_human_duration(100, text), "0.1s");
}

static void sizes_have_two_digits_at_least(void **state)
{
    (void)state;
    assert_string_equal(s3a_human_bytes(0, text), "0 B");
    assert_string_equal(s3a_human_bytes(1023, text), "1023 B");
    assert_string_equal(s3a_human_bytes(1024, text), "1.0 KiB");
    assert_string_equal(s3a_human_bytes(1536, text), "1.5 KiB");
    assert_string_equal(s3a_human_bytes(20 << 20, text), "20 MiB");
    assert_string_equal(s3a_human_bytes((UINT64_C(1) << 20) - 1, text), "1.0 MiB");
    assert_string_equal(s3a_human_bytes(UINT64_MAX, text), "16 EiB");
}

static void times_are_utc(void **state)
{
    (void)state;
    assert_string_equal(s3a_human_time(0, text), "1970-01-01T00:00:00Z");
    assert_string_equal(s3a_human_time(-1, text), "1969-12-31T23:59:59Z");
    assert_string_equal(s3a_human_time(1769903999999, text), "2026-01-31T23:59:59Z");
    assert_string_equal(s3a_human_time(INT64_MAX, text), "292278994-08-17T07:12:55Z");
}

static void assert_cleaned(const char *dirty, const char *clean)
{
    char copy[64];

    snprintf(copy, sizeof(copy), "%s", dirty);
    s3a_human_clean(copy);
    assert_string_equal(copy, clean);
}

static void nothing_steers_a_terminal(void **state)
{
    (void)state;
    assert_cleaned("Grüße, 日本 \xf0\x9f\x94\x92", "Grüße, 日本 \xf0\x9f\x94\x92");
    assert_cleaned("\033[2Jx\n\r\t\x7f", "?[2Jx????");
    assert_cleaned("c1 \xc2\x9b"
                   "2J",
                   "c1 ?2J");
    assert_cleaned("\xff\xc3", "??");
    assert_cleaned("\xc0\xaf \xe0\x80\xaf", "?? ???");
    assert_cleaned("\xed\xa0\x80", "???");
    assert_cleaned("\xf4\x90\x80\x80", "????");
    assert_cleaned("", "");
}

static void text_that_runs_backwards_is_shown_as_it_is_stored(void **state)
{
    (void)state;
    assert_cleaned("a\xe2\x80\xae"
                   "b",
                   "a?b");
    assert_cleaned("a\xe2\x81\xa6"
                   "b\xe2\x81\xa9",
                   "a?b?");
}

static void characters_are_counted_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(s3a_human_columns(""), 0);
    assert_int_equal(s3a_human_columns("abc"), 3);
    assert_int_equal(s3a_human_columns("Grüße"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_two_parts_at_the_most),
        cmocka_unit_test(what_is_there_for_an_instant_is_not_nothing),
        cmocka_unit_test(sizes_have_two_digits_at_least),
        cmocka_unit_test(times_are_utc),
        cmocka_unit_test(nothing_steers_a_terminal),
        cmocka_unit_test(text_that_runs_backwards_is_shown_as_it_is_stored),
        cmocka_unit_test(characters_are_counted_not_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
