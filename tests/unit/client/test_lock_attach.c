/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <s3atomic/lock.h>

#include "fake_store.h"

#define BUCKET "bucket"
#define NAME "job"

static struct s3a_lock *acquire(struct fake_store *store)
{
    const struct s3a_lock_options options = {.lease_ms = 60000, .label = "step 1", .data = "d"};
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, &options, &lock, &error),
                     S3A_OK);
    return lock;
}

static void detach(struct s3a_lock *lock, char handle[S3A_LOCK_HANDLE_SIZE])
{
    struct s3a_error error;

    assert_int_equal(s3a_lock_detach(lock, handle, &error), S3A_OK);
    assert_false(s3a_lock_is_held(lock));
    assert_int_equal(s3a_lock_remaining_ms(lock), 0);
}

static void acquire_detached(struct fake_store *store, char handle[S3A_LOCK_HANDLE_SIZE])
{
    struct s3a_lock *lock = acquire(store);

    detach(lock, handle);
    s3a_lock_free(lock);
}

static void assert_lost(struct fake_store *store, const char *handle, const char *reason)
{
    struct s3a_lock *lock;
    struct s3a_error error;
    int64_t remaining_ms;

    assert_int_equal(s3a_lock_check(store->client, handle, &remaining_ms, &error), S3A_LOST);
    assert_non_null(strstr(error.message, reason));
    assert_int_equal(remaining_ms, 0);
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, &lock, &error), S3A_LOST);
    assert_non_null(strstr(error.message, reason));
    assert_null(lock);
}

static void a_lock_goes_from_hand_to_hand_and_back(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_handle_info info;
    struct s3a_error error;
    char handle[S3A_LOCK_HANDLE_SIZE];
    char body[4097];
    int64_t remaining_ms;

    struct s3a_lock *lock = acquire(store);
    uint64_t token = s3a_lock_token(lock);
    size_t before = store->request_count;
    detach(lock, handle);
    assert_int_equal(store->request_count, before); /* nothing is asked of the store */
    assert_int_equal(s3a_lock_handle_read(handle, &info, &error), S3A_OK);
    assert_string_equal(info.bucket, BUCKET);
    assert_string_equal(info.key, NAME ".lock");
    assert_string_equal(info.owner, s3a_lock_owner(lock));
    assert_int_equal(info.token, token);
    assert_int_equal(info.lease_ms, 60000);
    s3a_lock_free(lock);
    fake_store_body(store, body, sizeof(body));
    assert_non_null(strstr(body, "\"state\":\"held\""));

    store->age_ms = 20000;
    assert_int_equal(s3a_lock_check(store->client, handle, &remaining_ms, &error), S3A_OK);
    assert_int_equal(remaining_ms, 40000);
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, &lock, &error), S3A_OK);
    assert_true(s3a_lock_is_held(lock));
    assert_int_equal(s3a_lock_token(lock), token);
    assert_int_equal(s3a_lock_lease_ms(lock), 60000);
    fake_store_body(store, body, sizeof(body));
    assert_non_null(strstr(body, "\"label\":\"step 1\",\"data\":\"d\""));
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
    assert_lost(store, handle, "given back");
}

static void an_older_handle_of_the_same_grant_still_is_it(void **state)
{
    struct fake_store *store = *state;
    const struct s3a_lock_options longer = {.lease_ms = 120000, .label = "step 2"};
    char first[S3A_LOCK_HANDLE_SIZE];
    char second[S3A_LOCK_HANDLE_SIZE];
    char body[4097];
    struct s3a_lock *lock;
    struct s3a_error error;

    acquire_detached(store, first);
    assert_int_equal(s3a_lock_attach(store->client, first, &longer, &lock, &error), S3A_OK);
    detach(lock, second);
    s3a_lock_free(lock);
    assert_string_not_equal(first, second);
    fake_store_body(store, body, sizeof(body));
    assert_non_null(strstr(body, "\"lease_ms\":120000"));
    assert_non_null(strstr(body, "\"label\":\"step 2\",\"data\":\"d\""));
    assert_int_equal(s3a_lock_check(store->client, first, NULL, &error), S3A_OK);
    assert_int_equal(s3a_lock_check(store->client, second, NULL, &error), S3A_OK);
}

static void given_back_for_later_it_is_not_to_be_gone_on_with(void **state)
{
    struct fake_store *store = *state;
    const struct s3a_lock_options keep = {.min_hold_ms = 3600000};
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock;
    struct s3a_error error;

    acquire_detached(store, handle);
    assert_int_equal(s3a_lock_attach(store->client, handle, &keep, &lock, &error), S3A_OK);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
    assert_lost(store, handle, "given back");
    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, NULL, &lock, &error), S3A_HELD);
}

static void what_became_of_a_lost_one_is_told(void **state)
{
    struct fake_store *store = *state;
    struct s3a_error error;
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock;

    acquire_detached(store, handle);
    store->age_ms = 60000;
    assert_lost(store, handle, "lease has run out");
    store->age_ms = 62000;
    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, NULL, &lock, &error), S3A_OK);
    store->age_ms = 0;
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
    assert_lost(store, handle, "taken over");
    fake_store_put(store, "precious", NULL);
    assert_lost(store, handle, "no lock");
    fake_store_delete(store);
    assert_lost(store, handle, "deleted");
}

