/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <s3atomic/lock.h>

#include "fake_store.h"

#define BUCKET "bucket"
#define NAME "job"
#define COUNT(faults) (sizeof(faults) / sizeof((faults)[0]))

/* A lock that is held, and how it looks. */
static struct s3a_lock *hold(struct fake_store *store, struct s3a_lock_info *ret_info)
{
    const struct s3a_lock_options options = {.label = "stuck"};
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(store->client, BUCKET, NAME, &options, &lock, &error),
                     S3A_OK);
    assert_int_equal(s3a_lock_inspect(store->client, BUCKET, NAME, ret_info, &error), S3A_OK);
    assert_int_equal(ret_info->state, S3A_LOCK_HELD);
    return lock;
}

static void break_it(struct fake_store *store, const char *etag, enum s3a_status status,
                     const char *message)
{
    struct s3a_error error;

    assert_int_equal(s3a_lock_break(store->client, BUCKET, NAME, etag, &error), status);
    assert_non_null(strstr(error.message, message));
}

static void assert_freed(struct fake_store *store, const struct s3a_lock_info *before)
{
    struct s3a_lock_info after;
    struct s3a_error error;

    assert_int_equal(s3a_lock_inspect(store->client, BUCKET, NAME, &after, &error), S3A_OK);
    assert_int_equal(after.state, S3A_LOCK_FREE);
    assert_int_equal(after.token, before->token);
    assert_string_equal(after.owner, before->owner);
    assert_string_equal(after.label, "stuck");
    assert_int_equal(after.beat, before->beat + 1);
}

/* Its holder wanted it free, and so it is. */
static void let_go(struct s3a_lock *lock)
{
    struct s3a_error error;

    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
}

static void the_state_that_was_looked_at_is_freed(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_info info;
    struct s3a_lock *lock = hold(store, &info);

    break_it(store, info.etag, S3A_OK, "");
    assert_freed(store, &info);
    break_it(store, info.etag, S3A_CONFLICT, "it has changed since");
    let_go(lock);
}

static void an_etag_without_its_quotes_names_the_same_state(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_info info;
    struct s3a_lock *lock = hold(store, &info);
    char bare[129];

    strcpy(bare, info.etag + 1);
    bare[strlen(bare) - 1] = '\0';
    break_it(store, bare, S3A_OK, "");
    assert_freed(store, &info);
    let_go(lock);
}

static void another_state_is_left_alone(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_info info;
    struct s3a_lock *lock = hold(store, &info);
    struct s3a_error error;

    break_it(store, "\"other\"", S3A_CONFLICT,
             "unlock s3://bucket/job.lock: it has changed since it was looked at");
    assert_true(s3a_lock_is_held(lock));
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
}

static void a_lost_answer_is_looked_up(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_info info;
    struct s3a_lock *lock = hold(store, &info);
    const enum fake_fault faults[] = {FAKE_NONE, FAKE_ANSWER_LOST};

    fake_store_script(store, faults, COUNT(faults));
    break_it(store, info.etag, S3A_OK, "");
    assert_freed(store, &info);
    let_go(lock);
}

static void a_lost_request_is_sent_again(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_info info;
    struct s3a_lock *lock = hold(store, &info);
    const enum fake_fault faults[] = {FAKE_LATER, FAKE_NONE, FAKE_REQUEST_LOST, FAKE_NONE,
                                      FAKE_RACE};

    fake_store_script(store, faults, COUNT(faults));
    break_it(store, info.etag, S3A_OK, "");
    assert_freed(store, &info);
    let_go(lock);
}

static void a_store_that_never_answers_clearly_leaves_it_in_doubt(void **state)
{
    struct fake_store *store = *state;
    struct s3a_lock_info info;
    struct s3a_lock *lock = hold(store, &info);
    enum fake_fault faults[20] = {FAKE_NONE};

    for (size_t i = 1; i < COUNT(faults); i++) {
        faults[i] = FAKE_REQUEST_LOST;
    }
    fake_store_script(store, faults, COUNT(faults));
    break_it(store, info.etag, S3A_IN_DOUBT, "could not be found out");
    fake_store_script(store, faults, 0);
    struct s3a_error error;
    assert_int_equal(s3a_lock_release(lock, &error), S3A_OK);
    s3a_lock_free(lock);
}

static void what_is_no_lock_of_ours_is_left_alone(void **state)
{
    struct fake_store *store = *state;
    char body[64];

    break_it(store, "\"1\"", S3A_NOT_FOUND, "unlock s3://bucket/job.lock: ");
    fake_store_put(store, "a file", NULL);
    break_it(store, store->etag, S3A_NOT_A_LOCK, "no lock");
    fake_store_put(store, "uuid", "Mon, 21 Sep 2026 14:13:21 GMT");
    break_it(store, store->etag, S3A_UNSUPPORTED, "java-s3-atomic-utils");
    fake_store_put(store, "{\"s3atomic\":\"lock/2\"}", NULL);
    break_it(store, store->etag, S3A_UNSUPPORTED, "newer version");
    fake_store_body(store, body, sizeof(body));
    assert_string_equal(body, "{\"s3atomic\":\"lock/2\"}");
}

static void wrong_arguments_are_named(void **state)
{
    struct fake_store *store = *state;
    struct s3a_error error;

    break_it(store, NULL, S3A_INVALID, "etag: it is NULL");
    break_it(store, "", S3A_INVALID, "etag: it is empty");
    assert_int_equal(s3a_lock_break(NULL, BUCKET, NAME, "\"1\"", &error), S3A_INVALID);
    assert_int_equal(s3a_lock_break(store->client, BUCKET, NULL, "\"1\"", &error), S3A_INVALID);
    assert_int_equal(store->request_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAKE_STORE_TEST(the_state_that_was_looked_at_is_freed),
        FAKE_STORE_TEST(an_etag_without_its_quotes_names_the_same_state),
        FAKE_STORE_TEST(another_state_is_left_alone),
        FAKE_STORE_TEST(a_lost_answer_is_looked_up),
        FAKE_STORE_TEST(a_lost_request_is_sent_again),
        FAKE_STORE_TEST(a_store_that_never_answers_clearly_leaves_it_in_doubt),
        FAKE_STORE_TEST(what_is_no_lock_of_ours_is_left_alone),
        FAKE_STORE_TEST(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
