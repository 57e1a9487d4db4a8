/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <s3atomic/counter.h>

#include "desk.h"
#include "fail_malloc.h"

static struct s3a_counter *open_counter(struct desk *desk)
{
    struct s3a_counter *counter;

    assert_int_equal(s3a_counter_new(desk->fake.client, DESK_BUCKET, DESK_KEY, &counter, NULL),
                     S3A_OK);
    return counter;
}

static void it_counts_from_nothing(void **state)
{
    struct desk *desk = *state;
    struct s3a_counter *counter = open_counter(desk);
    int64_t value = 1;

    assert_int_equal(s3a_counter_get(counter, &value, NULL), S3A_OK);
    assert_int_equal(value, 0);
    assert_int_equal(s3a_counter_add(counter, 40, &value, NULL), S3A_OK);
    assert_int_equal(value, 40);
    assert_int_equal(s3a_counter_add(counter, -42, &value, NULL), S3A_OK);
    assert_int_equal(value, -2);
    assert_stored(desk, "-2");
    assert_int_equal(s3a_counter_add(counter, 0, NULL, NULL), S3A_OK);
    assert_int_equal(s3a_counter_get(counter, &value, NULL), S3A_OK);
    assert_int_equal(value, -2);
    s3a_counter_free(counter);
}

static void a_number_of_an_editor_is_one(void **state)
{
    struct desk *desk = *state;
    struct s3a_counter *counter = open_counter(desk);
    int64_t value;

    fake_store_put(&desk->fake, "7\n", NULL);
    assert_int_equal(s3a_counter_add(counter, 1, &value, NULL), S3A_OK);
    assert_int_equal(value, 8);
    s3a_counter_free(counter);
}

static void what_is_no_number_is_left_alone(void **state)
{
    static const char *const texts[] = {"",    "-",  "\n",  "seven", "7 ",
                                        "0x7", "+7", "1.0", "--7",   "9223372036854775808"};
    struct desk *desk = *state;
    struct s3a_counter *counter = open_counter(desk);
    struct s3a_error error;
    int64_t value;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        fake_store_put(&desk->fake, texts[i], NULL);
        assert_int_equal(s3a_counter_add(counter, 1, &value, &error), S3A_FORMAT);
        assert_non_null(strstr(error.message, "s3://bucket/key: expected a number"));
        assert_stored(desk, texts[i]);
        assert_int_equal(s3a_counter_get(counter, &value, NULL), S3A_FORMAT);
    }
    s3a_counter_free(counter);
}

static void a_sum_that_does_not_fit_is_not_made(void **state)
{
    struct desk *desk = *state;
    struct s3a_counter *counter = open_counter(desk);
    int64_t value;

    assert_int_equal(s3a_counter_add(counter, INT64_MAX, &value, NULL), S3A_OK);
    assert_int_equal(s3a_counter_add(counter, 1, &value, NULL), S3A_TOO_LARGE);
    assert_stored(desk, "9223372036854775807");
    assert_int_equal(s3a_counter_add(counter, INT64_MIN, &value, NULL), S3A_OK);
    assert_int_equal(s3a_counter_add(counter, -INT64_MAX, &value, NULL), S3A_OK);
    assert_int_equal(s3a_counter_add(counter, -1, &value, NULL), S3A_TOO_LARGE);
    fake_store_put(&desk->fake, "-9223372036854775808", NULL);
    assert_int_equal(s3a_counter_get(counter, &value, NULL), S3A_OK);
    assert_true(value == INT64_MIN);
    s3a_counter_free(counter);
}

static void wrong_arguments_are_named(void **state)
{
    struct desk *desk = *state;
    struct s3a_counter *counter;
    struct s3a_error error;

    assert_int_equal(s3a_counter_new(NULL, DESK_BUCKET, DESK_KEY, &counter, &error), S3A_INVALID);
    assert_null(counter);
    assert_int_equal(s3a_counter_new(desk->fake.client, DESK_BUCKET, NULL, &counter, &error),
                     S3A_INVALID);
    assert_string_equal(error.message, "key: it is NULL");
    assert_int_equal(s3a_counter_add(NULL, 1, NULL, &error), S3A_INVALID);
    assert_int_equal(s3a_counter_get(NULL, NULL, &error), S3A_INVALID);
    s3a_counter_free(NULL);
}

static void count_without_memory(void *arg)
{
    struct desk *desk = arg;
    struct s3a_counter *counter = NULL;
    int64_t value;

    enum s3a_status status =
        s3a_counter_new(desk->fake.client, DESK_BUCKET, DESK_KEY, &counter, NULL);
    if (status == S3A_OK) {
        status = s3a_counter_add(counter, 1, &value, NULL);
    }
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_counter_free(counter);
    desk->fake.request_count = 0;
}

static void without_memory_it_says_so(void **state)
{
    fail_malloc_sweep(count_without_memory, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(it_counts_from_nothing),          DESK_TEST(a_number_of_an_editor_is_one),
        DESK_TEST(what_is_no_number_is_left_alone), DESK_TEST(a_sum_that_does_not_fit_is_not_made),
        DESK_TEST(wrong_arguments_are_named),       DESK_TEST(without_memory_it_says_so),
    };
    return cmocka_run_group_tests_name("counter", tests, NULL, NULL);
}
