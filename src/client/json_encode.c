/* SPDX-License-Identifier: MIT */
#include "json_encode.h"

#include "error.h"
#include "json_decode.h"
#include "json_member.h"
#include "json_names.h"

static enum s3a_status encode_value(const struct s3a_json_source *place, const void *value);

/* One object or array more is open, until s3a_json_write_end(). */
static enum s3a_status begin(const struct s3a_json_source *place, char bracket)
{
    if (place->writer->depth == S3A_JSON_DEPTH_MAX) {
        return S3A_JSON_FAIL(place, S3A_FORMAT, "nested deeper than %d", S3A_JSON_DEPTH_MAX);
    }
    s3a_json_write_begin(place->writer, bracket);
    return S3A_OK;
}

static enum s3a_status encode_array(const struct s3a_json_source *place, const char *elements,
                                    size_t count)
{
    struct s3a_json_path path = {.parent = place->path};
    struct s3a_json_source element = {place->type, place->size, &path, place->writer, place->error};
    enum s3a_status status = begin(place, '[');

    for (; status == S3A_OK && path.index < count; path.index++) {
        s3a_json_write_next(place->writer, path.index == 0);
        status = encode_value(&element, elements + path.index * place->size);
    }
    s3a_json_write_end(place->writer, ']', count == 0);
    return status;
}

static enum s3a_status encode_field(const struct s3a_json_source *place,
                                    const struct s3a_field *field, const char *value);

/* Key by key, as the names are collected. */
static enum s3a_status encode_entries(const struct s3a_json_source *place, const char *entries,
                                      size_t count, struct s3a_json_names *names)
{
    const struct s3a_field *key = &place->type->fields[0];
    const struct s3a_field *field = &place->type->fields[1];
    struct s3a_json_source name = {key->type, key->size, place->path, place->writer, place->error};
    enum s3a_status status = S3A_OK;

    for (size_t i = 0; status == S3A_OK && i < count; i++) {
        const char *entry = entries + i * place->size;
        const char *text = entry + key->offset;
        s3a_json_write_next(place->writer, i == 0);
        status = encode_value(&name, text);
        if (status != S3A_OK) {
            break;
        }
        text = key->type->kind == S3A_KIND_CHARS ? text : s3a_json_pointer(text);
        struct s3a_json_path path = {.parent = place->path, .name = text};
        struct s3a_json_source member = {field->type, field->size, &path, place->writer,
                                         place->error};
        if (!s3a_json_names_add(names, s3a_str_of(text))) {
            return s3a_error_set_no_memory(place->error);
        }
        s3a_json_write_colon(place->writer);
        status = encode_field(&member, field, entry);
    }
    return status;
}

static enum s3a_status encode_map(const struct s3a_json_source *place, const char *entries,
                                  size_t count)
{
    struct s3a_json_names names;
    enum s3a_status status = begin(place, '{');

    if (status != S3A_OK) {
        return status;
    }
    s3a_json_names_init(&names, false);
    status = encode_entries(place, entries, count, &names);
    s3a_json_write_end(place->writer, '}', count == 0);
    struct s3a_str twice = s3a_json_names_twice(&names);
    if (status == S3A_OK && twice.data) {
        struct s3a_json_path path = {.parent = place->path, .name = twice.data};
        status = s3a_json_fail(&path, place->error, S3A_FORMAT, "stands there twice");
    }
    s3a_json_names_fini(&names);
    return status;
}

static enum s3a_status encode_items(const struct s3a_json_source *place,
                                    const struct s3a_field *field, const char *value)
{
    const char *items = value + field->offset;
    bool is_fixed = field->form == S3A_FORM_FIXED;
    size_t count;

    if (!s3a_json_count(field, value, &count)) {
        return S3A_JSON_FAIL(place, S3A_INVALID, "a count that is negative");
    }
    if (is_fixed && count > field->capacity) {
        return S3A_JSON_FAIL(place, S3A_INVALID, "%zu elements in an array of %zu", count,
                             field->capacity);
    }
    items = is_fixed ? items : s3a_json_pointer(items);
    if (!items && count > 0) {
        return S3A_JSON_FAIL(place, S3A_INVALID, "an array of %zu elements that is NULL", count);
    }
    return field->form == S3A_FORM_MAP ? encode_map(place, items, count)
                                       : encode_array(place, items, count);
}

static enum s3a_status encode_target(const struct s3a_json_source *place, const void *target)
{
    if (!target) {
        return S3A_JSON_FAIL(place, S3A_INVALID, "a pointer that is NULL");
    }
    return encode_value(place, target);
}

static enum s3a_status encode_field(const struct s3a_json_source *place,
                                    const struct s3a_field *field, const char *value)
{
    switch (field->form) {
    case S3A_FORM_POINTER:
        return encode_target(place, s3a_json_pointer(value + field->offset));
    case S3A_FORM_ARRAY:
    case S3A_FORM_FIXED:
    case S3A_FORM_MAP:
        return encode_items(place, field, value);
    default:
        return encode_value(place, value + field->offset);
    }
}

