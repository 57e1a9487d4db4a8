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

static void a_sound_table_is_taken(void **state)
{
    (void)state;
    struct s3a_type empty = {.kind = S3A_KIND_STRUCT, .size = 1};

    assert_sound(&config_type);
    assert_sound(&node_type);
    assert_sound(&row_type);
    assert_sound(&empty);
}

static void a_document_is_a_struct(void **state)
{
    (void)state;
    static const char message[] = "the type of a document must be a struct";
    assert_refused(NULL, message);
    assert_refused(&s3a_string_type, message);
    assert_refused(&level_type, message);
    assert_refused(&limits_pointer_type, message);
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

static void a_kind_has_its_size(void **state)
{
    (void)state;
    static const struct {
        struct s3a_type type;
        const char *message;
    } table[] = {
        {{.kind = S3A_KIND_SIGNED, .size = 3},
         "outer.b: its type says 3 bytes, which an integer has not"},
        {{.kind = S3A_KIND_UNSIGNED}, "outer.b: its type says 0 bytes, which an integer has not"},
        {{.kind = S3A_KIND_REAL, .size = 2},
         "outer.b: its type says 2 bytes, which a number has not"},
        {{.kind = S3A_KIND_STRING, .size = 1},
         "outer.b: its type says 1 bytes, which a string has not"},
        {{.kind = S3A_KIND_CHARS, .size = 8},
         "outer.b: its type says 8 bytes, which a string has not"},
        {{.kind = S3A_KIND_BOOL, .size = 8},
         "outer.b: its type says 8 bytes, which true or false has not"},
        {{.kind = S3A_KIND_BYTES, .size = 8},
         "outer.b: its type says 8 bytes, which base64 has not"},
        {{.kind = S3A_KIND_POINTER, .size = 4, .target = &s3a_bool_type},
         "outer.b: its type says 4 bytes, which a pointer has not"},
        {{.kind = (enum s3a_kind)99, .size = 8}, "outer.b: no such kind: 99"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        field.type = &table[i].type;
        assert_refused(&outer_type, table[i].message);
    }
    field.type = &s3a_int64_type;
    field.form = (enum s3a_form)9;
    assert_refused(&outer_type, "outer.b: no such form: 9");
}

static void an_enum_has_names_that_differ_and_values_that_fit(void **state)
{
    (void)state;
    static struct s3a_enum_name names[2];
    struct s3a_type type = {.kind = S3A_KIND_ENUM, .size = 1, .count = 2, .names = names};

    field.type = &type;
    field.size = 1;
    names[0] = (struct s3a_enum_name){"a", 255};
    names[1] = (struct s3a_enum_name){"b", -128};
    assert_sound(&outer_type);
    names[0].value = 256;
    assert_refused(&outer_type, "outer.b: the value of a does not fit 1 bytes");
    names[0].value = -129;
    assert_refused(&outer_type, "outer.b: the value of a does not fit 1 bytes");
    names[0] = (struct s3a_enum_name){"b", 1};
    assert_refused(&outer_type, "outer.b: the name b stands there twice");
    names[1].name = NULL;
    assert_refused(&outer_type, "outer.b: value 1 has no name in UTF-8");
    type.count = 0;
    assert_refused(&outer_type, "outer.b: an enum without names");
    type.size = 3;
    assert_refused(&outer_type, "outer.b: an enum of 3 bytes");
}

static void a_pointer_points_to_something_once(void **state)
{
    (void)state;
    static const char message[] =
        "outer.b: points to no type, to a pointer or to something of no size";
    struct s3a_type type = S3A_TYPE_POINTER(NULL);

    field.type = &type;
    assert_refused(&outer_type, message);
    type.target = &type;
    assert_refused(&outer_type, message);
    type.target = &s3a_chars_type;
    assert_refused(&outer_type, message);
    type.target = &s3a_bool_type;
    assert_sound(&outer_type);
}

static void a_struct_has_a_size_and_a_table(void **state)
{
    (void)state;
    inner_type.fields = NULL;
    assert_refused(&outer_type, "outer: no table of fields");
    inner_type.count = S3A_JSON_FIELDS_MAX + 1;
    assert_refused(&outer_type, "outer: 1025 fields, more than 1024");
    inner_type.size = 0;
    assert_refused(&outer_type, "outer: a struct of no size");
}

static void there_are_not_too_many_types(void **state)
{
    (void)state;
    static struct s3a_field fields[S3A_JSON_TYPES_MAX];
    static struct s3a_type types[S3A_JSON_TYPES_MAX + 1];
    struct s3a_error error;

    for (size_t i = 0; i < S3A_JSON_TYPES_MAX; i++) {
        fields[i] = (struct s3a_field)S3A_FIELD_POINTER(struct quota, who, &types[i], S3A_OPTIONAL);
        fields[i].size = sizeof(struct quota);
        types[i + 1] = (struct s3a_type){.kind = S3A_KIND_STRUCT,
                                         .size = sizeof(struct quota),
                                         .count = 1,
                                         .fields = &fields[i]};
    }
    types[0] = (struct s3a_type){.kind = S3A_KIND_STRUCT, .size = sizeof(struct quota)};
    assert_sound(&types[S3A_JSON_TYPES_MAX - 1]);
    assert_int_equal(s3a_json_type_check(&types[S3A_JSON_TYPES_MAX], &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "who: more than 256 types with a table"));
}

#define SOUND_TEST(story) cmocka_unit_test_setup(story, make_sound)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_table_is_taken),
        cmocka_unit_test(a_document_is_a_struct),
        SOUND_TEST(a_kind_has_its_size),
        SOUND_TEST(an_enum_has_names_that_differ_and_values_that_fit),
        SOUND_TEST(a_pointer_points_to_something_once),
        SOUND_TEST(a_struct_has_a_size_and_a_table),
        cmocka_unit_test(there_are_not_too_many_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
