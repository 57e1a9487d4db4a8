/* SPDX-License-Identifier: MIT */
#include "duration.h"

#include <stddef.h>
#include <string.h>

/* Digits behind the point that are looked at; an hour has less than 10^7 milliseconds. */
#define FRACTION_DIGITS_MAX 9

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Milliseconds, or 0 where it is no unit. */
static int64_t unit_ms(const char *text)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(text, units[i].name) == 0) {
            return units[i].ms;
        }
    }
    return 0;
}

bool s3a_duration_parse(const char *text, int64_t *ret_ms)
{
    int64_t whole = 0;
    int64_t fraction = 0;
    int64_t scale = 1;
    bool digits = false;
    unsigned places = 0;
    bool rest = false;

    for (; is_digit(*text); text++) {
        digits = true;
        whole = whole * 10 + (*text - '0');
        if (whole > S3A_DURATION_MAX_MS) {
            return false;
        }
    }
    if (*text == '.') {
        for (text++; is_digit(*text); text++) {
            digits = true;
            if (places++ < FRACTION_DIGITS_MAX) {
                fraction = fraction * 10 + (*text - '0');
                scale *= 10;
            } else {
                rest = rest || *text != '0';
            }
        }
    }
    int64_t unit = unit_ms(text);
    if (!digits || unit == 0 || whole > (S3A_DURATION_MAX_MS - unit) / unit) {
        return false;
    }
    int64_t part = fraction * unit;
    *ret_ms = whole * unit + part / scale + (part % scale != 0 || rest);
    return true;
}
