/* SPDX-License-Identifier: MIT */

/* What is tried again over HTTP, and what is not. */

#include "test.h"

#include <string.h>

#include "faulty.h"

static enum s3a_status get(struct faulty *faulty)
{
    struct s3a_object object;
    enum s3a_status status = s3a_store_get(faulty->store, FAULTY_BUCKET, "k", &object, NULL);

    s3a_object_clear(&object);
    return status;
}

static enum s3a_status count_one(const struct s3a_listing *listing, void *user)
{
    (void)listing;
    ++*(unsigned *)user;
    return S3A_OK;
}

static enum s3a_status list(struct faulty *faulty)
{
    unsigned count = 0;
    enum s3a_status status =
        s3a_store_list(faulty->store, FAULTY_BUCKET, NULL, count_one, &count, NULL);

    assert_int_equal(count, status == S3A_OK ? 1 : 0);
    return status;
}

static void a_read_outlasts_two_failures_in_a_row(void **state)
{
    static const char *const faults[] = {
        "reset first=2",          "reset-after first=2",         "error=500 first=2",
        "error=502 first=2",      "error=504 first=2",           "error=503 first=2",
        "error=SlowDown first=2", "error=429 first=2",           "truncate first=2",
        "truncate=1 first=2",     "error=RequestTimeout first=2"};
    struct faulty *faulty = *state;

    assert_int_equal(faulty_put(faulty->store, "k", "hello, world"), S3A_OK);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        faulty_only(faulty, faults[i]);
        assert_int_equal(get(faulty), S3A_OK);
        assert_int_equal(faulty_matched(faulty), 3);
        faulty_only(faulty, faults[i]);
        assert_int_equal(list(faulty), S3A_OK);
        assert_int_equal(faulty_matched(faulty), 3);
    }
}

static void three_are_told(void **state)
{
    struct faulty *faulty = *state;

    faulty_only(faulty, "error=500");
    assert_int_equal(get(faulty), S3A_SERVER);
    assert_int_equal(faulty_matched(faulty), 3);
    faulty_only(faulty, "reset");
    assert_int_equal(list(faulty), S3A_UNREACHABLE);
    /* One more for each connection that had been used before: it could have been at its end. */
    assert_in_range(faulty_matched(faulty), 3, 5);
    faulty_only(faulty, "error=AccessDenied");
    assert_int_equal(get(faulty), S3A_DENIED);
    assert_int_equal(faulty_matched(faulty), 1);
}

/* It may have deleted what others would write before a second one came. */
static void a_delete_without_an_answer_is_not_repeated(void **state)
{
    static const char *const faults[] = {"reset-after op=DeleteObject first=1",
                                         "reset op=DeleteObject first=1",
                                         "error=500 op=DeleteObject first=1"};
    struct faulty *faulty = *state;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        faulty_only(faulty, faults[i]);
        assert_int_equal(s3a_store_delete(faulty->store, FAULTY_BUCKET, "k", NULL, NULL),
                         S3A_IN_DOUBT);
        assert_int_equal(faulty_matched(faulty), 1);
    }
}

static void a_write_that_was_put_off_is_made_again(void **state)
{
    static const char *const faults[] = {"error=503 first=2", "error=429 first=2",
                                         "error=409 first=2"};
    struct faulty *faulty = *state;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        faulty_only(faulty, faults[i]);
        assert_int_equal(faulty_put(faulty->store, "k", "hello"), S3A_OK);
        assert_int_equal(faulty_matched(faulty), 3);
        faulty_only(faulty, faults[i]);
        assert_int_equal(s3a_store_delete(faulty->store, FAULTY_BUCKET, "k", NULL, NULL), S3A_OK);
        assert_int_equal(faulty_matched(faulty), 3);
    }
}

/* 35 tries are in the bucket, and no more. */
static void many_who_fail_do_not_ask_three_times_each(void **state)
{
    struct faulty *faulty = *state;

    faulty_only(faulty, "error=500");
    for (int i = 0; i < 40; i++) {
        assert_int_equal(get(faulty), S3A_SERVER);
    }
    assert_int_equal(faulty_matched(faulty), 40 + 35);
}

/* By ten minutes: the store would mind no less than fifteen, and so takes what is signed by it. */
static void a_clock_that_is_wrong_is_made_up_for(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_client_statistics statistics;

    assert_int_equal(faulty_put(faulty->store, "k", "hello"), S3A_OK);
    faulty_only(faulty, "error=RequestTimeTooSkewed op=GetObject first=1");
    faulty_add(faulty, "date=+10m");
    assert_int_equal(get(faulty), S3A_OK);
    assert_int_equal(faulty_matched(faulty), 2);
    assert_int_equal(faulty_put(faulty->store, "l", "hello"), S3A_OK);
    s3a_client_statistics(faulty->client, &statistics);
    assert_int_equal(statistics.clock_corrections, 1);
    assert_int_equal(statistics.retries, 0);
    assert_int_equal(statistics.operations[S3A_OPERATION_PUT].failed, 0);
}

/* What went wrong is in the numbers, and adds up with what the server has done. */
static void the_numbers_tell_what_went_wrong(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_client_statistics statistics;

    faulty_only(faulty, "reset-after op=PutObject first=1");
    assert_int_equal(faulty_put(faulty->store, "k", "hello"), S3A_OK);
    faulty_only(faulty, "error=500 op=GetObject first=2");
    assert_int_equal(get(faulty), S3A_OK);
    s3a_client_statistics(faulty->client, &statistics);
    assert_int_equal(statistics.operations[S3A_OPERATION_PUT].in_doubt, 1);
    assert_int_equal(statistics.doubts_applied, 1);
    assert_int_equal(statistics.doubts_open + statistics.doubts_not_applied, 0);
    assert_int_equal(statistics.operations[S3A_OPERATION_GET].failed, 2);
    assert_int_equal(statistics.operations[S3A_OPERATION_GET].done, 1);
    assert_int_equal(statistics.retries, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY_TEST(a_read_outlasts_two_failures_in_a_row),
        FAULTY_TEST(three_are_told),
        FAULTY_TEST(a_delete_without_an_answer_is_not_repeated),
        FAULTY_TEST(a_write_that_was_put_off_is_made_again),
        FAULTY_TEST(a_clock_that_is_wrong_is_made_up_for),
        FAULTY_TEST(the_numbers_tell_what_went_wrong),
        FAULTY_TEST(many_who_fail_do_not_ask_three_times_each),
    };
    return cmocka_run_group_tests_name("faults_retry", tests, NULL, NULL);
}
