/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json_random.h"
#include "json_text.h"

static void an_integer_has_no_point_and_no_exponent(void **state)
{
    (void)state;
    assert_true(s3a_json_is_integer(S3A_STR("0")));
    assert_true(s3a_json_is_integer(S3A_STR("-12")));
    assert_false(s3a_json_is_integer(S3A_STR("1.0")));
    assert_false(s3a_json_is_integer(S3A_STR("1e0")));
    assert_false(s3a_json_is_integer(S3A_STR("1E0")));
}

static void integers_are_read_up_to_their_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } table[] = {
        {"0", 0},
        {"-0", 0},
        {"-1", -1},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    int64_t value = 7;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_true(s3a_json_int64(s3a_str_of(table[i].text), &value));
        assert_true(value == table[i].value);
    }
    assert_false(s3a_json_int64(S3A_STR("9223372036854775808"), &value));
    assert_false(s3a_json_int64(S3A_STR("-9223372036854775809"), &value));
    assert_false(s3a_json_int64(S3A_STR("100000000000000000000000000000000000000000"), &value));
}

static void doubles_are_written_with_no_more_digits_than_they_need(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } table[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {-2.5e-7, "-2.5e-07"},
        {1e22, "1e+22"},
        {123456789012345.0, "123456789012345.0"},
        {9007199254740993.0, "9007199254740992.0"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {5e-324, "4.94065645841247e-324"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[S3A_JSON_DOUBLE_SIZE];
        s3a_json_double_print(table[i].value, text);
        assert_string_equal(text, table[i].text);
    }
}

static void every_double_comes_back_as_itself(void **state)
{
    (void)state;
    uint64_t seed = 3;

    for (int round = 0; round < 200000; round++) {
        uint64_t bits = random_next(&seed);
        double value;
        double back;
        char text[S3A_JSON_DOUBLE_SIZE];
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value)) {
            continue;
        }
        s3a_json_double_print(value, text);
        assert_true(s3a_json_double(s3a_str_of(text), &back));
        assert_memory_equal(&back, &value, sizeof(value));
    }
}

static void a_number_beyond_all_doubles_is_refused(void **state)
{
    (void)state;
    double value;
    char digits[S3A_JSON_NUMBER_SIZE_MAX + 1];

    assert_true(s3a_json_double(S3A_STR("100000000000000000000"), &value));
    assert_true(value == 1e20);
    assert_true(s3a_json_double(S3A_STR("1e-999"), &value));
    assert_true(value == 0);
    assert_false(s3a_json_double(S3A_STR("1e999"), &value));
    assert_false(s3a_json_double(S3A_STR("-1e999"), &value));
    memset(digits, '9', sizeof(digits));
    assert_false(s3a_json_double(s3a_str_make(digits, S3A_JSON_NUMBER_SIZE_MAX), &value));
    digits[1] = '.';
    assert_true(s3a_json_double(s3a_str_make(digits, S3A_JSON_NUMBER_SIZE_MAX), &value));
    assert_true(value == 10.0);
}

/* A view need not end with a NUL, nor where the number ends. */
static void no_more_is_read_than_the_number(void **state)
{
    (void)state;
    double value;
    int64_t integer;

    assert_true(s3a_json_double(s3a_str_make("1.59", 3), &value));
    assert_true(value == 1.5);
    assert_true(s3a_json_int64(s3a_str_make("123", 2), &integer));
    assert_int_equal(integer, 12);
}

/* Makes a locale that writes 0,5 in a directory of its own and switches to it. */
static bool enter_comma_locale(char *directory)
{
    char command[256];

    if (!mkdtemp(directory)) {
        return false;
    }
    snprintf(command, sizeof(command), "localedef -i de_DE -f UTF-8 %s/comma.UTF-8 >%s/log 2>&1",
             directory, directory);
    if (system(command) != 0) {
        return false;
    }
    setenv("LOCPATH", directory, 1);
    return setlocale(LC_ALL, "comma.UTF-8") != NULL;
}

static void the_locale_of_the_program_does_not_matter(void **state)
{
    (void)state;
    char directory[] = "/tmp/s3atomic-locale-XXXXXX";
    char command[256];
    char text[S3A_JSON_DOUBLE_SIZE];
    double value = 0;
    bool entered = enter_comma_locale(directory);

    snprintf(command, sizeof(command), "rm -rf %s", directory);
    assert_int_equal(system(command), 0);
    if (!entered) {
        skip();
    }
    snprintf(text, sizeof(text), "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    s3a_json_double_print(0.5, text);
    assert_string_equal(text, "0.5");
    assert_true(s3a_json_double(S3A_STR("1234.5"), &value));
    assert_true(value == 1234.5);
    /* And it is the program's own again. */
    snprintf(text, sizeof(text), "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_integer_has_no_point_and_no_exponent),
        cmocka_unit_test(integers_are_read_up_to_their_bounds),
        cmocka_unit_test(doubles_are_written_with_no_more_digits_than_they_need),
        cmocka_unit_test(every_double_comes_back_as_itself),
        cmocka_unit_test(a_number_beyond_all_doubles_is_refused),
        cmocka_unit_test(no_more_is_read_than_the_number),
        cmocka_unit_test(the_locale_of_the_program_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
