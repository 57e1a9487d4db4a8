/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <s3atomic/s3atomic.h>

#include "liar.h"

/* DELETE under a condition, and locks that are given back by it. */

#define BUCKET LIAR_BUCKET
#define KEY LIAR_LOCK_KEY

/* Of a probe of PUT and DELETE that meets with no trouble; of one of DELETE alone. */
#define PROBE_REQUESTS 6
#define REMOVAL_PROBE_REQUESTS 3

/* Free since long ago: whoever takes it has a token that is old enough. */
#define OLD                                                                                        \
    "{\"s3atomic\":\"lock/1\",\"state\":\"free\",\"token\":41,"                                    \
    "\"owner\":\"0123456789abcdef0123456789abcdef\",\"beat\":3,\"lease_ms\":30000,"                \
    "\"heartbeat_ms\":10000,\"recent\":[\"00000000000000000000000000000001:40\"]}"

static const struct s3a_lock_options deleting = {.delete_on_release = true};

static bool take_old_and_give_back(struct liar *liar)
{
    liar_put(liar, KEY, OLD);
    struct s3a_lock *lock = liar_take(liar, &deleting);
    assert_int_equal(s3a_lock_token(lock), 42);
    return liar_give_back(lock);
}

static void a_state_is_deleted_only_where_that_is_honoured(void **state)
{
    struct liar *liar = *state;
    struct s3a_store *store = s3a_store_new(liar->client, s3a_bytes_codec());
    struct s3a_error error;

    liar_put(liar, "key", "value");
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", "\"none\"", &error), S3A_CONFLICT);
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", "\"1\"", &error), S3A_OK);
    s3a_store_free(store);
    liar_end(liar);

    liar_begin(liar, NULL);
    liar->deletes_blindly = true;
    store = s3a_store_new(liar->client, s3a_bytes_codec());
    liar_put(liar, "key", "value");
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", "\"none\"", &error), S3A_UNSUPPORTED);
    assert_string_equal(liar_body(liar, "key"), "value");
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", NULL, &error), S3A_OK);
    s3a_store_free(store);
    liar_end(liar);
    liar_begin(liar, NULL);
}

static void a_delete_names_the_state_as_the_store_wants_it(void **state)
{
    struct liar *liar = *state;
    struct s3a_store *store = s3a_store_new(liar->client, s3a_bytes_codec());

    liar->wants_bare_etag = true;
    liar_put(liar, "key", "value");
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", "\"1\"", NULL), S3A_OK);
    assert_string_equal(liar_body(liar, "key"), "");
    s3a_store_free(store);
}

static void a_lock_is_deleted_where_that_is_honoured(void **state)
{
    struct liar *liar = *state;

    assert_true(take_old_and_give_back(liar));
    assert_string_equal(liar_body(liar, KEY), "");
    assert_true(take_old_and_give_back(liar));
    liar_end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    liar_begin(liar, NULL);
}

static void amazons_own_is_asked_about_delete_alone(void **state)
{
    struct liar *liar = *state;

    liar_end(liar);
    liar_begin(liar, "https://s3.eu-central-1.amazonaws.com");
    assert_true(take_old_and_give_back(liar));
    assert_true(take_old_and_give_back(liar));
    liar_end(liar);
    assert_int_equal(liar->probe_count, REMOVAL_PROBE_REQUESTS);
    liar_begin(liar, NULL);
}

static void a_store_that_deletes_whatever_the_etag_gets_a_free_record(void **state)
{
    struct liar *liar = *state;

    liar->deletes_blindly = true;
    assert_false(take_old_and_give_back(liar));
    assert_true(liar_lock_is_free(liar));
    assert_false(take_old_and_give_back(liar));
    liar_end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    liar_begin(liar, NULL);
}

/* Those of a client of Amazon's: looks, takes, and then asks. */
static void where_deleting_is_forbidden_it_is_freed(void **state)
{
    struct liar *liar = *state;

    liar_end(liar);
    liar_begin(liar, "https://s3.eu-central-1.amazonaws.com");
    liar->answers[3] = S3A_CODE_ACCESS_DENIED;
    assert_false(take_old_and_give_back(liar));
    assert_true(liar_lock_is_free(liar));
    assert_false(take_old_and_give_back(liar));
    liar_end(liar);
    assert_int_equal(liar->probe_count, REMOVAL_PROBE_REQUESTS);
    liar_begin(liar, NULL);
}

static void without_a_clear_answer_the_store_is_asked_again_by_the_next_lock(void **state)
{
    struct liar *liar = *state;

    liar_end(liar);
    liar_begin(liar, "https://s3.eu-central-1.amazonaws.com");
    liar->loses[3] = true;
    assert_false(take_old_and_give_back(liar));
    assert_true(liar_lock_is_free(liar));
    assert_true(take_old_and_give_back(liar));
    liar_end(liar);
    liar_begin(liar, NULL);
}

static void nobody_asks_about_delete_who_does_not_want_to(void **state)
{
    struct liar *liar = *state;

    liar_end(liar);
    liar_begin(liar, "https://s3.eu-central-1.amazonaws.com");
    assert_false(liar_give_back(liar_take(liar, NULL)));
    assert_true(liar_lock_is_free(liar));
    assert_int_equal(liar->probe_count, 0);
}

static void held_for_a_moment_in_the_place_of_nothing_it_is_freed(void **state)
{
    struct liar *liar = *state;

    assert_false(liar_give_back(liar_take(liar, &deleting)));
    assert_true(liar_lock_is_free(liar));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIAR_TEST(a_state_is_deleted_only_where_that_is_honoured),
        LIAR_TEST(a_delete_names_the_state_as_the_store_wants_it),
        LIAR_TEST(a_lock_is_deleted_where_that_is_honoured),
        LIAR_TEST(amazons_own_is_asked_about_delete_alone),
        LIAR_TEST(a_store_that_deletes_whatever_the_etag_gets_a_free_record),
        LIAR_TEST(where_deleting_is_forbidden_it_is_freed),
        LIAR_TEST(without_a_clear_answer_the_store_is_asked_again_by_the_next_lock),
        LIAR_TEST(nobody_asks_about_delete_who_does_not_want_to),
        LIAR_TEST(held_for_a_moment_in_the_place_of_nothing_it_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
