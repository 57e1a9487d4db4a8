/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "store_state.h"

/* Loop's thread. The object that was put is the one that lies there now. */
static void written(const struct s3a_store_write *write, const struct s3a_put_machine *machine,
                    const struct s3a_history *history, const struct s3a_answer *answer)
{
    struct s3a_object *object = write->user;
    struct s3a_object_memory *memory = object->owned;
    const char *type = write->content_type;

    memcpy(object->etag, machine->etag, sizeof(object->etag));
    object->size = write->body.size;
    object->fence = write->fence;
    object->modified_ms = s3a_store_written_ms(machine, answer);
    snprintf(object->content_type, sizeof(object->content_type), "%s", type ? type : "");
    if (memory) {
        memcpy(memory->etag, machine->etag, sizeof(memory->etag));
        memory->history = *history;
    }
}

static enum s3a_status check(const struct s3a_object *object, struct s3a_error *error)
{
    if (!object) {
        return s3a_error_set(error, S3A_INVALID, "object: it is NULL");
    }
    if (!object->bucket) {
        return s3a_error_set(error, S3A_INVALID, "object->bucket: it is NULL");
    }
    if (!object->key) {
        return s3a_error_set(error, S3A_INVALID, "object->key: it is NULL");
    }
    if (!object->value) {
        return s3a_error_set(error, S3A_INVALID, "object->value: it is NULL");
    }
    if (!memchr(object->etag, '\0', sizeof(object->etag))) {
        return s3a_error_set(error, S3A_INVALID, "object->etag: it does not end");
    }
    return S3A_OK;
}

/* Bytes that are the caller's, and stay, need not be copied. */
static bool can_borrow(const struct s3a_store *store, const struct s3a_bytes *value,
                       bool is_blocking)
{
    return is_blocking && store->codec == s3a_bytes_codec() && (value->data || value->size == 0);
}

static enum s3a_status encode(const struct s3a_store *store, const struct s3a_object *object,
                              bool is_blocking, struct s3a_store_write *write,
                              struct s3a_error *error)
{
    const struct s3a_bytes *bytes = object->value;
    size_t size;

    if (can_borrow(store, bytes, is_blocking)) {
        write->body = s3a_str_make(bytes->data, bytes->size);
        return S3A_OK;
    }
    enum s3a_status status =
        s3a_store_encode(store->codec, object->value, &write->bytes, &size, error);
    if (status == S3A_OK) {
        write->body = s3a_str_make(write->bytes, size);
    } else {
        s3a_store_error_place(error, object->bucket, object->key);
    }
    return status;
}

/* How it is put. */
struct manner {
    bool is_overwrite;
    bool is_fenced;
    uint64_t token;
};

static enum s3a_status check_fence(const struct s3a_object *object, const struct manner *manner,
                                   struct s3a_error *error)
{
    if (!manner->is_fenced) {
        return S3A_OK;
    }
    if (manner->token == 0) {
        return s3a_error_set(error, S3A_INVALID, "token: it is 0");
    }
    enum s3a_status status = s3a_store_check_fence(manner->token, object->fence, error);
    if (status != S3A_OK) {
        s3a_store_error_place(error, object->bucket, object->key);
    }
    return status;
}

/* NULL: no memory. status: of the checks so far. */
static struct s3a_future *start(struct s3a_store *store, struct s3a_object *object,
                                const struct manner *manner, bool is_blocking,
                                enum s3a_status status, struct s3a_error *error)
{
    struct s3a_store_write write = {.written = written, .user = object};
    struct s3a_future *future;

    if (status == S3A_OK) {
        status = check(object, error);
    }
    if (status == S3A_OK) {
        status = check_fence(object, manner, error);
    }
    if (status == S3A_OK) {
        status = encode(store, object, is_blocking, &write, error);
    }
    if (status == S3A_OK) {
        write.bucket = object->bucket;
        write.key = object->key;
        write.content_type = store->codec->content_type;
        if (!manner->is_overwrite) {
            write.fence = manner->is_fenced ? manner->token : object->fence;
            write.condition = object->etag[0] ? S3A_PUT_IF_MATCH : S3A_PUT_IF_ABSENT;
            write.etag = object->etag;
            write.before = s3a_object_history(object);
        }
        status = s3a_store_write_start(store, &write, &future, error);
    }
    return status == S3A_OK ? future : s3a_store_failed(store, status, error);
}

static enum s3a_status put_blocking(struct s3a_store *store, struct s3a_object *object,
                                    const struct manner *manner, struct s3a_error *error)
{
    struct s3a_error early;
    enum s3a_status status = s3a_store_check(store, true, &early);

    return s3a_future_join(start(store, object, manner, true, status, &early), error);
}

static struct s3a_future *put_async(struct s3a_store *store, struct s3a_object *object,
                                    const struct manner *manner)
{
    struct s3a_error early;
    enum s3a_status status = s3a_store_check(store, false, &early);

    return start(store, object, manner, false, status, &early);
}

enum s3a_status s3a_store_put(struct s3a_store *store, struct s3a_object *object,
                              struct s3a_error *error)
{
    return put_blocking(store, object, &(struct manner){.is_overwrite = false}, error);
}

enum s3a_status s3a_store_put_fenced(struct s3a_store *store, struct s3a_object *object,
                                     uint64_t token, struct s3a_error *error)
{
    return put_blocking(store, object, &(struct manner){.is_fenced = true, .token = token}, error);
}

enum s3a_status s3a_store_overwrite(struct s3a_store *store, struct s3a_object *object,
                                    struct s3a_error *error)
{
    return put_blocking(store, object, &(struct manner){.is_overwrite = true}, error);
}

struct s3a_future *s3a_store_put_async(struct s3a_store *store, struct s3a_object *object)
{
    return put_async(store, object, &(struct manner){.is_overwrite = false});
}

struct s3a_future *s3a_store_put_fenced_async(struct s3a_store *store, struct s3a_object *object,
                                              uint64_t token)
{
    return put_async(store, object, &(struct manner){.is_fenced = true, .token = token});
}

struct s3a_future *s3a_store_overwrite_async(struct s3a_store *store, struct s3a_object *object)
{
    return put_async(store, object, &(struct manner){.is_overwrite = true});
}
