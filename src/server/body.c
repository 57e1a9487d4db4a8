/* SPDX-License-Identifier: MIT */
#include "body.h"

#include <string.h>

#include "sigv4.h"

static bool is_hash(struct s3a_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (!((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f'))) {
            return false;
        }
    }
    return text.size == S3A_SHA256_HEX_SIZE;
}

static enum s3a_code announce_hash(struct s3a_body *body, struct s3a_str payload_hash)
{
    if (s3a_str_is(payload_hash, S3A_UNSIGNED_PAYLOAD)) {
        return S3A_CODE_NONE;
    }
    if (!is_hash(payload_hash)) {
        body->message = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or the SHA-256 of the body "
                        "in 64 hexadecimal digits";
        return S3A_CODE_INVALID_ARGUMENT;
    }
    memcpy(body->sha256_announced, payload_hash.data, S3A_SHA256_HEX_SIZE);
    body->is_hashed = s3a_digest_init(&body->sha256, S3A_DIGEST_SHA256) == S3A_OK;
    return body->is_hashed ? S3A_CODE_NONE : S3A_CODE_INTERNAL_ERROR;
}

#define UNKNOWN_CHECKSUM                                                                           \
    "Of the checksums, this server knows crc32, crc32c, crc64nvme, sha1 and sha256"

/* One that is not checked must not look as if it were. */
static bool is_unknown_checksum(struct s3a_str name)
{
    return s3a_str_starts_with(name, S3A_CHECKSUM_PREFIX) &&
           s3a_checksum_kind_of(name) == S3A_CHECKSUM_NONE &&
           !s3a_str_is(name, S3A_CHECKSUM_PREFIX "algorithm") &&
           !s3a_str_is(name, S3A_CHECKSUM_PREFIX "mode") &&
           !s3a_str_is(name, S3A_CHECKSUM_PREFIX "type");
}

static enum s3a_code begin(struct s3a_body *body, struct s3a_objects *objects,
                           struct s3a_str content_md5)
{
    body->has_md5 = content_md5.data != NULL;
    if (body->has_md5 && !s3a_base64_decode(content_md5, body->md5_announced, S3A_MD5_SIZE)) {
        return S3A_CODE_INVALID_DIGEST;
    }
    body->is_spooled = s3a_spool_init(&body->spool, objects) == S3A_OK;
    return body->is_spooled ? S3A_CODE_NONE : S3A_CODE_INTERNAL_ERROR;
}

enum s3a_code s3a_body_init(struct s3a_body *body, struct s3a_objects *objects,
                            struct s3a_str payload_hash, struct s3a_str content_md5)
{
    enum s3a_code code;

    memset(body, 0, sizeof(*body));
    code = announce_hash(body, payload_hash);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    return begin(body, objects, content_md5);
}

enum s3a_code s3a_body_init_chunks(struct s3a_body *body, struct s3a_objects *objects,
                                   const struct s3a_body_chunks *announced,
                                   struct s3a_str content_md5)
{
    enum s3a_checksum_kind kind = s3a_checksum_kind_of(announced->trailer);
    enum s3a_code code;

    memset(body, 0, sizeof(*body));
    if (!s3a_str_to_uint64(announced->size, UINT64_MAX, &body->size_announced)) {
        body->message = "A body in chunks needs the header x-amz-decoded-content-length";
        return S3A_CODE_MISSING_CONTENT_LENGTH;
    }
    if (is_unknown_checksum(announced->trailer)) {
        body->message = UNKNOWN_CHECKSUM;
        return S3A_CODE_INVALID_REQUEST;
    }
    code = s3a_chunks_init(&body->chunks, announced->claim, announced->key);
    body->is_in_chunks = code == S3A_CODE_NONE;
    if (code == S3A_CODE_NOT_IMPLEMENTED) {
        body->message = "Chunks that are signed in this way are not supported";
    }
    if (code == S3A_CODE_NONE && kind != S3A_CHECKSUM_NONE &&
        s3a_checksum_init(&body->checksum, kind) != S3A_OK) {
        code = S3A_CODE_INTERNAL_ERROR;
    }
    return code == S3A_CODE_NONE ? begin(body, objects, content_md5) : code;
}

enum s3a_code s3a_body_expect(struct s3a_body *body, const struct s3a_header *header)
{
    enum s3a_checksum_kind kind = s3a_checksum_kind_of(header->name);

    if (is_unknown_checksum(header->name)) {
        body->message = UNKNOWN_CHECKSUM;
        return S3A_CODE_INVALID_REQUEST;
    }
    if (kind == S3A_CHECKSUM_NONE) {
        return S3A_CODE_NONE;
    }
    if (body->checksum.kind != S3A_CHECKSUM_NONE) {
        body->message =
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
            "allowed.";
        return S3A_CODE_INVALID_REQUEST;
    }
    if (!s3a_base64_decode(header->value, body->checksum_announced, s3a_checksum_size(kind))) {
        body->message = "The value of the x-amz-checksum- header is not valid";
        return S3A_CODE_INVALID_REQUEST;
    }
    body->is_checksum_announced = true;
    return s3a_checksum_init(&body->checksum, kind) == S3A_OK ? S3A_CODE_NONE
                                                              : S3A_CODE_INTERNAL_ERROR;
}

static enum s3a_code append_content(struct s3a_body *body, struct s3a_str bytes)
{
    enum s3a_status status;

    if (body->is_hashed) {
        s3a_digest_add(&body->sha256, bytes);
    }
    if (body->checksum.kind != S3A_CHECKSUM_NONE) {
        s3a_checksum_add(&body->checksum, bytes);
    }
    status = s3a_spool_append(&body->spool, bytes);
    if (status == S3A_OK) {
        return S3A_CODE_NONE;
    }
    if (status == S3A_TOO_LARGE) {
        return S3A_CODE_ENTITY_TOO_LARGE;
    }
    body->message = status == S3A_FULL ? "There is no space left for the body" : NULL;
    return S3A_CODE_SERVICE_UNAVAILABLE;
}

enum s3a_code s3a_body_append(struct s3a_body *body, struct s3a_str bytes)
{
    enum s3a_code code = S3A_CODE_NONE;
    struct s3a_str content;

    if (!body->is_in_chunks) {
        return append_content(body, bytes);
    }
    while (code == S3A_CODE_NONE && bytes.size > 0) {
        code = s3a_chunks_take(&body->chunks, &bytes, &content);
        if (code == S3A_CODE_INVALID_REQUEST) {
            body->message = "The body is not made of chunks, although it was announced so";
        }
        if (code == S3A_CODE_NONE && content.size > 0) {
            code = append_content(body, content);
        }
    }
    return code;
}

/* The checksum that was announced may stand behind the chunks. */
static enum s3a_code end_chunks(struct s3a_body *body)
{
    struct s3a_header trailer = s3a_chunks_trailer(&body->chunks);
    enum s3a_code code = s3a_chunks_end(&body->chunks);

    if (code == S3A_CODE_NONE && body->chunks.size != body->size_announced) {
        return S3A_CODE_INCOMPLETE_BODY;
    }
    if (code != S3A_CODE_NONE || body->checksum.kind == S3A_CHECKSUM_NONE ||
        body->is_checksum_announced) {
        return code;
    }
    body->is_checksum_announced = s3a_checksum_kind_of(trailer.name) == body->checksum.kind &&
                                  s3a_base64_decode(trailer.value, body->checksum_announced,
                                                    s3a_checksum_size(body->checksum.kind));
    return body->is_checksum_announced ? S3A_CODE_NONE : S3A_CODE_BAD_DIGEST;
}

static bool has_announced_checksum(struct s3a_body *body)
{
    uint8_t checksum[S3A_CHECKSUM_SIZE_MAX];

    if (body->checksum.kind == S3A_CHECKSUM_NONE) {
        return true;
    }
    s3a_checksum_end(&body->checksum, checksum);
    return memcmp(checksum, body->checksum_announced, s3a_checksum_size(body->checksum.kind)) == 0;
}

enum s3a_code s3a_body_end(struct s3a_body *body)
{
    uint8_t sha256[S3A_SHA256_SIZE];
    char sha256_hex[2 * S3A_SHA256_SIZE + 1];

    s3a_spool_end(&body->spool);
    if (body->is_in_chunks) {
        enum s3a_code code = end_chunks(body);
        if (code != S3A_CODE_NONE) {
            return code;
        }
    }
    if (body->has_md5 && memcmp(body->md5_announced, body->spool.md5_bytes, S3A_MD5_SIZE) != 0) {
        return S3A_CODE_BAD_DIGEST;
    }
    if (!has_announced_checksum(body)) {
        return S3A_CODE_BAD_DIGEST;
    }
    if (!body->is_hashed) {
        return S3A_CODE_NONE;
    }
    s3a_digest_end(&body->sha256, sha256);
    s3a_hex(sha256, sizeof(sha256), sha256_hex);
    return memcmp(sha256_hex, body->sha256_announced, S3A_SHA256_HEX_SIZE) == 0
               ? S3A_CODE_NONE
               : S3A_CODE_XAMZ_CONTENT_SHA256_MISMATCH;
}

struct s3a_checksum_value s3a_body_checksum(const struct s3a_body *body)
{
    struct s3a_checksum_value value = {0};

    if (body->checksum.kind != S3A_CHECKSUM_NONE) {
        s3a_checksum_value_set(&value, body->checksum.kind, body->checksum_announced);
    }
    return value;
}

enum s3a_code s3a_body_read(const struct s3a_body *body, struct s3a_pool *pool,
                            struct s3a_str *ret_text)
{
    *ret_text = S3A_STR("");
    if (!body->is_spooled) {
        return S3A_CODE_NONE;
    }
    char *text = s3a_pool_alloc(pool, (size_t)body->spool.size);
    if (!text || s3a_spool_read(&body->spool, text) != S3A_OK) {
        return S3A_CODE_SERVICE_UNAVAILABLE;
    }
    *ret_text = s3a_str_make(text, (size_t)body->spool.size);
    return S3A_CODE_NONE;
}

void s3a_body_fini(struct s3a_body *body)
{
    if (body->is_hashed) {
        s3a_digest_fini(&body->sha256);
    }
    s3a_chunks_fini(&body->chunks);
    if (body->is_spooled) {
        s3a_spool_fini(&body->spool);
    }
    memset(body, 0, sizeof(*body));
}
