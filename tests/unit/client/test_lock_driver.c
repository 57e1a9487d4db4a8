/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <s3atomic/lock.h>

#include "fake_store.h"

#define BUCKET "bucket"
#define NAME "job"
#define COUNT(faults) (sizeof(faults) / sizeof((faults)[0]))

/* Heartbeats that no test lives to see. */
static const struct s3a_lock_options calm = {.poll_min_ms = 1, .poll_max_ms = 2};

static struct s3a_lock *acquire(struct fake_store *store, const struct s3a_lock_options *options)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, options, &lock, &error), S3A_OK);
    return lock;
}

static void assert_not_acquired(struct fake_store *store, const struct s3a_lock_options *options,
                                enum s3a_status status, const char *message)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, options, &lock, &error), status);
    assert_null(lock);
    assert_non_null(strstr(error.message, message));
}

static void release(struct s3a_lock *lock, enum s3a_status status)
{
    struct s3a_error error;

    assert_int_equal(s3a_lock_release(lock, &error), status);
    assert_false(s3a_lock_is_held(lock));
    s3a_lock_free(lock);
}

static void assert_requests(const struct fake_store *store, size_t first, const char *expected)
{
    char seen[FAKE_REQUESTS_MAX * 8] = "";

    for (size_t i = first; i < store->request_count; i++) {
        const struct fake_request *request = &store->requests[i];
        const char *word = request->kind == S3A_OP_GET_OBJECT ? "look"
                           : request->if_none_match[0]        ? "create"
                                                              : "replace";
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s%s", seen[0] ? " " : "",
                 word);
    }
    assert_string_equal(seen, expected);
}

static void a_cold_lock_costs_two_requests_a_warm_one_costs_one(void **state)
{
    struct fake_store *store = *state;

    struct s3a_lock *lock = acquire(store, &calm);
    assert_true(s3a_lock_is_held(lock));
    assert_true(s3a_lock_remaining_ms(lock) > 0);
    assert_string_equal(s3a_lock_bucket(lock), BUCKET);
    assert_string_equal(s3a_lock_key(lock), NAME ".lock");
    assert_int_equal(strlen(s3a_lock_owner(lock)), 32);
    assert_int_equal(s3a_lock_lease_ms(lock), 30000);
    assert_requests(store, 0, "look create");
    uint64_t token = s3a_lock_token(lock);
    release(lock, S3A_OK);
    assert_requests(store, 2, "replace");
    lock = acquire(store, &calm);
    assert_requests(store, 3, "replace");
    assert_int_equal(s3a_lock_token(lock), token + 1);
    release(lock, S3A_OK);
}

static void the_record_says_who_and_the_java_library_sees_when(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_options options = calm;
    char body[4097];
    char pid[32];

    options.label = "nightly";
    options.data = "build 7";
    struct s3a_lock *lock = acquire(store, &options);
    fake_store_body(store, body, sizeof(body));
    snprintf(pid, sizeof(pid), "\"pid\":%d", (int)getpid());
    assert_non_null(strstr(body, "\"state\":\"held\""));
    assert_non_null(strstr(body, "\"label\":\"nightly\",\"data\":\"build 7\""));
    assert_non_null(strstr(body, pid));
    assert_string_not_equal(store->requests[1].expires, "Thu, 01 Jan 1970 00:00:00 GMT");
    release(lock, S3A_OK);
    fake_store_body(store, body, sizeof(body));
    assert_non_null(strstr(body, "\"state\":\"free\""));
    assert_string_equal(store->requests[2].expires, "Thu, 01 Jan 1970 00:00:00 GMT");
}

static void taking_it_twice_in_one_client_fails_without_a_request(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock *lock = acquire(store, &calm);
    size_t before = store->request_count;

    assert_not_acquired(store, &calm, S3A_BUSY, "already holds or is acquiring");
    assert_int_equal(store->request_count, before);
    release(lock, S3A_OK);
    release(acquire(store, &calm), S3A_OK);
}

