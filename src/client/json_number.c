/* SPDX-License-Identifier: MIT */
#include "json_text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "json_decimal.h"

bool s3a_json_is_integer(struct s3a_str number)
{
    return s3a_str_find(number, '.') == number.size && s3a_str_find(number, 'e') == number.size &&
           s3a_str_find(number, 'E') == number.size;
}

bool s3a_json_int64(struct s3a_str number, int64_t *ret_value)
{
    bool negative = number.data[0] == '-';
    uint64_t size;

    if (!s3a_str_to_uint64(s3a_str_skip(number, negative), (uint64_t)INT64_MAX + negative, &size)) {
        return false;
    }
    if (!negative) {
        *ret_value = (int64_t)size;
    } else {
        *ret_value = size > INT64_MAX ? INT64_MIN : -(int64_t)size;
    }
    return true;
}

/*
 * The host program may have a locale that writes 0,5. For a moment this thread gets the one of the
 * C standard, which the C library holds ready without allocating.
 */
static locale_t enter_c_locale(locale_t *ret_own)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    s3a_check(c != (locale_t)0);
    *ret_own = uselocale(c);
    return c;
}

static void leave_c_locale(locale_t c, locale_t own)
{
    uselocale(own);
    freelocale(c);
}

bool s3a_json_uint64(struct s3a_str number, uint64_t *ret_value)
{
    bool negative = number.data[0] == '-';

    return s3a_str_to_uint64(s3a_str_skip(number, negative), UINT64_MAX, ret_value) &&
           (!negative || *ret_value == 0);
}

/* Ended by a NUL character, which strtod() wants. */
static void copy_number(struct s3a_str number, char ret_text[S3A_JSON_NUMBER_SIZE_MAX + 1])
{
    s3a_check(number.size <= S3A_JSON_NUMBER_SIZE_MAX);
    memcpy(ret_text, number.data, number.size);
    ret_text[number.size] = '\0';
}

bool s3a_json_double(struct s3a_str number, double *ret_value)
{
    char text[S3A_JSON_NUMBER_SIZE_MAX + 1];
    locale_t own;

    if (s3a_json_decimal_read(&s3a_json_real_double, number, ret_value)) {
        return true;
    }
    copy_number(number, text);
    locale_t c = enter_c_locale(&own);
    *ret_value = strtod(text, NULL);
    leave_c_locale(c, own);
    return isfinite(*ret_value);
}

/* Not by way of a double: rounded twice, it may be the next one. */
bool s3a_json_float(struct s3a_str number, float *ret_value)
{
    char text[S3A_JSON_NUMBER_SIZE_MAX + 1];
    locale_t own;
    double value;

    if (s3a_json_decimal_read(&s3a_json_real_float, number, &value)) {
        *ret_value = (float)value;
        return true;
    }
    copy_number(number, text);
    locale_t c = enter_c_locale(&own);
    *ret_value = strtof(text, NULL);
    leave_c_locale(c, own);
    return isfinite(*ret_value);
}

static void add_point(char text[S3A_JSON_DOUBLE_SIZE])
{
    if (!strpbrk(text, ".e")) {
        strcat(text, ".0");
    }
}

void s3a_json_double_print(double value, char ret_text[S3A_JSON_DOUBLE_SIZE])
{
    const struct s3a_json_real *real = &s3a_json_real_double;
    locale_t own;

    if (s3a_json_decimal_print(real, value, ret_text)) {
        return;
    }
    locale_t c = enter_c_locale(&own);
    for (int digits = real->digits_min; digits <= real->digits_max; digits++) {
        snprintf(ret_text, S3A_JSON_DOUBLE_SIZE, "%.*g", digits, value);
        if (digits == real->digits_max || strtod(ret_text, NULL) == value) {
            break;
        }
    }
    leave_c_locale(c, own);
    add_point(ret_text);
}

void s3a_json_float_print(float value, char ret_text[S3A_JSON_DOUBLE_SIZE])
{
    const struct s3a_json_real *real = &s3a_json_real_float;
    locale_t own;

    if (s3a_json_decimal_print(real, value, ret_text)) {
        return;
    }
    locale_t c = enter_c_locale(&own);
    for (int digits = real->digits_min; digits <= real->digits_max; digits++) {
        snprintf(ret_text, S3A_JSON_DOUBLE_SIZE, "%.*g", digits, (double)value);
        if (digits == real->digits_max || strtof(ret_text, NULL) == value) {
            break;
        }
    }
    leave_c_locale(c, own);
    add_point(ret_text);
}
