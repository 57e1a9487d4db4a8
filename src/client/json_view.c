/* SPDX-License-Identifier: MIT */
#include "json_text.h"

#include <string.h>

/* Everything here walks over text that s3a_json_check() has accepted, and relies on that. */

enum s3a_json_form s3a_json_form(struct s3a_str value)
{
    switch (value.data[0]) {
    case '{':
        return S3A_JSON_OBJECT;
    case '[':
        return S3A_JSON_ARRAY;
    case '"':
        return S3A_JSON_STRING;
    case 't':
        return S3A_JSON_TRUE;
    case 'f':
        return S3A_JSON_FALSE;
    case 'n':
        return S3A_JSON_NULL;
    default:
        return S3A_JSON_NUMBER;
    }
}

/* Steps over white space, and over that mark. */
static struct s3a_str skip_to_next(struct s3a_str rest, char mark)
{
    size_t size = 0;

    while (size < rest.size && (s3a_json_is_space(rest.data[size]) || rest.data[size] == mark)) {
        size++;
    }
    return s3a_str_make(rest.data + size, rest.size - size);
}

/* How many bytes the value takes that starts here. */
static size_t string_size(struct s3a_str rest)
{
    size_t size = 1;

    while (rest.data[size] != '"') {
        size += rest.data[size] == '\\' ? 2 : 1;
    }
    return size + 1;
}

static size_t container_size(struct s3a_str rest)
{
    size_t size = 0;
    size_t depth = 0;

    do {
        char byte = rest.data[size];
        if (byte == '"') {
            size += string_size(s3a_str_skip(rest, size));
            continue;
        }
        depth += byte == '{' || byte == '[';
        depth -= byte == '}' || byte == ']';
        size++;
    } while (depth > 0);
    return size;
}

static size_t word_size(struct s3a_str rest)
{
    size_t size = 0;

    while (size < rest.size && rest.data[size] != ',' && rest.data[size] != ']' &&
           rest.data[size] != '}' && !s3a_json_is_space(rest.data[size])) {
        size++;
    }
    return size;
}

size_t s3a_json_value_size(struct s3a_str text)
{
    if (text.data[0] == '"') {
        return string_size(text);
    }
    return text.data[0] == '{' || text.data[0] == '[' ? container_size(text) : word_size(text);
}

static struct s3a_str take_value(struct s3a_str *rest)
{
    struct s3a_str value = s3a_str_make(rest->data, s3a_json_value_size(*rest));

    *rest = s3a_str_skip(*rest, value.size);
    return value;
}

struct s3a_json_items s3a_json_items(struct s3a_str container)
{
    return (struct s3a_json_items){s3a_str_make(container.data + 1, container.size - 2)};
}

bool s3a_json_next(struct s3a_json_items *items, struct s3a_str *ret_name,
                   struct s3a_str *ret_value)
{
    struct s3a_str rest = skip_to_next(items->rest, ',');

    if (rest.size == 0) {
        return false;
    }
    *ret_value = take_value(&rest);
    rest = skip_to_next(rest, ' ');
    if (rest.size > 0 && rest.data[0] == ':') {
        if (ret_name) {
            *ret_name = *ret_value;
        }
        rest = skip_to_next(rest, ':');
        *ret_value = take_value(&rest);
    }
    items->rest = rest;
    return true;
}

struct s3a_str s3a_json_string_begin(struct s3a_str string)
{
    return s3a_str_make(string.data + 1, string.size - 2);
}

/* The UTF-16 unit that four hexadecimal digits say. */
static uint32_t unit(const char *digits)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        uint32_t byte = (unsigned char)digits[i];
        value = value * 16 + (byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10);
    }
    return value;
}

static size_t utf8(uint32_t point, char ret_utf8[4])
{
    if (point < 0x80) {
        ret_utf8[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size - 1; i > 0; i--) {
        ret_utf8[i] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    ret_utf8[0] = (char)(lead[size] | point);
    return size;
}

static size_t next_escape(struct s3a_str *rest, char ret_utf8[4])
{
    static const char from[] = "bfnrt";
    static const char to[] = "\b\f\n\r\t";
    char kind = rest->data[1];

    if (kind != 'u') {
        const char *found = strchr(from, kind);
        ret_utf8[0] = found ? to[found - from] : kind;
        *rest = s3a_str_skip(*rest, 2);
        return 1;
    }
    uint32_t point = unit(rest->data + 2);
    *rest = s3a_str_skip(*rest, 6);
    if (point >= 0xd800 && point <= 0xdbff) {
        point = 0x10000 + ((point - 0xd800) << 10) + (unit(rest->data + 2) - 0xdc00);
        *rest = s3a_str_skip(*rest, 6);
    }
    return utf8(point, ret_utf8);
}

size_t s3a_json_string_next(struct s3a_str *rest, char ret_utf8[4])
{
    if (rest->size == 0) {
        return 0;
    }
    if (rest->data[0] == '\\') {
        return next_escape(rest, ret_utf8);
    }
    size_t size = s3a_json_character_size(rest->data[0]);
    memcpy(ret_utf8, rest->data, size);
    *rest = s3a_str_skip(*rest, size);
    return size;
}

size_t s3a_json_string_copy(struct s3a_str rest, char *ret_text)
{
    size_t used = 0;

    while (rest.size > 0) {
        const char *escape = memchr(rest.data, '\\', rest.size);
        size_t plain = escape ? (size_t)(escape - rest.data) : rest.size;
        memcpy(ret_text + used, rest.data, plain);
        used += plain;
        rest = s3a_str_skip(rest, plain);
        if (escape) {
            used += next_escape(&rest, ret_text + used);
        }
    }
    return used;
}

int s3a_json_string_compare(struct s3a_str a, struct s3a_str b)
{
    if (s3a_str_find(a, '\\') == a.size && s3a_str_find(b, '\\') == b.size) {
        return s3a_str_compare(a, b);
    }
    for (;;) {
        char first[4];
        char second[4];
        struct s3a_str left = {first, s3a_json_string_next(&a, first)};
        struct s3a_str right = {second, s3a_json_string_next(&b, second)};
        int order = s3a_str_compare(left, right);
        if (order != 0 || left.size == 0) {
            return order;
        }
    }
}

bool s3a_json_string_is(struct s3a_str string, struct s3a_str text)
{
    struct s3a_str rest = s3a_json_string_begin(string);
    char utf8[4];
    size_t size;

    while ((size = s3a_json_string_next(&rest, utf8)) > 0) {
        if (text.size < size || memcmp(text.data, utf8, size) != 0) {
            return false;
        }
        text = s3a_str_skip(text, size);
    }
    return text.size == 0;
}
