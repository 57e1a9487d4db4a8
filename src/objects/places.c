/* SPDX-License-Identifier: MIT */
#include "places.h"

#include <string.h>

/* Behind all keys: no key begins with this byte, since it is not UTF-8. */
static const struct s3a_place the_end = {"\xff", 1};

struct s3a_str s3a_place_str(const struct s3a_place *place)
{
    return s3a_str_make(place->bytes, place->size);
}

void s3a_place_set(struct s3a_place *place, struct s3a_str bytes)
{
    place->size = bytes.size < S3A_PLACE_SIZE_MAX ? bytes.size : S3A_PLACE_SIZE_MAX;
    if (place->size > 0) {
        memcpy(place->bytes, bytes.data, place->size);
    }
}

void s3a_place_set_behind_key(struct s3a_place *place, struct s3a_str key)
{
    s3a_place_set(place, key);
    if (place->size < S3A_PLACE_SIZE_MAX) {
        place->bytes[place->size++] = '\0';
    }
}

void s3a_place_set_behind_prefix(struct s3a_place *place, struct s3a_str prefix)
{
    s3a_place_set(place, prefix);
    while (place->size > 0 && place->bytes[place->size - 1] == '\xff') {
        place->size--;
    }
    if (place->size == 0) {
        *place = the_end;
    } else {
        place->bytes[place->size - 1]++;
    }
}

struct s3a_str s3a_common_prefix(const struct s3a_op *op, struct s3a_str key)
{
    struct s3a_str rest = s3a_str_skip(key, op->prefix.size);
    const char *at = op->delimiter.size == 0 || rest.size == 0
                         ? NULL
                         : memmem(rest.data, rest.size, op->delimiter.data, op->delimiter.size);

    return s3a_str_make(at ? key.data : NULL,
                        at ? (size_t)(at - key.data) + op->delimiter.size : 0);
}
