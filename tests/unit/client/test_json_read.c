/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "json_decode.h"

static struct s3a_error error;

static struct s3a_json_reader reader_of(const char *text)
{
    return (struct s3a_json_reader){.text = s3a_str_of(text), .at = text, .error = &error};
}

static void a_reader_steps_from_item_to_item(void **state)
{
    (void)state;
    struct s3a_json_reader reader = reader_of("[ 1 ,\t\"a\\\"b\" , { \"x\" : [] } ] ");
    assert_true(s3a_json_take_begin(&reader));
    assert_str(s3a_json_here(&reader), "1");
    reader.at++;
    assert_true(s3a_json_take_more(&reader));
    struct s3a_json_token token = s3a_json_take_string(&reader);
    assert_str(token.inner, "a\\\"b");
    assert_true(token.is_escaped);
    assert_true(s3a_json_take_more(&reader));
    assert_str(s3a_json_here(&reader), "{ \"x\" : [] }");
    assert_true(s3a_json_take_begin(&reader));
    token = s3a_json_take_string(&reader);
    assert_str(token.inner, "x");
    assert_false(token.is_escaped);
    s3a_json_take_colon(&reader);
    assert_false(s3a_json_take_begin(&reader));
    assert_false(s3a_json_take_more(&reader));
    assert_false(s3a_json_take_more(&reader));
    assert_string_equal(reader.at, " ");
}

static void an_error_tells_line_column_and_way(void **state)
{
    (void)state;
    struct s3a_json_reader reader = reader_of("{\n\t\"\xc3\xa9\": [1,\n 22]}");
    struct s3a_json_path path = {.name = "x"};
    struct s3a_json_place place = {.reader = &reader, .path = &path};

    reader.at = strstr(reader.text.data, "1,");
    assert_int_equal(s3a_json_fail_found(&place, "a string"), S3A_FORMAT);
    assert_string_equal(error.message, "line 2, column 8: x: expected a string, found 1");
    assert_int_equal(s3a_json_fail_at(&place, strstr(reader.text.data, "22"), "no %d", 7),
                     S3A_FORMAT);
    assert_string_equal(error.message, "line 3, column 2: x: no 7");
    reader.is_default = true;
    assert_int_equal(s3a_json_fail_at(&place, reader.at, "no"), S3A_FORMAT);
    assert_string_equal(error.message, "x: no");
}

static void depth_has_a_bound(void **state)
{
    (void)state;
    struct s3a_json_reader reader = reader_of("[]");
    struct s3a_json_place place = {.reader = &reader};

    for (int i = 0; i < S3A_JSON_DEPTH_MAX; i++) {
        assert_int_equal(s3a_json_enter(&place), S3A_OK);
    }
    assert_int_equal(s3a_json_enter(&place), S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 1: nested deeper than 32");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_steps_from_item_to_item),
        cmocka_unit_test(an_error_tells_line_column_and_way),
        cmocka_unit_test(depth_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
