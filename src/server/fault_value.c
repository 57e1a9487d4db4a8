/* SPDX-License-Identifier: MIT */
#include "fault_value.h"

/* More digits behind the point stand for nothing that could be kept. */
#define PLACES_MAX 9

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Cuts the number at the front of *text, with a point or without; false where there is none. */
static bool take_number(struct s3a_str *text, struct s3a_str *ret_whole, struct s3a_str *ret_places)
{
    size_t size = 0;

    while (size < text->size && is_digit(text->data[size])) {
        size++;
    }
    *ret_whole = s3a_str_make(text->data, size);
    *ret_places = s3a_str_make(NULL, 0);
    *text = s3a_str_skip(*text, size);
    if (size > 0 && text->size > 0 && text->data[0] == '.') {
        *text = s3a_str_skip(*text, 1);
        for (size = 0; size < text->size && is_digit(text->data[size]);) {
            size++;
        }
        *ret_places = s3a_str_make(text->data, size);
        *text = s3a_str_skip(*text, size);
        return size > 0;
    }
    return size > 0;
}

/* whole.places times scale, where that is a whole number of at most max. */
static bool compute(struct s3a_str whole, struct s3a_str places, uint64_t scale, uint64_t max,
                    uint64_t *ret_value)
{
    uint64_t units;
    uint64_t part = 0;
    uint64_t divisor = 1;

    if (!s3a_str_to_uint64(whole, max / scale, &units) || places.size > PLACES_MAX) {
        return false;
    }
    if (places.size > 0 && !s3a_str_to_uint64(places, UINT64_MAX, &part)) {
        return false;
    }
    for (size_t i = 0; i < places.size; i++) {
        divisor *= 10;
    }
    if (part * scale % divisor != 0) {
        return false;
    }
    uint64_t value = units * scale + part * scale / divisor;
    if (value > max) {
        return false;
    }
    *ret_value = value;
    return true;
}

bool s3a_fault_value_rate(struct s3a_str text, uint32_t *ret_millionths)
{
    struct s3a_str whole;
    struct s3a_str places;
    uint64_t value;

    if (!take_number(&text, &whole, &places) || !s3a_str_is(text, "%") ||
        !compute(whole, places, 10000, 1000000, &value)) {
        return false;
    }
    *ret_millionths = (uint32_t)value;
    return true;
}

bool s3a_fault_value_ms(struct s3a_str text, uint64_t max_ms, uint64_t *ret_ms)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}};
    struct s3a_str whole;
    struct s3a_str places;

    if (s3a_str_is(text, "0")) {
        *ret_ms = 0;
        return true;
    }
    if (!take_number(&text, &whole, &places)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (s3a_str_is(text, units[i].name)) {
            return compute(whole, places, units[i].ms, max_ms, ret_ms);
        }
    }
    return false;
}