static void a_beat_whose_answer_was_lost_is_found(void **state)
{
    struct fake_store *store = *state;
    const enum fake_fault faults[] = {FAKE_NONE, FAKE_ANSWER_LOST};
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock;
    struct s3a_error error;

    acquire_detached(store, handle);
    fake_store_script(store, faults, 2);
    size_t before = store->request_count;
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, &lock, &error), S3A_OK);
    assert_int_equal(store->request_count - before, 3);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
}

static void a_store_without_answers_leaves_it_as_it_is(void **state)
{
    struct fake_store *store = *state;
    const enum fake_fault faults[] = {FAKE_LATER, FAKE_LATER, FAKE_LATER, FAKE_DENIED, FAKE_DENIED};
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock;
    struct s3a_error error;

    acquire_detached(store, handle);
    fake_store_script(store, faults, 5);
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, &lock, &error), S3A_LATER);
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, &lock, &error), S3A_DENIED);
    assert_int_equal(s3a_lock_check(store->client, handle, NULL, &error), S3A_DENIED);
    assert_int_equal(s3a_lock_check(store->client, handle, NULL, &error), S3A_OK);
}

static void cancelled_it_stays_held(void **state)
{
    struct fake_store *store = *state;
    const enum fake_fault faults[] = {FAKE_SILENCE};
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock;
    struct s3a_error error;

    acquire_detached(store, handle);
    fake_store_script(store, faults, 1);
    size_t before = store->request_count;
    struct s3a_future *future = s3a_lock_attach_async(store->client, handle, NULL, &lock);
    fake_store_wait(store, before + 1);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_CANCELLED);
    assert_non_null(strstr(error.message, "it stays held"));
    s3a_future_free(future);
    assert_int_equal(s3a_lock_check(store->client, handle, NULL, &error), S3A_OK);
}

static void a_detached_lock_is_nobodys_to_release(void **state)
{
    struct fake_store *store = *state;
    char handle[S3A_LOCK_HANDLE_SIZE];
    char again[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock = acquire(store);
    struct s3a_error error;

    detach(lock, handle);
    size_t before = store->request_count;
    assert_int_equal(s3a_lock_release(lock, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "detached"));
    assert_int_equal(s3a_lock_detach(lock, again, &error), S3A_INVALID);
    assert_string_equal(again, "");
    s3a_lock_free(lock);
    assert_int_equal(store->request_count, before);
    assert_int_equal(s3a_lock_check(store->client, handle, NULL, &error), S3A_OK);
}

static void what_was_given_back_cannot_be_detached(void **state)
{
    struct fake_store *store = *state;
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock = acquire(store);
    struct s3a_error error;

    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    assert_int_equal(s3a_lock_detach(lock, handle, &error), S3A_INVALID);
    assert_string_equal(handle, "");
    s3a_lock_free(lock);
    assert_int_equal(s3a_lock_detach(NULL, handle, &error), S3A_INVALID);
}

static void one_client_goes_on_with_it_once(void **state)
{
    struct fake_store *store = *state;
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock;
    struct s3a_lock *other;
    struct s3a_error error;

    acquire_detached(store, handle);
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, &lock, &error), S3A_OK);
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, &other, &error), S3A_BUSY);
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
}

static void wrong_arguments_send_nothing(void **state)
{
    struct fake_store *store = *state;
    const struct s3a_lock_options bad = {.heartbeat_ms = 1};
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock;
    struct s3a_error error;

    acquire_detached(store, handle);
    size_t before = store->request_count;
    assert_int_equal(s3a_lock_attach(store->client, "s3a1-x", NULL, &lock, &error), S3A_INVALID);
    assert_null(lock);
    assert_int_equal(s3a_lock_attach(store->client, handle, &bad, &lock, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_attach(store->client, handle, NULL, NULL, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_attach(NULL, handle, NULL, &lock, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_check(store->client, "", NULL, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_check(NULL, handle, NULL, &error), S3A_INVALID);
    assert_int_equal(store->request_count, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_STORE_TEST(a_lock_goes_from_hand_to_hand_and_back),
        FAKE_STORE_TEST(an_older_handle_of_the_same_grant_still_is_it),
        FAKE_STORE_TEST(given_back_for_later_it_is_not_to_be_gone_on_with),
        FAKE_STORE_TEST(what_became_of_a_lost_one_is_told),
        FAKE_STORE_TEST(a_beat_whose_answer_was_lost_is_found),
        FAKE_STORE_TEST(a_store_without_answers_leaves_it_as_it_is),
        FAKE_STORE_TEST(cancelled_it_stays_held),
        FAKE_STORE_TEST(a_detached_lock_is_nobodys_to_release),
        FAKE_STORE_TEST(what_was_given_back_cannot_be_detached),
        FAKE_STORE_TEST(one_client_goes_on_with_it_once),
        FAKE_STORE_TEST(wrong_arguments_send_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
