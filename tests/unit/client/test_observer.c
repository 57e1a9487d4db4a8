/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "desk.h"
#include "observer.h"
#include "request.h"

/* What the log said, in the loop's thread; read once that is idle. */
static struct {
    char text[8192];
    unsigned lines;
} heard;

static void hear(enum s3a_log_level level, const char *message, void *user)
{
    size_t used = strlen(heard.text);

    (void)user;
    snprintf(heard.text + used, sizeof(heard.text) - used, "%s: %s\n", s3a_log_level_name(level),
             message);
    heard.lines++;
}

static void listen_at(struct desk *desk, enum s3a_log_level level)
{
    struct s3a_observer *observer = &desk->fake.client->observer;

    memset(&heard, 0, sizeof(heard));
    observer->on_log = hear;
    observer->level = level;
}

static struct s3a_client_statistics read_of(struct desk *desk)
{
    struct s3a_client_statistics statistics;

    s3a_client_statistics(desk->fake.client, &statistics);
    return statistics;
}

static enum s3a_status get(struct desk *desk)
{
    struct s3a_object object;
    enum s3a_status status = s3a_store_get(desk->store, DESK_BUCKET, DESK_KEY, &object, NULL);

    s3a_object_clear(&object);
    return status;
}

static void assert_heard(const char *text)
{
    if (!strstr(heard.text, text)) {
        fail_msg("%s", heard.text);
    }
}

static void requests_are_counted_by_operation_and_outcome(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";

    assert_int_equal(get(desk), S3A_NOT_FOUND);
    assert_int_equal(desk_put(desk, "text", etag, NULL), S3A_OK);
    desk_script(desk, FAKE_NONE, FAKE_LATER);
    assert_int_equal(get(desk), S3A_OK);
    assert_int_equal(get(desk), S3A_LATER);
    assert_requests(desk, "GPGG");
    desk_script(desk, FAKE_DENIED, FAKE_ANSWER_LOST);
    assert_int_equal(get(desk), S3A_DENIED);
    assert_int_equal(s3a_store_delete(desk->store, DESK_BUCKET, DESK_KEY, NULL, NULL),
                     S3A_IN_DOUBT);
    const struct s3a_client_statistics read = read_of(desk);
    const struct s3a_operation_statistics *gets = &read.operations[S3A_OPERATION_GET];
    assert_int_equal(gets->done, 1);
    assert_int_equal(gets->conflicts, 1);
    assert_int_equal(gets->failed, 1);
    assert_int_equal(gets->refused, 1);
    assert_int_equal(gets->in_doubt + gets->abandoned, 0);
    assert_int_equal(read.operations[S3A_OPERATION_PUT].done, 1);
    assert_int_equal(read.operations[S3A_OPERATION_DELETE].in_doubt, 1);
    assert_true(gets->latency_p50_us <= gets->latency_p90_us);
    assert_true(gets->latency_p99_us <= gets->latency_max_us);
    assert_int_equal(read.operations[S3A_OPERATION_LIST].latency_max_us, 0);
}

static void doubts_are_counted_with_what_became_of_them(void **state)
{
    struct desk *desk = *state;
    struct s3a_client_statistics read;
    char etag[129] = "";

    listen_at(desk, S3A_LOG_INFO);
    desk_script(desk, FAKE_ANSWER_LOST);
    assert_int_equal(desk_put(desk, "text", etag, NULL), S3A_OK);
    assert_heard("info: PUT s3://bucket/key: was in doubt: it is written\n");
    assert_requests(desk, "PH");
    desk_script(desk, FAKE_REQUEST_LOST, FAKE_NONE, FAKE_DENIED);
    assert_int_equal(desk_put(desk, "other", etag, NULL), S3A_IN_DOUBT);
    read = read_of(desk);
    assert_int_equal(read.doubts_applied, 1);
    assert_int_equal(read.doubts_open, 1);
    assert_int_equal(read.operations[S3A_OPERATION_PUT].in_doubt, 2);
    assert_heard("warning: PUT s3://bucket/key: whether it was written could not be found out\n");
}

static void tries_are_counted_and_told(void **state)
{
    struct desk *desk = *state;
    struct s3a_client_statistics read;

    desk->fake.client->retries.terms.attempts_max = 3;
    desk->fake.client->retries.tokens = 20;
    listen_at(desk, S3A_LOG_INFO);
    desk_script(desk, FAKE_LATER, FAKE_LATER);
    assert_int_equal(get(desk), S3A_LATER);
    assert_heard("info: GET s3://bucket/key: Service is unable to handle request. "
                 "(ServiceUnavailable, HTTP 503); again in ");
    read = read_of(desk);
    assert_int_equal(read.retries, 1);
    assert_int_equal(read.retries_denied, 1);
}

