/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "date.h"
#include "http.h"
#include "name.h"

/* An encoded key, bucket and prefix; the parameters of a listing. */
#define TEXT_SIZE_MAX (32 * 1024)

bool s3a_http_request_add(struct s3a_http_request *request, struct s3a_str name,
                          struct s3a_str value)
{
    if (request->header_count == S3A_HTTP_HEADERS_MAX) {
        return false;
    }
    request->headers[request->header_count++] = (struct s3a_header){name, value};
    return true;
}

/* A bucket stands in the host only where it makes a host name of it, and one that the wildcard
 * certificate of an https: endpoint covers: such a wildcard stands for one label. */
static bool is_virtual_host(const struct s3a_op *op, const struct s3a_addressing *addressing)
{
    bool has_dot = s3a_str_find(op->bucket, '.') < op->bucket.size;

    return addressing->virtual_host && op->bucket.size > 0 &&
           !s3a_host_is_address(addressing->endpoint.host) &&
           !(has_dot && addressing->endpoint.scheme == S3A_SCHEME_HTTPS) &&
           s3a_bucket_check(op->bucket, NULL) == S3A_OK;
}

static void append_path(struct s3a_buf *buf, const struct s3a_op *op,
                        const struct s3a_addressing *addressing)
{
    s3a_buf_append(buf, addressing->endpoint.path);
    if (!is_virtual_host(op, addressing) && op->bucket.size > 0) {
        s3a_buf_append_byte(buf, '/');
        s3a_uri_encode(buf, op->bucket, false);
        if (op->key.size == 0) {
            return;
        }
    }
    s3a_buf_append_byte(buf, '/');
    s3a_uri_encode(buf, op->key, true);
}

static void append_host(struct s3a_buf *buf, const struct s3a_op *op,
                        const struct s3a_addressing *addressing)
{
    if (is_virtual_host(op, addressing)) {
        s3a_buf_append(buf, op->bucket);
        s3a_buf_append_byte(buf, '.');
    }
    s3a_buf_append(buf, addressing->endpoint.authority);
}

static void append_parameter(struct s3a_buf *buf, const char *name, struct s3a_str value)
{
    if (!value.data) {
        return;
    }
    if (buf->size > 0) {
        s3a_buf_append_byte(buf, '&');
    }
    s3a_buf_append_text(buf, name);
    s3a_buf_append_byte(buf, '=');
    s3a_uri_encode(buf, value, false);
}

/* In the order of their names, as they are signed. */
static void append_query(struct s3a_buf *buf, const struct s3a_op *op)
{
    struct s3a_str none = s3a_str_make(NULL, 0);
    bool is_objects = op->kind == S3A_OP_LIST_OBJECTS;
    bool has_max = op->has_keys_max || op->keys_max > 0;
    char max[16];

    if (!is_objects && op->kind != S3A_OP_LIST_BUCKETS) {
        return;
    }
    snprintf(max, sizeof(max), "%" PRIu32, op->keys_max);
    append_parameter(buf, "continuation-token", op->continuation);
    append_parameter(buf, "delimiter", is_objects ? op->delimiter : none);
    append_parameter(buf, "encoding-type", is_objects && op->encode_keys ? S3A_STR("url") : none);
    append_parameter(buf, "fetch-owner", is_objects && op->fetch_owner ? S3A_STR("true") : none);
    append_parameter(buf, "list-type", is_objects ? S3A_STR("2") : none);
    append_parameter(buf, is_objects ? "max-keys" : "max-buckets",
                     has_max ? s3a_str_of(max) : none);
    append_parameter(buf, "prefix", op->prefix);
    append_parameter(buf, "start-after", is_objects ? op->start_after : none);
}

/* What came of a builder, kept in the pool. */
static enum s3a_status keep(struct s3a_buf *buf, struct s3a_pool *pool, struct s3a_str *ret_text)
{
    *ret_text = s3a_str_make(NULL, 0);
    if (buf->status != S3A_OK) {
        return buf->status == S3A_NO_MEMORY ? S3A_NO_MEMORY : S3A_INVALID;
    }
    *ret_text = s3a_pool_copy(pool, s3a_buf_str(buf));
    s3a_buf_clear(buf);
    return ret_text->data ? S3A_OK : S3A_NO_MEMORY;
}

static enum s3a_status encode_target(const struct s3a_op *op,
                                     const struct s3a_addressing *addressing, struct s3a_pool *pool,
                                     struct s3a_http_request *request)
{
    struct s3a_buf buf;
    enum s3a_status status;

