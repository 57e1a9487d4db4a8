/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "json_random.h"
#include "json_text.h"

static void what_is_json_is_taken_without_the_space_around_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *value;
    } table[] = {
        {"{}", "{}"},
        {" \t\r\n{ \"a\" : [ 1 , 2 ] } \n", "{ \"a\" : [ 1 , 2 ] }"},
        {"[]", "[]"},
        {"\"\"", "\"\""},
        {"true ", "true"},
        {"-0.5e+10", "-0.5e+10"},
        {"[0, -0, 10, 0.0, 1E2, 1e-2]", "[0, -0, 10, 0.0, 1E2, 1e-2]"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
         "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\""},
        {"[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]",
         "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]"},
        {"{\"\":{\"\":{}}}", "{\"\":{\"\":{}}}"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_error error;
        struct s3a_str value;
        assert_int_equal(s3a_json_check(s3a_str_of(table[i].text), &value, &error), S3A_OK);
        assert_str(value, table[i].value);
        assert_string_equal(error.message, "");
    }
}

/* clang-format off */
static const struct {
    const char *text;
    const char *message;
} refused[] = {
    {"", "line 1, column 1: expected a value, found the end"},
    {" \n ", "line 2, column 2: expected a value, found the end"},
    {"{", "line 1, column 2: expected the name of a member, in quotes, found the end"},
    {"[", "line 1, column 2: expected a value, found the end"},
    {"{\"a\"", "line 1, column 5: expected ':', found the end"},
    {"{\"a\":", "line 1, column 6: expected a value, found the end"},
    {"{\"a\":1", "line 1, column 7: expected ',' or '}', found the end"},
    {"[1", "line 1, column 3: expected ',' or ']', found the end"},
    {"{\"a\":1,}", "line 1, column 8: expected the name of a member, in quotes, found '}'"},
    {"[1,]", "line 1, column 4: expected a value, found ']'"},
    {"{a:1}", "line 1, column 2: expected the name of a member, in quotes, found a"},
    {"{'a':1}", "line 1, column 2: expected the name of a member, in quotes, found '''"},
    {"{\"a\" 1}", "line 1, column 6: expected ':', found 1"},
    {"{\"a\":1 \"b\":2}", "line 1, column 8: expected ',' or '}', found '\"'"},
    {"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: expected ',' or '}', found '\"'"},
    {"{\"a\":1]", "line 1, column 7: expected ',' or '}', found ']'"},
    {"[1}", "line 1, column 3: expected ',' or ']', found '}'"},
    {"{}{}", "line 1, column 3: expected the end, found '{'"},
    {"{} x", "line 1, column 4: expected the end, found x"},
    {"nul", "line 1, column 1: expected a value, found nul"},
    {"True", "line 1, column 1: expected a value, found True"},
    {"[NaN]", "line 1, column 2: expected a value, found NaN"},
    {"[Infinity]", "line 1, column 2: expected a value, found Infinity"},
    {"[-Infinity]", "line 1, column 2: expected a number, found -Infinity"},
    {"[truex]", "line 1, column 2: expected a value, found truex"},
    {"[01]", "line 1, column 2: expected a number, found 01"},
    {"[-01]", "line 1, column 2: expected a number, found -01"},
    {"[-]", "line 1, column 2: expected a number, found -"},
    {"[1.]", "line 1, column 2: expected a number, found 1."},
    {"[.5]", "line 1, column 2: expected a value, found .5"},
    {"[+1]", "line 1, column 2: expected a value, found +1"},
    {"[1e]", "line 1, column 2: expected a number, found 1e"},
    {"[1e+]", "line 1, column 2: expected a number, found 1e+"},
    {"[0x10]", "line 1, column 2: expected a number, found 0x10"},
    {"[1_000]", "line 1, column 2: expected a number, found 1_000"},
    {"[1-2]", "line 1, column 2: expected a number, found 1-2"},
    {"[1 2]", "line 1, column 4: expected ',' or ']', found 2"},
    {"[1,,2]", "line 1, column 4: expected a value, found ','"},
    {"// no\n{}", "line 1, column 1: expected a value, found '/'"},
    {"\xef\xbb\xbf{}", "line 1, column 1: expected a value, found byte 0xef"},
    {"[\x01]", "line 1, column 2: expected a value, found byte 0x01"},
    {"{\"a", "line 1, column 2: a string without its closing quote"},
    {"[\"a\\", "line 1, column 4: a backslash that is no escape"},
    {"[\"a\nb\"]", "line 1, column 4: byte 0x0a in a string, where it must be escaped"},
    {"[\"\x1f\"]", "line 1, column 3: byte 0x1f in a string, where it must be escaped"},
    {"[\"\\x41\"]", "line 1, column 3: a backslash that is no escape"},
    {"[\"\\u12\"]", "line 1, column 3: \\u without four hexadecimal digits"},
    {"[\"\\u12g4\"]", "line 1, column 3: \\u without four hexadecimal digits"},
    {"[\"\\ud800\"]", "line 1, column 3: half of a surrogate pair"},
    {"[\"\\ud800\\u0041\"]", "line 1, column 3: half of a surrogate pair"},
    {"[\"\\ud800\\ud800\"]", "line 1, column 3: half of a surrogate pair"},
    {"[\"\\ud800\\udc0", "line 1, column 3: half of a surrogate pair"},
    {"[\"\\udc00\"]", "line 1, column 3: half of a surrogate pair"},
    {"[\"\xc3\xa9\xff\"]", "line 1, column 4: byte 0xff is not UTF-8"},
    {"[\"\xc0\x80\"]", "line 1, column 3: byte 0xc0 is not UTF-8"},
    {"[\"\xed\xa0\x80\"]", "line 1, column 3: byte 0xed is not UTF-8"},
    {"[\"\xe2\x82\"]", "line 1, column 3: byte 0xe2 is not UTF-8"},
    {"[\"\xf0\x9f", "line 1, column 3: byte 0xf0 is not UTF-8"},
    {"[\"\xc3\xa9\xe2\x82\xac\" x]", "line 1, column 7: expected ',' or ']', found x"},
    {"[thisisaverylongwordthatnobodywouldeverwantto_see]",
     "line 1, column 2: expected a value, found thisisaverylongwordthatnobodywouldeverwa..."},
};
/* clang-format on */

