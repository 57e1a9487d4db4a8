/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include <inttypes.h>
#include <math.h>

#include "buf.h"
#include "error.h"

/* Where encoding stands. */
struct place {
    const struct s3a_type *type;
    const struct s3a_json_path *path;
    struct s3a_buf *buf;
    struct s3a_error *error;
};

static enum s3a_status encode_value(const struct place *place, const void *value);

/* RFC 8259, section 7: quotes, backslashes and control characters must be escaped. */
static void append_string(struct s3a_buf *buf, struct s3a_str text)
{
    s3a_buf_append_byte(buf, '"');
    while (text.size > 0) {
        size_t plain = 0;
        while (plain < text.size && (unsigned char)text.data[plain] >= ' ' &&
               text.data[plain] != '"' && text.data[plain] != '\\') {
            plain++;
        }
        s3a_buf_append(buf, s3a_str_make(text.data, plain));
        text = s3a_str_skip(text, plain);
        if (text.size == 0) {
            break;
        }
        static const char from[] = "\"\\\b\f\n\r\t";
        static const char to[] = "\"\\bfnrt";
        const char *found = strchr(from, text.data[0]);
        if (found) {
            s3a_buf_append_byte(buf, '\\');
            s3a_buf_append_byte(buf, to[found - from]);
        } else {
            s3a_buf_append_format(buf, "\\u%04x", (unsigned)text.data[0]);
        }
        text = s3a_str_skip(text, 1);
    }
    s3a_buf_append_byte(buf, '"');
}

static enum s3a_status encode_string(const struct place *place, const char *string)
{
    struct s3a_str text = s3a_str_of(string);

    if (!string) {
        s3a_buf_append_text(place->buf, "null");
        return S3A_OK;
    }
    if (!s3a_str_is_utf8(text)) {
        return s3a_json_fail(place->path, place->error, S3A_FORMAT,
                             "a string that is not UTF-8, which JSON cannot hold");
    }
    append_string(place->buf, text);
    return S3A_OK;
}

static enum s3a_status encode_double(const struct place *place, double value)
{
    char text[S3A_JSON_DOUBLE_SIZE];

    if (!isfinite(value)) {
        return s3a_json_fail(place->path, place->error, S3A_FORMAT, "%s, which JSON cannot hold",
                             isnan(value) ? "not a number"
                             : value > 0  ? "infinity"
                                          : "-infinity");
    }
    s3a_json_double_print(value, text);
    s3a_buf_append_text(place->buf, text);
    return S3A_OK;
}

static enum s3a_status encode_array(const struct place *place, const char *elements, size_t count)
{
    struct s3a_json_path path = {.parent = place->path};
    struct place element = {place->type, &path, place->buf, place->error};

    if (!elements && count > 0) {
        return s3a_json_fail(place->path, place->error, S3A_INVALID,
                             "an array of %zu elements that is NULL", count);
    }
    s3a_buf_append_byte(place->buf, '[');
    for (; path.index < count; path.index++) {
        if (path.index > 0) {
            s3a_buf_append_byte(place->buf, ',');
        }
        enum s3a_status status = encode_value(&element, elements + path.index * place->type->size);
        if (status != S3A_OK) {
            return status;
        }
    }
    s3a_buf_append_byte(place->buf, ']');
    return S3A_OK;
}

static enum s3a_status encode_field(const struct s3a_field *field, const struct place *place,
                                    const char *value)
{
    const void *member = value + field->offset;

    if (field->form == S3A_FORM_ARRAY) {
        const size_t *count = (const void *)(value + field->count_offset);
        return encode_array(place, s3a_json_pointer(member), *count);
    }
    return encode_value(place, s3a_json_is_pointed_to(field) ? s3a_json_pointer(member) : member);
}

static bool is_left_out(const struct s3a_field *field, const char *value)
{
    return field->form == S3A_FORM_OPTIONAL && !s3a_json_pointer(value + field->offset);
}

static enum s3a_status encode_struct(const struct place *place, const char *value)
{
    const char *separator = "";

    s3a_buf_append_byte(place->buf, '{');
    for (size_t i = 0; i < place->type->field_count; i++) {
        const struct s3a_field *field = &place->type->fields[i];
        struct s3a_str name = s3a_str_of(field->name);
        struct s3a_json_path path = {.parent = place->path, .name = name};
        struct place member = {field->type, &path, place->buf, place->error};
        if (is_left_out(field, value)) {
            continue;
        }
        s3a_buf_append_text(place->buf, separator);
        separator = ",";
        append_string(place->buf, name);
        s3a_buf_append_byte(place->buf, ':');
        enum s3a_status status = encode_field(field, &member, value);
        if (status != S3A_OK) {
            return status;
        }
    }
    s3a_buf_append_byte(place->buf, '}');
    return S3A_OK;
}

static enum s3a_status encode_value(const struct place *place, const void *value)
{
    switch (place->type->kind) {
    case S3A_KIND_STRING:
        return encode_string(place, s3a_json_pointer(value));
    case S3A_KIND_INT64:
        s3a_buf_append_format(place->buf, "%" PRId64, *(const int64_t *)value);
        return S3A_OK;
    case S3A_KIND_INT32:
        s3a_buf_append_format(place->buf, "%" PRId32, *(const int32_t *)value);
        return S3A_OK;
    case S3A_KIND_UINT32:
        s3a_buf_append_format(place->buf, "%" PRIu32, *(const uint32_t *)value);
        return S3A_OK;
    case S3A_KIND_DOUBLE:
        return encode_double(place, *(const double *)value);
    case S3A_KIND_BOOL:
        s3a_buf_append_text(place->buf, *(const bool *)value ? "true" : "false");
        return S3A_OK;
    case S3A_KIND_STRUCT:
        break;
    }
    return encode_struct(place, value);
}

enum s3a_status s3a_json_encode(const struct s3a_type *type, const void *value, size_t size_max,
                                void **ret_bytes, size_t *ret_size, struct s3a_error *error)
{
    struct s3a_buf buf;
    struct place place = {.type = type, .buf = &buf, .error = error};

    *ret_bytes = NULL;
    *ret_size = 0;
    s3a_error_clear(error);
    s3a_buf_init(&buf, size_max);
    enum s3a_status status = encode_value(&place, value);
    if (status == S3A_OK && buf.status == S3A_NO_MEMORY) {
        status = s3a_error_set_no_memory(error);
    } else if (status == S3A_OK && buf.status == S3A_TOO_LARGE) {
        status =
            s3a_error_set(error, S3A_TOO_LARGE, "a JSON text of more than %zu bytes", size_max);
    }
    if (status == S3A_OK) {
        *ret_bytes = s3a_buf_take(&buf, ret_size);
    }
    s3a_buf_fini(&buf);
    return status;
}
