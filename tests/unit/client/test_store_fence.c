/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "desk.h"

/* An object remembers the highest fencing token that wrote it. */

static struct s3a_bytes text;

static struct s3a_object object_of(const char *content)
{
    text = bytes_of(content);
    return (struct s3a_object){.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &text};
}

static void get(struct desk *desk, struct s3a_object *object)
{
    assert_int_equal(s3a_store_get(desk->store, DESK_BUCKET, DESK_KEY, object, NULL), S3A_OK);
}

static void the_token_is_remembered(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object = object_of("1");

    assert_int_equal(s3a_store_put_fenced(desk->store, &object, UINT64_MAX, NULL), S3A_OK);
    assert_string_equal(desk->fake.fence, "18446744073709551615");
    assert_true(object.fence == UINT64_MAX);
    get(desk, &object);
    assert_true(object.fence == UINT64_MAX);
    s3a_object_clear(&object);
}

static void a_later_holder_shuts_out_an_earlier_one(void **state)
{
    struct desk *desk = *state;
    struct s3a_object late;
    struct s3a_object object = object_of("by 7");
    struct s3a_error error;

    assert_int_equal(s3a_store_put_fenced(desk->store, &object, 7, NULL), S3A_OK);
    get(desk, &late);
    assert_int_equal(s3a_store_put_fenced(desk->store, &late, 6, &error), S3A_FENCED);
    assert_non_null(strstr(error.message, "s3://bucket/key: it was written under the fencing token "
                                          "7, which is above 6"));
    assert_int_equal(s3a_store_put_fenced(desk->store, &late, 7, NULL), S3A_OK);
    assert_int_equal(s3a_store_put_fenced(desk->store, &late, 8, NULL), S3A_OK);
    assert_requests(desk, "PGPP");
    assert_string_equal(desk->fake.fence, "8");
    s3a_object_clear(&late);
}

static void who_writes_over_what_it_read_before_has_a_conflict(void **state)
{
    struct desk *desk = *state;
    struct s3a_object frozen;
    struct s3a_object other;
    struct s3a_object object = object_of("by 7");

    assert_int_equal(s3a_store_put_fenced(desk->store, &object, 7, NULL), S3A_OK);
    get(desk, &frozen);
    get(desk, &other);
    assert_int_equal(s3a_store_put_fenced(desk->store, &other, 8, NULL), S3A_OK);
    assert_int_equal(s3a_store_put_fenced(desk->store, &frozen, 7, NULL), S3A_CONFLICT);
    assert_string_equal(desk->fake.fence, "8");
    s3a_object_clear(&frozen);
    s3a_object_clear(&other);
}

static void a_put_without_a_token_leaves_it_there(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object = object_of("by 7");

    assert_int_equal(s3a_store_put_fenced(desk->store, &object, 7, NULL), S3A_OK);
    get(desk, &object);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_string_equal(desk->fake.fence, "7");
    s3a_object_clear(&object);
}

static void an_overwrite_does_not(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object = object_of("by 7");

    assert_int_equal(s3a_store_put_fenced(desk->store, &object, 7, NULL), S3A_OK);
    assert_int_equal(s3a_store_overwrite(desk->store, &object, NULL), S3A_OK);
    assert_string_equal(desk->fake.fence, "");
    assert_true(object.fence == 0);
}

static enum s3a_status set_text(struct s3a_object *object, void *arg)
{
    object->value = arg;
    return S3A_OK;
}

static enum s3a_status update(struct desk *desk, uint64_t fence, struct s3a_object *ret_object,
                              struct s3a_error *error)
{
    const struct s3a_update_options options = {.fence = fence};

    text = bytes_of("new");
    return s3a_store_update_with(desk->store, DESK_BUCKET, DESK_KEY, &options, set_text, &text,
                                 ret_object, error);
}

static void an_update_is_fenced_by_what_it_reads(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;
    struct s3a_error error;

    assert_int_equal(update(desk, 7, &object, NULL), S3A_OK);
    assert_true(object.fence == 7);
    s3a_object_clear(&object);
    assert_int_equal(update(desk, 6, NULL, &error), S3A_FENCED);
    assert_non_null(strstr(error.message, "which is above 6"));
    assert_int_equal(update(desk, 0, NULL, NULL), S3A_OK);
    assert_string_equal(desk->fake.fence, "7");
    assert_requests(desk, "GPGGP");
}

static void what_is_no_token_is_none(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object = object_of("1");

    assert_int_equal(s3a_store_put_fenced(desk->store, &object, 0, NULL), S3A_INVALID);
    assert_int_equal(s3a_store_put_fenced(desk->store, &object, 7, NULL), S3A_OK);
    strcpy(desk->fake.fence, "7 or so");
    get(desk, &object);
    assert_true(object.fence == 0);
    s3a_object_clear(&object);
}

static void without_waiting_it_is_the_same(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object = object_of("1");

    struct s3a_future *future = s3a_store_put_fenced_async(desk->store, &object, 7);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_OK);
    s3a_future_free(future);
    future = s3a_store_put_fenced_async(desk->store, &object, 6);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_FENCED);
    s3a_future_free(future);
    assert_true(object.fence == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(the_token_is_remembered),
        DESK_TEST(a_later_holder_shuts_out_an_earlier_one),
        DESK_TEST(who_writes_over_what_it_read_before_has_a_conflict),
        DESK_TEST(a_put_without_a_token_leaves_it_there),
        DESK_TEST(an_overwrite_does_not),
        DESK_TEST(an_update_is_fenced_by_what_it_reads),
        DESK_TEST(what_is_no_token_is_none),
        DESK_TEST(without_waiting_it_is_the_same),
    };
    return cmocka_run_group_tests_name("store_fence", tests, NULL, NULL);
}