static void what_is_not_json_is_told_by_line_and_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct s3a_error error;
        struct s3a_str value;
        enum s3a_status status = s3a_json_check(s3a_str_of(refused[i].text), &value, &error);
        assert_string_equal(error.message, refused[i].message);
        assert_int_equal(status, S3A_FORMAT);
        assert_null(value.data);
        assert_int_equal(s3a_json_check(s3a_str_of(refused[i].text), &value, NULL), S3A_FORMAT);
    }
}

static void a_nul_byte_is_a_byte_like_others(void **state)
{
    (void)state;
    struct s3a_error error;
    struct s3a_str value;

    assert_int_equal(s3a_json_check(S3A_STR("{}\0"), &value, &error), S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 3: expected the end, found byte 0x00");
    assert_int_equal(s3a_json_check(S3A_STR("[\"\0\"]"), &value, &error), S3A_FORMAT);
    assert_string_equal(error.message,
                        "line 1, column 3: byte 0x00 in a string, where it must be escaped");
    assert_int_equal(s3a_json_check(S3A_STR("[\"\\u00\0"), &value, &error), S3A_FORMAT);
    assert_int_equal(s3a_json_check(S3A_STR("[\"\\\0\"]"), &value, &error), S3A_FORMAT);
}

static void depth_and_size_have_a_bound(void **state)
{
    (void)state;
    struct s3a_error error;
    struct s3a_str value;
    char text[2 * (S3A_JSON_DEPTH_MAX + 1)];

    memset(text, '[', S3A_JSON_DEPTH_MAX);
    memset(text + S3A_JSON_DEPTH_MAX, ']', S3A_JSON_DEPTH_MAX);
    assert_int_equal(s3a_json_check(s3a_str_make(text, 2 * S3A_JSON_DEPTH_MAX), &value, &error),
                     S3A_OK);
    memset(text, '[', S3A_JSON_DEPTH_MAX + 1);
    assert_int_equal(s3a_json_check(s3a_str_make(text, sizeof(text)), &value, &error), S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 33: nested deeper than 32");

    /* Side by side there may be any number. */
    struct s3a_buf wide;
    s3a_buf_init(&wide, 1000);
    s3a_buf_append_byte(&wide, '[');
    for (int i = 0; i < 2 * S3A_JSON_DEPTH_MAX; i++) {
        s3a_buf_append_text(&wide, "[],{},");
    }
    s3a_buf_append_text(&wide, "0]");
    assert_int_equal(s3a_json_check(s3a_buf_str(&wide), &value, &error), S3A_OK);
    s3a_buf_fini(&wide);

    /* Not one byte of it is looked at. */
    assert_int_equal(
        s3a_json_check(s3a_str_make(text, (size_t)S3A_JSON_TEXT_SIZE_MAX + 1), &value, &error),
        S3A_TOO_LARGE);
    assert_string_equal(error.message, "a JSON text of 268435457 bytes, more than 268435456");
}

static void the_length_of_a_number_has_a_bound(void **state)
{
    (void)state;
    struct s3a_error error;
    struct s3a_str value;
    char text[S3A_JSON_NUMBER_SIZE_MAX + 3];

    memset(text, '1', sizeof(text));
    text[0] = '[';
    text[S3A_JSON_NUMBER_SIZE_MAX + 1] = ']';
    assert_int_equal(
        s3a_json_check(s3a_str_make(text, S3A_JSON_NUMBER_SIZE_MAX + 2), &value, &error), S3A_OK);
    text[S3A_JSON_NUMBER_SIZE_MAX + 1] = '1';
    text[S3A_JSON_NUMBER_SIZE_MAX + 2] = ']';
    assert_int_equal(
        s3a_json_check(s3a_str_make(text, S3A_JSON_NUMBER_SIZE_MAX + 3), &value, &error),
        S3A_FORMAT);
    assert_string_equal(error.message,
                        "line 1, column 2: a number of 1024 characters, more than 1023");
}

/* jansson has no room for some numbers and names that are JSON all the same. */
static bool is_limit_of_jansson(const json_error_t *error)
{
    return json_error_code(error) == json_error_numeric_overflow ||
           json_error_code(error) == json_error_null_byte_in_key;
}

/* Writes over, takes out or puts in a few bytes; no NUL, some of which jansson lets pass. */
static void damage(uint64_t *seed, struct s3a_buf *text)
{
    static const char bytes[] = "{}[]:,\"\\u0123456789abcdefDd8.-+eE \n\x80\xc3\xa9\xff\x01/tn";

    for (size_t i = random_below(seed, 3); i > 0 && text->size > 1; i--) {
        size_t at = random_below(seed, text->size);
        char byte = bytes[random_below(seed, sizeof(bytes) - 1)];
        switch (random_below(seed, 3)) {
        case 0:
            text->data[at] = byte;
            break;
        case 1:
            memmove(text->data + at, text->data + at + 1, text->size - at);
            text->size--;
            break;
        default:
            s3a_buf_append_byte(text, ' ');
            memmove(text->data + at + 1, text->data + at, text->size - at - 1);
            text->data[at] = byte;
            break;
        }
    }
}

static void another_parser_takes_and_refuses_the_same(void **state)
{
    (void)state;
    uint64_t seed = 1;
    struct s3a_buf text;
    size_t taken = 0;

    s3a_buf_init(&text, 1 << 20);
    for (int round = 0; round < 100000; round++) {
        s3a_buf_clear(&text);
        random_json_value(&seed, &text, 4);
        damage(&seed, &text);
        assert_int_equal(text.status, S3A_OK);

        struct s3a_error error;
        struct s3a_str value;
        json_error_t other_error;
        json_t *other =
            json_loadb(text.data, text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &other_error);
        enum s3a_status status = s3a_json_check(s3a_buf_str(&text), &value, &error);
        if ((status == S3A_OK) != (other != NULL) && !is_limit_of_jansson(&other_error)) {
            fail_msg("round %d: %s\n%s\n%s", round, s3a_buf_text(&text), error.message,
                     other_error.text);
        }
        taken += status == S3A_OK;
        json_decref(other);
    }
    s3a_buf_fini(&text);
    assert_in_range(taken, 20000, 90000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_json_is_taken_without_the_space_around_it),
        cmocka_unit_test(what_is_not_json_is_told_by_line_and_column),
        cmocka_unit_test(a_nul_byte_is_a_byte_like_others),
        cmocka_unit_test(depth_and_size_have_a_bound),
        cmocka_unit_test(the_length_of_a_number_has_a_bound),
        cmocka_unit_test(another_parser_takes_and_refuses_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
