/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <s3atomic/lock.h>

#include "fake_store.h"

#define BUCKET "bucket"
#define NAME "job"

static void take_and_release(struct fake_store *store, const struct s3a_lock_options *options)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, options, &lock, &error), S3A_OK);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    assert_false(s3a_lock_is_held(lock));
    s3a_lock_free(lock);
}

static void given_back_early_it_is_held_to_everybody(void **state)
{
    struct fake_store *store = *state;
    const struct s3a_lock_options options = {.min_hold_ms = 3600000};
    struct s3a_lock *lock;
    struct s3a_error error;
    char body[4097];

    take_and_release(store, &options);
    fake_store_body(store, body, sizeof(body));
    assert_non_null(strstr(body, "\"state\":\"held\""));
    assert_null(strstr(body, "\"lease_ms\":30000"));
    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, NULL, &lock, &error), S3A_HELD);
    store->age_ms = 3600000; /* an hour later */
    take_and_release(store, NULL);
    fake_store_body(store, body, sizeof(body));
    assert_non_null(strstr(body, "\"state\":\"free\""));
}

static void an_observer_leaves_an_old_lease_alone_that_it_has_not_watched(void **state)
{
    struct fake_store *store = *state;
    const struct s3a_lock_options keep = {.min_hold_ms = 3600000};
    const struct s3a_lock_options observe = {.observe = true};
    struct s3a_lock *lock;
    struct s3a_error error;

    take_and_release(store, &keep);
    store->age_ms = 3600000;
    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, &observe, &lock, &error),
                     S3A_HELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_STORE_TEST(given_back_early_it_is_held_to_everybody),
        FAKE_STORE_TEST(an_observer_leaves_an_old_lease_alone_that_it_has_not_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
