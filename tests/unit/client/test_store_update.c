/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "fail_malloc.h"

/* One who counts: what lies there is a number, or nothing, which is 0. */
struct counting {
    struct desk *desk;
    unsigned calls;
    bool others_are_faster; /* the first time */
    enum s3a_status answer;
    char text[32];
    struct s3a_bytes value;
    bool was_absent;
};

static enum s3a_status count_up(struct s3a_object *object, void *arg)
{
    struct counting *counting = arg;
    const struct s3a_bytes *bytes = object->value;
    int before = 0;

    counting->was_absent = !object->value && object->etag[0] == '\0';
    if (bytes) {
        snprintf(counting->text, sizeof(counting->text), "%.*s", (int)bytes->size,
                 (const char *)bytes->data);
        before = atoi(counting->text);
    }
    if (counting->calls++ == 0 && counting->others_are_faster) {
        fake_store_put(&counting->desk->fake, "10", NULL);
    }
    snprintf(counting->text, sizeof(counting->text), "%d", before + 1);
    counting->value = bytes_of(counting->text);
    object->value = &counting->value;
    return counting->answer;
}

static enum s3a_status update(struct counting *counting, struct s3a_object *ret_object,
                              struct s3a_error *error)
{
    return s3a_store_update(counting->desk->store, DESK_BUCKET, DESK_KEY, count_up, counting,
                            ret_object, error);
}

static void an_object_is_made_where_there_is_none(void **state)
{
    struct desk *desk = *state;
    struct counting counting = {.desk = desk};
    struct s3a_object object;

    assert_int_equal(update(&counting, &object, NULL), S3A_OK);
    assert_true(counting.was_absent);
    assert_string_equal(object.bucket, DESK_BUCKET);
    assert_string_equal(object.key, DESK_KEY);
    assert_string_equal(object.etag, desk->fake.etag);
    assert_int_equal(object.size, 1);
    assert_true(is_text(&object, "1"));
    assert_ptr_not_equal(object.value, &counting.value);
    assert_requests(desk, "GP");
    s3a_object_clear(&object);
}

static void the_object_that_comes_back_can_be_put_again(void **state)
{
    struct desk *desk = *state;
    struct counting counting = {.desk = desk};
    struct s3a_object object;

    assert_int_equal(update(&counting, &object, NULL), S3A_OK);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_string_equal(object.etag, "\"2\"");
    s3a_object_clear(&object);
}

static void who_was_slower_reads_again(void **state)
{
    struct desk *desk = *state;
    struct counting counting = {.desk = desk, .others_are_faster = true};

    assert_int_equal(update(&counting, NULL, NULL), S3A_OK);
    assert_int_equal(counting.calls, 2);
    assert_stored(desk, "11");
    assert_requests(desk, "GPHGP");
}

static void an_answer_that_was_lost_does_not_count_twice(void **state)
{
    struct desk *desk = *state;
    struct counting counting = {.desk = desk};

    fake_store_put(&desk->fake, "4", NULL);
    desk_script(desk, FAKE_NONE, FAKE_ANSWER_LOST, FAKE_REQUEST_LOST);
    assert_int_equal(update(&counting, NULL, NULL), S3A_OK);
    assert_int_equal(counting.calls, 1);
    assert_stored(desk, "5");
    assert_requests(desk, "GPHH");
}

static void doubt_remains_where_somebody_has_written_since(void **state)
{
    struct desk *desk = *state;
    struct counting counting = {.desk = desk};
    struct s3a_object object;
    struct s3a_error error;

    desk_script(desk, FAKE_NONE, FAKE_OVERWRITTEN);
    assert_int_equal(update(&counting, &object, &error), S3A_IN_DOUBT);
    assert_int_equal(error.status, S3A_IN_DOUBT);
    assert_null(object.value);
    assert_null(object.owned);
}

