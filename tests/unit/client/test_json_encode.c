/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "buf.h"
#include "codec_sample.h"
#include "fail_malloc.h"
#include "json_written.h"

static struct s3a_error error;

/* What CONFIG_TEXT says. */
static struct config *everything(void)
{
    void *value;

    assert_int_equal(s3a_json_decode(&config_type, S3A_STR(CONFIG_TEXT), &value, &error), S3A_OK);
    return value;
}

static void members_are_written_in_the_order_of_the_table(void **state)
{
    (void)state;
    struct config *config = everything();

    assert_text(&config_type, config, CONFIG_TEXT);
    s3a_json_free(&config_type, config);
}

struct few {
    char *name;
    char chars[4];
    struct s3a_bytes bytes;
    struct limits *limits;
    char **words;
    size_t words_count;
    struct quota *quotas;
    int8_t quotas_count;
    int32_t last[3];
    uint8_t last_count;
    char *others;
};

static const struct s3a_field few_fields[] = {
    S3A_FIELD(struct few, name, S3A_OPTIONAL),
    S3A_FIELD_CHARS(struct few, chars, S3A_OPTIONAL),
    S3A_FIELD(struct few, bytes, S3A_OPTIONAL),
    S3A_FIELD_POINTER(struct few, limits, &limits_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct few, words, words_count, &s3a_string_type, S3A_OPTIONAL),
    S3A_FIELD_MAP(struct few, quotas, quotas_count, &quota_type, S3A_OPTIONAL),
    S3A_FIELD_UP_TO(struct few, last, last_count, &s3a_int32_type, S3A_OPTIONAL),
    S3A_FIELD_UNKNOWN(struct few, others),
};
static const struct s3a_type few_type = S3A_TYPE(struct few, few_fields);

static void what_is_optional_and_empty_is_left_out(void **state)
{
    (void)state;
    struct few few = {.last_count = 0};
    char empty[] = "";

    assert_text(&few_type, &few, "{}");
    few.name = empty;
    few.bytes.data = "";
    few.last_count = 2;
    assert_text(&few_type, &few, "{\"name\":\"\",\"bytes\":\"\",\"last\":[0,0]}");
}

static void pretty_has_a_line_for_everything(void **state)
{
    (void)state;
    char others[] = "{\"x\":[1,{\"y\":{}}],\"z\":[]}";
    char word[] = "w";
    char *words[] = {word, word};
    struct limits limits = {1, 2};
    struct few few = {.words = words, .words_count = 2, .limits = &limits};

    assert_written(&few_type, &few, true,
                   "{\n  \"limits\": {\n    \"max\": 1,\n    \"rate\": 2.0\n  },\n"
                   "  \"words\": [\n    \"w\",\n    \"w\"\n  ]\n}\n");
    few = (struct few){.others = others};
    assert_written(&few_type, &few, true,
                   "{\n  \"x\": [\n    1,\n    {\n      \"y\": {}\n    }\n  ],\n  \"z\": []\n}\n");
    assert_text(&few_type, &few, others);
    few.others = NULL;
    assert_written(&few_type, &few, true, "{}\n");
}

static void what_a_required_pointer_points_to_must_be_there(void **state)
{
    (void)state;
    struct config *config = everything();

    free(config->main);
    config->main = NULL;
    assert_refused(&config_type, config, S3A_INVALID, "main: a pointer that is NULL");
    config->main = calloc(1, sizeof(*config->main));
    free(config->friends[1]);
    config->friends[1] = NULL;
    assert_refused(&config_type, config, S3A_INVALID, "friends[1]: a pointer that is NULL");
    s3a_json_free(&config_type, config);
}

