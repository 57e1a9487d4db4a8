/* SPDX-License-Identifier: MIT */
#include "error.h"
#include "json_member.h"
#include "json_type.h"

#define FAIL(walk, path, ...) s3a_json_fail(path, (walk)->error, S3A_INVALID, __VA_ARGS__)

static struct s3a_json_met *find_met(struct s3a_json_type_walk *walk, const struct s3a_type *type)
{
    for (size_t i = 0; i < walk->met_count; i++) {
        if (walk->met[i].type == type) {
            return &walk->met[i];
        }
    }
    return NULL;
}

static enum s3a_status check_table(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                   const struct s3a_json_path *path)
{
    enum s3a_status status = S3A_OK;

    if (type->size == 0) {
        return FAIL(walk, path, "a struct of no size");
    }
    if (type->count > S3A_JSON_FIELDS_MAX) {
        return FAIL(walk, path, "%zu fields, more than %d", type->count, S3A_JSON_FIELDS_MAX);
    }
    if (type->count > 0 && !type->fields) {
        return FAIL(walk, path, "no table of fields");
    }
    for (size_t i = 0; status == S3A_OK && i < type->count; i++) {
        status = s3a_json_check_row(walk, type, i, path);
    }
    if (status == S3A_OK && type->kind == S3A_KIND_BARE &&
        (type->count != 1 || !s3a_json_is_list(type->fields) || type->fields->absent)) {
        return FAIL(walk, path, "a bare struct has one row, a required array or map");
    }
    return status;
}

static enum s3a_status check_enum(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                  const struct s3a_json_path *path)
{
    if (type->size != 1 && type->size != 2 && type->size != 4 && type->size != 8) {
        return FAIL(walk, path, "an enum of %zu bytes", type->size);
    }
    if (type->count == 0 || !type->names) {
        return FAIL(walk, path, "an enum without names");
    }
    for (size_t i = 0; i < type->count; i++) {
        const struct s3a_enum_name *name = &type->names[i];
        int64_t beyond = type->size < 8 ? (int64_t)1 << (8 * type->size) : INT64_MAX;
        if (!name->name || !s3a_str_is_utf8(s3a_str_of(name->name))) {
            return FAIL(walk, path, "value %zu has no name in UTF-8", i);
        }
        if (type->size < 8 && (name->value >= beyond || name->value < -beyond / 2)) {
            return FAIL(walk, path, "the value of %s does not fit %zu bytes", name->name,
                        type->size);
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(name->name, type->names[k].name) == 0) {
                return FAIL(walk, path, "the name %s stands there twice", name->name);
            }
        }
    }
    return S3A_OK;
}

static enum s3a_status check_size(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                  bool is_right, const struct s3a_json_path *path)
{
    return is_right ? S3A_OK
                    : FAIL(walk, path, "its type says %zu bytes, which %s has not", type->size,
                           s3a_json_kind_text(type->kind));
}

static enum s3a_status check_pointer(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                     const struct s3a_json_path *path)
{
    if (!type->target || type->target->kind == S3A_KIND_POINTER || type->target->size == 0) {
        return FAIL(walk, path, "points to no type, to a pointer or to something of no size");
    }
    enum s3a_status status = s3a_json_check_type(walk, type->target, path);
    return status == S3A_OK ? check_size(walk, type, type->size == sizeof(void *), path) : status;
}

/* What has a table is looked at once. */
static enum s3a_status check_once(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                  const struct s3a_json_path *path)
{
    if (find_met(walk, type)) {
        return S3A_OK;
    }
    if (walk->met_count == S3A_JSON_TYPES_MAX) {
        return FAIL(walk, path, "more than %d types with a table", S3A_JSON_TYPES_MAX);
    }
    walk->met[walk->met_count++] = (struct s3a_json_met){.type = type};
    return type->kind == S3A_KIND_ENUM ? check_enum(walk, type, path)
                                       : check_table(walk, type, path);
}

enum s3a_status s3a_json_check_type(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                    const struct s3a_json_path *path)
{
    size_t size = type->size;

    switch (type->kind) {
    case S3A_KIND_STRING:
        return check_size(walk, type, size == sizeof(char *), path);
    case S3A_KIND_CHARS:
        return check_size(walk, type, size == 0, path);
    case S3A_KIND_BYTES:
        return check_size(walk, type, size == sizeof(struct s3a_bytes), path);
    case S3A_KIND_BOOL:
        return check_size(walk, type, size == sizeof(bool), path);
    case S3A_KIND_SIGNED:
    case S3A_KIND_UNSIGNED:
        return check_size(walk, type, size == 1 || size == 2 || size == 4 || size == 8, path);
    case S3A_KIND_REAL:
        return check_size(walk, type, size == sizeof(float) || size == sizeof(double), path);
    case S3A_KIND_POINTER:
        return check_pointer(walk, type, path);
    case S3A_KIND_ENUM:
    case S3A_KIND_STRUCT:
    case S3A_KIND_BARE:
        return check_once(walk, type, path);
    }
    return FAIL(walk, path, "no such kind: %d", (int)type->kind);
}

enum s3a_status s3a_json_type_check(const struct s3a_type *type, struct s3a_error *error)
{
    struct s3a_json_type_walk walk = {.error = error};

    s3a_error_clear(error);
    if (!type || (type->kind != S3A_KIND_STRUCT && type->kind != S3A_KIND_BARE)) {
        return s3a_error_set(error, S3A_INVALID, "the type of a document must be a struct");
    }
    enum s3a_status status = s3a_json_check_type(&walk, type, NULL);
    status = status == S3A_OK ? s3a_json_check_heights(&walk) : status;
    return status == S3A_OK ? s3a_json_check_defaults(&walk) : status;
}
