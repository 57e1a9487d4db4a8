/* SPDX-License-Identifier: MIT */
#include <s3atomic/counter.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/store.h>

#include "client_state.h"
#include "error.h"

/* A sign and 19 digits, and the end of a line that somebody may have put there by hand. */
#define TEXT_SIZE_MAX 22

struct s3a_counter {
    struct s3a_store *store;
    const char *key;
    char names[]; /* bucket and key, each with its NUL */
};

static enum s3a_status encode(const struct s3a_codec *codec, const void *value, void **ret_bytes,
                              size_t *ret_size, struct s3a_error *error)
{
    char text[TEXT_SIZE_MAX];
    int size = snprintf(text, sizeof(text), "%" PRId64, *(const int64_t *)value);

    (void)codec;
    *ret_size = (size_t)size;
    *ret_bytes = malloc(*ret_size);
    if (!*ret_bytes) {
        return s3a_error_set_no_memory(error);
    }
    memcpy(*ret_bytes, text, *ret_size);
    return S3A_OK;
}

static bool parse(struct s3a_str text, int64_t *ret_value)
{
    bool is_negative = text.size > 0 && text.data[0] == '-';
    struct s3a_str digits = s3a_str_make(text.data + is_negative, text.size - is_negative);
    uint64_t size;

    if (!s3a_str_to_uint64(digits, (uint64_t)INT64_MAX + is_negative, &size)) {
        return false;
    }
    *ret_value = is_negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

static enum s3a_status decode(const struct s3a_codec *codec, const void *bytes, size_t size,
                              void **ret_value, struct s3a_error *error)
{
    const char *text = bytes;
    bool has_newline = size > 0 && text[size - 1] == '\n';
    int64_t *value = malloc(sizeof(*value));

    (void)codec;
    *ret_value = value;
    if (!value) {
        return s3a_error_set_no_memory(error);
    }
    if (!parse(s3a_str_make(text, size - has_newline), value)) {
        free(value);
        *ret_value = NULL;
        return s3a_error_set(error, S3A_FORMAT,
                             "expected a number of 64 bits in decimal digits, found %zu bytes that "
                             "are none",
                             size);
    }
    return S3A_OK;
}

static void free_value(const struct s3a_codec *codec, void *value)
{
    (void)codec;
    free(value);
}

static const struct s3a_codec number_codec = {
    .content_type = "text/plain",
    .encode = encode,
    .decode = decode,
    .free_value = free_value,
};

enum s3a_status s3a_counter_new(struct s3a_client *client, const char *bucket, const char *key,
                                struct s3a_counter **ret_counter, struct s3a_error *error)
{
    s3a_error_clear(error);
    if (ret_counter) {
        *ret_counter = NULL;
    }
    enum s3a_status status = s3a_client_check(client, error);
    if (status != S3A_OK) {
        return status;
    }
    if (!bucket || !key || !ret_counter) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is NULL",
                             !bucket ? "bucket"
                             : !key  ? "key"
                                     : "ret_counter");
    }
    size_t bucket_size = strlen(bucket) + 1;
    size_t key_size = strlen(key) + 1;
    struct s3a_counter *counter = malloc(sizeof(*counter) + bucket_size + key_size);
    struct s3a_store *store = s3a_store_new(client, &number_codec);
    if (!counter || !store) {
        free(counter);
        s3a_store_free(store);
        return s3a_error_set_no_memory(error);
    }
    counter->store = store;
    counter->key = counter->names + bucket_size;
    memcpy(counter->names, bucket, bucket_size);
    memcpy(counter->names + bucket_size, key, key_size);
    *ret_counter = counter;
    return S3A_OK;
}

void s3a_counter_free(struct s3a_counter *counter)
{
    if (counter) {
        s3a_store_free(counter->store);
    }
    free(counter);
}

struct addition {
    int64_t delta;
    int64_t value;
};

static enum s3a_status add(struct s3a_object *object, void *arg)
{
    struct addition *addition = arg;
    int64_t before = object->value ? *(const int64_t *)object->value : 0;

    if (__builtin_add_overflow(before, addition->delta, &addition->value)) {
        return S3A_TOO_LARGE;
    }
    object->value = &addition->value;
    return S3A_OK;
}

enum s3a_status s3a_counter_add(struct s3a_counter *counter, int64_t delta, int64_t *ret_value,
                                struct s3a_error *error)
{
    struct addition addition = {.delta = delta};

    if (ret_value) {
        *ret_value = 0;
    }
    if (!counter) {
        return s3a_error_set(error, S3A_INVALID, "counter: it is NULL");
    }
    enum s3a_status status =
        s3a_store_update(counter->store, counter->names, counter->key, add, &addition, NULL, error);
    if (status == S3A_OK && ret_value) {
        *ret_value = addition.value;
    }
    return status;
}

enum s3a_status s3a_counter_get(struct s3a_counter *counter, int64_t *ret_value,
                                struct s3a_error *error)
{
    struct s3a_object object;

    if (ret_value) {
        *ret_value = 0;
    }
    if (!counter || !ret_value) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is NULL",
                             !counter ? "counter" : "ret_value");
    }
    enum s3a_status status =
        s3a_store_get(counter->store, counter->names, counter->key, &object, error);
    if (status == S3A_OK) {
        *ret_value = *(const int64_t *)object.value;
    } else if (status == S3A_NOT_FOUND) {
        s3a_error_clear(error);
        status = S3A_OK;
    }
    s3a_object_clear(&object);
    return status;
}
