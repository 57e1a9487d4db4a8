/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <s3atomic/codec.h>

#include "fail_malloc.h"
#include "str.h"

static struct s3a_error error;

static void a_text_is_its_bytes(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_text_codec();
    static const char *const texts[] = {"", "a", "two\nlines\n", "caf\xc3\xa9 \xf0\x9f\x98\x80"};

    assert_string_equal(codec->content_type, "text/plain; charset=utf-8");
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        void *bytes;
        size_t size;
        void *value;
        assert_int_equal(codec->encode(codec, texts[i], &bytes, &size, &error), S3A_OK);
        assert_str(((struct s3a_str){bytes, size}), texts[i]);
        assert_int_equal(codec->decode(codec, bytes, size, &value, &error), S3A_OK);
        assert_string_equal(value, texts[i]);
        codec->free_value(codec, value);
        free(bytes);
    }
    codec->free_value(codec, NULL);
}

static void what_is_no_text_is_told_by_its_place(void **state)
{
    (void)state;
    static const struct {
        struct s3a_str bytes;
        const char *message;
    } table[] = {
        {S3A_STR_INIT("\xff"), "line 1, column 1: expected text in UTF-8, found byte 0xff"},
        {S3A_STR_INIT("a\0b"), "line 1, column 2: expected text in UTF-8, found byte 0x00"},
        {S3A_STR_INIT("\xc3\xa9\n\xc3\xa9\xe2\x82"),
         "line 2, column 2: expected text in UTF-8, found byte 0xe2"},
        {S3A_STR_INIT("\xed\xa0\x80"), "line 1, column 1: expected text in UTF-8, found byte 0xed"},
    };
    const struct s3a_codec *codec = s3a_text_codec();

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        void *value = &error;
        struct s3a_str bytes = table[i].bytes;
        assert_int_equal(codec->decode(codec, bytes.data, bytes.size, &value, &error), S3A_FORMAT);
        assert_string_equal(error.message, table[i].message);
        assert_null(value);
    }
}

static void what_is_no_value_is_not_encoded(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_text_codec();
    void *bytes = &error;
    size_t size = 1;

    assert_int_equal(codec->encode(codec, NULL, &bytes, &size, &error), S3A_INVALID);
    assert_string_equal(error.message, "there is no value to encode");
    assert_int_equal(codec->encode(codec, "caf\xe9", &bytes, &size, &error), S3A_FORMAT);
    assert_string_equal(error.message, "a text that is not UTF-8");
    assert_null(bytes);
    assert_int_equal(size, 0);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_text_codec();
    void *out;
    size_t size;

    fail_malloc_at(1);
    assert_int_equal(codec->encode(codec, "a", &out, &size, &error), S3A_NO_MEMORY);
    assert_true(fail_malloc_happened());
    assert_null(out);
    fail_malloc_at(1);
    assert_int_equal(codec->decode(codec, "a", 1, &out, &error), S3A_NO_MEMORY);
    assert_true(fail_malloc_happened());
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_its_bytes),
        cmocka_unit_test(what_is_no_text_is_told_by_its_place),
        cmocka_unit_test(what_is_no_value_is_not_encoded),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
