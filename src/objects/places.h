/* SPDX-License-Identifier: MIT */
#ifndef S3A_PLACES_H
#define S3A_PLACES_H

/* Places in the order of keys: a key, and what comes before the next one. Pure. */

#include "op.h"

#define S3A_PLACE_SIZE_MAX (S3A_KEY_SIZE_MAX + 1)

struct s3a_place {
    char bytes[S3A_PLACE_SIZE_MAX];
    size_t size;
};

struct s3a_str s3a_place_str(const struct s3a_place *place);

/* At a key; what is longer than any is cut. */
void s3a_place_set(struct s3a_place *place, struct s3a_str bytes);

/* Right behind a key: nothing lies between it and the same with a NUL. */
void s3a_place_set_behind_key(struct s3a_place *place, struct s3a_str key);

/* Right behind all keys with a prefix. */
void s3a_place_set_behind_prefix(struct s3a_place *place, struct s3a_str prefix);

/* The common prefix that stands for a key in the listing of op; data NULL where it stands for
 * itself. */
struct s3a_str s3a_common_prefix(const struct s3a_op *op, struct s3a_str key);

#endif
