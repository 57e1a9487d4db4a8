/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "codec_sample.h"
#include "fail_malloc.h"
#include "json_value.h"

static void every_kind_and_form_is_read(void **state)
{
    (void)state;
    struct s3a_error error;
    void *value;

    assert_int_equal(s3a_json_decode(&config_type, S3A_STR(CONFIG_TEXT), &value, &error), S3A_OK);
    const struct config *config = value;
    assert_string_equal(config->name, "main");
    assert_true(config->value == INT64_MAX);
    assert_true(config->small == INT32_MIN);
    assert_true(config->count == UINT32_MAX);
    assert_true(config->ratio == 0.1);
    assert_true(config->active);
    assert_int_equal(config->limits.max, 10);
    assert_true(config->limits.rate == 0.5);
    assert_int_equal(config->hosts_count, 2);
    assert_string_equal(config->hosts[0].name, "a");
    assert_int_equal(config->hosts[0].port, 80);
    assert_int_equal(config->hosts[0].tags_count, 3);
    assert_string_equal(config->hosts[0].tags[0], "x");
    assert_null(config->hosts[0].tags[1]);
    assert_string_equal(config->hosts[0].tags[2], "");
    assert_null(config->hosts[1].name);
    assert_null(config->hosts[1].tags);
    assert_int_equal(config->hosts[1].tags_count, 0);
    assert_int_equal(config->weights_count, 3);
    assert_true(config->weights[0] == 1 && config->weights[1] == 0);
    assert_true(config->weights[2] == 5e-324);
    assert_false(*config->verbose);
    assert_int_equal(config->burst->max, -1);
    assert_string_equal(config->note, "n");
    s3a_json_free(&config_type, value);
}

/* One of each, small enough that a document with one fault in it fits on a line. */
struct sample {
    char *name;
    struct limits limits;
    int32_t small;
    uint32_t count;
    bool on;
    char **hosts;
    size_t hosts_count;
    struct limits *burst;
    char *note;
};

static const struct s3a_field sample_fields[] = {
    S3A_FIELD_STRING(struct sample, name),
    S3A_FIELD_STRUCT(struct sample, limits, &limits_type),
    S3A_FIELD_INT32(struct sample, small),
    S3A_FIELD_UINT32(struct sample, count),
    S3A_FIELD_BOOL(struct sample, on),
    S3A_FIELD_ARRAY(struct sample, hosts, hosts_count, &s3a_string_type),
    S3A_FIELD_OPTIONAL(struct sample, burst, &limits_type),
    S3A_FIELD_OPTIONAL_NAMED(struct sample, note, "a \"note\"", &s3a_string_type),
};
static const struct s3a_type sample_type = S3A_TYPE(struct sample, sample_fields);
static const struct s3a_type strict_type = S3A_TYPE_STRICT(struct sample, sample_fields);

#define REST "\"limits\":{\"max\":1,\"rate\":2},\"small\":3,\"count\":4,\"on\":true,\"hosts\":[]"
#define GOOD "\"name\":\"n\"," REST

static struct sample *decode_good(const struct s3a_type *type, const char *text)
{
    struct s3a_error error;
    void *value;

    enum s3a_status status = s3a_json_decode(type, s3a_str_of(text), &value, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, S3A_OK);
    return value;
}

static void optional_members_may_be_missing_or_null(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{" GOOD "}",
        "{\"burst\":null,\"a \\\"note\\\"\":null," GOOD "}",
    };

    for (size_t i = 0; i < 2; i++) {
        struct sample *sample = decode_good(&strict_type, texts[i]);
        assert_null(sample->burst);
        assert_null(sample->note);
        s3a_json_free(&strict_type, sample);
    }
    struct sample *sample = decode_good(
        &strict_type, "{\"burst\":{\"max\":7,\"rate\":1},\"a \\\"n\\u006fte\\\"\":\"\"," GOOD "}");
    assert_int_equal(sample->burst->max, 7);
    assert_string_equal(sample->note, "");
    s3a_json_free(&strict_type, sample);
}

static void members_come_in_any_order_and_with_any_space(void **state)
{
    (void)state;
    struct sample *sample = decode_good(
        &sample_type, "\n{ \"hosts\" : [ \"a\" ,\t\"b\" ] , \"on\":false,\"count\":0,\"small\":-0,"
                      "\"limits\":{\"rate\":-1e1,\"max\":-9223372036854775808},\"name\":null}\r\n");

    assert_int_equal(sample->hosts_count, 2);
    assert_string_equal(sample->hosts[1], "b");
    assert_true(sample->limits.max == INT64_MIN);
    assert_true(sample->limits.rate == -10);
    assert_null(sample->name);
    s3a_json_free(&sample_type, sample);
}

