/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <s3atomic/codec.h>

#include "fail_malloc.h"

static void bytes_come_back_as_they_were(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_bytes_codec();
    struct s3a_bytes value = {"a\0b\xff", 4};
    struct s3a_error error;
    void *bytes;
    size_t size;
    void *back;

    assert_string_equal(codec->content_type, "application/octet-stream");
    assert_int_equal(codec->encode(codec, &value, &bytes, &size, &error), S3A_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(bytes, "a\0b\xff", 4);
    assert_int_equal(codec->decode(codec, bytes, size, &back, &error), S3A_OK);
    free(bytes);
    const struct s3a_bytes *got = back;
    assert_int_equal(got->size, 4);
    assert_memory_equal(got->data, "a\0b\xff", 4);
    codec->free_value(codec, back);
    codec->free_value(codec, NULL);
}

static void no_bytes_at_all_are_a_value_too(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_bytes_codec();
    struct s3a_bytes value = {NULL, 0};
    void *bytes = &value;
    size_t size = 1;
    void *back;

    assert_int_equal(codec->encode(codec, &value, &bytes, &size, NULL), S3A_OK);
    assert_null(bytes);
    assert_int_equal(size, 0);
    assert_int_equal(codec->decode(codec, NULL, 0, &back, NULL), S3A_OK);
    assert_int_equal(((struct s3a_bytes *)back)->size, 0);
    codec->free_value(codec, back);
}

static void a_decoded_value_may_be_made_to_show_other_bytes(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_bytes_codec();
    void *value;
    void *bytes;
    size_t size;

    assert_int_equal(codec->decode(codec, "old", 3, &value, NULL), S3A_OK);
    *(struct s3a_bytes *)value = (struct s3a_bytes){"newer", 5};
    assert_int_equal(codec->encode(codec, value, &bytes, &size, NULL), S3A_OK);
    assert_int_equal(size, 5);
    assert_memory_equal(bytes, "newer", 5);
    free(bytes);
    codec->free_value(codec, value);
}

static void bad_arguments_are_told(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_bytes_codec();
    struct s3a_bytes value = {NULL, 3};
    struct s3a_error error;
    void *bytes;
    size_t size;

    assert_int_equal(codec->encode(codec, NULL, &bytes, &size, &error), S3A_INVALID);
    assert_string_equal(error.message, "there is no value to encode");
    assert_int_equal(codec->encode(codec, &value, &bytes, &size, &error), S3A_INVALID);
    assert_string_equal(error.message, "3 bytes whose data is NULL");
    assert_null(bytes);
}

static void no_memory_is_told(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_bytes_codec();
    struct s3a_bytes value = {"abc", 3};
    struct s3a_error error;
    void *out = &value;
    size_t size;

    fail_malloc_at(1);
    assert_int_equal(codec->encode(codec, &value, &out, &size, &error), S3A_NO_MEMORY);
    assert_true(fail_malloc_happened());
    assert_null(out);
    fail_malloc_at(1);
    assert_int_equal(codec->decode(codec, "abc", 3, &out, &error), S3A_NO_MEMORY);
    assert_true(fail_malloc_happened());
    assert_null(out);
    assert_int_equal(codec->decode(codec, "abc", SIZE_MAX, &out, &error), S3A_NO_MEMORY);
    assert_int_equal(error.status, S3A_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_back_as_they_were),
        cmocka_unit_test(no_bytes_at_all_are_a_value_too),
        cmocka_unit_test(a_decoded_value_may_be_made_to_show_other_bytes),
        cmocka_unit_test(bad_arguments_are_told),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
