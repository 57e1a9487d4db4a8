/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "fail_malloc.h"
#include "json_refused.h"

static struct config *decode(const char *text)
{
    struct s3a_error error;
    void *value;

    enum s3a_status status = s3a_json_decode(&config_type, s3a_str_of(text), &value, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, S3A_OK);
    return value;
}

static void every_kind_of_value_is_read(void **state)
{
    (void)state;
    struct config *config = decode(CONFIG_TEXT);

    assert_string_equal(config->name, "main");
    assert_string_equal(config->region, "eu-west");
    assert_int_equal(config->secret.size, 3);
    assert_memory_equal(config->secret.data, "\x00\xff\xfe", 3);
    assert_true(config->active);
    assert_true(config->small == INT8_MIN && config->low == INT16_MIN);
    assert_true(config->mid == INT32_MIN && config->wide == INT64_MIN);
    assert_true(config->byte == UINT8_MAX && config->port == UINT16_MAX);
    assert_true(config->count == UINT32_MAX && config->huge == UINT64_MAX);
    assert_true(config->share == 0.1f && config->ratio == 0.1);
    assert_int_equal(config->level, LEVEL_HIGH);
    assert_int_equal(config->floor, LEVEL_BELOW);
    assert_string_equal(config->note, "n");
    assert_int_equal(config->hash.size, 0);
    assert_non_null(config->hash.data);
    assert_false(*config->verbose);
    assert_int_equal(config->assumed, 43);
    s3a_json_free(&config_type, config);
}

static void every_form_of_member_is_read(void **state)
{
    (void)state;
    struct config *config = decode(CONFIG_TEXT);

    assert_int_equal(config->limits.max, 10);
    assert_int_equal(config->main->max, 11);
    assert_int_equal(config->burst->max, -1);
    assert_int_equal(config->hosts_count, 2);
    assert_string_equal(config->hosts[0].name, "a");
    assert_int_equal(config->hosts[0].tags_count, 2);
    assert_string_equal(config->hosts[0].tags[0], "x");
    assert_string_equal(config->hosts[0].others,
                        "{\"weight\":1.50,\"zone\":{\"a\":[1,{}],\"b\":\"\\u00e9\"}}");
    assert_null(config->hosts[1].tags);
    assert_null(config->hosts[1].others);
    assert_int_equal(config->weights_count, 3);
    assert_true(config->weights[2] == 5e-324);
    assert_true(config->fixed[0] == 1 && config->fixed[1] == -2 && config->fixed[2] == 3);
    assert_int_equal(config->last_count, 2);
    assert_string_equal(config->last[0], "one");
    assert_string_equal(config->last[1], "");
    assert_int_equal(config->words_count, 1);
    assert_string_equal(config->others,
                        "{\"new\":[1.0,{\"deep\":null}],\"n\\u0065wer\":12345678901234567890123}");
    s3a_json_free(&config_type, config);
}

static void maps_lists_of_lists_and_trees_are_read(void **state)
{
    (void)state;
    struct config *config = decode(CONFIG_TEXT);

    assert_int_equal(config->quotas_count, 2);
    assert_string_equal(config->quotas[0].who, "zoe"); /* in the order of the text */
    assert_int_equal(config->quotas[0].limits.max, 1);
    assert_string_equal(config->quotas[1].who, "");
    assert_int_equal(config->marks_count, 2);
    assert_string_equal(config->marks[0].key, "m");
    assert_true(config->marks[0].points[1] == 2.5);
    assert_int_equal(config->marks[1].points_count, 0);
    assert_int_equal(config->grid_count, 3);
    assert_int_equal(config->grid[0].cells[1], 2);
    assert_int_equal(config->grid[1].count, 0);
    assert_int_equal(config->grid[2].cells[0], -3);
    assert_int_equal(config->friends_count, 2);
    assert_int_equal(config->friends[1]->max, 4);
    assert_string_equal(config->tree.next->name, "n");
    assert_string_equal(config->tree.children[0].children[0].name, "g");
    assert_string_equal(config->tree.children[1].name, "d");
    assert_null(config->tree.children[1].next);
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
    size_t quotas_count;
    int32_t last[3];
    uint8_t last_count;
};

