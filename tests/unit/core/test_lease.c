/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "lease.h"

static void a_holder_gives_up_before_its_lease_ends(void **state)
{
    (void)state;
    assert_int_equal(s3a_lease_guard_ms(30000), 600);
    assert_int_equal(s3a_lease_guard_ms(10000), 500);
    assert_int_equal(s3a_lease_guard_ms(2000), 500);
    assert_int_equal(s3a_lease_guard_ms(1000), 250);
    assert_int_equal(s3a_lease_guard_ms(200), 50);
    assert_int_equal(s3a_lease_end_ms(5000, 30000), 5000 + 30000 - 600);
}

static struct s3a_lease_sight sight(void)
{
    return (struct s3a_lease_sight){
        .lease_ms = 30000,
        .grace_ms = 2000,
        .store_now_ms = 100000,
        .store_modified_ms = 90000,
        .local_now_ms = 7000,
        .local_seen_ms = 7000,
    };
}

static void the_stores_own_clock_decides(void **state)
{
    (void)state;
    struct s3a_lease_sight seen = sight();

    assert_int_equal(s3a_lease_expires_in_ms(&seen), 22000);
    seen.store_now_ms = 90000 + 31999;
    assert_int_equal(s3a_lease_expires_in_ms(&seen), 1);
    seen.store_now_ms = 90000 + 32000;
    assert_int_equal(s3a_lease_expires_in_ms(&seen), 0);
    /* A front end that is a little behind is no reason to distrust it. */
    seen.store_now_ms = 90000 - 1000;
    assert_int_equal(s3a_lease_expires_in_ms(&seen), 33000);
}

static void headers_that_are_missing_or_absurd_leave_watching(void **state)
{
    (void)state;
    struct s3a_lease_sight missing = sight(), absurd = sight(), dateless = sight();

    missing.store_modified_ms = S3A_STORE_TIME_NONE;
    dateless.store_now_ms = S3A_STORE_TIME_NONE;
    absurd.store_modified_ms = absurd.store_now_ms + 2001;
    assert_int_equal(s3a_lease_expires_in_ms(&missing), 32000);
    assert_int_equal(s3a_lease_expires_in_ms(&dateless), 32000);
    assert_int_equal(s3a_lease_expires_in_ms(&absurd), 32000);
    missing.local_now_ms += 32000;
    assert_int_equal(s3a_lease_expires_in_ms(&missing), 0);
}

static void jitter_stays_within_its_bounds_and_is_reproducible(void **state)
{
    (void)state;
    uint64_t one = 7, two = 7;
    bool low = false, high = false;

    for (int i = 0; i < 1000; i++) {
        uint64_t value = s3a_jitter_between(&one, 10, 12);
        assert_in_range(value, 10, 12);
        assert_int_equal(value, s3a_jitter_between(&two, 10, 12));
        low = low || value == 10;
        high = high || value == 12;
    }
    assert_true(low && high);
    assert_int_equal(s3a_jitter_between(&one, 5, 5), 5);
    assert_int_equal(s3a_jitter_between(&one, 5, 3), 5);
}

static void backing_off_doubles_up_to_its_cap(void **state)
{
    (void)state;
    uint64_t random = 1;

    for (int i = 0; i < 100; i++) {
        assert_in_range(s3a_backoff_ms(&random, 0, 2000), 25, 50);
        assert_in_range(s3a_backoff_ms(&random, 3, 2000), 200, 400);
        assert_in_range(s3a_backoff_ms(&random, 9, 2000), 1000, 2000);
        assert_in_range(s3a_backoff_ms(&random, UINT32_MAX, 2000), 1000, 2000);
        assert_in_range(s3a_backoff_ms(&random, 9, 10), 5, 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_holder_gives_up_before_its_lease_ends),
        cmocka_unit_test(the_stores_own_clock_decides),
        cmocka_unit_test(headers_that_are_missing_or_absurd_leave_watching),
        cmocka_unit_test(jitter_stays_within_its_bounds_and_is_reproducible),
        cmocka_unit_test(backing_off_doubles_up_to_its_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
