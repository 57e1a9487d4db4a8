/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "digest.h"
#include "error.h"
#include "json_decode.h"
#include "json_member.h"

/* What a string says, ended by a NUL character. */
static enum s3a_status take_text(const struct s3a_json_place *place, struct s3a_str *ret_text)
{
    struct s3a_json_token token = s3a_json_take_string(place->reader);
    char *text = malloc(token.inner.size + 1);

    *ret_text = s3a_str_make(text, 0);
    if (!text) {
        return s3a_error_set_no_memory(place->reader->error);
    }
    ret_text->size = s3a_json_string_copy(token.inner, text);
    text[ret_text->size] = '\0';
    return S3A_OK;
}

static bool is_string(const struct s3a_json_place *place)
{
    return *place->reader->at == '"';
}

/* start: where the string stands in the text. */
static enum s3a_status fail_nul(const struct s3a_json_place *place, const char *start)
{
    place->reader->at = start;
    return s3a_json_fail_found(place, "a string without a NUL character");
}

static enum s3a_status decode_string(const struct s3a_json_place *place, void *value)
{
    const char *start = place->reader->at;
    struct s3a_str text;

    if (!is_string(place)) {
        return s3a_json_fail_found(place, "a string");
    }
    enum s3a_status status = take_text(place, &text);
    s3a_json_set_pointer(value, text.data);
    if (status == S3A_OK && memchr(text.data, '\0', text.size)) {
        return fail_nul(place, start);
    }
    return status;
}

static enum s3a_status decode_chars(const struct s3a_json_place *place, char *value)
{
    const char *start = place->reader->at;

    if (!is_string(place)) {
        return s3a_json_fail_found(place, "a string");
    }
    struct s3a_json_token token = s3a_json_take_string(place->reader);
    struct s3a_str rest = token.inner;
    size_t used = 0;
    while (rest.size > 0) {
        char character[4];
        size_t size = s3a_json_string_next(&rest, character);
        if (character[0] == '\0') {
            return fail_nul(place, start);
        }
        if (size > place->size - 1 - used) {
            char expected[64];
            snprintf(expected, sizeof(expected), "a string of at most %zu bytes", place->size - 1);
            place->reader->at = start;
            return s3a_json_fail_found(place, expected);
        }
        memcpy(value + used, character, size);
        used += size;
    }
    return S3A_OK;
}

/* The bytes take the place of their base64, which is longer. */
static enum s3a_status decode_bytes(const struct s3a_json_place *place, void *value)
{
    const char *start = place->reader->at;
    struct s3a_str text;

    if (!is_string(place)) {
        return s3a_json_fail_found(place, "base64");
    }
    enum s3a_status status = take_text(place, &text);
    if (status != S3A_OK) {
        return status;
    }
    size_t padding = 0;
    while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=') {
        padding++;
    }
    struct s3a_bytes bytes = {text.data, text.size / 4 * 3 - padding};
    memcpy(value, &bytes, sizeof(bytes));
    if (text.size % 4 != 0 ||
        !s3a_base64_decode(text, (uint8_t *)(uintptr_t)text.data, bytes.size)) {
        place->reader->at = start;
        return s3a_json_fail_found(place, "base64");
    }
    return S3A_OK;
}

static enum s3a_status decode_bool(const struct s3a_json_place *place, void *value)
{
    bool is_true = *place->reader->at == 't';

    if (!is_true && *place->reader->at != 'f') {
        return s3a_json_fail_found(place, "true or false");
    }
    memcpy(value, &is_true, sizeof(is_true));
    place->reader->at += is_true ? strlen("true") : strlen("false");
    return S3A_OK;
}

static bool is_number(const struct s3a_json_place *place)
{
    return *place->reader->at == '-' || (*place->reader->at >= '0' && *place->reader->at <= '9');
}

static enum s3a_status decode_integer(const struct s3a_json_place *place, void *value)
{
    const struct s3a_type *type = place->type;
    uint64_t magnitude = 0;
    int64_t number = 0;
    bool fits;

    if (!is_number(place)) {
        return s3a_json_fail_found(place, "an integer");
    }
    struct s3a_str text = s3a_json_here(place->reader);
    if (!s3a_json_is_integer(text)) {
        return s3a_json_fail_found(place, "an integer");
    }
    if (type->kind == S3A_KIND_UNSIGNED) {
        fits = s3a_json_uint64(text, &magnitude) && magnitude <= s3a_json_integer_max(type);
    } else {
        fits = s3a_json_int64(text, &number) && number >= s3a_json_integer_min(type) &&
               number <= (int64_t)s3a_json_integer_max(type);
        magnitude = (uint64_t)number;
    }
    if (!fits) {
        char expected[80];
        snprintf(expected, sizeof(expected), "an integer from %" PRId64 " to %" PRIu64,
                 s3a_json_integer_min(type), s3a_json_integer_max(type));
        return s3a_json_fail_found(place, expected);
    }
    s3a_json_store(value, type->size, magnitude);
    place->reader->at += text.size;
    return S3A_OK;
}

static enum s3a_status decode_real(const struct s3a_json_place *place, void *value)
{
    bool is_float = place->type->size == sizeof(float);
    bool fits;

    if (!is_number(place)) {
        return s3a_json_fail_found(place, "a number");
    }
    struct s3a_str text = s3a_json_here(place->reader);
    if (is_float) {
        float number;
        fits = s3a_json_float(text, &number);
        memcpy(value, &number, sizeof(number));
    } else {
        double number;
        fits = s3a_json_double(text, &number);
        memcpy(value, &number, sizeof(number));
    }
    if (!fits) {
        return s3a_json_fail_found(place, is_float ? "a number in the range of a float"
                                                   : "a number in the range of a double");
    }
    place->reader->at += text.size;
    return S3A_OK;
}

/* The names that there are, or the first of them. */
static enum s3a_status fail_enum(const struct s3a_json_place *place)
{
    char expected[160];
    size_t used = 0;

    for (size_t i = 0; i < place->type->count; i++) {
        struct s3a_json_shown name = s3a_json_show_text(s3a_str_of(place->type->names[i].name));
        if (used + name.size + sizeof(" or ...") > sizeof(expected)) {
            snprintf(expected + used, sizeof(expected) - used, " or ...");
            break;
        }
        used += (size_t)snprintf(expected + used, sizeof(expected) - used, "%s%s",
                                 i == 0 ? "" : " or ", name.text);
    }
    return s3a_json_fail_found(place, expected);
}

static enum s3a_status decode_enum(const struct s3a_json_place *place, void *value)
{
    const struct s3a_type *type = place->type;

    if (!is_string(place)) {
        return fail_enum(place);
    }
    struct s3a_str text = s3a_json_here(place->reader);
    for (size_t i = 0; i < type->count; i++) {
        if (s3a_json_string_is(text, s3a_str_of(type->names[i].name))) {
            s3a_json_store(value, place->size, (uint64_t)type->names[i].value);
            place->reader->at += text.size;
            return S3A_OK;
        }
    }
    return fail_enum(place);
}

enum s3a_status s3a_json_decode_scalar(const struct s3a_json_place *place, void *value)
{
    switch (place->type->kind) {
    case S3A_KIND_STRING:
        return decode_string(place, value);
    case S3A_KIND_CHARS:
        return decode_chars(place, value);
    case S3A_KIND_BYTES:
        return decode_bytes(place, value);
    case S3A_KIND_BOOL:
        return decode_bool(place, value);
    case S3A_KIND_REAL:
        return decode_real(place, value);
    case S3A_KIND_ENUM:
        return decode_enum(place, value);
    default:
        return decode_integer(place, value);
    }
}
