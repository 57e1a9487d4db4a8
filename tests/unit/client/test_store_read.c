/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "error.h"
#include "fail_malloc.h"

static enum s3a_status get(struct desk *desk, struct s3a_object *ret_object,
                           struct s3a_error *error)
{
    return s3a_store_get(desk->store, DESK_BUCKET, DESK_KEY, ret_object, error);
}

static void an_object_is_read_whole(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    struct s3a_object object;

    assert_int_equal(desk_put(desk, "some text", etag, NULL), S3A_OK);
    assert_int_equal(get(desk, &object, NULL), S3A_OK);
    assert_string_equal(object.bucket, DESK_BUCKET);
    assert_string_equal(object.key, DESK_KEY);
    assert_string_equal(object.etag, etag);
    assert_string_equal(object.content_type, "application/octet-stream");
    assert_int_equal(object.size, strlen("some text"));
    assert_int_not_equal(object.modified_ms, 0);
    assert_true(is_text(&object, "some text"));
    s3a_object_clear(&object);
    assert_null(object.owned);
    assert_null(object.bucket);
    assert_requests(desk, "PG");
}

static void what_is_not_there_can_be_filled_and_put(void **state)
{
    struct desk *desk = *state;
    struct s3a_bytes bytes = bytes_of("new");
    struct s3a_object object;

    assert_int_equal(get(desk, &object, NULL), S3A_NOT_FOUND);
    assert_string_equal(object.etag, "");
    assert_null(object.value);
    object.value = &bytes;
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_stored(desk, "new");
    s3a_object_clear(&object);
}

static void the_head_is_all_but_the_value(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    struct s3a_object object;

    assert_int_equal(desk_put(desk, "some text", etag, NULL), S3A_OK);
    assert_int_equal(s3a_store_head(desk->store, DESK_BUCKET, DESK_KEY, &object, NULL), S3A_OK);
    assert_string_equal(object.etag, etag);
    assert_int_equal(object.size, strlen("some text"));
    assert_null(object.value);
    s3a_object_clear(&object);
    assert_requests(desk, "PH");
    fake_store_delete(&desk->fake);
    assert_int_equal(s3a_store_head(desk->store, DESK_BUCKET, DESK_KEY, &object, NULL),
                     S3A_NOT_FOUND);
    s3a_object_clear(&object);
}

static void a_failed_read_leaves_nothing_behind(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;
    struct s3a_error error;

    memset(&object, 0xaa, sizeof(object));
    desk_script(desk, FAKE_DENIED);
    assert_int_equal(get(desk, &object, &error), S3A_DENIED);
    assert_string_equal(error.code, "AccessDenied");
    assert_null(object.owned);
    assert_null(object.bucket);
    assert_null(object.value);
}

static enum s3a_status refuse(const struct s3a_codec *codec, const void *bytes, size_t size,
                              void **ret_value, struct s3a_error *error)
{
    (void)bytes;
    (void)size;
    (void)ret_value;
    return codec->user ? s3a_error_set(error, S3A_FORMAT, "line 1: not to my taste") : S3A_FORMAT;
}

static void a_codecs_error_says_where(void **state)
{
    struct desk *desk = *state;
    struct s3a_codec codec = *s3a_bytes_codec();
    struct s3a_object object;
    struct s3a_error error;

    codec.decode = refuse;
    codec.user = "tells";
    struct s3a_store *store = s3a_store_new(desk->fake.client, &codec);
    fake_store_put(&desk->fake, "text", NULL);
    assert_int_equal(s3a_store_get(store, "bucket", "a\nkey", &object, &error), S3A_FORMAT);
    assert_string_equal(error.message, "s3://bucket/a?key: line 1: not to my taste");
    assert_null(object.owned);
    codec.user = NULL;
    struct s3a_future *future = s3a_store_get_async(store, "bucket", "key", &object);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, &error), S3A_FORMAT);
    assert_string_equal(error.message, "s3://bucket/key: the codec cannot decode it: the content "
                                       "is not of the expected form");
    assert_null(object.owned);
    s3a_future_free(future);
    s3a_store_free(store);
}

static void a_read_need_not_be_waited_for(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;

    fake_store_put(&desk->fake, "text", NULL);
    struct s3a_future *future = s3a_store_get_async(desk->store, DESK_BUCKET, DESK_KEY, &object);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_OK);
    assert_true(is_text(&object, "text"));
    s3a_object_clear(&object);
    s3a_future_free(future);
    future = s3a_store_head_async(desk->store, DESK_BUCKET, DESK_KEY, &object);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_OK);
    assert_int_equal(object.size, 4);
    s3a_object_clear(&object);
    s3a_future_free(future);
}

static void a_read_can_be_cancelled(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;

    desk_script(desk, FAKE_SILENCE);
    struct s3a_future *future = s3a_store_get_async(desk->store, DESK_BUCKET, DESK_KEY, &object);
    fake_store_wait(&desk->fake, 1);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_CANCELLED);
    assert_null(object.owned);
    s3a_future_free(future);
}

static void read_without_memory(void *arg)
{
    struct desk *desk = arg;
    struct s3a_object object;
    struct s3a_error error;
    enum s3a_status status = get(desk, &object, &error);

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_true(status == S3A_OK || !object.owned);
    s3a_object_clear(&object);
}

static void without_memory_it_fails(void **state)
{
    struct desk *desk = *state;

    fake_store_put(&desk->fake, "text", NULL);
    fail_malloc_sweep(read_without_memory, desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(an_object_is_read_whole),
        DESK_TEST(what_is_not_there_can_be_filled_and_put),
        DESK_TEST(the_head_is_all_but_the_value),
        DESK_TEST(a_failed_read_leaves_nothing_behind),
        DESK_TEST(a_codecs_error_says_where),
        DESK_TEST(a_read_need_not_be_waited_for),
        DESK_TEST(a_read_can_be_cancelled),
        DESK_TEST(without_memory_it_fails),
    };
    return cmocka_run_group_tests_name("store_read", tests, NULL, NULL);
}
