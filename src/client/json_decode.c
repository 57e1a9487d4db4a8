/* SPDX-License-Identifier: MIT */
#include "json_decode.h"

#include <stdio.h>
#include <stdlib.h>

#include "error.h"
#include "json_member.h"
#include "json_names.h"

static enum s3a_status fail_no_memory(const struct s3a_json_place *place)
{
    return s3a_error_set_no_memory(place->reader->error);
}

/* The member of a row that points to values, while these are read. What is behind count is zero,
 * and count always says how many are to be freed. */
struct list {
    const struct s3a_field *field;
    char *value; /* the struct */
    char *elements;
    size_t count;
    size_t capacity;
};

static char *list_add(struct list *list)
{
    const struct s3a_field *field = list->field;

    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 4;
        char *elements = capacity > SIZE_MAX / field->size
                             ? NULL
                             : realloc(list->elements, capacity * field->size);
        if (!elements) {
            return NULL;
        }
        memset(elements + list->count * field->size, 0, (capacity - list->count) * field->size);
        list->elements = elements;
        list->capacity = capacity;
        s3a_json_set_pointer(list->value + field->offset, elements);
    }
    list->count++;
    s3a_json_store(list->value + field->count_offset, field->count_type->size, list->count);
    return list->elements + (list->count - 1) * field->size;
}

/* Gives back what was taken too much; where that fails, it stays. */
static void list_end(struct list *list)
{
    const struct s3a_field *field = list->field;

    if (list->count < list->capacity) {
        char *elements = realloc(list->elements, list->count * field->size);
        if (elements) {
            s3a_json_set_pointer(list->value + field->offset, elements);
        }
    }
}

/* Are there as many as the count can say? */
static bool list_is_full(const struct list *list)
{
    return list->count == s3a_json_integer_max(list->field->count_type);
}

static enum s3a_status fail_too_many(const struct s3a_json_place *place, const char *start,
                                     size_t count, const char *what)
{
    return s3a_json_fail_at(place, start, "expected at most %zu %s, found more", count, what);
}

static enum s3a_status decode_array(const struct s3a_json_place *place, struct list *list)
{
    struct s3a_json_reader *reader = place->reader;
    struct s3a_json_path path = {.parent = place->path};
    struct s3a_json_place element = {reader, &path, place->type, place->size};
    const char *start = reader->at;

    if (*start != '[') {
        return s3a_json_fail_found(place, "an array");
    }
    for (bool more = s3a_json_take_begin(reader); more; more = s3a_json_take_more(reader)) {
        if (list_is_full(list)) {
            return fail_too_many(place, start, list->count, "elements");
        }
        path.index = list->count;
        char *value = list_add(list);
        if (!value) {
            return fail_no_memory(place);
        }
        enum s3a_status status = s3a_json_decode_value(&element, value);
        if (status != S3A_OK) {
            return status;
        }
    }
    list_end(list);
    return S3A_OK;
}

/* The key is read as the string that it is. */
static enum s3a_status decode_entry(const struct s3a_json_place *place, char *entry)
{
    const struct s3a_field *key = &place->type->fields[0];
    const struct s3a_field *field = &place->type->fields[1];
    struct s3a_json_place name = {place->reader, place->path, key->type, key->size};

    enum s3a_status status = s3a_json_decode_scalar(&name, entry + key->offset);
    if (status != S3A_OK) {
        return status;
    }
    s3a_json_take_colon(place->reader);
    const void *text = entry + key->offset;
    struct s3a_json_path path = {
        .parent = place->path,
        .name = key->type->kind == S3A_KIND_CHARS ? text : s3a_json_pointer(text),
    };
    struct s3a_json_place value = {place->reader, &path, field->type, field->size};
    return s3a_json_decode_field(&value, field, entry);
}

static enum s3a_status decode_entries(const struct s3a_json_place *place, struct list *list,
                                      struct s3a_json_names *names)
{
    struct s3a_json_reader *reader = place->reader;
    const char *start = reader->at;

    for (bool more = s3a_json_take_begin(reader); more; more = s3a_json_take_more(reader)) {
        struct s3a_json_reader ahead = *reader;
        if (list_is_full(list)) {
            return fail_too_many(place, start, list->count, "members");
        }
        char *entry = list_add(list);
        if (!entry || !s3a_json_names_add(names, s3a_json_take_string(&ahead).inner)) {
            return fail_no_memory(place);
        }
        enum s3a_status status = decode_entry(place, entry);
        if (status != S3A_OK) {
            return status;
        }
    }
    list_end(list);
    struct s3a_str twice = s3a_json_names_twice(names);
    return twice.data ? s3a_json_fail_twice(place, twice) : S3A_OK;
}