static void an_ordinary_file_is_left_as_it_is(void **state)
{
    struct fake_store *store = *state;
    char body[64];

    fake_store_put(store, "precious", NULL);
    assert_not_acquired(store, &calm, S3A_NOT_A_LOCK, "it was left as it is");
    fake_store_body(store, body, sizeof(body));
    assert_string_equal(body, "precious");
    assert_requests(store, 0, "look");
}

static void a_grant_whose_answer_was_lost_is_adopted(void **state)
{
    struct fake_store *store = *state;
    const enum fake_fault faults[] = {FAKE_NONE, FAKE_ANSWER_LOST};

    fake_store_script(store, faults, COUNT(faults));
    struct s3a_lock *lock = acquire(store, &calm);
    assert_requests(store, 0, "look create look");
    release(lock, S3A_OK);
}

static void a_release_whose_answer_was_lost_is_found_done(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock *lock = acquire(store, &calm);
    const enum fake_fault faults[] = {FAKE_ANSWER_LOST};

    fake_store_script(store, faults, COUNT(faults));
    release(lock, S3A_OK);
    assert_requests(store, 2, "replace look");
}

static void work_of_a_store_that_only_says_later_goes_on(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_options options = calm;
    const enum fake_fault faults[] = {FAKE_LATER, FAKE_NONE, FAKE_RACE,
                                      FAKE_NONE,  FAKE_NONE, FAKE_LATER};

    options.wait_ms = 60000;
    fake_store_script(store, faults, COUNT(faults));
    release(acquire(store, &options), S3A_OK);
    assert_requests(store, 0, "look look create look create replace replace");
}

static void an_expired_java_lock_is_taken_over_a_good_one_is_not(void **state)
{
    struct fake_store *store = *state;

    /* The store's clock says 2026-09-21T13:33:20Z, and age_ms more. */
    fake_store_put(store, "c8b7a6d5-0000-4000-8000-123456789abc", "Mon, 21 Sep 2026 14:13:21 GMT");
    assert_not_acquired(store, &calm, S3A_HELD, "java-s3-atomic-utils");
    store->age_ms = 60000;
    release(acquire(store, &calm), S3A_OK);
}

static void cancelling_while_waiting_leaves_nothing_behind(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_options options = calm;
    struct s3a_lock *lock;
    struct s3a_error error;
    char before[4097], after[4097];

    struct s3a_lock *other = acquire(store, &calm);
    fake_store_body(store, before, sizeof(before));
    options.wait_ms = S3A_WAIT_FOREVER;
    /* The store has one object under all names: so this one is held by the other. */
    struct s3a_future *future =
        s3a_lock_acquire_async(store->client, BUCKET, "job2", &options, &lock);
    fake_store_wait(store, 6);
    assert_int_equal(s3a_future_wait(future, 0, &error), S3A_TIMEOUT);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_CANCELLED);
    assert_null(lock);
    s3a_future_free(future);
    fake_store_body(store, after, sizeof(after));
    assert_string_equal(before, after);
    release(other, S3A_OK);
}

static void a_look_that_nobody_answers_can_be_cancelled(void **state)
{
    struct fake_store *store = *state;
    const enum fake_fault faults[] = {FAKE_SILENCE};
    struct s3a_lock *lock;
    struct s3a_error error;

    fake_store_script(store, faults, COUNT(faults));
    struct s3a_future *future = s3a_lock_acquire_async(store->client, BUCKET, NAME, &calm, &lock);
    fake_store_wait(store, 1);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_CANCELLED);
    s3a_future_free(future);
    assert_int_equal(store->abandoned_count, 1);
}

static void a_handle_that_is_given_back_releases(void **state)
{
    struct fake_store *store = *state;

    s3a_lock_free(acquire(store, &calm));
    fake_store_wait(store, 3);
    assert_requests(store, 0, "look create replace");
}

static enum s3a_status fork_and_ask(struct s3a_lock *lock, void *arg)
{
    struct fake_store *store = arg;
    int wait_status;
    pid_t child = fork();

