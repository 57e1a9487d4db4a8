/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "store_clock.h"

#define BOOT_A "11111111-1111-1111-1111-111111111111"
#define BOOT_B "22222222-2222-2222-2222-222222222222"
#define HOUR INT64_C(3600000)
#define NOON INT64_C(1795492228000)

static struct s3a_machine_time machine(const char *boot_id, int64_t boot_ms, int64_t wall_ms)
{
    struct s3a_machine_time machine = {.boot_ms = boot_ms, .wall_ms = wall_ms};

    strcpy(machine.boot_id, boot_id);
    return machine;
}

static void the_first_use_takes_the_wall_clock(void **state)
{
    (void)state;
    struct s3a_store_time time = {0};
    struct s3a_machine_time now = machine(BOOT_A, 5000, NOON);

    assert_true(s3a_store_time_carry(&time, &now));
    assert_int_equal(s3a_store_time_now(&time, 5000), NOON);
    assert_int_equal(s3a_store_time_now(&time, 6000), NOON + 1000);
    assert_string_equal(time.boot_id, BOOT_A);
}

static void setting_the_wall_clock_does_not_move_it(void **state)
{
    (void)state;
    struct s3a_store_time time = {0};
    struct s3a_machine_time now = machine(BOOT_A, 5000, NOON);

    (void)s3a_store_time_carry(&time, &now);
    for (int hours = -30; hours <= 30; hours += 6) {
        now = machine(BOOT_A, 7000, NOON + hours * HOUR);
        assert_false(s3a_store_time_carry(&time, &now));
        assert_int_equal(s3a_store_time_now(&time, 7000), NOON + 2000);
    }
}

static void a_new_boot_goes_on_from_the_wall_clock(void **state)
{
    (void)state;
    struct s3a_store_time time = {0};
    struct s3a_machine_time now = machine(BOOT_A, 5000, NOON);

    (void)s3a_store_time_carry(&time, &now);
    time.high_ms = NOON + 1000;
    now = machine(BOOT_B, 10, NOON + HOUR);
    assert_true(s3a_store_time_carry(&time, &now));
    assert_int_equal(s3a_store_time_now(&time, 10), NOON + HOUR);
    assert_string_equal(time.boot_id, BOOT_B);
}

static void a_machine_that_forgot_the_time_does_not_take_the_store_back(void **state)
{
    (void)state;
    struct s3a_store_time time = {0};
    struct s3a_machine_time now = machine(BOOT_A, 5000, NOON);

    (void)s3a_store_time_carry(&time, &now);
    time.high_ms = NOON + 1000;
    now = machine(BOOT_B, 10, 0); /* 1970: no battery for its clock */
    assert_true(s3a_store_time_carry(&time, &now));
    assert_int_equal(s3a_store_time_now(&time, 10), NOON + 1000);
    assert_int_equal(s3a_store_time_now(&time, 20), NOON + 1010);
}

static void within_a_boot_it_is_never_behind_what_is_on_record(void **state)
{
    (void)state;
    struct s3a_store_time time = {0};
    struct s3a_machine_time now = machine(BOOT_A, 5000, NOON);

    (void)s3a_store_time_carry(&time, &now);
    time.high_ms = NOON + HOUR; /* a directory that was copied from elsewhere */
    now = machine(BOOT_A, 6000, NOON);
    assert_true(s3a_store_time_carry(&time, &now));
    assert_int_equal(s3a_store_time_now(&time, 6000), NOON + HOUR);
    assert_false(s3a_store_time_carry(&time, &now));
}

static void the_machine_says_which_boot_this_is(void **state)
{
    (void)state;
    struct s3a_machine_time first;
    struct s3a_machine_time second;

    assert_int_equal(s3a_machine_time_read(&first, NULL), S3A_OK);
    assert_int_equal(s3a_machine_time_read(&second, NULL), S3A_OK);
    assert_int_equal(strlen(first.boot_id), S3A_BOOT_ID_SIZE);
    assert_string_equal(first.boot_id, second.boot_id);
    assert_true(second.boot_ms >= first.boot_ms);
    assert_true(first.wall_ms > 0);
}

static void a_clock_that_is_ahead_in_a_container_is_seen_through(void **state)
{
    (void)state;
    struct s3a_machine_time outside = {.namespace_ms = 0};
    struct s3a_machine_time inside = {.namespace_ms = 1000000};

    assert_int_equal(s3a_timens_offset_ms("monotonic           0         0\n"
                                          "boottime         1000 500000000\n"),
                     1000500);
    assert_int_equal(s3a_timens_offset_ms("boottime -5 0\n"), -5000);
    assert_int_equal(s3a_timens_offset_ms(""), 0);
    assert_int_equal(s3a_timens_offset_ms("boottime x"), 0);

    int64_t first = s3a_machine_boot_ms(&outside);
    int64_t second = s3a_machine_boot_ms(&inside) + 1000000;
    assert_true(first <= second && second <= s3a_machine_boot_ms(&outside));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_use_takes_the_wall_clock),
        cmocka_unit_test(setting_the_wall_clock_does_not_move_it),
        cmocka_unit_test(a_new_boot_goes_on_from_the_wall_clock),
        cmocka_unit_test(a_machine_that_forgot_the_time_does_not_take_the_store_back),
        cmocka_unit_test(within_a_boot_it_is_never_behind_what_is_on_record),
        cmocka_unit_test(the_machine_says_which_boot_this_is),
        cmocka_unit_test(a_clock_that_is_ahead_in_a_container_is_seen_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
