/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "clock.h"

static void local_time_never_goes_back(void **state)
{
    (void)state;
    uint64_t last = s3a_clock_us();

    for (int i = 0; i < 10000; i++) {
        uint64_t now = s3a_clock_us();
        assert_true(now >= last);
        last = now;
    }
}

static void both_units_read_the_same_clock(void **state)
{
    (void)state;
    uint64_t before_ms = s3a_clock_us() / 1000;
    uint64_t now_ms = s3a_clock_ms();
    uint64_t after_ms = s3a_clock_us() / 1000;

    assert_in_range(now_ms, before_ms, after_ms);
}

static void the_wall_clock_counts_from_1970(void **state)
{
    (void)state;
    /* After 2020 and before 2200: a unit that is off by 1000 would show. */
    assert_true(s3a_clock_wall_ms() > INT64_C(1577836800000));
    assert_true(s3a_clock_wall_ms() < INT64_C(7258118400000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_time_never_goes_back),
        cmocka_unit_test(both_units_read_the_same_clock),
        cmocka_unit_test(the_wall_clock_counts_from_1970),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
