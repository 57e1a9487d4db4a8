/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "json_value.h"

static struct s3a_error error;

static const char *message_at(const struct s3a_json_path *path)
{
    assert_int_equal(s3a_json_fail(path, &error, S3A_FORMAT, "found %d", 7), S3A_FORMAT);
    assert_int_equal(error.status, S3A_FORMAT);
    return error.message;
}

static void a_path_names_members_and_elements(void **state)
{
    (void)state;
    struct s3a_json_path hosts = {.name = "hosts"};
    struct s3a_json_path third = {.parent = &hosts, .index = 2};
    struct s3a_json_path port = {.parent = &third, .name = "port"};

    assert_string_equal(message_at(NULL), "found 7");
    assert_string_equal(message_at(&hosts), "hosts: found 7");
    assert_string_equal(message_at(&third), "hosts[2]: found 7");
    assert_string_equal(message_at(&port), "hosts[2].port: found 7");
    assert_int_equal(s3a_json_fail(&port, NULL, S3A_INVALID, "x"), S3A_INVALID);
}

static void names_that_are_no_plain_words_are_quoted_and_printable(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *message;
    } table[] = {
        {"max-rate_2", "top.max-rate_2: found 7"},
        {"", "top.\"\": found 7"},
        {"a.b", "top.\"a.b\": found 7"},
        {"say \"\\\"", "top.\"say \\\"\\\\\\\"\": found 7"},
        {"\x1b[2J\x7f", "top.\"\\u001b[2J\\u007f\": found 7"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "top.\"\\u00e9\\u20ac\\ud83d\\ude00\": found 7"},
        {"a123456789b123456789c123456789d123456789",
         "top.a123456789b123456789c123456789d12345678...: found 7"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_json_path top = {.name = "top"};
        struct s3a_json_path path = {.parent = &top, .name = table[i].name};
        assert_string_equal(message_at(&path), table[i].message);
    }
}

static void a_long_path_keeps_its_end(void **state)
{
    (void)state;
    struct s3a_json_path path[S3A_JSON_DEPTH_MAX] = {{.name = "start"}};

    for (size_t i = 1; i < S3A_JSON_DEPTH_MAX; i++) {
        path[i] = (struct s3a_json_path){.parent = &path[i - 1], .name = "abcdefghij"};
    }
    const char *message = message_at(&path[S3A_JSON_DEPTH_MAX - 1]);
    assert_memory_equal(message, "....abcdefghij.abcdefghij.", 26);
    const char *end = strstr(message, ": ");
    assert_string_equal(end, ": found 7");
    assert_in_range(end - message, 220, 240);
}

static void assert_shown(struct s3a_str value, const char *text)
{
    struct s3a_json_shown shown = s3a_json_show(value);

    assert_string_equal(shown.text, text);
    assert_int_equal(shown.size, strlen(text));
}

static void values_are_shown_short_and_printable(void **state)
{
    (void)state;
    assert_shown(S3A_STR("{\"a\":1}"), "an object");
    assert_shown(S3A_STR("[1,2]"), "an array");
    assert_shown(S3A_STR("null"), "null");
    assert_shown(S3A_STR("true"), "true");
    assert_shown(S3A_STR("false"), "false");
    assert_shown(S3A_STR("-1.50e3"), "-1.50e3");
    assert_shown(S3A_STR("1234567890123456789012345678901234567890"),
                 "1234567890123456789012345678901234567890");
    assert_shown(S3A_STR("12345678901234567890123456789012345678901"),
                 "1234567890123456789012345678901234567890...");
    assert_shown(S3A_STR("\"ten\""), "\"ten\"");
    assert_shown(S3A_STR("\"\""), "\"\"");
    assert_shown(S3A_STR("\"a\\u0041\\/\\n\\\"\xc3\xa9\""), "\"aA/\\u000a\\\"\\u00e9\"");
    assert_shown(S3A_STR("\"a123456789b123456789c123456789d12345678\""),
                 "\"a123456789b123456789c123456789d12345678\"");
    assert_shown(S3A_STR("\"a123456789b123456789c123456789d123456789\""),
                 "\"a123456789b123456789c123456789d12345678...\"");
    /* The longest that it can get: one character before the bound, then a pair. */
    assert_shown(S3A_STR("\"a123456789b123456789c123456789d1234567\\ud83d\\ude00\\ud83d\\ude00\""),
                 "\"a123456789b123456789c123456789d1234567\\ud83d\\ude00...\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_names_members_and_elements),
        cmocka_unit_test(names_that_are_no_plain_words_are_quoted_and_printable),
        cmocka_unit_test(a_long_path_keeps_its_end),
        cmocka_unit_test(values_are_shown_short_and_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