static const struct s3a_field few_fields[] = {
    S3A_FIELD(struct few, name, S3A_OPTIONAL),
    S3A_FIELD_CHARS(struct few, chars, S3A_OPTIONAL),
    S3A_FIELD(struct few, bytes, S3A_OPTIONAL),
    S3A_FIELD_POINTER(struct few, limits, &limits_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct few, words, words_count, &s3a_string_type, S3A_OPTIONAL),
    S3A_FIELD_MAP(struct few, quotas, quotas_count, &quota_type, S3A_OPTIONAL),
    S3A_FIELD_UP_TO(struct few, last, last_count, &s3a_int32_type, S3A_OPTIONAL),
};
static const struct s3a_type few_type = S3A_TYPE_STRICT(struct few, few_fields);

static void what_is_optional_may_be_missing_null_or_empty(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        ("{\"name\":null,\"chars\":null,\"bytes\":null,\"limits\":null,\"words\":null,"
         "\"quotas\":null,\"last\":null}"),
        "{\"chars\":\"\",\"words\":[],\"quotas\":{ },\"last\":[ ]}",
    };
    static const struct few nothing;

    assert_int_equal(s3a_json_type_check(&few_type, NULL), S3A_OK);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        void *value;
        assert_int_equal(s3a_json_decode(&few_type, s3a_str_of(texts[i]), &value, NULL), S3A_OK);
        assert_memory_equal(value, &nothing, sizeof(nothing));
        s3a_json_free(&few_type, value);
    }
}

static void members_come_in_any_order_and_with_any_space(void **state)
{
    (void)state;
    struct s3a_error error;
    void *value;

    assert_int_equal(
        s3a_json_decode(
            &few_type,
            S3A_STR("\t{ \"last\" : [ 1 , 2 ]\r\n, \"quotas\" : { \"a\" : { \"rate\" : 1 ,"
                    " \"max\" : 2 } } ,\"words\":[\"x\"] , \"limits\":{\"rate\":1,"
                    "\"max\":-2} ,\"n\\u0061me\":\"n\" } \n"),
            &value, &error),
        S3A_OK);
    const struct few *few = value;
    assert_int_equal(few->last_count, 2);
    assert_int_equal(few->last[1], 2);
    assert_string_equal(few->quotas[0].who, "a");
    assert_int_equal(few->quotas[0].limits.max, 2);
    assert_int_equal(few->limits->max, -2);
    assert_string_equal(few->words[0], "x");
    assert_string_equal(few->name, "n");
    s3a_json_free(&few_type, value);
}

/* A document need not be an object. */
static void a_document_may_be_an_array(void **state)
{
    (void)state;
    void *value;

    assert_int_equal(s3a_json_type_check(&row_type, NULL), S3A_OK);
    assert_int_equal(s3a_json_decode(&row_type, S3A_STR(" [ 1 , 2 , 3 ] "), &value, NULL), S3A_OK);
    const struct row *row = value;
    assert_int_equal(row->count, 3);
    assert_int_equal(row->cells[2], 3);
    s3a_json_free(&row_type, value);
}

/* clang-format off: a document in one line, its message in the next */
static const struct refusal refused[] = {
    {"{\"hosts\":\"x\"}", "line 1, column 10: hosts: expected an array, found \"x\""},
    {"{\"hosts\":null}", "line 1, column 10: hosts: expected an array, found null"},
    {"{\"hosts\":{}}", "line 1, column 10: hosts: expected an array, found an object"},
    {"{\"hosts\":[null]}", "line 1, column 11: hosts[0]: expected an object, found null"},
    {"{\"hosts\":[{\"name\":\"a\",\"port\":1,\"tags\":[\"x\",\"y\",3.5]}]}",
     "line 1, column 48: hosts[0].tags[2]: expected a string, found 3.5"},
    {"{\"hosts\":[{\"name\":\"a\",\"port\":1,\"tags\":[null]}]}",
     "line 1, column 40: hosts[0].tags[0]: expected a string, found null"},
    {"{\"fixed\":[1,2]}", "line 1, column 10: fixed: expected 3 elements, found 2"},
    {"{\"fixed\":[1,2,3,4]}", "line 1, column 10: fixed: expected 3 elements, found more"},
    {"{\"fixed\":{}}", "line 1, column 10: fixed: expected an array, found an object"},
    {"{\"fixed\":[1,2,\"3\"]}", "line 1, column 15: fixed[2]: expected an integer, found \"3\""},
    {"{\"last\":[\"a\",\"b\",\"c\"]}",
     "line 1, column 9: last: expected at most 2 elements, found more"},
    {"{\"last\":[\"12345678\"]}",
     "line 1, column 10: last[0]: expected a string of at most 7 bytes, found \"12345678\""},
    {"{\"quotas\":[]}", "line 1, column 11: quotas: expected an object, found an array"},
    {"{\"quotas\":{\"\\u0000\":1}}",
     "line 1, column 12: quotas: expected a string without a NUL character, found \"\\u0000\""},
    {"{\"marks\":{\"12345678\":[]}}",
     "line 1, column 11: marks: expected a string of at most 7 bytes, found \"12345678\""},
    {"{\"marks\":{\"a\":[1,[]]}}",
     "line 1, column 18: marks.a[1]: expected a number, found an array"},
    {"{\"grid\":[1]}", "line 1, column 10: grid[0]: expected an array, found 1"},
    {"{\"grid\":[[1],[2,300]]}",
     "line 1, column 17: grid[1][1]: expected an integer from -128 to 127, found 300"},
    {"{\"friends\":[{\"max\":1,\"rate\":1},null]}",
     "line 1, column 32: friends[1]: expected an object, found null"},
    {"{\"host-weights\":[1,2,[]]}",
     "line 1, column 22: host-weights[2]: expected a number, found an array"},
};
/* clang-format on */