static void an_array_has_as_many_elements_as_its_count_says(void **state)
{
    (void)state;
    struct few few = {.words_count = 3};

    assert_refused(&few_type, &few, S3A_INVALID, "words: an array of 3 elements that is NULL");
    few = (struct few){.last_count = 4};
    assert_refused(&few_type, &few, S3A_INVALID, "last: 4 elements in an array of 3");
    few = (struct few){.quotas_count = -1};
    assert_refused(&few_type, &few, S3A_INVALID, "quotas: a count that is negative");
    few = (struct few){.quotas_count = 1};
    assert_refused(&few_type, &few, S3A_INVALID, "quotas: an array of 1 elements that is NULL");
}

static void a_key_stands_in_a_map_once(void **state)
{
    (void)state;
    char a[] = "a\\b", b[] = "a\\b", c[] = "c";
    struct quota quotas[] = {{.who = a}, {.who = c}, {.who = b}};
    struct few few = {.quotas = quotas, .quotas_count = 3};

    assert_refused(&few_type, &few, S3A_FORMAT, "quotas.\"a\\\\b\": stands there twice");
    quotas[2].who = NULL;
    assert_refused(&few_type, &few, S3A_INVALID, "quotas: a string that is NULL");
    few.quotas_count = 2;
    assert_text(
        &few_type, &few,
        "{\"quotas\":{\"a\\\\b\":{\"max\":0,\"rate\":0.0},\"c\":{\"max\":0,\"rate\":0.0}}}");
}

/* The program may set them, too. */
static void unknown_members_are_looked_at_before_they_are_written(void **state)
{
    (void)state;
    char no_json[] = "{\"x\":", no_object[] = "[1]", known[] = "{\"x\":1,\"n\\u0061me\":2}";
    char twice[] = "{\"x\":[{\"y\":1,\"y\":2}]}", empty[] = " { } ", spaced[] = "{ \"x\" : 1 }";
    char bad[] = "";
    char name[] = "n";
    struct few few = {.others = no_json};

    assert_refused(&few_type, &few, S3A_FORMAT, "the members without a row are no JSON object");
    few.others = no_object;
    assert_refused(&few_type, &few, S3A_FORMAT, "the members without a row are no JSON object");
    few.others = bad;
    assert_refused(&few_type, &few, S3A_FORMAT, "the members without a row are no JSON object");
    few.others = known;
    assert_refused(&few_type, &few, S3A_FORMAT, "name: stands there twice");
    few.others = twice;
    assert_refused(&few_type, &few, S3A_FORMAT, "x[0].y: stands there twice");
    few.others = empty;
    assert_text(&few_type, &few, "{}");
    few.others = spaced;
    few.name = name;
    assert_text(&few_type, &few, "{\"name\":\"n\",\"x\":1}");
}

static void a_circle_or_what_is_too_deep_is_refused(void **state)
{
    (void)state;
    char name[] = "n";
    struct node nodes[S3A_JSON_DEPTH_MAX + 1];

    for (size_t i = 0; i <= S3A_JSON_DEPTH_MAX; i++) {
        nodes[i] = (struct node){.name = name, .next = i > 0 ? &nodes[i - 1] : NULL};
    }
    void *bytes;
    size_t size;
    assert_int_equal(s3a_json_encode(&node_type, &nodes[S3A_JSON_DEPTH_MAX - 1], false,
                                     WRITTEN_SIZE_MAX, &bytes, &size, &error),
                     S3A_OK);
    free(bytes);
    assert_int_equal(s3a_json_encode(&node_type, &nodes[S3A_JSON_DEPTH_MAX], false,
                                     WRITTEN_SIZE_MAX, &bytes, &size, &error),
                     S3A_FORMAT);
    assert_non_null(strstr(error.message, ".next.next: nested deeper than 32"));
    nodes[0].next = &nodes[0];
    assert_int_equal(
        s3a_json_encode(&node_type, &nodes[0], false, WRITTEN_SIZE_MAX, &bytes, &size, &error),
        S3A_FORMAT);
}