static void unknown_members_are_ignored_whatever_they_hold(void **state)
{
    (void)state;
    struct sample *sample = decode_good(
        &sample_type,
        "{\"x\":123456789012345678901234567890,\"Name\":[{\"name\":1}],\"x\":\"\\u0000\","
        "\"\":1e999,\"nam\":0,\"names\":0,\"name\\u0000\":0," GOOD "}");

    assert_string_equal(sample->name, "n");
    s3a_json_free(&sample_type, sample);
}

static void escapes_in_strings_are_undone(void **state)
{
    (void)state;
    struct sample *sample = decode_good(
        &sample_type,
        "{\"name\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\xe2\x82\xac\"," REST "}");

    assert_string_equal(sample->name, "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac");
    s3a_json_free(&sample_type, sample);
}

#define L60 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

/* clang-format off */
static const struct {
    const char *text;
    const char *message;
} refused[] = {
    /* the document */
    {"", "line 1, column 1: expected a value, found the end"},
    {"{\"name\":\"n\",\n \"limits\" {}}", "line 2, column 11: expected ':', found '{'"},
    {"{" GOOD "}}", "line 1, column 82: expected the end, found '}'"},
    {"[]", "expected an object, found an array"},
    {"\"" L60 "\"", "expected an object, found \"aaaaaaaaaabbbbbbbbbbccccccccccddddddddd...\""},
    {"7", "expected an object, found 7"},
    {"null", "expected an object, found null"},
    /* missing, unknown, twice */
    {"{}", "name: missing"},
    {"{\"name\":\"n\"}", "limits: missing"},
    {"{\"name\":\"n\",\"limits\":{}}", "limits.max: missing"},
    {"{\"name\":\"n\",\"limits\":{\"max\":1}}", "limits.rate: missing"},
    {"{" GOOD ",\"burst\":{\"max\":1}}", "burst.rate: missing"},
    {"{" GOOD ",\"surprise\":1}", "surprise: not a known member"},
    {"{" GOOD ",\"a\\tb\\u0000\xc3\xa9\":1}", "\"a\\u0009b\\u0000\\u00e9\": not a known member"},
    {"{" GOOD ",\"" L60 L60 L60 L60 L60 "\":1}",
     "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...: not a known member"},
    {"{\"name\":\"n\",\"limits\":{\"max\":1,\"rat\":2}}", "limits.rat: not a known member"},
    {"{\"name\":\"n\",\"name\":\"n\"}", "name: stands there twice"},
    {"{\"name\":\"n\",\"n\\u0061me\":\"n\"}", "name: stands there twice"},
    {"{\"burst\":null,\"burst\":null}", "burst: stands there twice"},
    {"{\"limits\":{\"max\":1,\"max\":1}}", "limits.max: stands there twice"},
    /* strings */
    {"{\"name\":7}", "name: expected a string, found 7"},
    {"{\"name\":true}", "name: expected a string, found true"},
    {"{\"name\":{}}", "name: expected a string, found an object"},
    {"{\"name\":[\"n\"]}", "name: expected a string, found an array"},
    {"{\"name\":\"a\\u0000b\"}",
     "name: expected a string without a NUL character, found \"a\\u0000b\""},
    {"{\"a \\\"note\\\"\":7}", "\"a \\\"note\\\"\": expected a string, found 7"},
    /* integers */
    {"{\"limits\":{\"max\":\"ten\"}}", "limits.max: expected an integer, found \"ten\""},
    {"{\"limits\":{\"max\":1.0}}", "limits.max: expected an integer, found 1.0"},
    {"{\"limits\":{\"max\":1e3}}", "limits.max: expected an integer, found 1e3"},
    {"{\"limits\":{\"max\":1E3}}", "limits.max: expected an integer, found 1E3"},
    {"{\"limits\":{\"max\":null}}", "limits.max: expected an integer, found null"},
    {"{\"limits\":{\"max\":false}}", "limits.max: expected an integer, found false"},
    {"{\"limits\":{\"max\":9223372036854775808}}",
     "limits.max: 9223372036854775808 is out of range for a 64-bit integer"},
    {"{\"limits\":{\"max\":-9223372036854775809}}",
     "limits.max: -9223372036854775809 is out of range for a 64-bit integer"},
    {"{\"limits\":{\"max\":12345678901234567890123456789012345678901234567890}}",
     "limits.max: 1234567890123456789012345678901234567890... is out of range for a 64-bit "
     "integer"},
    {"{\"small\":5000000000}", "small: 5000000000 is out of range for a 32-bit integer"},
    {"{\"small\":2147483648}", "small: 2147483648 is out of range for a 32-bit integer"},
    {"{\"small\":-2147483649}", "small: -2147483649 is out of range for a 32-bit integer"},
    {"{\"small\":99999999999999999999}",
     "small: 99999999999999999999 is out of range for a 32-bit integer"},
    {"{\"small\":[]}", "small: expected an integer, found an array"},
    {"{\"count\":-1}", "count: -1 is out of range for an unsigned 32-bit integer"},
    {"{\"count\":4294967296}", "count: 4294967296 is out of range for an unsigned 32-bit integer"},
    {"{\"count\":0.5}", "count: expected an integer, found 0.5"},
    /* doubles */
    {"{\"limits\":{\"rate\":null}}", "limits.rate: expected a number, found null"},
    {"{\"limits\":{\"rate\":\"1\"}}", "limits.rate: expected a number, found \"1\""},
    {"{\"limits\":{\"rate\":1e999}}", "limits.rate: 1e999 is out of range for a double"},
    {"{\"limits\":{\"rate\":-1e999}}", "limits.rate: -1e999 is out of range for a double"},
    /* booleans */
    {"{\"on\":1}", "on: expected true or false, found 1"},
    {"{\"on\":\"true\"}", "on: expected true or false, found \"true\""},
    {"{\"on\":null}", "on: expected true or false, found null"},
    /* structs and arrays */
    {"{\"limits\":null}", "limits: expected an object, found null"},
    {"{\"limits\":[]}", "limits: expected an object, found an array"},
    {"{\"burst\":false}", "burst: expected an object, found false"},
    {"{\"burst\":{\"max\":\"\xe2\x82\xac\"}}", "burst.max: expected an integer, found \"\\u20ac\""},
    {"{\"hosts\":\"x\"}", "hosts: expected an array, found \"x\""},
    {"{\"hosts\":null}", "hosts: expected an array, found null"},
    {"{\"hosts\":{}}", "hosts: expected an array, found an object"},
    {"{\"hosts\":[\"a\",null,7]}", "hosts[2]: expected a string, found 7"},
    {"{\"hosts\":[[]]}", "hosts[0]: expected a string, found an array"},
};
/* clang-format on */

