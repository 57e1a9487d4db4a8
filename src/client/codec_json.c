/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdlib.h>

#include "error.h"
#include "json_value.h"

static const struct s3a_type *type_of(const struct s3a_codec *codec)
{
    return codec->user;
}

static enum s3a_status encode(const struct s3a_codec *codec, const void *value, void **ret_bytes,
                              size_t *ret_size, struct s3a_error *error)
{
    if (!value) {
        *ret_bytes = NULL;
        *ret_size = 0;
        return s3a_error_set(error, S3A_INVALID, "there is no value to encode");
    }
    return s3a_json_encode(type_of(codec), value, S3A_JSON_TEXT_SIZE_MAX, ret_bytes, ret_size,
                           error);
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

/* Every codec that was ever asked for; none is taken out. */
struct known {
    struct s3a_codec codec;
    struct known *next;
};

static pthread_mutex_t known_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct known *known_first;

static struct known *known_add(const struct s3a_type *type)
{
    struct known *known = malloc(sizeof(*known));

    if (known) {
        *known = (struct known){
            .codec =
                {
                    .content_type = "application/json",
                    .encode = encode,
                    .decode = decode,
                    .free_value = free_value,
                    .user = type,
                },
            .next = known_first,
        };
        known_first = known;
    }
    return known;
}

const struct s3a_codec *s3a_json_codec(const struct s3a_type *type)
{
    if (s3a_json_type_check(type, NULL) != S3A_OK) {
        return NULL;
    }
    pthread_mutex_lock(&known_mutex);
    struct known *known = known_first;
    while (known && known->codec.user != type) {
        known = known->next;
    }
    if (!known) {
        known = known_add(type);
    }
    pthread_mutex_unlock(&known_mutex);
    return known ? &known->codec : NULL;
}
