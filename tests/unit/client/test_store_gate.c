/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include <s3atomic/s3atomic.h>

#include "liar.h"

#define BUCKET "bucket"
#define NAME "job"
#define KEY "job.lock"

/* Of a probe of PUT and DELETE that meets with no trouble; of one of DELETE alone. */
#define PROBE_REQUESTS 6
#define REMOVAL_PROBE_REQUESTS 3

/* Free since long ago: whoever takes it has a token that is old enough. */
#define OLD                                                                                        \
    "{\"s3atomic\":\"lock/1\",\"state\":\"free\",\"token\":41,"                                    \
    "\"owner\":\"0123456789abcdef0123456789abcdef\",\"beat\":3,\"lease_ms\":30000,"                \
    "\"heartbeat_ms\":10000,\"recent\":[\"00000000000000000000000000000001:40\"]}"

static const struct s3a_lock_options deleting = {.delete_on_release = true};

static struct s3a_lock *take(struct liar *liar, const struct s3a_lock_options *options)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    if (s3a_lock_acquire(liar->client, BUCKET, NAME, options, &lock, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
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

static bool take_old_and_give_back(struct liar *liar)
{
    liar_put(liar, KEY, OLD);
    struct s3a_lock *lock = take(liar, &deleting);
    assert_int_equal(s3a_lock_token(lock), 42);
    return give_back(lock);
}

static void assert_lies_there_free(struct liar *liar)
{
    assert_non_null(strstr(liar_body(liar, KEY), "\"state\":\"free\""));
}

/* Ends the client, and with it whatever it still has to do; the store as it was stays to be looked
 * at. */
static void end(struct liar *liar)
{
    liar_close(liar);
    assert_false(liar_has_scratch(liar));
}

static void begin(struct liar *liar, const char *endpoint)
{
    const struct s3a_client_options options = {.endpoint = endpoint};

    liar_open(liar, &options);
}

static void a_store_is_asked_once_for_all_locks_of_a_bucket(void **state)
{
    struct liar *liar = *state;

    assert_false(give_back(take(liar, NULL)));
    assert_false(give_back(take(liar, NULL)));
    end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    /* Looked at, taken, freed; taken, freed. */
    assert_int_equal(liar->request_count, PROBE_REQUESTS + 5);
    begin(liar, NULL);
}

static void amazons_own_is_not_asked_nor_is_a_directory(void **state)
{
    static const char *const endpoints[] = {"https://s3.eu-central-1.amazonaws.com",
                                            "https://s3.cn-north-1.amazonaws.com.cn",
                                            "file:///nowhere"};
    struct liar *liar = *state;

    for (int i = 0; i < 3; i++) {
        end(liar);
        begin(liar, endpoints[i]);
        assert_false(give_back(take(liar, NULL)));
        assert_int_equal(liar->probe_count, 0);
    }
}

static void a_name_that_only_looks_like_amazons_is_asked(void **state)
{
    struct liar *liar = *state;

    end(liar);
    begin(liar, "https://amazonaws.com.example");
    assert_false(give_back(take(liar, NULL)));
    assert_true(liar->probe_count > 0);
}

static void who_waits_for_a_lock_that_is_held_asks_nothing(void **state)
{
    struct liar *liar = *state;
    struct s3a_lock *lock;

    liar_put(liar, KEY,
             "{\"s3atomic\":\"lock/1\",\"state\":\"held\",\"token\":41,"
             "\"owner\":\"0123456789abcdef0123456789abcdef\",\"beat\":3,\"lease_ms\":30000,"
             "\"heartbeat_ms\":10000,\"recent\":[]}");
    assert_int_equal(s3a_lock_acquire(liar->client, BUCKET, NAME, NULL, &lock, NULL), S3A_HELD);
    assert_int_equal(liar->request_count, 1);
}

static void a_store_that_ignores_conditions_gives_no_lock(void **state)
{
    struct liar *liar = *state;
    struct s3a_error error;
    struct s3a_lock *lock;

    liar->ignores_if_match = true;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s3a_lock_acquire(liar->client, BUCKET, NAME, NULL, &lock, &error),
                         S3A_UNSUPPORTED);
        assert_non_null(strstr(error.message, "ignores If-Match"));
    }
    end(liar);
    assert_int_equal(liar->probe_count, 5); /* the same with its clean-up, once */
    assert_string_equal(liar_body(liar, KEY), "");
    begin(liar, NULL);
}

static void who_takes_the_risk_by_name_goes_on(void **state)
{
    const struct s3a_client_options options = {.unsafe_store = true};
    struct liar *liar = *state;

    end(liar);
    liar_open(liar, &options);
    liar->ignores_if_none_match = true;
    liar->wants_bare_etag = true;
    assert_false(give_back(take(liar, NULL)));
    assert_lies_there_free(liar);
    end(liar);
    liar_open(liar, &options);
    liar->answers[1] = S3A_CODE_ACCESS_DENIED; /* the look is the first request */
    assert_false(give_back(take(liar, NULL)));
    assert_lies_there_free(liar);
    end(liar);
    begin(liar, NULL);
}

#define MANY 6

static void many_at_once_wait_for_one_answer(void **state)
{
    struct liar *liar = *state;
    struct s3a_store *store = s3a_store_new(liar->client, s3a_bytes_codec());
    struct s3a_bytes bytes = {"value", 5};
    struct s3a_future *futures[MANY];
    struct s3a_object objects[MANY];
    char keys[MANY][8];

    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof(keys[i]), "key-%d", i);
        objects[i] = (struct s3a_object){.bucket = BUCKET, .key = keys[i], .value = &bytes};
        futures[i] = s3a_store_put_async(store, &objects[i]);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, NULL), S3A_OK);
        s3a_future_free(futures[i]);
    }
    s3a_store_free(store);
    end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    assert_int_equal(liar->request_count, PROBE_REQUESTS + MANY);
    begin(liar, NULL);
}

