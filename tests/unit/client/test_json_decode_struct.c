/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fail_malloc.h"
#include "json_refused.h"

/* clang-format off: a document in one line, its message in the next */
static const struct refusal refused[] = {
    {"{\"limits\":null}", "line 1, column 11: limits: expected an object, found null"},
    {"{\"limits\":[]}", "line 1, column 11: limits: expected an object, found an array"},
    {"{\"limits\":{\"max\":\"ten\"}}",
     "line 1, column 18: limits.max: expected an integer, found \"ten\""},
    {"{\"limits\":{\"max\":1}}", "line 1, column 11: limits.rate: missing"},
    {"{\"limits\":{\"max\":1,\"rate\":2,\"more\":3}}",
     "line 1, column 29: limits.more: not a known member"},
    {"{\"limits\":{\"max\":1,\"max\":1,\"rate\":2}}",
     "line 1, column 20: limits.max: stands there twice"},
    {"{\"limits\":{\"max\":1,\"m\\u0061x\":1,\"rate\":2}}",
     "line 1, column 20: limits.max: stands there twice"},
    {"{\"main\":null}", "line 1, column 9: main: expected an object, found null"},
    {"{\"main\":1}", "line 1, column 9: main: expected an object, found 1"},
    {"{\"burst\":false}", "line 1, column 10: burst: expected an object, found false"},
    {"{\n  \"burst\": {\n    \"max\": \"\xe2\x82\xac\"\n  }\n}",
     "line 3, column 12: burst.max: expected an integer, found \"\\u20ac\""},
    {"{\"hosts\":[{\"new\":1,\"name\":\"a\",\"port\":1,\"tags\":[],\"n\\u0065w\":1}]}",
     "line 1, column 50: hosts[0].new: stands there twice"},
    {"{\"quotas\":{\"a b\":{\"max\":1}}}", "line 1, column 18: quotas.\"a b\".rate: missing"},
    {"{\"quotas\":{\"a\":{\"max\":1,\"rate\":1},\"b\":{\"max\":1,\"rate\":1},\"\\u0061\":{\"max\":"
     "1,\"rate\":1}}}",
     "line 1, column 58: quotas.a: stands there twice"},
    {"{\"tree\":{\"name\":\"a\",\"next\":{\"name\":\"b\",\"next\":{}}}}",
     "line 1, column 47: tree.next.next.name: missing"},
    {"{\"new\":1,\"new\":2}", "line 1, column 10: new: stands there twice"},
    {"{\"new\":{\"a\":1,\"b\":[{\"c\":1,\"c\":2}]}}",
     "line 1, column 27: new.b[0].c: stands there twice"},
    {"{\"assumed\":null}", "line 1, column 12: assumed: expected an integer, found null"},
    {"{}", "line 1, column 1: name: missing"},
    {"[]", "line 1, column 1: expected an object, found an array"},
    {"7", "line 1, column 1: expected an object, found 7"},
};
/* clang-format on */

static void what_does_not_fit_is_told_by_its_place(void **state)
{
    (void)state;
    ASSERT_ALL_REFUSED(refused);
}

struct settings {
    char *name;
    int32_t retries;
    enum level level;
    struct limits limits;
    struct limits *burst;
    char **hosts;
    size_t hosts_count;
    char *others;
};

static const struct s3a_field easy_fields[] = {
    S3A_FIELD(struct limits, max, S3A_DEFAULT("10")),
    S3A_FIELD(struct limits, rate, S3A_DEFAULT(" 0.5 ")),
};
static const struct s3a_type easy_type = S3A_TYPE(struct limits, easy_fields);

static const struct s3a_field settings_fields[] = {
    S3A_FIELD(struct settings, name, S3A_DEFAULT("\"a \\\"name\\\"\"")),
    S3A_FIELD(struct settings, retries, S3A_DEFAULT("3"), "the retries"),
    S3A_FIELD_OF(struct settings, level, &level_type, S3A_DEFAULT("\"high\"")),
    S3A_FIELD_OF(struct settings, limits, &easy_type, S3A_DEFAULT("{\"max\":7}")),
    S3A_FIELD_POINTER(struct settings, burst, &easy_type, S3A_DEFAULT("{}")),
    S3A_FIELD_ARRAY(struct settings, hosts, hosts_count, &s3a_string_type,
                    S3A_DEFAULT("[\"a\",\"b\"]")),
    S3A_FIELD_UNKNOWN(struct settings, others),
};
static const struct s3a_type settings_type = S3A_TYPE(struct settings, settings_fields);

static struct settings *decode(const char *text)
{
    struct s3a_error error;
    void *value;

    assert_int_equal(s3a_json_type_check(&settings_type, &error), S3A_OK);
    enum s3a_status status = s3a_json_decode(&settings_type, s3a_str_of(text), &value, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, S3A_OK);
    return value;
}

static void what_is_missing_is_as_its_default_says(void **state)
{
    (void)state;
    struct settings *settings = decode("{}");

    assert_string_equal(settings->name, "a \"name\"");
    assert_int_equal(settings->retries, 3);
    assert_int_equal(settings->level, LEVEL_HIGH);
    assert_int_equal(settings->limits.max, 7);
    assert_true(settings->limits.rate == 0.5);
    assert_int_equal(settings->burst->max, 10);
    assert_int_equal(settings->hosts_count, 2);
    assert_string_equal(settings->hosts[1], "b");
    s3a_json_free(&settings_type, settings);
}

