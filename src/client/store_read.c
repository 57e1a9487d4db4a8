/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "store_state.h"

struct s3a_object_memory *s3a_object_memory_new(const struct s3a_codec *codec, const char *bucket,
                                                const char *key)
{
    size_t bucket_size = strlen(bucket) + 1;
    size_t key_size = strlen(key) + 1;
    struct s3a_object_memory *memory = calloc(1, sizeof(*memory) + bucket_size + key_size);

    if (memory) {
        memory->codec = codec;
        memory->key = memory->names + bucket_size;
        memcpy(memory->names, bucket, bucket_size);
        memcpy(memory->names + bucket_size, key, key_size);
    }
    return memory;
}

void s3a_object_begin(struct s3a_object *object, struct s3a_object_memory *memory)
{
    *object = (struct s3a_object){.bucket = memory->names, .key = memory->key, .owned = memory};
}

void s3a_object_clear(struct s3a_object *object)
{
    struct s3a_object_memory *memory = object ? object->owned : NULL;

    if (memory) {
        memory->codec->free_value(memory->codec, memory->value);
        free(memory);
    }
    if (object) {
        *object = (struct s3a_object){0};
    }
}

void s3a_history_of(const struct s3a_answer *answer, struct s3a_history *ret_history)
{
    s3a_history_read(s3a_headers_find(&answer->headers, S3A_WRITE_ID_HEADER), ret_history);
}

void s3a_object_describe(struct s3a_object *object, const struct s3a_answer *answer)
{
    struct s3a_object_memory *memory = object->owned;
    struct s3a_str type = s3a_headers_find(&answer->headers, "content-type");

    memcpy(object->etag, answer->etag, sizeof(object->etag));
    memcpy(memory->etag, answer->etag, sizeof(memory->etag));
    s3a_history_of(answer, &memory->history);
    if (!s3a_str_to_uint64(s3a_headers_find(&answer->headers, S3A_FENCE_HEADER), UINT64_MAX,
                           &object->fence)) {
        object->fence = 0;
    }
    object->size = answer->object_size;
    object->modified_ms = answer->modified_ms == S3A_TIME_NONE ? 0 : answer->modified_ms;
    snprintf(object->content_type, sizeof(object->content_type), "%.*s", S3A_STR_ARG(type));
}

const struct s3a_history *s3a_object_history(const struct s3a_object *object)
{
    const struct s3a_object_memory *memory = object->owned;

    if (!memory || object->etag[0] == '\0' || strcmp(memory->etag, object->etag) != 0 ||
        strcmp(memory->names, object->bucket) != 0 || strcmp(memory->key, object->key) != 0) {
        return NULL;
    }
    return &memory->history;
}

/* An object that is being read. */
struct reading {
    struct s3a_object *object;
    struct s3a_object_memory *memory; /* until it is the object's */
    struct s3a_buf *body;             /* NULL: the value is decoded in the loop's thread */
};

static enum s3a_status decode_into(struct s3a_object *object, struct s3a_str bytes,
                                   struct s3a_error *error)
{
    struct s3a_object_memory *memory = object->owned;
    enum s3a_status status = s3a_store_decode(memory->codec, bytes, &memory->value, error);

    if (status == S3A_OK) {
        object->value = memory->value;
    } else {
        s3a_store_error_place(error, object->bucket, object->key);
        s3a_object_clear(object);
    }
    return status;
}

static enum s3a_status finish(struct s3a_request *request, struct s3a_error *error)
{
    struct reading *reading = request->user;
    struct s3a_answer *answer = &request->call.answer;
    enum s3a_status status = s3a_answer_error(&request->call.op, answer, error);

    if (status != S3A_OK && status != S3A_NOT_FOUND) {
        return status;
    }
    s3a_object_begin(reading->object, reading->memory);
    reading->memory = NULL;
    if (status == S3A_NOT_FOUND) {
        return status;
    }
    s3a_object_describe(reading->object, answer);
    if (request->call.op.kind == S3A_OP_HEAD_OBJECT) {
        return S3A_OK;
    }
    if (reading->body) {
        *reading->body = answer->body;
        s3a_buf_init(&answer->body, 0);
        return S3A_OK;
    }
    return decode_into(reading->object, s3a_buf_str(&answer->body), error);
}

static void release(struct s3a_request *request)
{
    struct reading *reading = request->user;

    free(reading->memory);
}

