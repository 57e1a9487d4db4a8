/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "codec_sample.h"
#include "fail_malloc.h"
#include "json_value.h"

static struct s3a_error error;

static void assert_refused(const struct s3a_type *type, const char *message)
{
    enum s3a_status status = s3a_json_type_check(type, &error);

    assert_string_equal(error.message, message);
    assert_int_equal(status, S3A_INVALID);
}

/* Nothing that holds itself can have a value of a finite size; what may be empty can. */
static void a_struct_does_not_hold_itself(void **state)
{
    (void)state;
    static struct s3a_type type;
    static struct s3a_field fields[2];

    type = (struct s3a_type){
        .kind = S3A_KIND_STRUCT, .size = sizeof(struct node), .count = 2, .fields = fields};
    fields[0] = node_fields[0];
    fields[1] = (struct s3a_field)S3A_FIELD_POINTER(struct node, next, &type);
    assert_refused(&type, "next: a struct that holds itself");
    fields[1].absent = S3A_DEFAULT("{}");
    assert_refused(&type, "next: a struct that holds itself");
    fields[1].absent = S3A_OPTIONAL;
    assert_int_equal(s3a_json_type_check(&type, &error), S3A_OK);
    fields[1] = (struct s3a_field)S3A_FIELD_ARRAY(struct node, children, children_count, &type);
    assert_int_equal(s3a_json_type_check(&type, &error), S3A_OK);
}

/* However one comes there: the first way to the inner struct is by an optional pointer. */
static void a_circle_is_found_behind_another_way(void **state)
{
    (void)state;
    static struct s3a_type inner;
    static struct s3a_type outer;
    static struct s3a_field inner_field;
    static struct s3a_field outer_fields[2];

    outer =
        (struct s3a_type){.kind = S3A_KIND_STRUCT, .size = 24, .count = 2, .fields = outer_fields};
    inner =
        (struct s3a_type){.kind = S3A_KIND_STRUCT, .size = 24, .count = 1, .fields = &inner_field};
    inner_field = (struct s3a_field){.name = "o", .type = &outer, .size = 24};
    outer_fields[0] = (struct s3a_field){
        .name = "p", .form = S3A_FORM_POINTER, .type = &inner, .size = 24, .absent = ""};
    outer_fields[1] = (struct s3a_field){
        .name = "i", .offset = 8, .form = S3A_FORM_POINTER, .type = &inner, .size = 24};
    assert_refused(&outer, "i.o: a struct that holds itself");
    outer_fields[1].absent = S3A_OPTIONAL;
    assert_int_equal(s3a_json_type_check(&outer, &error), S3A_OK);
}

/* 32 containers are the most, and an array of a fixed size is one. */
static void what_is_always_there_is_not_nested_too_deep(void **state)
{
    (void)state;
    enum {
        LEVELS = 16
    };
    static struct s3a_field fields[LEVELS];
    static struct s3a_type types[LEVELS];

    for (int i = 0; i < LEVELS; i++) {
        fields[i] = (struct s3a_field){
            .name = "items",
            .form = S3A_FORM_FIXED,
            .type = i == 0 ? &s3a_bool_type : &types[i - 1],
            .size = 1,
            .capacity = 1,
        };
        types[i] =
            (struct s3a_type){.kind = S3A_KIND_STRUCT, .size = 1, .count = 1, .fields = &fields[i]};
    }
    assert_int_equal(s3a_json_type_check(&types[LEVELS - 1], &error), S3A_OK);
    struct s3a_field around = {.name = "around", .type = &types[LEVELS - 1], .size = 1};
    struct s3a_type deeper = {.kind = S3A_KIND_STRUCT, .size = 1, .count = 1, .fields = &around};
    assert_refused(&deeper, "nested deeper than 32");
}

static void a_default_must_fit_its_row(void **state)
{
    (void)state;
    static const struct {
        struct s3a_field field;
        const char *message;
    } table[] = {
        {S3A_FIELD(struct config, small, S3A_DEFAULT("200")),
         "small: its default: expected an integer from -128 to 127, found 200"},
        {S3A_FIELD(struct config, small, S3A_DEFAULT("null")),
         "small: its default: expected an integer, found null"},
        {S3A_FIELD(struct config, name, S3A_DEFAULT("main")),
         "name: its default: line 1, column 1: expected a value, found main"},
        {S3A_FIELD_OF(struct config, level, &level_type, S3A_DEFAULT("\"middle\"")),
         "level: its default: expected \"low\" or \"high\" or \"top\" or \"below \\\"all\\\"\", "
         "found \"middle\""},
        {S3A_FIELD_OF(struct config, limits, &limits_type, S3A_DEFAULT("{\"max\":1}")),
         "limits: its default: rate: missing"},
        {S3A_FIELD_OF(struct config, tree, &node_type, S3A_DEFAULT("{\"name\":\"\",\"next\":{}}")),
         "tree: its default: next.name: missing"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_type type = {.kind = S3A_KIND_STRUCT, .size = sizeof(struct config), .count = 1};
        type.fields = &table[i].field;
        assert_refused(&type, table[i].message);
    }
}

static void check_story(void *arg)
{
    enum s3a_status status = s3a_json_type_check(arg, &error);

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_int_equal(error.status, status);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    static const struct s3a_field fields[] = {
        S3A_FIELD_OF(struct config, tree, &node_type,
                     S3A_DEFAULT("{\"name\":\"a\",\"next\":{\"name\":\"b\"}}")),
        S3A_FIELD_MAP(struct config, quotas, quotas_count, &quota_type,
                      S3A_DEFAULT("{\"a\":{\"max\":1,\"rate\":1}}")),
    };
    static struct s3a_type type = S3A_TYPE(struct config, fields);

    fail_malloc_sweep(check_story, &type);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_struct_does_not_hold_itself),
        cmocka_unit_test(a_circle_is_found_behind_another_way),
        cmocka_unit_test(what_is_always_there_is_not_nested_too_deep),
        cmocka_unit_test(a_default_must_fit_its_row),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
