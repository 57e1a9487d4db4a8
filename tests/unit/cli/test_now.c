/* SPDX-License-Identifier: MIT */
#include "now.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

static bool rings(int alarm, int timeout_ms)
{
    struct pollfd polled = {.fd = alarm, .events = POLLIN};

    return poll(&polled, 1, timeout_ms) == 1;
}

static void time_does_not_go_back(void **state)
{
    (void)state;
    uint64_t before = s3a_now_ms();
    assert_true(before > 0);
    assert_true(s3a_now_ms() >= before);
}

static void the_wall_clock_is_the_systems(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL);
    int64_t now = s3a_now_wall_ms() / 1000;
    assert_true(now >= before - 1 && now <= (int64_t)time(NULL) + 1);
}

static void an_alarm_rings_from_its_time_on(void **state)
{
    int alarm = s3a_alarm_open();

    (void)state;
    assert_true(alarm >= 0);
    assert_false(rings(alarm, 0));
    s3a_alarm_set(alarm, s3a_now_ms() + 10);
    assert_true(rings(alarm, -1));
    assert_true(rings(alarm, 0));
    s3a_alarm_set(alarm, S3A_NEVER);
    assert_false(rings(alarm, 0));
    close(alarm);
}

static void a_time_that_has_passed_rings_at_once(void **state)
{
    int alarm = s3a_alarm_open();

    (void)state;
    s3a_alarm_set(alarm, 0);
    assert_true(rings(alarm, -1));
    s3a_alarm_set(alarm, s3a_now_ms() + 3600000);
    assert_false(rings(alarm, 0));
    close(alarm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_does_not_go_back),
        cmocka_unit_test(the_wall_clock_is_the_systems),
        cmocka_unit_test(an_alarm_rings_from_its_time_on),
        cmocka_unit_test(a_time_that_has_passed_rings_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
