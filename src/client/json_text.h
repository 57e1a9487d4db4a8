/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_TEXT_H
#define S3A_JSON_TEXT_H

/*
 * JSON as text (RFC 8259). s3a_json_check() judges a whole document first; everything else walks
 * over what it has accepted, by views, and can neither fail nor allocate.
 *
 * Why not jansson's tree: where memory runs out, jansson 2.14 loses bytes of the token that it is
 * reading (its issue 362), and then reports a syntax error, aborts, or gives a value that differs
 * from the text. A decoded value is written back over the object that it came from, so that must
 * not happen here.
 */

#include <s3atomic/status.h>

#include "str.h"

/* Objects and arrays inside each other, the outermost counted. */
#define S3A_JSON_DEPTH_MAX 32
#define S3A_JSON_NUMBER_SIZE_MAX 1023
#define S3A_JSON_TEXT_SIZE_MAX (256 * 1024 * 1024)

/*
 * Is this one JSON value, in UTF-8, with nothing but white space around it? *ret_value is the view
 * of it without that space. Stricter than the RFC demands where it leaves the choice: a surrogate
 * without its other half is refused, and so are the bounds above. S3A_FORMAT or S3A_TOO_LARGE; the
 * message begins with `line 3, column 7: `, a column being a character.
 */
S3A_MUST_CHECK enum s3a_status s3a_json_check(struct s3a_str text, struct s3a_str *ret_value,
                                              struct s3a_error *error);

/* Where a reader finds what comes behind this text; a column is a character. */
struct s3a_json_spot {
    size_t line;
    size_t column;
};

struct s3a_json_spot s3a_json_spot(struct s3a_str before);

enum s3a_json_form {
    S3A_JSON_OBJECT,
    S3A_JSON_ARRAY,
    S3A_JSON_STRING,
    S3A_JSON_NUMBER,
    S3A_JSON_TRUE,
    S3A_JSON_FALSE,
    S3A_JSON_NULL,
};

enum s3a_json_form s3a_json_form(struct s3a_str value);

/* The members of an object or the elements of an array, in the order of the text. */
struct s3a_json_items {
    struct s3a_str rest;
};

struct s3a_json_items s3a_json_items(struct s3a_str container);

/* The next one; false behind the last. ret_name (a string, with its quotes) is written for the
 * members of an object, and may be NULL. */
bool s3a_json_next(struct s3a_json_items *items, struct s3a_str *ret_name,
                   struct s3a_str *ret_value);

/* How many bytes the value takes that text begins with. */
size_t s3a_json_value_size(struct s3a_str text);

static inline bool s3a_json_is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* How many bytes a character of UTF-8 has, told by its first. */
static inline size_t s3a_json_character_size(char first)
{
    unsigned char byte = (unsigned char)first;

    return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0x80 ? 2 : 1;
}

/* Starts to read a string: what stands between its quotes. */
struct s3a_str s3a_json_string_begin(struct s3a_str string);

/* Takes one character off, in UTF-8 and with its escape undone; returns its size, 0 at the end. */
size_t s3a_json_string_next(struct s3a_str *rest, char ret_utf8[4]);

/* Writes what stands between the quotes to ret_text, without escapes, which makes it no longer.
 * Returns its size. */
size_t s3a_json_string_copy(struct s3a_str rest, char *ret_text);

/* Does the string say this text? */
bool s3a_json_string_is(struct s3a_str string, struct s3a_str text);

/* An order of what strings (without their quotes) say. */
int s3a_json_string_compare(struct s3a_str a, struct s3a_str b);

/* Digits and a sign alone: 1, not 1.0 or 1e0. */
bool s3a_json_is_integer(struct s3a_str number);

/* False: out of range. Only for what s3a_json_is_integer(). */
bool s3a_json_int64(struct s3a_str number, int64_t *ret_value);

bool s3a_json_uint64(struct s3a_str number, uint64_t *ret_value);

/* The nearest one, whatever the locale; false: beyond the largest. */
bool s3a_json_double(struct s3a_str number, double *ret_value);
bool s3a_json_float(struct s3a_str number, float *ret_value);

/* A text that is read back as this very number, with no more digits than that takes (0.1 is 0.1),
 * and with a point or an exponent in it, whatever the locale. The value must be finite. */
#define S3A_JSON_DOUBLE_SIZE 32
void s3a_json_double_print(double value, char ret_text[S3A_JSON_DOUBLE_SIZE]);
void s3a_json_float_print(float value, char ret_text[S3A_JSON_DOUBLE_SIZE]);

#endif
