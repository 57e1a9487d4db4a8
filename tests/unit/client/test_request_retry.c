/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "desk.h"
#include "request.h"
#include "store_state.h"

/* What is tried again, and how often; when is in test_retry.c. */

static struct desk *with_attempts(void **state, uint32_t attempts_max)
{
    struct desk *desk = *state;

    desk->fake.client->retries.terms.attempts_max = attempts_max;
    return desk;
}

static enum s3a_status get(struct desk *desk, struct s3a_error *error)
{
    struct s3a_object object;
    enum s3a_status status = s3a_store_get(desk->store, DESK_BUCKET, DESK_KEY, &object, error);

    s3a_object_clear(&object);
    return status;
}

static uint32_t tokens_taken(const struct desk *desk)
{
    return S3A_RETRY_TOKENS_MAX - desk->fake.client->retries.tokens;
}

static void a_read_that_failed_is_tried_again(void **state)
{
    struct desk *desk = with_attempts(state, 3);

    fake_store_put(&desk->fake, "text", NULL);
    desk_script(desk, FAKE_REQUEST_LOST, FAKE_LATER);
    assert_int_equal(get(desk, NULL), S3A_OK);
    assert_requests(desk, "GGG");
    assert_int_equal(tokens_taken(desk), 14); /* the last one's price is back */
}

static void the_last_failure_is_told(void **state)
{
    struct desk *desk = with_attempts(state, 3);
    struct s3a_error error;

    desk_script(desk, FAKE_REQUEST_LOST, FAKE_REQUEST_LOST, FAKE_LATER);
    assert_int_equal(get(desk, &error), S3A_LATER);
    assert_int_equal(error.http_status, 503);
    assert_requests(desk, "GGG");
}

static void a_clear_answer_ends_it(void **state)
{
    struct desk *desk = with_attempts(state, 3);

    desk_script(desk, FAKE_LATER);
    assert_int_equal(get(desk, NULL), S3A_NOT_FOUND);
    assert_requests(desk, "GG");
    desk_script(desk, FAKE_DENIED);
    assert_int_equal(get(desk, NULL), S3A_DENIED);
    assert_requests(desk, "G");
}

/* Others may have written in between. */
static void a_write_in_doubt_is_not_sent_again(void **state)
{
    struct desk *desk = with_attempts(state, 3);

    fake_store_put(&desk->fake, "text", NULL);
    desk_script(desk, FAKE_ANSWER_LOST);
    assert_int_equal(s3a_store_delete(desk->store, DESK_BUCKET, DESK_KEY, NULL, NULL),
                     S3A_IN_DOUBT);
    assert_requests(desk, "D");
    assert_int_equal(tokens_taken(desk), 0);
}

static void a_write_that_was_not_carried_out_is(void **state)
{
    struct desk *desk = with_attempts(state, 3);

    fake_store_put(&desk->fake, "text", NULL);
    desk_script(desk, FAKE_LATER, FAKE_RACE);
    assert_int_equal(s3a_store_delete(desk->store, DESK_BUCKET, DESK_KEY, NULL, NULL), S3A_OK);
    assert_requests(desk, "DDD");
}

static void a_put_that_was_not_carried_out_is_too(void **state)
{
    struct desk *desk = with_attempts(state, 3);
    char etag[129] = "";

    desk_script(desk, FAKE_LATER, FAKE_LATER);
    assert_int_equal(desk_put(desk, "text", etag, NULL), S3A_OK);
    assert_requests(desk, "PPP");
    desk_script(desk, FAKE_LATER, FAKE_LATER, FAKE_LATER);
    assert_int_equal(desk_put(desk, "other", etag, NULL), S3A_LATER);
    assert_requests(desk, "PPP");
    assert_stored(desk, "text");
}

/* From then on it is the machine's: it looks, and has a patience of its own. */
static void a_put_in_doubt_is_cleared_up_instead(void **state)
{
    struct desk *desk = with_attempts(state, 2);
    char etag[129] = "";

    desk_script(desk, FAKE_LATER, FAKE_REQUEST_LOST, FAKE_LATER, FAKE_NONE, FAKE_LATER);
    assert_int_equal(desk_put(desk, "text", etag, NULL), S3A_OK);
    assert_requests(desk, "PPHHPP");
}

/* It begins again by itself, and would make three times three of it. */
static void an_updates_reads_are_its_own(void **state)
{
    struct desk *desk = with_attempts(state, 3);
    struct s3a_store_read read;
    struct s3a_error error;
    uint32_t pause_ms = 0;

    desk_script(desk, FAKE_LATER, FAKE_LATER);
    assert_int_equal(s3a_store_read_now(desk->store, S3A_OP_GET_OBJECT, DESK_BUCKET, DESK_KEY,
                                        &pause_ms, &read, &error),
                     S3A_LATER);
    assert_requests(desk, "G");
    s3a_store_read_fini(&read);
}

static void a_pause_between_two_tries_can_be_cancelled(void **state)
{
    struct desk *desk = with_attempts(state, 100);
    struct s3a_object object;

    for (int i = 0; i < 2; i++) {
        desk_script(desk, FAKE_LATER, FAKE_LATER, FAKE_SILENCE);
        struct s3a_future *future =
            s3a_store_get_async(desk->store, DESK_BUCKET, DESK_KEY, &object);
        fake_store_wait(&desk->fake, i ? 3 : 1);
        s3a_future_cancel(future);
        assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_CANCELLED);
        s3a_future_free(future);
        desk->fake.request_count = 0;
    }
}

static void all_tries_together_end_in_time(void **state)
{
    struct desk *desk = with_attempts(state, 100);
    struct s3a_error error;

    desk->fake.client->total_timeout_ms = 300;
    desk_script(desk, FAKE_LATER, FAKE_SILENCE);
    assert_int_equal(get(desk, &error), S3A_TIMEOUT);
    assert_non_null(strstr(error.message, "within 300 ms, in 2 tries"));
    assert_requests(desk, "GG");
    desk_script(desk, FAKE_SILENCE);
    assert_int_equal(s3a_store_delete(desk->store, DESK_BUCKET, DESK_KEY, NULL, &error),
                     S3A_IN_DOUBT);
    assert_non_null(strstr(error.message, "it may still be applied"));
}

static void what_is_down_is_not_asked_three_times_by_everybody(void **state)
{
    struct desk *desk = with_attempts(state, 3);

    desk->fake.client->retries.tokens = 20;
    desk_script(desk, FAKE_LATER, FAKE_LATER, FAKE_LATER);
    assert_int_equal(get(desk, NULL), S3A_LATER);
    assert_requests(desk, "GG");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_read_that_failed_is_tried_again),
        DESK_TEST(the_last_failure_is_told),
        DESK_TEST(a_clear_answer_ends_it),
        DESK_TEST(a_write_in_doubt_is_not_sent_again),
        DESK_TEST(a_write_that_was_not_carried_out_is),
        DESK_TEST(a_put_that_was_not_carried_out_is_too),
        DESK_TEST(a_put_in_doubt_is_cleared_up_instead),
        DESK_TEST(an_updates_reads_are_its_own),
        DESK_TEST(a_pause_between_two_tries_can_be_cancelled),
        DESK_TEST(all_tries_together_end_in_time),
        DESK_TEST(what_is_down_is_not_asked_three_times_by_everybody),
    };
    return cmocka_run_group_tests_name("request_retry", tests, NULL, NULL);
}
