/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_NAMES_H
#define S3A_JSON_NAMES_H

/* The names in an object, to find out whether one stands there twice. In the order of n * log n,
 * whatever the names are. */

#include <s3atomic/status.h>

#include "str.h"

#define S3A_JSON_NAMES_FEW 16

struct s3a_json_names {
    struct s3a_str few[S3A_JSON_NAMES_FEW];
    struct s3a_str *more; /* allocated, and used instead, where they are more */
    size_t count;
    size_t capacity;
    bool are_escaped;
};

/* are_escaped: the names stand there as in JSON, without their quotes. */
void s3a_json_names_init(struct s3a_json_names *names, bool are_escaped);
void s3a_json_names_fini(struct s3a_json_names *names);

/* False: no memory. */
bool s3a_json_names_add(struct s3a_json_names *names, struct s3a_str name);

/* A name that is there for a second time, data NULL where there is none; of several, the one that
 * comes first in memory, which is the first in a text. Sorts the names. */
struct s3a_str s3a_json_names_twice(struct s3a_json_names *names);

#endif