static enum s3a_status decode_map(const struct s3a_json_place *place, struct list *list)
{
    struct s3a_json_names names;

    if (*place->reader->at != '{') {
        return s3a_json_fail_found(place, "an object");
    }
    s3a_json_names_init(&names, true);
    enum s3a_status status = decode_entries(place, list, &names);
    s3a_json_names_fini(&names);
    return status;
}

static enum s3a_status decode_fixed(const struct s3a_json_place *place,
                                    const struct s3a_field *field, char *value)
{
    struct s3a_json_reader *reader = place->reader;
    struct s3a_json_path path = {.parent = place->path};
    struct s3a_json_place element = {reader, &path, place->type, place->size};
    const char *start = reader->at;

    if (*start != '[') {
        return s3a_json_fail_found(place, "an array");
    }
    for (bool more = s3a_json_take_begin(reader); more; more = s3a_json_take_more(reader)) {
        if (path.index == field->capacity) {
            return field->count_type
                       ? fail_too_many(place, start, field->capacity, "elements")
                       : s3a_json_fail_at(place, start, "expected %zu elements, found more",
                                          field->capacity);
        }
        if (field->count_type) {
            s3a_json_store(value + field->count_offset, field->count_type->size, path.index + 1);
        }
        char *at = value + field->offset + path.index * field->size;
        enum s3a_status status = s3a_json_decode_value(&element, at);
        if (status != S3A_OK) {
            return status;
        }
        path.index++;
    }
    if (!field->count_type && path.index < field->capacity) {
        return s3a_json_fail_at(place, start, "expected %zu elements, found %zu", field->capacity,
                                path.index);
    }
    return S3A_OK;
}

static enum s3a_status decode_items(const struct s3a_json_place *place,
                                    const struct s3a_field *field, char *value)
{
    struct list list = {.field = field, .value = value};
    enum s3a_status status = s3a_json_enter(place);

    if (status == S3A_OK && field->form == S3A_FORM_FIXED) {
        status = decode_fixed(place, field, value);
    } else if (status == S3A_OK) {
        status =
            field->form == S3A_FORM_MAP ? decode_map(place, &list) : decode_array(place, &list);
    }
    place->reader->depth--;
    return status;
}

/* size: of what is pointed to. */
static enum s3a_status decode_target(const struct s3a_json_place *place,
                                     const struct s3a_type *type, size_t size, void *member)
{
    struct s3a_json_place target = {place->reader, place->path, type, size};
    void *value = calloc(1, size);

    s3a_json_set_pointer(member, value);
    return value ? s3a_json_decode_value(&target, value) : fail_no_memory(place);
}

enum s3a_status s3a_json_decode_field(const struct s3a_json_place *place,
                                      const struct s3a_field *field, void *value)
{
    char *member = (char *)value + field->offset;

    if (s3a_json_is_optional(field) && *place->reader->at == 'n') {
        place->reader->at += strlen("null");
        return S3A_OK;
    }
    switch (field->form) {
    case S3A_FORM_POINTER:
        return decode_target(place, field->type, field->size, member);
    case S3A_FORM_ARRAY:
    case S3A_FORM_FIXED:
    case S3A_FORM_MAP:
        return decode_items(place, field, value);
    default:
        return s3a_json_decode_value(place, member);
    }
}

enum s3a_status s3a_json_decode_value(const struct s3a_json_place *place, void *value)
{
    const struct s3a_type *type = place->type;

    switch (type->kind) {
    case S3A_KIND_POINTER:
        return decode_target(place, type->target, type->target->size, value);
    case S3A_KIND_STRUCT:
        return s3a_json_decode_struct(place, value);
    case S3A_KIND_BARE: {
        const struct s3a_field *field = &type->fields[0];
        struct s3a_json_place bare = {place->reader, place->path, field->type, field->size};
        return s3a_json_decode_field(&bare, field, value);
    }
    default:
        return s3a_json_decode_scalar(place, value);
    }
}

enum s3a_status s3a_json_decode(const struct s3a_type *type, struct s3a_str text, void **ret_value,
                                struct s3a_error *error)
{
    struct s3a_str trimmed;
    enum s3a_status status = s3a_json_check(text, &trimmed, error);

    *ret_value = NULL;
    if (status != S3A_OK) {
        return status;
    }
    struct s3a_json_reader reader = {.text = text, .at = trimmed.data, .error = error};
    struct s3a_json_place place = {&reader, NULL, type, type->size};
    void *value = calloc(1, type->size);
    if (!value) {
        return s3a_error_set_no_memory(error);
    }
    status = s3a_json_decode_value(&place, value);
    if (status != S3A_OK) {
        s3a_json_free(type, value);
        return status;
    }
    *ret_value = value;
    return S3A_OK;
}