    if (child == 0) {
        struct s3a_lock *other;
        struct s3a_error error;
        bool ok = !s3a_lock_is_held(lock) && s3a_lock_remaining_ms(lock) == 0 &&
                  s3a_lock_release(lock, &error) == S3A_INVALID &&
                  s3a_lock_acquire(store->client, BUCKET, "x", NULL, &other, &error) == S3A_INVALID;
        s3a_lock_free(lock);
        s3a_client_free(store->client);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &wait_status, 0), child);
    assert_int_equal(wait_status, 0);
    assert_true(s3a_lock_is_held(lock));
    return S3A_FAILED;
}

static void a_forked_child_holds_nothing(void **state)
{
    struct fake_store *store = *state;
    struct s3a_error error;

    assert_int_equal(s3a_lock_run(store->client, BUCKET, NAME, &calm, fork_and_ask, store, &error),
                     S3A_FAILED);
    /* Work that fails gives the lock back all the same. */
    assert_requests(store, 0, "look create replace");
}

static enum s3a_status count_up(struct s3a_lock *lock, void *arg)
{
    assert_true(s3a_lock_is_held(lock));
    ++*(int *)arg;
    return S3A_OK;
}

static void a_critical_section_runs_beside_its_caller(void **state)
{
    struct fake_store *store = *state;
    struct s3a_error error;
    int count = 0;
    struct s3a_future *future =
        s3a_lock_run_async(store->client, BUCKET, NAME, &calm, count_up, &count);

    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_OK);
    s3a_future_free(future);
    assert_int_equal(count, 1);
    assert_requests(store, 0, "look create replace");
}

static void wrong_arguments_are_named(void **state)
{
    struct fake_store *store = *state;
    struct s3a_client *client = store->client;
    const struct s3a_lock_options bad = {.heartbeat_ms = 1};
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(NULL, BUCKET, NAME, NULL, &lock, &error), S3A_INVALID);
    assert_string_equal(error.message, "client: it is NULL");
    assert_int_equal(s3a_lock_acquire(client, "B", NAME, NULL, &lock, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_acquire(client, NULL, NAME, NULL, &lock, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_acquire(client, BUCKET, "", NULL, &lock, &error), S3A_INVALID);
    assert_string_equal(error.message, "name: it is empty");
    assert_int_equal(s3a_lock_acquire(client, BUCKET, NAME, &bad, &lock, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_acquire(client, BUCKET, NAME, NULL, NULL, &error), S3A_INVALID);
    assert_int_equal(s3a_lock_run(client, BUCKET, NAME, NULL, NULL, NULL, &error), S3A_INVALID);
    assert_string_equal(error.message, "work: it is NULL");
    assert_int_equal(s3a_lock_release(NULL, &error), S3A_INVALID);
    assert_false(s3a_lock_is_held(NULL));
    assert_int_equal(s3a_lock_token(NULL), 0);
    s3a_lock_free(NULL);
    assert_int_equal(store->request_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_STORE_TEST(a_cold_lock_costs_two_requests_a_warm_one_costs_one),
        FAKE_STORE_TEST(the_record_says_who_and_the_java_library_sees_when),
        FAKE_STORE_TEST(taking_it_twice_in_one_client_fails_without_a_request),
        FAKE_STORE_TEST(an_ordinary_file_is_left_as_it_is),
        FAKE_STORE_TEST(a_grant_whose_answer_was_lost_is_adopted),
        FAKE_STORE_TEST(a_release_whose_answer_was_lost_is_found_done),
        FAKE_STORE_TEST(work_of_a_store_that_only_says_later_goes_on),
        FAKE_STORE_TEST(an_expired_java_lock_is_taken_over_a_good_one_is_not),
        FAKE_STORE_TEST(cancelling_while_waiting_leaves_nothing_behind),
        FAKE_STORE_TEST(a_look_that_nobody_answers_can_be_cancelled),
        FAKE_STORE_TEST(a_handle_that_is_given_back_releases),
        FAKE_STORE_TEST(a_forked_child_holds_nothing),
        FAKE_STORE_TEST(a_critical_section_runs_beside_its_caller),
        FAKE_STORE_TEST(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
