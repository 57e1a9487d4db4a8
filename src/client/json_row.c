/* SPDX-License-Identifier: MIT */
#include "json_member.h"
#include "json_type.h"

#define FAIL(walk, path, ...) s3a_json_fail(path, (walk)->error, S3A_INVALID, __VA_ARGS__)

/* What a row takes of its struct. */
struct extent {
    size_t offset;
    size_t size;
};

static struct extent member_extent(const struct s3a_field *field)
{
    switch (field->form) {
    case S3A_FORM_VALUE:
        return (struct extent){field->offset, field->size};
    case S3A_FORM_FIXED:
        return (struct extent){field->offset, field->capacity * field->size};
    default:
        return (struct extent){field->offset, sizeof(void *)};
    }
}

static struct extent count_extent(const struct s3a_field *field)
{
    const struct s3a_type *type = field->count_type;

    return (struct extent){type ? field->count_offset : 0, type ? type->size : 0};
}

static bool is_inside(const struct s3a_type *type, struct extent extent)
{
    return extent.offset <= type->size && extent.size <= type->size - extent.offset;
}

static bool overlap(struct extent a, struct extent b)
{
    return a.size > 0 && b.size > 0 && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

static bool is_integer(const struct s3a_type *type)
{
    return type->kind == S3A_KIND_SIGNED || type->kind == S3A_KIND_UNSIGNED;
}

static enum s3a_status check_count(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                   const struct s3a_field *field, const struct s3a_json_path *path)
{
    if (field->form == S3A_FORM_FIXED &&
        (field->capacity == 0 || field->capacity > type->size / field->size)) {
        return FAIL(walk, path, "the member lies outside its struct");
    }
    if (!field->count_type) {
        return field->form == S3A_FORM_FIXED ? S3A_OK : FAIL(walk, path, "has no count");
    }
    if (!is_integer(field->count_type)) {
        return FAIL(walk, path, "its count is no integer");
    }
    if (!is_inside(type, count_extent(field))) {
        return FAIL(walk, path, "the count lies outside its struct");
    }
    if (field->capacity > s3a_json_integer_max(field->count_type)) {
        return FAIL(walk, path, "the count is too small for %zu elements", field->capacity);
    }
    return S3A_OK;
}

/* The type of the row is known to be sound. */
static enum s3a_status check_layout(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                    const struct s3a_field *field, const struct s3a_json_path *path)
{
    size_t size = field->type->size;

    if (field->size == 0) {
        return FAIL(walk, path, "the member is of another C type than its row says");
    }
    if (size != 0 && field->size != size) {
        return FAIL(walk, path, "a value has %zu bytes, its type says %zu", field->size, size);
    }
    if (s3a_json_is_list(field)) {
        enum s3a_status status = check_count(walk, type, field, path);
        if (status != S3A_OK) {
            return status;
        }
    }
    if (!is_inside(type, member_extent(field))) {
        return FAIL(walk, path, "the member lies outside its struct");
    }
    if (overlap(member_extent(field), count_extent(field))) {
        return FAIL(walk, path, "the member counts itself");
    }
    return S3A_OK;
}

static enum s3a_status check_entry(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                   const struct s3a_json_path *path)
{
    if (type->kind != S3A_KIND_STRUCT || type->count != 2) {
        return FAIL(walk, path, "a map is made of structs with two rows: key and value");
    }
    const struct s3a_field *key = &type->fields[0];
    bool is_text = key->type->kind == S3A_KIND_STRING || key->type->kind == S3A_KIND_CHARS;
    if (key->form != S3A_FORM_VALUE || !is_text) {
        return FAIL(walk, path, "the key of a map is a string");
    }
    if (key->absent || type->fields[1].absent || type->fields[1].form == S3A_FORM_UNKNOWN) {
        return FAIL(walk, path, "the key and value of a map must be there");
    }
    return S3A_OK;
}

static enum s3a_status check_absent(struct s3a_json_type_walk *walk, const struct s3a_field *field,
                                    const struct s3a_json_path *path)
{
    enum s3a_kind kind = field->type->kind;
    bool may_be_empty =
        field->form == S3A_FORM_VALUE
            ? kind == S3A_KIND_STRING || kind == S3A_KIND_CHARS || kind == S3A_KIND_BYTES
            : field->form != S3A_FORM_FIXED || field->count_type;

    if (s3a_json_is_optional(field) && !may_be_empty) {
        return FAIL(walk, path, "cannot be empty, so not optional: give it a default");
    }
    return S3A_OK;
}

/* Rows may not share a name, nor memory: what both own would be freed twice. */
static enum s3a_status check_pair(struct s3a_json_type_walk *walk, const struct s3a_field *a,
                                  const struct s3a_field *b, const struct s3a_json_path *parent)
{
    struct s3a_json_path path = {.parent = parent, .name = b->name};
    bool is_unknown = a->form == S3A_FORM_UNKNOWN || b->form == S3A_FORM_UNKNOWN;

    if (a->form == b->form && is_unknown) {
        return FAIL(walk, parent, "unknown members are kept twice");
    }
    if (!is_unknown && strcmp(a->name, b->name) == 0) {
        return FAIL(walk, &path, "stands in the table twice");
    }
    if (overlap(member_extent(a), member_extent(b)) || overlap(member_extent(a), count_extent(b)) ||
        overlap(count_extent(a), member_extent(b)) || overlap(count_extent(a), count_extent(b))) {
        return FAIL(walk, &path, "the member or its count belongs to another row, too");
    }
    return S3A_OK;
}

enum s3a_status s3a_json_check_row(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                   size_t index, const struct s3a_json_path *parent)
{
    const struct s3a_field *field = &type->fields[index];
    struct s3a_str name = s3a_str_of(field->name);
    struct s3a_json_path path = {.parent = parent, .name = field->name};

    if (!field->name || !s3a_str_is_utf8(name)) {
        return FAIL(walk, parent, "field %zu has no name in UTF-8", index);
    }
    if (!field->type) {
        return FAIL(walk, &path, "has no type");
    }
    if ((unsigned)field->form > S3A_FORM_UNKNOWN) {
        return FAIL(walk, &path, "no such form: %d", (int)field->form);
    }
    if (field->form == S3A_FORM_UNKNOWN &&
        (field->type->kind != S3A_KIND_STRING || type->kind != S3A_KIND_STRUCT || type->strict)) {
        return FAIL(walk, parent,
                    "unknown members are kept by a string of a type that is not "
                    "strict");
    }
    enum s3a_status status = s3a_json_check_type(walk, field->type, &path);
    status = status == S3A_OK ? check_layout(walk, type, field, &path) : status;
    if (status == S3A_OK && field->form == S3A_FORM_MAP) {
        status = check_entry(walk, field->type, &path);
    }
    status = status == S3A_OK ? check_absent(walk, field, &path) : status;
    for (size_t i = 0; status == S3A_OK && i < index; i++) {
        status = check_pair(walk, &type->fields[i], field, parent);
    }
    return status;
}