static void unknown_members_count_as_depth(void **state)
{
    (void)state;
    char others[200] = "{\"x\":";
    struct few few = {.others = others};

    for (int depth = S3A_JSON_DEPTH_MAX - 1; depth <= S3A_JSON_DEPTH_MAX; depth++) {
        memset(others + 5, '[', (size_t)depth);
        memset(others + 5 + depth, ']', (size_t)depth);
        memcpy(others + 5 + 2 * depth, "}", 2);
        if (depth < S3A_JSON_DEPTH_MAX) {
            assert_text(&few_type, &few, others);
        } else {
            assert_refused(&few_type, &few, S3A_FORMAT,
                           "the members without a row are no JSON object");
        }
    }
    struct host host = {.name = others + 5, .others = others};
    struct row_of_hosts {
        struct host *hosts;
        size_t count;
    } hosts = {&host, 1};
    static const struct s3a_field fields[] = {
        S3A_FIELD_ARRAY(struct row_of_hosts, hosts, count, &host_type),
    };
    static const struct s3a_type type = S3A_TYPE_BARE(struct row_of_hosts, fields);
    memset(others + 5, '[', S3A_JSON_DEPTH_MAX - 1);
    memset(others + 5 + S3A_JSON_DEPTH_MAX - 1, ']', S3A_JSON_DEPTH_MAX - 1);
    memcpy(others + 5 + 2 * (S3A_JSON_DEPTH_MAX - 1), "}", 2);
    assert_refused(&type, &hosts, S3A_FORMAT, "[0]: nested deeper than 32");
}

static void a_struct_without_rows_is_an_empty_object(void **state)
{
    (void)state;
    struct s3a_type type = {.kind = S3A_KIND_STRUCT, .size = 1};

    assert_text(&type, "", "{}");
}

static void the_size_has_a_bound(void **state)
{
    (void)state;
    struct config *config = everything();
    void *bytes;
    size_t size;

    assert_int_equal(s3a_json_encode(&config_type, config, false, sizeof(CONFIG_TEXT) - 1, &bytes,
                                     &size, &error),
                     S3A_OK);
    free(bytes);
    assert_int_equal(s3a_json_encode(&config_type, config, false, sizeof(CONFIG_TEXT) - 2, &bytes,
                                     &size, &error),
                     S3A_TOO_LARGE);
    assert_memory_equal(error.message, "a JSON text of more than ", 25);
    assert_null(bytes);
    s3a_json_free(&config_type, config);
}

static void encode_story(void *arg)
{
    void *bytes;
    size_t size;
    enum s3a_status status =
        s3a_json_encode(&config_type, arg, false, WRITTEN_SIZE_MAX, &bytes, &size, &error);

    if (status == S3A_OK) {
        free(bytes);
        return;
    }
    assert_int_equal(status, S3A_NO_MEMORY);
    assert_int_equal(error.status, S3A_NO_MEMORY);
    assert_null(bytes);
}

/* With a map of more keys than fit without memory of their own. */
static void any_allocation_may_fail(void **state)
{
    (void)state;
    enum {
        KEYS = 40
    };
    static char keys[KEYS][8];
    static struct quota quotas[KEYS];
    struct config *config = everything();
    struct config copy = *config;

    for (int i = 0; i < KEYS; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%d", i);
        quotas[i].who = keys[i];
    }
    copy.quotas = quotas;
    copy.quotas_count = KEYS;
    fail_malloc_sweep(encode_story, &copy);
    s3a_json_free(&config_type, config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_written_in_the_order_of_the_table),
        cmocka_unit_test(what_is_optional_and_empty_is_left_out),
        cmocka_unit_test(pretty_has_a_line_for_everything),
        cmocka_unit_test(what_a_required_pointer_points_to_must_be_there),
        cmocka_unit_test(an_array_has_as_many_elements_as_its_count_says),
        cmocka_unit_test(a_key_stands_in_a_map_once),
        cmocka_unit_test(unknown_members_are_looked_at_before_they_are_written),
        cmocka_unit_test(a_circle_or_what_is_too_deep_is_refused),
        cmocka_unit_test(unknown_members_count_as_depth),
        cmocka_unit_test(a_struct_without_rows_is_an_empty_object),
        cmocka_unit_test(the_size_has_a_bound),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