static void failures_that_pass_are_waited_out(void **state)
{
    struct desk *desk = *state;
    struct counting counting = {.desk = desk};

    desk_script(desk, FAKE_LATER, FAKE_REQUEST_LOST, FAKE_NONE, FAKE_LATER, FAKE_RACE);
    assert_int_equal(update(&counting, NULL, NULL), S3A_OK);
    assert_int_equal(counting.calls, 1);
    assert_requests(desk, "GGGPPP");
}

static void failures_that_stay_end_it(void **state)
{
    struct desk *desk = *state;
    struct counting counting = {.desk = desk};
    struct s3a_error error;

    desk_script(desk, FAKE_DENIED);
    assert_int_equal(update(&counting, NULL, &error), S3A_DENIED);
    assert_int_equal(counting.calls, 0);
    desk_script(desk, FAKE_NONE, FAKE_DENIED);
    assert_int_equal(update(&counting, NULL, &error), S3A_DENIED);
}

static void the_change_may_call_it_off(void **state)
{
    static const enum s3a_status answers[] = {S3A_FAILED, S3A_CONFLICT, S3A_NOT_FOUND,
                                              S3A_NOT_MODIFIED, S3A_LATER};
    struct desk *desk = *state;
    struct s3a_error error;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct counting counting = {.desk = desk, .answer = answers[i]};
        assert_int_equal(update(&counting, NULL, &error), answers[i]);
        assert_int_equal(error.status, answers[i]);
        assert_int_equal(counting.calls, 1);
        assert_requests(desk, "G");
    }
    assert_stored(desk, "");
}

static enum s3a_status set_nothing(struct s3a_object *object, void *arg)
{
    (void)arg;
    s3a_object_clear(object);
    return S3A_OK;
}

static void a_change_without_a_value_is_refused(void **state)
{
    struct desk *desk = *state;
    struct s3a_error error;

    fake_store_put(&desk->fake, "4", NULL);
    assert_int_equal(
        s3a_store_update(desk->store, DESK_BUCKET, DESK_KEY, set_nothing, NULL, NULL, &error),
        S3A_INVALID);
    assert_non_null(strstr(error.message, "s3://bucket/key: "));
    assert_stored(desk, "4");
}

static enum s3a_status keep_as_it_is(struct s3a_object *object, void *arg)
{
    (void)object;
    (void)arg;
    return S3A_OK;
}

static void a_value_changed_in_place_comes_back_itself(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;

    fake_store_put(&desk->fake, "4", NULL);
    assert_int_equal(
        s3a_store_update(desk->store, DESK_BUCKET, DESK_KEY, keep_as_it_is, NULL, &object, NULL),
        S3A_OK);
    assert_true(is_text(&object, "4"));
    assert_string_equal(object.etag, "\"2\"");
    s3a_object_clear(&object);
}

static void update_without_memory(void *arg)
{
    struct counting counting = {.desk = arg};
    struct s3a_object object;
    struct s3a_error error;

    enum s3a_status status = update(&counting, &object, &error);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_true(status == S3A_OK || !object.owned);
    s3a_object_clear(&object);
    counting.desk->fake.request_count = 0;
}

static void without_memory_it_fails_or_waits_for_some(void **state)
{
    fail_malloc_sweep(update_without_memory, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(an_object_is_made_where_there_is_none),
        DESK_TEST(the_object_that_comes_back_can_be_put_again),
        DESK_TEST(who_was_slower_reads_again),
        DESK_TEST(an_answer_that_was_lost_does_not_count_twice),
        DESK_TEST(doubt_remains_where_somebody_has_written_since),
        DESK_TEST(failures_that_pass_are_waited_out),
        DESK_TEST(failures_that_stay_end_it),
        DESK_TEST(the_change_may_call_it_off),
        DESK_TEST(a_change_without_a_value_is_refused),
        DESK_TEST(a_value_changed_in_place_comes_back_itself),
        DESK_TEST(without_memory_it_fails_or_waits_for_some),
    };
    return cmocka_run_group_tests_name("store_update", tests, NULL, NULL);
}
