/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "codec_sample.h"
#include "json_member.h"

static void integers_have_the_bounds_of_their_size(void **state)
{
    (void)state;
    static const struct {
        const struct s3a_type *type;
        int64_t min;
        uint64_t max;
    } table[] = {
        {&s3a_int8_type, INT8_MIN, INT8_MAX},    {&s3a_uint8_type, 0, UINT8_MAX},
        {&s3a_int16_type, INT16_MIN, INT16_MAX}, {&s3a_uint16_type, 0, UINT16_MAX},
        {&s3a_int32_type, INT32_MIN, INT32_MAX}, {&s3a_uint32_type, 0, UINT32_MAX},
        {&s3a_int64_type, INT64_MIN, INT64_MAX}, {&s3a_uint64_type, 0, UINT64_MAX},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct s3a_type *type = table[i].type;
        bool is_signed = type->kind == S3A_KIND_SIGNED;
        uint64_t bytes;
        assert_true(s3a_json_integer_min(type) == table[i].min);
        assert_true(s3a_json_integer_max(type) == table[i].max);
        s3a_json_store(&bytes, type->size, table[i].max);
        assert_true(s3a_json_load(&bytes, type->size, is_signed) == table[i].max);
        s3a_json_store(&bytes, type->size, (uint64_t)table[i].min);
        assert_true(s3a_json_load(&bytes, type->size, is_signed) == (uint64_t)table[i].min);
    }
}

static void counts_are_of_any_integer_type(void **state)
{
    (void)state;
    struct lists {
        char **words;
        int8_t words_count;
        int32_t fixed[3];
        int32_t some[3];
        uint64_t some_count;
    };
    const struct s3a_field words = S3A_FIELD_ARRAY(struct lists, words, words_count, NULL);
    const struct s3a_field fixed = S3A_FIELD_FIXED(struct lists, fixed, NULL);
    const struct s3a_field some = S3A_FIELD_UP_TO(struct lists, some, some_count, NULL);
    struct lists lists = {.words_count = 127, .some_count = 2};
    size_t count;

    assert_true(s3a_json_count(&words, (char *)&lists, &count));
    assert_int_equal(count, 127);
    lists.words_count = -1;
    assert_false(s3a_json_count(&words, (char *)&lists, &count));
    assert_true(s3a_json_count(&fixed, (char *)&lists, &count));
    assert_int_equal(count, 3);
    assert_true(s3a_json_count(&some, (char *)&lists, &count));
    assert_int_equal(count, 2);
    lists.some_count = UINT64_MAX;
    assert_true(s3a_json_count(&some, (char *)&lists, &count));
    assert_true(count == SIZE_MAX);
}

static void a_value_is_looked_up_in_all_its_bytes_and_no_more(void **state)
{
    (void)state;
    int8_t small = LEVEL_BELOW;
    uint16_t wide = UINT16_MAX;

    assert_ptr_equal(s3a_json_enum_name(&floor_type, &small, 1), &level_names[3]);
    assert_ptr_equal(s3a_json_enum_name(&floor_type, &wide, 2), &level_names[3]);
    wide = 255;
    assert_null(s3a_json_enum_name(&floor_type, &wide, 2));
    small = LEVEL_HIGH;
    assert_ptr_equal(s3a_json_enum_name(&floor_type, &small, 1), &level_names[1]);
}

/* A const char * may be in a table, too. */
static void the_type_of_a_member_is_that_of_c(void **state)
{
    (void)state;
    struct members {
        const char *text;
        long a;
        unsigned long long b;
        size_t c;
    };
    static const struct s3a_field fields[] = {
        S3A_FIELD(struct members, text),
        S3A_FIELD(struct members, a),
        S3A_FIELD(struct members, b),
        S3A_FIELD(struct members, c, S3A_DEFAULT("1"), "the c"),
    };
    assert_ptr_equal(fields[0].type, &s3a_string_type);
    assert_int_equal(fields[1].type->kind, S3A_KIND_SIGNED);
    assert_int_equal(fields[1].type->size, sizeof(long));
    assert_ptr_equal(fields[2].type, &s3a_uint64_type);
    assert_int_equal(fields[3].type->kind, S3A_KIND_UNSIGNED);
    assert_int_equal(fields[3].type->size, sizeof(size_t));
    assert_string_equal(fields[2].name, "b");
    assert_string_equal(fields[3].name, "the c");
    assert_string_equal(fields[3].absent, "1");
    assert_null(fields[2].absent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_have_the_bounds_of_their_size),
        cmocka_unit_test(counts_are_of_any_integer_type),
        cmocka_unit_test(a_value_is_looked_up_in_all_its_bytes_and_no_more),
        cmocka_unit_test(the_type_of_a_member_is_that_of_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
