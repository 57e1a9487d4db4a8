/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include <stdlib.h>

static void free_members(const struct s3a_type *type, char *value);

/* What it points to, not itself. */
static void free_value(const struct s3a_type *type, void *value)
{
    if (type->kind == S3A_KIND_STRING) {
        free(s3a_json_pointer(value));
    } else if (type->kind == S3A_KIND_STRUCT) {
        free_members(type, value);
    }
}

static void free_array(const struct s3a_type *type, char *elements, size_t count)
{
    for (size_t i = 0; elements && i < count; i++) {
        free_value(type, elements + i * type->size);
    }
    free(elements);
}

static void free_members(const struct s3a_type *type, char *value)
{
    for (size_t i = 0; i < type->field_count; i++) {
        const struct s3a_field *field = &type->fields[i];
        void *member = value + field->offset;
        if (field->form == S3A_FORM_ARRAY) {
            const size_t *count = (const void *)(value + field->count_offset);
            free_array(field->type, s3a_json_pointer(member), *count);
        } else if (s3a_json_is_pointed_to(field)) {
            free_array(field->type, s3a_json_pointer(member), 1);
        } else {
            free_value(field->type, member);
        }
    }
}

void s3a_json_free(const struct s3a_type *type, void *value)
{
    free_array(type, value, 1);
}
