/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_SHAPES_H
#define S3A_JSON_SHAPES_H

/* Types that nobody would have thought of, with values of them, the same in every run. */

#include <stdio.h>
#include <stdlib.h>

#include <s3atomic/json.h>

#define SHAPE_TYPES 128
#define SHAPE_FIELDS 512

struct shapes {
    uint64_t seed;
    struct s3a_type types[SHAPE_TYPES];
    size_t type_count;
    struct s3a_field fields[SHAPE_FIELDS];
    char names[SHAPE_FIELDS][24];
    size_t field_count;
};

/* A struct of rows of every kind and form, nested depth deep at the most. Forgets those before. */
const struct s3a_type *shapes_struct(struct shapes *shapes, int depth);

/* A value of it, to be freed like one that was decoded. */
void *shapes_value(struct shapes *shapes, const struct s3a_type *type);

/* Do both say the same, member by member? */
bool shapes_are_same(const struct s3a_type *type, const char *a, const char *b);

#endif
