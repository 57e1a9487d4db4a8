/* SPDX-License-Identifier: MIT */
#include "duration.h"

#include "test.h"

static int64_t parse(const char *text)
{
    int64_t ms = -7;

    assert_true(s3a_duration_parse(text, &ms));
    return ms;
}

static void assert_refused(const char *text)
{
    int64_t ms = -7;

    assert_false(s3a_duration_parse(text, &ms));
    assert_int_equal(ms, -7);
}

static void units_and_fractions(void **state)
{
    (void)state;
    assert_int_equal(parse("0"), 0);
    assert_int_equal(parse("0.0h"), 0);
    assert_int_equal(parse("3"), 3000);
    assert_int_equal(parse("2.5"), 2500);
    assert_int_equal(parse(".5s"), 500);
    assert_int_equal(parse("5.s"), 5000);
    assert_int_equal(parse("250ms"), 250);
    assert_int_equal(parse("1.5m"), 90000);
    assert_int_equal(parse("1h"), 3600000);
    assert_int_equal(parse("00010s"), 10000);
}

static void parts_of_a_millisecond_are_not_lost(void **state)
{
    (void)state;
    assert_int_equal(parse("0.0001"), 1);
    assert_int_equal(parse("0.1ms"), 1);
    assert_int_equal(parse("0.0000000000000000001h"), 1);
    assert_int_equal(parse("0.9999999999"), 1000);
    assert_int_equal(parse("1.0010000000000"), 1001);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"",   ".",   "s",   "-1",   "+1",    " 1",  "1 ",   "1d",
                                      "1S", "1e3", "1,5", "0x10", "1.2.3", "inf", "1ms2", "1 s"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_refused(bad[i]);
    }
}

static void a_hundred_years_are_the_longest(void **state)
{
    (void)state;
    assert_true(parse("878000h") <= S3A_DURATION_MAX_MS);
    assert_refused("878401h");
    assert_refused("99999999999999999999999999ms");
    assert_refused("9223372036854775807");
    assert_true(parse("878399.999999999h") <= S3A_DURATION_MAX_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_and_fractions),
        cmocka_unit_test(parts_of_a_millisecond_are_not_lost),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(a_hundred_years_are_the_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