static void what_nobody_waits_for_is_counted_apart(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;

    desk_script(desk, FAKE_SILENCE);
    struct s3a_future *future = s3a_store_get_async(desk->store, DESK_BUCKET, DESK_KEY, &object);
    fake_store_wait(&desk->fake, 1);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_CANCELLED);
    s3a_future_free(future);
    assert_int_equal(read_of(desk).operations[S3A_OPERATION_GET].abandoned, 1);
}

static void each_request_has_a_line_for_those_who_want_it(void **state)
{
    struct desk *desk = *state;

    listen_at(desk, S3A_LOG_INFO);
    assert_int_equal(get(desk), S3A_NOT_FOUND);
    assert_int_equal(heard.lines, 0);
    listen_at(desk, S3A_LOG_DEBUG);
    assert_int_equal(get(desk), S3A_NOT_FOUND);
    assert_int_equal(heard.lines, 1);
    assert_heard("debug: GET s3://bucket/key: The specified key does not exist. (NoSuchKey, HTTP "
                 "404): NOT_FOUND, ");
    fake_store_put(&desk->fake, "text", NULL);
    assert_int_equal(get(desk), S3A_OK);
    assert_heard("debug: GET s3://bucket/key: 200, 4 bytes, ");
}

static void what_the_world_wrote_cannot_move_the_cursor(void **state)
{
    struct s3a_observer observer;

    (void)state;
    memset(&heard, 0, sizeof(heard));
    s3a_observer_init(&observer, hear, NULL, S3A_LOG_WARNING);
    s3a_observer_log(&observer, S3A_LOG_WARNING, "a%cb\nc\x7f", 27);
    assert_string_equal(heard.text, "warning: a?b?c?\n");
    s3a_observer_log(&observer, S3A_LOG_INFO, "not wanted");
    s3a_observer_log(NULL, S3A_LOG_WARNING, "nobody");
    assert_int_equal(heard.lines, 1);
    s3a_observer_fini(&observer);
}

static void percentiles_are_exact_to_an_eighth(void **state)
{
    static struct s3a_observer observer;
    struct s3a_client_statistics read;

    (void)state;
    s3a_observer_init(&observer, NULL, NULL, S3A_LOG_WARNING);
    for (uint64_t ms = 1; ms <= 1000; ms++) {
        s3a_observer_note(&observer, S3A_OPERATION_HEAD, S3A_OK, ms * 1000);
    }
    s3a_observer_note(&observer, S3A_OPERATION_GET, S3A_OK, UINT64_C(1) << 50);
    s3a_observer_read(&observer, &read);
    const struct s3a_operation_statistics *heads = &read.operations[S3A_OPERATION_HEAD];
    assert_in_range(heads->latency_p50_us, 500000, 500000 + 500000 / 8);
    assert_in_range(heads->latency_p90_us, 900000, 1000000);
    assert_in_range(heads->latency_p99_us, 990000, 1000000);
    assert_int_equal(heads->latency_max_us, 1000000);
    assert_int_equal(heads->done, 1000);
    assert_int_equal(read.operations[S3A_OPERATION_GET].latency_max_us, UINT64_C(1) << 50);
    for (uint64_t us = 0; us < 16; us++) {
        s3a_observer_note(&observer, S3A_OPERATION_PUT, S3A_OK, us);
    }
    s3a_observer_read(&observer, &read);
    assert_int_equal(read.operations[S3A_OPERATION_PUT].latency_p50_us, 7);
    s3a_observer_fini(&observer);
}

static void names_are_for_people(void **state)
{
    (void)state;
    assert_string_equal(s3a_operation_name(S3A_OPERATION_GET), "get");
    assert_string_equal(s3a_operation_name(S3A_OPERATION_OTHER), "other");
    assert_string_equal(s3a_operation_name(S3A_OPERATION_COUNT), "unknown");
    assert_string_equal(s3a_log_level_name(S3A_LOG_DEBUG), "debug");
    assert_string_equal(s3a_log_level_name((enum s3a_log_level)17), "unknown");
}

static void without_a_client_there_is_nothing(void **state)
{
    struct s3a_client_statistics read = {.retries = 1};

    (void)state;
    s3a_client_statistics(NULL, &read);
    assert_int_equal(read.retries, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(requests_are_counted_by_operation_and_outcome),
        DESK_TEST(doubts_are_counted_with_what_became_of_them),
        DESK_TEST(tries_are_counted_and_told),
        DESK_TEST(what_nobody_waits_for_is_counted_apart),
        DESK_TEST(each_request_has_a_line_for_those_who_want_it),
        cmocka_unit_test(what_the_world_wrote_cannot_move_the_cursor),
        cmocka_unit_test(percentiles_are_exact_to_an_eighth),
        cmocka_unit_test(names_are_for_people),
        cmocka_unit_test(without_a_client_there_is_nothing),
    };
    return cmocka_run_group_tests_name("observer", tests, NULL, NULL);
}
