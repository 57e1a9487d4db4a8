/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec_sample.h"
#include "fail_malloc.h"
#include "json_value.h"

#define SIZE_MAX_HERE 100000

static struct s3a_error error;

static void assert_text(const struct s3a_type *type, const void *value, const char *text)
{
    void *bytes;
    size_t size;

    enum s3a_status status = s3a_json_encode(type, value, SIZE_MAX_HERE, &bytes, &size, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, S3A_OK);
    assert_str(((struct s3a_str){bytes, size}), text);
    free(bytes);
}

static void assert_refused(const struct s3a_type *type, const void *value, enum s3a_status expected,
                           const char *message)
{
    void *bytes = &error;
    size_t size = 1;

    enum s3a_status status = s3a_json_encode(type, value, SIZE_MAX_HERE, &bytes, &size, &error);
    assert_string_equal(error.message, message);
    assert_int_equal(status, expected);
    assert_null(bytes);
    assert_int_equal(size, 0);
    assert_int_equal(s3a_json_encode(type, value, SIZE_MAX_HERE, &bytes, &size, NULL), expected);
}

/* What CONFIG_TEXT says. */
static struct config everything(void)
{
    static char main_text[] = "main", a[] = "a", n[] = "n", x[] = "x", empty[] = "";
    static char *tags[] = {x, NULL, empty};
    static struct host hosts[] = {{a, 80, tags, 3}, {NULL, 0, NULL, 0}};
    static double weights[] = {1, -0.0, 4.94065645841247e-324};
    static bool verbose = false;
    static struct limits burst = {-1, 1e300};

    return (struct config){
        .name = main_text,
        .value = INT64_MAX,
        .small = INT32_MIN,
        .count = UINT32_MAX,
        .ratio = 0.1,
        .active = true,
        .limits = {10, 0.5},
        .hosts = hosts,
        .hosts_count = 2,
        .weights = weights,
        .weights_count = 3,
        .verbose = &verbose,
        .burst = &burst,
        .note = n,
    };
}

static void members_are_written_in_the_order_of_the_table(void **state)
{
    (void)state;
    struct config config = everything();

    assert_text(&config_type, &config, CONFIG_TEXT);
}

static void what_is_null_is_null_left_out_or_empty(void **state)
{
    (void)state;
    struct config config = {.active = false};

    assert_text(&config_type, &config,
                "{\"name\":null,\"value\":0,\"small\":0,\"count\":0,\"ratio\":0.0,"
                "\"active\":false,\"limits\":{\"max\":0,\"rate\":0.0},\"hosts\":[],"
                "\"host-weights\":[]}");
}

struct note {
    char *text;
};

static void only_what_must_be_escaped_is(void **state)
{
    (void)state;
    static const struct s3a_field fields[] = {
        S3A_FIELD_NAMED(struct note, text, "say \"\\\x01\xc3\xa9\"", &s3a_string_type),
    };
    static const struct s3a_type type = S3A_TYPE(struct note, fields);
    char text[] = "\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80<>";
    struct note note = {text};

    assert_text(&type, &note,
                "{\"say \\\"\\\\\\u0001\xc3\xa9\\\"\":"
                "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\xf0\x9f\x98\x80<>\"}");
}

static void a_struct_without_fields_is_an_empty_object(void **state)
{
    (void)state;
    struct s3a_type type = {.kind = S3A_KIND_STRUCT, .size = 1};

    assert_text(&type, "", "{}");
}

static void what_json_cannot_hold_is_refused(void **state)
{
    (void)state;
    struct config config = everything();
    struct limits burst = {1, NAN};
    char bad[] = "caf\xe9";
    char *tags[] = {NULL, bad};
    struct host hosts[] = {{.name = NULL}, {.tags = tags, .tags_count = 2}};

    config.ratio = INFINITY;
    assert_refused(&config_type, &config, S3A_FORMAT, "ratio: infinity, which JSON cannot hold");
    config.ratio = 0;
    config.limits.rate = -INFINITY;
    assert_refused(&config_type, &config, S3A_FORMAT,
                   "limits.rate: -infinity, which JSON cannot hold");
    config.limits.rate = 0;
    config.burst = &burst;
    assert_refused(&config_type, &config, S3A_FORMAT,
                   "burst.rate: not a number, which JSON cannot hold");
    config.hosts = hosts;
    assert_refused(&config_type, &config, S3A_FORMAT,
                   "hosts[1].tags[1]: a string that is not UTF-8, which JSON cannot hold");
    config.name = bad;
    assert_refused(&config_type, &config, S3A_FORMAT,
                   "name: a string that is not UTF-8, which JSON cannot hold");
}

static void an_array_that_is_not_there_has_no_elements(void **state)
{
    (void)state;
    struct config config = everything();

    config.weights = NULL;
    assert_refused(&config_type, &config, S3A_INVALID,
                   "host-weights: an array of 3 elements that is NULL");
}

static void the_size_has_a_bound(void **state)
{
    (void)state;
    struct config config = everything();
    void *bytes;
    size_t size;

    assert_int_equal(
        s3a_json_encode(&config_type, &config, sizeof(CONFIG_TEXT) - 1, &bytes, &size, &error),
        S3A_OK);
    free(bytes);
    assert_int_equal(
        s3a_json_encode(&config_type, &config, sizeof(CONFIG_TEXT) - 2, &bytes, &size, &error),
        S3A_TOO_LARGE);
    assert_memory_equal(error.message, "a JSON text of more than ", 25);
    assert_null(bytes);
}

static void encode_story(void *arg)
{
    void *bytes;
    size_t size;
    enum s3a_status status =
        s3a_json_encode(&config_type, arg, SIZE_MAX_HERE, &bytes, &size, &error);

    if (status == S3A_OK) {
        assert_str(((struct s3a_str){bytes, size}), CONFIG_TEXT);
        free(bytes);
        return;
    }
    assert_int_equal(status, S3A_NO_MEMORY);
    assert_int_equal(error.status, S3A_NO_MEMORY);
    assert_null(bytes);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    struct config config = everything();

    fail_malloc_sweep(encode_story, &config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_written_in_the_order_of_the_table),
        cmocka_unit_test(what_is_null_is_null_left_out_or_empty),
        cmocka_unit_test(only_what_must_be_escaped_is),
        cmocka_unit_test(a_struct_without_fields_is_an_empty_object),
        cmocka_unit_test(what_json_cannot_hold_is_refused),
        cmocka_unit_test(an_array_that_is_not_there_has_no_elements),
        cmocka_unit_test(the_size_has_a_bound),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
