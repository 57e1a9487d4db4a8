/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_decimal.h"
#include "json_random.h"

#ifdef __SIZEOF_INT128__

/* The C library's opinion, which takes its time. */
static void print_slowly(const struct s3a_json_real *real, double value, char *ret_text,
                         size_t size)
{
    for (int digits = real->digits_min; digits <= real->digits_max; digits++) {
        snprintf(ret_text, size, "%.*g", digits, value);
        double back =
            real == &s3a_json_real_float ? (double)strtof(ret_text, NULL) : strtod(ret_text, NULL);
        if (back == value) {
            break;
        }
    }
    if (!strpbrk(ret_text, ".e")) {
        strcat(ret_text, ".0");
    }
}

static void assert_both_alike(const struct s3a_json_real *real, double value)
{
    char text[S3A_JSON_DOUBLE_SIZE];
    char expected[S3A_JSON_DOUBLE_SIZE];
    double back;

    if (s3a_json_decimal_print(real, value, text)) {
        print_slowly(real, value, expected, sizeof(expected));
        assert_string_equal(text, expected);
        assert_true(s3a_json_decimal_read(real, s3a_str_of(text), &back));
        assert_true(back == value && signbit(back) == signbit(value));
    }
}

static double random_double(uint64_t *seed)
{
    /* From 2^-15 to 2^51. */
    double value = ldexp((double)(random_next(seed) >> 11), (int)random_below(seed, 66) - 68);

    return random_below(seed, 2) == 0 ? value : -value;
}

static void numbers_are_written_as_the_c_library_has_them(void **state)
{
    (void)state;
    uint64_t seed = 5;

    for (int i = 0; i < 200000; i++) {
        double value = random_double(&seed);
        assert_both_alike(&s3a_json_real_double, value);
        assert_both_alike(&s3a_json_real_float, (double)(float)value);
        /* What people write has few digits. */
        value = (double)(int64_t)(value * 1000) / 1000;
        assert_both_alike(&s3a_json_real_double, value);
        assert_both_alike(&s3a_json_real_float, (double)(float)value);
    }
}

/* Powers of two, whose neighbour below is nearer, and of ten, with their neighbours. */
static void edges_are_written_as_the_c_library_has_them(void **state)
{
    (void)state;
    char text[S3A_JSON_DOUBLE_SIZE];

    for (int exponent = -15; exponent < 52; exponent++) {
        double power = ldexp(1, exponent);
        float narrow = (float)power;
        assert_both_alike(&s3a_json_real_double, power);
        assert_both_alike(&s3a_json_real_double, nextafter(power, 0));
        assert_both_alike(&s3a_json_real_double, nextafter(power, INFINITY));
        assert_both_alike(&s3a_json_real_float, (double)narrow);
        assert_both_alike(&s3a_json_real_float, (double)nextafterf(narrow, 0));
    }
    for (int exponent = -5; exponent < 17; exponent++) {
        double power = pow(10, exponent);
        assert_both_alike(&s3a_json_real_double, power);
        assert_both_alike(&s3a_json_real_double, nextafter(power, 0));
        assert_both_alike(&s3a_json_real_double, nextafter(power, INFINITY));
        assert_both_alike(&s3a_json_real_float, (double)nextafterf((float)power, 0));
        assert_both_alike(&s3a_json_real_float, (double)(float)power);
    }
    assert_true(s3a_json_decimal_print(&s3a_json_real_double, 0.0001, text));
    assert_string_equal(text, "0.0001");
    assert_true(s3a_json_decimal_print(&s3a_json_real_double, 999999999999999.9, text));
    assert_string_equal(text, "999999999999999.9");
    assert_true(s3a_json_decimal_print(&s3a_json_real_double, 123456789012345.0, text));
    assert_string_equal(text, "123456789012345.0");
    assert_true(s3a_json_decimal_print(&s3a_json_real_double, -0.0, text));
    assert_string_equal(text, "-0.0");
    assert_false(s3a_json_decimal_print(&s3a_json_real_double, 1e15, text));
    assert_false(s3a_json_decimal_print(&s3a_json_real_double, 0.00009, text));
    assert_false(s3a_json_decimal_print(&s3a_json_real_float, 1e6, text));
}

static void assert_read_alike(const char *text)
{
    double value;

    if (s3a_json_decimal_read(&s3a_json_real_double, s3a_str_of(text), &value)) {
        double expected = strtod(text, NULL);
        assert_memory_equal(&value, &expected, sizeof(value));
    }
    if (s3a_json_decimal_read(&s3a_json_real_float, s3a_str_of(text), &value)) {
        double expected = (double)strtof(text, NULL);
        assert_memory_equal(&value, &expected, sizeof(value));
    }
}

static void numbers_are_read_as_the_c_library_does(void **state)
{
    (void)state;
    uint64_t seed = 6;

    for (int i = 0; i < 200000; i++) {
        char text[80];
        int size = (int)random_below(&seed, 20);
        size = snprintf(text, sizeof(text), "%s%.*llu", random_below(&seed, 2) ? "-" : "", 1,
                        (unsigned long long)(random_next(&seed) >> (3 * size)));
        if (random_below(&seed, 2) == 0) {
            size += snprintf(text + size, sizeof(text) - (size_t)size, ".%0*llu",
                             (int)random_below(&seed, 12) + 1,
                             (unsigned long long)random_below(&seed, 1000000));
        }
        if (random_below(&seed, 2) == 0) {
            snprintf(text + size, sizeof(text) - (size_t)size, "e%+d",
                     (int)random_below(&seed, 48) - 24);
        }
        assert_read_alike(text);
    }
}

/* Just at, above and below the middle of two neighbours, where an error in the last bit shows. */
static void ties_go_to_the_even_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } table[] = {
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740995", 9007199254740996.0},
        {"9007199254740993e0", 9007199254740992.0},
        {"9007199254740993.0", 9007199254740992.0},
        {"9007199254740993.1", 9007199254740994.0},
        {"9007199254740992.9", 9007199254740992.0},
        {"4503599627370497.5", 4503599627370498.0},
        {"4503599627370496.5", 4503599627370496.0},
        {"0.1", 0.1},
        {"-0", -0.0},
        {"0e-9999999999999", 0.0},
        {"0.0000000000000000000000000000", 0.0},
        {"9999999999999999999e19", 9999999999999999999e19},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        double value;
        assert_true(
            s3a_json_decimal_read(&s3a_json_real_double, s3a_str_of(table[i].text), &value));
        assert_memory_equal(&value, &table[i].value, sizeof(value));
    }
    assert_read_alike("16777217");
    assert_read_alike("16777219");
    assert_read_alike("16777217.0000000001");
}

static void what_is_out_of_reach_is_left_to_the_c_library(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "12345678901234567890", "1e20",           "1e-23",
        "1e99999999999",        "1e-99999999999", "0.12345678901234567890123",
    };
    double value;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_false(s3a_json_decimal_read(&s3a_json_real_double, s3a_str_of(texts[i]), &value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_written_as_the_c_library_has_them),
        cmocka_unit_test(edges_are_written_as_the_c_library_has_them),
        cmocka_unit_test(numbers_are_read_as_the_c_library_does),
        cmocka_unit_test(ties_go_to_the_even_one),
        cmocka_unit_test(what_is_out_of_reach_is_left_to_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    return 77;
}

#endif
