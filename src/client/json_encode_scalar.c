/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "digest.h"
#include "json_encode.h"
#include "json_member.h"

static enum s3a_status encode_string(const struct s3a_json_source *place, const char *string)
{
    struct s3a_str text = s3a_str_of(string);

    if (!string) {
        return S3A_JSON_FAIL(place, S3A_INVALID, "a string that is NULL");
    }
    if (!s3a_str_is_utf8(text)) {
        return S3A_JSON_FAIL(place, S3A_FORMAT,
                             "a string that is not UTF-8, which JSON cannot hold");
    }
    s3a_json_write_string(place->writer, text);
    return S3A_OK;
}

static enum s3a_status encode_chars(const struct s3a_json_source *place, const char *chars)
{
    if (!memchr(chars, '\0', place->size)) {
        return S3A_JSON_FAIL(place, S3A_INVALID, "no NUL character in %zu bytes", place->size);
    }
    return encode_string(place, chars);
}

static enum s3a_status encode_bytes(const struct s3a_json_source *place, const void *value)
{
    struct s3a_bytes bytes;

    memcpy(&bytes, value, sizeof(bytes));
    if (!bytes.data && bytes.size > 0) {
        return S3A_JSON_FAIL(place, S3A_INVALID, "%zu bytes whose data is NULL", bytes.size);
    }
    s3a_buf_append_byte(place->writer->buf, '"');
    s3a_base64_encode(place->writer->buf, s3a_str_make(bytes.data, bytes.size));
    s3a_buf_append_byte(place->writer->buf, '"');
    return S3A_OK;
}

static enum s3a_status encode_bool(const struct s3a_json_source *place, const void *value)
{
    bool is_true;

    memcpy(&is_true, value, sizeof(is_true));
    s3a_buf_append(place->writer->buf, is_true ? S3A_STR("true") : S3A_STR("false"));
    return S3A_OK;
}

static enum s3a_status encode_integer(const struct s3a_json_source *place, const void *value)
{
    bool is_signed = place->type->kind == S3A_KIND_SIGNED;
    uint64_t bits = s3a_json_load(value, place->type->size, is_signed);
    bool is_negative = is_signed && (int64_t)bits < 0;

    s3a_json_write_integer(place->writer, is_negative, is_negative ? 0 - bits : bits);
    return S3A_OK;
}

static enum s3a_status encode_real(const struct s3a_json_source *place, const void *value)
{
    char text[S3A_JSON_DOUBLE_SIZE];
    bool is_float = place->type->size == sizeof(float);
    float single = 0;
    double number = 0;

    memcpy(is_float ? (void *)&single : (void *)&number, value, place->type->size);
    number = is_float ? (double)single : number;
    if (!isfinite(number)) {
        return S3A_JSON_FAIL(place, S3A_FORMAT, "%s, which JSON cannot hold",
                             isnan(number) ? "not a number"
                             : number > 0  ? "infinity"
                                           : "-infinity");
    }
    if (is_float) {
        s3a_json_float_print(single, text);
    } else {
        s3a_json_double_print(number, text);
    }
    s3a_buf_append_text(place->writer->buf, text);
    return S3A_OK;
}

static enum s3a_status encode_enum(const struct s3a_json_source *place, const void *value)
{
    const struct s3a_enum_name *name = s3a_json_enum_name(place->type, value, place->size);

    if (!name) {
        return S3A_JSON_FAIL(place, S3A_FORMAT, "%lld, a value without a name",
                             (long long)s3a_json_load(value, place->size, true));
    }
    s3a_json_write_string(place->writer, s3a_str_of(name->name));
    return S3A_OK;
}

enum s3a_status s3a_json_encode_scalar(const struct s3a_json_source *place, const void *value)
{
    switch (place->type->kind) {
    case S3A_KIND_STRING:
        return encode_string(place, s3a_json_pointer(value));
    case S3A_KIND_CHARS:
        return encode_chars(place, value);
    case S3A_KIND_BYTES:
        return encode_bytes(place, value);
    case S3A_KIND_BOOL:
        return encode_bool(place, value);
    case S3A_KIND_REAL:
        return encode_real(place, value);
    case S3A_KIND_ENUM:
        return encode_enum(place, value);
    default:
        return encode_integer(place, value);
    }
}