static void what_does_not_fit_is_told_by_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct s3a_error error;
        void *value = &error;
        enum s3a_status status =
            s3a_json_decode(&strict_type, s3a_str_of(refused[i].text), &value, &error);
        assert_string_equal(error.message, refused[i].message);
        assert_int_equal(status, S3A_FORMAT);
        assert_int_equal(error.status, S3A_FORMAT);
        assert_null(value);
        assert_int_equal(s3a_json_decode(&strict_type, s3a_str_of(refused[i].text), &value, NULL),
                         S3A_FORMAT);
    }
}

static void a_fault_deep_inside_is_told_by_its_whole_way(void **state)
{
    (void)state;
    struct s3a_error error;
    void *value;

    assert_int_equal(
        s3a_json_decode(&config_type,
                        S3A_STR("{\"hosts\":[{\"name\":\"a\",\"port\":1,\"tags\":[]},"
                                "{\"name\":\"b\",\"port\":2,\"tags\":[\"x\",\"y\",3.5]}]}"),
                        &value, &error),
        S3A_FORMAT);
    assert_string_equal(error.message, "hosts[1].tags[2]: expected a string, found 3.5");
    assert_int_equal(
        s3a_json_decode(&config_type, S3A_STR("{\"host-weights\":[1,2,[]]}"), &value, &error),
        S3A_FORMAT);
    assert_string_equal(error.message, "host-weights[2]: expected a number, found an array");
}

/* Everything up to the fault has been built, and all of it is freed. */
static void a_document_cut_anywhere_leaves_nothing_behind(void **state)
{
    (void)state;
    struct s3a_str text = S3A_STR(CONFIG_TEXT);

    for (size_t size = 0; size < text.size; size++) {
        void *value;
        assert_int_equal(s3a_json_decode(&config_type, s3a_str_make(text.data, size), &value, NULL),
                         S3A_FORMAT);
        assert_null(value);
    }
}

static void decode_story(void *arg)
{
    (void)arg;
    struct s3a_error error;
    void *value;
    enum s3a_status status = s3a_json_decode(&config_type, S3A_STR(CONFIG_TEXT), &value, &error);

    if (status == S3A_OK) {
        assert_string_equal(((struct config *)value)->note, "n");
        s3a_json_free(&config_type, value);
        return;
    }
    assert_int_equal(status, S3A_NO_MEMORY);
    assert_int_equal(error.status, S3A_NO_MEMORY);
    assert_null(value);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    fail_malloc_sweep(decode_story, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_and_form_is_read),
        cmocka_unit_test(optional_members_may_be_missing_or_null),
        cmocka_unit_test(members_come_in_any_order_and_with_any_space),
        cmocka_unit_test(unknown_members_are_ignored_whatever_they_hold),
        cmocka_unit_test(escapes_in_strings_are_undone),
        cmocka_unit_test(what_does_not_fit_is_told_by_its_place),
        cmocka_unit_test(a_fault_deep_inside_is_told_by_its_whole_way),
        cmocka_unit_test(a_document_cut_anywhere_leaves_nothing_behind),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
