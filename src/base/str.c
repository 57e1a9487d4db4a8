/* SPDX-License-Identifier: MIT */
#include "str.h"

#include <limits.h>
#include <string.h>

int s3a_str_print_size(struct s3a_str str)
{
    return str.size > INT_MAX ? INT_MAX : (int)str.size;
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool s3a_str_equal_nocase(struct s3a_str a, struct s3a_str b)
{
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

bool s3a_str_is_nocase(struct s3a_str a, const char *text)
{
    return s3a_str_equal_nocase(a, s3a_str_of(text));
}

static struct s3a_str first(struct s3a_str str, size_t count)
{
    return s3a_str_make(str.data, count < str.size ? count : str.size);
}

bool s3a_str_starts_with(struct s3a_str str, const char *prefix)
{
    return s3a_str_is(first(str, strlen(prefix)), prefix);
}

bool s3a_str_starts_with_nocase(struct s3a_str str, const char *prefix)
{
    return s3a_str_is_nocase(first(str, strlen(prefix)), prefix);
}

bool s3a_str_ends_with(struct s3a_str str, const char *suffix)
{
    size_t size = strlen(suffix);
    return str.size >= size && s3a_str_is(s3a_str_skip(str, str.size - size), suffix);
}

int s3a_str_compare(struct s3a_str a, struct s3a_str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

struct s3a_str s3a_str_skip(struct s3a_str str, size_t count)
{
    if (count >= str.size) {
        return s3a_str_make(NULL, 0);
    }
    return s3a_str_make(str.data + count, str.size - count);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct s3a_str s3a_str_trim(struct s3a_str str)
{
    while (str.size > 0 && is_blank(str.data[0])) {
        str = s3a_str_skip(str, 1);
    }
    while (str.size > 0 && is_blank(str.data[str.size - 1])) {
        str.size--;
    }
    return str;
}

struct s3a_str s3a_str_split(struct s3a_str *rest, char separator)
{
    struct s3a_str whole = *rest;
    size_t at = s3a_str_find(whole, separator);

    if (at == whole.size) {
        *rest = s3a_str_make(NULL, 0);
        return whole;
    }
    *rest = s3a_str_make(whole.data + at + 1, whole.size - at - 1);
    return first(whole, at);
}

size_t s3a_str_find(struct s3a_str str, char byte)
{
    const char *found = str.size == 0 ? NULL : memchr(str.data, byte, str.size);
    return found ? (size_t)(found - str.data) : str.size;
}

bool s3a_str_to_uint64(struct s3a_str str, uint64_t max, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (str.size == 0) {
        return false;
    }
    for (size_t i = 0; i < str.size; i++) {
        if (str.data[i] < '0' || str.data[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(str.data[i] - '0');
        if (digit > max || value > (max - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *ret_value = value;
    return true;
}

/* Bytes of the well-formed sequence that starts here (RFC 3629, section 4), or 0. */
static size_t utf8_sequence(const unsigned char *bytes, size_t size)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        size_t size;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (bytes[0] < forms[i].first_min || bytes[0] > forms[i].first_max) {
            continue;
        }
        if (forms[i].size > size) {
            return 0;
        }
        if (forms[i].size > 1 &&
            (bytes[1] < forms[i].second_min || bytes[1] > forms[i].second_max)) {
            return 0;
        }
        for (size_t k = 2; k < forms[i].size; k++) {
            if (bytes[k] < 0x80 || bytes[k] > 0xbf) {
                return 0;
            }
        }
        return forms[i].size;
    }
    return 0;
}

bool s3a_str_is_utf8(struct s3a_str str)
{
    const unsigned char *bytes = (const unsigned char *)str.data;
    size_t at = 0;

    while (at < str.size) {
        size_t size = utf8_sequence(bytes + at, str.size - at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}
