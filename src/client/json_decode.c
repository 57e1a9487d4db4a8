/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include <stdlib.h>

#include "error.h"

/* Where decoding stands: what is made of which text, and how one came there. */
struct place {
    const struct s3a_type *type;
    struct s3a_str text;
    const struct s3a_json_path *path;
    struct s3a_error *error;
};

static enum s3a_status decode_value(const struct place *place, void *value);

static enum s3a_status fail_kind(const struct place *place, const char *expected)
{
    return s3a_json_fail(place->path, place->error, S3A_FORMAT, "expected %s, found %s", expected,
                         s3a_json_show(place->text).text);
}

static enum s3a_status fail_range(const struct place *place, const char *kind)
{
    return s3a_json_fail(place->path, place->error, S3A_FORMAT, "%s is out of range for %s",
                         s3a_json_show(place->text).text, kind);
}

static enum s3a_status decode_string(const struct place *place, void *value)
{
    enum s3a_json_form form = s3a_json_form(place->text);

    if (form == S3A_JSON_NULL) {
        return S3A_OK;
    }
    if (form != S3A_JSON_STRING) {
        return fail_kind(place, "a string");
    }
    struct s3a_str rest = s3a_json_string_begin(place->text);
    /* Undoing an escape never makes it longer. */
    char *string = malloc(rest.size + 1);
    if (!string) {
        return s3a_error_set_no_memory(place->error);
    }
    s3a_json_set_pointer(value, string);
    char utf8[4];
    size_t size;
    while ((size = s3a_json_string_next(&rest, utf8)) > 0) {
        if (utf8[0] == '\0') {
            return s3a_json_fail(place->path, place->error, S3A_FORMAT,
                                 "expected a string without a NUL character, found %s",
                                 s3a_json_show(place->text).text);
        }
        memcpy(string, utf8, size);
        string += size;
    }
    *string = '\0';
    return S3A_OK;
}

static enum s3a_status decode_integer(const struct place *place, int64_t min, int64_t max,
                                      const char *kind, int64_t *ret_value)
{
    *ret_value = 0;
    if (s3a_json_form(place->text) != S3A_JSON_NUMBER || !s3a_json_is_integer(place->text)) {
        return fail_kind(place, s3a_json_kind_text(place->type->kind));
    }
    if (!s3a_json_int64(place->text, ret_value) || *ret_value < min || *ret_value > max) {
        return fail_range(place, kind);
    }
    return S3A_OK;
}

static enum s3a_status decode_number(const struct place *place, void *value)
{
    int64_t integer;
    enum s3a_status status;

    switch (place->type->kind) {
    case S3A_KIND_INT64:
        return decode_integer(place, INT64_MIN, INT64_MAX, "a 64-bit integer", value);
    case S3A_KIND_INT32:
        status = decode_integer(place, INT32_MIN, INT32_MAX, "a 32-bit integer", &integer);
        *(int32_t *)value = status == S3A_OK ? (int32_t)integer : 0;
        return status;
    case S3A_KIND_UINT32:
        status = decode_integer(place, 0, UINT32_MAX, "an unsigned 32-bit integer", &integer);
        *(uint32_t *)value = status == S3A_OK ? (uint32_t)integer : 0;
        return status;
    default:
        if (s3a_json_form(place->text) != S3A_JSON_NUMBER) {
            return fail_kind(place, s3a_json_kind_text(place->type->kind));
        }
        return s3a_json_double(place->text, value) ? S3A_OK : fail_range(place, "a double");
    }
}

static enum s3a_status decode_bool(const struct place *place, void *value)
{
    enum s3a_json_form form = s3a_json_form(place->text);

    if (form != S3A_JSON_TRUE && form != S3A_JSON_FALSE) {
        return fail_kind(place, s3a_json_kind_text(S3A_KIND_BOOL));
    }
    *(bool *)value = form == S3A_JSON_TRUE;
    return S3A_OK;
}

static size_t count_items(struct s3a_str array)
{
    struct s3a_json_items items = s3a_json_items(array);
    struct s3a_str item;
    size_t count = 0;

    while (s3a_json_next(&items, NULL, &item)) {
        count++;
    }
    return count;
}

/* The count is set before the first element is made, so that what there is can be freed. */
static enum s3a_status decode_array(const struct place *place, void *member, size_t *ret_count)
{
    if (s3a_json_form(place->text) != S3A_JSON_ARRAY) {
        return fail_kind(place, "an array");
    }
    size_t count = count_items(place->text);
    if (count == 0) {
        return S3A_OK;
    }
    char *elements = calloc(count, place->type->size);
    if (!elements) {
        return s3a_error_set_no_memory(place->error);
    }
    s3a_json_set_pointer(member, elements);
    *ret_count = count;

