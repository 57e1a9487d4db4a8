/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "error.h"
#include "json_member.h"
#include "json_type.h"

#define IN_PROGRESS (-1)

static enum s3a_status height_of(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                 const struct s3a_json_path *path, int *ret_height);

/* What every value of a row adds, if it is only there: where it may be empty, nothing below it. */
static enum s3a_status height_of_row(struct s3a_json_type_walk *walk, const struct s3a_field *field,
                                     const struct s3a_json_path *parent, int *ret_height)
{
    struct s3a_json_path path = {.parent = parent, .name = field->name};
    int below = 0;
    enum s3a_status status = S3A_OK;

    *ret_height = 0;
    if (s3a_json_is_optional(field) || field->form == S3A_FORM_UNKNOWN) {
        return S3A_OK;
    }
    bool is_list = field->form != S3A_FORM_VALUE && field->form != S3A_FORM_POINTER;
    if (!is_list || !field->count_type) {
        status = height_of(walk, field->type, &path, &below);
    }
    *ret_height = is_list + below;
    return status;
}

static enum s3a_status height_of_table(struct s3a_json_type_walk *walk, struct s3a_json_met *met,
                                       const struct s3a_json_path *path)
{
    const struct s3a_type *type = met->type;
    int highest = 0;

    if (met->height == IN_PROGRESS) {
        return s3a_json_fail(path, walk->error, S3A_INVALID, "a struct that holds itself");
    }
    met->height = IN_PROGRESS;
    for (size_t i = 0; i < type->count; i++) {
        int height;
        enum s3a_status status = height_of_row(walk, &type->fields[i], path, &height);
        if (status != S3A_OK) {
            return status;
        }
        highest = height > highest ? height : highest;
    }
    met->height = highest + (type->kind == S3A_KIND_STRUCT);
    if (met->height > S3A_JSON_DEPTH_MAX) {
        return s3a_json_fail(path, walk->error, S3A_INVALID, "nested deeper than %d",
                             S3A_JSON_DEPTH_MAX);
    }
    return S3A_OK;
}

static enum s3a_status height_of(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                 const struct s3a_json_path *path, int *ret_height)
{
    enum s3a_status status = S3A_OK;

    type = type->kind == S3A_KIND_POINTER ? type->target : type;
    *ret_height = 0;
    if (type->kind != S3A_KIND_STRUCT && type->kind != S3A_KIND_BARE) {
        return S3A_OK;
    }
    struct s3a_json_met *met = walk->met;
    while (met->type != type) {
        met++;
    }
    if (met->height <= 0) {
        status = height_of_table(walk, met, path);
    }
    *ret_height = met->height;
    return status;
}

enum s3a_status s3a_json_check_heights(struct s3a_json_type_walk *walk)
{
    for (size_t i = 0; i < walk->met_count; i++) {
        int height;
        enum s3a_status status = height_of(walk, walk->met[i].type, NULL, &height);
        if (status != S3A_OK) {
            return status;
        }
    }
    return S3A_OK;
}

static enum s3a_status check_default(struct s3a_json_type_walk *walk, const struct s3a_type *type,
                                     const struct s3a_field *field)
{
    struct s3a_json_path path = {.name = field->name};
    struct s3a_str value;
    struct s3a_error why;
    enum s3a_status status = s3a_json_check(s3a_str_of(field->absent), &value, &why);

    if (status == S3A_OK) {
        void *scratch = calloc(1, type->size);
        status = scratch ? s3a_json_decode_default(NULL, field, 1, scratch, &why) : S3A_NO_MEMORY;
        s3a_json_free(type, scratch);
    }
    if (status == S3A_NO_MEMORY) {
        return s3a_error_set_no_memory(walk->error);
    }
    return status == S3A_OK
               ? S3A_OK
               : s3a_json_fail(&path, walk->error, S3A_INVALID, "its default: %s", why.message);
}

enum s3a_status s3a_json_check_defaults(struct s3a_json_type_walk *walk)
{
    for (size_t i = 0; i < walk->met_count; i++) {
        const struct s3a_type *type = walk->met[i].type;
        for (size_t k = 0; type->kind == S3A_KIND_STRUCT && k < type->count; k++) {
            const struct s3a_field *field = &type->fields[k];
            if (!field->absent || s3a_json_is_optional(field) || field->form == S3A_FORM_UNKNOWN) {
                continue;
            }
            enum s3a_status status = check_default(walk, type, field);
            if (status != S3A_OK) {
                return status;
            }
        }
    }
    return S3A_OK;
}
