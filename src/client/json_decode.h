/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_DECODE_H
#define S3A_JSON_DECODE_H

/* What the parts of decoding share: a reader that steps through text which s3a_json_check() has
 * accepted, and fails only where that does not fit the table. */

#include "json_value.h"

struct s3a_json_reader {
    struct s3a_str text;
    const char *at;
    int depth;
    bool is_default; /* text that stands in a table: lines and columns would say nothing */
    struct s3a_error *error;
};

/* What is made of the value that the reader stands on, and how one came there. */
struct s3a_json_place {
    struct s3a_json_reader *reader;
    const struct s3a_json_path *path;
    const struct s3a_type *type;
    size_t size; /* of the C value */
};

/* A string as it stands in the text, without its quotes. */
struct s3a_json_token {
    struct s3a_str inner;
    bool is_escaped; /* there are escapes in it */
};

/* S3A_FORMAT: `line 1, column 8: limits.max: ` and the message; at is where, in the text. */
enum s3a_status s3a_json_fail_at(const struct s3a_json_place *place, const char *at,
                                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The value that the reader stands on is not what is expected. */
enum s3a_status s3a_json_fail_found(const struct s3a_json_place *place, const char *expected);

/* A member of the object at place stands there for the second time; name is the view of its name in
 * the text, between the quotes. */
enum s3a_status s3a_json_fail_twice(const struct s3a_json_place *place, struct s3a_str name);

/* The value that the reader stands on. */
struct s3a_str s3a_json_here(const struct s3a_json_reader *reader);

/* Takes the string that the reader stands on. */
struct s3a_json_token s3a_json_take_string(struct s3a_json_reader *reader);

/* Steps into an object or an array, onto its first item; false where there is none: behind it. */
bool s3a_json_take_begin(struct s3a_json_reader *reader);

/* Steps from behind one item onto the next; false where there is none: behind the container. */
bool s3a_json_take_more(struct s3a_json_reader *reader);

/* Takes the colon and the space around it. */
void s3a_json_take_colon(struct s3a_json_reader *reader);

/* Everything but pointers and what has rows. value is zero before. */
S3A_MUST_CHECK enum s3a_status s3a_json_decode_scalar(const struct s3a_json_place *place,
                                                      void *value);

S3A_MUST_CHECK enum s3a_status s3a_json_decode_struct(const struct s3a_json_place *place,
                                                      void *value);

/* Takes any value, and refuses it where two members of one name stand in an object. */
S3A_MUST_CHECK enum s3a_status s3a_json_check_names(const struct s3a_json_place *place);

/* Any value. */
S3A_MUST_CHECK enum s3a_status s3a_json_decode_value(const struct s3a_json_place *place,
                                                     void *value);

/* The member of a row, in its struct. */
S3A_MUST_CHECK enum s3a_status s3a_json_decode_field(const struct s3a_json_place *place,
                                                     const struct s3a_field *field, void *value);

/* One object or array more is open, until depth is taken back; S3A_FORMAT where they are too many,
 * which only defaults can be. */
S3A_MUST_CHECK enum s3a_status s3a_json_enter(const struct s3a_json_place *place);

#endif
