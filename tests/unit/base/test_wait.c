/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>

#include "clock.h"
#include "wait.h"

static int64_t ms_until(const struct timespec *at)
{
    struct timespec now = s3a_clock_wait();

    return (at->tv_sec - now.tv_sec) * 1000 + (at->tv_nsec - now.tv_nsec) / 1000000;
}

static void a_time_lies_so_far_ahead(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < 5000; ms += 333) {
        struct timespec before = s3a_clock_wait();
        struct timespec at = s3a_wait_until(ms);
        int64_t ahead_ns =
            (at.tv_sec - before.tv_sec) * INT64_C(1000000000) + at.tv_nsec - before.tv_nsec;
        assert_true(ahead_ns >= ms * 1000000);
        assert_true(at.tv_nsec >= 0 && at.tv_nsec < 1000000000);
    }
}

static void times_out_of_range_are_bounded(void **state)
{
    (void)state;
    struct timespec never = s3a_wait_until(INT64_MAX);
    struct timespec now = s3a_wait_until(INT64_MIN);

    assert_true(ms_until(&never) > INT64_C(365) * 24 * 3600 * 1000);
    assert_true(ms_until(&now) <= 0);
}

static void a_wait_ends_at_its_time(void **state)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond;
    struct timespec at = s3a_wait_until(1);
    int failed = 0;

    (void)state;
    s3a_wait_init(&cond);
    pthread_mutex_lock(&mutex);
    while (failed == 0) {
        failed = pthread_cond_timedwait(&cond, &mutex, &at);
    }
    pthread_mutex_unlock(&mutex);
    assert_int_equal(failed, ETIMEDOUT);
    assert_true(ms_until(&at) <= 0);
    pthread_cond_destroy(&cond);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_lies_so_far_ahead),
        cmocka_unit_test(times_out_of_range_are_bounded),
        cmocka_unit_test(a_wait_ends_at_its_time),
    };
    return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
