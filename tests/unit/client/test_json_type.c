/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "codec_sample.h"
#include "json_value.h"

static void assert_refused(const struct s3a_type *type, const char *message)
{
    struct s3a_error error;

    enum s3a_status status = s3a_json_type_check(type, &error);
    assert_string_equal(error.message, message);
    assert_int_equal(status, S3A_INVALID);
    assert_int_equal(s3a_json_type_check(type, NULL), S3A_INVALID);
}

static void a_sound_table_is_taken(void **state)
{
    (void)state;
    struct s3a_error error;
    struct s3a_type empty = {.kind = S3A_KIND_STRUCT, .size = 1};

    assert_int_equal(s3a_json_type_check(&config_type, &error), S3A_OK);
    assert_int_equal(error.status, S3A_OK);
    assert_int_equal(s3a_json_type_check(&empty, NULL), S3A_OK);
}

static void a_document_is_a_struct(void **state)
{
    (void)state;
    assert_refused(NULL, "the type of a document must be a struct");
    assert_refused(&s3a_string_type, "the type of a document must be a struct");
}

struct pair {
    int64_t a;
    int64_t b;
};

/* A table of one sound field, but for what the story changes in it. */
static struct s3a_field field;
static struct s3a_type inner_type;
static const struct s3a_field outer_fields[] = {
    {"outer", 0, sizeof(struct pair), S3A_FORM_VALUE, &inner_type, 0},
};
static const struct s3a_type outer_type = S3A_TYPE(struct pair, outer_fields);

static int make_sound(void **state)
{
    (void)state;
    field = (struct s3a_field)S3A_FIELD_INT64(struct pair, b);
    inner_type = (struct s3a_type){S3A_KIND_STRUCT, sizeof(struct pair), &field, 1, false};
    return s3a_json_type_check(&outer_type, NULL) == S3A_OK ? 0 : -1;
}

static void names_must_be_names(void **state)
{
    (void)state;
    field.name = NULL;
    assert_refused(&outer_type, "outer: field 0 has no name in UTF-8");
    field.name = "\xff";
    assert_refused(&outer_type, "outer: field 0 has no name in UTF-8");
}

static void names_must_differ(void **state)
{
    (void)state;
    static const struct s3a_field twice[] = {
        S3A_FIELD_INT64(struct pair, a),
        S3A_FIELD_NAMED(struct pair, b, "a", &s3a_int64_type),
    };
    inner_type.fields = twice;
    inner_type.field_count = 2;
    assert_refused(&outer_type, "outer.a: stands in the table twice");
}

static void members_must_be_what_their_type_says(void **state)
{
    (void)state;
    field.type = &s3a_int32_type;
    assert_refused(&outer_type, "outer.b: the member has 8 bytes, its type says 4");
    field.size = 0;
    assert_refused(&outer_type, "outer.b: the member is of another C type than its row says");
    field.type = NULL;
    assert_refused(&outer_type, "outer.b: has no type");
}

static void a_kind_has_its_size(void **state)
{
    (void)state;
    struct s3a_type odd = {.kind = S3A_KIND_INT64, .size = 4};
    struct s3a_type unknown = {.kind = (enum s3a_kind)99, .size = 8};

    field.type = &odd;
    assert_refused(&outer_type, "outer.b: its type says 4 bytes, an integer has 8");
    field.type = &unknown;
    assert_refused(&outer_type, "outer.b: no such kind: 99");
    field.type = &s3a_int64_type;
    field.form = (enum s3a_field_form)9;
    assert_refused(&outer_type, "outer.b: no such form: 9");
}

static void members_lie_in_their_struct(void **state)
{
    (void)state;
    field.offset = 9;
    assert_refused(&outer_type, "outer.b: the member lies outside its struct");
    field.offset = SIZE_MAX;
    assert_refused(&outer_type, "outer.b: the member lies outside its struct");
    field.offset = 0;
    field.form = S3A_FORM_ARRAY;
    field.count_offset = 9;
    assert_refused(&outer_type, "outer.b: the count lies outside its struct, or is no size_t");
    field.count_offset = 8;
    assert_int_equal(s3a_json_type_check(&outer_type, NULL), S3A_OK);
}

