/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAULT_VALUE_H
#define S3A_FAULT_VALUE_H

/* The values in a fault's text: numbers with a unit. */

#include "str.h"

/* "5%", "0.25%", in millionths; at most 100 %, and nothing finer than a millionth. */
bool s3a_fault_value_rate(struct s3a_str text, uint32_t *ret_millionths);

/* "20ms", "1.5s", "2m", "1h", up to max_ms and to a whole number of milliseconds. A 0 needs no
 * unit. */
bool s3a_fault_value_ms(struct s3a_str text, uint64_t max_ms, uint64_t *ret_ms);

#endif
