/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include <stdlib.h>

#include "json_member.h"

static void clear_members(const struct s3a_type *type, char *value);

/* What it points to, not itself. */
static void clear_value(const struct s3a_type *type, void *value)
{
    struct s3a_bytes bytes;

    switch (type->kind) {
    case S3A_KIND_STRING:
        free(s3a_json_pointer(value));
        break;
    case S3A_KIND_BYTES:
        memcpy(&bytes, value, sizeof(bytes));
        free((void *)(uintptr_t)bytes.data);
        break;
    case S3A_KIND_POINTER:
        s3a_json_free(type->target, s3a_json_pointer(value));
        break;
    case S3A_KIND_STRUCT:
    case S3A_KIND_BARE:
        clear_members(type, value);
        break;
    default:
        break;
    }
}

static void clear_elements(const struct s3a_field *field, char *elements, size_t count)
{
    for (size_t i = 0; elements && i < count; i++) {
        clear_value(field->type, elements + i * field->size);
    }
}

static void clear_field(const struct s3a_field *field, char *value)
{
    char *member = value + field->offset;
    size_t count;

    switch (field->form) {
    case S3A_FORM_VALUE:
    case S3A_FORM_UNKNOWN:
        clear_value(field->type, member);
        break;
    case S3A_FORM_POINTER:
        clear_elements(field, s3a_json_pointer(member), 1);
        free(s3a_json_pointer(member));
        break;
    case S3A_FORM_FIXED:
        if (s3a_json_count(field, value, &count) && count <= field->capacity) {
            clear_elements(field, member, count);
        }
        break;
    case S3A_FORM_ARRAY:
    case S3A_FORM_MAP:
        if (s3a_json_count(field, value, &count)) {
            clear_elements(field, s3a_json_pointer(member), count);
        }
        free(s3a_json_pointer(member));
        break;
    }
}

static void clear_members(const struct s3a_type *type, char *value)
{
    for (size_t i = 0; i < type->count; i++) {
        clear_field(&type->fields[i], value);
    }
}

void s3a_value_clear(const struct s3a_type *type, void *value)
{
    clear_value(type, value);
    memset(value, 0, type->size);
}

void s3a_json_free(const struct s3a_type *type, void *value)
{
    if (value) {
        clear_value(type, value);
        free(value);
    }
}
