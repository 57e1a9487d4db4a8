/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>

#include <s3atomic/codec.h>

#include "error.h"
#include "json_value.h"

static const struct s3a_type *type_of(const struct s3a_codec *codec)
{
    return codec->user;
}

static enum s3a_status encode(const struct s3a_codec *codec, const void *value, bool is_pretty,
                              void **ret_bytes, size_t *ret_size, struct s3a_error *error)
{
    if (!value) {
        *ret_bytes = NULL;
        *ret_size = 0;
        return s3a_error_set(error, S3A_INVALID, "there is no value to encode");
    }
    return s3a_json_encode(type_of(codec), value, is_pretty, S3A_JSON_TEXT_SIZE_MAX, ret_bytes,
                           ret_size, error);
}

static enum s3a_status encode_compact(const struct s3a_codec *codec, const void *value,
                                      void **ret_bytes, size_t *ret_size, struct s3a_error *error)
{
    return encode(codec, value, false, ret_bytes, ret_size, error);
}

static enum s3a_status encode_pretty(const struct s3a_codec *codec, const void *value,
                                     void **ret_bytes, size_t *ret_size, struct s3a_error *error)
{
    return encode(codec, value, true, ret_bytes, ret_size, error);
}

static enum s3a_status decode(const struct s3a_codec *codec, const void *bytes, size_t size,
                              void **ret_value, struct s3a_error *error)
{
    return s3a_json_decode(type_of(codec), s3a_str_make(bytes, size), ret_value, error);
}

static void free_value(const struct s3a_codec *codec, void *value)
{
    s3a_json_free(type_of(codec), value);
}

/* The codecs of every type that was ever asked for; none is taken out. */
struct known {
    struct s3a_codec compact;
    struct s3a_codec pretty;
    struct known *next;
};

static pthread_mutex_t known_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct known *known_first;

static struct known *known_add(const struct s3a_type *type)
{
    struct known *known = malloc(sizeof(*known));

    if (known) {
        known->compact = (struct s3a_codec){
            .content_type = "application/json",
            .encode = encode_compact,
            .decode = decode,
            .free_value = free_value,
            .user = type,
        };
        known->pretty = known->compact;
        known->pretty.encode = encode_pretty;
        known->next = known_first;
        known_first = known;
    }
    return known;
}

static struct known *known_get(const struct s3a_type *type)
{
    pthread_mutex_lock(&known_mutex);
    struct known *known = known_first;
    while (known && known->compact.user != type) {
        known = known->next;
    }
    if (!known && s3a_json_type_check(type, NULL) == S3A_OK) {
        known = known_add(type);
    }
    pthread_mutex_unlock(&known_mutex);
    return known;
}

const struct s3a_codec *s3a_json_codec(const struct s3a_type *type)
{
    struct known *known = known_get(type);

    return known ? &known->compact : NULL;
}

const struct s3a_codec *s3a_json_pretty_codec(const struct s3a_type *type)
{
    struct known *known = known_get(type);

    return known ? &known->pretty : NULL;
}