static bool is_left_out(const struct s3a_field *field, const char *value)
{
    const char *member = value + field->offset;
    size_t count;

    if (!s3a_json_is_optional(field)) {
        return false;
    }
    switch (field->form) {
    case S3A_FORM_VALUE:
        return field->type->kind == S3A_KIND_CHARS ? *member == '\0' : !s3a_json_pointer(member);
    case S3A_FORM_POINTER:
        return !s3a_json_pointer(member);
    default:
        return s3a_json_count(field, value, &count) && count == 0;
    }
}

/* The members that no row names, as they were kept or as the program has set them. */
static enum s3a_status encode_unknown(const struct s3a_json_source *place, const char *text,
                                      bool is_first)
{
    struct s3a_json_reader reader = {.is_default = true, .error = place->error};
    struct s3a_json_place all = {&reader, place->path, place->type, 0};
    struct s3a_str name;
    struct s3a_str item;

    reader.text = s3a_str_of(text);
    enum s3a_status status = s3a_json_check(reader.text, &item, place->error);
    if (status != S3A_OK || s3a_json_form(item) != S3A_JSON_OBJECT) {
        return S3A_JSON_FAIL(place, S3A_FORMAT, "the members without a row are no JSON object");
    }
    reader.at = item.data;
    status = s3a_json_check_names(&all);
    struct s3a_json_items items = s3a_json_items(item);
    while (status == S3A_OK && s3a_json_next(&items, &name, &item)) {
        for (size_t i = 0; i < place->type->count; i++) {
            const struct s3a_field *field = &place->type->fields[i];
            if (field->form != S3A_FORM_UNKNOWN &&
                s3a_json_string_is(name, s3a_str_of(field->name))) {
                reader.at = name.data;
                return s3a_json_fail_twice(&all, s3a_json_string_begin(name));
            }
        }
        s3a_json_write_next(place->writer, is_first);
        is_first = false;
        s3a_buf_append(place->writer->buf, name);
        s3a_json_write_colon(place->writer);
        s3a_json_write_text(place->writer, item);
        if (place->writer->deepest > S3A_JSON_DEPTH_MAX) {
            return S3A_JSON_FAIL(place, S3A_FORMAT, "nested deeper than %d", S3A_JSON_DEPTH_MAX);
        }
    }
    return status;
}

static enum s3a_status encode_struct(const struct s3a_json_source *place, const char *value)
{
    const char *unknown = NULL;
    bool is_first = true;
    enum s3a_status status = begin(place, '{');

    for (size_t i = 0; status == S3A_OK && i < place->type->count; i++) {
        const struct s3a_field *field = &place->type->fields[i];
        struct s3a_json_path path = {.parent = place->path, .name = field->name};
        struct s3a_json_source member = {field->type, field->size, &path, place->writer,
                                         place->error};
        if (field->form == S3A_FORM_UNKNOWN) {
            unknown = s3a_json_pointer(value + field->offset);
        } else if (!is_left_out(field, value)) {
            s3a_json_write_next(place->writer, is_first);
            is_first = false;
            s3a_json_write_string(place->writer, s3a_str_of(field->name));
            s3a_json_write_colon(place->writer);
            status = encode_field(&member, field, value);
        }
    }
    if (status == S3A_OK && unknown) {
        size_t before = place->writer->buf->size;
        status = encode_unknown(place, unknown, is_first);
        is_first = is_first && place->writer->buf->size == before;
    }
    s3a_json_write_end(place->writer, '}', is_first);
    return status;
}

static enum s3a_status encode_bare(const struct s3a_json_source *place, const char *value)
{
    const struct s3a_field *field = &place->type->fields[0];
    struct s3a_json_source bare = {field->type, field->size, place->path, place->writer,
                                   place->error};

    return encode_field(&bare, field, value);
}

static enum s3a_status encode_value(const struct s3a_json_source *place, const void *value)
{
    const struct s3a_type *type = place->type;

    switch (type->kind) {
    case S3A_KIND_POINTER: {
        struct s3a_json_source target = {type->target, type->target->size, place->path,
                                         place->writer, place->error};
        return encode_target(&target, s3a_json_pointer(value));
    }
    case S3A_KIND_STRUCT:
        return encode_struct(place, value);
    case S3A_KIND_BARE:
        return encode_bare(place, value);
    default:
        return s3a_json_encode_scalar(place, value);
    }
}

enum s3a_status s3a_json_encode(const struct s3a_type *type, const void *value, bool is_pretty,
                                size_t size_max, void **ret_bytes, size_t *ret_size,
                                struct s3a_error *error)
{
    struct s3a_buf buf;
    struct s3a_json_writer writer = {.buf = &buf, .is_pretty = is_pretty};
    struct s3a_json_source place = {type, type->size, NULL, &writer, error};

    *ret_bytes = NULL;
    *ret_size = 0;
    s3a_error_clear(error);
    s3a_buf_init(&buf, size_max);
    enum s3a_status status = encode_value(&place, value);
    if (is_pretty) {
        s3a_buf_append_byte(&buf, '\n');
    }
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