static void what_does_not_fit_is_told_by_its_place(void **state)
{
    (void)state;
    ASSERT_ALL_REFUSED(refused);
}

static void a_count_says_how_many_there_may_be(void **state)
{
    (void)state;
    struct s3a_buf text;
    struct s3a_error error;
    void *value;

    s3a_buf_init(&text, 10000);
    s3a_buf_append_text(&text, "{\"host-weights\":[0");
    for (int i = 1; i < 256; i++) {
        s3a_buf_append_text(&text, ",0");
    }
    s3a_buf_append_text(&text, "]}");
    assert_int_equal(s3a_json_decode(&config_type, s3a_buf_str(&text), &value, &error), S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 17: host-weights: "
                                       "expected at most 255 elements, found more");
    s3a_buf_fini(&text);
}

/* What is nested by the text itself is bounded by what is JSON here at all. */
static void a_tree_is_as_deep_as_json_may_be(void **state)
{
    (void)state;
    struct s3a_buf text;
    struct s3a_error error;
    void *value;

    for (int depth = S3A_JSON_DEPTH_MAX; depth <= S3A_JSON_DEPTH_MAX + 1; depth++) {
        s3a_buf_init(&text, 10000);
        for (int i = 1; i < depth; i++) {
            s3a_buf_append_text(&text, "{\"name\":\"\",\"next\":");
        }
        s3a_buf_append_text(&text, "{\"name\":\"\"}");
        for (int i = 1; i < depth; i++) {
            s3a_buf_append_text(&text, "}");
        }
        enum s3a_status status = s3a_json_decode(&node_type, s3a_buf_str(&text), &value, &error);
        assert_int_equal(status, depth == S3A_JSON_DEPTH_MAX ? S3A_OK : S3A_FORMAT);
        s3a_json_free(&node_type, value);
        s3a_buf_fini(&text);
    }
    assert_non_null(strstr(error.message, "nested deeper than 32"));
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

/* The same, with text that is JSON to its end: one value at a time becomes another. */
static void a_value_changed_anywhere_leaves_nothing_behind(void **state)
{
    (void)state;
    static const char others[] = "0\"[{tn";
    char text[] = CONFIG_TEXT;

    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        char before = text[i];
        for (const char *other = others; *other; other++) {
            void *value;
            text[i] = *other;
            enum s3a_status status = s3a_json_decode(&config_type, s3a_str_of(text), &value, NULL);
            assert_int_equal(status == S3A_OK, value != NULL);
            s3a_json_free(&config_type, value);
        }
        text[i] = before;
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
        cmocka_unit_test(every_kind_of_value_is_read),
        cmocka_unit_test(every_form_of_member_is_read),
        cmocka_unit_test(maps_lists_of_lists_and_trees_are_read),
        cmocka_unit_test(what_is_optional_may_be_missing_null_or_empty),
        cmocka_unit_test(members_come_in_any_order_and_with_any_space),
        cmocka_unit_test(a_document_may_be_an_array),
        cmocka_unit_test(what_does_not_fit_is_told_by_its_place),
        cmocka_unit_test(a_count_says_how_many_there_may_be),
        cmocka_unit_test(a_tree_is_as_deep_as_json_may_be),
        cmocka_unit_test(a_document_cut_anywhere_leaves_nothing_behind),
        cmocka_unit_test(a_value_changed_anywhere_leaves_nothing_behind),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
