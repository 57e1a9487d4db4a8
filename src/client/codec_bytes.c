/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <s3atomic/codec.h>

#include "error.h"

static enum s3a_status encode(const struct s3a_codec *codec, const void *value, void **ret_bytes,
                              size_t *ret_size, struct s3a_error *error)
{
    const struct s3a_bytes *bytes = value;

    (void)codec;
    *ret_bytes = NULL;
    *ret_size = 0;
    s3a_error_clear(error);
    if (!bytes) {
        return s3a_error_set(error, S3A_INVALID, "there is no value to encode");
    }
    if (!bytes->data && bytes->size > 0) {
        return s3a_error_set(error, S3A_INVALID, "%zu bytes whose data is NULL", bytes->size);
    }
    if (bytes->size == 0) {
        return S3A_OK;
    }
    void *copy = malloc(bytes->size);
    if (!copy) {
        return s3a_error_set_no_memory(error);
    }
    *ret_bytes = memcpy(copy, bytes->data, bytes->size);
    *ret_size = bytes->size;
    return S3A_OK;
}

/* The view and what it shows are one allocation: data may be set to something else, and nothing is
 * lost by it. */
static enum s3a_status decode(const struct s3a_codec *codec, const void *bytes, size_t size,
                              void **ret_value, struct s3a_error *error)
{
    (void)codec;
    *ret_value = NULL;
    s3a_error_clear(error);
    struct s3a_bytes *value =
        size > SIZE_MAX - sizeof(*value) ? NULL : malloc(sizeof(*value) + size);
    if (!value) {
        return s3a_error_set_no_memory(error);
    }
    value->data = value + 1;
    value->size = size;
    if (size > 0) {
        memcpy(value + 1, bytes, size);
    }
    *ret_value = value;
    return S3A_OK;
}

static void free_value(const struct s3a_codec *codec, void *value)
{
    (void)codec;
    free(value);
}

const struct s3a_codec *s3a_bytes_codec(void)
{
    static const struct s3a_codec codec = {
        .content_type = "application/octet-stream",
        .encode = encode,
        .decode = decode,
        .free_value = free_value,
    };
    return &codec;
}