    struct s3a_json_items items = s3a_json_items(place->text);
    struct s3a_json_path path = {.parent = place->path};
    struct place element = {.type = place->type, .path = &path, .error = place->error};
    while (s3a_json_next(&items, NULL, &element.text)) {
        enum s3a_status status = decode_value(&element, elements + path.index * place->type->size);
        if (status != S3A_OK) {
            return status;
        }
        path.index++;
    }
    return S3A_OK;
}

static enum s3a_status decode_pointed_to(const struct place *place, void *member)
{
    if (s3a_json_form(place->text) == S3A_JSON_NULL) {
        return S3A_OK;
    }
    void *value = calloc(1, place->type->size);
    if (!value) {
        return s3a_error_set_no_memory(place->error);
    }
    s3a_json_set_pointer(member, value);
    return decode_value(place, value);
}

static enum s3a_status decode_field(const struct s3a_field *field, const struct place *place,
                                    char *value)
{
    void *member = value + field->offset;

    if (field->form == S3A_FORM_ARRAY) {
        return decode_array(place, member, (void *)(value + field->count_offset));
    }
    if (s3a_json_is_pointed_to(field)) {
        return decode_pointed_to(place, member);
    }
    return decode_value(place, member);
}

static size_t find_field(const struct s3a_type *type, struct s3a_str name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (s3a_json_string_is(name, s3a_str_of(type->fields[i].name))) {
            return i;
        }
    }
    return type->field_count;
}

static enum s3a_status fail_unknown(const struct place *place, struct s3a_str name)
{
    char plain[256];
    size_t used = 0;
    struct s3a_str rest = s3a_json_string_begin(name);

    while (rest.size > 0 && used + 4 <= sizeof(plain)) {
        used += s3a_json_string_next(&rest, plain + used);
    }
    struct s3a_json_path path = {.parent = place->path, .name = s3a_str_make(plain, used)};
    return s3a_json_fail(&path, place->error, S3A_FORMAT, "not a known member");
}

static enum s3a_status decode_struct(const struct place *place, void *value)
{
    const struct s3a_type *type = place->type;
    bool seen[S3A_JSON_FIELDS_MAX] = {false};
    struct s3a_str name;
    struct s3a_str text;

    if (s3a_json_form(place->text) != S3A_JSON_OBJECT) {
        return fail_kind(place, s3a_json_kind_text(S3A_KIND_STRUCT));
    }
    struct s3a_json_items items = s3a_json_items(place->text);
    while (s3a_json_next(&items, &name, &text)) {
        size_t at = find_field(type, name);
        if (at == type->field_count) {
            if (type->strict) {
                return fail_unknown(place, name);
            }
            continue;
        }
        const struct s3a_field *field = &type->fields[at];
        struct s3a_json_path path = {.parent = place->path, .name = s3a_str_of(field->name)};
        struct place member = {field->type, text, &path, place->error};
        if (seen[at]) {
            return s3a_json_fail(&path, place->error, S3A_FORMAT, "stands there twice");
        }
        seen[at] = true;
        enum s3a_status status = decode_field(field, &member, value);
        if (status != S3A_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const struct s3a_field *field = &type->fields[i];
        struct s3a_json_path path = {.parent = place->path, .name = s3a_str_of(field->name)};
        if (!seen[i] && field->form != S3A_FORM_OPTIONAL) {
            return s3a_json_fail(&path, place->error, S3A_FORMAT, "missing");
        }
    }
    return S3A_OK;
}

static enum s3a_status decode_value(const struct place *place, void *value)
{
    switch (place->type->kind) {
    case S3A_KIND_STRING:
        return decode_string(place, value);
    case S3A_KIND_BOOL:
        return decode_bool(place, value);
    case S3A_KIND_STRUCT:
        return decode_struct(place, value);
    default:
        return decode_number(place, value);
    }
}

enum s3a_status s3a_json_decode(const struct s3a_type *type, struct s3a_str text, void **ret_value,
                                struct s3a_error *error)
{
    struct place place = {.type = type, .error = error};
    enum s3a_status status = s3a_json_check(text, &place.text, error);

    *ret_value = NULL;
    if (status != S3A_OK) {
        return status;
    }
    void *value = calloc(1, type->size);
    if (!value) {
        return s3a_error_set_no_memory(error);
    }
    status = decode_value(&place, value);
    if (status != S3A_OK) {
        s3a_json_free(type, value);
        return status;
    }
    *ret_value = value;
    return S3A_OK;
}
