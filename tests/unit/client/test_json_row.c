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

static void assert_sound(const struct s3a_type *type)
{
    struct s3a_error error;

    enum s3a_status status = s3a_json_type_check(type, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, S3A_OK);
    assert_int_equal(s3a_json_type_check(type, NULL), S3A_OK);
}

struct pair {
    int64_t a;
    int64_t b;
};

/* A table of one sound row, but for what the story changes in it. */
static struct s3a_field field;
static struct s3a_type inner_type;
static const struct s3a_field outer_fields[] = {
    {"outer", 0, S3A_FORM_VALUE, &inner_type, sizeof(struct pair), 0, 0, NULL, NULL},
};
static const struct s3a_type outer_type = S3A_TYPE(struct pair, outer_fields);

static int make_sound(void **state)
{
    (void)state;
    field = (struct s3a_field)S3A_FIELD(struct pair, b);
    inner_type =
        (struct s3a_type){.kind = S3A_KIND_STRUCT, .size = sizeof(struct pair), .count = 1};
    inner_type.fields = &field;
    return s3a_json_type_check(&outer_type, NULL) == S3A_OK ? 0 : -1;
}

static void names_must_be_names(void **state)
{
    (void)state;
    field.name = NULL;
    assert_refused(&outer_type, "outer: field 0 has no name in UTF-8");
    field.name = "\xff";
    assert_refused(&outer_type, "outer: field 0 has no name in UTF-8");
    field.name = "";
    assert_sound(&outer_type);
}

static void names_must_differ(void **state)
{
    (void)state;
    static const struct s3a_field twice[] = {
        S3A_FIELD(struct pair, a),
        S3A_FIELD(struct pair, b, S3A_REQUIRED, "a"),
    };
    inner_type.fields = twice;
    inner_type.count = 2;
    assert_refused(&outer_type, "outer.a: stands in the table twice");
}

static void members_must_be_what_their_type_says(void **state)
{
    (void)state;
    field.type = &s3a_int32_type;
    assert_refused(&outer_type, "outer.b: a value has 8 bytes, its type says 4");
    field.size = 0;
    assert_refused(&outer_type, "outer.b: the member is of another C type than its row says");
    field.type = NULL;
    assert_refused(&outer_type, "outer.b: has no type");
}

static void members_lie_in_their_struct(void **state)
{
    (void)state;
    field.offset = 9;
    assert_refused(&outer_type, "outer.b: the member lies outside its struct");
    field.offset = SIZE_MAX;
    assert_refused(&outer_type, "outer.b: the member lies outside its struct");
    field.offset = 0;
    field.form = S3A_FORM_FIXED;
    field.capacity = 3;
    assert_refused(&outer_type, "outer.b: the member lies outside its struct");
    field.capacity = SIZE_MAX;
    assert_refused(&outer_type, "outer.b: the member lies outside its struct");
    field.capacity = 0;
    assert_refused(&outer_type, "outer.b: the member lies outside its struct");
    field.capacity = 2;
    assert_sound(&outer_type);
}

static void counts_are_integers_that_are_large_enough(void **state)
{
    (void)state;
    field.form = S3A_FORM_ARRAY;
    assert_refused(&outer_type, "outer.b: has no count");
    field.count_type = &s3a_bool_type;
    assert_refused(&outer_type, "outer.b: its count is no integer");
    field.count_type = &s3a_int64_type;
    field.count_offset = 9;
    assert_refused(&outer_type, "outer.b: the count lies outside its struct");
    field.count_offset = 8;
    assert_refused(&outer_type, "outer.b: the member counts itself");
    field.count_offset = 0;
    assert_sound(&outer_type);

    struct many {
        bool flags[128];
        int8_t count;
    };
    const struct s3a_field flags = S3A_FIELD_UP_TO(struct many, flags, count, &s3a_bool_type);
    struct s3a_type many = {.kind = S3A_KIND_STRUCT, .size = sizeof(struct many), .count = 1};
    many.fields = &flags;
    assert_refused(&many, "flags: the count is too small for 128 elements");
}

/* The macros notice what the size alone would not; of some of it, the compiler warns, too. */
#pragma GCC diagnostic ignored "-Wsizeof-pointer-div"
static void an_array_is_no_pointer(void **state)
{
    (void)state;
    struct members {
        char *pointer;
        char eight[8];
        int32_t *numbers;
        int32_t two[2];
        size_t count;
    };
    static const struct s3a_field bad[] = {
        S3A_FIELD_CHARS(struct members, pointer),
        S3A_FIELD_POINTER(struct members, two, &s3a_int32_type),
        S3A_FIELD_ARRAY(struct members, two, count, &s3a_int32_type),
        S3A_FIELD_FIXED(struct members, numbers, &s3a_int32_type),
        S3A_FIELD_UP_TO(struct members, numbers, count, &s3a_int32_type),
    };
    static const struct s3a_field good[] = {
        S3A_FIELD_CHARS(struct members, eight),
        S3A_FIELD_POINTER(struct members, pointer, &s3a_int8_type),
        S3A_FIELD_ARRAY(struct members, numbers, count, &s3a_int32_type),
        S3A_FIELD_FIXED(struct members, two, &s3a_int32_type),
    };
    struct s3a_type type = {.kind = S3A_KIND_STRUCT, .size = sizeof(struct members), .count = 1};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct s3a_error error;
        type.fields = &bad[i];
        assert_int_equal(s3a_json_type_check(&type, &error), S3A_INVALID);
        assert_non_null(strstr(error.message, ": the member is of another C type than its row"));
    }
    type.fields = good;
    type.count = 4;
    assert_sound(&type);
}