static void what_is_there_is_not(void **state)
{
    (void)state;
    struct settings *settings =
        decode("{\"hosts\":[],\"burst\":{\"rate\":2},\"limits\":{\"rate\":1},\"level\":\"low\","
               "\"th\\u0065 retries\":0,\"name\":\"\"}");

    assert_string_equal(settings->name, "");
    assert_int_equal(settings->retries, 0);
    assert_int_equal(settings->level, LEVEL_LOW);
    assert_int_equal(settings->limits.max, 10);
    assert_true(settings->limits.rate == 1);
    assert_true(settings->burst->rate == 2);
    assert_null(settings->hosts);
    s3a_json_free(&settings_type, settings);
}

/* A null is something that stands there. */
static void null_is_not_missing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"name\":null}",   "{\"the retries\":null}", "{\"level\":null}",
        "{\"limits\":null}", "{\"burst\":null}",       "{\"hosts\":null}",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        void *value;
        assert_int_equal(s3a_json_decode(&settings_type, s3a_str_of(texts[i]), &value, NULL),
                         S3A_FORMAT);
    }
}

static void unknown_members_are_kept_as_they_stand_there(void **state)
{
    (void)state;
    struct settings *settings = decode("{}");

    assert_null(settings->others);
    s3a_json_free(&settings_type, settings);
    settings =
        decode("{ \"b\" : [ 1.0 , { \"x y\" : \"\\u00e9\\/ z\" } , [ ] ] , \"name\" : \"n\" ,"
               "\n\"\\u0061\" : 12345678901234567890.10e+5 , \"\":{ }}");
    assert_string_equal(settings->others, "{\"b\":[1.0,{\"x y\":\"\\u00e9\\/ z\"},[]],"
                                          "\"\\u0061\":12345678901234567890.10e+5,\"\":{}}");
    assert_string_equal(settings->name, "n");
    s3a_json_free(&settings_type, settings);
}

static void unknown_members_without_a_row_are_ignored_but_not_twice(void **state)
{
    (void)state;
    struct s3a_error error;
    void *value;

    assert_int_equal(s3a_json_decode(&easy_type,
                                     S3A_STR("{\"a\":[{\"x\":1},{\"x\":1}],\"x\":{\"x\":{}}}"),
                                     &value, &error),
                     S3A_OK);
    s3a_json_free(&easy_type, value);
    assert_int_equal(s3a_json_decode(&easy_type, S3A_STR("{\"a\":[{\"x\":1,\"y\":[],\"x\":1}]}"),
                                     &value, &error),
                     S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 21: a[0].x: stands there twice");
}

/* Of several, the first is told; and a name that is long is told by its beginning. */
static void names_are_compared_whole(void **state)
{
    (void)state;
    char name[400];
    char text[2000];
    struct s3a_error error;
    void *value;

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    snprintf(text, sizeof(text), "{\"%sa\":1,\"%sb\":2}", name, name);
    s3a_json_free(&settings_type, decode(text));
    snprintf(text, sizeof(text), "{\"z\":1,\"%s\":1,\"%s\":2,\"z\":3}", name, name);
    assert_int_equal(s3a_json_decode(&settings_type, s3a_str_of(text), &value, &error), S3A_FORMAT);
    assert_string_equal(error.message,
                        "line 1, column 412: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...: "
                        "stands there twice");
}

static void decode_story(void *arg)
{
    struct s3a_error error;
    void *value;
    enum s3a_status status = s3a_json_decode(&settings_type, s3a_str_of(arg), &value, &error);

    if (status == S3A_OK) {
        assert_int_equal(((struct settings *)value)->hosts_count, 2);
        s3a_json_free(&settings_type, value);
        return;
    }
    assert_int_equal(status, S3A_NO_MEMORY);
    assert_int_equal(error.status, S3A_NO_MEMORY);
    assert_null(value);
}

/* More names than fit without memory of their own, at both depths. */
static void any_allocation_may_fail(void **state)
{
    (void)state;
    struct s3a_buf text;

    s3a_buf_init(&text, 10000);
    s3a_buf_append_text(&text, "{\"o\":{");
    for (int i = 0; i < 40; i++) {
        s3a_buf_append_format(&text, "%s\"x%d\":1", i == 0 ? "" : ",", i);
    }
    s3a_buf_append_text(&text, "}");
    for (int i = 0; i < 40; i++) {
        s3a_buf_append_format(&text, ",\"x%d\":1", i);
    }
    s3a_buf_append_text(&text, "}");
    fail_malloc_sweep(decode_story, text.data);
    s3a_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_told_by_its_place),
        cmocka_unit_test(what_is_missing_is_as_its_default_says),
        cmocka_unit_test(what_is_there_is_not),
        cmocka_unit_test(null_is_not_missing),
        cmocka_unit_test(unknown_members_are_kept_as_they_stand_there),
        cmocka_unit_test(unknown_members_without_a_row_are_ignored_but_not_twice),
        cmocka_unit_test(names_are_compared_whole),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
