/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <jansson.h>

#include "json_random.h"
#include "json_text.h"

static void members_come_in_the_order_of_the_text(void **state)
{
    (void)state;
    struct s3a_json_items items = s3a_json_items(S3A_STR(
        "{ \"b\\\"\" : [1,[2,\"]}\\\\\"]] ,\"a\":{\"x\":{}}, \"\" :-1.5e3\n,\"c\":\"\\\"\"}"));
    struct s3a_str name;
    struct s3a_str value;

    assert_true(s3a_json_next(&items, &name, &value));
    assert_str(name, "\"b\\\"\"");
    assert_str(value, "[1,[2,\"]}\\\\\"]]");
    assert_true(s3a_json_next(&items, &name, &value));
    assert_str(name, "\"a\"");
    assert_str(value, "{\"x\":{}}");
    assert_true(s3a_json_next(&items, NULL, &value));
    assert_str(value, "-1.5e3");
    assert_true(s3a_json_next(&items, &name, &value));
    assert_str(name, "\"c\"");
    assert_str(value, "\"\\\"\"");
    assert_false(s3a_json_next(&items, &name, &value));
    assert_false(s3a_json_next(&items, &name, &value));
}

static void elements_come_one_by_one(void **state)
{
    (void)state;
    struct s3a_json_items items = s3a_json_items(S3A_STR("[ null,true , {\"a\":1},\"x\" ]"));
    static const char *const expected[] = {"null", "true", "{\"a\":1}", "\"x\""};
    struct s3a_str value;

    for (size_t i = 0; i < 4; i++) {
        assert_true(s3a_json_next(&items, NULL, &value));
        assert_str(value, expected[i]);
    }
    assert_false(s3a_json_next(&items, NULL, &value));
    items = s3a_json_items(S3A_STR("[ \n ]"));
    assert_false(s3a_json_next(&items, NULL, &value));
    items = s3a_json_items(S3A_STR("{}"));
    assert_false(s3a_json_next(&items, NULL, &value));
}

static void strings_are_read_and_compared_without_their_escapes(void **state)
{
    (void)state;
    struct s3a_str string =
        S3A_STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00E9\\u20ac\\ud83d\\uDe00\"");
    static const char plain[] = "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";

    assert_true(s3a_json_string_is(string, S3A_STR(plain)));
    assert_false(s3a_json_string_is(string, S3A_STR("\"\\/\b\f\n\r\tA")));
    assert_false(s3a_json_string_is(string, s3a_str_make(plain, sizeof(plain))));
    assert_true(s3a_json_string_is(S3A_STR("\"\\u007f\\u0080\\u07ff\\u0800\\uffff\""),
                                   S3A_STR("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf")));
    assert_true(s3a_json_string_is(S3A_STR("\"\\ud800\\udc00\\udbff\\udfff\""),
                                   S3A_STR("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")));
    assert_true(s3a_json_string_is(S3A_STR("\"\""), S3A_STR("")));
    assert_false(s3a_json_string_is(S3A_STR("\"\""), S3A_STR("a")));
    assert_false(s3a_json_string_is(S3A_STR("\"a\""), S3A_STR("")));
    assert_false(s3a_json_string_is(S3A_STR("\"a\\u0000\""), S3A_STR("a")));
    assert_true(s3a_json_string_is(S3A_STR("\"a\\u0000\""), S3A_STR("a\0")));
}

/* What s3a_json_string_next() makes of a whole string. */
static void assert_same_string(struct s3a_str string, const char *expected, size_t expected_size)
{
    struct s3a_str rest = s3a_json_string_begin(string);
    char utf8[4];
    size_t size;
    size_t at = 0;

    while ((size = s3a_json_string_next(&rest, utf8)) > 0) {
        assert_true(at + size <= expected_size);
        assert_memory_equal(utf8, expected + at, size);
        at += size;
    }
    assert_int_equal(at, expected_size);
}

static void assert_same_value(struct s3a_str value, const json_t *other);

static void assert_same_items(struct s3a_str value, const json_t *other)
{
    struct s3a_json_items items = s3a_json_items(value);
    struct s3a_str name;
    size_t count = 0;

    while (s3a_json_next(&items, &name, &value)) {
        json_t *item = json_array_get(other, count);
        if (json_is_object(other)) {
            char key[256];
            struct s3a_str rest = s3a_json_string_begin(name);
            size_t used = 0;
            size_t size;
            while ((size = s3a_json_string_next(&rest, key + used)) > 0) {
                used += size;
            }
            item = json_object_getn(other, key, used);
        }
        assert_non_null(item);
        assert_same_value(value, item);
        count++;
    }
    assert_int_equal(count,
                     json_is_object(other) ? json_object_size(other) : json_array_size(other));
}

static void assert_same_value(struct s3a_str value, const json_t *other)
{
    int64_t integer;
    double number;

    switch (s3a_json_form(value)) {
    case S3A_JSON_OBJECT:
        assert_true(json_is_object(other));
        assert_same_items(value, other);
        break;
    case S3A_JSON_ARRAY:
        assert_true(json_is_array(other));
        assert_same_items(value, other);
        break;
    case S3A_JSON_STRING:
        assert_true(json_is_string(other));
        assert_same_string(value, json_string_value(other), json_string_length(other));
        break;
    case S3A_JSON_NUMBER:
        assert_int_equal(s3a_json_is_integer(value), json_is_integer(other));
        if (json_is_integer(other)) {
            assert_true(s3a_json_int64(value, &integer));
            assert_true(integer == json_integer_value(other));
        }
        assert_true(s3a_json_double(value, &number));
        assert_true(number == json_number_value(other));
        break;
    case S3A_JSON_TRUE:
        assert_true(json_is_true(other));
        break;
    case S3A_JSON_FALSE:
        assert_true(json_is_false(other));
        break;
    case S3A_JSON_NULL:
        assert_true(json_is_null(other));
        break;
    }
}

static void another_parser_reads_the_same(void **state)
{
    (void)state;
    uint64_t seed = 2;
    struct s3a_buf text;
    size_t compared = 0;

    s3a_buf_init(&text, 1 << 20);
    for (int round = 0; round < 30000; round++) {
        s3a_buf_clear(&text);
        random_json_value(&seed, &text, 5);

        struct s3a_str value;
        json_error_t other_error;
        json_t *other = json_loadb(text.data, text.size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
                                   &other_error);
        assert_int_equal(s3a_json_check(s3a_buf_str(&text), &value, NULL), S3A_OK);
        if (!other) {
            assert_int_equal(json_error_code(&other_error), json_error_duplicate_key);
            continue;
        }
        assert_same_value(value, other);
        compared++;
        json_decref(other);
    }
    s3a_buf_fini(&text);
    assert_in_range(compared, 20000, 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_in_the_order_of_the_text),
        cmocka_unit_test(elements_come_one_by_one),
        cmocka_unit_test(strings_are_read_and_compared_without_their_escapes),
        cmocka_unit_test(another_parser_reads_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