/* It would be freed twice. */
static void a_member_belongs_to_one_row(void **state)
{
    (void)state;
    struct lists {
        char **a;
        char **b;
        size_t count;
        size_t other;
    };
    static const struct s3a_field shared_count[] = {
        S3A_FIELD_ARRAY(struct lists, a, count, &s3a_string_type),
        S3A_FIELD_ARRAY(struct lists, b, count, &s3a_string_type),
    };
    static const struct s3a_field counted[] = {
        S3A_FIELD_ARRAY(struct lists, a, count, &s3a_string_type),
        S3A_FIELD(struct lists, count),
    };
    static const struct s3a_field same[] = {
        S3A_FIELD_ARRAY(struct lists, a, count, &s3a_string_type),
        S3A_FIELD_ARRAY(struct lists, a, other, &s3a_string_type, S3A_OPTIONAL, "c"),
    };
    struct s3a_type type = {.kind = S3A_KIND_STRUCT, .size = sizeof(struct lists), .count = 2};

    type.fields = shared_count;
    assert_refused(&type, "b: the member or its count belongs to another row, too");
    type.fields = counted;
    assert_refused(&type, "count: the member or its count belongs to another row, too");
    type.fields = same;
    assert_refused(&type, "c: the member or its count belongs to another row, too");
}

static void what_cannot_be_empty_is_not_optional(void **state)
{
    (void)state;
    static const char message[] = "outer.b: cannot be empty, so not optional: give it a default";
    field.absent = S3A_OPTIONAL;
    assert_refused(&outer_type, message);
    field.form = S3A_FORM_FIXED;
    field.capacity = 1;
    assert_refused(&outer_type, message);
    field.form = S3A_FORM_POINTER;
    assert_sound(&outer_type);
    field = (struct s3a_field)S3A_FIELD_OF(struct pair, a, &outer_type, S3A_OPTIONAL);
}

static void a_map_has_a_key_and_a_value(void **state)
{
    (void)state;
    struct entries {
        struct quota *quotas;
        size_t count;
    };
    static struct s3a_field rows[3];
    static struct s3a_type entry_type = {
        .kind = S3A_KIND_STRUCT, .size = sizeof(struct quota), .count = 2, .fields = rows};
    static const struct s3a_field fields[] = {
        S3A_FIELD_MAP(struct entries, quotas, count, &entry_type),
    };
    static const struct s3a_type type = S3A_TYPE(struct entries, fields);

    memcpy(rows, quota_fields, sizeof(quota_fields));
    assert_sound(&type);
    rows[0].absent = S3A_OPTIONAL;
    assert_refused(&type, "quotas: the key and value of a map must be there");
    rows[0].absent = S3A_REQUIRED;
    rows[1].absent = S3A_DEFAULT("{}");
    assert_refused(&type, "quotas: the key and value of a map must be there");
    rows[0] = quota_fields[1];
    rows[1] = quota_fields[0];
    assert_refused(&type, "quotas: the key of a map is a string");
    entry_type.count = 1;
    assert_refused(&type, "quotas: a map is made of structs with two rows: key and value");
    entry_type.kind = S3A_KIND_BARE;
    assert_refused(&type, "quotas: a bare struct has one row, a required array or map");
}

static void unknown_members_are_kept_once_by_a_string(void **state)
{
    (void)state;
    struct keepers {
        char *a;
        char *b;
        int64_t c;
    };
    static const struct s3a_field twice[] = {
        S3A_FIELD_UNKNOWN(struct keepers, a),
        S3A_FIELD_UNKNOWN(struct keepers, b),
    };
    static const struct s3a_field number[] = {S3A_FIELD_UNKNOWN(struct keepers, c)};
    static const char message[] =
        "unknown members are kept by a string of a type that is not strict";
    struct s3a_type type = {.kind = S3A_KIND_STRUCT, .size = sizeof(struct keepers), .count = 2};

    type.fields = twice;
    assert_refused(&type, "unknown members are kept twice");
    type.count = 1;
    assert_sound(&type);
    type.strict = true;
    assert_refused(&type, message);
    type.strict = false;
    type.fields = number;
    assert_refused(&type, message);
}

#define SOUND_TEST(story) cmocka_unit_test_setup(story, make_sound)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SOUND_TEST(names_must_be_names),
        SOUND_TEST(names_must_differ),
        SOUND_TEST(members_must_be_what_their_type_says),
        SOUND_TEST(members_lie_in_their_struct),
        SOUND_TEST(counts_are_integers_that_are_large_enough),
        cmocka_unit_test(an_array_is_no_pointer),
        cmocka_unit_test(a_member_belongs_to_one_row),
        SOUND_TEST(what_cannot_be_empty_is_not_optional),
        cmocka_unit_test(a_map_has_a_key_and_a_value),
        cmocka_unit_test(unknown_members_are_kept_once_by_a_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
