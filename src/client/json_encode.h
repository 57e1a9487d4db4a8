/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_ENCODE_H
#define S3A_JSON_ENCODE_H

/* What the parts of encoding share. */

#include "json_value.h"
#include "json_write.h"

/* What is made of which value, and how one came there. */
struct s3a_json_source {
    const struct s3a_type *type;
    size_t size; /* of the C value */
    const struct s3a_json_path *path;
    struct s3a_json_writer *writer;
    struct s3a_error *error;
};

#define S3A_JSON_FAIL(place, status, ...)                                                          \
    s3a_json_fail((place)->path, (place)->error, status, __VA_ARGS__)

/* Everything but pointers and what has rows. */
S3A_MUST_CHECK enum s3a_status s3a_json_encode_scalar(const struct s3a_json_source *place,
                                                      const void *value);

#endif