    s3a_buf_init(&buf, TEXT_SIZE_MAX);
    append_host(&buf, op, addressing);
    status = keep(&buf, pool, &request->host);
    if (status != S3A_OK) {
        goto out;
    }
    append_path(&buf, op, addressing);
    status = keep(&buf, pool, &request->path);
    if (status != S3A_OK) {
        goto out;
    }
    append_query(&buf, op);
    status = keep(&buf, pool, &request->query);
out:
    s3a_buf_fini(&buf);
    return status;
}

static enum s3a_status add(struct s3a_http_request *request, struct s3a_str name,
                           struct s3a_str value)
{
    bool is_good = s3a_header_is_valid(name, value) && s3a_http_request_add(request, name, value);
    return is_good ? S3A_OK : S3A_INVALID;
}

static enum s3a_status add_date(struct s3a_http_request *request, struct s3a_pool *pool,
                                struct s3a_str name, int64_t time_ms)
{
    char text[S3A_DATE_HTTP_SIZE + 1];

    s3a_date_http(time_ms, text);
    struct s3a_str value = s3a_pool_copy(pool, s3a_str_of(text));
    return value.data ? add(request, name, value) : S3A_NO_MEMORY;
}

static enum s3a_status add_range(struct s3a_http_request *request, struct s3a_pool *pool,
                                 const struct s3a_range *range)
{
    char text[64] = "";

    switch (range->kind) {
    case S3A_RANGE_NONE:
        return S3A_OK;
    case S3A_RANGE_FROM_TO:
        snprintf(text, sizeof(text), "bytes=%" PRIu64 "-%" PRIu64, range->first, range->last);
        break;
    case S3A_RANGE_FROM:
        snprintf(text, sizeof(text), "bytes=%" PRIu64 "-", range->first);
        break;
    case S3A_RANGE_SUFFIX:
        snprintf(text, sizeof(text), "bytes=-%" PRIu64, range->first);
        break;
    }
    struct s3a_str value = s3a_pool_copy(pool, s3a_str_of(text));
    return value.data ? add(request, S3A_STR("range"), value) : S3A_NO_MEMORY;
}

/* What only reads have. */
static enum s3a_status add_read_headers(const struct s3a_op *op, struct s3a_pool *pool,
                                        struct s3a_http_request *request)
{
    enum s3a_status status = add_range(request, pool, &op->range);

    if (status == S3A_OK && op->if_modified_since_ms != 0) {
        status = add_date(request, pool, S3A_STR("if-modified-since"), op->if_modified_since_ms);
    }
    if (status == S3A_OK && op->if_unmodified_since_ms != 0) {
        status =
            add_date(request, pool, S3A_STR("if-unmodified-since"), op->if_unmodified_since_ms);
    }
    if (status == S3A_OK && op->wants_checksum) {
        status = add(request, S3A_STR("x-amz-checksum-mode"), S3A_STR("ENABLED"));
    }
    return status;
}

static enum s3a_status add_stored_headers(const struct s3a_op *op, struct s3a_http_request *request)
{
    for (size_t i = 0; i < op->headers.count; i++) {
        const struct s3a_header *header = &op->headers.items[i];
        if (!s3a_header_is_stored(header->name) ||
            add(request, header->name, header->value) != S3A_OK) {
            return S3A_INVALID;
        }
    }
    return S3A_OK;
}

enum s3a_status s3a_op_encode(const struct s3a_op *op, const struct s3a_addressing *addressing,
                              struct s3a_pool *pool, struct s3a_http_request *ret_request)
{
    ret_request->method = s3a_op_method(op->kind);
    ret_request->header_count = 0;
    if (op->kind > S3A_OP_DELETE_OBJECT) {
        return S3A_INVALID;
    }
    enum s3a_status status = encode_target(op, addressing, pool, ret_request);
    if (status == S3A_OK) {
        status = add(ret_request, S3A_STR("host"), ret_request->host);
    }
    if (status == S3A_OK && op->if_match.data) {
        status = add(ret_request, S3A_STR("if-match"), op->if_match);
    }
    if (status == S3A_OK && op->if_none_match.data) {
        status = add(ret_request, S3A_STR("if-none-match"), op->if_none_match);
    }
    if (status == S3A_OK && (op->kind == S3A_OP_GET_OBJECT || op->kind == S3A_OP_HEAD_OBJECT)) {
        status = add_read_headers(op, pool, ret_request);
    }
    if (status == S3A_OK && op->kind == S3A_OP_PUT_OBJECT) {
        status = add_stored_headers(op, ret_request);
    }
    return status;
}
