/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_VALUE_H
#define S3A_JSON_VALUE_H

/* JSON text to values and back, by the tables that <s3atomic/json.h> describes. */

#include <string.h>

#include <s3atomic/json.h>

#include "json_text.h"

/* Rows in one table, and types with a table in all that one type is made of. */
#define S3A_JSON_FIELDS_MAX 1024
#define S3A_JSON_TYPES_MAX 256

/* One step of the way to a value, linked to the step before it; NULL is the document itself.
 * Lives on the stack of the one who takes the step. */
struct s3a_json_path {
    const struct s3a_json_path *parent;
    const char *name; /* of the member; NULL: an element of an array */
    size_t index;
};

/*
 * Sets the error to `limits.max: ` and the message, and returns status. Names that are not plain
 * words are put in quotes and made of printable ASCII; a long way loses its beginning.
 */
enum s3a_status s3a_json_fail(const struct s3a_json_path *path, struct s3a_error *error,
                              enum s3a_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A value as a message quotes it: short, and of printable ASCII. Objects and arrays are only
 * called so. */
struct s3a_json_shown {
    char text[80];
    size_t size;
};

struct s3a_json_shown s3a_json_show(struct s3a_str value);

/* The same of a text in UTF-8: in quotes. */
struct s3a_json_shown s3a_json_show_text(struct s3a_str text);

/*
 * The functions below walk over a table without looking twice: it must have passed
 * s3a_json_type_check().
 */

/* Makes a value of the text of a document, to be given to s3a_json_free(); NULL on a failure. */
S3A_MUST_CHECK enum s3a_status s3a_json_decode(const struct s3a_type *type, struct s3a_str text,
                                               void **ret_value, struct s3a_error *error);

/* Makes the member of a row what its default says; depth: of the objects and arrays around it. The
 * error, which the check of a type looks for, has no line and column. */
S3A_MUST_CHECK enum s3a_status s3a_json_decode_default(const struct s3a_json_path *path,
                                                       const struct s3a_field *field, int depth,
                                                       void *value, struct s3a_error *error);

/* Frees a value, as far as it has been built, with all that it points to. NULL is accepted. */
void s3a_json_free(const struct s3a_type *type, void *value);

/* Makes the text of a value, from malloc(), of size_max bytes at the most (S3A_TOO_LARGE). */
S3A_MUST_CHECK enum s3a_status s3a_json_encode(const struct s3a_type *type, const void *value,
                                               bool is_pretty, size_t size_max, void **ret_bytes,
                                               size_t *ret_size, struct s3a_error *error);

#endif
