/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "json_member.h"
#include "json_shapes.h"

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_bytes(const char *a, const char *b)
{
    struct s3a_bytes left;
    struct s3a_bytes right;

    memcpy(&left, a, sizeof(left));
    memcpy(&right, b, sizeof(right));
    return left.size == right.size && !left.data == !right.data &&
           (left.size == 0 || memcmp(left.data, right.data, left.size) == 0);
}

/* Numbers bit by bit: -0.0 is not 0.0 here. */
static bool same_value(const struct s3a_type *type, size_t size, const char *a, const char *b)
{
    switch (type->kind) {
    case S3A_KIND_STRING:
        return same_text(s3a_json_pointer(a), s3a_json_pointer(b));
    case S3A_KIND_CHARS:
        return strcmp(a, b) == 0;
    case S3A_KIND_BYTES:
        return same_bytes(a, b);
    case S3A_KIND_POINTER:
        return shapes_are_same(type->target, s3a_json_pointer(a), s3a_json_pointer(b));
    case S3A_KIND_STRUCT:
    case S3A_KIND_BARE:
        return shapes_are_same(type, a, b);
    default:
        return memcmp(a, b, size) == 0;
    }
}

static bool same_items(const struct s3a_field *field, const char *a, const char *b)
{
    const char *left = a + field->offset;
    const char *right = b + field->offset;
    size_t count;
    size_t other;

    if (!s3a_json_count(field, a, &count) || !s3a_json_count(field, b, &other) || count != other) {
        return false;
    }
    if (field->form != S3A_FORM_FIXED) {
        left = s3a_json_pointer(left);
        right = s3a_json_pointer(right);
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = i * field->size;
        if (!same_value(field->type, field->size, left + at, right + at)) {
            return false;
        }
    }
    return true;
}

static bool same_field(const struct s3a_field *field, const char *a, const char *b)
{
    const char *left = a + field->offset;
    const char *right = b + field->offset;

    switch (field->form) {
    case S3A_FORM_VALUE:
    case S3A_FORM_UNKNOWN:
        return same_value(field->type, field->size, left, right);
    case S3A_FORM_POINTER:
        left = s3a_json_pointer(left);
        right = s3a_json_pointer(right);
        return left && right ? same_value(field->type, field->size, left, right) : left == right;
    default:
        return same_items(field, a, b);
    }
}

bool shapes_are_same(const struct s3a_type *type, const char *a, const char *b)
{
    for (size_t i = 0; i < type->count; i++) {
        if (!same_field(&type->fields[i], a, b)) {
            return false;
        }
    }
    return true;
}
