/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include <s3atomic/lock.h>

#include "fake_store.h"

#define BUCKET "bucket"
#define NAME "job"

/* Free since long ago: whoever takes it has a token that is old enough. */
#define OLD                                                                                        \
    "{\"s3atomic\":\"lock/1\",\"state\":\"free\",\"token\":41,"                                    \
    "\"owner\":\"0123456789abcdef0123456789abcdef\",\"beat\":3,\"lease_ms\":30000,"                \
    "\"heartbeat_ms\":10000,\"recent\":[\"00000000000000000000000000000001:40\"]}"

static const struct s3a_lock_options deleting = {.delete_on_release = true};

static struct s3a_lock *take(struct fake_store *store, const struct s3a_lock_options *options)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, options, &lock, &error), S3A_OK);
    return lock;
}

static bool give_back(struct s3a_lock *lock)
{
    struct s3a_error error;

    assert_false(s3a_lock_was_deleted(lock));
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    bool was_deleted = s3a_lock_was_deleted(lock);
    s3a_lock_free(lock);
    return was_deleted;
}

static bool take_old_and_give_back(struct fake_store *store)
{
    fake_store_put(store, OLD, NULL);
    struct s3a_lock *lock = take(store, &deleting);
    assert_int_equal(s3a_lock_token(lock), 42);
    return give_back(lock);
}

static void assert_lies_there_free(struct fake_store *store)
{
    char body[4097];

    fake_store_body(store, body, sizeof(body));
    assert_non_null(strstr(body, "\"state\":\"free\""));
}

static void a_store_that_refuses_the_wrong_etag_is_asked_once(void **state)
{
    struct fake_store *store = *state;

    assert_true(take_old_and_give_back(store));
    assert_false(store->exists);
    assert_int_equal(store->requests[2].kind, S3A_OP_DELETE_OBJECT);
    assert_string_equal(store->requests[2].if_match, "\"2\"");
    assert_int_equal(store->probe_requests, 3);
    assert_false(store->probe_exists);
    assert_true(take_old_and_give_back(store));
    assert_int_equal(store->probe_requests, 3);
}

static void a_store_that_deletes_whatever_the_etag_gets_a_free_record(void **state)
{
    struct fake_store *store = *state;

    store->deletes_blindly = true;
    assert_false(take_old_and_give_back(store));
    assert_lies_there_free(store);
    assert_false(store->probe_exists);
    assert_int_equal(store->probe_requests, 2);
    assert_false(take_old_and_give_back(store));
    assert_int_equal(store->probe_requests, 2);
}

static void where_deleting_is_forbidden_it_is_freed(void **state)
{
    struct fake_store *store = *state;

    store->probe_answer = S3A_CODE_ACCESS_DENIED;
    assert_false(take_old_and_give_back(store));
    assert_lies_there_free(store);
    assert_false(take_old_and_give_back(store));
    assert_int_equal(store->probe_requests, 3);
}

static void without_a_clear_answer_the_store_is_asked_again_by_the_next_lock(void **state)
{
    struct fake_store *store = *state;

    store->probe_answer = S3A_CODE_SERVICE_UNAVAILABLE;
    assert_false(take_old_and_give_back(store));
    assert_lies_there_free(store);
    assert_false(store->probe_exists);
    store->probe_answer = S3A_CODE_NONE;
    assert_true(take_old_and_give_back(store));
}

static void who_finds_the_scratch_object_gone_begins_again_but_not_for_ever(void **state)
{
    struct fake_store *store = *state;

    store->probe_answer = S3A_CODE_NO_SUCH_KEY;
    assert_false(take_old_and_give_back(store));
    assert_int_equal(store->probe_requests, 6);
}

static void nobody_asks_who_does_not_want_to_delete(void **state)
{
    struct fake_store *store = *state;

    assert_false(give_back(take(store, NULL)));
    assert_lies_there_free(store);
    assert_int_equal(store->probe_requests, 0);
}

static void held_for_a_moment_in_the_place_of_nothing_it_is_freed(void **state)
{
    struct fake_store *store = *state;

    assert_false(give_back(take(store, &deleting)));
    assert_lies_there_free(store);
}

static void a_client_that_ends_gives_back_all_the_same(void **state)
{
    struct fake_store *store = *state;

    fake_store_put(store, OLD, NULL);
    struct s3a_lock *lock = take(store, &deleting);
    fake_store_close(store); /* as the test's end does again: what is in between is a new one */
    s3a_lock_free(lock);
    assert_true(!store->exists || strstr(store->body, "\"state\":\"free\"") != NULL);
    fake_store_open(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_STORE_TEST(a_store_that_refuses_the_wrong_etag_is_asked_once),
        FAKE_STORE_TEST(a_store_that_deletes_whatever_the_etag_gets_a_free_record),
        FAKE_STORE_TEST(where_deleting_is_forbidden_it_is_freed),
        FAKE_STORE_TEST(without_a_clear_answer_the_store_is_asked_again_by_the_next_lock),
        FAKE_STORE_TEST(who_finds_the_scratch_object_gone_begins_again_but_not_for_ever),
        FAKE_STORE_TEST(nobody_asks_who_does_not_want_to_delete),
        FAKE_STORE_TEST(held_for_a_moment_in_the_place_of_nothing_it_is_freed),
        FAKE_STORE_TEST(a_client_that_ends_gives_back_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
