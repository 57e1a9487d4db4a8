/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <jansson.h>

#include "json_random.h"
#include "json_text.h"
#include "json_write.h"

static struct s3a_buf buf;

static int empty_buf(void **state)
{
    (void)state;
    s3a_buf_fini(&buf);
    s3a_buf_init(&buf, 1000000);
    return 0;
}

static void only_what_must_be_escaped_is(void **state)
{
    (void)state;
    struct s3a_json_writer writer = {.buf = &buf};

    s3a_json_write_string(&writer,
                          S3A_STR("\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80<>"));
    assert_str(s3a_buf_str(&buf),
               "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\xf0\x9f\x98\x80<>\"");
    s3a_buf_clear(&buf);
    s3a_json_write_string(&writer, S3A_STR(""));
    s3a_json_write_string(&writer, S3A_STR("a\n"));
    assert_str(s3a_buf_str(&buf), "\"\"\"a\\n\"");
}

static void integers_are_written_to_their_last_digit(void **state)
{
    (void)state;
    struct s3a_json_writer writer = {.buf = &buf};

    s3a_json_write_integer(&writer, false, 0);
    s3a_buf_append_byte(&buf, ' ');
    s3a_json_write_integer(&writer, true, (uint64_t)INT64_MAX + 1);
    s3a_buf_append_byte(&buf, ' ');
    s3a_json_write_integer(&writer, false, UINT64_MAX);
    assert_str(s3a_buf_str(&buf), "0 -9223372036854775808 18446744073709551615");
}

static void white_space_is_taken_out_or_made_regular(void **state)
{
    (void)state;
    struct s3a_str text =
        S3A_STR("{ \"a\" : [ 1.50 , [ ] , { } , \"x y\" ] ,\n\"b\":{\"c\":null}}");
    struct s3a_json_writer compact = {.buf = &buf};

    s3a_json_write_text(&compact, text);
    assert_str(s3a_buf_str(&buf), "{\"a\":[1.50,[],{},\"x y\"],\"b\":{\"c\":null}}");
    assert_int_equal(compact.depth, 0);
    assert_int_equal(compact.deepest, 3);
    s3a_buf_clear(&buf);
    struct s3a_json_writer pretty = {.buf = &buf, .is_pretty = true};
    s3a_json_write_text(&pretty, text);
    assert_str(s3a_buf_str(&buf), "{\n  \"a\": [\n    1.50,\n    [],\n    {},\n    \"x y\"\n  ],\n"
                                  "  \"b\": {\n    \"c\": null\n  }\n}");
}

/* Whatever it is: jansson reads the same from all three. */
static void a_text_says_the_same_however_it_is_written(void **state)
{
    (void)state;
    uint64_t seed = 11;

    for (int round = 0; round < 3000; round++) {
        struct s3a_buf text;
        struct s3a_str value;
        s3a_buf_init(&text, 100000);
        random_json_value(&seed, &text, 4);
        assert_int_equal(s3a_json_check(s3a_buf_str(&text), &value, NULL), S3A_OK);
        json_t *expected = json_loadb(text.data, text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        for (int is_pretty = 0; is_pretty < 2; is_pretty++) {
            struct s3a_json_writer writer = {.buf = &buf, .is_pretty = is_pretty};
            s3a_buf_clear(&buf);
            s3a_json_write_text(&writer, value);
            json_t *got = json_loadb(buf.data, buf.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            assert_int_equal(got == NULL, expected == NULL);
            assert_true(!got || json_equal(got, expected));
            json_decref(got);
        }
        json_decref(expected);
        s3a_buf_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_what_must_be_escaped_is, empty_buf),
        cmocka_unit_test_setup(integers_are_written_to_their_last_digit, empty_buf),
        cmocka_unit_test_setup(white_space_is_taken_out_or_made_regular, empty_buf),
        cmocka_unit_test_setup(a_text_says_the_same_however_it_is_written, empty_buf),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    s3a_buf_fini(&buf);
    return failed;
}
