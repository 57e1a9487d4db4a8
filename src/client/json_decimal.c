/* SPDX-License-Identifier: MIT */
#include "json_decimal.h"

#include <float.h>
#include <math.h>

const struct s3a_json_real s3a_json_real_double = {DBL_MANT_DIG, DBL_DIG, 17};
const struct s3a_json_real s3a_json_real_float = {FLT_MANT_DIG, FLT_DIG, 9};

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 uint128;

#define DIGITS_READ_MAX 19 /* as many fit 64 bits, and so does that power of ten */
#define PLACES_READ_MAX 22 /* 128 bits divided by that power of ten are 54 */
#define SMALLEST 0.0001    /* what is less gets an exponent */

static const uint64_t powers[] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

/* exponent: 38 at the most. */
static uint128 power_of_ten(int exponent)
{
    return exponent < 20 ? powers[exponent] : (uint128)powers[19] * powers[exponent - 19];
}

/* The number of digits before the point; less than 0: of zeros behind it. */
static int whole_digits(double size)
{
    static const double small[] = {1, 0.1, 0.01, 0.001};
    int whole = -3;

    while (whole <= 0 && size >= small[-whole]) {
        whole++;
    }
    while (whole > 0 && whole < 20 && size >= (double)powers[whole]) {
        whole++;
    }
    return whole;
}

static int bit_length(uint128 number)
{
    uint64_t high = (uint64_t)(number >> 64);
    uint64_t low = (uint64_t)number;

    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

/* A number as it is written: digits * 10^exponent. */
struct decimal {
    uint64_t digits;
    int exponent;
};

static bool split(struct s3a_str number, struct decimal *ret_decimal)
{
    const char *at = number.data + (number.data[0] == '-');
    const char *end = number.data + number.size;
    struct decimal decimal = {0, 0};
    int count = 0;
    bool is_fraction = false;
    int exponent = 0;

    for (; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            is_fraction = true;
            continue;
        }
        count += count > 0 || *at != '0';
        if (count > DIGITS_READ_MAX) {
            return false;
        }
        decimal.digits = decimal.digits * 10 + (uint64_t)(*at - '0');
        decimal.exponent -= is_fraction;
    }
    if (at < end) {
        bool is_negative = *++at == '-';
        at += is_negative || *at == '+';
        for (; at < end && exponent < 10000; at++) {
            exponent = exponent * 10 + (*at - '0');
        }
        exponent = is_negative ? -exponent : exponent;
    }
    decimal.exponent += exponent;
    *ret_decimal = decimal;
    return true;
}

/* The nearest value of so many bits to number * 2^exponent, of which more may have been cut off. */
static double nearest(int bits, uint128 number, bool is_cut, int exponent)
{
    int drop = bit_length(number) - bits;

    if (drop > 0) {
        uint128 half = (uint128)1 << (drop - 1);
        uint128 low = number & (2 * half - 1);
        number >>= drop;
        exponent += drop;
        number += low > half || (low == half && (is_cut || number % 2 == 1));
    }
    return ldexp((double)(uint64_t)number, exponent);
}

bool s3a_json_decimal_read(const struct s3a_json_real *real, struct s3a_str number,
                           double *ret_value)
{
    struct decimal decimal;
    double value = 0;

    if (!split(number, &decimal)) {
        return false;
    }
    if (decimal.digits > 0) {
        if (decimal.exponent < -PLACES_READ_MAX || decimal.exponent > DIGITS_READ_MAX) {
            return false;
        }
        if (decimal.exponent >= 0) {
            value = nearest(real->bits, decimal.digits * power_of_ten(decimal.exponent), false, 0);
        } else {
            int shift = 128 - bit_length(decimal.digits);
            uint128 wide = (uint128)decimal.digits << shift;
            uint128 power = power_of_ten(-decimal.exponent);
            uint128 quotient = wide / power; /* of 54 bits at least, one more than are kept */
            value = nearest(real->bits, quotient, wide != quotient * power, -shift);
        }
    }
    *ret_value = number.data[0] == '-' ? -value : value;
    return true;
}

/* The decimal of so many digits behind the point that is nearest to significand / 2^shift. Is that
 * the one that is read back, too? */
static bool round_to(uint64_t significand, bool is_lowest, int shift, int places,
                     uint64_t *ret_digits)
{
    uint128 power = power_of_ten(places);
    uint128 exact = significand * power; /* times 2^-shift */
    uint128 half = (uint128)1 << (shift - 1);
    uint128 low = exact & (2 * half - 1);
    uint128 digits = exact >> shift;

    digits += low > half || (low == half && digits % 2 == 1);
    *ret_digits = (uint64_t)digits;
    uint128 error = low > half ? 2 * half - low : low;
    /* Half of the distance to the next one; below a power of two, that is half as far. */
    uint128 twice = (is_lowest ? 4 : 2) * error;
    return twice < power || (twice == power && significand % 2 == 0);
}

static void print(bool is_negative, uint64_t digits, int places,
                  char ret_text[S3A_JSON_DOUBLE_SIZE])
{
    char backwards[S3A_JSON_DOUBLE_SIZE];
    size_t size = 0;

    if (places == 0) {
        digits *= 10;
        places = 1;
    }
    while (places > 1 && digits % 10 == 0) {
        digits /= 10;
        places--;
    }
    for (int i = 0; i < places || digits > 0 || i == places; i++) {
        if (i == places) {
            backwards[size++] = '.';
        }
        backwards[size++] = (char)('0' + digits % 10);
        digits /= 10;
    }
    if (is_negative) {
        backwards[size++] = '-';
    }
    for (size_t i = 0; i < size; i++) {
        ret_text[i] = backwards[size - 1 - i];
    }
    ret_text[size] = '\0';
}

bool s3a_json_decimal_print(const struct s3a_json_real *real, double value,
                            char ret_text[S3A_JSON_DOUBLE_SIZE])
{
    double size = fabs(value);
    uint64_t digits = 0;
    int places = 1;
    int exponent;

    if (size > 0) {
        int whole = whole_digits(size);
        if (size < SMALLEST || whole > real->digits_min) {
            return false;
        }
        uint64_t significand = (uint64_t)ldexp(frexp(size, &exponent), real->bits);
        bool is_lowest = significand == (uint64_t)1 << (real->bits - 1);
        int count = real->digits_min;
        do {
            places = count - whole;
        } while (!round_to(significand, is_lowest, real->bits - exponent, places, &digits) &&
                 ++count <= real->digits_max);
    }
    print(signbit(value), digits, places, ret_text);
    return true;
}

#else

bool s3a_json_decimal_read(const struct s3a_json_real *real, struct s3a_str number,
                           double *ret_value)
{
    (void)real;
    (void)number;
    (void)ret_value;
    return false;
}

bool s3a_json_decimal_print(const struct s3a_json_real *real, double value,
                            char ret_text[S3A_JSON_DOUBLE_SIZE])
{
    (void)real;
    (void)value;
    (void)ret_text;
    return false;
}

#endif
