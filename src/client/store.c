/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "store_state.h"

/* What a story shows of a key. */
#define KEY_SHOWN_MAX 160

struct s3a_store *s3a_store_new(struct s3a_client *client, const struct s3a_codec *codec)
{
    bool is_complete = codec && codec->encode && codec->decode && codec->free_value;
    struct s3a_store *store = client && is_complete ? malloc(sizeof(*store)) : NULL;

    if (store) {
        *store = (struct s3a_store){.client = client, .codec = codec};
        s3a_update_queues_init(&store->updates);
    }
    return store;
}

void s3a_store_free(struct s3a_store *store)
{
    if (store) {
        s3a_update_queues_fini(&store->updates);
    }
    free(store);
}

enum s3a_status s3a_store_check(const struct s3a_store *store, bool is_blocking,
                                struct s3a_error *error)
{
    s3a_error_clear(error);
    if (!store) {
        return s3a_error_set(error, S3A_INVALID, "store: it is NULL");
    }
    return is_blocking ? s3a_client_check_blocking(store->client, error)
                       : s3a_client_check(store->client, error);
}

struct s3a_future *s3a_store_failed(const struct s3a_store *store, enum s3a_status status,
                                    const struct s3a_error *error)
{
    return s3a_future_failed(store ? store->client->loop : NULL, status, error);
}

void s3a_store_error_place(struct s3a_error *error, const char *bucket, const char *key)
{
    char shown[KEY_SHOWN_MAX + 1];
    size_t size = strnlen(key, KEY_SHOWN_MAX);

    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)key[i];
        shown[i] = byte < ' ' || byte == 0x7f ? '?' : key[i];
    }
    shown[size] = '\0';
    s3a_error_prefix(error, "s3://%s/%s%s", bucket, shown, key[size] ? "..." : "");
}

enum s3a_status s3a_store_check_fence(uint64_t token, uint64_t fence, struct s3a_error *error)
{
    if (token < fence) {
        return s3a_error_set(error, S3A_FENCED,
                             "it was written under the fencing token %" PRIu64
                             ", which is above %" PRIu64,
                             fence, token);
    }
    return S3A_OK;
}

static enum s3a_status told(enum s3a_status status, const char *what, struct s3a_error *error)
{
    if (status != S3A_OK && error->message[0] == '\0') {
        return s3a_error_set(error, status, "the codec cannot %s it: %s", what,
                             s3a_status_text(status));
    }
    return status;
}

enum s3a_status s3a_store_decode(const struct s3a_codec *codec, struct s3a_str bytes,
                                 void **ret_value, struct s3a_error *error)
{
    *ret_value = NULL;
    s3a_error_clear(error);
    enum s3a_status status =
        codec->decode(codec, bytes.data ? bytes.data : "", bytes.size, ret_value, error);
    return told(status, "decode", error);
}

enum s3a_status s3a_store_encode(const struct s3a_codec *codec, const void *value, void **ret_bytes,
                                 size_t *ret_size, struct s3a_error *error)
{
    *ret_bytes = NULL;
    *ret_size = 0;
    s3a_error_clear(error);
    enum s3a_status status = codec->encode(codec, value, ret_bytes, ret_size, error);
    if (status == S3A_OK && !*ret_bytes && *ret_size > 0) {
        return s3a_error_set(error, S3A_INVALID, "the codec made %zu bytes at NULL", *ret_size);
    }
    return told(status, "encode", error);
}

static enum s3a_status invalid_etag(struct s3a_error *error)
{
    return s3a_error_set(error, S3A_INVALID,
                         "etag: it must be one ETag of up to %d characters, quotes included",
                         S3A_PUT_ETAG_SIZE_MAX);
}

enum s3a_status s3a_etag_quote(const char *etag, char ret_quoted[S3A_PUT_ETAG_SIZE_MAX + 1],
                               struct s3a_error *error)
{
    size_t size = strnlen(etag, S3A_PUT_ETAG_SIZE_MAX + 1);
    bool is_quoted = size >= 2 && etag[0] == '"' && etag[size - 1] == '"';
    struct s3a_str bare = s3a_str_make(etag + is_quoted, size - (is_quoted ? 2 : 0));

    ret_quoted[0] = '\0';
    if (bare.size == 0 || bare.size + 2 > S3A_PUT_ETAG_SIZE_MAX || s3a_str_is(bare, "*")) {
        return invalid_etag(error);
    }
    for (size_t i = 0; i < bare.size; i++) {
        unsigned char byte = (unsigned char)bare.data[i];
        if (byte <= ' ' || byte == 0x7f || byte == '"' || byte == ',') {
            return invalid_etag(error);
        }
    }
    snprintf(ret_quoted, S3A_PUT_ETAG_SIZE_MAX + 1, "\"%.*s\"", S3A_STR_ARG(bare));
    return S3A_OK;
}

/* Without an etag, an object that is not there is deleted already: stores differ in saying so. */
static enum s3a_status finish_delete(struct s3a_request *request, struct s3a_error *error)
{
    enum s3a_status status = s3a_answer_error(&request->call.op, &request->call.answer, error);

    if (status == S3A_NOT_FOUND && !request->call.op.if_match.data) {
        s3a_error_clear(error);
        return S3A_OK;
    }
    return status;
}

/* NULL: no memory. */
static struct s3a_future *start_delete(struct s3a_store *store, const char *bucket, const char *key,
                                       const char *etag, enum s3a_status status,
                                       struct s3a_error *error)
{
    char quoted[S3A_PUT_ETAG_SIZE_MAX + 1];
    bool has_etag = etag && etag[0] != '\0';
    struct s3a_request *request;

    if (status == S3A_OK && has_etag) {
        status = s3a_etag_quote(etag, quoted, error);
    }
    if (status == S3A_OK) {
        status = s3a_request_new(store->client, S3A_OP_DELETE_OBJECT, bucket, key, &request, error);
    }
    if (status != S3A_OK) {
        return s3a_store_failed(store, status, error);
    }
    request->finish = finish_delete;
    if (has_etag && !s3a_request_copy(request, quoted, &request->call.op.if_match)) {
        s3a_request_free(request);
        return NULL;
    }
    return s3a_request_start(request);
}

enum s3a_status s3a_store_delete(struct s3a_store *store, const char *bucket, const char *key,
                                 const char *etag, struct s3a_error *error)
{
    struct s3a_error early;
    enum s3a_status status = s3a_store_check(store, true, &early);

    return s3a_future_join(start_delete(store, bucket, key, etag, status, &early), error);
}

struct s3a_future *s3a_store_delete_async(struct s3a_store *store, const char *bucket,
                                          const char *key, const char *etag)
{
    struct s3a_error early;
    enum s3a_status status = s3a_store_check(store, false, &early);

    return start_delete(store, bucket, key, etag, status, &early);
}
