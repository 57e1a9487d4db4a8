/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include "error.h"

const struct s3a_type s3a_string_type = {.kind = S3A_KIND_STRING, .size = sizeof(char *)};
const struct s3a_type s3a_int64_type = {.kind = S3A_KIND_INT64, .size = sizeof(int64_t)};
const struct s3a_type s3a_int32_type = {.kind = S3A_KIND_INT32, .size = sizeof(int32_t)};
const struct s3a_type s3a_uint32_type = {.kind = S3A_KIND_UINT32, .size = sizeof(uint32_t)};
const struct s3a_type s3a_double_type = {.kind = S3A_KIND_DOUBLE, .size = sizeof(double)};
const struct s3a_type s3a_bool_type = {.kind = S3A_KIND_BOOL, .size = sizeof(bool)};

static const struct {
    const char *text;
    size_t size; /* 0: a struct has its own */
} kinds[] = {
    [S3A_KIND_STRING] = {"a string", sizeof(char *)},
    [S3A_KIND_INT64] = {"an integer", sizeof(int64_t)},
    [S3A_KIND_INT32] = {"an integer", sizeof(int32_t)},
    [S3A_KIND_UINT32] = {"an integer", sizeof(uint32_t)},
    [S3A_KIND_DOUBLE] = {"a number", sizeof(double)},
    [S3A_KIND_BOOL] = {"true or false", sizeof(bool)},
    [S3A_KIND_STRUCT] = {"an object", 0},
};

const char *s3a_json_kind_text(enum s3a_kind kind)
{
    return kinds[kind].text;
}

/* A walk over a type and all that it is made of. */
struct check {
    size_t fields_left;
    struct s3a_error *error;
};

#define FAIL(check, path, ...) s3a_json_fail(path, (check)->error, S3A_INVALID, __VA_ARGS__)

static enum s3a_status check_type(struct check *check, const struct s3a_type *type, int depth,
                                  const struct s3a_json_path *path);

/* Does the struct have room for a member of that size there? */
static bool is_inside(const struct s3a_type *type, size_t offset, size_t size)
{
    return offset <= type->size && size <= type->size - offset;
}

/* The name of the field is known to be one. */
static enum s3a_status check_layout(struct check *check, const struct s3a_type *type,
                                    const struct s3a_field *field, const struct s3a_json_path *path)
{
    bool is_pointer = field->form == S3A_FORM_ARRAY || field->form == S3A_FORM_OPTIONAL;
    bool is_characters = field->form == S3A_FORM_OPTIONAL && field->type->kind == S3A_KIND_STRING;
    size_t size = is_characters ? sizeof(char) : field->type->size;

    if (!is_pointer && field->form != S3A_FORM_VALUE) {
        return FAIL(check, path, "no such form: %d", (int)field->form);
    }
    if (field->size == 0) {
        return FAIL(check, path, "the member is of another C type than its row says");
    }
    if (field->size != size) {
        return FAIL(check, path, "%s has %zu bytes, its type says %zu",
                    is_pointer ? "what the member points to" : "the member", field->size, size);
    }
    if (!is_inside(type, field->offset, is_pointer ? sizeof(void *) : size)) {
        return FAIL(check, path, "the member lies outside its struct");
    }
    if (field->form == S3A_FORM_ARRAY && !is_inside(type, field->count_offset, sizeof(size_t))) {
        return FAIL(check, path, "the count lies outside its struct, or is no size_t");
    }
    return S3A_OK;
}

static enum s3a_status check_field(struct check *check, const struct s3a_type *type, size_t index,
                                   int depth, const struct s3a_json_path *parent)
{
    const struct s3a_field *field = &type->fields[index];
    struct s3a_str name = s3a_str_of(field->name);
    struct s3a_json_path path = {.parent = parent, .name = name};

    if (!field->name || !s3a_str_is_utf8(name)) {
        return FAIL(check, parent, "field %zu has no name in UTF-8", index);
    }
    for (size_t i = 0; i < index; i++) {
        if (s3a_str_is(name, type->fields[i].name)) {
            return FAIL(check, &path, "stands in the table twice");
        }
    }
    if (!field->type) {
        return FAIL(check, &path, "has no type");
    }
    enum s3a_status status =
        check_type(check, field->type, depth + (field->form == S3A_FORM_ARRAY), &path);
    return status == S3A_OK ? check_layout(check, type, field, &path) : status;
}

static enum s3a_status check_struct(struct check *check, const struct s3a_type *type, int depth,
                                    const struct s3a_json_path *path)
{
    if (type->size == 0) {
        return FAIL(check, path, "a struct of no size");
    }
    if (type->field_count > S3A_JSON_FIELDS_MAX) {
        return FAIL(check, path, "%zu fields, more than %d", type->field_count,
                    S3A_JSON_FIELDS_MAX);
    }
    if (type->field_count > 0 && !type->fields) {
        return FAIL(check, path, "no table of fields");
    }
    if (type->field_count > check->fields_left) {
        return FAIL(check, path, "more than %d fields in all", S3A_JSON_FIELDS_TOTAL_MAX);
    }
    check->fields_left -= type->field_count;
    for (size_t i = 0; i < type->field_count; i++) {
        enum s3a_status status = check_field(check, type, i, depth, path);
        if (status != S3A_OK) {
            return status;
        }
    }
    return S3A_OK;
}

/* depth: of the containers around it. */
static enum s3a_status check_type(struct check *check, const struct s3a_type *type, int depth,
                                  const struct s3a_json_path *path)
{
    if ((size_t)type->kind >= sizeof(kinds) / sizeof(kinds[0])) {
        return FAIL(check, path, "no such kind: %d", (int)type->kind);
    }
    if (depth + (type->kind == S3A_KIND_STRUCT) > S3A_JSON_DEPTH_MAX) {
        return FAIL(check, path, "nested deeper than %d", S3A_JSON_DEPTH_MAX);
    }
    if (type->kind == S3A_KIND_STRUCT) {
        return check_struct(check, type, depth + 1, path);
    }
    if (type->size != kinds[type->kind].size) {
        return FAIL(check, path, "its type says %zu bytes, %s has %zu", type->size,
                    kinds[type->kind].text, kinds[type->kind].size);
    }
    return S3A_OK;
}

enum s3a_status s3a_json_type_check(const struct s3a_type *type, struct s3a_error *error)
{
    struct check check = {.fields_left = S3A_JSON_FIELDS_TOTAL_MAX, .error = error};

    s3a_error_clear(error);
    if (!type || type->kind != S3A_KIND_STRUCT) {
        return s3a_error_set(error, S3A_INVALID, "the type of a document must be a struct");
    }
    return check_type(&check, type, 0, NULL);
}
