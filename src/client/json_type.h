/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_TYPE_H
#define S3A_JSON_TYPE_H

/* What the parts of the check of a type share. */

#include "json_value.h"

/* A type with a table, met on the walk. */
struct s3a_json_met {
    const struct s3a_type *type;
    int height; /* objects and arrays inside each other in every value of it; 0: not known yet */
};

/* A walk over a type and all that it is made of. */
struct s3a_json_type_walk {
    struct s3a_json_met met[S3A_JSON_TYPES_MAX];
    size_t met_count;
    struct s3a_error *error;
};

S3A_MUST_CHECK enum s3a_status s3a_json_check_type(struct s3a_json_type_walk *walk,
                                                   const struct s3a_type *type,
                                                   const struct s3a_json_path *path);

/* A row of a table, with those before it. */
S3A_MUST_CHECK enum s3a_status s3a_json_check_row(struct s3a_json_type_walk *walk,
                                                  const struct s3a_type *type, size_t index,
                                                  const struct s3a_json_path *parent);

static inline bool s3a_json_is_list(const struct s3a_field *field)
{
    return field->form == S3A_FORM_ARRAY || field->form == S3A_FORM_MAP ||
           field->form == S3A_FORM_FIXED;
}

/* Of types whose tables are sound: is there none that holds itself, nor one that is nested too deep
 * in any value? */
S3A_MUST_CHECK enum s3a_status s3a_json_check_heights(struct s3a_json_type_walk *walk);

/* Of such: does every default fit its row? */
S3A_MUST_CHECK enum s3a_status s3a_json_check_defaults(struct s3a_json_type_walk *walk);

#endif
