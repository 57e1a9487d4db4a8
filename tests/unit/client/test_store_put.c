/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "error.h"

/* What becomes of the object in the caller's hands. */

static void an_object_that_was_put_is_what_lies_there(void **state)
{
    struct desk *desk = *state;
    struct s3a_bytes bytes = bytes_of("four");
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};

    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_string_equal(object.etag, "\"1\"");
    assert_int_equal(object.size, 4);
    assert_string_equal(object.content_type, "application/octet-stream");
    assert_ptr_equal(object.value, &bytes);
    assert_null(object.owned);
    bytes = bytes_of("again");
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_string_equal(object.etag, "\"2\"");
    assert_stored(desk, "again");
}

static void an_object_that_was_not_put_is_as_it_was(void **state)
{
    struct desk *desk = *state;
    struct s3a_bytes bytes = bytes_of("text");
    struct s3a_object object = {
        .bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes, .size = 7, .etag = "\"old\""};
    struct s3a_object before = object;

    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_CONFLICT);
    assert_memory_equal(&object, &before, sizeof(object));
}

static void bytes_are_taken_when_the_call_is_made(void **state)
{
    struct desk *desk = *state;
    char text[] = "text";
    struct s3a_bytes bytes = bytes_of(text);
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};

    struct s3a_future *future = s3a_store_overwrite_async(desk->store, &object);
    memset(text, '?', sizeof(text));
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_OK);
    s3a_future_free(future);
    assert_stored(desk, "text");
    assert_string_equal(object.etag, "\"1\"");
}

static void read_back(struct desk *desk, struct s3a_object *ret_object)
{
    char etag[129] = "";

    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    assert_int_equal(s3a_store_get(desk->store, DESK_BUCKET, DESK_KEY, ret_object, NULL), S3A_OK);
}

static void what_was_read_and_put_is_known_by_its_write(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;

    read_back(desk, &object);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    desk_script(desk, FAKE_REQUEST_LOST);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_requests(desk, "PGPPHP");
    /* The same state by another hand is another state now. */
    desk_script(desk, FAKE_REQUEST_LOST);
    memset(desk->fake.write_id, 'f', 32);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_IN_DOUBT);
    s3a_object_clear(&object);
}

/* One writer is one lane, and what he does one after the other needs no more. */
static void a_write_leaves_a_history_of_those_before(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;
    char first[64];

    read_back(desk, &object);
    memcpy(first, desk->fake.write_id, sizeof(first));
    assert_int_equal(strlen(first), 32 + 19);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_string_equal(desk->fake.write_id + 32, first + 32);
    assert_memory_equal(desk->fake.write_id, first, 16);
    assert_memory_not_equal(desk->fake.write_id, first, 32);
    /* Another's. */
    memset(desk->fake.write_id, 'f', 32);
    desk->fake.write_id[32] = '\0';
    s3a_object_clear(&object);
    assert_int_equal(s3a_store_get(desk->store, DESK_BUCKET, DESK_KEY, &object, NULL), S3A_OK);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_memory_equal(desk->fake.write_id, first, 16);
    assert_string_equal(desk->fake.write_id + 32, ",ffffffffffffffff.ffffffffffffffff");
    /* Of what was there before, an overwrite knows nothing. */
    assert_int_equal(s3a_store_overwrite(desk->store, &object, NULL), S3A_OK);
    assert_int_equal(strlen(desk->fake.write_id), 32 + 19);
    s3a_object_clear(&object);
}

static void under_another_name_nothing_is_known(void **state)
{
    struct desk *desk = *state;
    struct s3a_object object;

    read_back(desk, &object);
    object.key = "another";
    memset(desk->fake.write_id, 'f', 32);
    desk_script(desk, FAKE_REQUEST_LOST);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_OK);
    assert_requests(desk, "PGPHP");
    s3a_object_clear(&object);
}

static enum s3a_status encode_badly(const struct s3a_codec *codec, const void *value,
                                    void **ret_bytes, size_t *ret_size, struct s3a_error *error)
{
    (void)value;
    (void)error;
    *ret_bytes = NULL;
    *ret_size = 5;
    return codec->user ? S3A_OK : S3A_FORMAT;
}

static void a_codec_that_fails_is_told_of(void **state)
{
    struct desk *desk = *state;
    struct s3a_codec codec = *s3a_bytes_codec();
    struct s3a_bytes bytes = bytes_of("text");
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};
    struct s3a_error error;

    codec.encode = encode_badly;
    struct s3a_store *store = s3a_store_new(desk->fake.client, &codec);
    assert_int_equal(s3a_store_put(store, &object, &error), S3A_FORMAT);
    assert_non_null(strstr(error.message, "s3://bucket/key: the codec cannot encode it"));
    codec.user = &codec;
    assert_int_equal(s3a_store_put(store, &object, &error), S3A_INVALID);
    codec = *s3a_bytes_codec();
    codec.content_type = "text/plain\r\nx-evil: yes";
    assert_int_equal(s3a_store_put(store, &object, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "content_type"));
    codec.content_type = NULL;
    assert_int_equal(s3a_store_put(store, &object, NULL), S3A_OK);
    assert_string_equal(desk->fake.content_type, "");
    assert_requests(desk, "P");
    s3a_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(an_object_that_was_put_is_what_lies_there),
        DESK_TEST(an_object_that_was_not_put_is_as_it_was),
        DESK_TEST(bytes_are_taken_when_the_call_is_made),
        DESK_TEST(what_was_read_and_put_is_known_by_its_write),
        DESK_TEST(a_write_leaves_a_history_of_those_before),
        DESK_TEST(under_another_name_nothing_is_known),
        DESK_TEST(a_codec_that_fails_is_told_of),
    };
    return cmocka_run_group_tests_name("store_put", tests, NULL, NULL);
}
