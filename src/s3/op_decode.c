/* SPDX-License-Identifier: MIT */
#include "op_decode.h"

#include <stdio.h>
#include <string.h>

#include "name.h"

enum s3a_code s3a_op_refuse(struct s3a_op_decoder *decoder, enum s3a_code code, const char *format,
                            ...)
{
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    s3a_answer_fail_message(decoder->answer, code, "%s", message);
    return code;
}

enum s3a_code s3a_op_refuse_header(struct s3a_op_decoder *decoder, struct s3a_str name)
{
    s3a_answer_fail(decoder->answer, S3A_CODE_NOT_IMPLEMENTED);
    decoder->answer->header = s3a_pool_copy(&decoder->answer->pool, name);
    return S3A_CODE_NOT_IMPLEMENTED;
}

/* "bucket.s3.localhost:9000" with "s3.localhost": the bucket. Data NULL where the host is another
 * one. */
static struct s3a_str bucket_of_host(struct s3a_str host, struct s3a_str base_domain)
{
    struct s3a_str none = s3a_str_make(NULL, 0);
    struct s3a_str name = s3a_str_split(&host, ':');

    if (!base_domain.data || name.size < base_domain.size + 2) {
        return none;
    }
    size_t bucket_size = name.size - base_domain.size - 1;
    if (name.data[bucket_size] != '.' ||
        !s3a_str_equal_nocase(s3a_str_skip(name, bucket_size + 1), base_domain)) {
        return none;
    }
    return s3a_str_make(name.data, bucket_size);
}

static struct s3a_str find_host(const struct s3a_http_incoming *request)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (s3a_str_is(request->headers[i].name, "host")) {
            return request->headers[i].value;
        }
    }
    return s3a_str_make(NULL, 0);
}

static enum s3a_code decode_path_part(struct s3a_op_decoder *decoder, struct s3a_str text,
                                      struct s3a_str *ret_text)
{
    switch (s3a_uri_decode(decoder->pool, text, false, ret_text)) {
    case S3A_OK:
        return S3A_CODE_NONE;
    case S3A_NO_MEMORY:
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    default:
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_URI,
                             "The path has a '%%' without two hexadecimal digits");
    }
}

/* Host and path say which bucket and which key. */
static enum s3a_code decode_target(struct s3a_op_decoder *decoder, struct s3a_str base_domain)
{
    const struct s3a_http_incoming *request = decoder->request;
    struct s3a_str rest = s3a_str_skip(request->path, 1);

    if (!s3a_str_starts_with(request->path, "/")) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_URI, "The path does not begin with '/'");
    }
    decoder->op->bucket = bucket_of_host(find_host(request), base_domain);
    if (!decoder->op->bucket.data) {
        enum s3a_code code =
            decode_path_part(decoder, s3a_str_split(&rest, '/'), &decoder->op->bucket);
        if (code != S3A_CODE_NONE) {
            return code;
        }
    }
    return decode_path_part(decoder, rest, &decoder->op->key);
}

static enum s3a_code check_names(struct s3a_op_decoder *decoder)
{
    const struct s3a_op *op = decoder->op;
    struct s3a_error error;

    if (op->bucket.size == 0 && op->key.size == 0) {
        return S3A_CODE_NONE;
    }
    if (s3a_bucket_check(op->bucket, &error) != S3A_OK) {
        return s3a_op_refuse(decoder, S3A_CODE_INVALID_BUCKET_NAME, "%s", error.message);
    }
    if (op->key.size > 0 && s3a_key_check(op->key, &error) != S3A_OK) {
        return s3a_op_refuse(
            decoder, op->key.size > S3A_KEY_SIZE_MAX ? S3A_CODE_KEY_TOO_LONG : S3A_CODE_INVALID_URI,
            "%s", error.message);
    }
    return S3A_CODE_NONE;
}

enum s3a_code s3a_op_decode(const struct s3a_http_incoming *request, struct s3a_str base_domain,
                            struct s3a_pool *pool, struct s3a_op *ret_op, struct s3a_answer *answer)
{
    struct s3a_op_decoder decoder = {request, pool, ret_op, answer};

    memset(ret_op, 0, sizeof(*ret_op));
    enum s3a_code code = decode_target(&decoder, base_domain);

    if (code == S3A_CODE_NONE) {
        code = check_names(&decoder);
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_op_route(&decoder);
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_op_decode_query(&decoder);
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_op_decode_headers(&decoder);
    }
    ret_op->accepts_own_bucket = ret_op->kind == S3A_OP_CREATE_BUCKET;
    if (code == S3A_CODE_NONE) {
        code = s3a_op_check_checksums(&decoder);
    }
    return code == S3A_CODE_NONE ? s3a_op_check_upload(&decoder) : code;
}
