/* SPDX-License-Identifier: MIT */
#include "json_text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* A double is known by 15 to 17 significant digits (IEEE 754, section 5.12.2). */
#define DIGITS_MIN 15
#define DIGITS_MAX 17

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

bool s3a_json_double(struct s3a_str number, double *ret_value)
{
    char text[S3A_JSON_NUMBER_SIZE_MAX + 1];
    locale_t own;

    s3a_check(number.size < sizeof(text));
    memcpy(text, number.data, number.size);
    text[number.size] = '\0';
    locale_t c = enter_c_locale(&own);
    *ret_value = strtod(text, NULL);
    leave_c_locale(c, own);
    return isfinite(*ret_value);
}

void s3a_json_double_print(double value, char ret_text[S3A_JSON_DOUBLE_SIZE])
{
    locale_t own;
    locale_t c = enter_c_locale(&own);

    for (int digits = DIGITS_MIN; digits <= DIGITS_MAX; digits++) {
        snprintf(ret_text, S3A_JSON_DOUBLE_SIZE, "%.*g", digits, value);
        if (strtod(ret_text, NULL) == value) {
            break;
        }
    }
    leave_c_locale(c, own);
    if (!strpbrk(ret_text, ".e")) {
        strcat(ret_text, ".0");
    }
}
