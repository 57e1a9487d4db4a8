/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_DECIMAL_H
#define S3A_JSON_DECIMAL_H

/*
 * Numbers of everyday size between decimal and binary, in whole numbers of 128 bits: exact, without
 * the C library, and several times as fast. What does not fit is left to the C library.
 */

#include "json_text.h"

/* A floating-point format (IEEE 754, table 3.5, and section 5.12.2). */
struct s3a_json_real {
    int bits;       /* of its significand */
    int digits_min; /* as many always come back */
    int digits_max; /* as many always tell two apart */
};

extern const struct s3a_json_real s3a_json_real_double;
extern const struct s3a_json_real s3a_json_real_float;

/* The nearest number of that format, ties to even; false: more than 19 digits, or too large or
 * too small. */
bool s3a_json_decimal_read(const struct s3a_json_real *real, struct s3a_str number,
                           double *ret_value);

/* As s3a_json_double_print() has it; false: less than 0.0001, or of more digits before the point
 * than digits_min. The value is one of that format, and finite. */
bool s3a_json_decimal_print(const struct s3a_json_real *real, double value,
                            char ret_text[S3A_JSON_DOUBLE_SIZE]);

#endif