/* NULL: no memory. status: of the checks so far. */
static struct s3a_future *start(struct s3a_store *store, enum s3a_op_kind kind, const char *bucket,
                                const char *key, const uint32_t *pause_ms,
                                const struct reading *reading, enum s3a_status status,
                                struct s3a_error *error)
{
    struct s3a_request *request;
    struct reading *own;

    if (reading->object) {
        *reading->object = (struct s3a_object){0};
    } else if (status == S3A_OK) {
        status = s3a_error_set(error, S3A_INVALID, "ret_object: it is NULL");
    }
    if (status == S3A_OK) {
        status = s3a_request_new(store->client, kind, bucket, key, &request, error);
    }
    if (status != S3A_OK) {
        return s3a_store_failed(store, status, error);
    }
    own = s3a_pool_alloc(&request->pool, sizeof(*own));
    if (own) {
        *own = *reading;
        own->memory = s3a_object_memory_new(store->codec, bucket, key);
    }
    if (!own || !own->memory) {
        s3a_request_free(request);
        return NULL;
    }
    request->user = own;
    request->call.op.wants_checksum = kind == S3A_OP_GET_OBJECT;
    request->finish = finish;
    request->release = release;
    request->is_single = pause_ms;
    request->pause_ms = pause_ms ? *pause_ms : 0;
    return s3a_request_start(request);
}

enum s3a_status s3a_store_read_now(struct s3a_store *store, enum s3a_op_kind kind,
                                   const char *bucket, const char *key, const uint32_t *pause_ms,
                                   struct s3a_store_read *ret_read, struct s3a_error *error)
{
    struct reading reading = {.object = &ret_read->object, .body = &ret_read->body};

    *ret_read = (struct s3a_store_read){0};
    return s3a_future_join(start(store, kind, bucket, key, pause_ms, &reading, S3A_OK, error),
                           error);
}

void s3a_store_read_fini(struct s3a_store_read *read)
{
    s3a_object_clear(&read->object);
    s3a_buf_fini(&read->body);
}

enum s3a_status s3a_store_read_decode(struct s3a_store_read *read, struct s3a_error *error)
{
    enum s3a_status status = decode_into(&read->object, s3a_buf_str(&read->body), error);

    s3a_buf_fini(&read->body);
    return status;
}

static enum s3a_status read_blocking(struct s3a_store *store, enum s3a_op_kind kind,
                                     const char *bucket, const char *key,
                                     struct s3a_object *ret_object, struct s3a_error *error)
{
    struct s3a_store_read read;
    struct s3a_error story;
    enum s3a_status status = s3a_store_check(store, true, &story);

    if (ret_object) {
        *ret_object = (struct s3a_object){0};
    } else if (status == S3A_OK) {
        status = s3a_error_set(&story, S3A_INVALID, "ret_object: it is NULL");
    }
    if (status == S3A_OK) {
        status = s3a_store_read_now(store, kind, bucket, key, NULL, &read, &story);
        if (status == S3A_OK && kind == S3A_OP_GET_OBJECT) {
            status = s3a_store_read_decode(&read, &story);
        }
        *ret_object = read.object;
        s3a_buf_fini(&read.body);
    }
    if (error) {
        *error = story;
    }
    return status;
}

enum s3a_status s3a_store_get(struct s3a_store *store, const char *bucket, const char *key,
                              struct s3a_object *ret_object, struct s3a_error *error)
{
    return read_blocking(store, S3A_OP_GET_OBJECT, bucket, key, ret_object, error);
}

enum s3a_status s3a_store_head(struct s3a_store *store, const char *bucket, const char *key,
                               struct s3a_object *ret_object, struct s3a_error *error)
{
    return read_blocking(store, S3A_OP_HEAD_OBJECT, bucket, key, ret_object, error);
}

static struct s3a_future *read_async(struct s3a_store *store, enum s3a_op_kind kind,
                                     const char *bucket, const char *key,
                                     struct s3a_object *ret_object)
{
    struct reading reading = {.object = ret_object};
    struct s3a_error error;
    enum s3a_status status = s3a_store_check(store, false, &error);

    return start(store, kind, bucket, key, NULL, &reading, status, &error);
}

struct s3a_future *s3a_store_get_async(struct s3a_store *store, const char *bucket, const char *key,
                                       struct s3a_object *ret_object)
{
    return read_async(store, S3A_OP_GET_OBJECT, bucket, key, ret_object);
}

struct s3a_future *s3a_store_head_async(struct s3a_store *store, const char *bucket,
                                        const char *key, struct s3a_object *ret_object)
{
    return read_async(store, S3A_OP_HEAD_OBJECT, bucket, key, ret_object);
}