static void pointers_point_to_what_their_type_says(void **state)
{
    (void)state;
    struct pointers {
        char *text;
        char **texts;
        int32_t *number;
    };
    static const struct s3a_field good[] = {
        S3A_FIELD_OPTIONAL(struct pointers, text, &s3a_string_type),
        S3A_FIELD_OPTIONAL(struct pointers, number, &s3a_int32_type),
    };
    static const struct s3a_field bad_text[] = {
        S3A_FIELD_OPTIONAL(struct pointers, texts, &s3a_string_type),
    };
    static const struct s3a_field bad_number[] = {
        S3A_FIELD_OPTIONAL(struct pointers, number, &s3a_int64_type),
    };
    struct s3a_type type = {S3A_KIND_STRUCT, sizeof(struct pointers), good, 2, false};

    assert_int_equal(s3a_json_type_check(&type, NULL), S3A_OK);
    type.field_count = 1;
    type.fields = bad_text;
    assert_refused(&type, "texts: what the member points to has 8 bytes, its type says 1");
    type.fields = bad_number;
    assert_refused(&type, "number: what the member points to has 4 bytes, its type says 8");
}

static void a_struct_has_a_size_and_a_table(void **state)
{
    (void)state;
    inner_type.fields = NULL;
    assert_refused(&outer_type, "outer: no table of fields");
    inner_type.field_count = S3A_JSON_FIELDS_MAX + 1;
    assert_refused(&outer_type, "outer: 1025 fields, more than 1024");
    inner_type.size = 0;
    assert_refused(&outer_type, "outer: a struct of no size");
}

static void tables_in_a_circle_are_refused(void **state)
{
    (void)state;
    inner_type.fields = outer_fields;
    struct s3a_error error;

    assert_int_equal(s3a_json_type_check(&outer_type, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "outer.outer.outer: nested deeper than 32"));
}

/* Each level uses the one below it twice: 2^20 fields from forty rows. */
static void tables_that_multiply_are_refused(void **state)
{
    (void)state;
    enum {
        LEVELS = 20
    };
    static struct s3a_field fields[LEVELS][2];
    static struct s3a_type types[LEVELS];
    struct s3a_error error;

    for (int i = 0; i < LEVELS; i++) {
        const struct s3a_type *below = i == 0 ? &s3a_bool_type : &types[i - 1];
        fields[i][0] = (struct s3a_field){"a", 0, 1, S3A_FORM_VALUE, below, 0};
        fields[i][1] = (struct s3a_field){"b", 0, 1, S3A_FORM_VALUE, below, 0};
        types[i] = (struct s3a_type){S3A_KIND_STRUCT, 1, fields[i], 2, false};
    }
    assert_int_equal(s3a_json_type_check(&types[9], NULL), S3A_OK);
    assert_int_equal(s3a_json_type_check(&types[LEVELS - 1], &error), S3A_INVALID);
    assert_non_null(strstr(error.message, ": more than 100000 fields in all"));
}

/* 32 containers are the most, and an array is one. */
static void arrays_count_as_depth(void **state)
{
    (void)state;
    enum {
        LEVELS = 16
    };
    struct list {
        struct list *items;
        size_t count;
    };
    static struct s3a_field fields[LEVELS];
    static struct s3a_type types[LEVELS];

    for (int i = 0; i < LEVELS; i++) {
        fields[i] = (struct s3a_field){"items",
                                       0,
                                       sizeof(struct list),
                                       S3A_FORM_ARRAY,
                                       i == 0 ? NULL : &types[i - 1],
                                       offsetof(struct list, count)};
        types[i] = (struct s3a_type){S3A_KIND_STRUCT, sizeof(struct list), &fields[i], 1, false};
    }
    fields[0].type = &s3a_bool_type;
    fields[0].size = sizeof(bool);
    assert_int_equal(s3a_json_type_check(&types[LEVELS - 1], NULL), S3A_OK);

    struct s3a_field around = {"around",           0, sizeof(struct list), S3A_FORM_VALUE,
                               &types[LEVELS - 1], 0};
    struct s3a_type deeper = {S3A_KIND_STRUCT, sizeof(struct list), &around, 1, false};
    struct s3a_error error;
    assert_int_equal(s3a_json_type_check(&deeper, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, ".items.items: nested deeper than 32"));
}

#define SOUND_TEST(story) cmocka_unit_test_setup(story, make_sound)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_table_is_taken),
        cmocka_unit_test(a_document_is_a_struct),
        SOUND_TEST(names_must_be_names),
        SOUND_TEST(names_must_differ),
        SOUND_TEST(members_must_be_what_their_type_says),
        SOUND_TEST(a_kind_has_its_size),
        SOUND_TEST(members_lie_in_their_struct),
        cmocka_unit_test(pointers_point_to_what_their_type_says),
        SOUND_TEST(a_struct_has_a_size_and_a_table),
        SOUND_TEST(tables_in_a_circle_are_refused),
        cmocka_unit_test(tables_that_multiply_are_refused),
        cmocka_unit_test(arrays_count_as_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