static void who_gives_up_while_it_is_asked_gets_away(void **state)
{
    struct liar *liar = *state;
    struct s3a_lock *lock;
    struct s3a_future *future;

    liar->is_silent = true;
    future = s3a_lock_acquire_async(liar->client, BUCKET, NAME, NULL, &lock);
    s3a_future_cancel(future);
    liar_speak(liar);
    enum s3a_status status = s3a_future_wait(future, S3A_WAIT_FOREVER, NULL);
    s3a_future_free(future);
    if (status == S3A_OK) { /* it was granted before */
        assert_false(give_back(lock));
    } else {
        assert_int_equal(status, S3A_CANCELLED);
    }
    end(liar);
    begin(liar, NULL);
}

static void a_client_that_ends_while_it_asks_cleans_up(void **state)
{
    struct liar *liar = *state;
    struct s3a_lock *lock;

    for (int i = 0; i < 20; i++) {
        struct s3a_future *future = s3a_lock_acquire_async(liar->client, BUCKET, NAME, NULL, &lock);
        liar_wait(liar, 1 + (unsigned)i % PROBE_REQUESTS);
        end(liar);
        if (s3a_future_wait(future, 0, NULL) == S3A_OK) {
            s3a_lock_free(lock);
        }
        s3a_future_free(future);
        begin(liar, NULL);
    }
}

/* DELETE under a condition. */

static void a_state_is_deleted_only_where_that_is_honoured(void **state)
{
    struct liar *liar = *state;
    struct s3a_store *store = s3a_store_new(liar->client, s3a_bytes_codec());
    struct s3a_error error;

    liar_put(liar, "key", "value");
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", "\"none\"", &error), S3A_CONFLICT);
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", "\"1\"", &error), S3A_OK);
    s3a_store_free(store);
    end(liar);

    begin(liar, NULL);
    liar->deletes_blindly = true;
    store = s3a_store_new(liar->client, s3a_bytes_codec());
    liar_put(liar, "key", "value");
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", "\"none\"", &error), S3A_UNSUPPORTED);
    assert_string_equal(liar_body(liar, "key"), "value");
    assert_int_equal(s3a_store_delete(store, BUCKET, "key", NULL, &error), S3A_OK);
    s3a_store_free(store);
    end(liar);
    begin(liar, NULL);
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
    end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    begin(liar, NULL);
}

static void amazons_own_is_asked_about_delete_alone(void **state)
{
    struct liar *liar = *state;

    end(liar);
    begin(liar, "https://s3.eu-central-1.amazonaws.com");
    assert_true(take_old_and_give_back(liar));
    assert_true(take_old_and_give_back(liar));
    end(liar);
    assert_int_equal(liar->probe_count, REMOVAL_PROBE_REQUESTS);
    begin(liar, NULL);
}

static void a_store_that_deletes_whatever_the_etag_gets_a_free_record(void **state)
{
    struct liar *liar = *state;

    liar->deletes_blindly = true;
    assert_false(take_old_and_give_back(liar));
    assert_lies_there_free(liar);
    assert_false(take_old_and_give_back(liar));
    end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    begin(liar, NULL);
}

/* Those of a client of Amazon's: looks, takes, and then asks. */
static void where_deleting_is_forbidden_it_is_freed(void **state)
{
    struct liar *liar = *state;

    end(liar);
    begin(liar, "https://s3.eu-central-1.amazonaws.com");
    liar->answers[3] = S3A_CODE_ACCESS_DENIED;
    assert_false(take_old_and_give_back(liar));
    assert_lies_there_free(liar);
    assert_false(take_old_and_give_back(liar));
    end(liar);
    assert_int_equal(liar->probe_count, REMOVAL_PROBE_REQUESTS);
    begin(liar, NULL);
}

static void without_a_clear_answer_the_store_is_asked_again_by_the_next_lock(void **state)
{
    struct liar *liar = *state;

    end(liar);
    begin(liar, "https://s3.eu-central-1.amazonaws.com");
    liar->loses[3] = true;
    assert_false(take_old_and_give_back(liar));
    assert_lies_there_free(liar);
    assert_true(take_old_and_give_back(liar));
    end(liar);
    begin(liar, NULL);
}

static void nobody_asks_about_delete_who_does_not_want_to(void **state)
{
    struct liar *liar = *state;

    end(liar);
    begin(liar, "https://s3.eu-central-1.amazonaws.com");
    assert_false(give_back(take(liar, NULL)));
    assert_lies_there_free(liar);
    assert_int_equal(liar->probe_count, 0);
}

static void held_for_a_moment_in_the_place_of_nothing_it_is_freed(void **state)
{
    struct liar *liar = *state;

    assert_false(give_back(take(liar, &deleting)));
    assert_lies_there_free(liar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIAR_TEST(a_store_is_asked_once_for_all_locks_of_a_bucket),
        LIAR_TEST(amazons_own_is_not_asked_nor_is_a_directory),
        LIAR_TEST(a_name_that_only_looks_like_amazons_is_asked),
        LIAR_TEST(who_waits_for_a_lock_that_is_held_asks_nothing),
        LIAR_TEST(a_store_that_ignores_conditions_gives_no_lock),
        LIAR_TEST(who_takes_the_risk_by_name_goes_on),
        LIAR_TEST(many_at_once_wait_for_one_answer),
        LIAR_TEST(who_gives_up_while_it_is_asked_gets_away),
        LIAR_TEST(a_client_that_ends_while_it_asks_cleans_up),
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
